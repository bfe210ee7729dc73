package storetest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/internal/store"
)

func documents(t *testing.T, s store.Store) {
	h := build(t, s, "ada")
	id := operator(h.owner)
	statement := func(symbol, key, asOf, revenue string) store.Document {
		return store.Document{Kind: store.StatementDocument, Symbol: symbol, Source: "fmp", Key: key, AsOf: date.MustParse(asOf), Fetched: epoch, Body: json.RawMessage(`{"revenue": ` + revenue + `, "a": [1, "ü"]}`)}
	}
	put := func(all ...store.Document) (changed int) {
		t.Helper()
		as(t, s, id, func(ctx context.Context, tx store.Tx) {
			var err error
			changed, err = tx.PutDocuments(ctx, all)
			check(t, err)
		})
		return changed
	}
	of2024, of2025 := statement("ACME", "income/2024", "2024-12-31", "12345678901234567.890"), statement("ACME", "income/2025", "2025-12-31", "2")
	wantEqual(t, put(of2025, of2024, statement("BETA", "income/2025", "2025-12-31", "3")), 3, "new documents")
	later := of2024
	later.Fetched = epoch.Add(time.Hour)
	wantEqual(t, put(later, of2025), 0, "documents that say the same")
	restated := statement("ACME", "income/2025", "2025-12-31", "2.5")
	restated.Fetched = epoch.Add(time.Hour)
	wantEqual(t, put(of2024, restated), 1, "documents of which one was restated")
	profile := store.Document{Kind: store.ProfileDocument, Symbol: "ACME", Source: "yahoo", Key: "profile", Body: json.RawMessage(`{}`)}
	other := profile
	other.Source, other.AsOf = "fmp", date.MustParse("2025-06-30")
	wantEqual(t, put(profile, other), 2, "profiles of two sources")

	keys := func(q store.DocumentQuery) string {
		t.Helper()
		var lines []string
		read(t, s, h.member, func(ctx context.Context, v store.View) {
			all, err := v.Documents(ctx, q)
			check(t, err)
			for _, d := range all {
				lines = append(lines, d.Symbol+" "+d.Source+" "+d.Key)
			}
		})
		return strings.Join(lines, ", ")
	}
	wantEqual(t, keys(store.DocumentQuery{Kind: store.StatementDocument}), "ACME fmp income/2025, ACME fmp income/2024, BETA fmp income/2025", "statements")
	wantEqual(t, keys(store.DocumentQuery{Kind: store.StatementDocument, Newest: 1}), "ACME fmp income/2025, BETA fmp income/2025", "the newest of each")
	wantEqual(t, keys(store.DocumentQuery{Kind: store.StatementDocument, Symbols: []string{"BETA", "none"}}), "BETA fmp income/2025", "those of one symbol")
	wantEqual(t, keys(store.DocumentQuery{Kind: store.StatementDocument, Symbols: []string{}}), "", "those of no symbol")
	wantEqual(t, keys(store.DocumentQuery{Kind: store.ProfileDocument, Symbols: []string{"ACME"}}), "ACME fmp profile, ACME yahoo profile", "profiles, the one with a day first")
	wantEqual(t, keys(store.DocumentQuery{Kind: store.ProfileDocument, Source: "yahoo"}), "ACME yahoo profile", "profiles of one source")
	read(t, s, h.member, func(ctx context.Context, v store.View) {
		all, err := v.Documents(ctx, store.DocumentQuery{Kind: store.StatementDocument, Symbols: []string{"ACME"}})
		check(t, err)
		wantEqual(t, all[0].Fetched.Equal(epoch.Add(time.Hour)) && all[1].Fetched.Equal(epoch), true, "when each was first fetched as it is")
		wantEqual(t, all[1].AsOf, of2024.AsOf, "day")
		var body struct {
			Revenue json.Number
			A       []any
		}
		check(t, json.Unmarshal(all[1].Body, &body))
		wantEqual(t, body.Revenue.String()+fmt.Sprint(body.A), "12345678901234567.890[1 ü]", "body, to the last digit")
	})
	as(t, s, id, func(ctx context.Context, tx store.Tx) {
		coming := store.Document{Kind: store.EarningsDocument, Symbol: "ACME", Source: "fmp", Key: "date/2026-07-30", AsOf: date.MustParse("2026-07-30"), Body: json.RawMessage(`{}`)}
		moved, past, other := coming, coming, coming
		moved.Key, moved.AsOf = "date/2026-08-01", date.MustParse("2026-08-01")
		past.Key, past.AsOf = "date/2026-04-30", date.MustParse("2026-04-30")
		other.Source = "yahoo"
		_, err := tx.PutDocuments(ctx, []store.Document{coming, moved, past, other})
		check(t, err)
		n, err := tx.DropDocuments(ctx, store.EarningsDocument, "ACME", "fmp", date.MustParse("2026-06-01"), []string{moved.Key})
		check(t, err)
		wantEqual(t, n, 1, "what is not expected any more")
	})
	wantEqual(t, keys(store.DocumentQuery{Kind: store.EarningsDocument}), "ACME fmp date/2026-08-01, ACME yahoo date/2026-07-30, ACME fmp date/2026-04-30", "what is left of the expected")
	for what, bad := range map[string]store.Document{
		"half a body": {Kind: store.ProfileDocument, Symbol: "A", Source: "x", Key: "k", Body: json.RawMessage(`{"a":`)},
		"NUL":         {Kind: store.ProfileDocument, Symbol: "A", Source: "x", Key: "k", Body: json.RawMessage(`{"a":"\u0000"}`)},
		"no source":   {Kind: store.ProfileDocument, Symbol: "A", Key: "k", Body: json.RawMessage(`{}`)},
		"no symbol":   {Kind: store.ProfileDocument, Source: "x", Key: "k", Body: json.RawMessage(`{}`)},
		"no time":     {Kind: store.ArticleDocument, Source: "x", Key: "k", Body: json.RawMessage(`{}`)},
	} {
		err := s.As(ctx, id, func(ctx context.Context, tx store.Tx) error {
			_, err := tx.PutDocuments(ctx, []store.Document{profile, bad})
			return err
		})
		var fault *ledger.Fault
		if !errors.As(err, &fault) || fault.Row != 2 {
			t.Errorf("%s: %v", what, err)
		}
	}
	err := s.As(ctx, h.owner, func(ctx context.Context, tx store.Tx) error {
		_, err := tx.PutDocuments(ctx, []store.Document{profile})
		return err
	})
	wantError(t, err, store.ErrForbidden, "a document written by who is no operator")
}

