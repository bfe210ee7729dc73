package portfolio_test

import (
	"bytes"
	"encoding/json"
	"math/rand/v2"
	"slices"
	"sort"
	"testing"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/finance/money"
	"github.com/foliosight/foliosight/finance/portfolio"
	"github.com/foliosight/foliosight/internal/workload"
)

// edit changes a ledger as a person does and returns the first day it touched.
func edit(g *rand.Rand, txs []ledger.Transaction) ([]ledger.Transaction, date.Date) {
	txs = slices.Clone(txs)
	at := g.IntN(len(txs))
	day := txs[at].Date
	switch g.IntN(5) {
	case 0: // taken out
		return slices.Delete(txs, at, at+1), day
	case 1: // one more, like another
		more := txs[at]
		more.ID, more.Date = "new", more.Date+date.Date(g.IntN(30))
		return append(txs, more), more.Date
	case 2: // another quantity
		if q := txs[at].Quantity; q.Known {
			txs[at].Quantity = money.Some(q.Decimal.Add(money.New(1+g.Int64N(30), 1)))
			txs[at].Amount = money.Optional{}
		}
	case 3: // another amount
		if a := txs[at].Amount; a.Known {
			txs[at].Amount = money.Some(a.Decimal.Add(money.New(g.Int64N(1000), 2)))
		}
	default: // another day
		txs[at].Date += date.Date(g.IntN(20))
	}
	return txs, day
}

func lotsOf(b *portfolio.Book) string {
	var all []string
	for l := range b.Lots.Lots() {
		l := *l
		l.ID = 0
		raw, _ := json.Marshal(l)
		all = append(all, string(raw))
	}
	sort.Strings(all)
	raw, _ := json.Marshal(all)
	return string(raw)
}

// Refold is Fold, whatever was edited, by every lot method.
func TestRefoldIsFold(t *testing.T) {
	edited, refused := 0, 0
	for seed := range uint64(24) {
		r := workload.NewRandom(seed, 80)
		g := rand.New(rand.NewPCG(seed, 9))
		for _, m := range r.Methods() {
			in := r.Input(m)
			previous := mustFold(t, in)
			before := told(t, previous, r)
			for range 4 {
				next := in
				var from date.Date
				next.Transactions, from = edit(g, in.Transactions)
				want, wantErr := portfolio.Fold(next)
				got, gotErr := portfolio.Refold(previous, next, from)
				if (wantErr == nil) != (gotErr == nil) || wantErr != nil && wantErr.Error() != gotErr.Error() {
					t.Fatalf("seed %d, %s: refolded: %v, folded: %v", seed, m, gotErr, wantErr)
				}
				if wantErr != nil {
					refused++
					continue
				}
				edited++
				if a, b := told(t, got, r), told(t, want, r); !bytes.Equal(withoutLots(a), withoutLots(b)) {
					t.Fatalf("seed %d, %s, from %s: %s", seed, m, from, difference(withoutLots(a), withoutLots(b)))
				}
				if a, b := lotsOf(got), lotsOf(want); a != b {
					t.Fatalf("seed %d, %s, from %s: lots: %s", seed, m, from, difference([]byte(a), []byte(b)))
				}
				if got.Plain() != want.Plain() || !slices.Equal(got.Accounts, want.Accounts) || !slices.Equal(got.Symbols, want.Symbols) {
					t.Fatalf("seed %d, %s: accounts, symbols or what the book knows of itself differ", seed, m)
				}
				again, err := portfolio.Refold(got, in, from) // and back
				if err != nil || !bytes.Equal(withoutLots(told(t, again, r)), withoutLots(before)) || lotsOf(again) != lotsOf(previous) {
					t.Fatalf("seed %d, %s, from %s: undone it is another book (%v)", seed, m, from, err)
				}
			}
			if !bytes.Equal(told(t, previous, r), before) {
				t.Fatalf("seed %d, %s: the previous book has changed", seed, m)
			}
		}
	}
	if edited < 150 || refused < 5 {
		t.Fatalf("%d edits, %d refused", edited, refused)
	}
}

// difference is where two texts part.
func difference(got, want []byte) string {
	i := 0
	for i < len(got) && i < len(want) && got[i] == want[i] {
		i++
	}
	from := max(0, i-200)
	return "refolded\n" + string(got[from:min(len(got), i+100)]) + "\nfolded\n" + string(want[from:min(len(want), i+100)])
}

// withoutLots is what told says before the lots, whose order may differ.
func withoutLots(told []byte) []byte {
	if i := bytes.Index(told, []byte(`]{"Account"`)); i > 0 {
		return told[:i+1]
	}
	return told
}

// The days before an edit are taken over into the new timeline.
func TestTimelineFromIsTimeline(t *testing.T) {
	for seed := range uint64(30) {
		r := workload.NewRandom(seed, 80)
		g := rand.New(rand.NewPCG(seed, 10))
		in := r.Input(ledger.FIFO)
		previous := mustFold(t, in)
		panel := r.Panel()
		for range 3 {
			next := in
			var from date.Date
			next.Transactions, from = edit(g, in.Transactions)
			b, err := portfolio.Refold(previous, next, from)
			if err != nil {
				continue
			}
			old, now := viewOf(previous, r), portfolio.NewView(b, panel, b.Axis(panel, r.First, r.Last))
			for _, node := range []portfolio.Node{{}, {Accounts: b.Accounts[:1]}, {Symbols: b.Symbols[:1]}} {
				got, want := now.TimelineFrom(old.Timeline(node), node, from), now.Timeline(node)
				if !equalJSON(got, want) {
					t.Fatalf("seed %d, %v from %s: another timeline", seed, node, from)
				}
			}
		}
	}
}
