package service

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/instrument"
	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/finance/money"
	"github.com/foliosight/foliosight/internal/store"
)

func (w *world) prices(text string, o PriceOptions) *PriceImport {
	w.t.Helper()
	r, err := w.s.ImportPrices(ctx, w.owner, []File{{Name: "prices.csv", Content: []byte(text)}}, o)
	w.must(err)
	return r
}

func (w *world) value(q Question) string {
	w.t.Helper()
	if len(q.Portfolios) == 0 {
		q.Portfolios = []string{w.portfolio}
	}
	a, err := w.s.Analysis(ctx, w.owner, q)
	w.must(err)
	return a.Summary.Value.Amount.Decimal.String() + " " + string(a.Summary.Value.Status)
}

func wantValue(t *testing.T, got, want, what string) {
	t.Helper()
	if got != want {
		t.Errorf("%s: value %s, want %s", what, got, want)
	}
}

// Prices change what is shown as soon as they are there; what a person enters wins on
// its day; what was known before can still be asked for.
func TestPricesAndValues(t *testing.T) {
	w := newWorld(t)
	w.book("2024-01-02 deposit 1000", "2024-01-03 buy 10 ACME @ 50")
	wantValue(t, w.value(Question{}), "500 partial", "without a price")
	w.clock = w.clock.Add(time.Hour)
	r := w.prices("date,symbol,close\n2024-01-03,ACME,50\n2024-01-04,ACME,52.5\n", PriceOptions{Currency: "EUR"})
	if r.Added != 2 || r.Files[0].Symbols != 1 || r.Files[0].To != date.MustParse("2024-01-04") {
		t.Errorf("import: %+v", r)
	}
	wantValue(t, w.value(Question{}), "1025 complete", "with a price")
	w.clock = w.clock.Add(time.Hour)
	w.must(w.s.SetOwnPrices(ctx, w.owner, []store.OwnPrice{{Symbol: "ACME", Date: date.MustParse("2024-01-04"), Price: money.MustParse("60.123456789012345678"), Currency: "EUR"}}))
	wantValue(t, w.value(Question{}), "1101.23 complete", "with a price entered by hand")
	wantValue(t, w.value(Question{KnownOn: w.clock.Add(-time.Minute)}), "1025 complete", "as known before it was entered")
	wantValue(t, w.value(Question{KnownOn: w.clock.Add(-61 * time.Minute)}), "500 partial", "as known before any price")
	wantValue(t, w.value(Question{AsOf: date.MustParse("2024-01-03")}), "1000 complete", "as of the day before")
	w.must(w.s.DeleteOwnPrice(ctx, w.owner, "ACME", date.MustParse("2024-01-04")))
	wantValue(t, w.value(Question{}), "1025 complete", "without it again")

	for what, p := range map[string]store.OwnPrice{
		"currency": {Symbol: "ACME", Date: 19000, Price: money.One, Currency: "euro"},
		"price":    {Symbol: "ACME", Date: 19000, Price: money.Int(-1), Currency: "EUR"},
		"date":     {Symbol: "ACME", Date: date.MustParse("2030-01-01"), Price: money.One, Currency: "EUR"},
		"symbol":   {Date: 19000, Price: money.One, Currency: "EUR"},
	} {
		wantFault(t, w.s.SetOwnPrices(ctx, w.owner, []store.OwnPrice{p}), 1, what, "a wrong "+what)
	}
}

// A price is in the currency of its instrument, or it is refused.
func TestPriceInAnotherCurrency(t *testing.T) {
	w := newWorld(t)
	w.must(w.s.DescribeInstrument(ctx, w.owner, instrument.Instrument{Symbol: "ACME", Currency: "USD", Class: instrument.Equity}))
	err := w.s.SetOwnPrices(ctx, w.owner, []store.OwnPrice{{Symbol: "ACME", Date: 19000, Price: money.One, Currency: "EUR"}})
	wantFault(t, err, 1, "currency", "a price in euro of what is quoted in dollars")
}

