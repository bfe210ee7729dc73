// Package analysis computes every figure of one portfolio: it composes the ledger's
// fold, the timeline, performance and risk into an Analysis, which pages, API, reports
// and command line all read.
//
// Model: an Analysis is a value. The same ledger, panel, question and engine version
// give the same bytes. It never fails for a missing price: what cannot be known is
// Unavailable with its reason, and totals name what they leave out.
//
// Units: money is exact, rounded once to the currency's unit, in the base currency
// unless a field says otherwise. Returns, weights and volatilities are fractions.
package analysis

import (
	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/exante"
	"github.com/foliosight/foliosight/finance/instrument"
	"github.com/foliosight/foliosight/finance/market"
	"github.com/foliosight/foliosight/finance/money"
	"github.com/foliosight/foliosight/finance/portfolio"
)

// Engine is the version of what computes. It changes whenever a figure for the same
// inputs does.
const Engine = "3"

// Input is what an analysis is made from.
type Input struct {
	Name   string
	Book   *portfolio.Book // folded through AsOf
	Panel  *market.Panel
	Node   portfolio.Node // zero: the whole book
	AsOf   date.Date
	Period Period
	// Benchmark is the symbol compared with; empty for none.
	Benchmark string
	// RiskFree names the panel's interest-rate series for excess returns; empty for none.
	RiskFree string
	// AnnualiseShort annualises returns of less than a year too; they are flagged.
	AnnualiseShort bool
	// LedgerVersion is carried through to the Analysis.
	LedgerVersion int64
	// Sessions says how many trading days of a symbol's exchange lie in (from, to]; nil
	// counts weekdays. It decides what is stale.
	Sessions func(symbol string, from, to date.Date) int
	// Market is what factor models of this panel, day and base currency share; nil makes
	// one for this analysis alone.
	Market *exante.Market
	// Doubts is what is held back of the panel's series, or doubtful in them.
	Doubts Doubts
}

// Analysis is every figure of one portfolio, or of an account or holding in it.
type Analysis struct {
	Name          string         `json:"name"`
	Base          money.Currency `json:"base_currency"`
	AsOf          date.Date      `json:"as_of"`
	ValuedOn      date.Date      `json:"valued_on"` // last day with an observed price
	First         date.Date      `json:"first_booking,omitzero"`
	Bookings      int            `json:"bookings"`
	Period        Period         `json:"period"`
	LedgerVersion int64          `json:"ledger_version"`
	MarketVersion int64          `json:"market_version"`
	Engine        string         `json:"engine"`
	Simulated     bool           `json:"simulated"`
	Benchmark     *Benchmark     `json:"benchmark,omitempty"`

	Summary    Summary       `json:"summary"`
	Returns    Returns       `json:"returns"`
	Change     Change        `json:"change"`
	Holdings   []Holding     `json:"holdings"`
	Cash       []CashBalance `json:"cash"`
	Allocation Allocation    `json:"allocation"`
	Movers     []Mover       `json:"movers"`
	Series     Series        `json:"series"`
	Months     []MonthRow    `json:"months"`
	Years      []YearRow     `json:"years"`
	Periods    []PeriodRow   `json:"periods"`
	Drawdowns  []DrawdownRow `json:"drawdowns"`
	Risk       Risk          `json:"risk"`
	ExAnte     *ExAnte       `json:"ex_ante"`
	Data       DataStatus    `json:"data"`
	Closed     []ClosedRow   `json:"closed,omitempty"` // symbols once held and held no more
}

// Benchmark is what the portfolio is compared with.
type Benchmark struct {
	Symbol string `json:"symbol"`
	Name   string `json:"name"`
	Basis  string `json:"basis"` // "total return" or "price"
}

// Summary answers "how am I doing?".
type Summary struct {
	Value      Figure `json:"value"`
	Cash       Figure `json:"cash"`
	Holdings   Figure `json:"holdings"`   // value of all that is not cash
	DayChange  Figure `json:"day_change"` // of the last day with prices, flows taken out
	DayReturn  Figure `json:"day_return"`
	PaidIn     Figure `json:"paid_in"` // inflows less outflows since the first booking
	Gain       Figure `json:"gain"`    // value less paid in
	Cost       Figure `json:"cost"`    // of what is held, costs included, at booked rates
	Unrealised Figure `json:"unrealised"`
	Realised   Figure `json:"realised"` // of all disposals so far
	Income     Figure `json:"income"`   // dividends and interest so far, gross
}

