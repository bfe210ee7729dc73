package analysis

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/income"
	"github.com/foliosight/foliosight/finance/instrument"
	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/finance/money"
	"github.com/foliosight/foliosight/finance/portfolio"
)

// Income is what a part of a portfolio received, and what it may expect of the dividends
// to come. Amounts are in the base currency and before tax; what a short position owes is
// negative. Received counts dividends, coupons and interest as booked, interest paid taken
// off; expected counts dividends and coupons alone.
type Income struct {
	AsOf        date.Date       `json:"as_of"`
	Received    Figure          `json:"received"`      // in the last twelve months
	Before      Figure          `json:"before"`        // in the twelve months before those
	Growth      Figure          `json:"growth"`        // of the one over the other
	Withheld    Figure          `json:"withheld"`      // taxes on what was received
	Expected    Figure          `json:"expected"`      // in the next twelve months
	Announced   Figure          `json:"announced"`     // the part that is announced
	Estimated   Figure          `json:"estimated"`     // the part that is not
	Yield       Figure          `json:"yield"`         // expected on the value of the holdings
	YieldOnCost Figure          `json:"yield_on_cost"` // expected on what they cost
	Months      []IncomeMonth   `json:"months"`        // without gaps, the coming ones too
	Years       []IncomeYear    `json:"years"`
	Holdings    []IncomeHolding `json:"holdings"` // what is expected most of first
	Accounts    []IncomeAccount `json:"accounts"` // by name
	Payments    []IncomePayment `json:"payments"` // to come, by day
	Simulated   bool            `json:"simulated"`
	first       date.Date       // of a payment; None: there was none
}

// IncomeMonth is a calendar month. Received is of days until the as-of day, expected of
// those after it.
type IncomeMonth struct {
	Year      int    `json:"year"`
	Month     int    `json:"month"`
	Dividends Figure `json:"dividends"` // and coupons
	Interest  Figure `json:"interest"`  // less what was paid
	Received  Figure `json:"received"`
	Announced Figure `json:"announced"`
	Estimated Figure `json:"estimated"`
	Expected  Figure `json:"expected"`
}

// IncomeYear is a calendar year.
type IncomeYear struct {
	Year      int    `json:"year"`
	Dividends Figure `json:"dividends"`
	Interest  Figure `json:"interest"`
	Received  Figure `json:"received"`
	Withheld  Figure `json:"withheld"`
	Partial   bool   `json:"partial"` // the books begin or end in it
}

// IncomeHolding is what one symbol brought and may bring.
type IncomeHolding struct {
	Symbol      string         `json:"symbol"` // empty: cash
	Name        string         `json:"name,omitempty"`
	Held        bool           `json:"held"`
	Quantity    money.Decimal  `json:"quantity"`
	Value       Figure         `json:"value"`
	All         Figure         `json:"received_all"` // ever
	Received    Figure         `json:"received"`     // in the last twelve months
	Expected    Figure         `json:"expected"`     // in the next twelve months
	PerShare    money.Optional `json:"per_share"`    // of that, in Currency, for a share of today
	Currency    money.Currency `json:"currency,omitempty"`
	Yield       Figure         `json:"yield"`
	YieldOnCost Figure         `json:"yield_on_cost"`
	Growth      Figure         `json:"growth"` // of the regular payments a share, last year on the year before
	Payer       income.Payer   `json:"payer"`
	Reason      string         `json:"reason,omitempty"` // why nothing is estimated
	Next        date.Date      `json:"next,omitzero"`    // day of the next payment
}

// IncomeAccount is what came into one account.
type IncomeAccount struct {
	Account  string `json:"account"`
	All      Figure `json:"received_all"`
	Received Figure `json:"received"` // in the last twelve months
}

