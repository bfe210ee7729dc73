package service

import (
	"context"
	"encoding/json"
	"errors"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/instrument"
	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/finance/money"
	"github.com/foliosight/foliosight/internal/marketdata"
	"github.com/foliosight/foliosight/internal/store"
)

func theDay(text string) date.Date {
	d, err := date.Parse(text)
	if err != nil {
		panic(err)
	}
	return d
}

func someOf(text string) money.Optional { return money.Some(money.MustParse(text)) }

// acme is a share with a split, a dividend, one day without an open, a statement, a
// profile and news, of which a portfolio bought twice and sold once.
func acme(t *testing.T) *world {
	w := newWorld(t)
	nan := math.NaN()
	shared := w.owner.Identity
	shared.Operator = true
	body := func(v any) json.RawMessage {
		b, err := json.Marshal(v)
		w.must(err)
		return b
	}
	w.must(w.store.As(ctx, shared, func(ctx context.Context, tx store.Tx) error {
		_, err := tx.WriteMarket(ctx, store.Batch{Source: "file", Instruments: []instrument.Instrument{{Symbol: "AC.ME/B", Name: "Acme", Currency: "EUR", Class: instrument.Equity}},
			Series: []store.Series{{Kind: store.Prices, Symbol: "AC.ME/B", Currency: "EUR", Dates: []date.Date{theDay("2026-01-05"), theDay("2026-02-02"), theDay("2026-03-02"), theDay("2026-05-29")},
				Open: []float64{98, nan, 60, 63}, High: []float64{101, nan, 62, 66}, Low: []float64{97, nan, 59, 62}, Close: []float64{100, 110, 61, 64}, Volume: []float64{1000, 900, 2000, 2500}}},
			Actions: []store.Action{{Kind: store.SplitAction, Symbol: "AC.ME/B", Date: theDay("2026-02-16"), Ratio: &ledger.Ratio{New: money.Int(2), Old: money.One}},
				{Kind: store.DividendAction, Symbol: "AC.ME/B", Date: theDay("2026-05-29"), Amount: someOf("1"), Currency: "EUR"}}})
		if err != nil {
			return err
		}
		_, err = tx.PutDocuments(ctx, []store.Document{
			{Kind: store.ProfileDocument, Symbol: "AC.ME/B", Source: "fmp", Key: "profile", AsOf: theDay("2026-05-29"), Body: body(marketdata.Profile{Industry: "Anvils", Figures: []marketdata.Fact{{Name: "pe", Value: money.MustParse("18.5"), Unit: "ratio"}}})},
			{Kind: store.StatementDocument, Symbol: "AC.ME/B", Source: "fmp", Key: "income/annual/2025-12-31", AsOf: theDay("2025-12-31"), Body: body(marketdata.Statement{Symbol: "AC.ME/B", Part: "income", Period: "annual", End: theDay("2025-12-31"), Currency: "EUR", Lines: []marketdata.Line{{Name: "total_revenue", Value: money.MustParse("1200000")}}})},
			{Kind: store.StatementDocument, Symbol: "AC.ME/B", Source: "fmp", Key: "income/annual/2024-12-31", AsOf: theDay("2024-12-31"), Body: body(marketdata.Statement{Symbol: "AC.ME/B", Part: "income", Period: "annual", End: theDay("2024-12-31"), Currency: "EUR"})},
			{Kind: store.StatementDocument, Symbol: "AC.ME/B", Source: "alphavantage", Key: "income/annual/2025-12-31", AsOf: theDay("2025-12-31"), Body: body(marketdata.Statement{Symbol: "AC.ME/B", Part: "income", Period: "annual", End: theDay("2025-12-31"), Currency: "EUR"})},
			{Kind: store.ArticleDocument, Source: "fmp", Key: "1", At: time.Date(2026, 5, 28, 8, 0, 0, 0, time.UTC), Symbols: []string{"AC.ME/B"}, Body: body(marketdata.Article{ID: "1", Title: "Anvils fall"})},
		})
		return err
	}))
	_, err := w.s.Book(ctx, w.owner, w.portfolio, store.AnyVersion, []ledger.Transaction{
		{Date: theDay("2026-01-05"), Type: ledger.Buy, Account: "Depot", Symbol: "AC.ME/B", Quantity: someOf("10"), Price: someOf("100"), Currency: "EUR"},
		{Date: theDay("2026-03-02"), Type: ledger.Sell, Account: "Depot", Symbol: "AC.ME/B", Quantity: someOf("8"), Price: someOf("61"), Currency: "EUR"},
	})
	w.must(err)
	return w
}

