package positionscsv

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/foliosight/foliosight/finance/instrument"
	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/internal/importer"
)

const header = "Symbol,Quantity,Entry Price Per Share,Entry Date,Investment Class,Investment Subtype,Underlying Symbol,Strike Price,Expiration Date,Option Type,Exit Date,Exit Price Per Share\n"

func read(t *testing.T, text string, opts importer.Options) *importer.File {
	t.Helper()
	f, err := importer.NewRegistry(Format).Read("p.csv", []byte(text), importer.Auto, opts)
	if err != nil {
		t.Fatal(err)
	}
	if c := f.Counts(); c.Rows != c.Booked+c.Ignored+c.Refused {
		t.Fatalf("%s", c)
	}
	return f
}

func say(f *importer.File) string {
	var b strings.Builder
	for _, r := range f.Rows {
		var parts []string
		for i := range r.Transactions {
			t := &r.Transactions[i]
			parts = append(parts, fmt.Sprintf("%s %s (%s)", t.Date, importer.Describe(t), t.Amount.Decimal))
		}
		if r.Ignored != "" {
			parts = append(parts, "ignored: "+r.Ignored)
		}
		for _, x := range r.Faults {
			parts = append(parts, fmt.Sprintf("refused: %s %q: %s", x.Field, x.Value, x.Problem))
		}
		fmt.Fprintf(&b, "%d: %s\n", r.Number, strings.Join(parts, "; "))
	}
	return b.String()
}

// The rows follow the books of the original: a long, a short, options named in both
// ways, a private asset, an exit.
func TestRead(t *testing.T) {
	f := read(t, "# positions\n"+header+
		"AAPL,80.9,204.9374,2025-06-30,PUBLIC,STOCK,,,,,,\n"+
		"# shorts\n"+
		"C,-1273.86,84.0626,2025-06-30,PUBLIC,STOCK,,,,,,\n"+
		"TSLA250815C00300000,-60,8.00,2025-01-25,OPTIONS,CALL,TSLA,300,2025-08-15,CALL,,\n"+
		",50,7.50,2025-01-25,OPTIONS,,META,450,2025-09-19,PUT,,\n"+
		"A16Z_VC_FUND,1.01,126529.90,2025-06-30,PRIVATE,VENTURE_CAPITAL,,,,,,\n"+
		"MSFT,10,100,2024-01-02,PUBLIC,STOCK,,,,,2024-06-03,120\n"+
		"GE,-5,20,2024-01-02,,,,,,,2024-06-03,25.5\n"+
		"SPY250919C00460000,377.78,0,2025-06-30,,,,,,,,\n", importer.Options{BaseCurrency: "USD", Account: "Main"})
	want := `1: ignored: a comment
3: 2025-06-30 Deposit 16579.43566 USD (16579.43566); 2025-06-30 Buy 80.9 AAPL @ 204.9374 (16579.43566)
4: ignored: a comment
5: 2025-06-30 Sell short 1273.86 C @ 84.0626 (107083.983636)
6: 2025-01-25 Sell short 60 TSLA250815C00300000 @ 8 (48000)
7: 2025-01-25 Deposit 37500 USD (37500); 2025-01-25 Buy 50 META250919P00450000 @ 7.5 (37500)
8: 2025-06-30 Deposit 127795.199 USD (127795.199); 2025-06-30 Buy 1.01 A16Z_VC_FUND @ 126529.9 (127795.199)
9: 2024-01-02 Deposit 1000 USD (1000); 2024-01-02 Buy 10 MSFT @ 100 (1000); 2024-06-03 Sell 10 MSFT @ 120 (1200)
10: 2024-01-02 Sell short 5 GE @ 20 (100); 2024-06-03 Buy to cover 5 GE @ 25.5 (127.5)
11: 2025-06-30 Buy 377.78 SPY250919C00460000 @ 0 (0)
`
	if got := say(f); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	classes := map[string]instrument.Class{}
	for _, i := range f.Instruments {
		classes[i.Symbol] = i.Class
		if i.Class == instrument.Option && (!i.IsOption() || i.ContractSize().String() != "100") {
			t.Errorf("the option is %+v", i)
		}
	}
	for symbol, class := range map[string]instrument.Class{"AAPL": instrument.Equity, "A16Z_VC_FUND": instrument.Private, "META250919P00450000": instrument.Option, "GE": instrument.Unknown} {
		if classes[symbol] != class {
			t.Errorf("%s is %q, want %q", symbol, classes[symbol], class)
		}
	}
	if sale := f.Rows[7].Transactions[2]; sale.LotSpec == nil || sale.LotSpec.Date.String() != "2024-01-02" || sale.Account != "Main" {
		t.Errorf("the exit is %+v", sale)
	}
}

// A name that looks like something is not taken for it.
func TestClassIsNeverGuessed(t *testing.T) {
	f := read(t, "Symbol,Quantity,Entry Price Per Share,Entry Date\nSTARWOOD_REIT,1,2,2024-01-02\nREITS,1,2,2024-01-02\nFUND,1,2,2024-01-02\nBTC,1,2,2024-01-02\n", importer.Options{BaseCurrency: "USD"})
	for _, i := range f.Instruments {
		if i.Class != instrument.Unknown {
			t.Errorf("%s is taken for %s", i.Symbol, i.Class)
		}
	}
}

