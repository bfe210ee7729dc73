package service

import (
	"archive/zip"
	"bytes"
	"context"
	"io"
	"strings"
	"testing"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/money"
	"github.com/foliosight/foliosight/internal/store"
)

// What somebody wrote about instruments, and the income proposed to them, goes with them.
func TestExportHasResearchAndIncome(t *testing.T) {
	w, _ := accounts(t)
	p, err := w.s.CreatePortfolio(ctx, w.owner, NewPortfolio{Name: "Dividends"})
	w.must(err)
	price := func(of string) store.Target {
		return store.Target{Symbol: "ACME", Price: money.Some(money.MustParse(of)), Currency: "USD"}
	}
	list := store.NewID()
	w.must(w.s.store.As(ctx, w.owner.Identity, func(ctx context.Context, tx store.Tx) error {
		if _, err := tx.PutWatchlist(ctx, store.Watchlist{ID: list, Name: "Tech"}); err != nil {
			return err
		}
		if err := tx.PutWatchEntry(ctx, list, store.WatchEntry{Symbol: "WATCHED"}); err != nil {
			return err
		}
		for _, of := range []string{"101.5", "202.5"} {
			if _, err := tx.SetTarget(ctx, price(of)); err != nil {
				return err
			}
		}
		if _, err := tx.PutResearchNote(ctx, store.ResearchNote{ID: store.NewID(), Symbol: "ACME", Text: "a moat"}); err != nil {
			return err
		}
		_, err := tx.Propose(ctx, []store.Proposal{{Portfolio: p.ID, Symbol: "ACME", ExDate: date.MustParse("2025-03-03"), Amount: money.MustParse("0.125"), Currency: "USD",
			Quantity: money.Int(8), Gross: money.Int(1), Source: "fmp", Kind: store.ProposedDividend}})
		return err
	}))
	var b bytes.Buffer
	w.must(w.s.ExportMe(ctx, w.owner, &b))
	z, err := zip.NewReader(bytes.NewReader(b.Bytes()), int64(b.Len()))
	w.must(err)
	for name, parts := range map[string][]string{
		"research.json":                    {"Tech", "WATCHED", "101.5", "202.5", "a moat"},
		"portfolios/Dividends.income.json": {`"2025-03-03"`, `"0.125"`, `"open"`, `"withholding": null`},
	} {
		f, err := z.Open(name)
		w.must(err)
		content, err := io.ReadAll(f)
		w.must(err)
		for _, part := range parts {
			if !strings.Contains(string(content), part) {
				t.Errorf("%s has no %s: %s", name, part, content)
			}
		}
	}
}
