package web_test

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/instrument"
	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/finance/money"
	"github.com/foliosight/foliosight/internal/marketdata"
	"github.com/foliosight/foliosight/internal/service"
	"github.com/foliosight/foliosight/internal/store"
	"github.com/foliosight/foliosight/internal/store/sqlite"
	"github.com/foliosight/foliosight/internal/web"
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

// referenceHouse is a portfolio of the real market with a share of which sources said all
// there is to say.
func referenceHouse(t *testing.T) *realHouse {
	t.Helper()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	ctx := context.Background()
	now := func() time.Time { return time.Date(2026, 11, 20, 20, 0, 0, 0, time.UTC) }
	st, err := sqlite.Open(ctx, sqlite.Options{Path: filepath.Join(t.TempDir(), "books.db"), Now: now})
	must(err)
	t.Cleanup(func() { st.Close() })
	h := &realHouse{svc: service.New(service.Options{Store: st, Now: now}), portfolios: map[string]string{}}
	in, err := h.svc.SetUp(ctx, service.NewOwner{Name: "Mara Keller", Email: "mara@example.org", Password: "correct horse battery", BaseCurrency: "EUR", TimeZone: "UTC"})
	must(err)
	h.caller, h.token = in.Caller, in.Token
	p, err := h.svc.CreatePortfolio(ctx, in.Caller, service.NewPortfolio{Name: "Family", Base: "EUR"})
	must(err)
	h.portfolios["long/short"] = p.ID
	body := func(v any) json.RawMessage {
		b, err := json.Marshal(v)
		must(err)
		return b
	}
	some := func(text string) money.Optional { return money.Some(money.MustParse(text)) }
	var bars store.Series
	bars.Kind, bars.Symbol, bars.Currency = store.Prices, "ACME", "EUR"
	for d, i := date.Must(2025, 1, 2), 0; d <= date.Must(2026, 11, 18); d, i = d+1, i+1 {
		if !d.IsWeekend() {
			close := 60 + 12*math.Sin(float64(i)/70) + float64(i)/18
			bars.Dates, bars.Close = append(bars.Dates, d), append(bars.Close, close)
			bars.Open, bars.High, bars.Low, bars.Volume = append(bars.Open, close-1), append(bars.High, close+2), append(bars.Low, close-2), append(bars.Volume, 1e6+1e4*float64(i%13))
		}
	}
	operator := in.Caller.Identity
	operator.Operator = true
	fetched := now()
	doc := func(kind store.DocumentKind, key string, of date.Date, v any) store.Document {
		return store.Document{Kind: kind, Symbol: "ACME", Source: "fmp", Key: key, AsOf: of, Fetched: fetched, Body: body(v)}
	}
	var documents []store.Document
	documents = append(documents, doc(store.ProfileDocument, "profile", date.Must(2026, 11, 18), marketdata.Profile{Industry: "Anvils", Description: "Acme makes anvils, rockets and roller skates for an exacting clientele.", Figures: []marketdata.Fact{
		{Name: "market_cap", Value: money.MustParse("48200000000"), Unit: "EUR"}, {Name: "pe", Value: money.MustParse("18.52"), Unit: "ratio"}, {Name: "profit_margin", Value: money.MustParse("0.1432"), Unit: "fraction"}, {Name: "shares_outstanding", Value: money.MustParse("512000000"), Unit: "shares"}, {Name: "eps", Value: money.MustParse("4.21"), Unit: "EUR"}}}))
	for _, part := range []string{"income", "balance", "cash-flow"} {
		for year := 2022; year <= 2025; year++ {
			documents = append(documents, doc(store.StatementDocument, fmt.Sprintf("%s/annual/%d", part, year), date.Must(year, 12, 31), marketdata.Statement{Symbol: "ACME", Part: part, Period: "annual", End: date.Must(year, 12, 31), Label: fmt.Sprintf("FY%d", year), Currency: "EUR",
				Lines: []marketdata.Line{{Name: "total_revenue", Value: money.Int(int64(year-2010) * 1_000_000_000)}, {Name: "net_income", Value: money.Int(-120_400_000)}}}))
		}
		for quarter := 1; quarter <= 3; quarter++ {
			end := date.Must(2026, time.Month(3*quarter), 28)
			documents = append(documents, doc(store.StatementDocument, fmt.Sprintf("%s/quarter/%d", part, quarter), end, marketdata.Statement{Symbol: "ACME", Part: part, Period: "quarter", End: end, Label: fmt.Sprintf("Q%d 26", quarter), Currency: "EUR",
				Lines: []marketdata.Line{{Name: "total_revenue", Value: money.Int(int64(quarter) * 3_900_000_000)}, {Name: "eps_diluted", Value: money.MustParse("1.05")}}}))
		}
	}
	documents = append(documents, doc(store.EarningsDocument, "2026-10-28", date.Must(2026, 10, 28), marketdata.Earning{Symbol: "ACME", Date: date.Must(2026, 10, 28), Fiscal: date.Must(2026, 9, 30), EPS: some("1.05"), Estimate: some("1.01"), Revenue: some("3900000000")}),
		doc(store.EarningsDocument, "2027-01-28", date.Must(2027, 1, 28), marketdata.Earning{Symbol: "ACME", Date: date.Must(2027, 1, 28), Estimate: some("1.10")}))
	for i, a := range []marketdata.Article{{Title: "Anvils fall on weak demand", Summary: "A summary of what fell and why.", Address: "https://news.example/anvils", Publisher: "The Example"}, {Title: "A link that is none", Address: "javascript:alert(1)"}} {
		documents = append(documents, store.Document{Kind: store.ArticleDocument, Source: "fmp", Key: fmt.Sprint(i), At: fetched.Add(-time.Duration(i) * time.Hour), Fetched: fetched, Symbols: []string{"ACME"}, Body: body(a)})
	}
	must(st.As(ctx, operator, func(ctx context.Context, tx store.Tx) error {
		if _, err := tx.WriteMarket(ctx, store.Batch{Source: "yahoo", Instruments: []instrument.Instrument{{Symbol: "ACME", Name: "Acme Corporation", Class: instrument.Equity, Currency: "EUR", Exchange: "XETR", Sector: "Industrials", ISIN: "DE000ACME001"}}, Series: []store.Series{bars},
			Actions: []store.Action{{Kind: store.DividendAction, Symbol: "ACME", Date: date.Must(2026, 5, 14), Amount: some("1.20"), Currency: "EUR"}}}); err != nil {
			return err
		}
		if _, err := tx.PutDocuments(ctx, documents); err != nil {
			return err
		}
		score := 97
		need := []store.Need{{Kind: "bars", Symbol: "ACME"}, {Kind: "news", Symbol: "ACME"}}
		if err := tx.NeedSupplies(ctx, need); err != nil {
			return err
		}
		if err := tx.PutSupplies(ctx, []store.Supply{{Kind: "bars", Symbol: "ACME", Provider: "yahoo", Asked: fetched, Succeeded: fetched, First: bars.Dates[0], Last: bars.Dates[len(bars.Dates)-1], Score: &score}}); err != nil {
			return err
		}
		_, err := tx.HoldValues(ctx, []store.HeldValue{{ID: store.NewID(), Kind: store.Prices, Symbol: "ACME", Source: "yahoo", Day: date.Must(2026, 11, 19), Bar: store.Bar{Close: 8100, Open: math.NaN(), High: math.NaN(), Low: math.NaN(), Volume: math.NaN(), Adjusted: math.NaN()}, Finding: "unit-mixup", Reason: "100 times the close before", Expected: 81, Found: fetched}})
		return err
	}))
	_, err = h.svc.Book(ctx, in.Caller, p.ID, store.AnyVersion, []ledger.Transaction{
		{Date: date.Must(2025, 2, 3), Type: ledger.Buy, Account: "Depot", Symbol: "ACME", Quantity: some("120"), Price: some("63.20"), Currency: "EUR"},
		{Date: date.Must(2025, 9, 1), Type: ledger.Buy, Account: "Depot", Symbol: "ACME", Quantity: some("80"), Price: some("61.10"), Currency: "EUR"},
		{Date: date.Must(2026, 6, 1), Type: ledger.Sell, Account: "Depot", Symbol: "ACME", Quantity: some("50"), Price: some("92.40"), Currency: "EUR"}})
	must(err)
	_, err = h.svc.SetTarget(ctx, in.Caller, store.Target{Symbol: "ACME", Price: some("110"), Horizon: date.Must(2027, 11, 30)}, false)
	must(err)
	h.Handler, err = web.New(h.svc, web.Options{Version: "test", Now: now})
	must(err)
	return h
}

// TestInstrumentReference: what sources say stands with its source and day, in one unit a
// table, and what may not be followed is no link.
func TestInstrumentReference(t *testing.T) {
	h := referenceHouse(t)
	w := h.open("/instruments/ACME", nil)
	says(t, w, "Acme Corporation", "ISIN DE000ACME001", "Anvils", ", of 18 Nov 2026, fetched 20 Nov 2026", "48.2", "Price / earnings, trailing 18.52", "14.32%", "512", "28 Jan 2027",
		"Balance sheet", "Income, millions EUR", "FY2025", "15,000.0", "−120.4", "Q3 26", "11,700.0", "Eps diluted", "1.05", "Anvils fall on weak demand", "The Example", "score 97 of 100", "Unit mixed up", "100 times the close before", "110.00 EUR", "Acme makes anvils")
	body := w.Body.String()
	if !strings.Contains(body, `href="https://news.example/anvils"`) || strings.Contains(body, "javascript:alert") {
		t.Error("the links of the news are not what they should be")
	}
	if strings.Contains(body, "NaN") || strings.Contains(body, "simulated") {
		t.Error("the page shows what is not so")
	}
}
