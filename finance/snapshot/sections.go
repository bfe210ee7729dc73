package snapshot

import (
	"fmt"

	"github.com/foliosight/foliosight/finance/analysis"
	"github.com/foliosight/foliosight/finance/money"
)

// sections make the parts: what is kept, how far it can be relied on, and why no further.
var sections = map[string]func(*analysis.Analysis) (any, analysis.Status, string){
	"values": values, "exposures": exposures, "greeks": greeks, "factors": factors, "correlations": correlations, "stress": stress,
}

type object map[string]any

// figures gathers named figures and the weakest of them.
type figures struct {
	object
	status analysis.Status
	reason string
}

func newFigures() *figures { return &figures{object: object{}, status: analysis.Complete} }

// judge lets a figure weaken the whole.
func (f *figures) judge(x analysis.Figure) shown {
	if worse := analysis.Worse(f.status, x.Status); worse != f.status {
		f.status, f.reason = worse, ""
		if len(x.Reasons) > 0 {
			f.reason = x.Reasons[0]
		}
	}
	return shown(x)
}

// values are what is held and what it is worth.
func values(a *analysis.Analysis) (any, analysis.Status, string) {
	f := newFigures()
	f.object["as_of"], f.object["valued_on"], f.object["bookings"] = a.AsOf, a.ValuedOn, a.Bookings
	s := &a.Summary
	f.object["summary"] = object{"value": f.judge(s.Value), "cash": shown(s.Cash), "holdings": shown(s.Holdings), "day_change": shown(s.DayChange), "day_return": shown(s.DayReturn),
		"paid_in": shown(s.PaidIn), "gain": shown(s.Gain), "cost": shown(s.Cost), "unrealised": shown(s.Unrealised), "realised": shown(s.Realised), "income": shown(s.Income)}
	r := &a.Returns
	f.object["returns"] = object{"time_weighted": shown(r.TimeWeighted), "time_weighted_annual": shown(r.TimeWeightedAnnual), "money_weighted": shown(r.MoneyWeighted),
		"benchmark": shown(r.Benchmark), "active": shown(r.Active)}
	periods := []object{}
	for i := range a.Periods {
		p := &a.Periods[i]
		periods = append(periods, object{"period": p.Period.Label, "return": shown(p.Return), "benchmark": shown(p.Benchmark), "gain": shown(p.Gain)})
	}
	f.object["periods"] = periods
	held := []object{}
	for i := range a.Holdings {
		h := &a.Holdings[i]
		row := object{"symbol": h.Symbol, "group": h.Group, "quantity": h.Quantity, "price": known(h.Price), "value": shown(h.Value),
			"weight": shown(h.Weight), "day_change": shown(h.DayChange), "cost": shown(h.Cost), "unrealised": shown(h.Unrealised)}
		if h.Price.Known {
			row["price_date"] = h.PriceDate
		}
		held = append(held, row)
	}
	f.object["holdings"] = held
	cash := []object{}
	for i := range a.Cash {
		c := &a.Cash[i]
		cash = append(cash, object{"account": c.Account, "currency": c.Currency, "amount": c.Amount, "value": shown(c.Value)})
	}
	f.object["cash"] = cash
	d := &a.Data
	f.object["data"] = object{"priced": d.Priced, "holdings": d.Holdings, "stale": list(d.Stale), "unpriced": list(d.Unpriced), "estimated": list(d.Estimated)}
	return f.object, f.status, f.reason
}

// list is never null.
func list(symbols []string) []string { return append([]string{}, symbols...) }

func known(o money.Optional) any {
	if !o.Known {
		return nil
	}
	return o.Decimal
}

// exposures are how much stands on which side, in what, and what it may lose.
func exposures(a *analysis.Analysis) (any, analysis.Status, string) {
	f := newFigures()
	e := &a.Risk.Exposure
	f.object["exposure"] = object{"long": f.judge(e.Long), "short": f.judge(e.Short), "gross": f.judge(e.Gross), "net": f.judge(e.Net), "gross_share": shown(e.GrossShare),
		"net_share": shown(e.NetShare), "delta_adjusted": shown(e.DeltaAdjusted), "options_delta": shown(e.OptionsDelta), "options_notional": shown(e.Notional)}
	slices := func(all []analysis.Slice) [][]any {
		out := [][]any{}
		for _, s := range all {
			out = append(out, []any{s.Key, s.Value, s.Weight})
		}
		return out
	}
	l := &a.Allocation
	f.object["allocation"] = object{"class": slices(l.Class), "sector": slices(l.Sector), "currency": slices(l.Currency), "country": slices(l.Country)}
	tail := []object{}
	for i := range a.Risk.Tail {
		t := &a.Risk.Tail[i]
		tail = append(tail, object{"method": t.Method, "confidence": t.Confidence, "horizon_days": t.Horizon, "var": shown(t.VaR), "es": shown(t.ES)})
	}
	f.object["tail"] = tail
	r := &a.Risk.Realised
	f.object["realised"] = object{"volatility": shown(r.Volatility), "sharpe": shown(r.Sharpe), "max_drawdown": shown(r.MaxDrawdown), "current_drawdown": shown(r.CurrentDrawdown),
		"beta": shown(r.Beta), "tracking_error": shown(r.TrackingError)}
	return f.object, f.status, f.reason
}

// without is the status of a section that the model does not know.
func without(a *analysis.Analysis) (any, analysis.Status, string) {
	reason := "there is no model of today's holdings"
	return object{"reason": reason}, analysis.Unavailable, reason
}

