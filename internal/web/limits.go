package web

import (
	"encoding/json"
	"math"

	"github.com/foliosight/foliosight/finance/analysis"
	"github.com/foliosight/foliosight/finance/money"
	"github.com/foliosight/foliosight/internal/service"
	"github.com/foliosight/foliosight/internal/web/format"
	"github.com/foliosight/foliosight/internal/web/view"
)

// limits are what an owner does not want to exceed.
type limits = service.Limits

// writeLimits puts them into settings, leaving everything else as it is.
func writeLimits(settings json.RawMessage, l limits) (json.RawMessage, error) {
	all := map[string]json.RawMessage{}
	if len(settings) > 0 {
		if err := json.Unmarshal(settings, &all); err != nil {
			return nil, err
		}
	}
	text, err := json.Marshal(l)
	if err != nil {
		return nil, err
	}
	all["limits"] = text
	return json.Marshal(all)
}

func (r *request) limits() limits {
	if r.portfolio == nil {
		return limits{}
	}
	return service.ReadLimits(r.portfolio.Settings)
}

// limited draws a value towards its limit: the tick stands at 80 of 100. what is
// compared is what is displayed beside it.
func limited(value float64, limit money.Decimal) view.Limit {
	if limit.Sign() <= 0 || math.IsNaN(value) {
		return view.Limit{}
	}
	share := math.Abs(value) / limit.Float64()
	return view.Limit{Has: true, Over: share > 1, Share: math.Min(100, 80*share)}
}

// riskStrip is the row of risk figures.
func (w *writer) riskStrip(l limits) view.RiskStrip {
	a := w.a
	net := w.item("Net exposure", a.Risk.Exposure.NetShare, percent1, l.Net, a.Risk.Exposure.NetShare.Float64())
	gross := w.item("Gross exposure", a.Risk.Exposure.GrossShare, percent1, l.Gross, a.Risk.Exposure.GrossShare.Float64())
	w.note(&net, w.text(a.Risk.Exposure.Net, whole, false)+" "+string(a.Base))
	w.note(&gross, w.text(a.Risk.Exposure.Gross, whole, false)+" "+string(a.Base))
	label := "Beta"
	if a.Benchmark != nil {
		label = "Beta to " + benchmarkName(a)
	}
	modelled := a.ExAnte != nil && a.ExAnte.Volatility.Model.Known()
	expected := service.ExpectedBeta(a)
	beta := w.item(label, expected, ratio, l.Beta, expected.Float64())
	if modelled {
		w.note(&beta, "of today's holdings")
	} else {
		w.note(&beta, w.Count(a.Risk.Realised.Days)+" daily returns")
	}
	expected = service.ExpectedVolatility(a)
	volatility := w.item("Volatility, a year", expected, percent1, l.Volatility, expected.Float64())
	if modelled && a.Risk.Realised.Volatility.Known() {
		w.note(&volatility, "expected; it was "+w.text(a.Risk.Realised.Volatility, percent1, false))
	} else if a.Risk.Realised.BenchmarkVolatility.Known() && a.Benchmark != nil {
		w.note(&volatility, benchmarkName(a)+" "+w.text(a.Risk.Realised.BenchmarkVolatility, percent1, false))
	} else {
		w.note(&volatility, w.Count(a.Risk.Realised.Days)+" daily returns")
	}
	items := []view.RiskItem{net, gross, beta, volatility}
	if row := tailRow(a, "historical", 0.95); row != nil {
		item := w.item("VaR 95%, 1 day", row.VaR, whole, l.VaR, row.VaRShare.Float64())
		w.note(&item, w.text(row.VaRShare, percent2, false)+" of value · historical")
		items = append(items, item)
	}
	items = append(items, w.largestItem(l))
	strip := view.RiskStrip{Items: items}
	set, over := 0, 0
	for i := range items {
		limit := &items[i]
		if !limit.Limit.Has || !limit.Known() {
			continue
		}
		set++
		if limit.Limit.Over {
			over++
		}
	}
	strip.Note = "of today's holdings"
	if !modelled {
		strip.Note = "exposures as of today's holdings, the rest from daily returns"
	}
	if set > 0 {
		strip.Note = counted(w, set-over, "of "+w.Count(set)+" within its limit", "of "+w.Count(set)+" within their limits")
	}
	return strip
}

// item is a figure with its bar towards a limit.
func (w *writer) item(label string, f analysis.Figure, s style, limit money.Decimal, compared float64) view.RiskItem {
	item := view.RiskItem{Figure: w.figure(label, f, s), Limit: limited(compared, limit)}
	if item.Limit.Has {
		text := w.Percent(limit.Float64(), 0)
		if s == ratio {
			text = w.Float(limit.Float64(), 2)
		} else if s == whole {
			text = w.Percent(limit.Float64(), 2)
		}
		item.Note = "limit " + text
		if item.Limit.Over {
			item.Note, item.NoteTone = "over the limit of "+text, view.Warn
		}
	}
	return item
}

// note fills the line under a figure where no limit stands there.
func (w *writer) note(item *view.RiskItem, text string) {
	if item.Note == "" {
		item.Note = text
	}
}

// largestItem is the largest position, as a share of the value where that is what
// its limit is of.
func (w *writer) largestItem(l limits) view.RiskItem {
	var largest *analysis.Holding
	for i := range w.a.Holdings {
		h := &w.a.Holdings[i]
		if h.Weight.Known() && (largest == nil || math.Abs(h.Weight.Float64()) > math.Abs(largest.Weight.Float64())) {
			largest = h
		}
	}
	if largest == nil {
		why := "nothing is held"
		if len(w.a.Holdings) > 0 {
			why = reason(w.a.Holdings[0].Weight)
			if share := w.a.Risk.Concentration.LargestShare; !share.Known() {
				why = reason(share)
			}
		}
		return view.RiskItem{Figure: view.Figure{Label: "Largest position", Text: format.Unknown, Reason: why}}
	}
	item := w.item("Largest position", largest.Weight, percent1, l.Largest, largest.Weight.Float64())
	// A long name stands in the label, where there is room for it.
	if name := shortName(largest); len([]rune(name)) <= 8 {
		item.Text = name + " " + item.Text
	} else {
		item.Label = "Largest, " + name
	}
	if c := w.a.Risk.Concentration; c.Effective.Known() {
		w.note(&item, w.Float(c.Effective.Float64(), 1)+" effective positions")
	}
	return item
}

func tailRow(a *analysis.Analysis, method string, confidence float64) *analysis.TailRow {
	for i := range a.Risk.Tail {
		if t := &a.Risk.Tail[i]; t.Method == method && t.Confidence == confidence && t.Horizon == 1 {
			return t
		}
	}
	return nil
}
