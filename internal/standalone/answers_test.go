package standalone

import (
	"math"
	"os"
	"path/filepath"
	"testing"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/finance/money"
	"github.com/foliosight/foliosight/internal/workload"
)

// files are the options to analyse a folder with a workload.
func files(dir string) Options {
	return Options{Files: []string{filepath.Join(dir, "transactions.csv")}, Prices: []string{filepath.Join(dir, "prices.csv"), filepath.Join(dir, "bench.csv")},
		Benchmark: workload.Benchmark, AsOf: date.None, From: date.None}
}

func mustAnalyze(t testing.TB, o Options) *Result {
	t.Helper()
	r, err := Analyze(o)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// Files of a workload give the value that adding up quantities and cash by hand gives.
func TestValueFromFiles(t *testing.T) {
	for _, size := range []workload.Size{workload.S, workload.Home} {
		w, dir := workload.New(size, 3), t.TempDir()
		if err := w.Write(dir); err != nil {
			t.Fatal(err)
		}
		want, held := money.Zero, map[string]money.Decimal{}
		for i := range w.Transactions {
			x := &w.Transactions[i]
			switch x.Type {
			case ledger.Buy:
				held[x.Symbol], want = held[x.Symbol].Add(x.Quantity.Decimal), want.Sub(x.Amount.Decimal)
			case ledger.Sell:
				held[x.Symbol], want = held[x.Symbol].Sub(x.Quantity.Decimal), want.Add(x.Amount.Decimal)
			case ledger.Withdrawal:
				want = want.Sub(x.Amount.Decimal)
			default:
				want = want.Add(x.Amount.Decimal)
			}
		}
		for i, s := range w.Symbols {
			price, err := money.FromFloat(w.Prices[i][len(w.Days)-1])
			if err != nil {
				t.Fatal(err)
			}
			want = want.Add(held[s].Mul(price))
		}
		a := mustAnalyze(t, files(dir))
		if got := a.Summary.Value.Amount.Decimal; !got.Equal(want.Round(2)) {
			t.Errorf("%s: value %s, want %s", size.Name, got, want.Round(2))
		}
		if final := a.Change.Final.Amount.Decimal; !final.Equal(want.Round(2)) {
			t.Errorf("%s: the change ends at %s, want %s", size.Name, final, want.Round(2))
		}
	}
}

// TestAnswers holds the figures of the workloads in BENCH_DATA to those that other
// programs give for them: values from hledger 1.25, ledger 3.3.0 and beancount 2.3.5,
// rates from beancount, hledger and numpy. Without BENCH_DATA there is nothing to hold.
func TestAnswers(t *testing.T) {
	for _, c := range []struct {
		size, value string
		xirr        float64 // percent
	}{{"S", "1189637.50", 6.3882}, {"M", "7213507.33", 41.0392}, {"L", "25968799.94", 20.1298}} {
		dir := filepath.Join(workload.DataDir(), c.size)
		if _, err := os.Stat(dir); workload.DataDir() == "" || err != nil {
			t.Logf("no workload %s", c.size)
			continue
		}
		a := mustAnalyze(t, files(dir))
		if got := a.Summary.Value.Amount.Decimal; !got.Equal(money.MustParse(c.value)) {
			t.Errorf("%s: value %s, want %s", c.size, got, c.value)
		}
		if got := a.Returns.MoneyWeighted.Float64() * 100; math.Abs(got-c.xirr) > 0.00005 {
			t.Errorf("%s: money-weighted %.4f %%, want %.4f %%", c.size, got, c.xirr)
		}
		if c.size == "L" {
			growthOfL(t, dir)
		}
	}
}

// growthOfL compares the time-weighted return from the close of the first day by two
// conventions: ours (inflows at the start of their day, outflows at its end), and all
// flows at the end of their day, which numpy's figure uses.
func growthOfL(t *testing.T, dir string) {
	t.Helper()
	o := files(dir)
	o.From = date.MustParse("2015-01-02")
	a := mustAnalyze(t, o)
	if got := a.Returns.TimeWeighted.Float64() * 100; math.Abs(got-866.2717) > 0.00005 {
		t.Errorf("time-weighted %.4f %%, want 866.2717 %%", got)
	}
	growth := 1.0
	for i := 1; i < len(a.Series.Days); i++ {
		growth *= (a.Series.Value[i] - a.Series.Flow[i]) / a.Series.Value[i-1]
	}
	if got := (growth - 1) * 100; math.Abs(got-868.0073) > 0.00005 {
		t.Errorf("with flows at the end of the day %.4f %%, want 868.0073 %%", got)
	}
}

// BenchmarkAnalyze is everything from files in one process: every size, made here or, for
// those in BENCH_DATA, the one there.
func BenchmarkAnalyze(b *testing.B) {
	for _, size := range workload.Sizes() {
		b.Run(size.Name, func(b *testing.B) {
			dir := filepath.Join(workload.DataDir(), size.Name)
			if _, err := os.Stat(dir); workload.DataDir() == "" || err != nil {
				dir = b.TempDir()
				if err := workload.New(size, 1).Write(dir); err != nil {
					b.Fatal(err)
				}
			}
			for b.Loop() {
				mustAnalyze(b, files(dir))
			}
		})
	}
}
