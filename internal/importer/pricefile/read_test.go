package pricefile

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"math"
	"reflect"
	"strconv"
	"strings"
	"testing"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/ledger"
)

var nan = math.NaN()

func mustRead(t *testing.T, name, text string) *File {
	t.Helper()
	f, err := Read(name, []byte(text))
	if err != nil {
		t.Fatalf("read %s: %v", name, err)
	}
	return f
}

func same(a, b []float64) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i] != b[i] && !(math.IsNaN(a[i]) && math.IsNaN(b[i])) {
			return false
		}
	}
	return true
}

func days(s ...string) []date.Date {
	var list []date.Date
	for _, d := range s {
		list = append(list, date.MustParse(d))
	}
	return list
}

func TestLongPrices(t *testing.T) {
	f := mustRead(t, "daily.csv", "\ufeffdate,symbol,open,high,low,close,volume,adj_close\r\n"+
		"2024-01-02,SPY,472.16,473.67,470.49,472.65,123007793,\r\n"+
		"2024-01-03,SPY,,,,468.79,103585900,\r\n"+
		"\r\n"+
		"2024-01-02,\"BRK.B\",361.5,N/A,360,363.46,3.5e6,\r\n")
	if f.Layout != LongPrices || f.Rows != 3 || len(f.Series) != 2 {
		t.Fatalf("layout %q, %d rows, %d series", f.Layout, f.Rows, len(f.Series))
	}
	spy, brk := f.Series[0], f.Series[1]
	if spy.Symbol != "SPY" || !reflect.DeepEqual(spy.Dates, days("2024-01-02", "2024-01-03")) {
		t.Errorf("first series is %s on %v", spy.Symbol, spy.Dates)
	}
	if !same(spy.Open, []float64{472.16, nan}) || !same(spy.Close, []float64{472.65, 468.79}) || !same(spy.Volume, []float64{123007793, 103585900}) {
		t.Errorf("SPY: open %v close %v volume %v", spy.Open, spy.Close, spy.Volume)
	}
	if spy.AdjClose != nil {
		t.Errorf("a column that is never filled should be nil, is %v", spy.AdjClose)
	}
	if brk.Symbol != "BRK.B" || brk.High != nil || !same(brk.Volume, []float64{3.5e6}) {
		t.Errorf("second series: %+v", brk)
	}
}