func TestUnfundedAndOwnColumns(t *testing.T) {
	f := read(t, "Symbol;Quantity;Entry Price;Entry Date;Currency;Account\nA;1;2;2024-01-02;EUR;X\n", importer.Options{Unfunded: true})
	if got, want := say(f), "2: 2024-01-02 Buy 1 A @ 2 (2)\n"; got != want || f.Rows[0].Transactions[0].Account != "X" || f.Rows[0].Transactions[0].Currency != "EUR" {
		t.Errorf("got %s", got)
	}
}

// Each row has one fault, named by column and value.
func TestFaults(t *testing.T) {
	tests := []struct{ row, field, value, problem string }{
		{",1,2,2024-01-02,,,,,,,,", "Symbol", "", "missing"},
		{"<x>,1,2,2024-01-02,,,,,,,,", "Symbol", "<x>", "not a symbol"},
		{"A,,2,2024-01-02,,,,,,,,", "Quantity", "", "missing"},
		{"A,0,2,2024-01-02,,,,,,,,", "Quantity", "0", "zero is none"},
		{"A,one,2,2024-01-02,,,,,,,,", "Quantity", "one", "not a number"},
		{"A,1,-2,2024-01-02,,,,,,,,", "Entry Price Per Share", "-2", "cannot be negative"},
		{"A,1,2,2024-02-30,,,,,,,,", "Entry Date", "2024-02-30", "not a date"},
		{"A,1,2,01/02/2024,,,,,,,,", "Entry Date", "01/02/2024", "not a date"},
		{"A,1,2,2024-01-02,ODD,,,,,,,", "Investment Class", "ODD", "no such class"},
		{"A,1,2,2024-01-02,PUBLIC,ODD,,,,,,", "Investment Subtype", "ODD", "no such subtype"},
		{"SPY250919C00460000,1,2,2024-01-02,PUBLIC,STOCK,,,,,,", "Investment Class", "PUBLIC", "option on SPY"},
		{",1,2,2024-01-02,OPTIONS,,SPY,460,2025-09-19,,,", "Option Type", "", "needs it"},
		{",1,2,2024-01-02,OPTIONS,,SPY,460,2025-09-19,BOTH,,", "Option Type", "BOTH", "neither CALL nor PUT"},
		{",1,2,2024-01-02,OPTIONS,,SPY,-460,2025-09-19,PUT,,", "Strike Price", "-460", "must be positive"},
		{"SPY250919C00460000,1,2,2024-01-02,OPTIONS,,,470,,,,", "Strike Price", "470", "the symbol says 460"},
		{"A,1,2,2024-01-02,,,,,,,2024-02-02,", "Exit Price Per Share", "", "without its price"},
		{"A,1,2,2024-01-02,,,,,,,,3", "Exit Date", "", "without its date"},
		{"A,1,2,2024-01-02,,,,,,,2023-02-02,3", "Exit Date", "2023-02-02", "before the entry"},
	}
	for _, tt := range tests {
		t.Run(tt.field+" "+tt.value, func(t *testing.T) {
			f := read(t, header+tt.row+"\n", importer.Options{BaseCurrency: "USD"})
			faults := f.Rows[0].Faults
			if len(faults) != 1 || faults[0].Row != 2 || faults[0].Field != tt.field || faults[0].Value != tt.value || !strings.Contains(faults[0].Problem, tt.problem) || faults[0].Cure == "" {
				t.Errorf("got %v", faults)
			}
			if len(f.Instruments) != 0 || f.Rows[0].Transactions != nil {
				t.Errorf("something of it is kept: %+v", f)
			}
		})
	}
}

func TestWholeFileIsRefused(t *testing.T) {
	for text, field := range map[string]string{header: "rows", "Symbol,Quantity\nA,1\n": "header", header + "A,1,2,2024-01-02\n": "currency"} {
		opts := importer.Options{BaseCurrency: "USD"}
		if field == "currency" {
			opts.BaseCurrency = ""
		}
		_, err := importer.NewRegistry(Format).Read("p.csv", []byte(text), "positions-csv", opts)
		var fault *ledger.Fault
		if !errors.As(err, &fault) || fault.Field != field || fault.Cure == "" {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add(header + "A,1,2,2024-01-02,PUBLIC,ETF,,,,,2024-02-02,3\n,1,2,2024-01-02,OPTIONS,,SPY,460,2025-09-19,P,,\n")
	f.Add("Symbol;Quantity;Entry Price;Entry Date\n#;\nSPY250919C00460000;(5);1e3;2.1.24\n")
	f.Fuzz(func(t *testing.T, text string) {
		file, err := importer.NewRegistry(Format).Read("p.csv", []byte(text), "positions-csv", importer.Options{BaseCurrency: "EUR"})
		if err != nil {
			return
		}
		if c := file.Counts(); c.Rows != c.Booked+c.Ignored+c.Refused {
			t.Fatalf("%s", c)
		}
	})
}
