package service

import (
	"bytes"
	"encoding/json"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/foliosight/foliosight/finance/date"
)

// What is folded from the day that changed says what a service says that starts afresh
// on the same store.
func TestFoldedFromTheChangedDay(t *testing.T) {
	w := newWorld(t)
	w.prices("date,symbol,close\n2024-01-02,ACME,100\n2024-02-01,ACME,110\n2024-06-03,ACME,95\n", PriceOptions{Currency: "EUR"})
	w.book("2024-01-01 deposit 1000000", "2024-01-02 buy 5 ACME @ 100")
	ask := func(s *Service) []byte {
		a, err := s.Analysis(ctx, w.owner, Question{Portfolios: []string{w.portfolio}})
		w.must(err)
		text, err := json.Marshal(a)
		w.must(err)
		return text
	}
	ask(w.s)
	for seed := range uint64(3) {
		r := rand.New(rand.NewPCG(seed, 17))
		for step := range 25 {
			if r.IntN(3) == 0 {
				on := date.Must(2024, 1, 3) + date.Date(r.IntN(200))
				w.book(on.String()+" buy 2 ACME @ 101", (on+3).String()+" sell 1 ACME @ 104")
			} else {
				w.must(w.randomChange(r))
			}
			if r.IntN(3) == 0 {
				continue // several versions at once
			}
			afresh := New(Options{Store: w.store, Now: func() time.Time { return w.clock }})
			if got, want := ask(w.s), ask(afresh); !bytes.Equal(got, want) {
				t.Fatalf("seed %d, step %d: the kept book says\n%s\na fresh one\n%s", seed, step, got, want)
			}
		}
	}
}
