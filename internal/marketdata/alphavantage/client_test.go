package alphavantage

import (
	"net/http"
	"strings"
	"testing"

	"github.com/foliosight/foliosight/finance/instrument"
	"github.com/foliosight/foliosight/internal/marketdata"
)

func TestSymbols(t *testing.T) {
	for _, c := range []struct{ our, mic, their string }{
		{"IBM", "", "IBM"}, {"ibm", "XNYS", "IBM"}, {"BRK.B", "", "BRK-B"}, {"BRK.B", "XNYS", "BRK-B"}, {"BF.B", "", "BF-B"},
		{"TSCO.L", "", "TSCO.LON"}, {"TSCO", "XLON", "TSCO.LON"}, {"BT.A.L", "", "BT-A.LON"}, {"SHOP.TO", "XTSE", "SHOP.TRT"}, {"GPV.V", "", "GPV.TRV"},
		{"MBG.DE", "", "MBG.DEX"}, {"RELIANCE.BO", "", "RELIANCE.BSE"}, {"600104.SS", "", "600104.SHH"}, {"000002.SZ", "", "000002.SHZ"}, {"0700.HK", "", "0700.HKG"},
		{"MC.PA", "", "MC.PAR"}, {"TSCO.LON", "", "TSCO.LON"},
		// V is a class of shares where the exchange is known to be American.
		{"GPV.V", "XNYS", "GPV-V"},
		{"7203.T", "", ""}, {"7203", "XTKS", ""}, {"CBA.AX", "", ""}, {"^GSPC", "", ""}, {"EURUSD=X", "", ""}, {"", "", ""}, {"A B", "", ""}, {"A,B", "", ""},
	} {
		got, ok := theirs(c.our, c.mic)
		if got != c.their || ok != (c.their != "") {
			t.Errorf("%q on %q is %q, %t; want %q", c.our, c.mic, got, ok, c.their)
		}
	}
	for their, our := range map[string]string{"BRK-B": "BRK.B", "TSCO.LON": "TSCO.L", "6190.HKG": "6190.HK", "BAC-P-K": "BAC-P-K", "IBM": "IBM", "X.ABC": "X.ABC", "-P-HIZ": "-P-HIZ", "A-WT": "A-WT"} {
		if got := ours(their); got != our {
			t.Errorf("%q is ours as %q, want %q", their, got, our)
		}
	}
	// There and back is the same for every exchange.
	for _, e := range exchanges {
		if s, ok := theirs("ABC."+e.ours, ""); !ok || ours(s) != "ABC."+e.ours || place(s).mic != e.mic {
			t.Errorf("ABC.%s goes to %q and back to %q", e.ours, s, ours(s))
		}
	}
}

func TestOffers(t *testing.T) {
	share := of("IBM")
	for _, k := range []marketdata.Kind{marketdata.Bars, marketdata.Quotes, marketdata.Splits, marketdata.Dividends, marketdata.Profiles, marketdata.Statements, marketdata.Earnings, marketdata.News, marketdata.Holdings, marketdata.Chain} {
		if !New().Offers(marketdata.Request{Kind: k, Instrument: share}) {
			t.Errorf("%s of a share is not offered", k)
		}
		_, err := New().Ask(marketdata.Request{Kind: k, Instrument: of("7203.T")})
		if err == nil || !strings.Contains(err.Error(), "7203.T") {
			t.Errorf("%s of Tokyo: %v", k, err)
		}
		if New().Offers(marketdata.Request{Kind: k, Instrument: instrument.Instrument{Symbol: "FLAT", Class: instrument.Private}}) {
			t.Errorf("%s of a private asset is offered", k)
		}
	}
	for _, r := range []marketdata.Request{
		{Kind: marketdata.Grouped}, {Kind: marketdata.Search, Text: " "}, {Kind: marketdata.Changes, Part: "renames"}, {Kind: "weather", Instrument: share},
		{Kind: marketdata.Statements, Instrument: share, Part: "equity"}, {Kind: marketdata.Holdings, Instrument: share, Part: "countries"}, {Kind: marketdata.Chain, Instrument: of("TSCO.L")},
	} {
		if New().Offers(r) {
			t.Errorf("%+v is offered", r)
		}
	}
}

// The key is in what goes out, and in nothing that is kept.
func TestSign(t *testing.T) {
	c := ask(t, New(), marketdata.Request{Kind: marketdata.Quotes, Instrument: of("IBM")})
	h, err := http.NewRequest("GET", New().Base()+c.Path+"?"+c.Query.Encode(), nil)
	if err != nil {
		t.Fatal(err)
	}
	New().Sign(h, "K&Y")
	if got := h.URL.String(); got != "https://www.alphavantage.co/query?apikey=K%26Y&function=GLOBAL_QUOTE&symbol=IBM" {
		t.Errorf("asks %s", got)
	}
	if strings.Contains(c.Key(), "apikey") {
		t.Errorf("the key is in %s", c.Key())
	}
}

func TestLimits(t *testing.T) {
	limits := New().Limits()
	most := map[string]int{}
	for plan, of := range limits {
		for _, l := range of {
			if l.Credits || l.Most <= 0 {
				t.Errorf("%q: %+v", plan, l)
			}
			if l.Window == marketdata.Minute {
				most[plan] = l.Most
			}
		}
	}
	for plan, want := range map[string]int{"": 5, "75": 75, "150": 150, "300": 300, "600": 600, "1200": 1200} {
		if most[plan] != want {
			t.Errorf("the plan %q has %d calls a minute, want %d", plan, most[plan], want)
		}
	}
}