func TestRowsOfOneSymbolMayComeInAnyOrder(t *testing.T) {
	f := mustRead(t, "x.csv", "symbol;date;close\nB;20240103;3\nA;20240102;1\nB;20240102;2\nA;20240103;4\nA;20240103;4\n")
	got := fmt.Sprintln(f.Series[0].Symbol, f.Series[0].Close, f.Series[1].Symbol, f.Series[1].Close, f.Notes)
	if want := "B [2 3] A [1 4] [1 rows repeat another row and are left out]\n"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestOneSymbolIsNamedByItsFile(t *testing.T) {
	f := mustRead(t, "in/spy.csv", "Date,Open,High,Low,Close,Adj Close,Volume\n2024-01-02,472.16,473.67,470.49,472.65,461.2,123007800\n")
	if f.Layout != OneSymbol || f.Series[0].Symbol != "SPY" || !same(f.Series[0].AdjClose, []float64{461.2}) {
		t.Errorf("%s: %+v", f.Layout, f.Series[0])
	}
}

func TestWidePrices(t *testing.T) {
	f := mustRead(t, "prices.csv", "date,SAAA,SAAB,EMPTY\n2015-01-05,10.5,,\n2015-01-02,10,20.25,\n")
	if f.Layout != WidePrices || len(f.Series) != 2 || f.Rows != 2 {
		t.Fatalf("%s: %d series, %d rows", f.Layout, len(f.Series), f.Rows)
	}
	if s := f.Series[1]; s.Symbol != "SAAB" || !reflect.DeepEqual(s.Dates, days("2015-01-02", "2015-01-05")) || !same(s.Close, []float64{20.25, nan}) {
		t.Errorf("SAAB: %+v", s)
	}
	if len(f.Notes) != 1 || f.Notes[0] != "column EMPTY has no price" {
		t.Errorf("notes %q", f.Notes)
	}
	if b := mustRead(t, "bench.csv", "date,BENCH\n2015-01-02,1000.5\n"); b.Series[0].Symbol != "BENCH" || b.Series[0].Close[0] != 1000.5 {
		t.Errorf("benchmark: %+v", b.Series)
	}
}

// Both halves of a large file, blank lines among them, give what line by line gives.
func TestLargeFilesAreReadInTwoHalves(t *testing.T) {
	var wide, long strings.Builder
	wide.WriteString("date,A,B,C\n")
	long.WriteString("date,symbol,close\n")
	want := map[string][]float64{}
	for i := range 60000 {
		d := date.Must(1900, 1, 1) + date.Date(i)
		a, b, c := 1+float64(i)/100, 2+float64(i)/8, 3+float64(i)
		fmt.Fprintf(&wide, "%s,%.2f,%v,%v\n", d, a, b, c)
		if i%7 == 0 {
			wide.WriteString("\n")
			long.WriteString(" \n")
		}
		fmt.Fprintf(&long, "%s,A,%.2f\n%s,B,%v\n%s,C,%v\n", d, a, d, b, d, c)
		for k, v := range map[string]float64{"A": a, "B": b, "C": c} {
			v, _ = strconv.ParseFloat(fmt.Sprintf("%.4f", v), 64)
			want[k] = append(want[k], v)
		}
	}
	for name, text := range map[string]string{"wide.csv": wide.String(), "long.csv": long.String()} {
		if len(text) < twoAtOnce {
			t.Fatalf("%s is too small to be cut", name)
		}
		f := mustRead(t, name, text)
		for _, s := range f.Series {
			if !same(s.Close, want[s.Symbol]) || s.Dates[59999] != date.Must(1900, 1, 1)+59999 {
				t.Errorf("%s: %s differs", name, s.Symbol)
			}
		}
		if len(f.Series) != 3 {
			t.Errorf("%s: %d series", name, len(f.Series))
		}
	}
	broken := strings.Replace(long.String(), "2050-01-01,B,", "2050-01-01,B,x", 1)
	_, err := Read("long.csv", []byte(broken))
	line := strings.Count(broken[:strings.Index(broken, "2050-01-01,B,x")], "\n") + 1
	if err == nil || err.(ledger.Faults)[0].Row != line {
		t.Errorf("fault of the second half: %v, want line %d", err, line)
	}
}

func TestGzip(t *testing.T) {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, _ = w.Write([]byte("date,SPY\n2024-01-02,472.65\n"))
	_ = w.Close()
	f, err := Read("spy.csv.gz", b.Bytes())
	if err != nil || f.Series[0].Close[0] != 472.65 {
		t.Fatalf("%+v, %v", f, err)
	}
	if _, err := Read("spy.csv.gz", b.Bytes()[:20]); err == nil || !strings.Contains(err.Error(), "not a whole gzip file") {
		t.Errorf("cut short: %v", err)
	}
}

// Refusals name line, column, value and cure.
func TestRefusals(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"x.csv", "", "x.csv: is empty; give a file with a header line and rows"},
		{"x.csv", "date,SPY\n", "x.csv: has a header and no rows; give a file with rows"},
		{"x.csv", "name,amount\na,1\n", `x.csv: row 1: header "name,amount": is no layout that is known; name the columns`},
		{"x.csv", "date,SPY\n2024-02-30,1\n", `x.csv: row 2: date "2024-02-30": is not a date; write it as YYYY-MM-DD`},
		{"x.csv", "date,SPY\n01/02/2024,1\n", `row 2: date "01/02/2024": is not a date`},
		{"x.csv", "date,SPY\n2024-01-02,1\n\n2024-01-03,abc\n", `row 4: SPY "abc": is not a number; write it with a decimal point`},
		{"x.csv", "date;SPY\n2024-01-02;1,5\n", `row 2: SPY "1,5": is not a number`},
		{"x.csv", "date,SPY\n2024-01-02,0\n", `row 2: SPY "0": is not a price: prices are above zero; leave it empty`},
		{"x.csv", "date,SPY,IWM\n2024-01-02,1\n", "row 2: has 2 fields where the header has 3; give each row a field a column"},
		{"x.csv", "date,SPY\n2024-01-02,1,2\n", "row 2: has 3 fields where the header has 2"},
		{"x.csv", "date,SPY,SPY\n2024-01-02,1,2\n", `row 1: header "SPY": two columns have this name`},
		{"x.csv", "date,SPY\n2024-01-02,1\n2024-01-02,2\n", `date "2024-01-02": this day is there twice`},
		{"x.csv", "date,symbol,close\n2024-01-02,SPY,1\n2024-01-02,SPY,2\n", "row 3: close \"2\": SPY has another price for 2024-01-02 on line 2; keep one row"},
		{"x.csv", "date,symbol,close\n2024-01-02,,1\n", "row 2: symbol: is not a symbol; name the symbol"},
		{"x.csv", "date,symbol,close\n2024-01-02,SPY,Inf\n", `row 2: close "Inf": is not a number`},
		{"x.csv", "date,symbol,close\n2024-01-02,SPY,0x1p-2\n", `row 2: close "0x1p-2": is not a number`},
		{"x.csv", "date,symbol,close\n2024-01-02,\"SPY,1\n", "row 2: symbol: a quotation mark is not closed; close it"},
		{"x.csv", "date,symbol,close,volume\n2024-01-02,SPY,1,-5\n", `row 2: volume "-5": is a negative volume`},
		{"a.csv", "date,symbol,type,value\n2024-01-02,SPY,spinoff,1\n", `row 2: type "spinoff": is not a kind of action that is known; write split or dividend`},
		{"a.csv", "date,symbol,type,value\n2024-01-02,SPY,split,0\n", `row 2: value "0": is not a split ratio`},
		{"a.csv", "date,symbol,type,value\n2024-01-02,SPY,dividend,-1\n", `row 2: value "-1": is not a dividend`},
		{"fx.csv", "date,pair,rate\n2024-01-02,EURO-USD,1\n", `row 2: pair "EURO-USD": is not a pair of currencies; write it as EUR/USD`},
		{"fx.csv", "date,base,quote,rate\n2024-01-02,EUR,USD,0\n", `row 2: rate "0": is not an exchange rate`},
		{"fx.csv", "date,base,quote,rate\n2024-01-02,EUR,USD,1\n2024-01-02,EUR,USD,2\n", `row 3: date "2024-01-02": EUR/USD has two values for this day`},
		{"r.csv", "series,date,value\nDGS10,2024-01-02,high\n", `row 2: value "high": is not a number`},
		{"x.xml", "<a><b></a>", "is not well-formed XML"},
		{"x.xml", "<a/>", "is XML without exchange rates"},
		{"x.zip", "PK\x03\x04rest", "is a zip archive; unpack it"},
		{"x.csv", "\xff\xfed\x00", "is written in UTF-16; save it as UTF-8"},
	} {
		_, err := Read(c.name, []byte(c.text))
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%q:\n got %v\nwant %s", c.text, err, c.want)
		}
	}
}

