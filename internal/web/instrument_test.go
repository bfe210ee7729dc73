package web_test

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/instrument"
	"github.com/foliosight/foliosight/finance/money"
	"github.com/foliosight/foliosight/internal/store"
)

func says(t *testing.T, w *httptest.ResponseRecorder, all ...string) {
	t.Helper()
	text := words(w)
	for _, want := range all {
		if !strings.Contains(text, want) {
			t.Errorf("the page does not say %q (status %d)", want, w.Code)
		}
	}
}

// TestInstrumentPage: lots, trades, options and what is missing stand on one page, and the
// lots add up as the holding says.
func TestInstrumentPage(t *testing.T) {
	h := realPages(t)
	w := h.open("/instruments/NVDA", nil)
	says(t, w, "NVIDIA Corporation", "simulated prices", "You hold", "First in, first out", "Closed 1", "Options on it", "The simulated market has no news", "Write a note", "Try a trade")
	body := w.Body.String()
	for _, want := range []string{`data-src="/p/` + h.portfolios["long/short"] + `/instruments/NVDA/chart?`, `href="/p/` + h.portfolios["long/short"] + `/transactions/`} {
		if !strings.Contains(body, want) {
			t.Errorf("there is no %s", want)
		}
	}
	if h.open("/instruments/NOBODY", nil).Code != http.StatusNotFound {
		t.Error("what nobody knows has a page")
	}
	for _, page := range []string{"/holdings", "/holdings?open=NVDA", "/transactions?symbol=NVDA", "/go"} {
		if !strings.Contains(h.open(page, nil).Body.String(), "/instruments/NVDA") {
			t.Errorf("%s does not lead to the instrument", page)
		}
	}
}

// TestInstrumentChart: candles have four columns, marks lie on days of the chart, and what
// is as traded steps at the split.
func TestInstrumentChart(t *testing.T) {
	h := realPages(t)
	type spec struct {
		Days    []string
		Candles *struct{ Open, High, Low, Close int }
		Marks   []struct {
			At   int
			Kind string
			Text string
		}
		Levels []struct {
			Kind string
			Text string
		}
		Option struct {
			Series []struct{ Data []*float64 }
		}
	}
	read := func(query string) (s spec) {
		w := h.open("/instruments/NVDA/chart?"+query, nil)
		if err := json.Unmarshal(w.Body.Bytes(), &s); err != nil || len(s.Days) == 0 {
			t.Fatalf("%s: %v %s", query, err, w.Body)
		}
		for i, x := range s.Option.Series {
			if len(x.Data) != len(s.Days) {
				t.Errorf("%s: series %d has %d of %d days", query, i, len(x.Data), len(s.Days))
			}
		}
		return s
	}
	line := read("range=mine")
	kinds := map[string]int{}
	for _, m := range line.Marks {
		kinds[m.Kind]++
		if m.At < 0 || m.At >= len(line.Days) || m.Text == "" {
			t.Errorf("mark %+v of %d days", m, len(line.Days))
		}
	}
	if kinds["buy"] != 1 || kinds["sell"] != 1 || kinds["split"] != 1 || kinds["dividend"] < 4 || len(line.Levels) != 2 || !strings.HasPrefix(line.Levels[0].Text, "Average cost ") {
		t.Errorf("marks %v, levels %+v", kinds, line.Levels)
	}
	candles := read("range=1M&kind=candles")
	if candles.Candles == nil || len(candles.Option.Series) != 5 {
		t.Fatalf("candles: %+v", candles.Candles)
	}
	for i := range candles.Days {
		high, low, close := *candles.Option.Series[1].Data[i], *candles.Option.Series[2].Data[i], *candles.Option.Series[3].Data[i]
		if low > close || close > high {
			t.Errorf("%s: low %v, close %v, high %v", candles.Days[i], low, close, high)
		}
	}
	if all := read("range=all&kind=candles"); len(all.Days) > 330 {
		t.Errorf("%d candles cannot be told apart", len(all.Days))
	}
	// Prices as traded fall to a tenth at the split, those in today's pieces do not.
	steepest := func(s spec) float64 {
		worst := 1.0
		for i := 1; i < len(s.Days); i++ {
			worst = min(worst, *s.Option.Series[0].Data[i] / *s.Option.Series[0].Data[i-1])
		}
		return worst
	}
	if traded := steepest(read("range=all&view=traded")); traded > 0.12 {
		t.Errorf("as traded the steepest day is %v", traded)
	}
	if adjusted := steepest(line); adjusted < 0.5 {
		t.Errorf("in today's pieces the steepest day is %v", adjusted)
	}
}

// TestInstrumentNames: a symbol may have any letters, and what is private shows its
// valuations.
func TestInstrumentNames(t *testing.T) {
	h := realPages(t)
	ctx := context.Background()
	const symbol = "Villa N°4/ B&B + 1"
	if err := h.svc.DescribeInstrument(ctx, h.caller, instrument.Instrument{Symbol: symbol, Class: instrument.Private, Currency: "EUR", Simulated: true}); err != nil {
		t.Fatal(err)
	}
	if err := h.svc.SetOwnPrices(ctx, h.caller, []store.OwnPrice{{Symbol: symbol, Date: date.Must(2026, 1, 5), Price: money.Int(412000), Currency: "EUR", Valuation: true, Note: "by the bank"}}); err != nil {
		t.Fatal(err)
	}
	says(t, h.open("/instruments/"+url.PathEscape(symbol), nil), symbol, "private asset, not listed", "412,000.00", "by the bank", "Nothing of it was ever booked")
	if w := h.open("/instruments/"+url.PathEscape(symbol)+"/prices.csv", nil); !strings.Contains(w.Body.String(), "2026-01-05,,,,412000") {
		t.Errorf("file: %s", w.Body)
	}
}

// TestInstrumentResearch: a target and a note are written and taken back; what is wrong is
// said at its field.
func TestInstrumentResearch(t *testing.T) {
	h := realPages(t)
	if w := h.open("/instruments/NVDA/target", url.Values{"price": {"-5"}}); w.Code != http.StatusUnprocessableEntity {
		t.Errorf("a negative target: %d", w.Code)
	} else {
		says(t, w, "target is a price above zero")
	}
	if w := h.open("/instruments/NVDA/target", url.Values{"price": {"300"}, "horizon": {time.Date(2028, 1, 1, 0, 0, 0, 0, time.UTC).Format(time.DateOnly)}, "why": {"it grows"}}); w.Code != http.StatusSeeOther {
		t.Fatalf("a target: %d %s", w.Code, words(w))
	}
	if w := h.open("/instruments/NVDA/notes", url.Values{"text": {"<b>heavy</b>"}}); w.Code != http.StatusSeeOther {
		t.Fatalf("a note: %d", w.Code)
	}
	w := h.open("/instruments/NVDA", nil)
	says(t, w, "300.00 USD", "to go", "it grows", "yours")
	if !strings.Contains(w.Body.String(), "&lt;b&gt;heavy") {
		t.Error("the note is not there as it was written")
	}
	if w := h.open("/instruments/NVDA/target/delete", url.Values{}); w.Code != http.StatusSeeOther {
		t.Errorf("take it back: %d", w.Code)
	}
	says(t, h.open("/instruments/NVDA", nil), "You have set none", "Earlier targets")
}
