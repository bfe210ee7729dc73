package analysis_test

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/foliosight/foliosight/finance/analysis"
	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/instrument"
	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/finance/market"
	"github.com/foliosight/foliosight/finance/money"
	"github.com/foliosight/foliosight/finance/portfolio"
)

// Every list adds up to the cent to long, short, net and gross, and each line to its
// direct and indirect part.
func TestLookThroughAddsUp(t *testing.T) {
	for _, key := range []string{"saver", "family", "fund"} {
		a := mustRun(t, demoInput(t, key))
		l := &a.Risk.Concentration.LookThrough
		for what, list := range map[string][]analysis.Exposed{"names": l.Names, "issuers": l.Issuers, "sectors": l.Sectors, "countries": l.Countries, "currencies": l.Currencies} {
			long, short, net, gross, share := money.Zero, money.Zero, money.Zero, money.Zero, 0.0
			for i := range list {
				x := &list[i]
				long, short, net, gross, share = long.Add(x.Long), short.Add(x.Short), net.Add(x.Net), gross.Add(x.Gross), share+x.Share
				if !x.Direct.Add(x.Indirect).Equal(x.Net) || !x.Long.Add(x.Short).Equal(x.Net) || !x.Long.Sub(x.Short).Equal(x.Gross) {
					t.Errorf("%s, %s: %+v does not add up", key, what, x)
				}
			}
			for side, pair := range map[string][2]money.Decimal{"long": {long, l.Long.Amount.Decimal}, "short": {short, l.Short.Amount.Decimal}, "net": {net, l.Net.Amount.Decimal}, "gross": {gross, l.Gross.Amount.Decimal}} {
				if !pair[0].Equal(pair[1]) {
					t.Errorf("%s: %s of the %s is %s, want %s", key, side, what, pair[0], pair[1])
				}
			}
			if math.Abs(share-1) > 1e-9 {
				t.Errorf("%s: shares of the %s sum to %v", key, what, share)
			}
		}
		// Without options it is the exposure at market value; net it is delta-adjusted always.
		e := &a.Risk.Exposure
		near(t, key+": net", l.Net.Float64(), e.DeltaAdjusted.Float64(), 0.02)
		if key == "saver" && (!l.Long.Amount.Decimal.Equal(e.Long.Amount.Decimal) || !l.Gross.Amount.Decimal.Equal(e.Gross.Amount.Decimal)) {
			t.Errorf("long %s and gross %s, at market value %s and %s", l.Long.Amount.Decimal, l.Gross.Amount.Decimal, e.Long.Amount.Decimal, e.Gross.Amount.Decimal)
		}
		if !l.Known.Known() || l.Known.Float64() < 0.05 || l.Known.Float64() > 0.95 || l.AsOf != date.MustParse("2026-05-31") {
			t.Errorf("%s: known %v as of %s", key, l.Known.Float64(), l.AsOf)
		}
		if l.Through.HHI.Float64() >= l.AsHeld.HHI.Float64() {
			t.Errorf("%s: HHI %v behind the funds, %v as held", key, l.Through.HHI.Float64(), l.AsHeld.HHI.Float64())
		}
		for _, f := range []analysis.Figure{l.Long, l.Known, l.Through.HHI, l.AsHeld.Top10} {
			if _, ok := analysis.Explain(f.Method); !ok {
				t.Errorf("%s is not explained", f.Method)
			}
		}
	}
}

