package instrument_test

import (
	"testing"

	"github.com/foliosight/foliosight/finance/instrument"
)

func TestSectorOf(t *testing.T) {
	for word, want := range map[string]string{
		"Technology": "Information Technology", "INFORMATION TECHNOLOGY": "Information Technology", "Financial Services": "Financials", "HEALTHCARE": "Health Care", "consumer_cyclical": "Consumer Discretionary",
		"Consumer  Defensive": "Consumer Staples", "Basic Materials": "Materials", "Real Estate": "Real Estate", "Energy": "Energy",
		"TRADE & SERVICES": "", "Cash and Others": "", "": "",
	} {
		if got := instrument.SectorOf(word); got != want {
			t.Errorf("%q is %q, want %q", word, got, want)
		}
	}
}
