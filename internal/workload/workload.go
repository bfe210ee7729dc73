// Package workload makes ledgers and prices to measure and to test with: regular ones
// of a stated size for benchmarks, and random ones with everything in them for
// property tests. It is support for tests; nothing that ships imports it.
//
// Model of the regular ones: buys, sales, dividends, deposits and withdrawals of ten
// accounts in one currency, spread evenly over the weekdays from 2 January 2015; prices
// of one market factor plus noise of each instrument. The same size and seed give the
// same bytes.
package workload

import (
	"bufio"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/instrument"
	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/finance/market"
	"github.com/foliosight/foliosight/finance/money"
	"github.com/foliosight/foliosight/finance/portfolio"
)

// Size is how large a workload is.
type Size struct {
	Name         string
	Transactions int
	Instruments  int
	Days         int // weekdays with prices
}

// The sizes that are measured: S, M and L are those of the comparisons with other
// programs; Home and Office are a private investor's and a small office's whole history.
var (
	S      = Size{"S", 1_000, 50, 504}
	M      = Size{"M", 10_000, 100, 1_260}
	L      = Size{"L", 100_000, 500, 2_520}
	Home   = Size{"Home", 1_900, 60, 8 * 252}
	Office = Size{"Office", 14_400, 250, 12 * 252}
)

// Sizes lists them, the small ones first.
func Sizes() []Size { return []Size{S, Home, M, Office, L} }

// Benchmark is the symbol of the market's index.
const Benchmark = "BENCH"

// Workload is a ledger with its prices.
type Workload struct {
	Days         []date.Date
	Symbols      []string
	Prices       [][]float64          // by symbol, then by day
	Index        []float64            // the benchmark, by day
	Transactions []ledger.Transaction // in the order of effect
}

// New makes a workload of a size.
func New(size Size, seed uint64) *Workload {
	g := rand.New(rand.NewPCG(seed, 20150102))
	w := &Workload{Days: weekdays(date.MustParse("2015-01-02"), size.Days)}
	for i := range size.Instruments {
		w.Symbols = append(w.Symbols, fmt.Sprintf("S%c%c%c", 'A'+i/676%26, 'A'+i/26%26, 'A'+i%26))
	}
	w.prices(g)
	w.book(g, size.Transactions)
	ledger.Sort(w.Transactions)
	return w
}

func weekdays(first date.Date, n int) []date.Date {
	out := make([]date.Date, 0, n)
	for d := first; len(out) < n; d++ {
		if !d.IsWeekend() {
			out = append(out, d)
		}
	}
	return out
}

// prices draws a market factor and noise around it for each instrument.
func (w *Workload) prices(g *rand.Rand) {
	factor := make([]float64, len(w.Days))
	level := 1000.0
	for t := range factor {
		factor[t] = 0.0003 + 0.01*g.NormFloat64()
		level *= 1 + factor[t]
		w.Index = append(w.Index, rounded(level))
	}
	for range w.Symbols {
		price := 8 * math.Exp(g.Float64()*math.Log(75))
		beta, noise := 0.4+1.3*g.Float64(), 0.008+0.017*g.Float64()
		series := make([]float64, len(w.Days))
		for t := range series {
			price = max(price*(1+beta*factor[t]+noise*g.NormFloat64()), 0.01)
			series[t] = rounded(price)
		}
		w.Prices = append(w.Prices, series)
	}
}

// rounded keeps four decimals, as price files do.
func rounded(x float64) float64 { return math.Round(x*1e4) / 1e4 }

// accounts is how many accounts a workload has.
const accounts = 10

