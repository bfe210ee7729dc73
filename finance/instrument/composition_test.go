package instrument_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/foliosight/foliosight/finance/instrument"
	"github.com/foliosight/foliosight/finance/money"
)

func TestCompositionsThatCannotBe(t *testing.T) {
	for _, c := range []struct{ name, text, field, want string }{
		{"a rounded whole fund", `[{"symbol":"A","weight":"0.7"},{"symbol":"B","weight":"0.305"}]`, "", ""},
		{"part of a fund", `[{"name":"Gold bullion","weight":0.4}]`, "", ""},
		{"a fund that lends on its cash", `[{"symbol":"A","weight":"1.02"},{"name":"Cash","weight":"-0.02"}]`, "", ""},
		{"more than there is", `[{"symbol":"A","weight":"0.7"},{"symbol":"B","weight":"0.3051"}]`, "weight", "sum to more than 1.005"},
		{"percent for fractions", `[{"symbol":"A","weight":"12"}]`, "weight", "give a fraction"},
		{"less than nothing", `[{"symbol":"A","weight":"-0.1"}]`, "weight", "less than nothing"},
		{"nobody", `[{"sector":"Energy","weight":"0.1"}]`, "symbol", "neither symbol nor ISIN nor name"},
		{"itself", `[{"symbol":"A","weight":"0.1"},{"symbol":"FUND","weight":"0.1"}]`, "symbol", "does not hold itself"},
		{"nothing", `[]`, "constituents", "there are none"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var composition instrument.Composition
			if err := json.Unmarshal([]byte(`{"constituents":`+c.text+`}`), &composition); err != nil {
				t.Fatal(err)
			}
			flaw := composition.Check("FUND")
			switch {
			case flaw == nil && c.want != "":
				t.Errorf("nothing found, want %q", c.want)
			case flaw != nil && c.want == "":
				t.Errorf("found %v, want nothing", flaw)
			case flaw != nil && (flaw.Field != c.field || !strings.Contains(flaw.Error(), c.want) || flaw.Cure == ""):
				t.Errorf("found %v in field %q, want %q in %q", flaw, flaw.Field, c.want, c.field)
			}
		})
	}
}

// A list of holdings says nothing of the name of a fund, and a new description nothing
// of its holdings: each keeps what the other said.
func TestSourcesCompleteEachOther(t *testing.T) {
	holdings := &instrument.Composition{Constituents: []instrument.Constituent{{Symbol: "A", Weight: money.One}}}
	described := instrument.Instrument{Symbol: "F", Currency: "EUR", Class: instrument.ETF, Name: "A fund"}
	listed := instrument.Instrument{Symbol: "F", Currency: "USD", Composition: holdings}
	for name, got := range map[string]instrument.Instrument{"listed after": listed.Beside(described), "described after": described.Beside(listed)} {
		if got.Composition != holdings || got.Name != "A fund" || got.Currency != "EUR" {
			t.Errorf("%s: %+v", name, got)
		}
	}
	if got := listed.Beside(instrument.Instrument{}); got.Currency != "USD" {
		t.Errorf("alone: %+v", got)
	}
}

// What a later description leaves open an earlier one fills in, unless they are of
// different listings: another currency, class or ISIN.
func TestDescriptionsFillIn(t *testing.T) {
	said := instrument.Instrument{Symbol: "SAP", Currency: "USD", Class: instrument.Equity, Name: "SAP SE", ISIN: "US8030542042", Exchange: "XNYS", Sector: "Information Technology", Country: "DE"}
	got := instrument.Instrument{Symbol: "SAP", Currency: "USD", Name: "My SAP"}.Beside(said)
	if got.Name != "My SAP" || got.Exchange != "XNYS" || got.Class != instrument.Equity || got.Sector != said.Sector || got.ISIN != said.ISIN {
		t.Errorf("filled in: %+v", got)
	}
	for what, mine := range map[string]instrument.Instrument{
		"currency": {Symbol: "SAP", Currency: "EUR"}, "class": {Symbol: "SAP", Class: instrument.Private}, "ISIN": {Symbol: "SAP", ISIN: "DE0007164600"}, "symbol": {Symbol: "SAQ"},
	} {
		if got := mine.Beside(said); got != mine {
			t.Errorf("another %s: %+v", what, got)
		}
	}
	pence := instrument.Instrument{Symbol: "VOD.L", Currency: "GBP"}.Beside(instrument.Instrument{Symbol: "VOD.L", Currency: "GBX", Exchange: "XLON"})
	if pence.Exchange != "XLON" || pence.Currency != "GBP" {
		t.Errorf("pence and pounds are of one listing: %+v", pence)
	}
}
