package pricefile_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/internal/importer/pricefile"
)

func said(f *pricefile.File) string {
	var out []string
	for _, x := range f.Funds {
		text := x.Symbol + " " + x.Composition.AsOf.String() + ":"
		if x.Composition.AsOf == 0 {
			text = x.Symbol + ":"
		}
		for _, c := range x.Composition.Constituents {
			text += " " + strings.Join(strings.Fields(fmt.Sprintf("%s %s %s %s %s %s %s", c.Symbol, c.ISIN, strings.ReplaceAll(c.Name, " ", "_"), c.Sector, c.Country, c.Currency, c.Weight)), "/")
		}
		out = append(out, text)
	}
	return strings.Join(append(out, f.Notes...), "; ")
}

func TestHoldingsOfFunds(t *testing.T) {
	for _, c := range []struct{ name, file, text, want string }{
		{"fractions", "x.csv", "fund,symbol,name,weight,sector,country,currency,as_of\nF,A,Alpha,0.6,Energy,US,USD,2026-05-29\nF,B,,0.3,,,,2026-05-29\nG,,Gold bullion,1,,,,2026-04-30\n",
			"F 2026-05-29: A/Alpha/Energy/US/USD/0.6 B/0.3; G 2026-04-30: Gold_bullion/1"},
		{"percent by the sign", "x.csv", "Fund,ISIN,Weight\nF,us0378331005,1.25%\nF,US5949181045,0.5 %\n", "F: US0378331005/0.0125 US5949181045/0.005"},
		{"percent by the column, the fund by the file, as managers write it", "eunl.csv", "Ticker,Name,Sector,Weight (%),Location,Currency\nNVDA,\"NVIDIA CORP\",IT,1.5,United States,USD\n-,CASH,-,-0.02,-,EUR\nX,Someone,-,0.1,Neverland,EUR\n",
			"EUNL: NVDA/NVIDIA_CORP/IT/US/USD/0.015 CASH/EUR/-0.0002 X/Someone/EUR/0.001; Neverland is no country that is known, and is left out"},
		{"percent by the sum", "x.csv", "fund,symbol,weight\nF,A,60\nF,B,40.4\nG,A,0.5\n", "F: A/0.6 B/0.404; G: A/0.005"},
		{"the last of several lists", "x.csv", "fund,symbol,weight,date\nF,A,0.5,2026-04-30\nF,B,0.6,2026-05-29\nF,C,0.9,2026-04-30\n", "F 2026-05-29: B/0.6; F: holdings of several days; those of the last are kept"},
	} {
		f, err := pricefile.Read(c.file, []byte(c.text))
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		if got := said(f); got != c.want || f.Layout != pricefile.Holdings {
			t.Errorf("%s:\n got %s\nwant %s", c.name, got, c.want)
		}
	}
}

func TestHoldingsThatCannotBe(t *testing.T) {
	for _, c := range []struct {
		name, text  string
		row         int
		field, want string
	}{
		{"more than there is", "fund,symbol,weight\nF,A,60%\nF,B,40.6%\n", 2, "weight", `the 2 weights of F sum to this`},
		{"fractions or percent", "fund,symbol,weight\nF,A,1.2\nF,B,0.3\n", 2, "weight", "name the column weight_percent"},
		{"no number", "fund,symbol,weight\nF,A,some\n", 2, "weight", "write the weight as 5.25% or 0.0525"},
		{"no fund", "fund,symbol,weight\nF,A,0.5\n,B,0.5\n", 3, "fund", "name the fund"},
		{"itself", "fund,symbol,weight\nF,A,0.5\nF,F,0.5\n", 3, "symbol", "does not hold itself"},
		{"nobody", "fund,symbol,name,weight\nF,A,,0.5\nF,,,0.5\n", 3, "symbol", "neither symbol nor ISIN nor name"},
		{"no day", "fund,symbol,weight,as_of\nF,A,0.5,May\n", 2, "as_of", "YYYY-MM-DD"},
		{"no currency", "fund,symbol,weight,currency\nF,A,0.5,US$\n", 2, "currency", "USD"},
		{"no rows", "fund,symbol,weight\n", 0, "", "no rows"},
	} {
		_, err := pricefile.Read("x.csv", []byte(c.text))
		var faults ledger.Faults
		if !errors.As(err, &faults) {
			t.Errorf("%s: %v, want faults", c.name, err)
			continue
		}
		f := faults[0]
		if f.Row != c.row || f.Field != c.field || f.File != "x.csv" || f.Cure == "" || !strings.Contains(f.Problem+" "+f.Cure, c.want) {
			t.Errorf("%s: %+v, want row %d, field %q, %q", c.name, *f, c.row, c.field, c.want)
		}
	}
}
