package analysis_test

import (
	"bytes"
	"encoding/json"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/finance/portfolio"
)

// Tags change no figure: whatever bookings bear whatever tags, the analysis is the same
// to the byte.
func TestTagsChangeNoFigure(t *testing.T) {
	bytesOf := func(in portfolio.Input) []byte {
		book, err := portfolio.Fold(in)
		if err != nil {
			t.Fatal(err)
		}
		question := demoInput(t, "fund")
		question.Book = book
		b, err := json.Marshal(mustRun(t, question))
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	plain := demoBook(t, "fund")
	want := bytesOf(plain)
	for seed := range uint64(3) {
		rng := rand.New(rand.NewPCG(seed, 1))
		tagged := plain
		tagged.Transactions = slices.Clone(plain.Transactions)
		for i := range tagged.Transactions {
			for range rng.IntN(4) {
				tag := []string{"core", "savings plan", "tax-2025", "z"}[rng.IntN(4)]
				tagged.Transactions[i].Tags = tagged.Transactions[i].Tags.With(tag)
			}
		}
		if !slices.ContainsFunc(tagged.Transactions, func(t ledger.Transaction) bool { return t.Tags.Len() > 0 }) {
			t.Fatal("nothing is tagged")
		}
		if !bytes.Equal(bytesOf(tagged), want) {
			t.Errorf("seed %d: the analysis differs", seed)
		}
	}
}
