package yahoo

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/foliosight/foliosight/finance/instrument"
	"github.com/foliosight/foliosight/internal/marketdata"
)

var ranged = regexp.MustCompile(`-\d{4}-\d\d-\d\d-to.*`)

// Recorded bodies, where they are at hand: each is data or is recognised for what it is.
func TestRecordedBodies(t *testing.T) {
	dir := os.Getenv("FOLIOSIGHT_BODIES")
	if dir == "" {
		t.Skip("FOLIOSIGHT_BODIES names no folder of recorded answers")
	}
	files, _ := filepath.Glob(filepath.Join(dir, "yahoo", "*"))
	if len(files) == 0 {
		t.Fatalf("no bodies in %s", dir)
	}
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".json")
		what, symbol, _ := strings.Cut(name, "-")
		kind := map[string]marketdata.Kind{"chart": marketdata.Bars, "quote": marketdata.Profiles, "options": marketdata.Chain, "search": marketdata.Search}[what]
		switch {
		case kind == "":
			kind, symbol = marketdata.Bars, "MUV2.DE"
		case strings.Contains(symbol, "notimestamp"):
			symbol = "AAPL"
		}
		r := marketdata.Request{Kind: kind, Instrument: instrument.Instrument{Symbol: ranged.ReplaceAllString(symbol, "")}, Text: symbol}
		body, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		c, err := New().Ask(r)
		if err != nil {
			t.Fatal(err)
		}
		d, next, err := New().Read(r, c, marketdata.Response{Status: http.StatusOK, Body: body})
		var refusal *marketdata.Refusal
		if err != nil {
			refusal = err.(*marketdata.Refusal)
		}
		if (refusal != nil && refusal.Reason == marketdata.Garbled) != strings.Contains(name, ".fake") {
			t.Errorf("%s: %v", name, err)
		}
		t.Logf("%s: %s next %t, %v", name, counts(d), next != nil, err)
	}
}

func counts(d marketdata.Delivery) string {
	text := fmt.Sprintf("%d splits %d dividends %d quotes %d profiles %d options %d found %d news; left %q",
		len(d.Splits), len(d.Dividends), len(d.Quotes), len(d.Profiles), len(d.Options), len(d.Found), len(d.News), d.Left)
	for _, s := range d.Bars {
		text = fmt.Sprintf("%s: %d bars %s to %s in %s %s unfinished %t; ", s.Symbol, len(s.Dates), s.Dates[0], s.Dates[len(s.Dates)-1], s.Currency, s.Basis, s.Unfinished) + text
	}
	return text
}