func articles(t *testing.T, s store.Store) {
	h := build(t, s, "ada")
	id := operator(h.owner)
	article := func(n int, symbols ...string) store.Document {
		return store.Document{Kind: store.ArticleDocument, Source: "wire", Key: fmt.Sprintf("https://example.org/%02d", n), At: epoch.Add(time.Duration(n/2) * time.Hour), Fetched: epoch, Symbols: symbols,
			Body: json.RawMessage(fmt.Sprintf(`{"n": %d}`, n))}
	}
	var all []store.Document
	for n := range 10 {
		symbols := []string{"ACME"}
		if n%3 == 0 {
			symbols = append(symbols, "BETA", "BETA")
		}
		if n == 7 {
			symbols = nil
		}
		all = append(all, article(n, symbols...))
	}
	as(t, s, id, func(ctx context.Context, tx store.Tx) {
		changed, err := tx.PutDocuments(ctx, all)
		check(t, err)
		wantEqual(t, changed, 10, "articles")
		changed, err = tx.PutDocuments(ctx, []store.Document{article(9, "GAMMA"), article(8, "ACME")})
		check(t, err)
		wantEqual(t, changed, 1, "an article that is about another now")
	})
	read(t, s, h.member, func(ctx context.Context, v store.View) {
		about, err := v.Mentioned(ctx, "wire", []string{"https://example.org/06", "https://example.org/07", "https://example.org/09"})
		check(t, err)
		wantEqual(t, fmt.Sprint(about), "map[https://example.org/06:[ACME BETA] https://example.org/09:[GAMMA]]", "what articles are about")
	})
	list := func(q store.ArticleQuery) string {
		t.Helper()
		var seen []string
		read(t, s, h.member, func(ctx context.Context, v store.View) {
			for range 20 {
				p, err := v.Articles(ctx, q)
				check(t, err)
				for _, d := range p.Articles {
					seen = append(seen, strings.TrimPrefix(d.Key, "https://example.org/"))
				}
				if q.After = p.Next; p.Next == "" {
					break
				}
			}
		})
		return strings.Join(seen, " ")
	}
	for _, limit := range []int{0, 1, 2, 3, 100} {
		wantEqual(t, list(store.ArticleQuery{Limit: limit}), "09 08 07 06 05 04 03 02 01 00", "all news")
		wantEqual(t, list(store.ArticleQuery{Symbols: []string{"BETA", "ACME", "BETA"}, Limit: limit}), "08 06 05 04 03 02 01 00", "news about two")
		wantEqual(t, list(store.ArticleQuery{Symbols: []string{"BETA"}, Limit: limit}), "06 03 00", "news about one")
		wantEqual(t, list(store.ArticleQuery{Symbols: []string{}, Limit: limit}), "", "news about none")
	}
	as(t, s, id, func(ctx context.Context, tx store.Tx) {
		n, err := tx.DropArticles(ctx, epoch.Add(3*time.Hour))
		check(t, err)
		wantEqual(t, n, 6, "articles dropped")
	})
	wantEqual(t, list(store.ArticleQuery{Symbols: []string{"ACME", "GAMMA", "BETA"}}), "09 08 06", "news left")
	for what, cursor := range map[string]string{"one part": "eA", "no time": "eWVzdGVyZGF5AHdpcmUAMQ", "no text": "MjAyNi0wMS0wNVQxMjowMDowMC4wMDAwMDBaAHdpcmUA_w"} {
		err := s.Read(ctx, h.member, func(ctx context.Context, v store.View) error {
			_, err := v.Articles(ctx, store.ArticleQuery{After: cursor})
			return err
		})
		var fault *ledger.Fault
		if !errors.As(err, &fault) || fault.Field != "after" || fault.Cure == "" {
			t.Errorf("a cursor that is none, %s: %v", what, err)
		}
	}
}

