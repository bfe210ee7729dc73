package surface

import (
	"math"
	"sort"

	"github.com/foliosight/foliosight/finance/option"
)

// How many pairs nearest to the money a forward is taken from, and how often the
// early exercise values of American pairs are worked out anew.
const (
	mostPairs      = 9
	forwardSweeps  = 8
	forwardSettled = 1e-6 // of the forward
)

// forward finds the forward of the chain by put-call parity,
//
//	C − P = D (F − K)
//
// over the pairs nearest to the money, robustly: the median of what they say,
// weighted by the inverse of their spreads, then the mean of those whose spread
// covers the median. American prices are first relieved of what early exercise is
// worth at the forward found so far. Without pairs the forward follows from spot
// and dividend yield; false when there is none.
func (e *Slice) forward(m Market, c *chain) bool {
	if len(c.pairs) > 0 && e.fromPairs(m, c) {
		e.ForwardFrom = FromParity
		return true
	}
	forward := m.Spot * math.Exp((e.Rate-m.DividendYield)*e.Years)
	if !sane(forward) {
		return false
	}
	e.setForward(m, forward)
	e.ForwardFrom, e.Pairs = FromYield, 0
	return true
}

func sane(price float64) bool { return price >= smallest && price <= largest }

func (e *Slice) setForward(m Market, forward float64) {
	e.Forward = forward
	if !math.IsNaN(m.Spot) {
		e.DividendYield = e.Rate - math.Log(forward/m.Spot)/e.Years
	}
}

func (e *Slice) fromPairs(m Market, c *chain) bool {
	pairs := nearest(c)
	said, ok := e.said(c, pairs, nil)
	if !ok || !sane(said) {
		return false
	}
	e.setForward(m, said)
	if !m.American {
		return true
	}
	early, guesses := make([]float64, len(pairs)), make([][2]float64, len(pairs))
	for range forwardSweeps {
		before := e.Forward
		for i, p := range pairs {
			early[i] = e.early(m, &c.list[p[0]], &guesses[i][0]) - e.early(m, &c.list[p[1]], &guesses[i][1])
		}
		said, ok := e.said(c, pairs, early)
		if !ok || !sane(said) {
			return false
		}
		e.setForward(m, said)
		if math.Abs(said-before) < forwardSettled*said {
			break
		}
	}
	return true
}

// nearest are the pairs whose call and put cost most nearly the same, by strike.
func nearest(c *chain) [][2]int {
	pairs := append([][2]int(nil), c.pairs...)
	gap := func(p [2]int) float64 { return math.Abs(c.list[p[0]].middle - c.list[p[1]].middle) }
	sort.SliceStable(pairs, func(i, j int) bool { return gap(pairs[i]) < gap(pairs[j]) })
	pairs = pairs[:min(len(pairs), mostPairs)]
	sort.Slice(pairs, func(i, j int) bool { return pairs[i][0] < pairs[j][0] })
	return pairs
}

// said is the forward that the pairs agree on; early is what the early exercise of
// each call is worth more than that of its put, NaN for a pair to leave out.
func (e *Slice) said(c *chain, pairs [][2]int, early []float64) (float64, bool) {
	type vote struct{ forward, half, weight float64 }
	var votes []vote
	growth := math.Exp(e.Rate * e.Years)
	for i, p := range pairs {
		call, put := &c.list[p[0]], &c.list[p[1]]
		premium := 0.0
		if early != nil {
			premium = early[i]
		}
		f := call.strike + float64(growth*(call.middle-put.middle-premium))
		half := growth * ((call.high - call.low) + (put.high - put.low)) / 2
		if math.IsNaN(f) || math.IsInf(f, 0) {
			continue
		}
		half = math.Max(half, 1e-4*call.strike) // a locked market is not a better one
		votes = append(votes, vote{f, half, 1 / half})
	}
	if len(votes) == 0 {
		return 0, false
	}
	sort.SliceStable(votes, func(i, j int) bool { return votes[i].forward < votes[j].forward })
	all := 0.0
	for _, v := range votes {
		all += v.weight
	}
	middle, sum := votes[0].forward, 0.0
	for _, v := range votes {
		if sum += v.weight; sum >= all/2 {
			middle = v.forward
			break
		}
	}
	mean, weight := 0.0, 0.0
	e.Pairs = 0
	for _, v := range votes {
		if math.Abs(v.forward-middle) <= v.half {
			w := 1 / float64(v.half*v.half)
			mean += float64(w * (v.forward - middle))
			weight += w
			e.Pairs++
		}
	}
	return middle + mean/weight, true
}

// early is what the right to exercise early is worth in the middle of a quote, at
// the volatility that the American price implies, which is kept for the next time;
// NaN where it implies none.
func (e *Slice) early(m Market, q *quoted, guess *float64) float64 {
	t := e.terms(m, q.kind, q.strike)
	v, err := implied(q.middle, t, true, *guess)
	if err != nil {
		return math.NaN()
	}
	t.Volatility, *guess = v, v
	return q.middle - option.European(t).Price
}
