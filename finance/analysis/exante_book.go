package analysis

import (
	"math"
	"sync"

	"github.com/foliosight/foliosight/finance/bond"
	"github.com/foliosight/foliosight/finance/exante"
	"github.com/foliosight/foliosight/finance/instrument"
	"github.com/foliosight/foliosight/finance/money"
	"github.com/foliosight/foliosight/finance/scenario"
)

// exAnte measures the risk of today's holdings.
func (r *runner) exAnte(s *shared) {
	out := &ExAnte{}
	r.out.ExAnte = out
	r.model = exante.NewModel(r.exAnteBook(s.market))
	r.describeModel(out)
	var others sync.WaitGroup // scenarios take as long as the rest together
	others.Go(func() { r.scenarios(out) })
	defer others.Wait()
	r.factors(out)
	r.positions(out)
	r.sources(out)
	r.parametric(out)
	r.active(out)
	r.outlook(out)
	r.backtest(out)
	r.correlation(out)
	r.greeks(out)
	r.ratesRisk(out)
	r.liquidity(out)
}

// exAnteBook is today's holdings and foreign cash as the model takes them. Holdings
// without a value have nothing that could be at risk that is known; they are named with
// the totals.
func (r *runner) exAnteBook(m *exante.Market) *exante.Book {
	b := &exante.Book{Market: m, Benchmark: r.Benchmark, Value: r.totalValue()}
	for i := range r.out.Holdings {
		h := &r.out.Holdings[i]
		if !h.Value.Known() {
			b.Holdings = append(b.Holdings, exante.Holding{Symbol: h.Symbol, Class: string(h.Instrument.Class), Sector: h.Instrument.Sector, Reason: first(h.Value.Reasons)})
			continue
		}
		b.Holdings = append(b.Holdings, r.exAnteHolding(h))
	}
	cash, unknown := map[money.Currency]int{}, map[money.Currency]bool{}
	for _, c := range r.out.Cash {
		major, _ := c.Currency.Major()
		if !c.Value.Known() {
			if _, ok := unknown[major]; !ok {
				unknown[major] = true
				b.Holdings = append(b.Holdings, exante.Holding{Symbol: string(major), Class: "cash", Sector: "Cash", Cash: true, Reason: first(c.Value.Reasons)})
			}
			continue
		}
		at, ok := cash[major]
		if !ok {
			at = len(b.Holdings)
			cash[major] = at
			b.Holdings = append(b.Holdings, exante.Holding{Symbol: string(major), Currency: major, Class: "cash", Sector: "Cash", Cash: true})
		}
		b.Holdings[at].Value += c.worth.Float64()
	}
	return b
}

func (r *runner) exAnteHolding(h *Holding) exante.Holding {
	inst := h.Instrument
	major, _ := inst.Currency.Major()
	out := exante.Holding{Symbol: h.Symbol, Asset: h.Symbol, Value: h.Value.Float64(), Currency: major,
		Sector: inst.Sector, Country: inst.Country, Class: string(inst.Class)}
	switch {
	case inst.Class == instrument.Private:
		out.Reason = "a private asset has no price history of its own"
		return out
	case inst.IsBond():
		out.Bond = r.exAnteBond(h)
	case inst.Class == instrument.Option:
		p := r.options[h.Symbol]
		out.Asset = inst.Underlying
		switch {
		case p.expired:
			out.Reason = "it has expired"
		case p.why != "":
			out.Reason = p.why
		default:
			option := p.Option
			out.Option = &option
		}
		if u := r.Book.Instrument(inst.Underlying); u.Sector != "" {
			out.Sector, out.Country = u.Sector, u.Country
		}
	}
	if len(r.Book.Splits(out.Asset)) > 0 {
		out.Series = r.totalReturn(out.Asset)
	}
	return out
}

// exAnteBond is a bond at its market price, settled on the as-of day; nil where its terms
// or its price make no sense, which leaves it to its price history.
func (r *runner) exAnteBond(h *Holding) *exante.Bond {
	if !h.Price.Known || !h.Rate.Known && h.Instrument.Currency != r.Book.Base {
		return nil
	}
	v, err := bond.Value(h.Instrument, h.Price.Decimal.Float64(), r.AsOf, nil)
	if err != nil {
		return nil
	}
	hundreds := h.Quantity.Float64() * v.Units * h.Rate.Or(money.One).Float64()
	return &exante.Bond{Duration: v.Figures.Modified, BondTerms: scenario.BondTerms{Years: v.Figures.Macaulay, Yield: v.Figures.Yield, Units: hundreds,
		Reprice: func(change float64) float64 {
			price, err := v.Reprice(change)
			if err != nil {
				return math.NaN()
			}
			return hundreds * price
		}}}
}

// totalValue is the portfolio's value, 0 where it is not known.
func (r *runner) totalValue() float64 {
	if v := r.out.Summary.Value; v.Known() {
		return v.Float64()
	}
	return 0
}

// behind is the value behind exposure i of the model.
func (r *runner) behind(i int) Figure {
	b := &r.model.Book.Holdings[i]
	switch h := r.holding(i); {
	case h != nil:
		return h.Value
	case b.Reason != "":
		return Unknown(r.unit(), r.AsOf, "cash", b.Reason)
	}
	return r.measured(b.Value, "cash")
}

// holding is the holding behind exposure i of the model; nil for cash.
func (r *runner) holding(i int) *Holding {
	if i < len(r.out.Holdings) {
		return &r.out.Holdings[i]
	}
	return nil
}