// Returns are those of the period, each named.
type Returns struct {
	TimeWeighted           Figure `json:"time_weighted"`
	TimeWeightedAnnual     Figure `json:"time_weighted_annual"`
	MoneyWeighted          Figure `json:"money_weighted"` // a year, act/365
	Benchmark              Figure `json:"benchmark"`
	BenchmarkAnnual        Figure `json:"benchmark_annual"`
	Active                 Figure `json:"active"`                   // time-weighted less benchmark
	BenchmarkMoneyWeighted Figure `json:"benchmark_money_weighted"` // same flows
	BenchmarkValue         Figure `json:"benchmark_value"`          // same flows
	AheadBy                Figure `json:"ahead_by"`                 // value less benchmark value
}

// Change says where the change in value of the period came from. It adds up exactly:
// Final = Initial + Transfers + Realised + Unrealised + Dividends + Interest − Fees −
// Taxes + Currency.
type Change struct {
	Initial    Figure      `json:"initial"`
	Transfers  Figure      `json:"transfers"`
	Realised   Figure      `json:"realised"`
	Unrealised Figure      `json:"unrealised"`
	Dividends  Figure      `json:"dividends"`
	Interest   Figure      `json:"interest"`
	Fees       Figure      `json:"fees"`
	Taxes      Figure      `json:"taxes"`
	Currency   Figure      `json:"currency"`
	Final      Figure      `json:"final"`
	ByHolding  []ChangeRow `json:"by_holding"`
}

// ChangeRow is one holding's part of the change.
type ChangeRow struct {
	Symbol     string `json:"symbol"`
	Name       string `json:"name,omitempty"`
	Group      Group  `json:"group"`
	Realised   Figure `json:"realised"`
	Unrealised Figure `json:"unrealised"`
	Dividends  Figure `json:"dividends"`
	Costs      Figure `json:"costs"` // fees and taxes, positive
	Total      Figure `json:"total"` // realised + unrealised + dividends − costs
}

// Group is the side of the book a holding stands on.
type Group string

// The groups, in the order of the holdings table.
const (
	Long      Group = "long"
	Short     Group = "short"
	Options   Group = "options"
	Private   Group = "private"
	CashGroup Group = "cash"
)

// Holding is one instrument as it is held.
type Holding struct {
	Symbol           string                `json:"symbol"`
	Instrument       instrument.Instrument `json:"instrument"`
	Group            Group                 `json:"group"`
	Accounts         []AccountQuantity     `json:"accounts"`
	Quantity         money.Decimal         `json:"quantity"`
	Price            money.Optional        `json:"price"` // in the instrument's currency
	PriceDate        date.Date             `json:"price_date,omitzero"`
	PriceAge         int                   `json:"price_age"`     // sessions since; 0 up to date
	Rate             money.Optional        `json:"rate,omitzero"` // base for one unit of the instrument's currency
	Value            Figure                `json:"value"`
	Weight           Figure                `json:"weight"` // of the total value
	DayChange        Figure                `json:"day_change"`
	DayReturn        Figure                `json:"day_return"`         // of the price, splits and dividends taken out
	Cost             Figure                `json:"cost"`               // costs included, at booked rates
	UnitCost         money.Optional        `json:"unit_cost,omitzero"` // in the lots' currency, where it is one
	Unrealised       Figure                `json:"unrealised"`
	UnrealisedReturn Figure                `json:"unrealised_return"` // of the cost
	CurrencyEffect   Figure                `json:"currency_effect"`   // the part of the unrealised gain that exchange rates made
	Realised         Figure                `json:"realised"`          // of its disposals so far
	Income           Figure                `json:"income"`            // received so far, gross
	Lots             []Lot                 `json:"lots"`
	Spark            []float64             `json:"spark,omitempty"` // last 30 closes, split-adjusted
	worth            money.Decimal         // Value, not rounded
	doubts           []string              // what speaks against the data under Value
}

// AccountQuantity is how much of a holding lies where.
type AccountQuantity struct {
	Account  string        `json:"account"`
	Quantity money.Decimal `json:"quantity"`
}

// Lot is one tax lot of a holding.
type Lot struct {
	Account    string         `json:"account"`
	Opened     date.Date      `json:"opened"`
	Quantity   money.Decimal  `json:"quantity"`
	UnitCost   money.Decimal  `json:"unit_cost"` // in Currency
	Currency   money.Currency `json:"currency"`
	Cost       Figure         `json:"cost"`  // in the base currency
	Value      Figure         `json:"value"` // in the base currency
	Gain       Figure         `json:"gain"`
	GainReturn Figure         `json:"gain_return"`
	LongTerm   bool           `json:"long_term"` // held more than 365 days
	Label      string         `json:"label,omitempty"`
}

