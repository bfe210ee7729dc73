package pricefile

import (
	"errors"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/ledger"
)

func split(symbol, day, ratio string) Action {
	r, err := ledger.ParseRatio(ratio)
	if err != nil {
		panic(err)
	}
	return Action{Date: date.MustParse(day), Symbol: symbol, Kind: Split, Ratio: r}
}

// Apple as traded around its splits of 7:1 (2014-06-09) and 4:1 (2020-08-31): closes
// of NASDAQ. Split-adjusted they are the same divided by all later splits.
var (
	appleDays   = days("2014-06-05", "2014-06-06", "2014-06-09", "2014-06-10", "2020-08-28", "2020-08-31")
	appleTraded = []float64{647.35, 645.57, 93.70, 94.25, 499.23, 129.04}
	appleSplits = []Action{split("AAPL", "2014-06-09", "7:1"), split("AAPL", "2020-08-31", "4:1")}
)

func apple(basis Basis) Series {
	s := Series{Symbol: "AAPL", Dates: appleDays, Close: append([]float64(nil), appleTraded...)}
	if basis == SplitAdjusted {
		for i, by := range []float64{28, 28, 4, 4, 4, 1} {
			s.Close[i] = math.Round(s.Close[i]/by*1e4) / 1e4
		}
	}
	return s
}

func TestSettleKeepsPricesAsTraded(t *testing.T) {
	for _, c := range []struct {
		given, stated, found Basis
	}{
		{Traded, Auto, Traded}, {Traded, Traded, Traded},
		{SplitAdjusted, Auto, SplitAdjusted}, {SplitAdjusted, SplitAdjusted, SplitAdjusted},
	} {
		given := apple(c.given)
		before := append([]float64(nil), given.Close...)
		got, v, err := Settle(given, appleSplits, c.stated)
		if err != nil || v.Found != c.found || v.Stored != Traded || v.Price() != nil || v.Assumed {
			t.Errorf("%v: %+v, %v", c, v, err)
			continue
		}
		for i, want := range appleTraded {
			if math.Abs(got.Close[i]-want) > 0.002 {
				t.Errorf("%v: %s is %v, was traded at %v", c, got.Dates[i], got.Close[i], want)
			}
		}
		if !same(before, given.Close) {
			t.Error("the series given was changed")
		}
	}
}

