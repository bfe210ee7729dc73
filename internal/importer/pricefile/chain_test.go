package pricefile

import (
	"strings"
	"testing"

	"github.com/foliosight/foliosight/finance/date"
)

// Rows of AAPL on 2014-06-06 as Lean has them, and of IBM on 2026-05-15 as Alpha Vantage
// writes them (vendor's figures left out).
func TestReadChain(t *testing.T) {
	on := date.Must(2014, 6, 6)
	for name, text := range map[string]string{
		"by terms": "date,symbol,expiry,type,strike,bid,bid_size,ask,ask_size,last,volume,open_interest\n" +
			"2014-06-06,AAPL,2014-06-21,call,645.0,12.2500,5,12.4500,4,,,0\n" +
			"2014-06-06,AAPL,2014-06-21,put,647.5,10.05,5,10.25,4,,,0\n" +
			"2014-06-06,AAPL,2014-06-21,put,300,0,,0.01,4,,,0\n" +
			"2014-06-06,AAPL,2014-06-21,put,310,,,,,,,0\n" +
			"2014-06-06,AAPL,2014-06-21,put,320,2,,1,,,,0\n",
		"by name": "contractID,symbol,expiration,strike,type,bid,ask,date\n" +
			"AAPL140621C00645000,AAPL,2014-06-21,645.00,call,12.25,12.45,2014-06-06\n" +
			"AAPL140621P00647500,AAPL,2014-06-21,647.50,put,10.05,10.25,2014-06-06\n" +
			"AAPL140621P00300000,AAPL,2014-06-21,300.00,put,0.00,0.01,2014-06-06\n" +
			"AAPL140621P00310000,AAPL,2014-06-21,310.00,put,,,2014-06-06\n" +
			"AAPL140621P00320000,AAPL,2014-06-21,320.00,put,2,1,2014-06-06\n",
	} {
		f, err := Read("chain.csv", []byte(text))
		if err != nil {
			t.Fatal(name, err)
		}
		if f.Layout != OptionChain || f.Rows != 5 || len(f.Series) != 2 {
			t.Fatalf("%s: %s, %d rows, %d series", name, f.Layout, f.Rows, len(f.Series))
		}
		for i, want := range []struct {
			symbol string
			mark   float64
		}{{"AAPL140621C00645000", 12.35}, {"AAPL140621P00647500", 10.15}} {
			if s := f.Series[i]; s.Symbol != want.symbol || len(s.Dates) != 1 || s.Dates[0] != on || s.Close[0]-want.mark > 1e-12 || want.mark-s.Close[0] > 1e-12 {
				t.Errorf("%s: %+v, want %v", name, s, want)
			}
		}
		notes := strings.Join(f.Notes, "\n")
		for _, want := range []string{"middle of bid and ask; the spread is 1.8 %", "2 quotes have no bid", "1 quotes have a bid above"} {
			if !strings.Contains(notes, want) {
				t.Errorf("%s: %q lacks %q", name, notes, want)
			}
		}
	}
}

// A price that falls like a split from one day to the next is what options do.
func TestChainsAreNotSettled(t *testing.T) {
	f, err := Read("chain.csv", []byte("date,symbol,expiry,type,strike,bid,ask\n2024-05-02,X,2024-06-21,C,100,4,4.2\n2024-05-01,X,2024-06-21,C,100,8,8.4\n2024-05-02,X,2024-06-21,C,100,4,4.2\n"))
	if err != nil {
		t.Fatal(err)
	}
	got, faults := SettleAll([]*File{f}, nil, Auto)
	if len(faults) > 0 || len(got.Series) != 1 || got.Series[0].Verdict.Stored != Traded || len(got.Series[0].Close) != 2 || got.Series[0].Close[0] != 8.2 {
		t.Errorf("%v %+v", faults, got.Series)
	}
}

// What is wrong with a chain is named by its line.
func TestChainFaults(t *testing.T) {
	const head = "date,symbol,expiry,type,strike,bid,ask\n"
	for row, want := range map[string]string{
		"2024-05-01,X,2024-06-21,straddle,100,1,2":                                     "neither call nor put",
		"2024-05-01,X,2024-06-21,call,-1,1,2":                                          "strike",
		"2024-05-01,X,2024-06-21,call,1.23456,1,2":                                     "strike",
		"2024-05-01,,2024-06-21,call,100,1,2":                                          "symbol",
		"2024-05-01,X,soon,call,100,1,2":                                               "expiry",
		"2024-05-01,X,2024-06-21,call,100,-1,2":                                        "negative",
		"2024-05-01,X,2024-06-21,call,100,one,2":                                       "bid",
		"2024-05-01,X,2024-06-21,call,100,1,2\n2024-05-01,X,2024-06-21,call,100,1.5,2": "another quote",
	} {
		_, err := Read("chain.csv", []byte(head+row+"\n"))
		if err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), "line ") && !strings.Contains(err.Error(), "row") {
			t.Errorf("%s: %v, want %q and a line", row, err, want)
		}
	}
}