// book writes the ledger: each account starts with a deposit, then 3 % deposits, 1 %
// withdrawals, 10 % dividends, 28 % sales and 58 % buys.
func (w *Workload) book(g *rand.Rand, n int) {
	when := make([]int, n)
	for i := range when {
		when[i] = g.IntN(len(w.Days))
	}
	for i := range min(accounts, n) {
		when[i] = 0
	}
	slices.Sort(when)
	held := make([]map[int]int64, accounts)
	order := make([][]int, accounts) // what an account holds, as a list to draw from
	for i := range held {
		held[i] = map[int]int64{}
	}
	for i, t := range when {
		account, u := g.IntN(accounts), g.Float64()
		if i < accounts {
			account, u = i, 0
		}
		b := ledger.Transaction{Date: w.Days[t], Account: fmt.Sprintf("A%02d", account), Currency: "USD"}
		s := g.IntN(len(w.Symbols))
		if u >= 0.04 && u < 0.42 && len(order[account]) > 0 {
			s = order[account][g.IntN(len(order[account]))]
		}
		b.Symbol = w.Symbols[s]
		price, have := money.New(int64(math.Round(w.Prices[s][t]*1e4)), 4), held[account][s]
		switch {
		case i < accounts:
			b.Type, b.Symbol, b.Amount = ledger.Deposit, "", money.Some(money.Int(100_000))
		case u < 0.03:
			b.Type, b.Symbol, b.Amount = ledger.Deposit, "", money.Some(money.New(50_000+g.Int64N(450_000), 2))
		case u < 0.04:
			b.Type, b.Symbol, b.Amount = ledger.Withdrawal, "", money.Some(money.New(10_000+g.Int64N(190_000), 2))
		case u < 0.14 && have > 0:
			b.Type, b.Amount = ledger.Dividend, money.Some(money.Int(have).Mul(price).Mul(money.New(5, 3)).Round(2))
		case u < 0.42 && have > 0:
			q := max(1, have>>g.IntN(3))
			b.Type = ledger.Sell
			w.trade(&b, q, price, -1)
			if held[account][s] -= q; held[account][s] == 0 {
				order[account] = slices.DeleteFunc(order[account], func(x int) bool { return x == s })
			}
		default:
			q := 1 + g.Int64N(39)
			b.Type = ledger.Buy
			w.trade(&b, q, price, +1)
			if held[account][s] == 0 {
				order[account] = append(order[account], s)
			}
			held[account][s] += q
		}
		w.Transactions = append(w.Transactions, b)
	}
}

// trade fills in quantity, price, a fee of one and the amount, which includes it.
func (w *Workload) trade(b *ledger.Transaction, q int64, price money.Decimal, sign int64) {
	b.Quantity, b.Price, b.Fees = money.Some(money.Int(q)), money.Some(price), money.Some(money.One)
	b.Amount = money.Some(money.Int(q).Mul(price).Round(2).Add(money.Int(sign)))
}

// Panel is the market of the workload.
func (w *Workload) Panel() *market.Panel {
	p := market.NewPanel()
	for i, s := range w.Symbols {
		p.SetPrices(s, market.NewSeries(w.Days, w.Prices[i], "workload"))
	}
	if len(w.Index) > 0 {
		p.SetPrices(Benchmark, market.NewSeries(w.Days, w.Index, "workload"))
	}
	return p
}

// Input is what a book is folded from.
func (w *Workload) Input() portfolio.Input {
	return portfolio.Input{Base: "USD", Transactions: w.Transactions, Through: date.None,
		Instrument: func(s string) instrument.Instrument { return instrument.Instrument{Symbol: s, Currency: "USD"} }}
}

// Write puts the workload into a folder as transactions.csv, prices.csv (a column a
// symbol) and bench.csv. The amount there is without the fee, which stands beside it.
func (w *Workload) Write(dir string) error {
	files := map[string]func(*bufio.Writer){"transactions.csv": w.writeTransactions, "prices.csv": w.writePrices, "bench.csv": w.writeIndex}
	for name, write := range files {
		f, err := os.Create(filepath.Join(dir, name))
		if err != nil {
			return err
		}
		out := bufio.NewWriter(f)
		write(out)
		if err := out.Flush(); err != nil {
			return err
		}
		if err := f.Close(); err != nil {
			return err
		}
	}
	return nil
}

func (w *Workload) writeTransactions(out *bufio.Writer) {
	fmt.Fprintln(out, "date,account,type,symbol,quantity,price,amount,fee")
	for i := range w.Transactions {
		t := &w.Transactions[i]
		gross := t.Amount.Decimal
		switch t.Type {
		case ledger.Buy:
			gross = gross.Sub(t.Fees.OrZero())
		case ledger.Sell:
			gross = gross.Add(t.Fees.OrZero())
		}
		fmt.Fprintf(out, "%s,%s,%s,%s,%s,%s,%s,%s\n", t.Date, t.Account, t.Type, t.Symbol, t.Quantity.OrZero(), t.Price.OrZero().Fixed(4), gross.Fixed(2), t.Fees.OrZero().Fixed(2))
	}
}

func (w *Workload) writePrices(out *bufio.Writer) {
	fmt.Fprint(out, "date")
	for _, s := range w.Symbols {
		fmt.Fprint(out, ",", s)
	}
	for t, d := range w.Days {
		fmt.Fprint(out, "\n", d)
		for i := range w.Symbols {
			fmt.Fprintf(out, ",%.4f", w.Prices[i][t])
		}
	}
	fmt.Fprintln(out)
}

func (w *Workload) writeIndex(out *bufio.Writer) {
	fmt.Fprintln(out, "date,"+Benchmark)
	for t, d := range w.Days {
		fmt.Fprintf(out, "%s,%.4f\n", d, w.Index[t])
	}
}
