package storetest

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/instrument"
	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/finance/money"
	"github.com/foliosight/foliosight/internal/store"
)

// sameBits compares measured numbers by their bits, NaN equal to NaN.
var sameBits = cmp.Comparer(func(a, b float64) bool { return math.Float64bits(a) == math.Float64bits(b) })

func operator(id store.Identity) store.Identity {
	id.Operator = true
	return id
}

func write(t *testing.T, s store.Store, id store.Identity, b store.Batch) store.BatchResult {
	t.Helper()
	var r store.BatchResult
	as(t, s, id, func(ctx context.Context, tx store.Tx) {
		var err error
		r, err = tx.WriteMarket(ctx, b)
		check(t, err)
	})
	return r
}

func closes(symbol, source, first string, values ...float64) store.Series {
	s := store.Series{Kind: store.Prices, Symbol: symbol, Source: source, Currency: "USD", Close: values}
	for i := range values {
		s.Dates = append(s.Dates, date.MustParse(first)+date.Date(i))
	}
	return s
}

func load(t *testing.T, s store.Store, id store.Identity, q store.SeriesQuery) []store.Series {
	t.Helper()
	var all []store.Series
	read(t, s, id, func(ctx context.Context, v store.View) {
		var err error
		all, err = v.Series(ctx, q)
		check(t, err)
	})
	return all
}

func latest(symbols ...string) store.SeriesQuery {
	return store.SeriesQuery{Kind: store.Prices, Symbols: symbols, Version: store.LatestMarket}
}

// seriesOfOptions: the options on an underlying are found by their OCC symbols.
func seriesOfOptions(t *testing.T, s store.Store) {
	h := build(t, s, "ada")
	var all []store.Series
	for _, symbol := range []string{"ACME", "ACME240621C00100000", "ACME240621P00090500", "ACMEX240621C00100000", "OTHER"} {
		all = append(all, closes(symbol, "file", "2024-05-01", 5, 6))
	}
	write(t, s, operator(h.owner), store.Batch{Source: "file", Series: all})
	for _, c := range []struct {
		symbols, on []string
		want        string
	}{
		{[]string{}, []string{"ACME"}, "[ACME240621C00100000 ACME240621P00090500]"},
		{[]string{"OTHER"}, []string{"ACMEX"}, "[ACMEX240621C00100000 OTHER]"},
		{[]string{}, []string{"OTHER"}, "[]"},
		{[]string{}, nil, "[]"},
	} {
		q := latest(c.symbols...)
		q.OptionsOn = c.on
		got := []string{}
		for _, x := range load(t, s, h.member, q) {
			got = append(got, x.Symbol)
		}
		wantEqual(t, fmt.Sprint(got), c.want, fmt.Sprint(c.symbols, c.on))
	}
}

