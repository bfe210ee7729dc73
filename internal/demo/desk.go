package demo

import (
	"cmp"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"github.com/foliosight/foliosight/finance/calendar"
	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/instrument"
	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/finance/money"
	"github.com/foliosight/foliosight/internal/marketdata/simulated"
)

// desk is the broker of a book: it carries out a plan day by day, and does by
// itself what happens to whoever holds something: splits, dividends, expiries,
// interest.
type desk struct {
	market *simulated.Market
	book   *Book
	nyse   calendar.Calendar
	rng    *rand.PCG

	accounts []terms
	plan     []step
	today    date.Date

	held    []holding
	private []simulated.Listing // assets without a market; their prices are appraisals
	cash    []balance
	due     []payment
}

// terms are the conditions of an account.
type terms struct {
	name     string
	currency money.Currency
	// topUp is the step in which cash is paid in when a purchase needs it; 0 never.
	topUp int64
	// perTrade and perContract are the commissions.
	perTrade, perContract string
	// reinvest buys more of a fund with what it pays.
	reinvest bool
	// withheld is the part of a dividend kept as tax.
	withheld string
	// borrows pays interest on debts and on borrowed shares.
	borrows bool
}

type step struct {
	day date.Date
	do  func()
}

type holding struct {
	account, symbol string
	quantity        money.Decimal // negative when short
}

type balance struct {
	account  string
	currency money.Currency
	amount   money.Decimal
}

// payment is a dividend that has gone ex and is not paid yet.
type payment struct {
	day             date.Date
	account, symbol string
	gross           money.Decimal
	reinvest        bool
}

func newDesk(m *simulated.Market, b *Book) *desk {
	nyse, _ := calendar.For("XNYS")
	h := uint64(1469598103)
	for _, c := range []byte(b.Key) {
		h = (h ^ uint64(c)) * 1099511628211
	}
	b.Source, b.Simulated = simulated.Source, true
	return &desk{market: m, book: b, nyse: nyse, rng: rand.NewPCG(m.Seed, h)}
}

func (d *desk) open(label, institution string, t terms) {
	d.accounts = append(d.accounts, t)
	d.book.Accounts = append(d.book.Accounts, Account{
		Account: ledger.Account{Name: t.name, Currency: t.currency}, Label: label, Institution: institution})
}

func (d *desk) terms(account string) terms {
	for _, t := range d.accounts {
		if t.name == account {
			return t
		}
	}
	panic("demo: no account " + account)
}

// on plans something for the first session from a day on; what would come after
// the market's end is dropped.
func (d *desk) on(day date.Date, do func()) {
	if day = d.nyse.First(day); day <= d.market.AsOf {
		d.plan = append(d.plan, step{day, do})
	}
}

// onBoth plans something for the first day on which New York and Frankfurt trade.
func (d *desk) onBoth(day date.Date, do func()) {
	xetra, _ := calendar.For("XETR")
	for !d.nyse.IsSession(day) || !xetra.IsSession(day) {
		day++
	}
	d.on(day, do)
}

// ago is the day so many months before the end.
func (d *desk) ago(months int) date.Date { return d.nyse.First(d.market.AsOf.AddMonths(-months)) }

// original is the day that lies as far before the end as a day of the original
// books lay before their publication.
func (d *desk) original(day string) date.Date {
	return d.nyse.First(d.market.AsOf - (date.Must(2025, 8, 26) - date.MustParse(day)))
}

// run carries out the plan from the first planned day to the market's end.
func (d *desk) run() {
	slices.SortStableFunc(d.plan, func(a, b step) int { return cmp.Compare(a.day, b.day) })
	first := d.plan[0].day
	for d.today = first; d.today <= d.market.AsOf; d.today++ {
		d.splits()
		d.goEx()
		d.pay()
		for len(d.plan) > 0 && d.plan[0].day == d.today {
			do := d.plan[0].do
			d.plan = d.plan[1:]
			do()
		}
		d.expire()
		if d.nyse.IsSession(d.today) && d.nyse.Next(d.today) > d.today.EndOfMonth() {
			d.interest()
		}
	}
	d.describe()
}