// greeks are what options and yields do.
func greeks(a *analysis.Analysis) (any, analysis.Status, string) {
	if a.ExAnte == nil {
		return without(a)
	}
	g, f := &a.ExAnte.Greeks, newFigures()
	if len(g.Rows) > 0 {
		f.object["total"] = object{"delta": f.judge(g.Delta), "gamma": f.judge(g.Gamma), "theta": f.judge(g.Theta), "vega": f.judge(g.Vega), "rho": f.judge(g.Rho)}
		rows := []object{}
		for i := range g.Rows {
			o := &g.Rows[i]
			rows = append(rows, object{"symbol": o.Symbol, "volatility": shown(o.Volatility), "delta": shown(o.Delta), "gamma": shown(o.Gamma), "theta": shown(o.Theta), "vega": shown(o.Vega), "rho": shown(o.Rho)})
		}
		f.object["rows"] = rows
	}
	f.object["dv01"] = shown(a.ExAnte.Rates.DV01)
	if g.Reason != "" {
		f.object["reason"] = g.Reason
		f.reason = g.Reason
	}
	return f.object, f.status, f.reason
}

// factors are the model, its factors and every position's part of the risk.
func factors(a *analysis.Analysis) (any, analysis.Status, string) {
	if a.ExAnte == nil {
		return without(a)
	}
	x, f := a.ExAnte, newFigures()
	model := object{"days": x.Model.Days, "covered": shown(x.Model.Covered), "r2": shown(x.Model.R2), "reason": x.Model.Reason}
	if x.Model.Days > 0 {
		model["from"], model["to"] = x.Model.From, x.Model.To
	}
	f.object["model"] = model
	f.object["volatility"] = f.judge(x.Volatility.Model)
	rows := []object{}
	for i := range x.Factors {
		k := &x.Factors[i]
		rows = append(rows, object{"key": k.Key, "beta": shown(k.Beta), "t": shown(k.T), "money": shown(k.Money), "share": shown(k.Share)})
	}
	f.object["factors"] = rows
	positions := []object{}
	for i := range x.Positions {
		p := &x.Positions[i]
		positions = append(positions, object{"symbol": p.Symbol, "share": shown(p.Share), "component": shown(p.Component), "volatility": shown(p.Volatility), "market_beta": shown(p.MarketBeta)})
	}
	f.object["positions"] = positions
	f.object["active"] = object{"tracking_error": shown(x.Active.TrackingError), "beta": shown(x.Active.Beta)}
	if f.reason == "" && x.Model.Reason != "" {
		f.reason = x.Model.Reason
	}
	return f.object, f.status, f.reason
}

// correlations are those of today's holdings; of the matrix the lower half.
func correlations(a *analysis.Analysis) (any, analysis.Status, string) {
	if a.ExAnte == nil {
		return without(a)
	}
	c, f := &a.ExAnte.Correlation, newFigures()
	if c.Reason != "" {
		return object{"reason": c.Reason}, analysis.Unavailable, c.Reason
	}
	f.object["symbols"], f.object["days"] = c.Symbols, c.Days
	var half [][]hundredth
	for i, row := range c.Matrix {
		var short []hundredth
		for _, x := range row[:min(i, len(row))] {
			short = append(short, hundredth(x))
		}
		half = append(half, short)
	}
	f.object["matrix"] = half
	f.object["mean"], f.object["effective_bets"], f.object["diversification_ratio"] = f.judge(c.Mean), shown(c.Bets), shown(c.Ratio)
	return f.object, f.status, f.reason
}

// hundredth is a correlation to two decimals, as the page shows it.
type hundredth float64

// MarshalJSON writes it; not known is null.
func (h hundredth) MarshalJSON() ([]byte, error) {
	if h != h {
		return []byte("null"), nil
	}
	if h > -0.005 && h < 0.005 {
		return []byte("0"), nil
	}
	return fmt.Appendf(nil, "%.2f", float64(h)), nil
}

// stress is what the library of scenarios does to today's holdings.
func stress(a *analysis.Analysis) (any, analysis.Status, string) {
	if a.ExAnte == nil {
		return without(a)
	}
	f := newFigures()
	rows := []object{}
	unknown := 0
	for i := range a.ExAnte.Scenarios {
		s := &a.ExAnte.Scenarios[i]
		if !s.PnL.Known() {
			unknown++
		}
		row := object{"id": s.ID, "pnl": shown(s.PnL), "share": shown(s.Share)}
		if worst, ok := worstOf(s); ok {
			row["worst"] = object{"symbol": worst.Symbol, "pnl": measured(worst.PnL)}
		}
		rows = append(rows, row)
	}
	f.object["scenarios"] = rows
	switch {
	case len(rows) == 0 || unknown == len(rows):
		f.status, f.reason = analysis.Unavailable, "no scenario could be run"
		if a.ExAnte.Model.Reason != "" {
			f.reason = a.ExAnte.Model.Reason
		}
	case unknown > 0:
		f.status, f.reason = analysis.Partial, fmt.Sprintf("%d of %d scenarios could not be run", unknown, len(rows))
	}
	return f.object, f.status, f.reason
}

// worstOf is the position that loses most; the first of equals.
func worstOf(s *analysis.Scenario) (worst analysis.ScenarioPosition, ok bool) {
	for _, p := range s.Positions {
		if p.PnL < worst.PnL {
			worst, ok = p, true
		}
	}
	return worst, ok
}
