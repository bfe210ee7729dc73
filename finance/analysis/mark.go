package analysis

import (
	"fmt"
	"math"
	"slices"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/instrument"
	"github.com/foliosight/foliosight/finance/market"
	"github.com/foliosight/foliosight/finance/option"
	"github.com/foliosight/foliosight/finance/option/surface"
	"github.com/foliosight/foliosight/finance/portfolio"
)

// optionMark is what an option without a price of its own is valued at: the volatility
// that the quotes of the other options of its underlying imply at its strike and expiry.
type optionMark struct {
	terms    option.Terms // as of the day of the underlying's last price
	american bool
	forward  bool      // on a future
	on       date.Date // the day of the price
	price    float64
	said     string  // what it rests on
	given    []Given // the same as inputs
	why      string  // why there is none
}

// What a mark needs: so many used quotes, of one day not older than so many days. Of the
// chain only the expiries on either side are fitted, with so many strikes each around
// the option's own.
const (
	markQuotes   = 3
	markAge      = 5
	markExpiries = 2 // on either side, its own counted with the later ones
	markStrikes  = 12
	markLeast    = 3 // strikes that an expiry needs for a smile
)

// markOptions values the options that are held and have no price, on the as-of day alone:
// the panel it returns has the marks among its prices. What they were worth before is
// not known.
func markOptions(in *Input) map[string]*optionMark {
	var marks map[string]*optionMark
	panel := in.Panel
	var chains map[string][]instrument.Instrument
	for _, x := range in.Book.Holdings(portfolio.Node{}, in.AsOf) {
		o := in.Book.Instrument(x.Symbol)
		if o.Class != instrument.Option || !o.IsOption() || o.Expiry <= in.AsOf || marks[x.Symbol] != nil {
			continue
		}
		if _, _, priced := in.Panel.Price(x.Symbol, in.AsOf); priced {
			continue
		}
		if marks == nil {
			marks, panel, chains = map[string]*optionMark{}, panel.Clone(), optionChains(in.Panel)
		}
		m := markOption(in, o, chains[o.Underlying])
		if marks[x.Symbol] = m; m.why == "" {
			panel.SetPrices(x.Symbol, market.NewSeries([]date.Date{m.on}, []float64{m.price}, "estimated"))
		}
	}
	in.Panel = panel
	return marks
}

// optionChains are the options of a panel that have prices, by underlying, in order of
// their symbols.
func optionChains(panel *market.Panel) map[string][]instrument.Instrument {
	out := map[string][]instrument.Instrument{}
	for _, symbol := range panel.Symbols() {
		o, known := panel.Instrument(symbol)
		if !known || !o.IsOption() {
			var err error
			if o, err = instrument.ParseOCC(symbol); err != nil {
				continue
			}
		}
		o.Symbol = symbol
		out[o.Underlying] = append(out[o.Underlying], o)
	}
	return out
}

// markOption fits the surface around an option and reads its volatility off it.
func markOption(in *Input, o instrument.Instrument, chain []instrument.Instrument) *optionMark {
	m := &optionMark{american: true}
	unknown := func(format string, args ...any) *optionMark {
		m.why = fmt.Sprintf(format, args...)
		return m
	}
	r := runner{Input: *in}
	spot, of, why := r.spot(o, in.AsOf)
	if why != "" {
		return unknown("%s", why)
	}
	day, quotes := in.quotesOf(chain, in.AsOf)
	if len(quotes) == 0 {
		return unknown("neither it nor another option of %s has a price of the last %d days", o.Underlying, markAge)
	}
	quoted, _, why := r.spot(o, day)
	if why != "" {
		return unknown("%s", why)
	}
	rate, _ := r.rateNow()
	mk := surface.Market{On: day, Spot: quoted, Rate: surface.Flat(rate), American: true, UseLast: true}
	if u, ok := in.Panel.Instrument(o.Underlying); ok && (u.Class == instrument.Future || u.Class == instrument.Index) {
		if mk.American, m.american = false, false; u.Class == instrument.Future {
			mk.DividendYield, m.forward = rate, true
		}
	}
	s, err := surface.Build(mk, around(quotes, o))
	used := 0
	if s != nil {
		used, _ = s.Quotes()
	}
	if err != nil || used < markQuotes {
		return unknown("it has no price, and %d of %d prices of other options of %s on %s imply a volatility near its terms; at least %d are needed", used, len(quotes), o.Underlying, day, markQuotes)
	}
	kind := option.Kind(o.Right == instrument.Put)
	terms, mark, err := s.Terms(kind, o.Strike.Decimal.Float64(), o.Expiry)
	switch {
	case err != nil:
		return unknown("it has no price, and the quotes of %s on %s give none: %v", o.Underlying, day, err)
	case mark.Status == surface.Extrapolated:
		return unknown("it has no price, and its strike and expiry lie outside of the %d quotes of other options of %s on %s", used, o.Underlying, day)
	}
	m.on, terms.Spot, terms.Years = of, spot, float64(o.Expiry-in.AsOf)/365
	if m.american && terms.Kind == option.Call && terms.DividendYield <= 0 && terms.Rate >= 0 {
		m.american = false // never exercised early
	}
	if m.terms = terms; m.american {
		m.price = option.AmericanPrice(terms)
	} else {
		m.price = option.European(terms).Price
	}
	m.price = math.Round(m.price*1e6) / 1e6
	if !(m.price > 0) || math.IsInf(m.price, 0) {
		return unknown("it has no price, and the volatility between the quotes of %s on %s makes it worth nothing", o.Underlying, day)
	}
	m.say(s, mark, o, day, used)
	return m
}

