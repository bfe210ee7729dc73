package analysis

import (
	"cmp"
	"math"
	"slices"
	"strconv"

	"github.com/foliosight/foliosight/finance/instrument"
	"github.com/foliosight/foliosight/finance/money"
)

// unclassified is the key of what nothing is known of.
const unclassified = "unknown"

// allocation splits the value in several ways. Where nothing held has a value there is
// nothing to split: cash would be all of it.
func (r *runner) allocation() {
	if r.worthless() {
		return
	}
	a := &r.out.Allocation
	a.Class = r.slices(func(h *Holding) string { return classKey(h) }, func(CashBalance) string { return "cash" })
	a.Sector = r.slices(func(h *Holding) string { return cmp.Or(h.Instrument.Sector, sectorless(h)) }, func(CashBalance) string { return "cash" })
	a.Currency = r.slices(func(h *Holding) string { major, _ := h.Instrument.Currency.Major(); return string(major) }, func(c CashBalance) string { return string(c.Currency) })
	a.Country = r.slices(func(h *Holding) string { return cmp.Or(h.Instrument.Country, unclassified) }, func(CashBalance) string { return "cash" })
	a.Group = r.slices(func(h *Holding) string { return string(h.Group) }, func(CashBalance) string { return "cash" })
	a.Account = r.byAccount()
}

// classKey is the class with the side it is held on: shorts are a class of their own.
func classKey(h *Holding) string {
	class := string(h.Instrument.Class)
	if class == "" {
		class = unclassified
	}
	if h.Group == Short {
		return class + " short"
	}
	return class
}

// sectorless names holdings that have no sector by what they are.
func sectorless(h *Holding) string {
	switch h.Instrument.Class {
	case instrument.ETF, instrument.Fund:
		return "funds"
	case instrument.Option:
		return "options"
	case instrument.Private:
		return "private assets"
	}
	return unclassified
}

func (r *runner) slices(ofHolding func(*Holding) string, ofCash func(CashBalance) string) []Slice {
	parts := newParts()
	for i := range r.out.Holdings {
		if h := &r.out.Holdings[i]; h.Value.Known() {
			parts.add(ofHolding(h), h.Value.Amount.Decimal)
		}
	}
	for _, c := range r.out.Cash {
		if c.Value.Known() {
			parts.add(ofCash(c), c.Value.Amount.Decimal)
		}
	}
	return parts.weighed()
}

func (r *runner) byAccount() []Slice {
	parts := newParts()
	for i := range r.out.Holdings {
		h := &r.out.Holdings[i]
		for _, a := range h.Accounts {
			if w := r.valuer.Holding(h.Symbol, a.Quantity, r.AsOf); w.Known {
				parts.add(a.Account, w.Amount.Round(2))
			}
		}
	}
	for _, c := range r.out.Cash {
		if c.Value.Known() {
			parts.add(c.Account, c.Value.Amount.Decimal)
		}
	}
	return parts.weighed()
}

// parts collects slices under their keys.
type parts struct {
	at   map[string]int
	list []Slice
}

func newParts() *parts { return &parts{at: map[string]int{}} }

func (p *parts) add(key string, value money.Decimal) {
	i, ok := p.at[key]
	if !ok {
		i = len(p.list)
		p.at[key] = i
		p.list = append(p.list, Slice{Key: key})
	}
	p.list[i].Value = p.list[i].Value.Add(value)
	p.list[i].Count++
}

