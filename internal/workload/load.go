package workload

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/finance/money"
)

// DataDir is the folder named by BENCH_DATA with a workload of its own in a folder S, M
// or L each; empty where none is named.
func DataDir() string { return os.Getenv("BENCH_DATA") }

// Load reads a workload that Write wrote, or that has the same three files.
func Load(dir string) (*Workload, error) {
	w := &Workload{}
	if err := w.loadPrices(filepath.Join(dir, "prices.csv")); err != nil {
		return nil, err
	}
	if err := w.loadIndex(filepath.Join(dir, "bench.csv")); err != nil {
		return nil, err
	}
	err := w.loadTransactions(filepath.Join(dir, "transactions.csv"))
	ledger.Sort(w.Transactions)
	return w, err
}

// Get is the workload of a size: from DataDir where that has it, else made.
func Get(size Size) (*Workload, error) {
	if dir := filepath.Join(DataDir(), size.Name); DataDir() != "" {
		if _, err := os.Stat(dir); err == nil {
			return Load(dir)
		}
	}
	return New(size, 1), nil
}

// rows calls each with the cells of every line but the first, which is given to head.
func rows(path string, head func([]string), each func([]string) error) error {
	raw, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	for i, line := range bytes.Split(bytes.TrimSpace(raw), []byte("\n")) {
		cells := strings.Split(strings.TrimSpace(string(line)), ",")
		if i == 0 {
			head(cells)
		} else if err := each(cells); err != nil {
			return fmt.Errorf("%s, line %d: %w", path, i+1, err)
		}
	}
	return nil
}

func (w *Workload) loadPrices(path string) error {
	return rows(path, func(head []string) {
		w.Symbols = head[1:]
		w.Prices = make([][]float64, len(w.Symbols))
	}, func(cells []string) error {
		d, err := date.Parse(cells[0])
		if err != nil {
			return err
		}
		w.Days = append(w.Days, d)
		for i, c := range cells[1:] {
			x, err := strconv.ParseFloat(c, 64)
			if err != nil {
				return err
			}
			w.Prices[i] = append(w.Prices[i], x)
		}
		return nil
	})
}

func (w *Workload) loadIndex(path string) error {
	return rows(path, func([]string) {}, func(cells []string) error {
		x, err := strconv.ParseFloat(cells[1], 64)
		w.Index = append(w.Index, x)
		return err
	})
}

func (w *Workload) loadTransactions(path string) error {
	return rows(path, func([]string) {}, func(c []string) error {
		d, err := date.Parse(c[0])
		if err != nil {
			return err
		}
		var n [4]money.Decimal // quantity, price, amount, fee
		for i := range n {
			if n[i], err = money.Parse(c[4+i]); err != nil {
				return err
			}
		}
		t := ledger.Transaction{Date: d, Account: c[1], Type: ledger.Type(c[2]), Symbol: c[3], Currency: "USD"}
		switch t.Type {
		case ledger.Buy:
			n[2] = n[2].Add(n[3])
		case ledger.Sell:
			n[2] = n[2].Sub(n[3])
		}
		t.Amount = money.Some(n[2])
		if t.Effect().Security {
			t.Quantity, t.Price, t.Fees = money.Some(n[0]), money.Some(n[1]), money.Some(n[3])
		}
		w.Transactions = append(w.Transactions, t)
		return nil
	})
}