// A book that can be checked by hand: 100 shares at 50, and 10 pieces at 300 of a fund
// that holds 40 % of the same share, on a day when its list is 401 days old.
func TestStaleHoldings(t *testing.T) {
	day := func(s string) date.Date { return date.MustParse(s) }
	fund := instrument.Instrument{Symbol: "FUND", Currency: "EUR", Class: instrument.ETF, Composition: &instrument.Composition{AsOf: day("2025-01-31"), Source: "its manager",
		Constituents: []instrument.Constituent{{Symbol: "ACME", Weight: money.MustParse("0.4")}, {Name: "Other plc", Country: "GB", Weight: money.MustParse("0.35")}}}}
	acme := instrument.Instrument{Symbol: "ACME", Currency: "EUR", Class: instrument.Equity, Country: "DE", Sector: "Industrials"}
	known := map[string]instrument.Instrument{"FUND": fund, "ACME": acme}
	panel := market.NewPanel()
	for symbol, price := range map[string]string{"FUND": "300", "ACME": "50"} {
		panel.SetInstrument(known[symbol])
		panel.SetPrices(symbol, market.FromPoints([]ledger.Point{{Date: day("2026-03-06"), Value: money.MustParse(price)}, {Date: day("2026-03-09"), Value: money.MustParse(price)}}, "test"))
	}
	buy := func(id, symbol, quantity, price string) ledger.Transaction {
		return ledger.Transaction{ID: id, Date: day("2026-03-06"), Type: ledger.Buy, Symbol: symbol, Currency: "EUR", Quantity: money.Some(money.MustParse(quantity)), Price: money.Some(money.MustParse(price))}
	}
	at := func(asOf date.Date) *analysis.LookThrough {
		book, err := portfolio.Fold(portfolio.Input{Base: "EUR", Through: asOf, Given: true, Instrument: func(s string) instrument.Instrument { return known[s] },
			Transactions: []ledger.Transaction{buy("1", "ACME", "100", "50"), buy("2", "FUND", "10", "300")}})
		if err != nil {
			t.Fatal(err)
		}
		a := mustRun(t, analysis.Input{Book: book, Panel: panel, AsOf: asOf, Period: analysis.Period{Start: day("2026-03-05"), End: asOf}})
		for _, h := range a.Holdings {
			if h.Instrument.Composition != nil {
				t.Error("a holding carries the list of what it holds")
			}
		}
		return &a.Risk.Concentration.LookThrough
	}
	l := at(day("2026-03-09"))
	var got []string
	for _, x := range l.Names {
		got = append(got, fmt.Sprintf("%s%s %s = %s + %s, %.6f", map[bool]string{true: "rest of "}[x.Rest], x.Key, x.Net, x.Direct, x.Indirect, x.Share))
	}
	if text, want := strings.Join(got, "; "), "ACME 6200 = 5000 + 1200, 0.775000; Other plc 1050 = 0 + 1050, 0.131250; rest of FUND 750 = 0 + 750, 0.093750"; text != want {
		t.Errorf("got  %s\nwant %s", text, want)
	}
	near(t, "known", l.Known.Float64(), 0.75, 1e-12)
	near(t, "HHI as held", l.AsHeld.HHI.Float64(), 0.625*0.625+0.375*0.375, 1e-12)
	near(t, "HHI behind the fund", l.Through.HHI.Float64(), 0.775*0.775+0.13125*0.13125+0.09375*0.09375, 1e-12)
	if l.Known.Status != analysis.Stale || l.Net.Status != analysis.Stale || !strings.Contains(strings.Join(l.Net.Reasons, "; "), "FUND are of 2025-01-31") {
		t.Errorf("402 days old: %s %v", l.Known.Status, l.Net.Reasons)
	}
	if fresh := at(day("2026-03-06")); fresh.Known.Status != analysis.Complete || fresh.Net.Status != analysis.Estimated {
		t.Errorf("399 days old: %s, with an unknown rest %s", fresh.Known.Status, fresh.Net.Status)
	}
	net, weight := l.Exposure(&l.Names[0])
	if !net.Amount.Decimal.Equal(money.Int(6200)) || net.Status != analysis.Stale || weight.Known() {
		t.Errorf("the line of ACME: %+v, %+v", net, weight) // its money is borrowed, the value is zero
	}
}

// BenchmarkLookThrough is the whole of it for the long/short book, beside BenchmarkAnalysis.
func BenchmarkLookThrough(b *testing.B) {
	in := demoInput(b, "fund")
	p := analysis.Prepare(in)
	for b.Loop() {
		p.LookThroughAlone()
	}
}
