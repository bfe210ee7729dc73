package analysis_test

import (
	"bytes"
	"encoding/json"
	"testing"

	"github.com/foliosight/foliosight/finance/analysis"
	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/finance/market"
	"github.com/foliosight/foliosight/finance/portfolio"
)

// FuzzAnalysis: of any document that can be folded there is an analysis, which marshals
// and holds nothing that is not a number.
func FuzzAnalysis(f *testing.F) {
	for _, s := range []string{
		`{"base_currency":"EUR","transactions":[{"date":"2024-01-02","type":"deposit","amount":"100","currency":"EUR"},{"date":"2024-01-03","type":"buy","symbol":"A","quantity":"1","price":"50","currency":"USD"}],"prices":{"A":[["2024-01-03","50"],["2024-06-03","60"]]},"fx":{"EUR/USD":[["2024-01-03","1.1"]]}}`,
		`{"base_currency":"USD","symbols":{"ACME240621C00100000":{"type":"option","underlying":"ACME","strike":"100","expiry":"2024-06-21","right":"call","multiplier":"100"}},"transactions":[{"date":"2024-01-02","type":"buy","symbol":"ACME240621C00100000","quantity":"1","price":"3","currency":"USD"}],"prices":{"ACME240621C00100000":[["2024-01-02","3"]],"ACME":[["2024-01-02","98"]]}}`,
		`{"base_currency":"EUR","on_oversold":"short","transactions":[{"date":"2024-01-03","type":"sell","symbol":"A","quantity":"1","price":"0.000000000000000001","currency":"EUR"},{"date":"9999-12-31","type":"split","symbol":"A","ratio":"1:99999999999999999999"}],"prices":{"A":[["1583-01-01","0"]]}}`,
		`{"base_currency":"EUR","transactions":[{"date":"2024-01-03","type":"buy","symbol":"A","quantity":"1","price":"5","currency":"EUR"}],"prices":{"A":[["","8"]]}}`,
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		if len(raw) > 1<<13 {
			return
		}
		doc, err := ledger.ParseDocument(raw)
		if err != nil || doc.BaseCurrency == "" {
			return
		}
		for i := range doc.Transactions {
			if ledger.Readable(&doc.Transactions[i]) != nil {
				return
			}
		}
		panel, err := market.FromDocument(&doc)
		if err != nil {
			return
		}
		b, err := portfolio.Fold(portfolio.Input{Base: doc.BaseCurrency, Transactions: doc.Transactions, Instrument: doc.Instruments(), Policy: doc.Policy, Through: date.None})
		if err != nil {
			return
		}
		asOf := b.Last()
		if asOf.IsNone() {
			asOf = date.MustParse("2024-12-31")
		}
		period, err := analysis.NewPeriod("Max", asOf, b.First())
		if err != nil {
			t.Fatal(err)
		}
		a, err := analysis.Run(analysis.Input{Book: b, Panel: panel, AsOf: asOf, Period: period, Benchmark: "A"})
		if err != nil {
			t.Fatal(err)
		}
		out, err := json.Marshal(a)
		if err != nil || bytes.Contains(out, []byte("NaN")) || bytes.Contains(out, []byte("Inf")) {
			t.Fatalf("%v in %s", err, out)
		}
	})
}
