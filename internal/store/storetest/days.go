package storetest

import (
	"context"
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/internal/store"
)

// The columns that the model of a market keeps of a day: close, high and volume.
type modelDay [3]float64

// modelMarket is what each symbol of one source has on each day.
type modelMarket map[string]map[date.Date]modelDay

func (m modelMarket) clone() modelMarket {
	out := modelMarket{}
	for symbol, days := range m {
		out[symbol] = maps.Clone(days)
	}
	return out
}

// lay does what a batch says, and counts it as the store should.
func (m modelMarket) lay(b store.Batch) (want store.BatchResult) {
	for _, s := range b.Series {
		given := map[date.Date]modelDay{}
		for i, d := range s.Dates {
			v := modelDay{s.Close[i], math.NaN(), math.NaN()}
			if len(s.High) > 0 {
				v[1] = s.High[i]
			}
			if len(s.Volume) > 0 {
				v[2] = s.Volume[i]
			}
			given[d] = v
			switch was, there := m[s.Symbol][d]; {
			case !there:
				want.Added++
			case cmp.Equal(was, v, cmpopts.EquateNaNs()):
				want.Same++
			default:
				want.Replaced++
			}
		}
		for d, v := range m[s.Symbol] {
			if _, again := given[d]; !again && b.Whole {
				want.Removed++
			} else if !again {
				given[d] = v
			}
		}
		m[s.Symbol] = given
	}
	return want
}

// randomDay is a day of many symbols, not always of all and not always with all columns.
func randomDay(r *rand.Rand, day date.Date) store.Batch {
	b := store.Batch{Source: "file"}
	volumes := r.IntN(4) > 0
	for k := range 80 {
		if r.IntN(12) == 0 {
			continue
		}
		s := store.Series{Kind: store.Prices, Symbol: fmt.Sprintf("S%02d", k), Currency: "EUR", Dates: []date.Date{day}, Close: []float64{float64(r.IntN(3)) / 4}}
		if volumes {
			s.Volume = []float64{float64(r.IntN(2))}
			if k%2 == 0 {
				s.High = []float64{1.0 / 3}
			}
		}
		b.Series = append(b.Series, s)
	}
	return b
}

// randomSome are some days of some symbols, around a day.
func randomSome(r *rand.Rand, day date.Date) store.Batch {
	b := store.Batch{Source: "file", Whole: r.IntN(3) == 0}
	for range 1 + r.IntN(4) {
		s := store.Series{Kind: store.Prices, Symbol: fmt.Sprintf("S%02d", r.IntN(80)), Currency: "EUR"}
		for d := day - 6; d <= day+1; d++ {
			if r.IntN(3) == 0 {
				s.Dates, s.Close = append(s.Dates, d), append(s.Close, float64(r.IntN(3))/4)
			}
		}
		if len(s.Dates) > 0 || b.Whole {
			b.Series = append(b.Series, s)
		}
	}
	return b
}

