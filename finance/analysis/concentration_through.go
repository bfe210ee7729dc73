package analysis

import (
	"math"
	"slices"
	"strconv"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/instrument"
	"github.com/foliosight/foliosight/finance/lookthrough"
	"github.com/foliosight/foliosight/finance/money"
)

// mostExposed is how many lines a list has; the others are gathered in one more.
const mostExposed = 30

// staleHoldings is how many days old a list of a fund's holdings may be: funds publish
// them with every yearly report at least.
const staleHoldings = 400

// lookThrough splits the holdings up by what they are exposed to.
func (r *runner) lookThrough() {
	out := &r.out.Risk.Concentration.LookThrough
	book, status, reasons := r.exposed()
	result := r.Panel.Funds().Through(book, mostExposed)
	out.Known = Unknown(Fraction, r.AsOf, "look_through_known", "no fund is held")
	if len(result.Funds) > 0 {
		out.Known = Measure(result.Known, Fraction, r.AsOf, "look_through_known")
		if out.Known.Known() && result.Known < 0.9995 {
			status = Worse(status, Estimated)
			reasons = append(reasons, "of "+percent(1-result.Known)+" of what is in funds the holdings are not known; it counts under the funds' own names")
		}
	}
	for i := range result.Funds {
		row, weaker := r.fundKnown(&result.Funds[i])
		if weaker != "" {
			status = Worse(status, row.Known.Status)
			reasons = append(reasons, weaker)
			out.Known = out.Known.With(row.Known.Status, weaker)
		}
		if row.AsOf != 0 && (out.AsOf == 0 || row.AsOf < out.AsOf) {
			out.AsOf = row.AsOf
		}
		out.Funds = append(out.Funds, row)
	}
	out.AsHeld = r.nameMeasures(result.AsIs, "as_held_", status, reasons)
	out.Through = r.nameMeasures(result.Measures, "look_through_", status, reasons)
	s := r.splitter(result.Total)
	if s == nil {
		for _, f := range []*Figure{&out.Long, &out.Short, &out.Net, &out.Gross} {
			*f = Unknown(r.unit(), r.AsOf, "look_through_net", "it cannot be computed from these inputs")
		}
		return
	}
	put := func(amount int64, method string) Figure {
		if len(book) == 0 && len(reasons) > 0 {
			return Unknown(r.unit(), r.AsOf, method, reasons...)
		}
		return r.money(s.amount(amount), method).With(status, reasons...)
	}
	out.Long, out.Short = put(s.long, "look_through_long"), put(-s.short, "look_through_short")
	out.Net, out.Gross = put(s.long-s.short, "look_through_net"), put(s.long+s.short, "look_through_gross")
	out.Names = s.split(result.Names)
	out.Issuers, out.Sectors = s.split(result.Groups[lookthrough.Issuer]), s.split(result.Groups[lookthrough.Sector])
	out.Countries, out.Currencies = s.split(result.Groups[lookthrough.Country]), s.split(result.Groups[lookthrough.Currency])
}

// exposed is the book by what each holding is exposed to, and how far it can be relied on.
func (r *runner) exposed() (book []lookthrough.Position, status Status, reasons []string) {
	status = Complete
	options := false
	for i := range r.out.Holdings {
		h := &r.out.Holdings[i]
		without := ""
		switch {
		case h.Instrument.Class == instrument.Option:
			exposure, underlying, why := r.optionDelta(h)
			if without = why; why == "" {
				options = true
				book = append(book, lookthrough.Position{Instrument: r.underlying(underlying), Amount: exposure})
			}
		case h.Value.Known():
			i := h.Instrument
			if i.Sector == "" && i.Class == instrument.Private {
				i.Sector = sectorless(h)
			}
			book = append(book, lookthrough.Position{Instrument: i, Amount: h.Value.Float64()})
		default:
			without = first(h.Value.Reasons)
		}
		if more := named(h.Symbol, h.doubts); len(more) > 0 {
			status, reasons = Worse(status, Estimated), append(reasons, more...)
		}
		if without != "" {
			status = Worse(status, Partial)
			reasons = append(reasons, "without "+h.Symbol+": "+without)
		}
	}
	if options {
		status = Worse(status, Estimated)
		reasons = append(reasons, r.deltaReason())
	}
	return book, status, reasons
}

// underlying is the instrument of a symbol, without the list of what it holds.
func (r *runner) underlying(symbol string) instrument.Instrument {
	i, ok := r.Panel.Instrument(symbol)
	if !ok {
		i = r.Book.Instrument(symbol)
	}
	return i
}

// fundKnown says how well the holdings of a fund are known, and what weakens that.
func (r *runner) fundKnown(f *lookthrough.Fund) (row FundKnown, weaker string) {
	row = FundKnown{Symbol: f.Symbol, Name: f.Name, AsOf: f.AsOf, Source: f.Source, Reason: f.Reason,
		Exposure: r.measured(f.Amount, "look_through_exposure"), Known: Measure(f.Known, Fraction, r.AsOf, "fund_known")}
	status := Complete
	switch {
	case f.AsOf == 0 || f.AsOf == date.None:
		if f.Known > 0 {
			status, weaker = Estimated, "it is not said of when the holdings of "+f.Symbol+" are"
		}
	case r.AsOf-f.AsOf > staleHoldings:
		status, weaker = Stale, "the holdings of "+f.Symbol+" are of "+f.AsOf.String()
	case f.AsOf > r.AsOf:
		status, weaker = Estimated, "the holdings of "+f.Symbol+" are of later, "+f.AsOf.String()
	}
	if weaker != "" {
		row.Known = row.Known.With(status, weaker)
	}
	return row, weaker
}