func seriesRoundTrip(t *testing.T, s store.Store) {
	h := build(t, s, "ada")
	r := rand.New(rand.NewPCG(11, 3))
	full := store.Series{Kind: store.Prices, Symbol: "ÄC/ME", Source: "file", Currency: "USD"}
	day := date.MustParse("2015-11-03")
	for range 900 { // three and a half years with gaps
		day += date.Date(1 + r.IntN(2))
		full.Dates = append(full.Dates, day)
		full.Close = append(full.Close, float64(r.IntN(1e6))/100)
		full.Open = append(full.Open, math.NaN())
		full.High = append(full.High, math.Float64frombits(r.Uint64()))
		full.Volume = append(full.Volume, float64(r.IntN(1e9)))
		full.Adjusted = append(full.Adjusted, r.Float64()*100)
	}
	full.Close[5], full.Close[400] = math.NaN(), math.Copysign(0, -1)
	fx := store.Series{Kind: store.FX, Symbol: "EUR/USD", Source: "file", Currency: "USD", Dates: full.Dates[:3], Close: []float64{1.0812, 1.1, 0.99999}}
	result := write(t, s, operator(h.owner), store.Batch{Source: "file", Series: []store.Series{full, fx}})
	wantEqual(t, fmt.Sprint(result.Changed, result.Added, result.Same, result.Replaced, result.Version.Shared), "true 903 0 0 1", "result")

	q := latest("ÄC/ME")
	q.Full = true
	if diff := cmp.Diff([]store.Series{full}, load(t, s, h.owner, q), sameBits); diff != "" {
		t.Errorf("series differ:\n%s", diff)
	}
	narrow := full
	narrow.Open, narrow.High, narrow.Volume, narrow.Adjusted = nil, nil, nil, nil
	narrow.Dates, narrow.Close = full.Dates[100:750], full.Close[100:750]
	q = latest()
	q.From, q.To = full.Dates[100], full.Dates[749]
	if diff := cmp.Diff([]store.Series{narrow}, load(t, s, h.member, q), sameBits); diff != "" {
		t.Errorf("a part of the series differs:\n%s", diff)
	}
	q = store.SeriesQuery{Kind: store.FX, Version: store.LatestMarket}
	if diff := cmp.Diff([]store.Series{fx}, load(t, s, h.owner, q), sameBits); diff != "" {
		t.Errorf("rates differ:\n%s", diff)
	}

	// The same again changes nothing: no version.
	result = write(t, s, operator(h.owner), store.Batch{Source: "file", Series: []store.Series{full}})
	wantEqual(t, fmt.Sprint(result.Changed, result.Added, result.Same, result.Version.Shared), "false 0 900 1", "result of the same again")
	result = write(t, s, operator(h.owner), store.Batch{Source: "file", Series: []store.Series{full}, Raise: true})
	wantEqual(t, fmt.Sprint(result.Changed, result.Added, result.Same, result.Version.Shared), "true 0 900 2", "result of the same with another word about it")

	read(t, s, h.owner, func(ctx context.Context, v store.View) {
		infos, err := v.SeriesInfo(ctx, store.Prices, false)
		check(t, err)
		if len(infos) != 1 || infos[0].First != full.Dates[0] || infos[0].Last != full.Dates[899] || infos[0].Count != 900 || infos[0].Version != 1 {
			t.Errorf("info: %+v", infos)
		}
	})
	for _, c := range []struct {
		name string
		bad  store.Series
	}{
		{"days out of order", store.Series{Kind: store.Prices, Symbol: "X", Currency: "USD", Dates: []date.Date{5, 4}, Close: []float64{1, 2}}},
		{"a day twice", store.Series{Kind: store.Prices, Symbol: "X", Currency: "USD", Dates: []date.Date{5, 5}, Close: []float64{1, 2}}},
		{"too few closes", store.Series{Kind: store.Prices, Symbol: "X", Currency: "USD", Dates: []date.Date{5, 6}, Close: []float64{1}}},
		{"another currency", store.Series{Kind: store.Prices, Symbol: "ÄC/ME", Currency: "EUR", Dates: []date.Date{5}, Close: []float64{1}}},
	} {
		err := s.As(ctx, operator(h.owner), func(ctx context.Context, tx store.Tx) error {
			_, err := tx.WriteMarket(ctx, store.Batch{Source: "file", Series: []store.Series{c.bad}})
			return err
		})
		if err == nil {
			t.Errorf("%s: accepted", c.name)
		}
	}
}

