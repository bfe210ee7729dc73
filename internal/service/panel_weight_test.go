package service

import (
	"context"
	"fmt"
	"runtime"
	"slices"
	"testing"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/instrument"
	"github.com/foliosight/foliosight/finance/market"
	"github.com/foliosight/foliosight/finance/money"
	"github.com/foliosight/foliosight/internal/store"
)

// weighed is a market of ten years, given to each panel anew or the same to all.
type weighed struct {
	days    []date.Date
	closes  []float64
	sources int
	shared  bool
	payers  bool
}

func (w *weighed) Instruments(_ context.Context, symbols []string, _ store.MarketVersion, _ bool) (map[string]instrument.Instrument, error) {
	out := map[string]instrument.Instrument{}
	for _, s := range symbols {
		out[s] = instrument.Instrument{Symbol: s, Currency: "EUR", Class: instrument.Equity}
	}
	return out, nil
}

func (w *weighed) Series(_ context.Context, q store.SeriesQuery) (all []store.Series, _ error) {
	if q.Kind != store.Prices || q.Full {
		return nil, nil
	}
	for _, symbol := range q.Symbols {
		for i := range w.sources {
			s := store.Series{Kind: q.Kind, Symbol: symbol, Source: fmt.Sprint("source ", i), Currency: "EUR", Dates: w.days, Close: w.closes}
			if !w.shared {
				s.Dates, s.Close = slices.Clone(s.Dates), slices.Clone(s.Close)
			}
			all = append(all, s)
		}
	}
	return all, nil
}

func (w *weighed) OwnPrices(context.Context, []string, store.MarketVersion) ([]store.OwnPrice, error) {
	return nil, nil
}

func (w *weighed) Actions(_ context.Context, symbols []string, _ store.MarketVersion, _ bool) (all []store.Action, _ error) {
	for _, s := range symbols {
		for day := w.days[0] + 90; w.payers && day < w.days[len(w.days)-1]; day += 90 {
			all = append(all, store.Action{Kind: store.DividendAction, Symbol: s, Date: day, Amount: money.Some(money.One), Currency: "EUR", Source: "source 0"})
		}
	}
	return all, nil
}

func heap() int {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int(m.HeapAlloc)
}

// What a panel is thought to weigh is about what it takes, whether its series are others'
// too or its own, of one source or put together of two, and with the total returns.
func TestPanelsWeighWhatTheyTake(t *testing.T) {
	const symbols, years = 30, 6
	w := &weighed{}
	for day := date.Must(2015, 1, 1); day < date.Must(2015+years, 1, 1); day++ {
		if day%7 < 5 {
			w.days, w.closes = append(w.days, day), append(w.closes, 100+float64(day%11))
		}
	}
	wants := panelWants{currencies: []money.Currency{"EUR"}, through: w.days[len(w.days)-1]}
	for i := range symbols {
		wants.symbols = append(wants.symbols, fmt.Sprintf("S%02d", i))
	}
	for _, w.shared = range []bool{true, false} {
		for _, w.sources = range []int{1, 2} {
			for _, w.payers = range []bool{true, false} {
				panels := 8
				if w.shared && w.sources == 1 && !w.payers { // little, so that it takes many to measure
					panels = 60
				}
				weight, kept := 0, make([]*market.Panel, panels)
				before := heap()
				for i := range kept {
					one := wants
					one.made = map[*market.Series]bool{}
					p, err := loadPanel(ctx, w, one)
					if err != nil {
						t.Fatal(err)
					}
					for _, symbol := range p.Symbols() {
						p.TotalReturn(symbol, one.through)
					}
					kept[i], weight = p, weight+int(weightOfPanel(p, w.shared, one.made))
				}
				took := heap() - before
				days := panels * symbols * len(w.days)
				t.Logf("shared %v, %d sources, dividends %v: %.1f bytes a day of a series, thought %.1f", w.shared, w.sources, w.payers, float64(took)/float64(days), float64(weight)/float64(days))
				if ratio := float64(weight) / float64(took); ratio < 0.75 || ratio > 1.6 {
					t.Errorf("shared %v, %d sources, dividends %v: %d bytes are taken and %d thought", w.shared, w.sources, w.payers, took, weight)
				}
				runtime.KeepAlive(kept)
			}
		}
	}
}
