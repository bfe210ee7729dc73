package demo

import (
	"math"
	"time"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/instrument"
	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/finance/money"
	"github.com/foliosight/foliosight/internal/marketdata/simulated"
)

// The fund's accounts.
const (
	prime   = "Prime"
	overlay = "Options"
)

// fund is a long/short fund: thirteen shares held, nine sold short, eight options
// over them, and the trades of two years behind it.
func fund(m *simulated.Market) Book {
	b := Book{
		Key: "fund", Name: "Long/short fund", BaseCurrency: "USD", Benchmark: "SPY",
		Description: "Long momentum, short value traps and an options overlay at a prime broker; fees, borrowing costs and redemptions included.",
	}
	d := newDesk(m, &b)
	d.open("Prime brokerage", "Prime broker", terms{name: prime, currency: "USD", perTrade: "15.00", borrows: true})
	d.open("Options overlay", "Prime broker", terms{name: overlay, currency: "USD", perTrade: "15.00", perContract: "0.65", borrows: true})
	d.firstYear()
	d.longShort()
	d.options()
	d.managementFees()
	d.run()
	return b
}

// firstYear is the fund before its present book: bills, a sector bet, a hedge.
func (d *desk) firstYear() {
	d.on(d.ago(36), func() { d.deposit(prime, "2000000", "subscription of the founders") })
	d.on(d.ago(36)+2, func() {
		d.trade(ledger.Buy, prime, "BIL", d.paidFor("BIL", 1000000), "")
		d.trade(ledger.Buy, prime, "XLE", d.paidFor("XLE", 300000), "")
		d.trade(ledger.Buy, prime, "QQQ", d.paidFor("QQQ", 400000), "")
		d.trade(ledger.SellShort, prime, "IWM", d.paidFor("IWM", 350000), "hedge")
	})
	d.on(d.original("2024-01-05")-20, func() {
		d.trade(ledger.BuyToCover, prime, "IWM", d.quantity(prime, "IWM").Neg(), "hedge lifted")
		d.trade(ledger.Sell, prime, "XLE", d.quantity(prime, "XLE"), "")
		d.trade(ledger.Sell, prime, "QQQ", d.quantity(prime, "QQQ"), "")
		d.trade(ledger.Sell, prime, "BIL", d.quantity(prime, "BIL"), "")
	})
	d.on(d.original("2024-01-05")-8, func() { d.deposit(prime, "1280000", "subscription of outside investors") })
	d.on(d.ago(9), func() { d.withdraw(prime, "290000", "redemption") })
}

// longShort is the present book of shares: each bought or sold for about what the
// original paid or received, on its day.
func (d *desk) longShort() {
	for _, s := range []struct {
		symbol string
		cost   float64 // negative: sold short
		entry  string
	}{
		{"NVDA", 560000, "2024-01-05"}, {"MSFT", 420000, "2024-01-05"}, {"AAPL", 337500, "2024-01-08"},
		{"GOOGL", 288000, "2024-01-08"}, {"META", 265000, "2024-01-10"}, {"AMZN", 238000, "2024-01-10"},
		{"TSLA", 204000, "2024-01-12"}, {"AMD", 194400, "2024-01-12"}, {"BRK-B", 264000, "2024-01-15"},
		{"JPM", 170000, "2024-01-15"}, {"JNJ", 128000, "2024-01-18"}, {"UNH", 109000, "2024-01-18"},
		{"V", 93800, "2024-01-20"},
		{"NFLX", -294000, "2024-01-25"}, {"SHOP", -195000, "2024-01-25"}, {"ZM", -140000, "2024-01-28"},
		{"PTON", -120000, "2024-01-28"}, {"ROKU", -108000, "2024-01-30"}, {"XOM", -220000, "2024-02-01"},
		{"F", -120000, "2024-02-01"}, {"GE", -112000, "2024-02-05"}, {"C", -110000, "2024-02-05"},
	} {
		d.book.Positions = append(d.book.Positions, s.symbol)
		kind, cost := ledger.Buy, s.cost*longScale
		if s.cost < 0 {
			kind, cost = ledger.SellShort, -s.cost
		}
		d.on(d.original(s.entry), func() { d.trade(kind, prime, s.symbol, d.paidFor(s.symbol, cost), "") })
	}
	part := func(symbol string, of float64) money.Decimal {
		return decimal(d.quantity(prime, symbol).Abs().Float64()*of, 0)
	}
	d.on(d.ago(11), func() { d.trade(ledger.Sell, prime, "NVDA", part("NVDA", 0.15), "trimmed after the rise") })
	d.on(d.ago(11)+1, func() { d.trade(ledger.Buy, prime, "AMD", part("AMD", 0.10), "added") })
	d.on(d.ago(8), func() { d.trade(ledger.BuyToCover, prime, "ZM", part("ZM", 0.30), "part covered") })
	d.on(d.ago(7), func() { d.trade(ledger.BuyToCover, prime, "PTON", part("PTON", 0.25), "part covered") })
	d.on(d.ago(6), func() { d.trade(ledger.Sell, prime, "META", part("META", 0.10), "trimmed") })
	d.on(d.ago(3), func() { d.trade(ledger.SellShort, prime, "C", part("C", 0.15), "added to the short") })
}

// longScale is how much of the original's cost is put on.
const longScale = 0.98

// position is an option of the overlay, described by how it stood at its opening.
type position struct {
	underlying string
	right      instrument.Right
	written    bool
	money      float64 // strike over price at the opening
	step       int64   // strikes come in steps of
	premium    float64 // paid or received, about
	opened     int     // days ago
	expires    int     // months ahead: third Friday; negative: behind
	closed     int     // days ago; 0: to the end
}