func marketHistory(t *testing.T, s store.Store) {
	h := build(t, s, "ada")
	id := operator(h.owner)
	write(t, s, id, store.Batch{Source: "file", Series: []store.Series{closes("A", "file", "2023-12-30", 1, 2, 3, 4)}})
	time.Sleep(2 * time.Millisecond)
	between := time.Now()
	time.Sleep(2 * time.Millisecond)
	second := closes("A", "file", "2024-01-02", 40, 50) // one replaced, one new; 2023 untouched
	second.Volume = []float64{7, 8}
	r := write(t, s, id, store.Batch{Source: "file", Series: []store.Series{second}})
	wantEqual(t, fmt.Sprint(r.Added, r.Replaced, r.Same, r.Version.Shared), "1 1 0 2", "second batch")
	whole := closes("A", "file", "2024-01-01", 30)
	r = write(t, s, id, store.Batch{Source: "file", Series: []store.Series{whole}, Whole: true})
	wantEqual(t, fmt.Sprint(r.Replaced, r.Removed, r.Version.Shared), "1 4 3", "whole batch")
	as(t, s, id, func(ctx context.Context, tx store.Tx) {
		v, err := tx.DropSource(ctx, "file", false)
		check(t, err)
		wantEqual(t, v.Shared, int64(4), "version after the source was dropped")
	})
	for version, want := range map[int64]string{
		0: "[]", 1: "[1 2 3 4] []", 2: "[1 2 3 40 50] [NaN NaN NaN 7 8]", 3: "[30] []", 4: "[]", store.Latest: "[]",
	} {
		q := store.SeriesQuery{Kind: store.Prices, Version: store.MarketVersion{Shared: version, Own: store.Latest}, Full: true}
		got := "[]"
		if all := load(t, s, h.owner, q); len(all) > 0 {
			got = fmt.Sprint(all[0].Close, all[0].Volume)
			wantEqual(t, len(all[0].Dates), len(all[0].Close), "days")
		}
		wantEqual(t, got, want, fmt.Sprintf("series in version %d", version))
	}
	read(t, s, h.owner, func(ctx context.Context, v store.View) {
		known, err := v.MarketKnownOn(ctx, between)
		check(t, err)
		wantEqual(t, known, store.MarketVersion{Shared: 1}, "market known on a time between")
		now, err := v.MarketVersion(ctx)
		check(t, err)
		wantEqual(t, now, store.MarketVersion{Shared: 4}, "market version")
		infos, err := v.SeriesInfo(ctx, store.Prices, false)
		check(t, err)
		wantEqual(t, len(infos), 0, "series left")
	})
	r = write(t, s, id, store.Batch{Source: "file", Series: []store.Series{closes("A", "file", "2024-01-01", 5)}})
	wantEqual(t, r.Version.Shared, int64(5), "version of a new beginning")
	if all := load(t, s, h.owner, latest("A")); len(all) != 1 || len(all[0].Dates) != 1 {
		t.Errorf("series begun anew: %+v", all)
	}
}

func ownMarket(t *testing.T, s store.Store) {
	ada, bob := build(t, s, "ada"), build(t, s, "bob")
	write(t, s, operator(ada.owner), store.Batch{Source: "file", Series: []store.Series{closes("A", "file", "2024-01-01", 1, 2), closes("B", "file", "2024-01-01", 9)}})
	write(t, s, operator(ada.owner), store.Batch{Source: store.Simulated, Series: []store.Series{closes("A", store.Simulated, "2024-01-01", 77)}})
	r := write(t, s, ada.owner, store.Batch{Own: true, Source: "mine", Series: []store.Series{closes("A", "mine", "2024-01-01", 5)}})
	wantEqual(t, r.Version, store.MarketVersion{Shared: 2, Own: 1}, "version")

	summary := func(id store.Identity, q store.SeriesQuery) string {
		var lines []string
		for _, one := range load(t, s, id, q) {
			lines = append(lines, fmt.Sprint(one.Symbol, " ", one.Source, " ", one.Own, " ", one.Close))
		}
		return fmt.Sprint(lines)
	}
	wantEqual(t, summary(ada.owner, latest()), "[A mine true [5] A file false [1 2] B file false [9]]", "series of the tenant")
	wantEqual(t, summary(ada.member, latest("A")), "[A mine true [5] A file false [1 2]]", "series of another user of the tenant")
	wantEqual(t, summary(bob.owner, latest()), "[A file false [1 2] B file false [9]]", "series of another tenant")
	simulated := latest()
	simulated.Simulated = true
	wantEqual(t, summary(bob.owner, simulated), "[A simulated false [77]]", "series of the simulated market")

	err := s.As(ctx, ada.owner, func(ctx context.Context, tx store.Tx) error {
		_, err := tx.WriteMarket(ctx, store.Batch{Source: "file", Series: []store.Series{closes("A", "file", "2024-01-01", 1000)}})
		return err
	})
	wantError(t, err, store.ErrForbidden, "shared data written by one who is no operator")
}