// Splits that are known settle prices that come later, and a holding across a split is
// right on both of its sides.
func TestSplitSettlesPrices(t *testing.T) {
	w := newWorld(t)
	w.book("2024-01-01 deposit 1000", "2024-01-02 buy 10 ACME @ 100")
	w.prices("ex_date,symbol,type,value\n2024-01-04,ACME,split,2.0\n2024-01-05,ACME,dividend,1\n", PriceOptions{Currency: "EUR", Basis: "traded"})
	// The file is adjusted for the split: 50 on the day before it was 100 as traded.
	r := w.prices("date,symbol,close\n2024-01-02,ACME,50\n2024-01-03,ACME,50\n2024-01-04,ACME,51\n2024-01-05,ACME,52\n", PriceOptions{Currency: "EUR", Basis: "split-adjusted"})
	if r.Files[0].Basis != "split-adjusted" || r.Added != 4 {
		t.Errorf("import: %+v", r)
	}
	for day, want := range map[string]string{"2024-01-03": "1000", "2024-01-04": "1020", "2024-01-05": "1040"} {
		wantValue(t, w.value(Question{AsOf: date.MustParse(day)}), want+" complete", day)
	}
}

// A file that cannot be settled, or read, brings nothing, and neither do those beside it.
func TestPricesAllOrNothing(t *testing.T) {
	w := newWorld(t)
	good := File{Name: "good.csv", Content: []byte("date,symbol,close\n2024-01-02,GOOD,50\n")}
	bad := File{Name: "bad.csv", Content: []byte("date,symbol,close\n2024-01-02,ACME,fifty\n")}
	_, err := w.s.ImportPrices(ctx, w.owner, []File{good, bad}, PriceOptions{Currency: "EUR"})
	if err == nil || !strings.Contains(err.Error(), "bad.csv") {
		t.Errorf("a file that is none: %v", err)
	}
	_, err = w.s.ImportPrices(ctx, w.owner, []File{good}, PriceOptions{Basis: "guess"})
	wantFault(t, err, 0, "basis", "a basis that is none")
	_, err = w.s.ImportPrices(ctx, w.owner, []File{good}, PriceOptions{Source: store.Simulated})
	wantFault(t, err, 0, "source", "the name of the simulated market")
	all, err := w.s.DataStatus(ctx, w.owner, "", date.None)
	w.must(err)
	if len(all) != 0 {
		t.Errorf("series: %+v", all)
	}
}

// What one who is no operator imports is the tenant's own and changes nobody else's.
// What a fund holds comes with a file, is shown behind the fund, and goes through funds
// that hold funds; as known before the file it is not known.
func TestHoldingsOfFunds(t *testing.T) {
	w := newWorld(t)
	w.must(w.s.DescribeInstrument(ctx, w.owner, instrument.Instrument{Symbol: "WORLD", Currency: "EUR", Class: instrument.ETF, Name: "A world fund"}))
	w.book("2024-01-02 deposit 1000", "2024-01-03 buy 10 WORLD @ 50", "2024-01-03 buy 5 ACME @ 50")
	w.prices("date,symbol,close\n2024-01-03,WORLD,60\n2024-01-03,ACME,50\n", PriceOptions{Currency: "EUR"})
	names := func(q Question) string {
		q.Portfolios = []string{w.portfolio}
		a, err := w.s.Analysis(ctx, w.owner, q)
		w.must(err)
		out := ""
		for _, x := range a.Risk.Concentration.LookThrough.Names {
			out += fmt.Sprint(x.Key, " ", x.Rest, " ", x.Net, " ", x.Direct, ", ")
		}
		for _, h := range a.Holdings {
			if h.Instrument.Composition != nil {
				t.Error("a holding carries the list of what it holds")
			}
		}
		return out
	}
	wantEqual := func(got, want, what string) {
		t.Helper()
		if got != want {
			t.Errorf("%s: %s, want %s", what, got, want)
		}
	}
	wantEqual(names(Question{}), "WORLD false 600 600, ACME false 250 250, ", "before the file")
	before := w.clock
	w.clock = w.clock.Add(time.Hour)
	r := w.prices("fund,symbol,name,weight,country,as_of\nWORLD,ACME,Acme,40%,DE,2023-12-29\nWORLD,ASIA,A fund of Asia,50%,,2023-12-29\nASIA,TKY,Tokyo,80%,JP,2023-12-29\n", PriceOptions{})
	if r.Instruments != 2 || r.Files[0].Symbols != 2 || r.Files[0].Rows != 3 || r.Files[0].To != date.MustParse("2023-12-29") {
		t.Errorf("import: %+v", r)
	}
	wantEqual(names(Question{}), "ACME false 490 250, TKY false 240 0, ASIA true 60 0, WORLD true 60 0, ", "behind the funds")
	wantEqual(names(Question{KnownOn: before}), "WORLD false 600 600, ACME false 250 250, ", "as known before")
	_, err := w.s.ImportPrices(ctx, w.owner, []File{{Name: "p.csv", Content: []byte("fund,symbol,weight\nWORLD,ACME,60%\nWORLD,B,60%\n")}}, PriceOptions{})
	wantFault(t, err, 2, "weight", "weights of more than the whole")
	err = w.s.DescribeInstrument(ctx, w.owner, instrument.Instrument{Symbol: "WORLD", Currency: "EUR", Composition: &instrument.Composition{}})
	wantFault(t, err, 0, "composition.constituents", "an empty composition")
}