// overlayBook is what is open today: the original's eight, each for half the
// premium and nearer to its expiry, so that their greeks are alive.
var overlayBook = []position{
	{"SPY", instrument.Call, false, 1.04, 5, 70000, 64, 4, 0},
	{"QQQ", instrument.Call, false, 1.05, 5, 52500, 57, 2, 0},
	{"VIX", instrument.Call, false, 0, 1, 37500, 43, 2, 0},
	{"NVDA", instrument.Call, false, 1.12, 5, 31250, 50, 5, 0},
	{"AAPL", instrument.Put, true, 0.93, 5, 22500, 36, 2, 0},
	{"MSFT", instrument.Put, true, 0.92, 5, 20000, 36, 4, 0},
	{"TSLA", instrument.Call, true, 1.18, 5, 24000, 29, 2, 0},
	{"META", instrument.Put, true, 0.90, 5, 18750, 29, 4, 0},
}

// overlayPast is what went before: lapsed, closed early, and one put assigned.
// Its strikes were chosen knowing the end.
var overlayPast = []position{
	{"SPY", instrument.Put, false, 0.90, 5, 24000, 560, -15, 0},
	{"AAPL", instrument.Put, true, 0.88, 5, 18000, 420, -11, 0},
	{"QQQ", instrument.Call, false, 1.03, 5, 40000, 330, -6, 246},
	{"TSLA", instrument.Call, true, 1.25, 5, 15000, 300, -6, 225},
	{"VIX", instrument.Call, false, 0, 1, 20000, 250, -5, 0},
	{"JPM", instrument.Put, true, 1.00, 5, 9000, 190, -4, 0},
}

func (d *desk) options() {
	d.on(d.original("2024-01-05")-5, func() { d.shift(prime, overlay, "260000", "margin for the overlay") })
	for _, p := range overlayPast {
		d.overlay(p)
	}
	for _, p := range overlayBook {
		d.book.Positions = append(d.book.Positions, d.overlay(p))
	}
}

// overlay lists a contract and plans its opening, and its closing if it has one.
func (d *desk) overlay(p position) string {
	opened := d.nyse.Last(d.market.AsOf - date.Date(p.opened))
	c := simulated.Contract{Underlying: p.underlying, Right: p.right, From: d.nyse.Previous(opened - 7)}
	y, month, _ := d.market.AsOf.AddMonths(p.expires).Civil()
	if p.underlying == "VIX" {
		c.Expiry = d.market.VolatilityExpiry(y, month)
		future, err := d.market.ListVolatilityFuture(c.Expiry)
		must(err)
		c.Underlying, c.Root, c.Strike = future, "VIX", money.Int(25)
	} else {
		c.Expiry = d.market.ThirdFriday(y, month)
		spot, _ := d.listing(p.underlying).Prices.CloseOn(opened)
		c.Strike = d.strike(p, c, spot)
	}
	symbol, err := d.market.ListOption(c)
	must(err)
	open, shut := ledger.Buy, ledger.Sell
	if p.written {
		open, shut = ledger.SellShort, ledger.BuyToCover
	}
	d.on(opened, func() {
		count := math.Max(math.Round(p.premium/float64(100*d.close(symbol))), 1)
		d.trade(open, overlay, symbol, money.Int(int64(count)), "")
	})
	if p.closed > 0 {
		d.on(d.market.AsOf-date.Date(p.closed), func() {
			if q := d.quantity(overlay, symbol).Abs(); q.Sign() > 0 {
				d.trade(shut, overlay, symbol, q, "closed early")
			}
		})
	}
	return symbol
}

// strike is the option's strike; of one that has expired it is moved, knowing the
// end, so that it lapsed, or (the put on JPM) was assigned.
func (d *desk) strike(p position, c simulated.Contract, spot float64) money.Decimal {
	k := p.money * spot
	if end, ok := d.listing(p.underlying).Prices.CloseOn(c.Expiry); ok && c.Expiry <= d.market.AsOf && p.closed == 0 {
		switch {
		case p.money == 1.00:
			k = math.Max(k, end*1.02)
		case p.right == instrument.Put:
			k = math.Min(k, end*0.97)
		default:
			k = math.Max(k, end*1.03)
		}
	}
	steps := math.Round(k / float64(p.step))
	return money.Int(int64(steps) * p.step)
}

func must(err error) {
	if err != nil {
		panic("demo: " + err.Error())
	}
}

// managementFees are one and a half percent a year, by quarter, and once a year a
// tenth of the gain above the mark.
func (d *desk) managementFees() {
	for k := 32; k > 0; k -= 3 {
		d.on(d.ago(k), func() { d.fee(prime, amount(0.00375*d.worth()), "management fee") })
	}
	mark := 2000000.0 // what was paid in, or the highest worth a fee was taken on
	for k := 24; k > 0; k -= 12 {
		d.on(d.ago(k)+4, func() {
			if k == 12 {
				mark += 1280000 // the second subscription
			}
			if gain := d.worth() - mark; gain > 0 {
				d.fee(prime, amount(0.10*gain), "performance fee")
				mark += gain
			}
		})
	}
	// A put assigned leaves shares in the overlay; they are sold within days.
	d.on(d.market.ThirdFriday(yearMonth(d.market.AsOf.AddMonths(-4)))+4, func() {
		if q := d.quantity(overlay, "JPM"); q.Sign() > 0 {
			d.trade(ledger.Sell, overlay, "JPM", q, "shares of the assigned put sold")
		}
	})
}

func yearMonth(d date.Date) (int, time.Month) {
	y, m, _ := d.Civil()
	return y, m
}
