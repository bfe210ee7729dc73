package covariance

import (
	"fmt"
	"math"
	"sort"

	"github.com/foliosight/foliosight/finance/series"
)

// Cut splits the leaves of a clustering into at most count groups by undoing the
// last joins. Groups and their members stand in leaf order.
func Cut(joins []Join, count int) [][]int {
	n := len(joins) + 1
	count = max(1, min(count, n))
	return groups(joins, n-count)
}

// CutAt splits the leaves where joins are higher than height.
func CutAt(joins []Join, height float64) [][]int {
	kept := sort.Search(len(joins), func(k int) bool { return joins[k].Height > height })
	return groups(joins, kept)
}

// groups are the clusters after the first kept joins.
func groups(joins []Join, kept int) [][]int {
	n := len(joins) + 1
	parent := make([]int, n+len(joins))
	for i := range parent {
		parent[i] = i
	}
	for k := range kept {
		parent[joins[k].I], parent[joins[k].J] = n+k, n+k
	}
	var out [][]int
	last := -1
	for _, leaf := range LeafOrder(joins) {
		root := leaf
		for parent[root] != root {
			root = parent[root]
		}
		if root != last {
			out, last = append(out, nil), root
		}
		out[len(out)-1] = append(out[len(out)-1], leaf)
	}
	return out
}

// Leaf is what is known of a name when clusters are given names: its own symbol,
// the labels it carries in order of preference (a tag, a sector), and its weight.
type Leaf struct {
	Symbol string
	Labels []string
	Weight float64
}

// Named is a cluster with a name that a person recognises. Weight is the sum of
// the members' sizes, Correlation the mean of their pairs, NaN for one member or
// where a pair is unknown.
type Named struct {
	Name        string
	Members     []int
	Weight      float64
	Correlation float64
}

// labelShare is the part of a cluster's members that must carry a label before
// the cluster is called by it.
const labelShare = 0.7

// NameClusters names each group by the first label, in order of preference, that
// at least 70 % of its members carry; else by its member of largest size, as in
// "ACME and 3 others". A group of one is called by its symbol. Groups that would
// share a name are told apart by their largest member.
func NameClusters(groups [][]int, leaves []Leaf, correlations [][]float64) ([]Named, error) {
	out := make([]Named, len(groups))
	taken := map[string]int{}
	for k, members := range groups {
		for _, i := range members {
			if i < 0 || i >= len(leaves) || i >= len(correlations) || len(correlations[i]) != len(correlations) {
				return nil, fmt.Errorf("member %d of group %d: %w", i, k, ErrShape)
			}
		}
		name := clusterName(members, leaves)
		taken[name]++
		out[k] = Named{Name: name, Members: members, Correlation: meanCorrelation(members, correlations)}
		for _, i := range members {
			out[k].Weight += math.Abs(leaves[i].Weight)
		}
	}
	for k := range out {
		if taken[out[k].Name] > 1 {
			out[k].Name += " (" + leaves[largest(out[k].Members, leaves)].Symbol + ")"
		}
	}
	return out, nil
}

func clusterName(members []int, leaves []Leaf) string {
	if len(members) == 1 {
		return leaves[members[0]].Symbol
	}
	counts, longest := map[string]int{}, 0
	for _, i := range members {
		longest = max(longest, len(leaves[i].Labels))
		seen := map[string]bool{}
		for _, label := range leaves[i].Labels {
			if !seen[label] {
				counts[label]++
				seen[label] = true
			}
		}
	}
	for place := range longest {
		best := ""
		for _, i := range members {
			if place >= len(leaves[i].Labels) {
				continue
			}
			label := leaves[i].Labels[place]
			enough := label != "" && float64(counts[label]) >= labelShare*float64(len(members))
			if enough && (best == "" || counts[label] > counts[best]) {
				best = label
			}
		}
		if best != "" {
			return best
		}
	}
	others := len(members) - 1
	name := leaves[largest(members, leaves)].Symbol
	if others == 1 {
		return name + " and 1 other"
	}
	return fmt.Sprintf("%s and %d others", name, others)
}

// largest is the member of largest size, the first where several are equal.
func largest(members []int, leaves []Leaf) int {
	best := members[0]
	for _, i := range members {
		if math.Abs(leaves[i].Weight) > math.Abs(leaves[best].Weight) {
			best = i
		}
	}
	return best
}

func meanCorrelation(members []int, correlations [][]float64) float64 {
	var pairs []float64
	for a, i := range members {
		for _, j := range members[:a] {
			pairs = append(pairs, correlations[i][j])
		}
	}
	if len(pairs) == 0 {
		return math.NaN()
	}
	return series.Mean(pairs)
}
