package demo

import (
	"fmt"
	"slices"

	"github.com/foliosight/foliosight/finance/instrument"
	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/finance/money"
	"github.com/foliosight/foliosight/internal/marketdata/simulated"
)

// asset is one private asset: what it is worth today and how it got there.
type asset struct {
	symbol, name, sector string
	worth                float64 // today, all of it
	units                int64   // pieces; 1 for a thing that cannot be divided
	growth               float64 // a year
	follows              float64 // the part of the public market's moves that appraisals show
	noise                float64 // of one appraisal
	every                int     // months between appraisals
	since                int     // months ago
	note                 string
}

// assets are the eleven private assets of the original book, with its amounts.
var assets = []asset{
	{"BX_PRIVATE_EQUITY", "Buyout fund VIII", "Private Equity", 255589.45, 250, 0.11, 0.45, 0.010, 3, 58, "fund administrator"},
	{"A16Z_VC_FUND", "Venture fund IV", "Venture Capital", 127795.20, 100, 0.09, 0.60, 0.020, 3, 52, "fund administrator"},
	{"TWO_SIGMA_FUND", "Quantitative hedge fund", "Hedge Fund", 127795.20, 100, 0.08, 0.12, 0.006, 1, 47, "fund administrator"},
	{"STARWOOD_REIT", "Private real estate trust", "Real Estate", 127795.20, 5000, 0.02, 0.15, 0.006, 1, 45, "trust's monthly value"},
	{"RENTAL_CONDO", "Rented condominium", "Real Estate", 127795.20, 1, 0.035, 0.05, 0.008, 6, 70, "local appraiser"},
	{"RENTAL_SFH", "Rented house", "Real Estate", 127795.20, 1, 0.038, 0.05, 0.008, 6, 70, "local appraiser"},
	{"HOME_EQUITY", "Family home, net of mortgage", "Real Estate", 260651.59, 1, 0.05, 0.05, 0.008, 6, 70, "local appraiser"},
	{"ART_COLLECTIBLES", "Paintings", "Art", 25559.04, 1, 0.03, 0, 0.015, 12, 60, "auction house"},
	{"CRYPTO_BTC_ETH", "Bitcoin and ether, cold storage", "Crypto", 38338.56, 1, 0.22, 1.40, 0.060, 1, 48, "own valuation"},
	{"MONEY_MARKET", "Money market deposit", "Cash", 51118.08, 1, 0.033, 0, 0, 3, 40, "bank statement"},
	{"TREASURY_BILLS", "Treasury bills held direct", "Cash", 25559.04, 1, 0.038, 0, 0, 3, 40, "broker statement"},
}

// privateAssets brings the assets in: funds by capital calls, what can be divided
// by purchase, everything else as delivered at its appraisal.
func (d *desk) privateAssets() {
	for _, a := range assets {
		d.appraise(a)
		note := "brought in at its appraisal"
		all := money.Int(a.units)
		switch a.symbol {
		case "BX_PRIVATE_EQUITY":
			for k, part := range []int64{80, 60, 60, 50} {
				d.on(d.ago(a.since-1-9*k), func() {
					d.trade(ledger.Buy, trust, a.symbol, money.Int(part), fmt.Sprintf("capital call %d", k+1))
				})
			}
			d.on(d.ago(10), func() { d.income(ledger.ReturnOfCapital, a.symbol, "9400.00", "return of capital") })
			d.on(d.ago(4), func() { d.income(ledger.Dividend, a.symbol, "6150.00", "distribution of a gain") })
		case "A16Z_VC_FUND":
			for k, part := range []int64{40, 30, 30} {
				d.on(d.ago(a.since-1-12*k), func() {
					d.trade(ledger.Buy, trust, a.symbol, money.Int(part), fmt.Sprintf("capital call %d", k+1))
				})
			}
		case "TWO_SIGMA_FUND", "STARWOOD_REIT":
			d.on(d.ago(a.since-1), func() { d.trade(ledger.Buy, trust, a.symbol, all, "subscription") })
		default:
			d.on(d.ago(a.since), func() { d.deliver(trust, a.symbol, all, amount(d.close(a.symbol)), note) })
		}
	}
	for k := 41; k > 0; k -= 3 {
		d.on(d.ago(k), func() { d.income(ledger.Dividend, "STARWOOD_REIT", "1405.75", "quarterly distribution") })
	}
	for k := 65; k > 0; k -= 6 {
		d.on(d.ago(k), func() {
			d.income(ledger.Dividend, "RENTAL_CONDO", "3120.00", "rent, half a year, net of costs")
			d.income(ledger.Dividend, "RENTAL_SFH", "2940.00", "rent, half a year, net of costs")
		})
	}
	for k := 47; k > 0; k -= 12 {
		d.on(d.ago(k)+20, func() { d.fee(trust, money.MustParse("1850.00"), "trustee and appraisals") })
	}
	for k := 53; k > 0; k -= 12 {
		d.on(d.ago(k)+10, func() { d.spare() })
	}
}

// spare passes on what the trust has earned and not called for.
func (d *desk) spare() {
	if thousands := int64(d.balance(trust).Float64()/1000) - 12; thousands > 0 {
		d.cashBooking(ledger.Withdrawal, trust, money.Int(1000*thousands), "distribution to the beneficiaries")
	}
}

// income books what an asset pays.
func (d *desk) income(kind ledger.Type, symbol, a, note string) {
	if d.quantity(trust, symbol).IsZero() {
		return
	}
	d.write(ledger.Transaction{Type: kind, Account: trust, Symbol: symbol, Amount: money.Some(money.MustParse(a)), Currency: "USD", Note: note})
	d.credit(trust, money.MustParse(a))
}

// appraise makes an asset's appraisals, from today's worth backwards: each period
// grew by its share of a year's growth, a part of what the public market did in
// it, and chance.
func (d *desk) appraise(a asset) {
	l := simulated.Listing{Instrument: instrument.Instrument{
		Symbol: a.symbol, Currency: "USD", Class: instrument.Private, Name: a.name, Sector: a.sector, Country: "US", Simulated: true}}
	spy := d.listing("SPY").Prices
	first := d.ago(a.since)
	day := d.market.AsOf
	if end := day.StartOfMonth() - 1; day != day.EndOfMonth() {
		day = end // the last whole month
	}
	price := a.worth / float64(a.units)
	for {
		l.Prices.Dates = append(l.Prices.Dates, day)
		l.Prices.Close = append(l.Prices.Close, amount(price).Float64())
		if day <= first {
			break
		}
		before := (day + 1).AddMonths(-a.every) - 1
		if before < first {
			before = first
		}
		now, _ := spy.CloseOn(day)
		then, ok := spy.CloseOn(before)
		moved := 0.0
		if ok {
			moved = now/then - 1 - float64(0.08*float64(day-before))/365
		}
		grew := float64(a.growth*float64(day-before))/365 + float64(a.follows*moved) + float64(2*a.noise*(d.uniform()-0.5))
		price /= 1 + grew
		day = before
	}
	slices.Reverse(l.Prices.Dates)
	slices.Reverse(l.Prices.Close)
	for k, on := range l.Prices.Dates {
		d.book.Valuations = append(d.book.Valuations, Valuation{Symbol: a.symbol, Date: on,
			Price: amount(l.Prices.Close[k]), Currency: "USD", Note: a.note})
	}
	d.private = append(d.private, l)
}
