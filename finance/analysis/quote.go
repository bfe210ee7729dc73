package analysis

import (
	"fmt"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/instrument"
	"github.com/foliosight/foliosight/finance/market"
	"github.com/foliosight/foliosight/finance/money"
)

// trendMonths is how far back the trend of a quote reaches.
const trendMonths = 3

// Quoted is what a quote is made of.
type Quoted struct {
	Instrument instrument.Instrument
	Prices     *market.Series  // closes as traded; nil: none
	Actions    *market.Actions // nil: none known
	AsOf       date.Date
	// Sessions counts the sessions of a symbol's market in (from, to].
	Sessions func(symbol string, from, to date.Date) int
}

// Quote is what is stored of the price of an instrument as of a day, in its quotation
// currency and in pieces of the day of the price: splits are taken out of what is before.
type Quote struct {
	Instrument instrument.Instrument `json:"instrument"`
	Price      Figure                `json:"price"`      // the last close
	Change     Figure                `json:"change"`     // since the close before
	DayReturn  Figure                `json:"day_return"` // the same as a fraction
	YearLow    Figure                `json:"year_low"`   // the lowest close of the 52 weeks up to the price
	YearHigh   Figure                `json:"year_high"`
	YearPlace  Figure                `json:"year_place"` // 0: at the low, 1: at the high
	Age        int                   `json:"age"`        // sessions since the price
	Source     string                `json:"source,omitempty"`
	// Trend are the closes of the last three months, split-adjusted, the oldest first.
	Trend Numbers `json:"trend"`
}

// NewQuote is the quote of an instrument. Without a price every figure of it says so.
func NewQuote(in Quoted) Quote {
	q := Quote{Instrument: in.Instrument, Trend: Numbers{}}
	unit := Unit(in.Instrument.Currency)
	at := -1
	if in.Prices != nil {
		at = in.Prices.Index(in.AsOf)
	}
	if at < 0 {
		why := "no price of " + in.Instrument.Symbol + " is stored"
		q.Price, q.Change, q.DayReturn = Unknown(unit, in.AsOf, "last_price", why), Unknown(unit, in.AsOf, "price_change", why), Unknown(Fraction, in.AsOf, "price_return", why)
		q.YearLow, q.YearHigh, q.YearPlace = Unknown(unit, in.AsOf, "year_low", why), Unknown(unit, in.AsOf, "year_high", why), Unknown(Fraction, in.AsOf, "year_place", why)
		return q
	}
	day, price := in.Prices.Dates[at], in.Prices.Exact(at)
	q.Source, q.Age = in.Prices.Source, in.Sessions(in.Instrument.Symbol, day, in.AsOf)
	q.Price = in.aged(exact(price, unit, day, "last_price"), q.Age)
	q.sinceBefore(in, at, price)
	q.year(in, at, price)
	adjusted := market.SplitAdjusted(in.Prices, in.Actions, day)
	for i := max(0, adjusted.Index(day.AddMonths(-trendMonths))); i <= at; i++ {
		q.Trend = append(q.Trend, adjusted.Values[i])
	}
	return q
}

// exact is a figure of a price: as published, never rounded to the currency's cents.
func exact(price money.Decimal, unit Unit, day date.Date, method string) Figure {
	return Figure{Amount: money.Some(price), known: true, Unit: unit, AsOf: day, Method: method, Status: Complete}
}

// aged weakens what rests on a price that is older than its market's last full session.
func (in *Quoted) aged(f Figure, age int) Figure {
	if age > 1 {
		f = f.With(Stale, fmt.Sprintf("no price of %s for %d sessions, since %s", in.Instrument.Symbol, age, f.AsOf))
	}
	return f
}

// sinceBefore is the change since the close before.
func (q *Quote) sinceBefore(in Quoted, at int, price money.Decimal) {
	unit, day := Unit(in.Instrument.Currency), in.Prices.Dates[at]
	if at == 0 {
		why := "there is no close before " + day.String()
		q.Change, q.DayReturn = Unknown(unit, day, "price_change", why), Unknown(Fraction, day, "price_return", why)
		return
	}
	was := in.Prices.Dates[at-1]
	before := inPiecesOf(in.Prices.Exact(at-1), in.Actions, was, day)
	q.Change = in.aged(exact(price.Sub(before), unit, day, "price_change"), q.Age).From("Close before, "+was.String(), before.String())
	if before.Sign() <= 0 {
		q.DayReturn = Unknown(Fraction, day, "price_return", "the close before is not above zero")
		return
	}
	q.DayReturn = in.aged(Measure(price.Float64()/before.Float64()-1, Fraction, day, "price_return"), q.Age).From("Close before, "+was.String(), before.String())
	if in.Sessions(in.Instrument.Symbol, was, day) > 1 {
		why := "the session before has no close; this is the change since " + was.String()
		q.Change, q.DayReturn = q.Change.With(Partial, why), q.DayReturn.With(Partial, why)
	}
}

// year is where the price stands among the closes of 52 weeks.
func (q *Quote) year(in Quoted, at int, price money.Decimal) {
	unit, day := Unit(in.Instrument.Currency), in.Prices.Dates[at]
	adjusted := market.SplitAdjusted(in.Prices, in.Actions, day)
	since := day - 364
	low, high := at, at
	first := at
	for ; first > 0 && in.Prices.Dates[first-1] >= since; first-- {
	}
	for i := first; i < at; i++ {
		if adjusted.Values[i] < adjusted.Values[low] {
			low = i
		}
		if adjusted.Values[i] > adjusted.Values[high] {
			high = i
		}
	}
	figure := func(i int, method string) Figure {
		value := inPiecesOf(in.Prices.Exact(i), in.Actions, in.Prices.Dates[i], day)
		return in.aged(exact(value, unit, day, method), q.Age).From("Close of", in.Prices.Dates[i].String())
	}
	q.YearLow, q.YearHigh = figure(low, "year_low"), figure(high, "year_high")
	q.YearPlace = in.aged(Measure((price.Float64()-adjusted.Values[low])/(adjusted.Values[high]-adjusted.Values[low]), Fraction, day, "year_place"), q.Age)
	if first == 0 && in.Prices.Dates[0] > since+7 {
		why := "prices are stored since " + in.Prices.Dates[0].String() + " only"
		q.YearLow, q.YearHigh = q.YearLow.With(Partial, why), q.YearHigh.With(Partial, why)
		if q.YearPlace.Known() {
			q.YearPlace = q.YearPlace.With(Partial, why)
		}
	}
}

// splitPlaces are the decimals to which a price is divided by a split.
const splitPlaces = 12

// inPiecesOf is a price of one day in the pieces of a later one: divided by the splits
// between.
func inPiecesOf(price money.Decimal, a *market.Actions, from, to date.Date) money.Decimal {
	if a == nil {
		return price
	}
	for _, s := range a.Splits {
		if s.Date > from && s.Date <= to {
			price = price.MulDiv(s.Ratio.Old, s.Ratio.New, splitPlaces)
		}
	}
	return price
}