// IncomePayment is a payment to come.
type IncomePayment struct {
	Symbol   string         `json:"symbol"`
	Name     string         `json:"name,omitempty"`
	ExDate   date.Date      `json:"ex_date,omitzero"` // zero: not known
	Date     date.Date      `json:"date"`             // when it is paid, or goes ex where that is all that is known
	Paid     bool           `json:"paid"`             // Date is a pay date
	PerShare money.Decimal  `json:"per_share"`
	Currency money.Currency `json:"currency"`
	Quantity money.Decimal  `json:"quantity"`
	Gross    money.Decimal  `json:"gross"`  // in Currency
	Amount   Figure         `json:"amount"` // in the base currency, at today's rate
	Basis    income.Basis   `json:"basis"`
	Special  bool           `json:"special,omitempty"`
	Like     date.Date      `json:"like,omitzero"` // ex-date of the payment that an estimate repeats
}

// Income computes what was received and what may be expected. covered says of which
// symbols the list of dividends is known to be whole, so that none means none; those of
// the simulated market's listings are. Nil: of no others.
func (p *Prepared) Income(covered func(symbol string) bool) *Income {
	p.shared.Lock()
	defer p.shared.Unlock()
	m := &incomeMaker{runner: &p.runner, from: p.AsOf.AddYears(-1), before: p.AsOf.AddYears(-2), until: p.AsOf.AddYears(1), covered: covered,
		months: map[date.Date]*incomeSums{}, years: map[int]*incomeSums{}, symbols: map[string]*incomeSums{}, accounts: map[string]*incomeSums{}}
	m.out = &Income{AsOf: p.AsOf, Simulated: p.out.Simulated, first: date.None, Holdings: []IncomeHolding{}, Accounts: []IncomeAccount{}, Payments: []IncomePayment{}, Months: []IncomeMonth{}, Years: []IncomeYear{}}
	m.gather()
	m.project()
	m.totals()
	m.byMonth()
	m.byYear()
	m.byHolding()
	m.byAccount()
	return m.out
}

// incomeMaker puts an Income together.
type incomeMaker struct {
	*runner
	out                 *Income
	from, before, until date.Date
	covered             func(string) bool
	all                 incomeSums
	months              map[date.Date]*incomeSums // by first day
	years               map[int]*incomeSums
	symbols             map[string]*incomeSums
	accounts            map[string]*incomeSums
	projections         map[string]income.Projection
	booked              []income.Booking
}

// incomeSums are amounts in the base currency, exact.
type incomeSums struct {
	dividends, interest, taxes    money.Decimal
	received, before              money.Decimal // of the last twelve months, and of those before
	withheld, ofInterest          money.Decimal // of the last twelve months: taxes, and interest
	announced, estimated          money.Decimal
	left, leftReceived, leftAhead []string // why the sums leave something out
	leftBefore                    []string // of the twelve months before the last
	leftTaxes, leftWithheld       []string // of taxes ever, and of the last twelve months
	perShare                      money.Decimal
	currency                      money.Currency
	mixed                         bool // several currencies a share
	next                          date.Date
}

func (s *incomeSums) all() money.Decimal      { return s.dividends.Add(s.interest) }
func (s *incomeSums) expected() money.Decimal { return s.announced.Add(s.estimated) }

func sumsOf[K comparable](m map[K]*incomeSums, k K) *incomeSums {
	if m[k] == nil {
		m[k] = &incomeSums{}
	}
	return m[k]
}

func (m *incomeMaker) money(x money.Decimal, method string, left []string) Figure {
	if x.IsZero() && len(left) > 0 { // all there is was left out
		return Unknown(m.runner.unit(), m.runner.AsOf, method, fewReasons(left)...)
	}
	return m.runner.money(x, method).With(leaves(left), fewReasons(left)...)
}

func leaves(left []string) Status {
	if len(left) > 0 {
		return Partial
	}
	return Complete
}

func fewReasons(left []string) []string {
	if len(left) > 8 {
		return append(left[:8:8], fmt.Sprintf("and %d more", len(left)-8))
	}
	return left
}

