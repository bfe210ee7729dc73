package standalone

import (
	"math"
	"os"
	"path/filepath"
	"testing"

	"github.com/foliosight/foliosight/finance/date"
)

// Interest rates that central banks publish in percent are fractions in an analysis.
func TestRatesInPercent(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	booked := write("booked.csv", "date,type,symbol,quantity,price,amount,currency,account\n2021-01-04,deposit,,,,1000,USD,Main\n2021-01-04,buy,ACME,5,100,500,USD,Main\n")
	prices := write("prices.csv", "date,symbol,close\n2021-01-04,ACME,100\n2021-01-05,ACME,101\n2021-01-06,ACME,102\n2021-01-07,ACME,101\n2021-01-08,ACME,103\n")
	rates := write("rates.csv", "series,date,value\nDGS3MO,2021-01-04,2.5\nOWN,2021-01-04,0.03\n")
	for name, want := range map[string]float64{"DGS3MO": 0.025, "OWN": 0.03} {
		a := mustAnalyze(t, Options{Files: []string{booked}, Prices: []string{prices, rates}, RiskFree: name, AsOf: date.None, From: date.None})
		if got := a.Risk.Realised.RiskFree; !got.Known() || math.Abs(got.Float64()-want) > 1e-12 {
			t.Errorf("%s: %v, want %v: %v", name, got.Float64(), want, got.Reasons)
		}
	}
}
