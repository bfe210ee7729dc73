package demo

import (
	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/finance/money"
	"github.com/foliosight/foliosight/internal/marketdata/simulated"
)

// The saver's accounts.
const (
	plan401k  = "401k"
	ira       = "IRA"
	brokerage = "Taxable"
)

// saver is a balanced household: a workplace plan of four funds that grows with
// every salary, an individual retirement account and a taxable one with shares.
func saver(m *simulated.Market) Book {
	b := Book{
		Key: "saver", Name: "Balanced saver", BaseCurrency: "USD", Benchmark: "VTI",
		Description: "A household's 401(k), IRA and taxable account: index and managed funds, bonds, real estate and growth shares.",
		Positions: []string{"AAPL", "MSFT", "AMZN", "GOOGL", "TSLA", "NVDA", "JNJ", "JPM", "V",
			"FXNAX", "FCNTX", "FMAGX", "VTIAX", "VTI", "BND", "VNQ"},
	}
	d := newDesk(m, &b)
	d.open("401(k)", "Workplace plan", terms{name: plan401k, currency: "USD", reinvest: true})
	d.open("Roth IRA", "Discount broker", terms{name: ira, currency: "USD", topUp: 500})
	d.open("Taxable brokerage", "Discount broker", terms{name: brokerage, currency: "USD", topUp: 500, perTrade: "1.00"})
	d.salarySaving()
	d.retirementAccount()
	d.saverShares()
	d.run()
	return b
}

// salarySaving is the workplace plan: what a former employer's plan held, then a
// part of each salary, split over the four funds; their payments are reinvested.
func (d *desk) salarySaving() {
	mix := []struct{ symbol, share string }{{"FXNAX", "0.475"}, {"FCNTX", "0.22"}, {"FMAGX", "0.165"}, {"VTIAX", "0.11"}}
	spread := func(total, note string) {
		for _, f := range mix {
			d.invest(plan401k, f.symbol, money.MustParse(total).Mul(money.MustParse(f.share)).Round(2), note)
		}
	}
	const months = 62
	d.on(d.ago(months), func() {
		d.deposit(plan401k, "87000", "rollover from a former employer's plan")
		spread("87000", "")
	})
	for k := months - 1; k >= 0; k-- {
		pay, raise := "1250", "1400"
		payday := d.market.AsOf.AddMonths(-k).StartOfMonth() + 14
		if k < 30 {
			pay = raise
		}
		d.on(payday, func() {
			d.deposit(plan401k, pay, "salary contribution")
			spread(pay, "")
		})
		if k%3 == 0 {
			d.on(payday+5, func() { d.fee(plan401k, money.MustParse("18.75"), "plan administration") })
		}
	}
}

// retirementAccount buys its three exchange-traded funds in five yearly parts.
func (d *desk) retirementAccount() {
	for k, part := range []float64{0.34, 0.16, 0.16, 0.17, 0.17} {
		day := d.ago(59 - 12*k)
		d.on(day, func() {
			for _, f := range []struct {
				symbol string
				worth  float64
			}{{"VTI", 38750}, {"BND", 24255}, {"VNQ", 19475}} {
				d.trade(ledger.Buy, ira, f.symbol, d.pieces(f.symbol, f.worth*part, d.today), "")
			}
		})
	}
}

// lots is a holding built in parts: of today's worth, so much on each day.
func (d *desk) lots(account, symbol string, worth float64, buys ...buy) {
	for _, x := range buys {
		d.on(x.day, func() { d.trade(ledger.Buy, account, symbol, d.pieces(symbol, worth*x.part, d.today), "") })
	}
}

func (d *desk) saverShares() {
	first, second := d.ago(51), d.ago(33)
	for _, s := range []struct {
		symbol string
		worth  float64
		third  string // the original's day of entry
	}{
		{"AAPL", 19125, "2024-01-15"}, {"MSFT", 18900, "2024-01-16"}, {"AMZN", 18700, "2024-01-18"},
		{"GOOGL", 18400, "2024-01-20"}, {"TSLA", 17850, "2024-01-22"}, {"NVDA", 17500, "2024-01-25"},
		{"JNJ", 16800, "2024-02-01"}, {"JPM", 14450, "2024-02-05"}, {"V", 13400, "2024-02-08"},
	} {
		// A fifth more than is kept, for the sale below.
		sold := 0.0
		switch s.symbol {
		case "AAPL", "NVDA", "TSLA":
			sold = 0.2
		}
		d.lots(brokerage, s.symbol, s.worth, buy{first, 0.35}, buy{second, 0.30}, buy{d.original(s.third), 0.35 + sold})
		if sold > 0 {
			d.on(d.ago(8)+3, func() {
				d.trade(ledger.Sell, brokerage, s.symbol, d.pieces(s.symbol, s.worth*sold, d.today), "trimmed")
			})
		}
	}
	// An experiment that ended in a loss, and what the trimming was for.
	d.on(d.ago(49), func() { d.trade(ledger.Buy, brokerage, "PTON", d.paidFor("PTON", 4000), "") })
	d.on(d.ago(27), func() { d.trade(ledger.Sell, brokerage, "PTON", d.quantity(brokerage, "PTON"), "given up") })
	d.on(d.ago(7)+6, func() { d.withdraw(brokerage, "7500", "new roof") })
}
