package bond

import (
	"errors"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/instrument"
	"github.com/foliosight/foliosight/finance/money"
)

// listed is the bond of Microsoft Excel's YIELD: 5.75 % semiannual, 30/360.
func listed() instrument.Instrument {
	return instrument.Instrument{
		Symbol: "ACME 5.75 2016", Currency: "USD", Class: instrument.Bond, Multiplier: money.Some(money.New(1, 2)),
		Coupon: money.Some(money.New(575, 4)), CouponFrequency: 2, DayCount: "30/360", Maturity: day("2016-11-15"),
	}
}

// Microsoft Excel, YIELD: 95.04287 settled on 15 February 2008 yields 6.5 %.
func TestValueOfAnInstrument(t *testing.T) {
	curve := must(NewCurve(day("2008-02-15"), []Node{{day("2009-02-15"), 0.03}, {day("2013-02-15"), 0.04}, {day("2018-02-15"), 0.05}}))(t)
	v := must(Value(listed(), 95.04287, day("2008-02-15"), curve))(t)
	near(t, "yield", v.Yield, 0.065, 1e-8)
	near(t, "accrued", v.Accrued, 5.75/4, 1e-12)
	// 20,000 of face: 20,000 units of 0.01 hundreds
	e := v.Exposure(20000)
	near(t, "value", e.Value, 20000*(0.9504287+0.0575/4), 1e-8)
	near(t, "accrued interest", v.AccruedOf(20000), 20000*0.0575/4, 1e-9)
	near(t, "face", v.Face(20000), 20000, 1e-9)
	near(t, "key rates sum to a parallel move", sum(e.KeyRates), e.Parallel, 1e-5*e.Parallel)
	near(t, "DV01", e.DV01, 1e-4*e.Modified, 1e-6*e.DV01)
	same := must(v.RepriceOn(curve))(t)
	near(t, "on its own curve", same, v.Dirty, 1e-9)
	lower := must(v.RepriceOn(curve.Shift(-BasisPoint)))(t)
	near(t, "curve down", lower-v.Dirty, v.Parallel, 1e-3*v.Parallel)

	// the same bond in pieces of 1,000, quoted with accrued interest
	pieces := listed()
	pieces.Multiplier, pieces.PriceQuote = money.Some(money.Int(10)), instrument.DirtyPrice
	p := must(Value(pieces, 95.04287+5.75/4, day("2008-02-15"), nil))(t)
	near(t, "yield of the dirty quote", p.Yield, v.Yield, 1e-12)
	near(t, "value of pieces", p.Exposure(20).Value, e.Value, 1e-8)
	near(t, "face of pieces", p.Face(20), 20000, 1e-9)
	if p.KeyRates != nil {
		t.Errorf("key rates without a curve: %v", p.KeyRates)
	}
	if _, err := p.RepriceOn(curve); !errors.Is(err, ErrCurve) {
		t.Errorf("repriced on a curve without a spread: %v", err)
	}
}

func sum(x []float64) (total float64) {
	for _, v := range x {
		total += v
	}
	return total
}

// A moved yield prices the flows anew: what the price rule says at that yield, close
// to duration and convexity for small moves, never below zero for large ones.
func TestRepriceLaws(t *testing.T) {
	bases := []string{"30/360", "ActActICMA", "Act/365F", "Act/360"}
	for seed := range uint64(300) {
		rng := rand.New(rand.NewPCG(seed, 31))
		i := listed()
		i.Coupon, i.CouponFrequency, i.DayCount = money.Some(money.New(rng.Int64N(900), 4)), []int{1, 2, 4, 12}[rng.IntN(4)], bases[rng.IntN(4)]
		settle := day("2024-01-01") + date.Date(rng.IntN(400))
		i.Maturity = settle + date.Date(30+rng.IntN(11000))
		v, err := Value(i, 40+100*rng.Float64(), settle, nil)
		if err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		if got := must(v.Reprice(0))(t); got != v.Dirty {
			t.Fatalf("seed %d: without a move %v, before %v", seed, got, v.Dirty)
		}
		shift := 0.02 * (rng.Float64() - 0.3)
		got := must(v.Reprice(shift))(t)
		want := must(v.FromYield(settle, v.Yield+shift))(t).Dirty
		if !(math.Abs(got-want) < 1e-10*want) || !(got > 0) || (got < v.Dirty) != (shift > 0) {
			t.Fatalf("seed %d: moved by %v: %v, priced anew %v, before %v", seed, shift, got, want, v.Dirty)
		}
		small := 1e-3
		moved := must(v.Reprice(small))(t)
		second := v.Dirty * (1 - v.Modified*small + v.Convexity*small*small/2)
		if !(math.Abs(moved-second) < 1e-4*v.Dirty) {
			t.Fatalf("seed %d: %v, by duration and convexity %v", seed, moved, second)
		}
	}
}

func TestValueRefuses(t *testing.T) {
	settle := day("2008-02-15")
	for name, c := range map[string]struct {
		change func(*instrument.Instrument)
		price  float64
		want   error
		says   string
	}{
		"no terms":        {func(i *instrument.Instrument) { i.Coupon, i.DayCount = money.Optional{}, "" }, 95, ErrTerms, "coupon, day_count"},
		"a share":         {func(i *instrument.Instrument) { i.Class = instrument.Equity }, 95, ErrTerms, "equity"},
		"five coupons":    {func(i *instrument.Instrument) { i.CouponFrequency = 5 }, 95, ErrTerms, "frequency 5"},
		"minus a coupon":  {func(i *instrument.Instrument) { i.CouponFrequency = -1 }, 95, ErrTerms, "frequency -1"},
		"day count":       {func(i *instrument.Instrument) { i.DayCount = "30E/361" }, 95, ErrTerms, "30E/361"},
		"negative coupon": {func(i *instrument.Instrument) { i.Coupon = money.Some(money.New(-1, 2)) }, 95, ErrTerms, "coupon -0.01"},
		"quote":           {func(i *instrument.Instrument) { i.PriceQuote = "yield" }, 95, ErrTerms, "yield"},
		"matured":         {func(i *instrument.Instrument) { i.Maturity = day("2008-02-15") }, 95, ErrMatured, "2008-02-15"},
		"not issued":      {func(i *instrument.Instrument) { i.IssueDate = day("2008-02-16") }, 95, ErrNotIssued, "2008-02-16"},
		"price of zero":   {func(*instrument.Instrument) {}, -5, ErrPrice, "price"},
		"no number":       {func(*instrument.Instrument) {}, math.NaN(), ErrPrice, "price"},
		"endless":         {func(*instrument.Instrument) {}, math.Inf(1), ErrPrice, "price"},
	} {
		i := listed()
		c.change(&i)
		_, err := Value(i, c.price, settle, nil)
		if !errors.Is(err, c.want) || !strings.Contains(err.Error(), c.says) || !strings.Contains(err.Error(), i.Symbol) {
			t.Errorf("%s: %v", name, err)
		}
	}
	v := must(Value(listed(), 95, settle, nil))(t)
	for _, shift := range []float64{-3, math.NaN(), math.Inf(1)} {
		if got, err := v.Reprice(shift); !errors.Is(err, ErrYield) {
			t.Errorf("moved by %v: %v, %v", shift, got, err)
		}
	}
}
