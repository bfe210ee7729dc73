package calc

import "github.com/foliosight/foliosight/finance/attribution"

func init() { register("attribution", typed(attributionDoor)) }

type attributionQuestion struct {
	Periods []struct {
		WP map[string]float64 `json:"wp"`
		WB map[string]float64 `json:"wb"`
		RP map[string]float64 `json:"rp"`
		RB map[string]float64 `json:"rb"`
	} `json:"periods"`
	Model       attribution.Model `json:"model"`
	Linking     attribution.Link  `json:"linking"`
	Interaction string            `json:"interaction"`
}

type attributionEffects struct {
	Allocation  map[string]float64 `json:"allocation"`
	Selection   map[string]float64 `json:"selection"`
	Interaction map[string]float64 `json:"interaction,omitempty"`
}

type attributionAnswer struct {
	Periods []attributionEffects `json:"periods"`
	Linked  attributionEffects   `json:"linked"`
	Active  float64              `json:"active_return"` // compounded
	// The returns of each period, as weights and returns give them.
	Portfolio []float64 `json:"portfolio_returns"`
	Benchmark []float64 `json:"benchmark_returns"`
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
	told := func(e attribution.Effects) attributionEffects { return attributionEffects(e) }
	switch q.Interaction {
	case "", "separate":
	case "with_selection":
		told = func(e attribution.Effects) attributionEffects { return attributionEffects(e.WithSelection()) }
	default:
		return attributionAnswer{}, refuse("unknown_choice", "interaction: %q, use separate or with_selection", q.Interaction)
	}
	out := attributionAnswer{Linked: told(r.Linked), Active: r.ActiveTotal, Portfolio: r.Portfolio, Benchmark: r.Benchmark}
	for _, e := range r.Periods {
		out.Periods = append(out.Periods, told(e))
	}
	return out, nil
}
