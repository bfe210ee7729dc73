package portfolio_test

import (
	"bytes"
	"encoding/json"
	"math"
	"slices"
	"testing"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/finance/money"
	"github.com/foliosight/foliosight/finance/portfolio"
	"github.com/foliosight/foliosight/internal/workload"
)

func near(a, b float64) bool { return math.Abs(a-b) <= 1e-9*max(1, math.Abs(a), math.Abs(b)) }

func viewOf(b *portfolio.Book, r *workload.Random) *portfolio.View {
	panel := r.Panel()
	return portfolio.NewView(b, panel, b.Axis(panel, r.First, r.Last))
}

// exactValue is what everything is worth at the close of a day, without float64.
func exactValue(t *testing.T, b *portfolio.Book, r *workload.Random, node portfolio.Node, day date.Date) money.Decimal {
	t.Helper()
	v := portfolio.NewValuer(b, r.Panel())
	sum := money.Zero
	add := func(w portfolio.Worth) {
		if !w.Known {
			t.Fatalf("unknown: %s", w.Reason)
		}
		sum = sum.Add(w.Amount)
	}
	for _, h := range b.Holdings(node, day) {
		add(v.Holding(h.Symbol, h.Quantity, day))
	}
	for _, c := range b.Balances(node, day) {
		add(v.Cash(c.Cash.Amount, c.Cash.Currency, day))
	}
	return sum
}

// Every day of every node is what its holdings and cash are worth exactly.
func TestTimelineIsTheExactValuation(t *testing.T) {
	for seed := range uint64(15) {
		r := workload.NewRandom(seed, 80)
		b := mustFold(t, r.Input(ledger.FIFO))
		v := viewOf(b, r)
		for _, node := range nodes(b) {
			line := v.Timeline(node)
			for i := len(line.Days) - 1; i >= 0; i -= 7 {
				want := exactValue(t, b, r, node, line.Days[i]).Float64()
				if !near(line.Value[i], want) {
					t.Fatalf("seed %d, %v on %s: %v, want %v", seed, node, line.Days[i], line.Value[i], want)
				}
			}
		}
	}
}

func nodes(b *portfolio.Book) []portfolio.Node {
	out := []portfolio.Node{{}}
	for _, a := range b.Accounts {
		out = append(out, portfolio.Node{Accounts: []string{a}})
	}
	for _, s := range b.Symbols {
		out = append(out, portfolio.Node{Symbols: []string{s}})
	}
	return append(out, portfolio.Node{Accounts: b.Accounts[:1], Symbols: b.Symbols[:1]})
}

// Values, income and costs of the accounts add up to the portfolio's, and so do their
// flows, netted, day by day.
func TestAccountsAddUp(t *testing.T) {
	for seed := range uint64(30) {
		r := workload.NewRandom(seed, 80)
		b := mustFold(t, r.Input(ledger.FIFO))
		v := viewOf(b, r)
		whole := v.Timeline(portfolio.Node{})
		sum := &portfolio.Timeline{Value: make([]float64, len(v.Days)), Cash: make([]float64, len(v.Days)), Income: make([]float64, len(v.Days)),
			Fees: make([]float64, len(v.Days)), Taxes: make([]float64, len(v.Days)), Inflow: make([]float64, len(v.Days))}
		for _, a := range b.Accounts {
			part := v.Timeline(portfolio.Node{Accounts: []string{a}})
			for i := range v.Days {
				sum.Value[i] += part.Value[i]
				sum.Cash[i] += part.Cash[i]
				sum.Income[i] += part.Income[i]
				sum.Fees[i] += part.Fees[i]
				sum.Taxes[i] += part.Taxes[i]
				sum.Inflow[i] += part.Inflow[i] - part.Outflow[i]
			}
		}
		for i, d := range v.Days {
			if !near(sum.Value[i], whole.Value[i]) || !near(sum.Cash[i], whole.Cash[i]) || !near(sum.Income[i], whole.Income[i]) {
				t.Fatalf("seed %d, %s: value %v of %v, cash %v of %v, income %v of %v", seed, d, sum.Value[i], whole.Value[i], sum.Cash[i], whole.Cash[i], sum.Income[i], whole.Income[i])
			}
			// What only one account knows of both sides are the costs of moving money.
			if got, want := sum.Inflow[i], whole.Inflow[i]-whole.Outflow[i]; math.Abs(got-want) > 1e-6+moved(b, d) {
				t.Fatalf("seed %d, %s: flows of the accounts %v, of the portfolio %v", seed, d, got, want)
			}
		}
	}
}