func (r *runner) nameMeasures(m lookthrough.Measures, prefix string, status Status, reasons []string) NameMeasures {
	take := func(x float64, unit Unit, name string) Figure {
		if math.IsNaN(x) {
			return Unknown(unit, r.AsOf, prefix+name, nothingHeld(reasons)...)
		}
		return Measure(x, unit, r.AsOf, prefix+name).With(status, reasons...)
	}
	return NameMeasures{take(m.HHI, Ratio, "hhi"), take(m.Effective, Count, "effective"), take(m.Top3, Fraction, "top3"), take(m.Top10, Fraction, "top10")}
}

// Indirect reports whether anything is held through a fund of known holdings.
func (l *LookThrough) Indirect() bool {
	return slices.ContainsFunc(l.Funds, func(f FundKnown) bool { return f.Known.Float64() > 0 })
}

// Exposure is the net exposure of a line, and the same as a share of the total value.
func (l *LookThrough) Exposure(x *Exposed) (net, weight Figure) {
	net = l.Net
	net.Method, net.Amount = "look_through_exposure", money.Some(x.Net)
	net = net.From("Long", x.Long.String()).From("Short", x.Short.String()).From("Held directly", x.Direct.String()).From("Through funds", x.Indirect.String()).From("Names", strconv.Itoa(x.Count))
	if !x.Weight.Known {
		return net, Unknown(Fraction, l.Net.AsOf, "look_through_weight", "the total value is not positive")
	}
	return net, Measure(x.Weight.Decimal.Float64(), Fraction, l.Net.AsOf, "look_through_weight").With(net.Status, net.Reasons...).From("Share of the gross exposure", percent(x.Share))
}

// splitter cuts totals into lines that add up to them in the currency's smallest unit.
// Short amounts are counted positive.
type splitter struct {
	places      int32
	unit        float64 // how many smallest units one of the currency has
	long, short int64   // in the smallest unit
	gross       float64
	value       money.Decimal // of all that is held; zero where weights make no sense
}

// splitter returns nil where the amounts are too large to be counted.
func (r *runner) splitter(total lookthrough.Amounts) *splitter {
	s := &splitter{places: int32(max(r.Book.Base.Places(), 2)), gross: total.Gross()}
	s.unit = math.Pow10(int(s.places))
	if !(s.gross*s.unit < 1e18) {
		return nil
	}
	s.long, s.short = int64(math.Round(total.Long*s.unit)), int64(math.Round(-total.Short*s.unit))
	if v := r.out.Summary.Value; v.Known() && v.Amount.Decimal.Sign() > 0 {
		s.value = v.Amount.Decimal
	}
	return s
}

func (s *splitter) amount(n int64) money.Decimal { return money.New(n, s.places) }

func (s *splitter) split(l lookthrough.List) []Exposed {
	lines := l.Lines
	if l.Left.Count > 0 {
		lines = append(slices.Clip(lines), l.Left)
	}
	long, short := make([]float64, len(lines)), make([]float64, len(lines))
	for i := range lines {
		long[i], short[i] = lines[i].Long*s.unit, -lines[i].Short*s.unit
	}
	longs, shorts := apportion(long, s.long), apportion(short, s.short)
	out := make([]Exposed, len(lines))
	for i := range lines {
		k, net := &lines[i], longs[i]-shorts[i]
		direct := int64(math.Round(k.Direct * s.unit))
		if k.Indirect == 0 {
			direct = net
		}
		x := Exposed{Key: k.Key, Name: k.Name, Rest: k.Rest, Count: k.Count, Long: s.amount(longs[i]), Short: s.amount(-shorts[i]), Net: s.amount(net), Gross: s.amount(longs[i] + shorts[i]),
			Direct: s.amount(direct), Indirect: s.amount(net - direct), Share: k.Gross() / s.gross}
		if s.value.Sign() > 0 {
			x.Weight = money.Some(x.Net.DivRound(s.value, 6))
		}
		out[i] = x
	}
	return out
}

// apportion rounds amounts that are not negative so that they sum to total, which is
// their sum rounded: what rounding left over goes to those that lost most by it (largest
// remainder).
func apportion(amounts []float64, total int64) []int64 {
	out, order := make([]int64, len(amounts)), make([]int, 0, len(amounts))
	left := total
	for i, x := range amounts {
		out[i] = int64(math.Floor(x))
		left -= out[i]
		if x > 0 {
			order = append(order, i)
		}
	}
	lost := func(i int) float64 { return amounts[i] - float64(out[i]) }
	slices.SortStableFunc(order, func(a, b int) int {
		switch x, y := lost(a), lost(b); {
		case x > y:
			return -1
		case x < y:
			return 1
		}
		return 0
	})
	for k := 0; left != 0 && len(order) > 0; k++ {
		step := int64(1)
		if left < 0 {
			step = -1
		}
		out[order[k%len(order)]] += step
		left -= step
	}
	return out
}