func actions(t *testing.T, s store.Store) {
	ada, bob := build(t, s, "ada"), build(t, s, "bob")
	id := operator(ada.owner)
	split := store.Action{Kind: store.SplitAction, Symbol: "A", Date: date.MustParse("2020-08-31"), Ratio: &ledger.Ratio{New: money.Int(4), Old: money.Int(1)}}
	dividend := store.Action{Kind: store.DividendAction, Symbol: "A", Date: date.MustParse("2020-02-07"), Amount: some("0.770000000000000001"), Currency: "USD", PayDate: date.MustParse("2020-02-13")}
	special := dividend
	special.Amount = some("1")
	later := store.Action{Kind: store.DividendAction, Symbol: "A", Date: date.MustParse("2021-02-07"), Amount: some("0.2"), Currency: "USD"}
	a := instrument.Instrument{Symbol: "A", Currency: "USD", Class: instrument.Equity, Name: "Company A", ISIN: "US0000000001"}
	option := instrument.Instrument{Symbol: "A250815P00200000", Currency: "USD", Class: instrument.Option, Underlying: "A", Strike: some("200"), Expiry: date.MustParse("2025-08-15"), Right: instrument.Put, Multiplier: some("100")}
	bond := instrument.Instrument{Symbol: "A 4.5 2034", Currency: "USD", Class: instrument.Bond, Multiplier: some("0.01"), Coupon: some("0.045"), CouponFrequency: 2, DayCount: "ActActICMA", Maturity: date.MustParse("2034-11-15"), PriceQuote: instrument.CleanPrice}
	r := write(t, s, id, store.Batch{Source: "file", Actions: []store.Action{split, dividend, special}, Instruments: []instrument.Instrument{a, option, bond}})
	wantEqual(t, fmt.Sprint(r.Actions, r.Instruments, r.Version.Shared), "3 3 1", "first batch")
	r = write(t, s, id, store.Batch{Source: "file", Actions: []store.Action{split}, Instruments: []instrument.Instrument{a}})
	wantEqual(t, fmt.Sprint(r.Changed, r.Actions, r.Instruments, r.Version.Shared), "false 0 0 1", "the same again")
	changed := dividend
	changed.Amount = some("0.78") // corrects the day: both of before are replaced
	renamed := a
	renamed.Name = "Company A plc"
	r = write(t, s, id, store.Batch{Source: "file", Actions: []store.Action{changed, later}, Instruments: []instrument.Instrument{renamed}})
	wantEqual(t, fmt.Sprint(r.Actions, r.Instruments, r.Version.Shared), "2 1 2", "a correction")
	mine := renamed
	mine.Name, mine.Class = "What I call it", instrument.Private
	write(t, s, ada.owner, store.Batch{Own: true, Source: "mine", Instruments: []instrument.Instrument{mine}})

	line := func(id store.Identity, v store.MarketVersion) string {
		var lines []string
		read(t, s, id, func(ctx context.Context, view store.View) {
			all, err := view.Actions(ctx, []string{"A"}, v, false)
			check(t, err)
			for _, one := range all {
				lines = append(lines, fmt.Sprint(one.Date, one.Kind, one.Amount.Decimal))
			}
			byName, err := view.Instruments(ctx, []string{"A"}, v, false)
			check(t, err)
			lines = append(lines, byName["A"].Name)
		})
		return fmt.Sprint(lines)
	}
	wantEqual(t, line(bob.owner, store.LatestMarket), "[2020-02-07dividend0.78 2020-08-31split0 2021-02-07dividend0.2 Company A plc]", "actions now")
	wantEqual(t, line(ada.owner, store.MarketVersion{Shared: 1}), "[2020-02-07dividend0.770000000000000001 2020-02-07dividend1 2020-08-31split0 Company A]", "actions in version 1")
	wantEqual(t, line(ada.owner, store.LatestMarket)[len("[2020-02-07dividend0.78 2020-08-31split0 2021-02-07dividend0.2 "):], "What I call it]", "the tenant's own instrument")
	held := &instrument.Composition{AsOf: date.MustParse("2026-05-29"), Source: "a.csv", Constituents: []instrument.Constituent{{Symbol: "B", ISIN: "US0000000002", Name: "Company B", Country: "US", Currency: "USD", Weight: money.MustParse("0.123456789012345678")}}}
	write(t, s, id, store.Batch{Source: "holdings", Instruments: []instrument.Instrument{{Symbol: "A", Composition: held}}})
	renamed.Composition = held // a list of holdings describes nothing else, and no description takes it away
	wantEqual(t, line(ada.owner, store.LatestMarket)[len("[2020-02-07dividend0.78 2020-08-31split0 2021-02-07dividend0.2 "):], "What I call it]", "the tenant's own instrument, as its holdings are listed")
	read(t, s, ada.owner, func(ctx context.Context, v store.View) {
		all, err := v.Instruments(ctx, []string{"A"}, store.LatestMarket, false)
		check(t, err)
		if diff := cmp.Diff(held, all["A"].Composition, sameDecimals); diff != "" {
			t.Errorf("holdings of the tenant's own instrument differ:\n%s", diff)
		}
	})
	read(t, s, bob.owner, func(ctx context.Context, v store.View) {
		all, err := v.Instruments(ctx, nil, store.LatestMarket, false)
		check(t, err)
		if diff := cmp.Diff(map[string]instrument.Instrument{"A": renamed, option.Symbol: option, bond.Symbol: bond}, all, sameDecimals); diff != "" {
			t.Errorf("instruments differ:\n%s", diff)
		}
		none, err := v.Instruments(ctx, nil, store.LatestMarket, true)
		check(t, err)
		wantEqual(t, len(none), 0, "instruments of the simulated market")
	})
	for _, bad := range []store.Action{{Kind: store.SplitAction, Symbol: "A", Date: 1}, {Kind: store.DividendAction, Symbol: "A", Date: 1}, {Kind: "rumour", Symbol: "A", Date: 1}} {
		err := s.As(ctx, id, func(ctx context.Context, tx store.Tx) error {
			_, err := tx.WriteMarket(ctx, store.Batch{Source: "file", Actions: []store.Action{bad}})
			return err
		})
		var faults ledger.Faults
		if !errors.As(err, &faults) {
			t.Errorf("%s without its terms: %v", bad.Kind, err)
		}
	}
}

