package calc

import (
	"errors"

	"github.com/foliosight/foliosight/finance/attribution"
)

func init() { register("attribution", typed(attributionDoor)) }

type attributionQuestion struct {
	Periods []struct {
		WP map[string]float64 `json:"wp"`
		WB map[string]float64 `json:"wb"`
		RP map[string]float64 `json:"rp"`
		RB map[string]float64 `json:"rb"`
	} `json:"periods"`
	Model   attribution.Model `json:"model"`
	Linking attribution.Link  `json:"linking"`
}

type attributionEffects struct {
	Allocation  map[string]float64 `json:"allocation"`
	Selection   map[string]float64 `json:"selection"`
	Interaction map[string]float64 `json:"interaction"`
}

type attributionAnswer struct {
	Periods []attributionEffects `json:"periods"`
	Linked  attributionEffects   `json:"linked"`
	Active  float64              `json:"active_return"` // compounded
}

func attributionDoor(q attributionQuestion) (attributionAnswer, error) {
	if q.Model == "" {
		q.Model = attribution.BrinsonFachler
	}
	if q.Linking == "" {
		q.Linking = attribution.Carino
	}
	periods := make([]attribution.Period, len(q.Periods))
	for i, p := range q.Periods {
		periods[i] = attribution.Period{PortfolioWeights: p.WP, BenchmarkWeights: p.WB, PortfolioReturns: p.RP, BenchmarkReturns: p.RB}
	}
	r, err := attribution.Brinson(periods, q.Model, q.Linking)
	if err != nil {
		return attributionAnswer{}, refuse(attributionCode(err), "%v", err)
	}
	out := attributionAnswer{Linked: attributionEffects(r.Linked), Active: r.ActiveTotal}
	for _, e := range r.Periods {
		out.Periods = append(out.Periods, attributionEffects(e))
	}
	return out, nil
}

func attributionCode(err error) string {
	for _, known := range []struct {
		err  error
		code string
	}{{attribution.ErrModel, "unknown_model"}, {attribution.ErrLink, "unknown_linking"}, {attribution.ErrPeriods, "empty"},
		{attribution.ErrWeights, "weights_not_one"}, {attribution.ErrReturn, "missing_return"}, {attribution.ErrLost, "capital_lost"}} {
		if errors.Is(err, known.err) {
			return known.code
		}
	}
	return "bad_request"
}
