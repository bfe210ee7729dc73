package covariance

import (
	"math"
	"sort"

	"github.com/foliosight/foliosight/finance/series"
)

// Correlations is a correlation matrix over pairwise history: each pair is
// measured on the periods in which both have a return. A cell is NaN where the
// pair has less than two common periods or one of them does not move there;
// Periods says how many each rests on.
type Correlations struct {
	Matrix  [][]float64
	Periods [][]int
}

// Pearson correlates columns, in which NaN is a period without a return.
func Pearson(columns [][]float64) (Correlations, error) { return correlate(columns, false) }

// Spearman correlates the ranks of each pair's common periods, equal values
// sharing their mean rank.
func Spearman(columns [][]float64) (Correlations, error) { return correlate(columns, true) }

func correlate(columns [][]float64, ranked bool) (Correlations, error) {
	n, err := shape(columns, 0)
	if err != nil {
		return Correlations{}, err
	}
	p := len(columns)
	out := Correlations{Matrix: rows(p, p), Periods: make([][]int, p)}
	for i := range out.Periods {
		out.Periods[i] = make([]int, p)
	}
	var complete []int
	without := make([]bool, p)
	for i, c := range columns {
		if without[i] = series.FirstBad(c) >= 0 || n < 2; !without[i] {
			complete = append(complete, i)
		}
	}
	out.whole(columns, complete, n, ranked)
	for i := range p {
		for j := range i + 1 {
			if !without[i] && !without[j] {
				continue
			}
			a, b := common(columns[i], columns[j])
			rho := math.NaN()
			if len(a) >= 2 {
				if ranked {
					a, b = Ranks(a), Ranks(b)
				}
				ca := centred([][]float64{a, b})
				rho = rhoOf(series.Dot(ca[0], ca[1]), series.Dot(ca[0], ca[0]), series.Dot(ca[1], ca[1]), i == j)
			}
			out.Matrix[i][j], out.Matrix[j][i] = rho, rho
			out.Periods[i][j], out.Periods[j][i] = len(a), len(a)
		}
	}
	return out, nil
}

// whole is the fast way for those that have a return in every period.
func (out *Correlations) whole(columns [][]float64, complete []int, n int, ranked bool) {
	if len(complete) == 0 {
		return
	}
	own := make([][]float64, len(complete))
	for i, at := range complete {
		if own[i] = columns[at]; ranked {
			own[i] = Ranks(columns[at])
		}
	}
	s := products(centred(own), 1)
	for i, row := range s {
		for j, cross := range row[:i+1] {
			rho, a, b := rhoOf(cross, row[i], s[j][j], i == j), complete[i], complete[j]
			out.Matrix[a][b], out.Matrix[b][a] = rho, rho
			out.Periods[a][b], out.Periods[b][a] = n, n
		}
	}
}

func rhoOf(cross, a, b float64, same bool) float64 {
	size := math.Sqrt(a * b)
	if size == 0 || math.IsInf(size, 0) { // the product left the range, its root may not
		size = math.Sqrt(a) * math.Sqrt(b)
	}
	if !(size > 0) || math.IsInf(size, 0) {
		return math.NaN()
	}
	if same {
		return 1
	}
	return math.Max(-1, math.Min(1, cross/size))
}

// common keeps the periods in which both have a value.
func common(x, y []float64) (a, b []float64) {
	for t, v := range x {
		if v-v == 0 && y[t]-y[t] == 0 {
			a, b = append(a, v), append(b, y[t])
		}
	}
	return a, b
}

// Ranks are the ranks of x from 1, equal values sharing their mean rank.
func Ranks(x []float64) []float64 {
	order := make([]int, len(x))
	for i := range order {
		order[i] = i
	}
	sort.Slice(order, func(a, b int) bool { return x[order[a]] < x[order[b]] })
	ranks := make([]float64, len(x))
	for from := 0; from < len(order); {
		to := from
		for to+1 < len(order) && x[order[to+1]] == x[order[from]] {
			to++
		}
		for k := from; k <= to; k++ {
			ranks[order[k]] = float64(from+to)/2 + 1
		}
		from = to + 1
	}
	return ranks
}

// Distances turns correlations into distances √((1−ρ)/2): 0 together, 1 opposite.
func Distances(correlations [][]float64) [][]float64 {
	out := rows(len(correlations), len(correlations))
	for i, row := range correlations {
		for j, rho := range row {
			out[i][j] = math.Sqrt(math.Max(0, (1-rho)/2))
		}
	}
	return out
}
