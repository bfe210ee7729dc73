package calc

import (
	"errors"
	"maps"
	"math"
	"slices"

	"github.com/foliosight/foliosight/finance/covariance"
	"github.com/foliosight/foliosight/finance/series"
)

func init() { register("structure", typed(structure)) }

type structureRequest struct {
	Returns        namedSeries         `json:"returns"`
	Weights        map[string]*float64 `json:"weights"`
	Basis          string              `json:"basis"`
	Linkage        covariance.Linkage  `json:"linkage"`
	Clusters       *int                `json:"clusters"`
	MinCorrelation *float64            `json:"min_correlation"`
	Labels         map[string][]string `json:"labels"`
}

// structure answers what a set of returns is made of: components, noise,
// clusters, and with weights the bets of a portfolio.
func structure(q structureRequest) (*object, error) {
	names, columns, err := q.Returns.columns("returns", false)
	if err != nil {
		return nil, err
	}
	if err := q.check(); err != nil {
		return nil, err
	}
	weights, err := heldWeights(q.Weights, names)
	if err != nil {
		return nil, err
	}
	whole, err := covariance.Sample(columns)
	if err != nil {
		return nil, refuse("too_short", "returns: %v", err)
	}
	for i, row := range whole {
		if series.FirstBad(row) >= 0 {
			return nil, refuse("out_of_range", "returns.%s: its covariances leave the range of float64: scale the returns", names[i])
		}
	}
	var o object
	moving, still := apart(whole)
	o.set("symbols", picked(names, moving))
	if len(still) > 0 {
		o.set("left_out", picked(names, still))
		o.because("left_out", "does_not_move")
	}
	o.set("periods", len(columns[0]))
	if err := q.names(&o, names, whole, moving, weights, len(columns[0])); err != nil {
		return nil, err
	}
	if q.Weights != nil {
		bets(&o, names, whole, weights)
	}
	return &o, nil
}

// check fills what was not given and refuses choices that do not exist.
func (q *structureRequest) check() error {
	switch q.Basis {
	case "":
		q.Basis = "correlation"
	case "correlation", "covariance":
	default:
		return refuse("unknown_choice", "basis: %q, want correlation or covariance", q.Basis)
	}
	switch q.Linkage {
	case "":
		q.Linkage = covariance.Average
	case covariance.Single, covariance.Complete, covariance.Average, covariance.Ward:
	default:
		return refuse("unknown_choice", "linkage: %q, want single, complete, average or ward", q.Linkage)
	}
	if q.Clusters != nil && *q.Clusters < 1 {
		return refuse("out_of_range", "clusters: %d, want one or more", *q.Clusters)
	}
	if q.MinCorrelation == nil {
		half := 0.5
		q.MinCorrelation = &half
	}
	if !(math.Abs(*q.MinCorrelation) <= 1) {
		return refuse("out_of_range", "min_correlation: %v, want -1 to 1", *q.MinCorrelation)
	}
	return nil
}

// heldWeights puts weights in the order of names; a name without one is not held.
func heldWeights(given map[string]*float64, names []string) ([]float64, error) {
	out := make([]float64, len(names))
	for _, name := range slices.Sorted(maps.Keys(given)) {
		at := slices.Index(names, name)
		switch {
		case at < 0:
			return nil, refuse("unknown_symbol", "weights: %q has no returns", name)
		case given[name] == nil:
			return nil, refuse("gap", "weights: %q is null: leave out what is not held", name)
		}
		out[at] = *given[name]
	}
	return out, nil
}

// apart tells the names that move from those that do not.
func apart(s [][]float64) (moving, still []int) {
	for i, row := range s {
		if row[i] > 0 {
			moving = append(moving, i)
		} else {
			still = append(still, i)
		}
	}
	return moving, still
}

func picked[T any](all []T, at []int) []T {
	out := make([]T, len(at))
	for k, i := range at {
		out[k] = all[i]
	}
	return out
}

// names adds what is known of the names themselves.
func (q *structureRequest) names(o *object, names []string, whole [][]float64, moving []int, weights []float64, periods int) error {
	if len(moving) == 0 {
		for _, key := range []string{"pca", "marchenko_pastur", "clusters"} {
			o.missing(key, "does_not_move")
		}
		return nil
	}
	part := make([][]float64, len(moving))
	for k, i := range moving {
		part[k] = picked(whole[i], moving)
	}
	correlations, _, err := covariance.Standardised(part)
	if err != nil {
		return refuse("bad_request", "returns: %v", err)
	}
	basis := correlations
	if q.Basis == "covariance" {
		basis = part
	}
	pca, err := covariance.PCA(basis)
	if err != nil {
		return refuse("bad_request", "returns: %v", err)
	}
	var components, noise object
	components.set("basis", q.Basis)
	components.set("eigenvalues", pca.Values)
	components.set("share", pca.Share)
	components.set("components", pca.Loadings)
	o.set("pca", &components)
	if d, err := covariance.Denoise(correlations, periods); err != nil {
		o.missing("marchenko_pastur", "not_settled")
	} else {
		noise.set("lambda_minus", d.Band.Low)
		noise.set("lambda_plus", d.Band.High)
		noise.set("signals", d.Signals)
		noise.set("denoised_correlation", d.Matrix)
		o.set("marchenko_pastur", &noise)
	}
	return q.clusters(o, picked(names, moving), correlations, picked(weights, moving))
}

func (q *structureRequest) clusters(o *object, names []string, correlations [][]float64, weights []float64) error {
	joins, err := covariance.Cluster(covariance.Distances(correlations), q.Linkage)
	if err != nil {
		return refuse("bad_request", "returns: %v", err)
	}
	groups := covariance.CutAt(joins, math.Sqrt((1-*q.MinCorrelation)/2))
	if q.Clusters != nil {
		groups = covariance.Cut(joins, *q.Clusters)
	}
	leaves := make([]covariance.Leaf, len(names))
	for i, name := range names {
		leaves[i] = covariance.Leaf{Symbol: name, Labels: q.Labels[name], Weight: weights[i]}
	}
	named, err := covariance.NameClusters(groups, leaves, correlations)
	if err != nil {
		return refuse("bad_request", "returns: %v", err)
	}
	out := make([]*object, len(named))
	for k, n := range named {
		out[k] = new(object)
		out[k].set("name", n.Name)
		out[k].set("symbols", picked(names, n.Members))
		out[k].figure("correlation", n.Correlation, unless(n.Correlation, "one_member"))
		if q.Weights != nil {
			out[k].figure("gross_weight", n.Weight, "")
		}
	}
	o.set("clusters", out)
	return nil
}

// bets adds what the weights make of the names.
func bets(o *object, names []string, whole [][]float64, weights []float64) {
	variance, err := covariance.Variance(whole, weights)
	if err != nil {
		variance = math.NaN()
	}
	o.figure("volatility", math.Sqrt(math.Max(variance, 0)), "")
	ratio, err := covariance.DiversificationRatio(whole, weights)
	o.figure("diversification_ratio", ratio, noBets(err))
	b, err := covariance.EffectiveBets(whole, weights)
	if err != nil {
		o.missing("effective_bets", noBets(err))
		o.missing("bets", noBets(err))
		return
	}
	o.figure("effective_bets", b.Number, "")
	o.set("bets", named(names, b.Shares))
}

func noBets(err error) string {
	switch {
	case err == nil:
		return ""
	case errors.Is(err, covariance.ErrNoRisk):
		return "no_volatility"
	case errors.Is(err, covariance.ErrSingular):
		return "singular"
	}
	return "not_settled"
}
