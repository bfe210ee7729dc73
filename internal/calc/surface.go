package calc

import (
	"math"
	"strconv"

	"github.com/foliosight/foliosight/finance/bond"
	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/option"
	"github.com/foliosight/foliosight/finance/option/surface"
)

func init() { register("surface", typed(surfaceOf)) }

// mostQuotes bounds a chain: american quotes take a tenth of a millisecond each.
const mostQuotes = 10_000

type surfaceRequest struct {
	On            *string        `json:"on"`
	Spot          *float64       `json:"spot"`
	Rate          *float64       `json:"rate"`
	Curve         curveNodes     `json:"curve"`
	DividendYield *float64       `json:"dividend_yield"`
	Style         string         `json:"style"`
	UseLast       bool           `json:"use_last"`
	Quotes        []surfaceQuote `json:"quotes"`
	Marks         []surfaceQuote `json:"marks"`
}

type surfaceQuote struct {
	Expiry *string  `json:"expiry"`
	Strike *float64 `json:"strike"`
	Type   string   `json:"type"`
	Bid    *float64 `json:"bid"`
	Ask    *float64 `json:"ask"`
	Last   *float64 `json:"last"`
}

func surfaceOf(q surfaceRequest) (*object, error) {
	market, err := q.market()
	if err != nil {
		return nil, err
	}
	quotes, err := q.quotes()
	if err != nil {
		return nil, err
	}
	type mark struct {
		kind   option.Kind
		strike float64
		expiry date.Date
	}
	asked := make([]mark, len(q.Marks))
	for i, m := range q.Marks {
		place := "marks: item " + strconv.Itoa(i)
		if asked[i].kind, asked[i].strike, asked[i].expiry, err = m.contract(place); err != nil {
			return nil, err
		}
	}
	s, err := surface.Build(market, quotes)
	if s == nil {
		return nil, refuse("out_of_range", "%v", err)
	}
	var o object
	used, inside := s.Quotes()
	o.set("on", market.On)
	o.set("quotes", len(quotes))
	o.set("used", used)
	o.set("inside", inside)
	if used == 0 {
		o.missing("inside_share", "no_usable_quote")
	} else {
		o.figure("inside_share", float64(inside)/float64(used), "")
	}
	expiries := make([]*object, len(s.Slices))
	for i := range s.Slices {
		expiries[i] = expiryAnswer(&s.Slices[i])
	}
	o.set("expiries", expiries)
	o.set("left_out", leftOut(s, quotes))
	o.set("findings", findings(s))
	if len(asked) == 0 {
		return &o, nil
	}
	marks := make([]*object, len(asked))
	for i, m := range asked {
		marks[i] = markAnswer(s, m.kind, m.strike, m.expiry)
	}
	o.set("marks", marks)
	return &o, nil
}

// market reads what the quotes have in common.
func (q surfaceRequest) market() (surface.Market, error) {
	m := surface.Market{Spot: math.NaN(), DividendYield: math.NaN(), UseLast: q.UseLast}
	if q.On == nil {
		return m, refuse("missing_field", "on: give the day of the quotes as YYYY-MM-DD")
	}
	var err error
	if m.On, err = date.Parse(*q.On); err != nil {
		return m, refuse("bad_date", "on: %v", err)
	}
	switch q.Style {
	case "european", "":
	case "american":
		m.American = true
	default:
		return m, refuse("unknown_choice", "style: %q, want european or american", q.Style)
	}
	switch {
	case q.Spot != nil:
		m.Spot = *q.Spot
	case m.American:
		return m, refuse("missing_field", "spot: american quotes need the price of the underlying")
	}
	if q.DividendYield != nil {
		m.DividendYield = *q.DividendYield
	}
	curve, err := q.Curve.seenFrom(m.On)
	switch {
	case err != nil:
		return m, err
	case curve != nil && q.Rate != nil:
		return m, refuse("bad_request", "rate and curve: give one of them")
	case curve != nil:
		m.Rate = zeroRates(curve, m.On)
	case q.Rate != nil:
		m.Rate = surface.Flat(*q.Rate)
	default:
		return m, refuse("missing_field", "rate or curve: give a continuous rate a year, or [[date, zero rate]]")
	}
	return m, nil
}

// zeroRates reads the curve at the days that years of 365 days make.
func zeroRates(curve *bond.Curve, on date.Date) func(float64) float64 {
	return func(years float64) float64 {
		days := math.Round(years * 365)
		if !(days < 1e6) {
			days = 1e6
		}
		return curve.Zero(on + date.Date(days))
	}
}

// quotes reads the chain; what a quote lacks is told by its reason, what is no
// contract is refused by its place.
func (q surfaceRequest) quotes() ([]surface.Quote, error) {
	switch {
	case len(q.Quotes) == 0:
		return nil, refuse("missing_field", "quotes: give a list of {expiry, strike, type, bid, ask}")
	case len(q.Quotes) > mostQuotes:
		return nil, refuse("out_of_range", "quotes: %d given, at most %d are taken: leave out expiries or strikes", len(q.Quotes), mostQuotes)
	}
	or := func(x *float64) float64 {
		if x == nil {
			return math.NaN()
		}
		return *x
	}
	list := make([]surface.Quote, len(q.Quotes))
	for i, given := range q.Quotes {
		var err error
		to := &list[i]
		if to.Kind, to.Strike, to.Expiry, err = given.contract("quotes: item " + strconv.Itoa(i)); err != nil {
			return nil, err
		}
		to.Bid, to.Ask, to.Last = or(given.Bid), or(given.Ask), or(given.Last)
	}
	return list, nil
}

// contract reads which option is meant. A mark may leave the type out: the
// volatility is the same for both.
func (q surfaceQuote) contract(place string) (kind option.Kind, strike float64, expiry date.Date, err error) {
	switch {
	case q.Expiry == nil:
		return kind, 0, 0, refuse("missing_field", "%s: expiry: give a date as YYYY-MM-DD", place)
	case q.Strike == nil:
		return kind, 0, 0, refuse("missing_field", "%s: strike: give a number", place)
	}
	switch q.Type {
	case "call":
	case "put":
		kind = option.Put
	case "":
		if place[0] == 'q' {
			return kind, 0, 0, refuse("missing_field", "%s: type: give call or put", place)
		}
	default:
		return kind, 0, 0, refuse("unknown_choice", "%s: type: %q, want call or put", place, q.Type)
	}
	if expiry, err = date.Parse(*q.Expiry); err != nil {
		return kind, 0, 0, refuse("bad_date", "%s: expiry: %v", place, err)
	}
	return kind, *q.Strike, expiry, nil
}