func TestPricesOfATenant(t *testing.T) {
	w := newWorld(t)
	w.prices("date,symbol,close\n2024-01-02,ACME,50\n", PriceOptions{Currency: "EUR"})
	other := store.Identity{Tenant: store.NewID(), User: store.NewID()}
	w.must(w.store.Found(ctx, store.Tenant{ID: other.Tenant, Name: "other"}, store.User{ID: other.User, Email: "eve@example.org", Name: "Eve", BaseCurrency: "EUR"}, false))
	eve := Caller{Identity: other}
	_, err := w.s.ImportPrices(ctx, eve, []File{{Name: "p.csv", Content: []byte("date,symbol,close\n2024-01-02,ACME,1\n")}}, PriceOptions{Currency: "EUR"})
	w.must(err)
	for _, c := range []struct {
		who  Caller
		want string
	}{{w.owner, "[ACME file false]"}, {eve, "[ACME file true ACME file false]"}} {
		all, err := w.s.DataStatus(ctx, c.who, "", date.None)
		w.must(err)
		var got []string
		for _, s := range all {
			got = append(got, fmt.Sprint(s.Symbol, " ", s.Source, " ", s.Own))
		}
		if fmt.Sprint(got) != c.want {
			t.Errorf("series: %v, want %s", got, c.want)
		}
	}
}

func TestDataStatus(t *testing.T) {
	w := newWorld(t)
	w.book("2024-01-01 deposit 1000", "2024-01-02 buy 1 ACME @ 100", "2024-01-02 buy 1 OLD @ 100", "2024-01-02 buy 1 NONE @ 100", "2024-01-02 buy 1 SOLD @ 100", "2024-01-03 sell 1 SOLD @ 100")
	w.prices("date,symbol,close\n2024-01-12,ACME,50\n2024-01-03,OLD,50\n2024-01-03,SOLD,50\n", PriceOptions{Currency: "EUR"})
	all, err := w.s.DataStatus(ctx, w.owner, w.portfolio, date.None)
	w.must(err)
	var got []string
	for _, s := range all {
		got = append(got, fmt.Sprint(s.Symbol, " ", s.Status, " ", s.Age))
	}
	// From Wednesday the 3rd to Friday the 12th there are seven weekdays.
	if want := "[ACME complete 0 NONE unavailable 0 OLD stale 7]"; fmt.Sprint(got) != want {
		t.Errorf("status: %v, want %s", got, want)
	}
}

// Several portfolios together: the sum of each, splits booked in one and listed by the
// market for the other, accounts of one name kept apart.
func TestPortfoliosTogether(t *testing.T) {
	w := newWorld(t)
	w.prices("ex_date,symbol,type,value\n2024-01-04,ACME,split,2.0\n", PriceOptions{Currency: "EUR"})
	w.prices("date,symbol,close\n2024-01-02,ACME,100\n2024-01-03,ACME,100\n2024-01-04,ACME,51\n", PriceOptions{Currency: "EUR", Basis: "traded"})
	w.book("2024-01-01 deposit 1000", "2024-01-02 buy 10 ACME @ 100")
	second := w.create("Second")
	split := ledger.Transaction{Date: date.MustParse("2024-01-04"), Type: ledger.Split, Symbol: "ACME", Currency: "EUR", Ratio: &ledger.Ratio{New: money.Int(2), Old: money.One}}
	_, err := w.s.Book(ctx, w.owner, second, store.AnyVersion, []ledger.Transaction{booking(t, "2024-01-01 deposit 500"), booking(t, "2024-01-02 buy 5 ACME @ 100"), split})
	w.must(err)
	wantValue(t, w.value(Question{}), "1020 complete", "the first")
	wantValue(t, w.value(Question{Portfolios: []string{second}}), "510 complete", "the second")
	a, err := w.s.Analysis(ctx, w.owner, Question{})
	w.must(err)
	if got := a.Summary.Value.Amount.Decimal.String(); got != "1530" {
		t.Errorf("together: %s, want 1530", got)
	}
	if len(a.Holdings) != 1 || len(a.Holdings[0].Accounts) != 2 || a.Holdings[0].Quantity.String() != "30" {
		t.Errorf("holdings together: %+v", a.Holdings)
	}

	// Simulated portfolios are another world.
	_, err = w.s.CreatePortfolio(ctx, w.owner, NewPortfolio{Name: "Toy", Simulated: true})
	w.must(err)
	if a, err = w.s.Analysis(ctx, w.owner, Question{}); err != nil || a.Summary.Value.Amount.Decimal.String() != "1530" {
		t.Errorf("with a simulated one beside them: %v", err)
	}
}