// quotesOf are the prices of a chain on the last day on which enough of it was quoted; on
// that with the most where there is none.
func (in *Input) quotesOf(chain []instrument.Instrument, asOf date.Date) (date.Date, []surface.Quote) {
	var days [markAge + 1][]surface.Quote // by age
	for _, o := range chain {
		s := in.Panel.Prices(o.Symbol)
		for i := s.Index(asOf); i >= 0 && s.Dates[i] >= asOf-markAge; i-- {
			if o.Expiry > s.Dates[i] {
				age := asOf - s.Dates[i]
				days[age] = append(days[age], surface.Quote{Expiry: o.Expiry, Kind: option.Kind(o.Right == instrument.Put), Strike: o.Strike.Decimal.Float64(),
					Bid: math.NaN(), Ask: math.NaN(), Last: s.Values[i]})
			}
		}
	}
	best := 0
	for age, quotes := range days {
		if len(quotes) >= markQuotes {
			best = age
			break
		}
		if len(quotes) > len(days[best]) {
			best = age
		}
	}
	return asOf - date.Date(best), days[best]
}

// around keeps the quotes near an option's terms: the nearest expiries on either side that
// are quoted below and above its strike and, of each, the strikes nearest to it. The rest
// of a chain would change nothing in between and takes its time to fit. Where no expiry
// is, all quotes stay, to say what is missing.
func around(quotes []surface.Quote, o instrument.Instrument) []surface.Quote {
	strike := o.Strike.Decimal.Float64()
	strikes := map[date.Date][]float64{}
	for _, q := range quotes {
		if !slices.Contains(strikes[q.Expiry], q.Strike) {
			strikes[q.Expiry] = append(strikes[q.Expiry], q.Strike)
		}
	}
	var before, after []date.Date
	for expiry, list := range strikes {
		slices.Sort(list)
		switch {
		case len(list) < markLeast || list[0] > strike || list[len(list)-1] < strike:
		case expiry < o.Expiry:
			before = append(before, expiry)
		default:
			after = append(after, expiry)
		}
	}
	if len(before)+len(after) == 0 {
		return quotes
	}
	slices.Sort(before)
	slices.Sort(after)
	near := append(before[max(0, len(before)-markExpiries):], after[:min(markExpiries, len(after))]...)
	return slices.DeleteFunc(slices.Clone(quotes), func(q surface.Quote) bool {
		if !slices.Contains(near, q.Expiry) {
			return true
		}
		list := strikes[q.Expiry]
		at, _ := slices.BinarySearch(list, strike)
		return q.Strike < list[max(0, at-markStrikes)] || q.Strike > list[min(len(list)-1, at+markStrikes)]
	})
}

// say states what the mark rests on.
func (m *optionMark) say(s *surface.Surface, mark surface.Mark, o instrument.Instrument, day date.Date, used int) {
	expiries := "expiry " + s.Slices[0].Expiry.String()
	if n := len(s.Slices); n > 1 {
		expiries = fmt.Sprintf("%d expiries from %s to %s", n, s.Slices[0].Expiry, s.Slices[n-1].Expiry)
	}
	findings := "no violation of no-arbitrage by the fit"
	if n := len(s.Findings); n > 0 {
		kinds := []string{}
		for _, f := range s.Findings {
			if k := string(f.Violation); !slices.Contains(kinds, k) {
				kinds = append(kinds, k)
			}
		}
		findings = fmt.Sprintf("%d violations of no-arbitrage (%s)", n, list(kinds))
	}
	m.said = fmt.Sprintf("it has no price of its own: priced at the volatility of %d other options of %s on %s", used, o.Underlying, day)
	m.given = []Given{{"Implied volatility, interpolated", percent(m.terms.Volatility)}, {"Quotes used", fmt.Sprintf("%d of %s, %s", used, day, expiries)},
		{"Underlying", plain(m.terms.Spot)}, {"Forward", plain(mark.Forward)}, {"Surface", findings}}
}
