package instrument

import (
	"slices"
	"testing"
)

func TestIdentify(t *testing.T) {
	for _, c := range []struct {
		about, text, value string
		schemes            []Scheme
	}{
		{"ISIN of Apple (annual report)", "us0378331005", "US0378331005", []Scheme{ISIN, Ticker}},
		{"ISIN of Treasury Corporation of Victoria (ISO 6166, example)", "AU0000XVGZA3", "AU0000XVGZA3", []Scheme{ISIN, Ticker}},
		{"ISIN with two digits swapped", "US0378313005", "US0378313005", []Scheme{Ticker}},
		{"CUSIP of Apple", "037833100", "037833100", []Scheme{CUSIP, Ticker}},
		{"CUSIP of Cisco", "17275R102", "17275R102", []Scheme{CUSIP, Ticker}},
		{"CUSIP with a wrong check digit", "17275R103", "17275R103", []Scheme{Ticker}},
		{"FIGI of Apple (OpenFIGI)", "BBG000B9XRY4", "BBG000B9XRY4", []Scheme{FIGI, Ticker}},
		{"FIGI of IBM (OpenFIGI)", "BBG000BLNNH6", "BBG000BLNNH6", []Scheme{FIGI, Ticker}},
		{"FIGI with a wrong check digit", "BBG000BLNNH5", "BBG000BLNNH5", []Scheme{Ticker}},
		{"option symbol with its padding", "AAPL  250815P00200000", "AAPL250815P00200000", []Scheme{OCCSym, Ticker}},
		{"ticker", " vod.l ", "VOD.L", []Scheme{Ticker}},
		{"nothing", "", "", []Scheme{Ticker}},
	} {
		schemes, value := Identify(c.text)
		if value != c.value || !slices.Equal(schemes, c.schemes) {
			t.Errorf("%s: %q is %q under %v, want %q under %v", c.about, c.text, value, schemes, c.value, c.schemes)
		}
	}
}

// Every single wrong digit and nearly every swap of two neighbours is caught: that is
// what Luhn's digit is for.
func TestISINCatchesOneWrongDigit(t *testing.T) {
	const good = "US0378331005"
	for i := 2; i < len(good); i++ {
		for d := byte('0'); d <= '9'; d++ {
			bad := []byte(good)
			if bad[i] == d {
				continue
			}
			bad[i] = d
			if IsISIN(string(bad)) {
				t.Errorf("%s passes for an ISIN", bad)
			}
		}
	}
}

func TestTickerForms(t *testing.T) {
	for _, c := range []struct {
		symbol, exchange string
		want             []string
	}{
		{"BRK.B", "XNYS", []string{"BRK-B", "BRK/B", "BRK B", "BRKB"}},
		{"BRK-B", "", []string{"BRK.B", "BRK/B", "BRK B", "BRKB"}},
		{"7203.T", "", []string{"7203"}},
		{"7203", "XTKS", []string{"7203.T"}},
		{"VOD", "XLON", []string{"VOD.L"}},
		{"VOD.L", "XLON", []string{"VOD"}},
		{"AAPL", "XNAS", nil},
		{"RCI-B", "XTSE", []string{"RCI-B.TO", "RCI.B", "RCI/B", "RCI B", "RCIB"}},
		{"RCI-B.TO", "XTSE", []string{"RCI-B", "RCI.B", "RCI/B", "RCI B", "RCIB"}},
		{"HEI.A", "XNYS", []string{"HEI-A", "HEI/A", "HEI A", "HEIA"}},
	} {
		if got := TickerForms(c.symbol, c.exchange); !slices.Equal(got, c.want) {
			t.Errorf("%s on %q: %q, want %q", c.symbol, c.exchange, got, c.want)
		}
	}
}

func TestSplitTicker(t *testing.T) {
	for _, c := range []struct{ ticker, bare, exchange string }{
		{"VOD.L", "VOD", "XLON"}, {"7203.T", "7203", "XTKS"}, {"sap.de", "sap", "XETR"}, {"BRK.B", "BRK.B", ""}, {"AAPL", "AAPL", ""}, {".L", ".L", ""},
	} {
		if bare, exchange := SplitTicker(c.ticker); bare != c.bare || exchange != c.exchange {
			t.Errorf("%s: %s on %q, want %s on %q", c.ticker, bare, exchange, c.bare, c.exchange)
		}
	}
}