// TestInstrument: what is stored, what is held and what was sold stand together. 10 pieces
// at 100 became 20 at 50; 8 sold at 61 brought 488 for 400; 12 at 64 are 768 for 600.
func TestInstrument(t *testing.T) {
	w := acme(t)
	d, err := w.s.Instrument(ctx, w.owner, Question{Portfolios: []string{w.portfolio}, Symbol: "AC.ME/B"})
	w.must(err)
	p := d.Prices
	if len(p.Bars.Dates) != 4 || p.Bars.Close[1] != 110 || p.Adjusted.Close[1] != 55 || p.Adjusted.High[0] != 50.5 || p.Adjusted.Volume[0] != 1000 || p.Adjusted.Close[3] != 64 {
		t.Errorf("prices: %+v, adjusted: %+v", p.Bars, p.Adjusted)
	}
	// Of the last step, 61 to 64 with 1 paid, a holder who reinvests has 65/64 of 64/61.
	if got, want := p.Total[2], 61/(1+1.0/64); math.Abs(got-want) > 1e-9 || p.Total[3] != 64 {
		t.Errorf("total return %v, want %v before 64", p.Total, want)
	}
	if len(p.Splits) != 1 || len(p.Dividends) != 1 || len(p.Sources) != 1 || p.Sources[0].Source != "file" || p.Missing != "" {
		t.Errorf("%+v", p)
	}
	h := d.Position.Holding
	if h == nil || h.Quantity.String() != "12" || h.Unrealised.Amount.Decimal.Fixed(0) != "168" || h.UnitCost.Decimal.Fixed(0) != "50" {
		t.Fatalf("holding: %+v", h)
	}
	if c := d.Position.Closed; len(c) != 1 || c[0].Gain.Amount.Decimal.Fixed(0) != "88" || !c[0].Gain.Amount.Decimal.Equal(d.Position.Realised.Amount.Decimal) {
		t.Errorf("closed: %+v, realised %+v", c, d.Position.Realised)
	}
	if d.Quote.Price.Amount.Decimal.String() != "64" || d.Quote.Change.Amount.Decimal.String() != "3" {
		t.Errorf("quote %+v", d.Quote)
	}
	r := d.Reference
	if r.Profile == nil || r.Profile.Source != "fmp" || r.Profile.Figures[0].Value.String() != "18.5" || r.Profile.Day != theDay("2026-05-29") {
		t.Errorf("profile: %+v", r.Profile)
	}
	if s := r.Statements; len(s) != 2 || s[0].Source != "fmp" || s[0].End != theDay("2025-12-31") || s[0].Lines[0].Value.String() != "1200000" {
		t.Errorf("statements: %+v", s)
	}
	if len(r.News) != 1 || r.News[0].Title != "Anvils fall" || r.News[0].Published.Day() != 28 {
		t.Errorf("news: %+v", r.News)
	}
	if why := r.Missing[marketdata.Earnings]; !strings.Contains(why, "not asked for yet") || len(r.Missing) != 1 {
		t.Errorf("missing: %v", r.Missing)
	}
	if len(d.Supply) != len(partWords) || d.Supply[0].Known {
		t.Errorf("supply: %+v", d.Supply)
	}
}

// TestInstrumentResearch: a target holds against the price, and what one member wrote
// alone the other does not see.
func TestInstrumentResearch(t *testing.T) {
	w := acme(t)
	_, err := w.s.SetTarget(ctx, w.owner, store.Target{Symbol: "AC.ME/B", Price: someOf("80"), Horizon: theDay("2027-06-01")}, false)
	w.must(err)
	_, err = w.s.WriteNote(ctx, w.owner, "AC.ME/B", "heavy", false)
	w.must(err)
	q := Question{Portfolios: []string{w.portfolio}, Symbol: "AC.ME/B"}
	d, err := w.s.Instrument(ctx, w.owner, q)
	w.must(err)
	if d.Target == nil || d.Target.Return.Float64() != 0.25 || len(d.Notes) != 1 || len(d.Targets) != 1 {
		t.Errorf("target %+v, notes %+v", d.Target, d.Notes)
	}
}