func TestActions(t *testing.T) {
	f := mustRead(t, "actions.csv", "ex_date,symbol,type,value\n2014-06-09,AAPL,split,7.0\n2014-05-08,AAPL,dividend,0.47\n2009-07-01,AIG,split,1:20\n2024-03-01,KO,dividend,0.485\n")
	splits, dividends := f.Splits(), f.Dividends()
	if got := splits["AAPL"][0].Ratio.String(); got != "7:1" {
		t.Errorf("AAPL split is %s", got)
	}
	if got := splits["AIG"][0].Ratio.String(); got != "1:20" {
		t.Errorf("AIG split is %s", got)
	}
	if list := splits["KO"]; list == nil || len(list) != 0 {
		t.Errorf("KO has a list without splits, got %#v", list)
	}
	if splits["MSFT"] != nil {
		t.Error("nothing is known of MSFT")
	}
	if d := dividends["AAPL"][0]; d.Amount.String() != "0.47" || d.Date != date.Must(2014, 5, 8) || d.Derived {
		t.Errorf("AAPL dividend %+v", d)
	}
	g := mustRead(t, "d.csv", "date,symbol,cash_per_share_derived\n2008-02-06,AA,0.4085\n")
	if a := g.Actions[0]; a.Kind != Dividend || a.Amount.String() != "0.4085" || !a.Derived || g.Splits()["AA"] != nil {
		t.Errorf("derived dividend %+v", a)
	}
}