// manyDays holds deliveries of many symbols a day, with corrections of one and of many,
// whole series and dropped sources between them, against a plain model: in every version
// the store says what the model said then.
func manyDays(t *testing.T, s store.Store) {
	h := build(t, s, "ada")
	id := operator(h.owner)
	for seed := range uint64(3) {
		r := rand.New(rand.NewPCG(seed, 99))
		day := date.MustParse("2024-12-20")
		market, states := modelMarket{}, map[int64]modelMarket{}
		do := func(b store.Batch) {
			t.Helper()
			want := market.lay(b)
			got := write(t, s, id, b)
			counts := func(r store.BatchResult) string { return fmt.Sprint(r.Added, r.Replaced, r.Same, r.Removed) }
			if counts(got) != counts(want) {
				t.Fatalf("seed %d, version %d: added, replaced, same and removed are %s, want %s", seed, got.Version.Shared, counts(got), counts(want))
			}
			states[got.Version.Shared] = market.clone()
		}
		start := store.Batch{Source: "file"}
		for k := range 80 {
			one := closes(fmt.Sprintf("S%02d", k), "file", "2024-12-16", 1, 2)
			one.Currency = "EUR"
			start.Series = append(start.Series, one)
		}
		do(start)
		for step := range 40 {
			if step == 30 && seed == 1 {
				as(t, s, id, func(ctx context.Context, tx store.Tx) {
					v, err := tx.DropSource(ctx, "file", false)
					check(t, err)
					market = modelMarket{}
					states[v.Shared] = market.clone()
				})
				do(start) // and begun anew
			}
			if r.IntN(3) == 0 { // a piece, of few series or of many
				fold(t, s, id, r.IntN(4), 1+r.IntN(90))
			}
			switch r.IntN(7) {
			case 0, 1:
				do(randomSome(r, day))
			case 2: // the same day again, in part otherwise
				do(randomDay(r, day))
			default:
				day += date.Date(1 + r.IntN(2))
				do(randomDay(r, day))
			}
		}
		for version, want := range states {
			q := store.SeriesQuery{Kind: store.Prices, Version: store.MarketVersion{Shared: version}, Full: true}
			if diff := cmp.Diff(want.days(), loaded(t, s, h.owner, q), cmpopts.EquateNaNs()); diff != "" {
				t.Fatalf("seed %d, version %d:\n%s", seed, version, diff)
			}
		}
		for _, symbols := range [][]string{nil, {"S07", "S40", "none"}} {
			q := store.SeriesQuery{Kind: store.Prices, Version: store.LatestMarket, Symbols: symbols, From: date.MustParse("2024-12-28"), To: day - 3}
			want := map[string]modelDay{}
			for key, v := range market.days() {
				if on := date.MustParse(key[4:]); on >= q.From && on <= q.To && (symbols == nil || key[:3] == "S07" || key[:3] == "S40") {
					want[key] = modelDay{v[0], math.NaN(), math.NaN()}
				}
			}
			if diff := cmp.Diff(want, loaded(t, s, h.owner, q), cmpopts.EquateNaNs()); diff != "" {
				t.Fatalf("seed %d, closes of %v between two days:\n%s", seed, symbols, diff)
			}
		}
		read(t, s, h.owner, func(ctx context.Context, v store.View) {
			infos, err := v.SeriesInfo(ctx, store.Prices, false)
			check(t, err)
			listed := 0
			for _, i := range infos {
				first, last := date.Date(math.MaxInt32), date.None
				for d := range market[i.Symbol] {
					first, last = min(first, d), max(last, d)
				}
				listed++
				if i.Count != len(market[i.Symbol]) || i.First != first || i.Last != last || i.Updated.IsZero() {
					t.Errorf("seed %d: %s has %d days from %s to %s, want %d from %s to %s", seed, i.Symbol, i.Count, i.First, i.Last, len(market[i.Symbol]), first, last)
				}
			}
			there := 0
			for _, days := range market {
				if len(days) > 0 {
					there++
				}
			}
			wantEqual(t, listed, there, "series listed")
		})
		as(t, s, id, func(ctx context.Context, tx store.Tx) { _, err := tx.DropSource(ctx, "file", false); check(t, err) })
	}
}

// fold folds a piece and says whether there may be more.
func fold(t *testing.T, s store.Store, id store.Identity, keep, most int) (left bool) {
	t.Helper()
	as(t, s, id, func(ctx context.Context, tx store.Tx) {
		var err error
		left, err = tx.FoldDays(ctx, false, keep, most)
		check(t, err)
	})
	return left
}

