package quality_test

import (
	"bufio"
	"compress/gzip"
	"encoding/csv"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"sort"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/foliosight/foliosight/finance/calendar"
	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/finance/market"
	"github.com/foliosight/foliosight/finance/money"
	"github.com/foliosight/foliosight/finance/quality"
)

// TestRealFiles looks at files of real prices and rates, where there are some: it lists what is
// found in them, for a person to judge. FOLIOSIGHT_PRICES names a directory with a folder
// a set, each with daily.csv.gz (date,symbol,open,high,low,close,volume,adj_close) and
// lists of actions; FOLIOSIGHT_RATES a file in the layout of the ECB's history.
func TestRealFiles(t *testing.T) {
	root := os.Getenv("FOLIOSIGHT_PRICES")
	if root == "" {
		t.Skip("FOLIOSIGHT_PRICES names no directory")
	}
	sets, _ := filepath.Glob(filepath.Join(root, "*", "daily.csv.gz"))
	for _, path := range sets {
		dir := filepath.Dir(path)
		all := readBars(t, path)
		actions := readActions(t, dir, all)
		basis := quality.SplitAdjusted
		switch name := filepath.Base(dir); {
		case strings.Contains(name, "unadjusted"), strings.Contains(name, "raw"):
			basis = quality.Traded
		case strings.Contains(name, "proxies"):
			basis = quality.TotalReturn
		}
		tally := quality.NewTally(date.Must(1998, 1, 1), date.Must(2022, 12, 31))
		for _, s := range all {
			tally.Add(s)
		}
		members := tally.Market()
		counts, rows, pending := map[string]int{}, 0, 0
		var lines []string
		begin := time.Now()
		for i := range all {
			s := &all[i]
			s.Basis, s.AdjustedThrough = basis, date.Must(2022, 12, 31)
			c := quality.Context{Market: members, Through: date.Must(2022, 12, 30), Actions: actions[s.Name]}
			if os.Getenv("FOLIOSIGHT_NO_LISTS") != "" {
				c.Actions = nil
			}
			c.Listed = listed(dir, s.Name)
			for _, f := range quality.Check(*s, c) {
				counts[string(f.Kind)+" "+string(f.Severity)]++
				if f.Severity == quality.Suspect || os.Getenv("FOLIOSIGHT_ALL") != "" && f.Kind != quality.Stale {
					lines = append(lines, fmt.Sprintf("%s %s %s..%s %s: %s [%s %v %v]", f.Severity, s.Name, f.From, f.To, f.Kind, f.Reason, f.Remedy, f.Factor, f.Ratio))
				}
			}
			rows += len(s.Dates)
		}
		took := time.Since(begin)
		if os.Getenv("FOLIOSIGHT_EACH") != "" {
			for i := range all {
				s := &all[i]
				c := quality.Context{Market: members, Actions: actions[s.Name]}
				for k := 250; k < len(s.Dates); k++ {
					h, f := part(*s, 0, k), part(*s, k, k+1)
					for _, f := range quality.CheckNew(h, f, c) {
						if f.Severity == quality.Suspect && f.Kind == quality.Jump {
							pending++
							lines = append(lines, fmt.Sprintf("  pending %s %s: %s", s.Name, f.From, f.Reason))
						}
					}
				}
			}
		}
		fmt.Printf("== %s: %d series, %d rows, %s, pending %d\n", filepath.Base(dir), len(all), rows, took, pending)
		keys := make([]string, 0)
		for k := range counts {
			keys = append(keys, k)
		}
		sort.Strings(keys)
		for _, k := range keys {
			fmt.Printf("   %s %d\n", k, counts[k])
		}
		for _, l := range lines {
			fmt.Println("   ", l)
		}
	}
}

// TestRealPairs compares what the sets have of one symbol.
func TestRealPairs(t *testing.T) {
	root := os.Getenv("FOLIOSIGHT_PRICES")
	if root == "" {
		t.Skip("FOLIOSIGHT_PRICES names no directory")
	}
	sets, _ := filepath.Glob(filepath.Join(root, "*", "daily.csv.gz"))
	tally := quality.NewTally(date.Must(1998, 1, 1), date.Must(2022, 12, 31))
	bySymbol, symbols := map[string][]quality.Series{}, []string{}
	for _, path := range sets {
		if strings.Contains(path, "proxies") {
			continue
		}
		for _, s := range readBars(t, path) {
			s.Source = filepath.Base(filepath.Dir(path))
			if len(bySymbol[s.Name]) == 0 {
				symbols = append(symbols, s.Name)
				tally.Add(s)
			}
			bySymbol[s.Name] = append(bySymbol[s.Name], s)
		}
	}
	members := tally.Market()
	for _, symbol := range symbols {
		all := bySymbol[symbol]
		for i := range all {
			for j := range all {
				if i == j {
					continue
				}
				for _, f := range quality.Compare(all[i], all[j], quality.Context{Market: members}) {
					if f.Severity == quality.Suspect || i < j {
						fmt.Printf("%s %s %s~%s %s..%s (%d) %s: %s\n", f.Severity, symbol, all[i].Source, all[j].Source, f.From, f.To, f.Count, f.Kind, f.Reason)
					}
				}
			}
		}
	}
}

func part(s quality.Series, from, to int) quality.Series {
	cut := func(c []float64) []float64 {
		if len(c) == 0 {
			return nil
		}
		return c[from:to]
	}
	s.Dates, s.Open, s.High, s.Low, s.Close, s.Volume, s.Adjusted = s.Dates[from:to], cut(s.Open), cut(s.High), cut(s.Low), cut(s.Close), cut(s.Volume), cut(s.Adjusted)
	return s
}