// weighed gives each part its weight of the net value, in hundredths of a percent that
// sum to exactly one, and orders the parts by value. Where the net value is not
// positive there are no weights.
func (p *parts) weighed() []Slice {
	slices.SortStableFunc(p.list, func(a, b Slice) int { return cmp.Or(b.Value.Cmp(a.Value), cmp.Compare(a.Key, b.Key)) })
	net := money.Zero
	for _, s := range p.list {
		net = net.Add(s.Value)
	}
	if net.Sign() <= 0 {
		return p.list
	}
	exact := make([]money.Decimal, len(p.list))
	left := money.One
	for i, s := range p.list {
		exact[i] = s.Value.DivRound(net, money.Places)
		p.list[i].Weight = exact[i].Round(4)
		left = left.Sub(p.list[i].Weight)
	}
	// Largest remainder: what rounding left over goes, a hundredth of a percent at a time,
	// to the parts that lost most by it.
	unit := money.New(1, 4)
	if left.Sign() < 0 {
		unit = unit.Neg()
	}
	order := make([]int, len(p.list))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int {
		lost := func(i int) money.Decimal { return exact[i].Sub(p.list[i].Weight).Mul(unit) }
		return lost(b).Cmp(lost(a))
	})
	for i := 0; left.Abs().Cmp(unit.Abs()) >= 0 && len(order) > 0; i++ {
		k := order[i%len(order)]
		p.list[k].Weight = p.list[k].Weight.Add(unit)
		left = left.Sub(unit)
	}
	return p.list
}

// movers are the holdings whose value moved most on the last day.
func (r *runner) movers() {
	for i := range r.out.Holdings {
		h := &r.out.Holdings[i]
		if h.DayChange.Known() && h.DayChange.Float64() != 0 {
			r.out.Movers = append(r.out.Movers, Mover{Symbol: h.Symbol, Name: h.Instrument.Name, Short: h.Quantity.Sign() < 0, Change: h.DayChange, Return: h.DayReturn})
		}
	}
	slices.SortStableFunc(r.out.Movers, func(a, b Mover) int {
		return cmp.Compare(math.Abs(b.Change.Float64()), math.Abs(a.Change.Float64()))
	})
	if len(r.out.Movers) > 8 {
		r.out.Movers = r.out.Movers[:8]
	}
	slices.SortStableFunc(r.out.Movers, func(a, b Mover) int { return cmp.Compare(b.Change.Float64(), a.Change.Float64()) })
}

func sortDeepest(rows []DrawdownRow) {
	slices.SortStableFunc(rows, func(a, b DrawdownRow) int { return cmp.Compare(a.Depth, b.Depth) })
}

func itoa(n int) string { return strconv.Itoa(n) }

// percent writes a fraction as percent with two decimals, for inputs of explanations.
func percent(x float64) string { return strconv.FormatFloat(x*100, 'f', 2, 64) + " %" }

// dataStatus says how good the data behind the figures are.
func (r *runner) dataStatus() {
	d := &r.out.Data
	d.Holdings, d.Gaps, d.MarketSplits = len(r.out.Holdings), r.timeline.Gaps, r.Book.MarketSplits
	for i := range r.out.Holdings {
		h := &r.out.Holdings[i]
		switch h.Value.Status {
		case Unavailable:
			d.Unpriced = append(d.Unpriced, h.Symbol)
		case Stale:
			d.Stale = append(d.Stale, h.Symbol)
		case Estimated:
			d.Estimated = append(d.Estimated, h.Symbol)
			d.Priced++
		default:
			d.Priced++
		}
		if !h.PriceDate.IsNone() {
			d.LastPrice = max(d.LastPrice, h.PriceDate)
		}
	}
	seen := map[money.Currency]bool{r.Book.Base: true, "": true}
	note := func(c money.Currency) {
		if seen[c] {
			return
		}
		seen[c] = true
		row := RateStatus{Currency: c}
		if conversion := r.valuer.Conversion(c); conversion == nil {
			row.Reason = "no exchange rate to " + string(r.Book.Base)
		} else if _, observed, err := conversion.Rate(r.AsOf); err != nil {
			row.Reason = err.Error()
		} else if row.Path = conversion.Path(); row.Path != "" {
			row.Observed = observed
		}
		d.Rates = append(d.Rates, row)
	}
	for i := range r.out.Holdings {
		note(r.out.Holdings[i].Instrument.Currency)
	}
	for _, c := range r.out.Cash {
		note(c.Currency)
	}
}
