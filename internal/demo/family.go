package demo

import (
	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/internal/marketdata/simulated"
)

// The family's accounts.
const (
	custody   = "Custody"
	trust     = "Trust"
	frankfurt = "Frankfurt"
)

// family is a house of high net worth: a core of large companies, gold and
// commodities at a custodian, a euro account in Frankfurt, and a trust that holds
// what has no market price.
func family(m *simulated.Market) Book {
	b := Book{
		Key: "family", Name: "High net worth", BaseCurrency: "USD", Benchmark: "SPY",
		Description: "Public core at a custodian, a euro account in Frankfurt, and a family trust with private equity, property, art and other appraised assets.",
		Positions:   []string{"SPY", "QQQ", "AAPL", "MSFT", "AMZN", "GOOGL", "BRK-B", "JPM", "JNJ", "NVDA", "META", "UNH", "V", "HD", "PG", "GLD", "DJP"},
	}
	d := newDesk(m, &b)
	d.open("Custody account", "Private bank", terms{name: custody, currency: "USD", topUp: 5000, perTrade: "9.95"})
	d.open("Depot Frankfurt", "German bank", terms{name: frankfurt, currency: "EUR", perTrade: "12.50", withheld: "0.26375"})
	d.open("Family trust", "Trust company", terms{name: trust, currency: "USD", topUp: 5000})
	d.core()
	d.euroDepot()
	d.privateAssets()
	d.run()
	return b
}

// buy is a part of a holding, bought on a day.
type buy struct {
	day  date.Date
	part float64
}

// core is the 17 public holdings, built in three parts.
func (d *desk) core() {
	d.on(d.ago(66), func() { d.deposit(custody, "150000", "opening") })
	early, later := d.ago(64), d.ago(44)
	for _, s := range []struct {
		symbol string
		worth  float64
		entry  string
		sold   float64
	}{
		{"SPY", 212000, "2024-01-05", 0}, {"QQQ", 189000, "2024-01-05", 0.10}, {"AAPL", 90000, "2024-01-10", 0.15},
		{"MSFT", 84000, "2024-01-10", 0}, {"AMZN", 81600, "2024-01-12", 0}, {"GOOGL", 80000, "2024-01-12", 0},
		{"BRK-B", 79200, "2024-01-15", 0}, {"JPM", 59500, "2024-01-15", 0}, {"JNJ", 49600, "2024-01-18", 0},
		{"NVDA", 49000, "2024-01-20", 0.30}, {"META", 47700, "2024-01-20", 0}, {"UNH", 46325, "2024-01-22", 0},
		{"V", 45560, "2024-01-22", 0}, {"HD", 43750, "2024-01-25", 0}, {"PG", 41250, "2024-01-25", 0},
		{"GLD", 71247, "2024-02-01", 0}, {"DJP", 57000, "2024-02-01", 0},
	} {
		d.lots(custody, s.symbol, s.worth, buy{early, 0.40}, buy{later, 0.25}, buy{d.original(s.entry), 0.35 + s.sold})
		if s.sold > 0 {
			d.on(d.ago(6)+date.Date(len(s.symbol)), func() {
				d.trade(ledger.Sell, custody, s.symbol, d.pieces(s.symbol, s.worth*s.sold, d.today), "rebalanced")
			})
		}
	}
	// Long bonds bought before rates rose, and given up.
	d.on(d.ago(58), func() { d.trade(ledger.Buy, custody, "TLT", d.paidFor("TLT", 80000), "") })
	d.on(d.ago(39), func() {
		d.trade(ledger.Sell, custody, "TLT", d.quantity(custody, "TLT"), "sold after the rise of rates")
	})
	d.on(d.ago(5), func() { d.withdraw(custody, "40000", "distribution to the family") })
	for k := 59; k > 0; k -= 3 {
		d.on(d.ago(k), func() { d.fee(custody, amount(0.00025*d.accountWorth(custody)), "custody fee") })
	}
}

// euroDepot is the second currency: dollars converted, shares and a world fund
// bought in euro, dividends in euro after German tax.
func (d *desk) euroDepot() {
	d.on(d.ago(56), func() {
		d.cashBooking(ledger.Deposit, custody, amount(80000), "transfer from the bank")
		d.convert(custody, frankfurt, "80000", "dollars into euro")
	})
	d.onBoth(d.ago(56)+6, func() {
		d.trade(ledger.Buy, frankfurt, "EUNL", d.paidFor("EUNL", 34000), "")
		d.trade(ledger.Buy, frankfurt, "SAP", d.paidFor("SAP", 20000), "")
	})
	d.on(d.ago(30), func() {
		d.cashBooking(ledger.Deposit, custody, amount(30000), "transfer from the bank")
		d.convert(custody, frankfurt, "30000", "dollars into euro")
	})
	d.onBoth(d.ago(30)+5, func() { d.trade(ledger.Buy, frankfurt, "ASML", d.paidFor("ASML", 26000), "") })
	d.onBoth(d.ago(13), func() {
		d.trade(ledger.Sell, frankfurt, "SAP", d.paidFor("SAP", 6000), "part of the gain taken")
	})
}

// accountWorth is what an account is worth at today's closes, in its own currency.
func (d *desk) accountWorth(account string) float64 {
	total := d.balance(account).Float64()
	for _, h := range d.held {
		if h.account == account && !h.quantity.IsZero() {
			l := d.listing(h.symbol)
			total += float64(h.quantity.Float64() * d.close(h.symbol) * l.ContractSize().Float64())
		}
	}
	return total
}
