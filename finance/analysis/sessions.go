package analysis

import (
	"slices"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/instrument"
	"github.com/foliosight/foliosight/finance/market"
)

// findSessions marks the days on which a price of something held was observed. Weekend
// prices (crypto-currencies) count into the next session.
func (r *runner) findSessions() {
	r.session = make([]bool, len(r.days))
	r.valued = len(r.days) - 1
	last := -1
	var before []date.Date
	for _, symbol := range r.nodeSymbols() {
		if inst := r.Book.Instrument(symbol); inst.Simulated {
			r.out.Simulated = true
		}
		s := r.Panel.Prices(symbol)
		if s == nil || len(s.Dates) == 0 || len(before) == len(s.Dates) && &before[0] == &s.Dates[0] {
			continue // series of one file share their days
		}
		before = s.Dates
		i := 0
		for _, d := range s.Dates {
			for i < len(r.days) && r.days[i] < d {
				i++
			}
			if i == len(r.days) {
				break
			}
			if r.days[i] == d {
				last = max(last, i)
				if !d.IsWeekend() {
					r.session[i] = true
				}
			}
		}
	}
	if last >= 0 {
		r.valued = last
	}
	if len(r.days) > 0 {
		r.out.ValuedOn = r.days[r.valued]
	}
}

// nodeSymbols are the symbols of the node, held or not.
func (r *runner) nodeSymbols() []string {
	if r.Node.IsHolding() {
		return r.Node.Symbols
	}
	return r.Book.Symbols
}

// findBenchmark lays the benchmark's total return onto the axis.
func (s *shared) findBenchmark(in *Input) {
	if in.Benchmark == "" {
		return
	}
	series := in.Panel.TotalReturn(in.Benchmark, in.AsOf)
	if series == nil || len(series.Dates) == 0 {
		return
	}
	inst, ok := in.Panel.Instrument(in.Benchmark)
	if !ok {
		inst = instrument.Instrument{Symbol: in.Benchmark, Currency: in.Book.Base}
	}
	filled := slices.Clone(series.Filled(s.view.Days))
	if inst.Currency != "" && inst.Currency != in.Book.Base {
		c, err := in.Panel.Conversion(inst.Currency, in.Book.Base)
		if err != nil {
			return
		}
		for i, fx := range c.Filled(s.view.Days) {
			filled[i] *= fx
		}
	}
	basis := "price"
	if a := in.Panel.Actions(in.Benchmark); in.Panel.Prices(in.Benchmark) == nil || a != nil && len(a.Dividends) > 0 {
		basis = "total return"
	}
	s.index = filled
	s.benchmark = &Benchmark{Symbol: in.Benchmark, Name: inst.Name, Basis: basis}
}

// actions are the corporate actions of a symbol: the market's, with the splits that only
// the ledger knows.
func (r *runner) actions(symbol string) *market.Actions {
	known, booked := r.Panel.Actions(symbol), r.Book.Splits(symbol)
	if len(booked) == 0 {
		return known
	}
	all := &market.Actions{Splits: booked}
	if known != nil {
		all.Dividends = known.Dividends
		for _, s := range known.Splits {
			if !slices.ContainsFunc(booked, func(b market.SplitEvent) bool { return b.Date == s.Date }) {
				all.Splits = append(all.Splits, s)
			}
		}
	}
	all.Sort()
	return all
}

// totalReturn is a symbol's total-return series: the ready-made one of the panel, else
// its prices with dividends reinvested and splits taken out.
func (r *runner) totalReturn(symbol string) *market.Series {
	if len(r.Book.Splits(symbol)) == 0 {
		return r.Panel.TotalReturn(symbol, r.AsOf)
	}
	s, _ := market.TotalReturn(r.Panel.Prices(symbol), r.actions(symbol), r.Book.Instrument(symbol).Currency, r.AsOf)
	return s
}
