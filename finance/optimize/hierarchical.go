package optimize

import (
	"math"

	"github.com/foliosight/foliosight/finance/covariance"
)

// HierarchicalRiskParity splits the weight down the tree of a clustering of the assets:
// the leaves in the tree's order are halved again and again, each half weighted by the
// inverse of the other's variance, that being taken with inverse-variance weights within
// (López de Prado 2016). The constraints of the problem do not apply: ask Breach whether they hold.
//
// Distance √((1 − ρ)/2) between the assets themselves.
func HierarchicalRiskParity(p Problem, linkage covariance.Linkage) (*Solution, error) {
	p = p.unconstrained()
	if err := p.check(false); err != nil {
		return nil, err
	}
	n := len(p.Covariance)
	if n == 1 {
		return p.solution([]float64{1}), nil
	}
	correlations := make([][]float64, n)
	for i := range correlations {
		correlations[i] = make([]float64, n)
		for j := range correlations[i] {
			correlations[i][j] = p.Covariance[i][j] / math.Sqrt(float64(p.Covariance[i][i]*p.Covariance[j][j]))
		}
	}
	joins, err := covariance.Cluster(covariance.Distances(correlations), linkage)
	if err != nil {
		return nil, err
	}
	w := ones(n)
	p.halve(w, covariance.LeafOrder(joins))
	return p.solution(w), nil
}

// halve splits the weight of a run of leaves between its two halves.
func (p *Problem) halve(w []float64, leaves []int) {
	if len(leaves) < 2 {
		return
	}
	left, right := leaves[:len(leaves)/2], leaves[len(leaves)/2:]
	a, b := p.clusterVariance(left), p.clusterVariance(right)
	share := 1 - a/(a+b)
	for _, i := range left {
		w[i] *= share
	}
	for _, i := range right {
		w[i] *= 1 - share
	}
	p.halve(w, left)
	p.halve(w, right)
}

// clusterVariance is the variance of a cluster with inverse-variance weights.
func (p *Problem) clusterVariance(leaves []int) float64 {
	sum := 0.0
	for _, i := range leaves {
		sum += 1 / p.Covariance[i][i]
	}
	variance := 0.0
	for _, i := range leaves {
		wi := 1 / p.Covariance[i][i] / sum
		for _, j := range leaves {
			variance += float64(wi * (1 / p.Covariance[j][j] / sum) * p.Covariance[i][j])
		}
	}
	return variance
}