// gather adds up what was booked until the as-of day.
func (m *incomeMaker) gather() {
	for i := range m.Book.Transactions {
		t := &m.Book.Transactions[i]
		if t.Date > m.AsOf || !m.inNode(t.Account, t.Symbol) || m.Node.IsHolding() && t.Symbol == "" {
			continue
		}
		gross, interest := t.Amount.OrZero().Add(t.Fees.OrZero()).Add(t.Taxes.OrZero()), false
		switch t.Type {
		case ledger.Dividend, ledger.Coupon:
		case ledger.Interest:
			interest = true
		case ledger.InterestCharge:
			interest, gross = true, t.Fees.OrZero().Add(t.Taxes.OrZero()).Sub(t.Amount.OrZero())
		default:
			continue
		}
		if m.out.first.IsNone() {
			m.out.first = t.Date
		}
		amount, why := m.runner.booked(i, gross, t.Currency)
		tax, noTax := m.runner.booked(i, t.Taxes.OrZero(), t.Currency)
		if why != "" {
			why = "a payment of " + cmp.Or(t.Symbol, "interest") + " on " + t.Date.String() + " is left out: " + why
		}
		for _, s := range []*incomeSums{&m.all, sumsOf(m.months, t.Date.StartOfMonth()), sumsOf(m.years, t.Date.Year()), sumsOf(m.symbols, t.Symbol), sumsOf(m.accounts, t.Account)} {
			if why != "" {
				s.leave(why, noTax != "", t.Date, m.from, m.before)
			} else {
				s.add(amount, tax, interest, t.Date, m.from, m.before)
			}
		}
	}
}

// leave notes a payment that cannot be added, and whether a tax on it cannot either.
func (s *incomeSums) leave(why string, taxed bool, day, from, before date.Date) {
	s.left = append(s.left, why)
	if taxed {
		s.leftTaxes = append(s.leftTaxes, why)
	}
	switch {
	case day > from:
		if s.leftReceived = append(s.leftReceived, why); taxed {
			s.leftWithheld = append(s.leftWithheld, why)
		}
	case day > before:
		s.leftBefore = append(s.leftBefore, why)
	}
}

func (s *incomeSums) add(amount, tax money.Decimal, interest bool, day, from, before date.Date) {
	if interest {
		s.interest = s.interest.Add(amount)
	} else {
		s.dividends = s.dividends.Add(amount)
	}
	s.taxes = s.taxes.Add(tax)
	switch {
	case day > from:
		s.received, s.withheld = s.received.Add(amount), s.withheld.Add(tax)
		if interest {
			s.ofInterest = s.ofInterest.Add(amount)
		}
	case day > before:
		s.before = s.before.Add(amount)
	}
}

// totals are the figures of the whole.
func (m *incomeMaker) totals() {
	o, s := m.out, &m.all
	o.Received = m.money(s.received, "income_received", s.leftReceived).From("From", (m.from+1).String()).From("Interest of it", s.ofInterest.Round(2).String())
	o.Before = m.money(s.before, "income_before", s.leftBefore)
	o.Withheld = m.money(s.withheld, "income_withheld", s.leftWithheld)
	first, left := m.Book.First(), slices.Concat(s.leftBefore, s.leftReceived)
	switch {
	case first.IsNone() || first > m.before+1:
		o.Before = Unknown(m.unit(), m.AsOf, "income_before", "the books do not go back two years")
		o.Growth = Unknown(Fraction, m.AsOf, "income_growth", "the books do not go back two years")
	case len(left) > 0:
		o.Growth = Unknown(Fraction, m.AsOf, "income_growth", fewReasons(left)...)
	case s.before.Sign() <= 0:
		o.Growth = Unknown(Fraction, m.AsOf, "income_growth", "nothing was received in the year before")
	default:
		o.Growth = Measure(s.received.Float64()/s.before.Float64()-1, Fraction, m.AsOf, "income_growth").From("Last twelve months", s.received.Round(2).String()).From("Year before", s.before.Round(2).String())
	}
	o.Announced = m.money(s.announced, "income_announced", s.leftAhead)
	o.Estimated = m.guess(m.money(s.estimated, "income_estimated", s.leftAhead), s)
	o.Expected = m.guess(m.money(s.expected(), "income_expected", s.leftAhead), s).From("Announced", s.announced.Round(2).String()).From("Estimated", s.estimated.Round(2).String())
	o.Yield = m.yield(o.Expected, m.runner.out.Summary.Holdings, "income_yield")
	o.YieldOnCost = m.yield(o.Expected, m.runner.out.Summary.Cost, "income_on_cost")
}