func ownPrices(t *testing.T, s store.Store) {
	ada, bob := build(t, s, "ada"), build(t, s, "bob")
	price := func(day, value string) store.OwnPrice {
		return store.OwnPrice{Symbol: "HOUSE", Date: date.MustParse(day), Price: money.MustParse(value), Currency: "EUR", Valuation: true, Note: "appraisal"}
	}
	set := func(prices ...store.OwnPrice) store.MarketVersion {
		var v store.MarketVersion
		as(t, s, ada.owner, func(ctx context.Context, tx store.Tx) {
			var err error
			v, err = tx.SetOwnPrices(ctx, prices)
			check(t, err)
		})
		return v
	}
	wantEqual(t, set(price("2024-01-01", "500000.000000000000000001"), price("2025-01-01", "510000")).Own, int64(1), "version")
	wantEqual(t, set(price("2024-01-01", "500000.000000000000000001")).Own, int64(1), "version after the same again")
	wantEqual(t, set(price("2024-01-01", "499000")).Own, int64(2), "version after a change")
	as(t, s, ada.owner, func(ctx context.Context, tx store.Tx) {
		v, err := tx.DeleteOwnPrice(ctx, "HOUSE", date.MustParse("2025-01-01"))
		check(t, err)
		wantEqual(t, v.Own, int64(3), "version after a delete")
	})
	got := func(id store.Identity, own int64) string {
		var lines []string
		read(t, s, id, func(ctx context.Context, v store.View) {
			all, err := v.OwnPrices(ctx, nil, store.MarketVersion{Shared: store.Latest, Own: own})
			check(t, err)
			for _, p := range all {
				lines = append(lines, fmt.Sprint(p.Date, " ", p.Price))
			}
		})
		return fmt.Sprint(lines)
	}
	wantEqual(t, got(ada.owner, 1), "[2024-01-01 500000.000000000000000001 2025-01-01 510000]", "prices in version 1")
	wantEqual(t, got(ada.owner, 2), "[2024-01-01 499000 2025-01-01 510000]", "prices in version 2")
	wantEqual(t, got(ada.member, store.Latest), "[2024-01-01 499000]", "prices now")
	wantEqual(t, got(bob.owner, store.Latest), "[]", "prices of another tenant")
	read(t, s, ada.owner, func(ctx context.Context, v store.View) {
		history, err := v.OwnPriceHistory(ctx, "HOUSE", date.MustParse("2024-01-01"))
		check(t, err)
		var spans []string
		for _, p := range history {
			spans = append(spans, fmt.Sprintf("%d-%d", p.Entered, p.Superseded))
		}
		if !slices.Equal(spans, []string{"1-2", "2-0"}) || !history[0].Valuation || history[0].Note != "appraisal" || history[0].User != ada.owner.User {
			t.Errorf("history: %v %+v", spans, history)
		}
	})
	err := s.As(ctx, bob.owner, func(ctx context.Context, tx store.Tx) error {
		_, err := tx.DeleteOwnPrice(ctx, "HOUSE", date.MustParse("2024-01-01"))
		return err
	})
	wantError(t, err, store.ErrNotFound, "deleting another tenant's price")
	err = s.As(ctx, ada.owner, func(ctx context.Context, tx store.Tx) error {
		_, err := tx.SetOwnPrices(ctx, []store.OwnPrice{price("2024-01-01", "0.1234567890123456789")})
		return err
	})
	wantError(t, err, money.ErrRange, "a price of too many digits")
}