// The demonstration: seeded once, made anew on request, the same figures both times.
func TestDemo(t *testing.T) {
	w := newWorld(t)
	asOf := date.MustParse("2026-05-29")
	first, err := w.s.SeedDemo(ctx, w.owner, asOf)
	w.must(err)
	if len(first) != 3 {
		t.Fatalf("%d portfolios", len(first))
	}
	_, err = w.s.SeedDemo(ctx, w.owner, asOf)
	wantError(t, err, ErrSeeded, "seeding twice")
	var before []string
	for _, p := range first {
		before = append(before, w.value(Question{Portfolios: []string{p.ID}}))
	}
	second, err := w.s.ResetDemo(ctx, w.owner, asOf)
	w.must(err)
	for i, p := range second {
		wantValue(t, w.value(Question{Portfolios: []string{p.ID}}), before[i], p.Name+" after a reset")
		a, err := w.s.Analysis(ctx, w.owner, Question{Portfolios: []string{p.ID}})
		w.must(err)
		if !a.Simulated || a.AsOf != asOf || len(a.Data.Unpriced) != 0 {
			t.Errorf("%s: simulated %v, as of %s, without price %v", p.Name, a.Simulated, a.AsOf, a.Data.Unpriced)
		}
		// Each book passes what a person's booking has to pass.
		w.must(w.s.read(ctx, w.owner, func(ctx context.Context, v store.View) error {
			d, err := w.s.openDraft(ctx, v, p)
			if err != nil {
				return err
			}
			if faults := ledger.Validate(d.kept, d.instrument, asOf); len(faults) > 0 {
				return faults
			}
			_, err = d.fold()
			return err
		}))
	}
}

// A chain of quotes that is imported marks the option that is held and is not in it, and
// values the one that is.
func TestOptionChains(t *testing.T) {
	w := newWorld(t)
	w.book("2024-01-02 deposit 100000", "2024-01-03 buy 10 ACME @ 100", "2024-01-03 buy 2 ACME240315C00100000 @ 5", "2024-01-03 buy 1 ACME240315C00105000 @ 3")
	w.prices("date,symbol,close\n2024-01-03,ACME,100\n2024-01-04,ACME,100\n", PriceOptions{Currency: "EUR"})
	text := "date,underlying,expiry,type,strike,bid,ask\n"
	for _, q := range []string{"90,11.0,11.2,1.0,1.2", "95,7.6,7.8,2.6,2.8", "105,3.0,3.2,8.0,8.2", "110,1.7,1.9,11.7,11.9"} {
		f := strings.Split(q, ",")
		text += fmt.Sprintf("2024-01-04,ACME,2024-03-15,call,%s,%s,%s\n2024-01-04,ACME,2024-03-15,put,%s,%s,%s\n", f[0], f[1], f[2], f[0], f[3], f[4])
	}
	r := w.prices(text, PriceOptions{})
	if r.Files[0].Kind != "option quotes" || r.Files[0].Symbols != 8 || !strings.Contains(strings.Join(r.Files[0].Notes, " "), "spread") {
		t.Errorf("import: %+v", r.Files[0])
	}
	a, err := w.s.Analysis(ctx, w.owner, Question{Portfolios: []string{w.portfolio}})
	w.must(err)
	found := 0
	for _, h := range a.Holdings {
		switch h.Symbol {
		case "ACME240315C00105000":
			found++
			if h.Value.Amount.Decimal.String() != "310" || h.Value.Status != "complete" {
				t.Errorf("quoted: %v", h.Value)
			}
		case "ACME240315C00100000":
			found++
			if x := h.Value.Float64(); h.Value.Status != "estimated" || !(x > 2*310 && x < 2*770) {
				t.Errorf("not quoted: %v", h.Value)
			}
		}
	}
	if found != 2 {
		t.Errorf("%d of 2 options are held", found)
	}
}