// guess marks a sum that rests on estimates.
func (m *incomeMaker) guess(f Figure, s *incomeSums) Figure {
	if f.Known() && !s.estimated.IsZero() {
		return f.With(Estimated, "the last year's regular payments, repeated")
	}
	return f
}

// yield is what is expected in a year as a share of a worth.
func (m *incomeMaker) yield(expected, worth Figure, method string) Figure {
	switch {
	case !expected.Known():
		return Unknown(Fraction, m.AsOf, method, expected.Reasons...)
	case !worth.Known():
		return Unknown(Fraction, m.AsOf, method, worth.Reasons...)
	case worth.Float64() == 0:
		return Unknown(Fraction, m.AsOf, method, "there is nothing to divide by")
	case worth.Float64() < 0 && expected.Float64() > 0:
		return Unknown(Fraction, m.AsOf, method, "the shorts outweigh the rest")
	}
	f := Measure(expected.Float64()/worth.Float64(), Fraction, m.AsOf, method).From("Expected", expected.Amount.Decimal.String()).From("Of", worth.Amount.Decimal.String())
	for _, part := range []Figure{expected, worth} {
		f = f.With(part.Status, part.Reasons...)
	}
	return f
}

// byMonth lists the months from the first payment, at most five years back, to the end of
// the coming year.
func (m *incomeMaker) byMonth() {
	begin := m.AsOf.StartOfMonth().AddMonths(-12)
	if !m.out.first.IsNone() {
		begin = min(begin, max(m.out.first.StartOfMonth(), m.AsOf.StartOfMonth().AddMonths(-60)))
	}
	for month := begin; month <= m.until; month = month.AddMonths(1) {
		s := sumsOf(m.months, month)
		ahead := s.leftAhead
		if month.AddMonths(1) > m.AsOf+1 && m.all.expected().IsZero() {
			ahead = m.all.leftAhead // nobody can say what will come in any month
		}
		year, of, _ := month.Civil()
		m.out.Months = append(m.out.Months, IncomeMonth{Year: year, Month: int(of), Dividends: m.money(s.dividends, "income_dividends", s.left), Interest: m.money(s.interest, "income_interest", s.left),
			Received: m.money(s.all(), "income_month", s.left), Announced: m.money(s.announced, "income_announced", ahead), Estimated: m.guess(m.money(s.estimated, "income_estimated", ahead), s),
			Expected: m.guess(m.money(s.expected(), "income_month_expected", ahead), s)})
	}
}

func (m *incomeMaker) byYear() {
	if m.out.first.IsNone() {
		return
	}
	for year := m.out.first.Year(); year <= m.AsOf.Year(); year++ {
		s := sumsOf(m.years, year)
		first, end := date.Must(year, 1, 1), date.Must(year, 12, 31)
		m.out.Years = append(m.out.Years, IncomeYear{Year: year, Dividends: m.money(s.dividends, "income_dividends", s.left), Interest: m.money(s.interest, "income_interest", s.left),
			Received: m.money(s.all(), "income_year", s.left), Withheld: m.money(s.taxes, "income_withheld", s.leftTaxes), Partial: m.Book.First() > first || m.AsOf < end})
	}
}

func (m *incomeMaker) byAccount() {
	for _, account := range slices.Sorted(maps.Keys(m.accounts)) {
		s := m.accounts[account]
		m.out.Accounts = append(m.out.Accounts, IncomeAccount{Account: account, All: m.money(s.all(), "income", s.left), Received: m.money(s.received, "income_received", s.leftReceived)})
	}
}

