package performance_test

import (
	"errors"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/finance/money"
	"github.com/foliosight/foliosight/finance/performance"
	"github.com/foliosight/foliosight/finance/portfolio"
	"github.com/foliosight/foliosight/internal/workload"
)

func timeline(b *portfolio.Book, r *workload.Random, node portfolio.Node) *portfolio.Timeline {
	panel := r.Panel()
	return portfolio.NewView(b, panel, b.Axis(panel, r.First, r.Last)).Timeline(node)
}

// The exact gains and the daily timeline tell one story.
func TestGainsAndTimelineAgree(t *testing.T) {
	for seed := range uint64(60) {
		r := workload.NewRandom(seed, 80)
		b := mustFold(t, r.Input("FIFO"))
		line := timeline(b, r, portfolio.Node{})
		for _, p := range periods(r) {
			s := performance.NewSpan(line, p[0], p[1])
			g, err := performance.NewGains(b, r.Panel(), p[0], p[1], performance.AsBooked)
			if err != nil {
				t.Fatal(err)
			}
			net, fees, taxes, income := 0.0, 0.0, 0.0, 0.0
			for i := s.From; i <= s.To; i++ {
				net += line.Inflow[i] - line.Outflow[i]
				fees, taxes, income = fees+line.Fees[i], taxes+line.Taxes[i], income+line.Income[i]
			}
			for _, x := range []struct {
				name string
				a    float64
				b    money.Decimal
			}{{"initial", s.Initial, g.Initial.Decimal}, {"final", s.Final, g.Final.Decimal}, {"transfers", net, g.Transfers},
				{"fees", fees, g.Fees}, {"taxes", taxes, g.Taxes}, {"income", income, g.Income()}} {
				if !near(x.a, x.b.Float64(), 1e-9) {
					t.Errorf("seed %d, %v, %s: %v day by day, %s exactly", seed, p, x.name, x.a, x.b)
				}
			}
		}
	}
}

// Cutting a period in two leaves the time-weighted return as it is.
func TestReturnOfAPeriodCutInTwo(t *testing.T) {
	for seed := range uint64(80) {
		r := workload.NewRandom(seed, 80)
		line := timeline(mustFold(t, r.Input("FIFO")), r, portfolio.Node{})
		whole, err := performance.TWR(line, performance.NewSpan(line, r.First, r.Last))
		if err != nil {
			t.Fatal(err)
		}
		g := rand.New(rand.NewPCG(seed, 1))
		cut := r.First + 1 + date.Date(g.IntN(int(r.Last-r.First)-1))
		first, err1 := performance.TWR(line, performance.NewSpan(line, r.First, cut))
		second, err2 := performance.TWR(line, performance.NewSpan(line, cut, r.Last))
		if errors.Is(err1, performance.ErrNoCapital) {
			first, err1 = 0, nil
		}
		if errors.Is(err2, performance.ErrNoCapital) {
			second, err2 = 0, nil
		}
		if err1 != nil || err2 != nil {
			t.Fatal(err1, err2)
		}
		if got := (1+first)*(1+second) - 1; !near(got, whole, 1e-12) {
			t.Errorf("seed %d: cut on %s gives %v, whole %v", seed, cut, got, whole)
		}
	}
}

// A deposit after which nothing happens changes no time-weighted return.
func TestADepositIsNoReturn(t *testing.T) {
	for seed := range uint64(80) {
		r := workload.NewRandom(seed, 80)
		in := r.Input("FIFO")
		before := timeline(mustFold(t, in), r, portfolio.Node{})
		in.Transactions = append(in.Transactions[:len(in.Transactions):len(in.Transactions)],
			ledger.Transaction{ID: "late", Date: r.Last, Type: ledger.Deposit, Account: "Bank", Currency: "EUR", Amount: money.Some(money.Int(123_456))})
		after := timeline(mustFold(t, in), r, portfolio.Node{})
		a, err1 := performance.TWR(before, performance.NewSpan(before, r.First, r.Last-1))
		b, err2 := performance.TWR(after, performance.NewSpan(after, r.First, r.Last-1))
		if err1 != nil || err2 != nil || a != b {
			t.Errorf("seed %d: %v became %v (%v, %v)", seed, a, b, err1, err2)
		}
		// On its own day it is diluted, not counted: the day's gain is the same money.
		i := len(after.Days) - 1
		gain := after.Value[i] - after.Value[i-1] - after.Inflow[i] + after.Outflow[i]
		if want := before.Value[i] - before.Value[i-1] - before.Inflow[i] + before.Outflow[i]; !near(gain, want, 1e-9) {
			t.Errorf("seed %d: the day gained %v, with the deposit %v", seed, want, gain)
		}
	}
}

// Flows discounted at the money-weighted rate are worth nothing together.
func TestFlowsDiscountedSumToZero(t *testing.T) {
	found := 0
	for seed := range uint64(80) {
		r := workload.NewRandom(seed, 80)
		b := mustFold(t, r.Input("FIFO"))
		for _, node := range []portfolio.Node{{}, {Accounts: b.Accounts[:1]}, {Symbols: b.Symbols[:1]}} {
			line := timeline(b, r, node)
			s := performance.NewSpan(line, r.First, r.Last)
			rates, err := performance.MoneyWeighted(line, s)
			if err != nil || rates.Rate <= -0.9999 {
				continue
			}
			found++
			sum, size := 0.0, 0.0
			add := func(day date.Date, x float64) {
				pv := x * math.Pow(1+rates.Rate, -float64(day-s.Start)/365)
				sum, size = sum+pv, size+math.Abs(pv)
			}
			add(s.Start, -s.Initial)
			for i := s.From; i <= s.To; i++ {
				add(line.Days[i], line.Outflow[i]-line.Inflow[i])
			}
			add(s.End, s.Final)
			if math.Abs(sum) > 1e-9*size {
				t.Errorf("seed %d, %v: %v left of %v at %v", seed, node, sum, size, rates.Rate)
			}
		}
	}
	if found < 100 {
		t.Fatalf("only %d rates", found)
	}
}

// The months of a period compound to its return.
func TestMonthsCompound(t *testing.T) {
	for seed := range uint64(30) {
		r := workload.NewRandom(seed, 80)
		line := timeline(mustFold(t, r.Input("FIFO")), r, portfolio.Node{})
		s := performance.NewSpan(line, r.First, r.Last)
		want, _ := performance.TWR(line, s)
		growth := 1.0
		for _, m := range performance.Months(line.Days[s.From:s.To+1], performance.Daily(line, s), s.Start, s.End) {
			if !math.IsNaN(m.Return) {
				growth *= 1 + m.Return
			}
		}
		if !near(growth-1, want, 1e-12) {
			t.Errorf("seed %d: months compound to %v, the period to %v", seed, growth-1, want)
		}
	}
}