// Apple's factor file of Lean: split factor 1/28 to 1/4 at the 7:1 split of 2014-06-09,
// and the dividend of 0.47 of 2014-08-07 (reference 94.96).
func TestLeanFiles(t *testing.T) {
	f := mustRead(t, "factor_files/aapl.csv", "20140606,0.9,0.0357143,645.57\n20140806,0.9,0.25,94.96\n20200828,0.90447662,0.25,499.23\n20501231,0.90447662,1,0")
	var got []string
	for _, a := range f.Actions {
		got = append(got, fmt.Sprint(a.Symbol, " ", a.Date, " ", a.Kind, " ", a.Ratio, " ", a.Amount, " ", a.Derived))
	}
	want := []string{"AAPL 2014-06-09 split 7:1 0 true", "AAPL 2014-08-07 dividend 0:0 0.47 true", "AAPL 2020-08-31 split 4:1 0 true"}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %q\nwant %q", got, want)
	}
	m := mustRead(t, "map_files/goog.csv", "20140327,goocv,Q\n20140402,goocv,Q\n20501231,goog,Q")
	if len(m.Renames) != 2 || m.Renames[0] != (Rename{"GOOG", date.Must(2014, 4, 2), "GOOCV", "Q"}) || m.Renames[1].Ticker != "GOOG" {
		t.Errorf("renames %+v", m.Renames)
	}
}

func TestExchangeRates(t *testing.T) {
	f := mustRead(t, "eurofxref-hist.csv", "Date,USD,JPY,CYP,\n2021-12-31,1.1326,130.38,N/A,\n2021-12-30,1.1334,130.44,N/A,\n")
	if f.Layout != ECBHistory || len(f.FX) != 2 {
		t.Fatalf("%s: %+v", f.Layout, f.FX)
	}
	if x := f.FX[0]; x.Base != "EUR" || x.Quote != "USD" || !same(x.Values, []float64{1.1334, 1.1326}) || x.Dates[0] != date.Must(2021, 12, 30) {
		t.Errorf("USD: %+v", x)
	}
	daily := mustRead(t, "eurofxref-daily.xml", `<?xml version="1.0"?><gesmes:Envelope xmlns:gesmes="g"><Cube><Cube time='2017-03-08'><Cube currency='USD' rate='1.0556'/><Cube currency='JPY' rate='120.65'/></Cube></Cube></gesmes:Envelope>`)
	if daily.Rows != 2 || daily.FX[1].Quote != "USD" || daily.FX[1].Values[0] != 1.0556 {
		t.Errorf("daily: %+v", daily.FX)
	}
	long := mustRead(t, "fx.csv", "date,pair,rate\n2024-01-03,EUR/USD,1.09\n2024-01-02,EURUSD,1.1\n2024-01-02,GBP/USD,1.27\n2024-01-03,GBP/USD,\n")
	if len(long.FX) != 2 || !same(long.FX[0].Values, []float64{1.1, 1.09}) || !same(long.FX[1].Values, []float64{1.27}) {
		t.Errorf("long: %+v", long.FX)
	}
	wide := mustRead(t, "fx.csv", "date,EUR/USD,GBP/USD\n2024-01-02,1.1,1.27\n")
	if wide.Layout != WideFX || wide.FX[1].Base != "GBP" {
		t.Errorf("wide: %+v", wide.FX)
	}
}