func TestRealRates(t *testing.T) {
	path := os.Getenv("FOLIOSIGHT_RATES")
	if path == "" {
		t.Skip("FOLIOSIGHT_RATES names no file")
	}
	cal, _ := calendar.For("TARGET2")
	rows := readGzip(t, path)
	for col := 1; col < len(rows[0]); col++ {
		s := quality.Series{Name: "EUR/" + rows[0][col], Quantity: quality.FX, Calendar: cal}
		for _, r := range rows[1:] {
			if v, err := strconv.ParseFloat(strings.TrimSpace(r[col]), 64); err == nil {
				s.Dates, s.Close = append(s.Dates, date.MustParse(r[0])), append(s.Close, v)
			}
		}
		found := quality.Check(s, quality.Context{})
		for _, f := range found {
			fmt.Printf("%s %s %s..%s %s: %s\n", f.Severity, s.Name, f.From, f.To, f.Kind, f.Reason)
		}
	}
}

func readGzip(t *testing.T, path string) [][]string {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var in io.Reader = bufio.NewReader(f)
	if strings.HasSuffix(path, ".gz") {
		if in, err = gzip.NewReader(in); err != nil {
			t.Fatal(err)
		}
	}
	r := csv.NewReader(in)
	r.FieldsPerRecord = -1
	rows, err := r.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

func readBars(t *testing.T, path string) (all []quality.Series) {
	cal, _ := calendar.For("XNYS")
	rows := readGzip(t, path)
	col := map[string]int{}
	for i, name := range rows[0] {
		col[name] = i
	}
	get := func(r []string, name string) float64 {
		i, ok := col[name]
		if !ok || r[i] == "" {
			return math.NaN()
		}
		v, err := strconv.ParseFloat(r[i], 64)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	full := false
	for _, r := range rows[1:] {
		name := r[col["symbol"]]
		if n := len(all); n == 0 || all[n-1].Name != name {
			all = append(all, quality.Series{Name: name, Calendar: cal, Currency: "USD"})
		}
		s := &all[len(all)-1]
		s.Dates = append(s.Dates, date.MustParse(r[col["date"]]))
		_, full = col["close"]
		if !full {
			s.Close = append(s.Close, get(r, "adj_close"))
			continue
		}
		s.Open, s.High, s.Low = append(s.Open, get(r, "open")), append(s.High, get(r, "high")), append(s.Low, get(r, "low"))
		s.Close, s.Volume, s.Adjusted = append(s.Close, get(r, "close")), append(s.Volume, get(r, "volume")), append(s.Adjusted, get(r, "adj_close"))
	}
	return all
}

// listed is the first day of a symbol in Lean's map files.
func listed(dir, symbol string) date.Date {
	text, err := os.ReadFile(filepath.Join(dir, "map_files", strings.ToLower(symbol)+".csv"))
	if err != nil || len(text) < 8 {
		return date.None
	}
	// The first line has the ticker up to a day: it is the day of the listing where that
	// is the ticker still.
	first, _, _ := strings.Cut(string(text), "\n")
	d, err := date.ParseCompact(string(text[:8]))
	if err != nil || !strings.EqualFold(strings.Split(first, ",")[1], symbol) {
		return date.None
	}
	return d
}

func readActions(t *testing.T, dir string, all []quality.Series) map[string]*market.Actions {
	got := map[string]*market.Actions{}
	of := func(symbol string) *market.Actions {
		if got[symbol] == nil {
			got[symbol] = &market.Actions{}
		}
		return got[symbol]
	}
	for _, name := range []string{"actions.csv", "events_derived.csv.gz"} {
		path := filepath.Join(dir, name)
		if _, err := os.Stat(path); err != nil {
			continue
		}
		for _, s := range all {
			of(s.Name)
		}
		for _, r := range readGzip(t, path)[1:] {
			day, value := date.MustParse(r[0]), r[3]
			if r[2] == "split" {
				v, err := ledger.ParseRatio(value + ":1")
				if err != nil {
					t.Fatal(err)
				}
				of(r[1]).Splits = append(of(r[1]).Splits, market.SplitEvent{Date: day, Ratio: v})
				continue
			}
			v, err := money.Parse(value)
			if err != nil {
				t.Fatal(err)
			}
			of(r[1]).Dividends = append(of(r[1]).Dividends, market.DividendEvent{ExDate: day, Amount: v})
		}
	}
	// Yahoo's dividends are in pieces of today; as traded they are so many times as much.
	for _, a := range got {
		for i, d := range a.Dividends {
			if f, err := money.FromFloat(a.SplitFactor(d.ExDate, date.Must(2022, 12, 31))); err == nil && strings.Contains(dir, "us_actions") {
				a.Dividends[i].Amount = d.Amount.Mul(f)
			}
		}
	}
	// Lean's factor files: the split factor of a row holds up to and including its day.
	paths, _ := filepath.Glob(filepath.Join(dir, "factor_files", "*.csv"))
	for _, p := range paths {
		a := of(strings.ToUpper(strings.TrimSuffix(filepath.Base(p), ".csv")))
		rows := readGzip(t, p)
		for i := 0; i+1 < len(rows); i++ {
			was, _ := strconv.ParseFloat(rows[i][2], 64)
			is, _ := strconv.ParseFloat(rows[i+1][2], 64)
			if day, err := date.ParseCompact(rows[i][0]); err == nil && was != is && was > 0 {
				k, _ := money.FromFloat(math.Round(is/was*1e4) / 1e4)
				a.Splits = append(a.Splits, market.SplitEvent{Date: day + 1, Ratio: ledger.Ratio{New: k, Old: money.One}})
			}
		}
	}
	return got
}