// write appends a booking of today.
func (d *desk) write(t ledger.Transaction) {
	t.Date = d.today
	t.Source = fmt.Sprintf("demo-%s-%04d", d.book.Key, len(d.book.Transactions)+1)
	t.ID = t.Source
	d.book.Transactions = append(d.book.Transactions, t)
}

// describe lists the instruments that the bookings name, and what options are on.
func (d *desk) describe() {
	var add func(symbol string)
	add = func(symbol string) {
		if symbol == "" || slices.ContainsFunc(d.book.Instruments, func(i instrument.Instrument) bool { return i.Symbol == symbol }) {
			return
		}
		i := d.listing(symbol).Instrument
		d.book.Instruments = append(d.book.Instruments, i)
		add(i.Underlying)
	}
	for _, t := range d.book.Transactions {
		add(t.Symbol)
	}
	slices.SortFunc(d.book.Instruments, func(a, b instrument.Instrument) int { return cmp.Compare(a.Symbol, b.Symbol) })
	slices.SortStableFunc(d.book.Valuations, func(a, b Valuation) int {
		return cmp.Or(cmp.Compare(a.Symbol, b.Symbol), cmp.Compare(a.Date, b.Date))
	})
}

// find looks for a symbol among the private assets and in the market.
func (d *desk) find(symbol string) (*simulated.Listing, bool) {
	for i := range d.private {
		if d.private[i].Symbol == symbol {
			return &d.private[i], true
		}
	}
	return d.market.Get(symbol)
}

func (d *desk) listing(symbol string) *simulated.Listing {
	l, ok := d.find(symbol)
	if !ok {
		panic("demo: no listing " + symbol)
	}
	return l
}

// uniform is a number in [0, 1).
func (d *desk) uniform() float64 { return float64(d.rng.Uint64()>>11) / (1 << 53) }

// quantity is what an account holds, negative when short.
func (d *desk) quantity(account, symbol string) money.Decimal {
	for _, h := range d.held {
		if h.account == account && h.symbol == symbol {
			return h.quantity
		}
	}
	return money.Zero
}

func (d *desk) move(account, symbol string, by money.Decimal) {
	for i := range d.held {
		if h := &d.held[i]; h.account == account && h.symbol == symbol {
			h.quantity = h.quantity.Add(by)
			return
		}
	}
	d.held = append(d.held, holding{account, symbol, by})
}

// balance is an account's cash in its own currency.
func (d *desk) balance(account string) money.Decimal {
	for _, b := range d.cash {
		if b.account == account {
			return b.amount
		}
	}
	return money.Zero
}

func (d *desk) credit(account string, by money.Decimal) {
	for i := range d.cash {
		if d.cash[i].account == account {
			d.cash[i].amount = d.cash[i].amount.Add(by)
			return
		}
	}
	d.cash = append(d.cash, balance{account, d.terms(account).currency, by})
}

// close is the last price of a symbol known today.
func (d *desk) close(symbol string) float64 {
	price, ok := d.listing(symbol).Prices.CloseOn(d.today)
	if !ok {
		panic(fmt.Sprintf("demo: no price of %s on %s", symbol, d.today))
	}
	return price
}

// price is one at which the symbol traded today.
func (d *desk) price(symbol string) money.Decimal {
	l := d.listing(symbol)
	if l.Class == instrument.Private {
		return amount(d.close(symbol))
	}
	p := l.Prices
	k := p.Index(d.today)
	if k < 0 || p.Dates[k] != d.today {
		panic(fmt.Sprintf("demo: %s does not trade on %s", symbol, d.today))
	}
	x := p.Low[k] + float64(d.uniform()*(p.High[k]-p.Low[k]))
	return amount(min(max(x, p.Low[k]), p.High[k]))
}

// amount is a measured number as cents.
func amount(x float64) money.Decimal { return decimal(x, 2) }

// decimal is a measured number rounded to so many places.
func decimal(x float64, places int32) money.Decimal {
	unit := math.Pow10(int(places))
	return money.New(int64(math.Round(float64(x*unit))), places)
}