// byHolding lists what is held, and what is not held any more but paid something in the
// last year.
func (m *incomeMaker) byHolding() {
	held := map[string]bool{}
	for i := range m.runner.out.Holdings {
		h := &m.runner.out.Holdings[i]
		held[h.Symbol] = true
		s := sumsOf(m.symbols, h.Symbol)
		p := m.projections[h.Symbol]
		row := IncomeHolding{Symbol: h.Symbol, Name: h.Instrument.Name, Held: true, Quantity: h.Quantity, Value: h.Value, Payer: p.Payer, Reason: p.Reason, Next: s.next,
			All: m.money(s.all(), "income", s.left), Received: m.money(s.received, "income_received", s.leftReceived), Expected: m.guess(m.money(s.expected(), "income_expected", s.leftAhead), s)}
		switch nothing := s.expected().IsZero(); {
		case nothing && len(s.leftAhead) > 0:
			row.Expected = Unknown(m.unit(), m.AsOf, "income_expected", fewReasons(s.leftAhead)...)
		case nothing && p.Open:
			row.Expected = Unknown(m.unit(), m.AsOf, "income_expected", p.Reason)
		}
		if s.currency != "" && !s.mixed {
			row.PerShare, row.Currency = money.Some(s.perShare), s.currency
		}
		row.Yield, row.YieldOnCost = m.yield(row.Expected, h.Value, "income_yield"), m.yield(row.Expected, h.Cost, "income_on_cost")
		if g, ok := income.Growth(m.paymentsOf(h.Symbol), m.AsOf); ok {
			row.Growth = Measure(g, Fraction, m.AsOf, "income_per_share_growth")
		} else {
			row.Growth = Unknown(Fraction, m.AsOf, "income_per_share_growth", "there are not two years of regular payments")
		}
		m.out.Holdings = append(m.out.Holdings, row)
	}
	for _, symbol := range slices.Sorted(maps.Keys(m.symbols)) {
		s := m.symbols[symbol]
		if held[symbol] || s.received.IsZero() && s.expected().IsZero() && len(s.leftReceived) == 0 {
			continue
		}
		why := "it is not held any more"
		if symbol == "" {
			why = "interest is not estimated"
		}
		row := IncomeHolding{Symbol: symbol, Value: Unknown(m.unit(), m.AsOf, "holding_value", why), Payer: income.Never, Reason: why,
			All: m.money(s.all(), "income", s.left), Received: m.money(s.received, "income_received", s.leftReceived), Expected: m.money(s.expected(), "income_expected", s.leftAhead), Next: s.next,
			Yield: Unknown(Fraction, m.AsOf, "income_yield", why), YieldOnCost: Unknown(Fraction, m.AsOf, "income_on_cost", why), Growth: Unknown(Fraction, m.AsOf, "income_per_share_growth", why)}
		if symbol != "" {
			row.Name = m.Book.Instrument(symbol).Name
		} else {
			row.Expected = Unknown(m.unit(), m.AsOf, "income_expected", why)
		}
		m.out.Holdings = append(m.out.Holdings, row)
	}
	slices.SortStableFunc(m.out.Holdings, func(a, b IncomeHolding) int {
		return cmp.Or(-known(a.Expected).Cmp(known(b.Expected)), -known(a.Received).Cmp(known(b.Received)), strings.Compare(a.Symbol, b.Symbol))
	})
}

// known is the amount of a figure, 0 where there is none: to sort by.
func known(f Figure) money.Decimal { return f.Amount.OrZero() }

// paysByNature says why nothing is to be expected of a class of instruments; empty:
// something may be.
func paysByNature(i *instrument.Instrument) string {
	switch {
	case i.IsOption() || i.Class == instrument.Option:
		return "options pay nothing"
	case i.Class == instrument.Crypto:
		return "coins pay no dividend"
	}
	return ""
}

// nodeOf is the part of the node that is one symbol.
func (m *incomeMaker) nodeOf(symbol string) portfolio.Node {
	return portfolio.Node{Accounts: m.Node.Accounts, Symbols: []string{symbol}}
}