// CashBalance is cash of one currency in one account.
type CashBalance struct {
	Account  string         `json:"account"`
	Currency money.Currency `json:"currency"`
	Amount   money.Decimal  `json:"amount"`
	Value    Figure         `json:"value"` // in the base currency
	Weight   Figure         `json:"weight"`
	worth    money.Decimal  // Value, not rounded
	doubts   []string       // what speaks against the rate under Value
}

// Allocation is the value split in several ways; in each the weights sum to one.
type Allocation struct {
	Class    []Slice `json:"class"`
	Sector   []Slice `json:"sector"`
	Currency []Slice `json:"currency"`
	Country  []Slice `json:"country"`
	Account  []Slice `json:"account"`
	Group    []Slice `json:"group"`
}

// Slice is one part of an allocation. Weight is rounded to basis points so that the
// slices sum to exactly one (largest remainder); it is of the net value, so shorts are
// negative and longs may exceed one.
type Slice struct {
	Key    string        `json:"key"`
	Value  money.Decimal `json:"value"`
	Weight money.Decimal `json:"weight"`
	Count  int           `json:"count"`
}

// Mover is a holding and what its price did on the last day.
type Mover struct {
	Symbol string `json:"symbol"`
	Name   string `json:"name,omitempty"`
	Short  bool   `json:"short"`
	Change Figure `json:"change"`
	Return Figure `json:"return"`
}

// Series are the daily figures of the period, for charts. All run parallel to Days;
// null is unknown.
type Series struct {
	Days   []date.Date `json:"days"`
	Value  Numbers     `json:"value"`
	PaidIn Numbers     `json:"paid_in"` // cumulated flows from the period's starting value
	Flow   Numbers     `json:"flow"`    // of the day, inflow positive
	// Paid and Payment are PaidIn and Flow as a person sees them: a purchase of what has no
	// price is none of them, though returns, which measure what can be valued, take it for one.
	Paid              Numbers `json:"-"`
	Payment           Numbers `json:"-"`
	Benchmark         Numbers `json:"benchmark,omitempty"` // same flows
	Return            Numbers `json:"return"`              // cumulated, time-weighted
	BenchmarkReturn   Numbers `json:"benchmark_return,omitempty"`
	Drawdown          Numbers `json:"drawdown"`
	BenchmarkDrawdown Numbers `json:"benchmark_drawdown,omitempty"`
}

// MonthRow is the return of a calendar month.
type MonthRow struct {
	Year      int    `json:"year"`
	Month     int    `json:"month"`
	Return    Figure `json:"return"`
	Benchmark Figure `json:"benchmark"`
	Partial   bool   `json:"partial"`
}

// YearRow is the return of a calendar year.
type YearRow struct {
	Year      int    `json:"year"`
	Return    Figure `json:"return"`
	Benchmark Figure `json:"benchmark"`
}

// PeriodRow is a standard period up to the as-of date.
type PeriodRow struct {
	Period        Period `json:"period"`
	Return        Figure `json:"return"`
	Benchmark     Figure `json:"benchmark"`
	Active        Figure `json:"active"`
	Volatility    Figure `json:"volatility"`
	MoneyWeighted Figure `json:"money_weighted"`
	Gain          Figure `json:"gain"`
}

// DrawdownRow is one fall from a peak.
type DrawdownRow struct {
	Peak     date.Date `json:"peak"`
	Trough   date.Date `json:"trough"`
	Recovery date.Date `json:"recovery,omitzero"`
	Depth    float64   `json:"depth"` // negative
	Days     int       `json:"days"`  // from peak to recovery, or so far
}

// ClosedRow is a symbol that is held no more.
type ClosedRow struct {
	Symbol   string    `json:"symbol"`
	Name     string    `json:"name,omitempty"`
	Realised Figure    `json:"realised"`
	Income   Figure    `json:"income"`
	Last     date.Date `json:"closed,omitzero"`
}

// DataStatus says how good the data behind the figures are.
type DataStatus struct {
	Priced       int             `json:"priced"`   // holdings with a price that is up to date
	Holdings     int             `json:"holdings"` // all
	Stale        []string        `json:"stale,omitempty"`
	Unpriced     []string        `json:"unpriced,omitempty"`
	Estimated    []string        `json:"estimated,omitempty"` // private valuations, and prices that stand in or are doubtful
	Gaps         []portfolio.Gap `json:"gaps,omitempty"`
	Rates        []RateStatus    `json:"rates,omitempty"`
	LastPrice    date.Date       `json:"last_price,omitzero"`
	MarketSplits int             `json:"market_splits,omitempty"` // splits applied from the market's list
}

// RateStatus is an exchange rate in use.
type RateStatus struct {
	Currency money.Currency `json:"currency"`
	Path     string         `json:"path"`
	Observed date.Date      `json:"observed,omitzero"`
	Reason   string         `json:"reason,omitempty"`
}
