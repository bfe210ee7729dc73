package calc

import (
	"math"

	"github.com/foliosight/foliosight/finance/covariance"
	"github.com/foliosight/foliosight/finance/series"
)

func init() {
	register("covariance", typed(covariances))
	register("correlation", typed(correlations))
}

type covarianceRequest struct {
	Returns   namedSeries `json:"returns"`
	Estimator string      `json:"estimator"`
	Lambda    *float64    `json:"lambda"`
}

func covariances(q covarianceRequest) (*object, error) {
	names, columns, err := q.Returns.columns("returns", false)
	if err != nil {
		return nil, err
	}
	var m [][]float64
	var shrunk covariance.Shrunk
	switch q.Estimator {
	case "sample", "":
		m, err = covariance.Sample(columns)
	case "ewma":
		lambda := 0.94
		if q.Lambda != nil {
			lambda = *q.Lambda
		}
		m, err = covariance.EWMA(columns, lambda)
	case "ledoit_wolf":
		shrunk, err = covariance.LedoitWolf(columns)
	case "oas":
		shrunk, err = covariance.OAS(columns)
	case "ledoit_wolf_constant_correlation":
		shrunk, err = covariance.LedoitWolfConstantCorrelation(columns)
	case "ledoit_wolf_single_index":
		shrunk, err = covariance.LedoitWolfSingleIndex(columns)
	default:
		return nil, refuse("unknown_choice", "estimator: %q, want sample, ewma, ledoit_wolf, oas, ledoit_wolf_constant_correlation or ledoit_wolf_single_index", q.Estimator)
	}
	if err != nil {
		return nil, refuse("bad_request", "%v", err)
	}
	var o object
	o.set("symbols", names)
	if m == nil {
		m = shrunk.Matrix
	}
	for _, row := range m {
		if series.FirstBad(row) >= 0 {
			o.missing("matrix", "not_finite")
			return &o, nil
		}
	}
	o.set("matrix", m)
	if shrunk.Matrix != nil {
		o.figure("shrinkage", shrunk.Intensity, "")
	}
	return &o, nil
}

type correlationRequest struct {
	Returns namedSeries `json:"returns"`
	Method  string      `json:"method"`
	Linkage string      `json:"linkage"`
}

func correlations(q correlationRequest) (*object, error) {
	names, columns, err := q.Returns.columns("returns", true)
	if err != nil {
		return nil, err
	}
	var c covariance.Correlations
	switch q.Method {
	case "pearson", "":
		c, err = covariance.Pearson(columns)
	case "spearman":
		c, err = covariance.Spearman(columns)
	default:
		return nil, refuse("unknown_choice", "method: %q, want pearson or spearman", q.Method)
	}
	if err != nil {
		return nil, refuse("bad_request", "%v", err)
	}
	var o object
	o.set("symbols", names)
	matrix, unknown := nullable(c.Matrix)
	o.set("matrix", matrix)
	if gaps := gapped(columns); gaps {
		o.set("periods", c.Periods)
	}
	if unknown {
		o.because("matrix", "null where a pair has less than two common periods or a symbol does not move")
	}
	if q.Linkage == "" {
		return &o, nil
	}
	if unknown {
		o.missing("linkage", "correlation_unknown")
		o.missing("leaf_order", "correlation_unknown")
		return &o, nil
	}
	joins, err := covariance.Cluster(covariance.Distances(c.Matrix), covariance.Linkage(q.Linkage))
	if err != nil {
		return nil, refuse("unknown_choice", "linkage: %v", err)
	}
	linkage, order := make([][4]float64, len(joins)), make([]string, len(names))
	for k, j := range joins {
		linkage[k] = [4]float64{float64(j.I), float64(j.J), j.Height, float64(j.Size)}
	}
	for k, leaf := range covariance.LeafOrder(joins) {
		order[k] = names[leaf]
	}
	o.set("linkage", linkage)
	o.set("leaf_order", order)
	return &o, nil
}

func gapped(columns [][]float64) bool {
	for _, c := range columns {
		if series.FirstBad(c) >= 0 {
			return true
		}
	}
	return false
}

// nullable turns NaN into null.
func nullable(m [][]float64) (out [][]*float64, unknown bool) {
	out = make([][]*float64, len(m))
	for i, row := range m {
		out[i] = make([]*float64, len(row))
		for j, v := range row {
			if out[i][j] = finite(v); math.IsNaN(v) {
				unknown = true
			}
		}
	}
	return out, unknown
}
