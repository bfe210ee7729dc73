package report

import (
	"bytes"
	"flag"
	"os"
	"testing"

	"github.com/foliosight/foliosight/finance/analysis"
	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/instrument"
	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/finance/market"
	"github.com/foliosight/foliosight/finance/portfolio"
)

var update = flag.Bool("update", false, "rewrite the documents in testdata")

// small is a portfolio with a foreign share, a fund without a price and an old one.
const small = `{"base_currency":"EUR","name":"A <small> | portfolio","symbols":{"BOLT":{"currency":"USD"}},"transactions":[
	{"date":"2024-01-02","type":"deposit","amount":"12000","currency":"EUR","account":"Depot"},
	{"date":"2024-01-02","type":"buy","symbol":"ACME","quantity":"10","price":"400","fees":"10","currency":"EUR","account":"Depot"},
	{"date":"2024-01-03","type":"buy","symbol":"BOLT","quantity":"20","price":"110","currency":"USD","amount":"2200","account":"Depot"},
	{"date":"2024-01-03","type":"internal_transfer","amount":"2000","currency":"EUR","account":"Depot","to_account":"Depot","to_amount":"2200","to_currency":"USD"},
	{"date":"2024-01-04","type":"buy","symbol":"SECRET","quantity":"1.5","price":"100","currency":"EUR","account":"Depot"},
	{"date":"2024-02-01","type":"dividend","symbol":"ACME","amount":"37","taxes":"13","currency":"EUR","account":"Depot"}],
	"prices":{"ACME":[["2024-01-02","400"],["2024-02-01","410"],["2024-03-01","440"]],"BOLT":[["2024-01-03","110"],["2024-01-31","121"]]},
	"fx":{"EUR/USD":[["2024-01-02","1.10"],["2024-03-01","1.00"]]}}`

func analysed(t *testing.T) (*analysis.Analysis, *analysis.Contribution) {
	t.Helper()
	doc, err := ledger.ParseDocument([]byte(small))
	if err != nil {
		t.Fatal(err)
	}
	panel := market.NewPanel()
	for symbol, points := range doc.Prices {
		panel.SetPrices(symbol, market.FromPoints(points, "test"))
	}
	panel.SetFX(market.Pair{Base: "EUR", Quote: "USD"}, market.FromPoints(doc.FX["EUR/USD"], "test"))
	known := doc.Instruments()
	b, err := portfolio.Fold(portfolio.Input{Base: "EUR", Transactions: doc.Transactions, Through: date.None,
		Instrument: func(s string) instrument.Instrument { return known(s) }})
	if err != nil {
		t.Fatal(err)
	}
	asOf := date.MustParse("2024-03-01")
	period, err := analysis.NewPeriod("Max", asOf, b.First())
	if err != nil {
		t.Fatal(err)
	}
	p := analysis.Prepare(analysis.Input{Name: doc.Name, Book: b, Panel: panel, AsOf: asOf, Benchmark: "ACME"})
	a, err := p.Run(period)
	if err != nil {
		t.Fatal(err)
	}
	c, err := p.Contribution(period)
	if err != nil {
		t.Fatal(err)
	}
	return a, c
}

func TestGoldenDocuments(t *testing.T) {
	a, c := analysed(t)
	var text, markdown bytes.Buffer
	if err := Text(&text, a, c); err != nil {
		t.Fatal(err)
	}
	if err := Markdown(&markdown, a, c); err != nil {
		t.Fatal(err)
	}
	for name, got := range map[string][]byte{"testdata/small.txt": text.Bytes(), "testdata/small.md": markdown.Bytes()} {
		if *update {
			if err := os.WriteFile(name, got, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got, want) {
			t.Errorf("%s:\n%s\nwant\n%s", name, got, want)
		}
	}
}

func TestGroup(t *testing.T) {
	for in, want := range map[string]string{"0.00": "0.00", "999": "999", "-1234.50": "-1,234.50", "1234567": "1,234,567", "-123456.7": "-123,456.7"} {
		if got := Group(in); got != want {
			t.Errorf("%s: %s, want %s", in, got, want)
		}
	}
}

func TestNoMinusBeforeNothing(t *testing.T) {
	f := analysis.Measure(-0.000001, analysis.Fraction, 0, "weight")
	if got := fraction(f); got != "0.00%" {
		t.Errorf("got %q", got)
	}
	if got := ratio(f); got != "0.00" {
		t.Errorf("got %q", got)
	}
}
