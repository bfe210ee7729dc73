// Package lookthrough says what a book is exposed to behind its funds: by name, issuer,
// sector, country and currency.
//
// Model: a book is a list of amounts, each exposed to one instrument. Where what a fund
// holds is known, its amount is spread over its constituents by their weights, and so on
// through funds held by funds. What the weights leave over stays under the fund's own
// name, as its rest. Nothing is scaled up to hide what is not known: every list sums to
// the same long and the same short exposure. Where no fund is short of anything, those
// are the exposures of the book itself; the net exposure is so always.
//
// A name is one security: the same ISIN, else the same symbol with no other ISIN, else,
// of what has neither, the same name. Share classes are names of one issuer. Of what is
// said of a name the first that is said counts: of what is held directly what the
// holding says, else what the funds say in order of their symbols.
//
// Where a book is long of a name through one holding and short through another, both
// count in the lists, and the difference in the measures of concentration.
//
// Units: amounts and results are float64 in one currency, the base currency of the book;
// a short is negative. Weights are fractions.
//
// Source: look-through as in the UCITS directive 2009/65/EC, article 52, and MSCI's and
// Bloomberg's fund decomposition; concentration after Herfindahl and Hirschman.
package lookthrough

import (
	"math"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/instrument"
)

// By is a way of grouping names.
type By int

// The ways of grouping.
const (
	Issuer By = iota
	Sector
	Country
	Currency
	ways
)

// Unknown is the key of what is not known, in groupings by sector, country and currency.
const Unknown = "unknown"

// Position is an amount exposed to an instrument: the market value of a share or a
// fund, delta × price × contract size × contracts of an option on it.
type Position struct {
	Instrument instrument.Instrument // of an option its underlying
	Amount     float64               // a short is negative
}

// Amounts are exposures of a name or a group, in the currency of the book.
type Amounts struct {
	Long, Short      float64 // sums of the positive and of the negative amounts; Short is not above 0
	Direct, Indirect float64 // held directly, and by funds that are held; together the net amount
}

// Net is long and short together.
func (a Amounts) Net() float64 { return a.Long + a.Short }

// Gross is long less short.
func (a Amounts) Gross() float64 { return a.Long - a.Short }

func (a *Amounts) add(x float64, indirect bool) {
	if x < 0 {
		a.Short += x
	} else {
		a.Long += x
	}
	if indirect {
		a.Indirect += x
	} else {
		a.Direct += x
	}
}

func (a *Amounts) join(b Amounts) {
	a.Long, a.Short = a.Long+b.Long, a.Short+b.Short
	a.Direct, a.Indirect = a.Direct+b.Direct, a.Indirect+b.Indirect
}

// Line is one name, or one group of names.
type Line struct {
	Key   string // of a name its symbol, else its ISIN, else what it is called; of a rest the fund's symbol
	Name  string // what it is called; empty for groups
	Rest  bool   // what a fund holds and is not known, as a name and as an issuer
	Count int    // how many names it gathers
	Amounts
}

// List is a book split up: the largest lines by gross amount, equal ones by key, and
// what is left over gathered in one. Together they are the total.
type List struct {
	Lines []Line
	Left  Line // no key; its count is zero where every line is listed
}

// Result is a book behind its funds.
type Result struct {
	Total    Amounts
	Names    List
	Groups   [ways]List // by issuer, sector, country, currency
	Funds    []Fund     // that are held, by symbol
	Known    float64    // share of the gross amount held in funds whose use is known; NaN where no fund is held
	AsIs     Measures   // by name, each fund a name of its own
	Measures Measures   // by name, behind the funds
}

// Measures says how much hangs on few names. The weight of a name is its net amount, on
// whichever side, as a share of the sum of all of them: what is long of a name through
// one holding and short through another is not at risk. All are NaN where nothing is
// held.
type Measures struct {
	HHI         float64 // Σ weight², Herfindahl and Hirschman; one name gives 1
	Effective   float64 // 1 / HHI: so many equal names would be as concentrated
	Top3, Top10 float64 // weights of the three and of the ten largest
}

// Fund is a fund in the book and how well it is known what it holds.
type Fund struct {
	Symbol, Name string
	Amount       float64   // net
	Known        float64   // share of it of which it is known what it is invested in, 0 to 1
	AsOf         date.Date // of the oldest list that was read; zero where it is not known
	Source       string
	Reason       string // why nothing, or not all that is listed, is known
}

// IsFund reports whether an instrument is one that holds others.
func IsFund(i instrument.Instrument) bool {
	return i.Class == instrument.ETF || i.Class == instrument.Fund || i.Composition != nil
}

// MeasuresOf measures the net amounts of names.
func MeasuresOf(net []float64) Measures {
	sum := 0.0
	for _, x := range net {
		sum += math.Abs(x)
	}
	nan := math.NaN()
	if !(sum > 0) || math.IsInf(sum, 0) {
		return Measures{nan, nan, nan, nan}
	}
	var largest [10]float64
	squares := 0.0
	for _, x := range net {
		w := math.Abs(x) / sum
		squares += float64(w * w)
		for k := len(largest) - 1; k >= 0 && w > largest[k]; k-- {
			if k+1 < len(largest) {
				largest[k+1] = largest[k]
			}
			largest[k] = w
		}
	}
	m := Measures{HHI: squares, Effective: 1 / squares}
	for k, w := range largest {
		if k < 3 {
			m.Top3 += w
		}
		m.Top10 += w
	}
	m.Top3, m.Top10 = math.Min(m.Top3, 1), math.Min(m.Top10, 1)
	return m
}