// randomBatches holds the store against a plain model: what each version of a market
// said of each day, under batches that add, replace and take away.
func randomBatches(t *testing.T, s store.Store) {
	h := build(t, s, "ada")
	id := operator(h.owner)
	first := date.MustParse("2022-11-20")
	for seed := range uint64(8) {
		r := rand.New(rand.NewPCG(seed, 77))
		symbol := fmt.Sprintf("R%d", seed)
		now := map[date.Date][2]float64{} // close and volume
		states := map[int64]map[date.Date][2]float64{}
		for range 12 {
			batch := store.Series{Kind: store.Prices, Symbol: symbol, Currency: "EUR"}
			whole, volumes := r.IntN(5) == 0, r.IntN(2) == 0
			next := map[date.Date][2]float64{}
			for d, v := range now {
				if !whole {
					next[d] = v
				}
			}
			for d := first; d < first+800; d++ {
				if r.IntN(40) > 0 {
					continue
				}
				close, volume := float64(r.IntN(500))/4, math.NaN()
				batch.Dates, batch.Close = append(batch.Dates, d), append(batch.Close, close)
				if volumes {
					volume = float64(r.IntN(1000))
					batch.Volume = append(batch.Volume, volume)
				}
				next[d] = [2]float64{close, volume}
			}
			if len(batch.Dates) == 0 {
				continue
			}
			result := write(t, s, id, store.Batch{Source: "file", Series: []store.Series{batch}, Whole: whole})
			now = next
			states[result.Version.Shared] = maps.Clone(now)
		}
		for version, want := range states {
			q := store.SeriesQuery{Kind: store.Prices, Symbols: []string{symbol}, Version: store.MarketVersion{Shared: version}, Full: true}
			got := map[date.Date][2]float64{}
			for _, one := range load(t, s, h.owner, q) {
				for i, d := range one.Dates {
					volume := math.NaN()
					if len(one.Volume) > 0 {
						volume = one.Volume[i]
					}
					got[d] = [2]float64{one.Close[i], volume}
				}
			}
			if diff := cmp.Diff(want, got, cmpopts.EquateNaNs()); diff != "" {
				t.Fatalf("seed %d, version %d:\n%s", seed, version, diff)
			}
		}
		read(t, s, h.owner, func(ctx context.Context, v store.View) {
			infos, err := v.SeriesInfo(ctx, store.Prices, false)
			check(t, err)
			for _, i := range infos {
				if i.Symbol == symbol && i.Count != len(now) {
					t.Errorf("seed %d: %d days counted, there are %d", seed, i.Count, len(now))
				}
			}
		})
	}
}