func aliases(t *testing.T, s store.Store) {
	h := build(t, s, "ada")
	id := operator(h.owner)
	day := date.MustParse
	as(t, s, id, func(ctx context.Context, tx store.Tx) {
		n, err := tx.PutAliases(ctx, []store.Alias{
			{Scheme: "isin", Value: "US30303M1027", Symbol: "FB", Source: "openfigi"},
			{Scheme: "isin", Value: "US30303M1027", Symbol: "FB", Source: "openfigi"},
			{Scheme: store.TickerScheme, Value: "FB", Symbol: "FB", From: day("2012-05-18"), Source: "polygon"},
		})
		check(t, err)
		wantEqual(t, n, 2, "new names")
		for range 2 { // safe to say twice
			check(t, tx.RenameSymbol(ctx, "FB", "META", day("2022-06-09"), "polygon"))
		}
		_, err = tx.PutAliases(ctx, []store.Alias{{Scheme: store.TickerScheme, Value: "FB", Symbol: "FB.ETF", From: day("2025-03-01"), Source: "polygon"}})
		check(t, err)
	})
	read(t, s, h.member, func(ctx context.Context, v store.View) {
		for _, c := range []struct{ scheme, value, on, want string }{
			{"isin", "US30303M1027", "2015-01-01", "META"}, {"ticker", "FB", "2022-06-08", "META"}, {"ticker", "FB", "2022-06-09", ""}, {"ticker", "FB", "2026-01-01", "FB.ETF"},
			{"ticker", "FB", "2012-05-17", ""}, {"ticker", "META", "2022-06-09", "META"}, {"ticker", "META", "2022-06-08", ""}, {"ticker", "NONE", "2022-06-08", ""},
		} {
			got, err := v.Resolve(ctx, c.scheme, c.value, day(c.on))
			if c.want == "" {
				wantError(t, err, store.ErrNotFound, c.value+" on "+c.on)
				continue
			}
			check(t, err)
			wantEqual(t, got, c.want, c.value+" on "+c.on)
		}
		meant, err := v.Meanings(ctx, store.TickerScheme, "FB")
		check(t, err)
		if len(meant) != 2 || meant[0].Symbol != "META" || meant[0].Until != day("2022-06-09") || meant[1].Symbol != "FB.ETF" || !meant[1].Until.IsNone() {
			t.Errorf("FB means %v", meant)
		}
		all, err := v.Aliases(ctx, "META")
		check(t, err)
		var lines []string
		for _, a := range all {
			lines = append(lines, fmt.Sprint(a.Scheme, " ", a.Value, " ", a.From.IsNone(), " ", a.Until))
		}
		if len(all) != 3 || all[1].Value != "FB" || all[1].From != day("2012-05-18") || all[1].Until != day("2022-06-09") || !all[0].From.IsNone() || !all[2].Until.IsNone() {
			t.Errorf("names: %v", lines)
		}
	})
	err := s.As(ctx, h.owner, func(ctx context.Context, tx store.Tx) error {
		return tx.RenameSymbol(ctx, "META", "FB", day("2024-01-01"), "me")
	})
	wantError(t, err, store.ErrForbidden, "a rename by who is no operator")
}

// randomAliases holds names against a plain model: of each day, what was said last about
// days from it back to the nearest beginning.
func randomAliases(t *testing.T, s store.Store) {
	h := build(t, s, "ada")
	id := operator(h.owner)
	first := date.MustParse("2020-01-01")
	for seed := range uint64(6) {
		r := rand.New(rand.NewPCG(seed, 5))
		value := fmt.Sprint("V", seed)
		begins := map[date.Date]string{} // the symbol that begins on a day
		as(t, s, id, func(ctx context.Context, tx store.Tx) {
			for range 8 {
				from, symbol := first+date.Date(r.IntN(20)), fmt.Sprint("S", r.IntN(3))
				_, err := tx.PutAliases(ctx, []store.Alias{{Scheme: "x", Value: value, Symbol: symbol, From: from, Source: "t"}})
				check(t, err)
				known := meant(begins, from, first) == symbol
				for d := range begins {
					known = known && d <= from
				}
				if !known { // what holds already in all of that time is nothing new
					begins[from] = symbol
				}
			}
			for on := first; on < first+25; on++ {
				want := meant(begins, on, first)
				got, err := tx.Resolve(ctx, "x", value, on)
				if want == "" && errors.Is(err, store.ErrNotFound) {
					continue
				}
				check(t, err)
				if got != want {
					t.Fatalf("seed %d: on %s %q, want %q of %v", seed, on, got, want, begins)
				}
			}
		})
	}
}

// meant is the symbol that began last by a day, not before the first.
func meant(begins map[date.Date]string, on, first date.Date) string {
	for d := on; d >= first; d-- {
		if s, ok := begins[d]; ok {
			return s
		}
	}
	return ""
}