// Rates may be zero or negative, and "." is FRED's word for unknown.
func TestRates(t *testing.T) {
	f := mustRead(t, "fred.csv", "series,date,value\nDGS3MO,2014-09-30,0\nECB,2020-01-02,-0.5\nDGS3MO,2014-10-01,.\n")
	if len(f.Rates) != 2 || !same(f.Rates[0].Values, []float64{0}) || !same(f.Rates[1].Values, []float64{-0.5}) || f.Rows != 3 {
		t.Errorf("%+v", f.Rates)
	}
}

// The fast path gives the very float64 that strconv gives.
func TestPlainNumberIsCorrectlyRounded(t *testing.T) {
	state := uint64(42)
	for range 200000 {
		state = state*6364136223846793005 + 1442695040888963407
		digits := strconv.FormatUint(state>>14%1e15, 10)
		if n := int(state % uint64(len(digits)+1)); n > 0 && n < len(digits) {
			digits = digits[:n] + "." + digits[n:]
		}
		want, _ := strconv.ParseFloat(digits, 64)
		if got, ok := number([]byte(digits)); !ok || got != want {
			t.Fatalf("%s: got %v, strconv %v", digits, got, want)
		}
	}
}

func FuzzRead(f *testing.F) {
	for _, s := range []string{"date,symbol,close\n2024-01-02,SPY,1\n", "date,A,B\n2024-01-02,1,\n", "ex_date,symbol,type,value\n2024-01-02,A,split,2\n",
		"20140606,0.9,0.0357143,645.57\n20501231,1,1,0", "20140327,goocv,Q\n", "Date,USD,JPY,CYP,\n2021-12-31,1.1,N/A,,\n", "date,pair,rate\n2024-01-02,EURUSD,1\n",
		"series,date,value\nD,2024-01-02,.\n", "<Cube time='2017-03-08'><Cube currency='USD' rate='1'/></Cube>", "\x1f\x8b\x08", "date;x\n\n\n\"", "date,a\n2024-01-02,1\r\n\r\n"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		file, err := Read("spy.csv", b)
		if err != nil {
			return
		}
		for _, s := range file.Series {
			for i := range s.Dates {
				if i > 0 && s.Dates[i] <= s.Dates[i-1] {
					t.Fatalf("days out of order in %q", b)
				}
				if s.Close != nil && s.Close[i] <= 0 {
					t.Fatalf("a close of %v from %q", s.Close[i], b)
				}
			}
			for _, basis := range []Basis{Auto, Traded, SplitAdjusted, TotalReturn} {
				_, _, _ = Settle(s, file.Splits()[s.Symbol], basis)
			}
		}
		_, _, _ = SettleDividends(file.Actions, Evidence{Splits: file.Splits()}, Auto)
	})
}

func BenchmarkWide500x2520(b *testing.B) {
	var text bytes.Buffer
	text.WriteString("date")
	for i := range 500 {
		fmt.Fprintf(&text, ",S%03d", i)
	}
	for r := range 2520 {
		fmt.Fprintf(&text, "\n%s", date.Must(2015, 1, 2)+date.Date(r))
		for i := range 500 {
			fmt.Fprintf(&text, ",%.4f", 10+float64((r*i)%977)/7)
		}
	}
	benchmarkRead(b, text.Bytes())
}

func BenchmarkLong200k(b *testing.B) {
	var text bytes.Buffer
	text.WriteString("date,symbol,open,high,low,close,volume,adj_close")
	for s := range 80 {
		for r := range 2500 {
			p := 10 + float64((r*s)%977)/7
			fmt.Fprintf(&text, "\n%s,S%02d,%.4f,%.4f,%.4f,%.4f,%d,%.4f", date.Must(2015, 1, 2)+date.Date(r), s, p, p+1, p-1, p+.5, 1000*r, p*.8)
		}
	}
	benchmarkRead(b, text.Bytes())
}

func benchmarkRead(b *testing.B, text []byte) {
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Read("x.csv", text); err != nil {
			b.Fatal(err)
		}
	}
}