func TestSettleRefuses(t *testing.T) {
	half := apple(Traded)
	half.Close[4] /= 4 // the second split adjusted, the first not
	for _, c := range []struct {
		name   string
		s      Series
		splits []Action
		basis  Basis
		want   string
	}{
		{"traded prices stated as adjusted", apple(Traded), appleSplits, SplitAdjusted, "falls at the split of 2020-08-31, so the prices are not split-adjusted; say --basis traded"},
		{"adjusted prices stated as traded", apple(SplitAdjusted), appleSplits, Traded, "does not fall at the split of 2020-08-31, so the prices are not as traded; say --basis split-adjusted"},
		{"a mixture", half, appleSplits, Auto, "falls at the split of 2014-06-09 as traded prices do and not at that of 2020-08-31; correct the list of splits"},
		{"no list and a jump like a split", apple(Traded), nil, Auto, `close "AAPL": jumps like a 7:1 split on 2014-06-09 and no list of splits is known; import the splits first`},
		{"adj_close alone as a price", Series{Symbol: "X", Dates: appleDays, AdjClose: appleTraded}, nil, Traded, "has adj_close only, which is no traded price; say --basis total-return"},
		{"nothing", Series{Symbol: "X", Dates: appleDays}, nil, Auto, "has neither close nor adj_close"},
	} {
		_, _, err := Settle(c.s, c.splits, c.basis)
		if err == nil || !strings.Contains(err.Error(), c.want) || !errors.Is(err, ErrUnsettled) {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

// A list that is there and empty says that a fall by half was a fall by half.
func TestAnEmptyListIsNotAnUnknownOne(t *testing.T) {
	s := Series{Symbol: "C", Dates: days("2008-11-20", "2008-11-21"), Close: []float64{10, 5}}
	if _, _, err := Settle(s, nil, Auto); !errors.Is(err, ErrUnsettled) {
		t.Errorf("no list: %v", err)
	}
	if _, v, err := Settle(s, []Action{}, Auto); err != nil || v.Found != Traded || v.Assumed {
		t.Errorf("empty list: %+v, %v", v, err)
	}
}

// adj_close does not fall at a split: the split is seen without a list. A crash is in
// both, and a spin-off is no whole ratio.
func TestAdjCloseTellsSplitsFromCrashes(t *testing.T) {
	s := Series{Symbol: "XRT", Dates: days("2015-09-09", "2015-09-10", "2015-09-11", "2015-09-14", "2015-09-15"),
		Close: []float64{92.1, 92.5, 46.3, 23.0, 15.0}, AdjClose: []float64{42.0, 42.2, 42.3, 21.0, 21.1}}
	_, v, err := Settle(s, nil, Auto)
	if err != nil || v.Found != Traded || len(v.Splits) != 1 {
		t.Fatalf("%+v, %v", v, err)
	}
	if a := v.Splits[0]; a.Ratio.String() != "2:1" || a.Date != date.Must(2015, 9, 11) || !a.Derived {
		t.Errorf("split %+v", a)
	}
	if notes := strings.Join(v.Notes, "; "); !strings.Contains(notes, "on 2015-09-15: a spin-off") {
		t.Errorf("notes %s", notes)
	}
}

func TestTotalReturnIsNoPriceOfAHolding(t *testing.T) {
	got, v, err := Settle(Series{Symbol: "AGG", Dates: days("2003-09-29", "2003-09-30"), AdjClose: []float64{49.2567, 49.5122}}, nil, Auto)
	if err != nil || v.Found != TotalReturn || v.Stored != TotalReturn || got.Close != nil || !errors.Is(v.Price(), ErrNotAPrice) {
		t.Errorf("%+v, %v", v, err)
	}
	index, v, err := Settle(Series{Symbol: "TR", Dates: days("2003-09-29"), Close: []float64{100}}, nil, TotalReturn)
	if err != nil || v.Stored != TotalReturn || index.Close != nil || !same(index.AdjClose, []float64{100}) {
		t.Errorf("a total-return index: %+v %+v, %v", index, v, err)
	}
}

func TestSplitsAfterTheLastDayAreNotInThePrices(t *testing.T) {
	s := apple(SplitAdjusted)
	s.Dates, s.Close = s.Dates[:4], []float64{92.4786, 92.2243, 93.70, 94.25} // as fetched in 2014
	got, v, err := Settle(s, appleSplits, Auto)
	if err != nil || math.Abs(got.Close[1]-645.57) > 0.002 || got.Close[2] != 93.70 || !strings.Contains(strings.Join(v.Notes, ";"), "4:1 of 2020-08-31 comes after the last day") {
		t.Errorf("%v %+v %v", got.Close, v, err)
	}
	s = apple(SplitAdjusted)
	s.Dates, s.Close = s.Dates[:4], s.Close[:4] // fetched after 2020
	got, _, err = SettleThrough(s, appleSplits, SplitAdjusted, date.Must(2021, 1, 1))
	if err != nil || math.Abs(got.Close[3]-94.25) > 0.002 {
		t.Errorf("fetched later: %v %v", got.Close, err)
	}
}

// Adjusting and settling are inverses, for any splits.
func TestSettleUndoesTheAdjustment(t *testing.T) {
	ratios := []string{"2:1", "3:1", "1:10", "3:2", "20:1"}
	for seed := range uint64(200) {
		x := seed*2862933555777941757 + 3037000493
		next := func(n uint64) uint64 { x = x*6364136223846793005 + 1442695040888963407; return x >> 33 % n }
		s := Series{Symbol: "S"}
		var splits []Action
		price := 100.0
		for i := range 60 {
			d := date.Must(2020, 1, 1) + date.Date(i)
			if i > 0 && next(20) == 0 {
				splits = append(splits, split("S", d.String(), ratios[next(5)]))
				price /= splits[len(splits)-1].Ratio.Float64()
			}
			price *= 0.97 + float64(next(60))/1000
			s.Dates, s.Close = append(s.Dates, d), append(s.Close, price)
		}
		adjusted := s
		adjusted.Close = append([]float64(nil), s.Close...)
		for _, a := range splits {
			for i, d := range s.Dates {
				if d < a.Date {
					adjusted.Close[i] /= a.Ratio.Float64()
				}
			}
		}
		for _, given := range []Series{s, adjusted} {
			got, _, err := Settle(given, append([]Action{}, splits...), Auto)
			if err != nil {
				t.Fatalf("seed %d: %v", seed, err)
			}
			for i := range got.Close {
				if math.Abs(got.Close[i]/s.Close[i]-1) > 1e-12 {
					t.Fatalf("seed %d: day %d is %v, was traded at %v", seed, i, got.Close[i], s.Close[i])
				}
			}
		}
	}
}

// Apple paid 3.29 on 2014-05-08 and, after 7:1, 0.47 on 2014-08-07; before 4:1, 0.82
// on 2020-08-07 and then 0.205 on 2020-11-06.
func TestDividendsArePutBackAsPaid(t *testing.T) {
	list := func(amounts ...string) []Action {
		f := "date,symbol,type,value\n"
		for i, d := range []string{"2014-05-08", "2014-08-07", "2020-08-07", "2020-11-06"} {
			f += d + ",AAPL,dividend," + amounts[i] + "\n"
		}
		file, err := Read("a.csv", []byte(f))
		if err != nil {
			t.Fatal(err)
		}
		return file.Actions
	}
	known := Evidence{Splits: map[string][]Action{"AAPL": appleSplits}}
	for _, c := range []struct {
		given  []Action
		stated Basis
		found  Basis
	}{
		{list("3.29", "0.47", "0.82", "0.205"), Auto, Traded},
		{list("0.1175", "0.1175", "0.205", "0.205"), Auto, SplitAdjusted},
		{list("0.1175", "0.1175", "0.205", "0.205"), SplitAdjusted, SplitAdjusted},
	} {
		got, found, err := SettleDividends(c.given, known, c.stated)
		if err != nil || found != c.found {
			t.Errorf("%s: %s, %v", c.stated, found, err)
			continue
		}
		for i, want := range []string{"3.29", "0.47", "0.82", "0.205"} {
			if got[i].Amount.String() != want {
				t.Errorf("%s: %s paid %s, want %s", c.found, got[i].Date, got[i].Amount, want)
			}
		}
	}
	one := list("3.29", "0.47", "0.82", "0.205")[:1]
	if _, _, err := SettleDividends(one, known, Auto); !errors.Is(err, ErrUnsettled) {
		t.Errorf("one dividend proves nothing: %v", err)
	}
	// With prices it does: close 592.33 to 588.12, adj_close shows 3.29.
	s := Series{Symbol: "AAPL", Dates: days("2014-05-07", "2014-05-08"), Close: []float64{592.33, 588.12}, AdjClose: []float64{592.33 - 3.29, 588.12}}
	known.Prices = map[string]Series{"AAPL": s}
	if _, found, err := SettleDividends(one, known, Auto); err != nil || found != Traded {
		t.Errorf("with prices: %s, %v", found, err)
	}
}

// Files know each other's splits, the dividends of a file stand on one basis, and one
// series that cannot be settled does not take the others with it.
func TestSettleAll(t *testing.T) {
	read := func(name, text string) *File {
		f, err := Read(name, []byte(text))
		if err != nil {
			t.Fatal(err)
		}
		return f
	}
	prices := read("p.csv", "date,symbol,close,adj_close\n2014-06-06,AAPL,92.2243,83\n2014-06-09,AAPL,93.70,84.33\n2014-06-06,KO,40,30\n2014-06-09,KO,20,15\n2014-06-06,ODD,10,\n2014-06-09,ODD,2.5,\n")
	actions := read("a.csv", "ex_date,symbol,type,value\n2014-06-09,AAPL,split,7\n2014-05-08,AAPL,dividend,0.47\n2014-08-07,AAPL,dividend,0.47\n2013-11-06,AAPL,dividend,0.43571\n2014-03-12,KO,dividend,0.305\n")
	got, faults := SettleAll([]*File{prices, actions}, nil, Auto)
	if len(faults) != 1 || faults[0].File != "p.csv" || faults[0].Value != "ODD" || !strings.Contains(faults[0].Problem, "jumps like a 4:1 split") {
		t.Fatalf("faults %v", faults)
	}
	if len(got.Series) != 2 || math.Abs(got.Series[0].Close[0]-645.57) > 0.001 || got.Series[1].Close[1] != 20 || got.Series[1].Verdict.Assumed {
		t.Errorf("series %+v", got.Series)
	}
	if list := got.Splits["KO"]; list == nil || len(list) != 0 || got.Splits["ODD"] != nil {
		t.Errorf("splits %v", got.Splits)
	}
	if d := got.Dividends["AAPL"]; len(d) != 3 || d[1].Amount.String() != "3.29" || d[2].Amount.String() != "0.47" {
		t.Errorf("dividends %v", d)
	}
	// Dividends of before a split alone prove nothing; stated, it is done.
	actions.Actions = slices.DeleteFunc(actions.Actions, func(a Action) bool { return a.Date == date.Must(2014, 8, 7) })
	if _, faults := SettleAll([]*File{actions}, nil, Auto); len(faults) != 1 || !errors.Is(faults, ErrUnsettled) {
		t.Errorf("dividends without prices: %v", faults)
	}
	stated, faults := SettleAll([]*File{actions}, nil, SplitAdjusted)
	if len(faults) != 0 || stated.Dividends["AAPL"][1].Amount.String() != "3.29" {
		t.Errorf("stated: %v %v", stated.Dividends, faults)
	}
	// Lean's factor files say what was paid.
	lean, faults := SettleAll([]*File{read("aapl.csv", "20140507,0.9,0.0357143,592.33\n20140606,0.9050269,0.0357143,645.57\n20501231,0.9050269,0.25,0")}, nil, Auto)
	if len(faults) != 0 || lean.Dividends["AAPL"][0].Amount.String() != "3.29" {
		t.Errorf("lean: %v %v", lean.Dividends, faults)
	}
	// A split that only the prices show belongs to the list.
	seen, faults := SettleAll([]*File{read("x.csv", "date,symbol,close,adj_close\n2015-09-10,XRT,92.5,42.2\n2015-09-11,XRT,46.3,42.3\n")}, map[string][]Action{"SPY": {}}, Auto)
	if len(faults) != 0 || len(seen.Splits["XRT"]) != 1 || seen.Splits["SPY"] == nil {
		t.Errorf("seen: %v %v", seen.Splits, faults)
	}
}