// moved bounds what conversions at booked rates and costs may keep of cash that moves
// between accounts on a day.
func moved(b *portfolio.Book, day date.Date) float64 {
	sum := 0.0
	for i := range b.Transactions {
		t := &b.Transactions[i]
		if t.Date != day {
			continue
		}
		switch {
		case t.Type == ledger.InternalMove && t.Symbol == "":
			sum += t.Fees.OrZero().Float64() + t.Taxes.OrZero().Float64() + 0.05*t.Amount.OrZero().Float64()
		case t.CashAccount != "" && t.CashAccount != t.Account || t.GrossForeign != nil: // booked at its own rate
			sum += 0.02*math.Abs(t.Amount.OrZero().Float64()) + 0.01
		}
	}
	return sum
}

// Without income, costs and flows a day's change is what prices and rates did: a
// holding's change in value less its flows is quantity before × change of its price,
// so nothing but the market makes gains or losses of the whole.
func TestChangesAreFlowsOrMarket(t *testing.T) {
	for seed := range uint64(30) {
		r := workload.NewRandom(seed, 80)
		for s, points := range r.Document.Prices { // a market in which nothing moves
			for i := range points {
				points[i].Value = money.Int(10)
			}
			r.Document.Prices[s] = points
		}
		for i := range r.Document.FX["EUR/USD"] {
			r.Document.FX["EUR/USD"][i].Value = money.One
		}
		b := mustFold(t, r.Input(ledger.FIFO))
		v := viewOf(b, r)
		for _, node := range nodes(b)[:4] {
			line := v.Timeline(node)
			for i := 1; i < len(line.Days); i++ {
				change := line.Value[i] - line.Value[i-1] - line.Inflow[i] + line.Outflow[i]
				if math.Abs(change) > 1e-6 && len(bookings(b, line.Days[i])) == 0 {
					t.Fatalf("seed %d, %v: %v came from nowhere on %s", seed, node, change, line.Days[i])
				}
			}
		}
	}
}

func bookings(b *portfolio.Book, day date.Date) []ledger.Transaction {
	from := b.After(day - 1)
	return b.Transactions[from:b.After(day)]
}

// The order in which bookings of different days are entered does not matter.
func TestOrderOfRowsDoesNotMatter(t *testing.T) {
	for seed := range uint64(15) {
		r := workload.NewRandom(seed, 80)
		want := told(t, mustFold(t, r.Input(ledger.FIFO)), r)
		in := r.Input(ledger.FIFO)
		slices.SortStableFunc(in.Transactions, func(a, b ledger.Transaction) int { return int(b.Date) - int(a.Date) })
		if got := told(t, mustFold(t, in), r); !bytes.Equal(got, want) {
			t.Errorf("seed %d: newest first gives another book", seed)
		}
	}
}

// Fold through a day is the beginning of Fold through a later one.
func TestFoldThroughIsAPrefix(t *testing.T) {
	for seed := range uint64(15) {
		r := workload.NewRandom(seed, 80)
		whole := mustFold(t, r.Input(ledger.FIFO))
		for d := r.First; d < r.Last; d += 13 {
			in := r.Input(ledger.FIFO)
			in.Through = d
			b := mustFold(t, in)
			got, _ := json.Marshal(b.Holdings(portfolio.Node{}, d))
			want, _ := json.Marshal(whole.Holdings(portfolio.Node{}, d))
			if !bytes.Equal(got, want) {
				t.Fatalf("seed %d, through %s: %s, want %s", seed, d, got, want)
			}
			got, _ = json.Marshal(b.Balances(portfolio.Node{}, d))
			want, _ = json.Marshal(whole.Balances(portfolio.Node{}, d))
			if !bytes.Equal(got, want) || len(b.Disposals) > 0 && !equalJSON(b.Disposals, whole.Disposals[:len(b.Disposals)]) {
				t.Fatalf("seed %d, through %s: cash or disposals differ", seed, d)
			}
		}
	}
}

func equalJSON(a, b any) bool {
	x, err1 := json.Marshal(a)
	y, err2 := json.Marshal(b)
	return err1 == nil && err2 == nil && bytes.Equal(x, y)
}

// told is everything a book says, as text.
func told(t *testing.T, b *portfolio.Book, r *workload.Random) []byte {
	t.Helper()
	line := viewOf(b, r).Timeline(portfolio.Node{})
	disposals := slices.Clone(b.Disposals)
	for i := range disposals {
		disposals[i].ID = 0 // tells lots of one keeper apart, no more
	}
	out, err := json.Marshal([]any{b.Transactions, disposals, b.Moves, b.Holdings(portfolio.Node{}, r.Last), b.Balances(portfolio.Node{}, r.Last), line})
	if err != nil {
		t.Fatal(err)
	}
	if b.Lots != nil {
		for l := range b.Lots.Lots() {
			l := *l
			l.ID = 0
			more, _ := json.Marshal(l)
			out = append(out, more...)
		}
	}
	return out
}