// TestInstrumentUnknown: what is known of nowhere is not there, and what is only valued
// says that nobody supplies it.
func TestInstrumentUnknown(t *testing.T) {
	w := acme(t)
	q := Question{Portfolios: []string{w.portfolio}, Symbol: "NOBODY"}
	if _, err := w.s.Instrument(ctx, w.owner, q); !errors.Is(err, ErrNotFound) {
		t.Errorf("unknown: %v", err)
	}
	if _, err := w.s.Instrument(ctx, w.owner, Question{Portfolios: []string{w.portfolio}}); err == nil {
		t.Error("a question without a symbol was answered")
	}
	w.must(w.s.DescribeInstrument(ctx, w.owner, instrument.Instrument{Symbol: "HOUSE", Class: instrument.Private, Currency: "EUR"}))
	w.must(w.s.SetOwnPrices(ctx, w.owner, []store.OwnPrice{{Symbol: "HOUSE", Date: theDay("2026-01-05"), Price: money.Int(400000), Currency: "EUR", Valuation: true, Note: "bank"}, {Symbol: "HOUSE", Date: theDay("2026-04-01"), Price: money.Int(412000), Currency: "EUR", Valuation: true}}))
	q.Symbol = "HOUSE"
	d, err := w.s.Instrument(ctx, w.owner, q)
	w.must(err)
	if d.Position.Ever() || d.Position.Holding != nil || d.Position.Realised.Known() || len(d.Prices.Entered) != 2 || d.Prices.Entered[0].Date != theDay("2026-04-01") || d.Prices.Bars.Close[1] != 412000 || d.Prices.Bars.Whole() {
		t.Errorf("%+v", d)
	}
	if why := d.Reference.Missing[marketdata.News]; !strings.Contains(why, "not listed anywhere") {
		t.Errorf("news of a house: %q", why)
	}
	if why := d.Reference.Missing[marketdata.Statements]; !strings.Contains(why, "only companies") {
		t.Errorf("statements of a house: %q", why)
	}
}

// TestInstrumentParts reads prices, statements and news by themselves.
func TestInstrumentParts(t *testing.T) {
	w := acme(t)
	h, err := w.s.InstrumentPrices(ctx, w.owner, "AC.ME/B", false, theDay("2026-02-01"), theDay("2026-03-31"))
	w.must(err)
	if len(h.Bars.Dates) != 2 || h.Bars.Dates[0] != theDay("2026-02-02") || len(h.Total) != 2 || h.Adjusted.Close[0] != 55 {
		t.Errorf("%+v", h)
	}
	if h, err = w.s.InstrumentPrices(ctx, w.owner, "AC.ME/B", false, theDay("2027-01-01"), 0); err != nil || len(h.Bars.Dates) != 0 {
		t.Errorf("after all prices: %v %+v", err, h.Bars)
	}
	var fault *ledger.Fault
	if _, err = w.s.InstrumentPrices(ctx, w.owner, "AC.ME/B", false, theDay("2027-01-01"), theDay("2026-01-01")); !errors.As(err, &fault) || fault.Field != "to" {
		t.Errorf("backwards: %v", err)
	}
	if _, err = w.s.InstrumentPrices(ctx, w.owner, "AC.ME/B", true, 0, 0); !errors.Is(err, ErrNotFound) {
		t.Errorf("the simulated market has it: %v", err)
	}
	all, missing, err := w.s.InstrumentStatements(ctx, w.owner, "AC.ME/B")
	w.must(err)
	if len(all) != 2 || missing != "" {
		t.Errorf("%+v %q", all, missing)
	}
	page, err := w.s.InstrumentNews(ctx, w.owner, "OTHER", "", 10)
	w.must(err)
	if len(page.Articles) != 0 || !strings.Contains(page.Missing, "not asked for yet") {
		t.Errorf("%+v", page)
	}
}