// foldedInPieces: while new days of many series are put where the others are, and after
// that, each version reads as before, also where a day comes between two pieces; what is
// done stays done, whoever goes on with the rest.
func foldedInPieces(t *testing.T, s store.Store) {
	h := build(t, s, "ada")
	id := operator(h.owner)
	day := date.MustParse("2024-12-27")
	market, states := modelMarket{}, map[int64]modelMarket{}
	do := func(values ...float64) {
		t.Helper()
		b := store.Batch{Source: "file"}
		for k := range 80 {
			one := closes(fmt.Sprintf("S%02d", k), "file", day.String(), values...)
			one.Volume = slices.Repeat([]float64{float64(k)}, len(values))
			b.Series = append(b.Series, one)
		}
		market.lay(b)
		states[write(t, s, id, b).Version.Shared] = market.clone()
		day += date.Date(len(values))
	}
	asBefore := func(when string) {
		t.Helper()
		for version, want := range states {
			q := store.SeriesQuery{Kind: store.Prices, Version: store.MarketVersion{Shared: version}, Full: true}
			if diff := cmp.Diff(want.days(), loaded(t, s, h.owner, q), cmpopts.EquateNaNs()); diff != "" {
				t.Fatalf("%s, version %d:\n%s", when, version, diff)
			}
		}
		read(t, s, h.owner, func(ctx context.Context, v store.View) {
			infos, err := v.SeriesInfo(ctx, store.Prices, false)
			check(t, err)
			for _, i := range infos {
				if i.Count != len(market[i.Symbol]) || i.Last != day-1 || i.Version != int64(len(states)) {
					t.Fatalf("%s: %s has %d days to %s of version %d, want %d to %s of %d", when, i.Symbol, i.Count, i.Last, i.Version, len(market[i.Symbol]), day-1, len(states))
				}
			}
		})
	}
	do(1, 2)
	for k := range 6 { // over the turn of the year
		do(float64(3 + k))
	}
	if fold(t, s, id, 6, 50) {
		t.Error("six deliveries are folded although six are to be kept")
	}
	asBefore("before")
	pieces := 0
	for left := true; left; pieces++ {
		if left = fold(t, s, id, 5, 30); left {
			asBefore(fmt.Sprintf("after piece %d", pieces+1))
		}
		if pieces == 1 {
			do(9)
		}
	}
	asBefore("afterwards")
	if pieces < 3 {
		t.Errorf("80 series were done in %d pieces of 30", pieces)
	}
	for fold(t, s, id, 0, 64) {
	}
	asBefore("when none is kept")
	if fold(t, s, id, 0, 1) {
		t.Error("there is still something to fold")
	}
	do(10)
	asBefore("a day later")
	err := s.As(ctx, h.owner, func(ctx context.Context, tx store.Tx) error {
		_, err := tx.FoldDays(ctx, false, 0, 10)
		return err
	})
	wantError(t, err, store.ErrForbidden, "somebody who is no operator folds")
}

// takenBack: what a whole series no longer says does not come back from a delivery of
// many, also where its block is as it was, or there is none left.
func takenBack(t *testing.T, s store.Store) {
	h := build(t, s, "ada")
	id := operator(h.owner)
	day := date.MustParse("2024-12-18")
	market, states := modelMarket{}, map[int64]modelMarket{}
	do := func(b store.Batch) {
		t.Helper()
		market.lay(b)
		b.Source = "file"
		states[write(t, s, id, b).Version.Shared] = market.clone()
	}
	many := func(first date.Date, values ...float64) (b store.Batch) {
		for k := range 80 {
			b.Series = append(b.Series, closes(fmt.Sprintf("S%02d", k), "file", first.String(), values...))
		}
		return b
	}
	do(many(day-2, 1, 2))
	do(many(day, 3))
	for _, whole := range []store.Series{closes("S00", "file", "2024-12-16", 1, 2), closes("S01", "file", "2025-01-02", 9), closes("S02", "file", "2024-12-16")} {
		do(store.Batch{Whole: true, Series: []store.Series{whole}})
	}
	do(store.Batch{Series: []store.Series{closes("S03", "file", "2024-12-18", 7), closes("S02", "file", "2024-12-17", 8)}})
	do(many(day, 3)) // the same day once more, for those that lack it
	for range 14 {
		day++
		do(many(day, 4))
	}
	for version, want := range states {
		q := store.SeriesQuery{Kind: store.Prices, Version: store.MarketVersion{Shared: version}, Full: true}
		if diff := cmp.Diff(want.days(), loaded(t, s, h.owner, q), cmpopts.EquateNaNs()); diff != "" {
			t.Fatalf("version %d:\n%s", version, diff)
		}
	}
}

// days are all days of a market, by symbol and day.
func (m modelMarket) days() map[string]modelDay {
	all := map[string]modelDay{}
	for symbol, days := range m {
		for d, v := range days {
			all[symbol+" "+d.String()] = v
		}
	}
	return all
}

// loaded is what the store says, in the same form.
func loaded(t *testing.T, s store.Store, id store.Identity, q store.SeriesQuery) map[string]modelDay {
	t.Helper()
	all := map[string]modelDay{}
	for _, one := range load(t, s, id, q) {
		for i, d := range one.Dates {
			if i > 0 && d <= one.Dates[i-1] {
				t.Fatalf("%s: days do not ascend", one.Symbol)
			}
			v := modelDay{one.Close[i], math.NaN(), math.NaN()}
			if len(one.High) > 0 {
				v[1] = one.High[i]
			}
			if len(one.Volume) > 0 {
				v[2] = one.Volume[i]
			}
			all[one.Symbol+" "+d.String()] = v
		}
	}
	return all
}
