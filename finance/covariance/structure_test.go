package covariance

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"gonum.org/v1/gonum/mat"

	"github.com/foliosight/foliosight/internal/cputime"
)

// By hand: [[2, 1], [1, 2]] has the components (1, 1)/√2 with 3 and (1, −1)/√2 with 1.
func TestPCAByHand(t *testing.T) {
	c, err := PCA([][]float64{{2, 1}, {1, 2}})
	half := math.Sqrt(0.5)
	for k, want := range [][]float64{{half, half}, {half, -half}} {
		if err != nil || !near(c.Values[k], 3-2*float64(k), 1e-14) || !near(c.Share[k], 0.75-0.5*float64(k), 1e-14) ||
			!near(c.Loadings[k][0], want[0], 1e-14) || !near(c.Loadings[k][1], want[1], 1e-14) {
			t.Fatalf("component %d: %+v, %v", k, c, err)
		}
	}
}

// Laws: components rebuild the matrix, are orthonormal, fall in size, sum to the
// trace, and their largest loading is positive; whatever the scale.
func TestPCALaws(t *testing.T) {
	for seed := range uint64(20) {
		s, _ := Sample(panel(seed, 2+int(seed), 10+int(seed)))
		scale := math.Pow(10, float64(seed)*20-200)
		for i := range s {
			for j := range s {
				s[i][j] *= scale
			}
		}
		c, err := PCA(s)
		if err != nil {
			t.Fatal(err)
		}
		sum := 0.0
		for k, v := range c.Values {
			sum += v
			most := 0.0
			for _, x := range c.Loadings[k] {
				if math.Abs(x) > math.Abs(most)*(1+1e-9) {
					most = x
				}
			}
			if most < 0 || v < 0 || (k > 0 && v > c.Values[k-1]) {
				t.Fatalf("seed %d, component %d: %v, largest loading %v", seed, k, v, most)
			}
			for m := range k + 1 {
				dot, want := 0.0, 0.0
				for i, x := range c.Loadings[k] {
					dot += x * c.Loadings[m][i]
				}
				if m == k {
					want = 1
				}
				if math.Abs(dot-want) > 1e-12 {
					t.Fatalf("seed %d: components %d and %d: %v", seed, k, m, dot)
				}
			}
		}
		if !near(sum, trace(s), 1e-12) {
			t.Fatalf("seed %d: sum %v, trace %v", seed, sum, trace(s))
		}
		for i := range s {
			for j := range s {
				cell := 0.0
				for k, v := range c.Values {
					cell += v * c.Loadings[k][i] * c.Loadings[k][j]
				}
				if math.Abs(cell-s[i][j]) > 1e-12*trace(s) {
					t.Fatalf("seed %d: cell %d, %d rebuilt as %v of %v", seed, i, j, cell, s[i][j])
				}
			}
		}
	}
}

// numpy 1.24.2 on the definition, 20 names over 1507, 252 and 15 periods.
func TestMarchenkoPasturEdges(t *testing.T) {
	for _, c := range []struct {
		periods   int
		low, high float64
	}{{1507, 0.7828682740018907, 1.243674526263537}, {252, 0.5159289095460683, 1.6428012491840904}, {80, 0.25, 2.25}} {
		b, err := MarchenkoPastur(20, c.periods)
		if err != nil || !near(b.Low, c.low, 1e-14) || !near(b.High, c.high, 1e-14) {
			t.Errorf("%d periods: %+v, %v", c.periods, b, err)
		}
	}
}

// Unrelated series leave nothing but the diagonal; one market leaves one signal,
// and the correlations come nearer to the true ones.
func TestDenoise(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 5))
	noise, market := rows(40, 400), rows(40, 400)
	for t := range 400 {
		common := rng.NormFloat64()
		for i := range noise {
			noise[i][t] = rng.NormFloat64()
			market[i][t] = common + noise[i][t]
		}
	}
	c, _ := Pearson(market)
	d, err := Denoise(c.Matrix, 400)
	if err != nil || d.Signals != 1 {
		t.Fatalf("%d signals, %v", d.Signals, err)
	}
	before, after := 0.0, 0.0
	for i := range 40 {
		for j := range i {
			before += math.Abs(c.Matrix[i][j] - 0.5)
			after += math.Abs(d.Matrix[i][j] - 0.5)
		}
	}
	if after > 0.8*before || lowest(d.Matrix) < 0 || d.Matrix[3][3] != 1 {
		t.Errorf("distance from the truth %v, before %v", after, before)
	}
	c, _ = Pearson(noise)
	d, err = Denoise(c.Matrix, 400)
	for i := range 40 {
		for j := range i {
			if err != nil || math.Abs(d.Matrix[i][j]) > 0.05*float64(d.Signals) {
				t.Fatalf("noise left %v with %d signals, %v", d.Matrix[i][j], d.Signals, err)
			}
		}
	}
}

// Two names of correlation 0.6: the root is [[3, 1], [1, 3]]/√10 and needs no
// turning, so that all money in one name makes bets of 0.9 and 0.1.
func TestEffectiveBetsByHand(t *testing.T) {
	s := [][]float64{{4, 3.6, 0}, {3.6, 9, 0}, {0, 0, 0}}
	for _, c := range []struct{ weights, shares []float64 }{
		{[]float64{1, 0, 5}, []float64{0.9, 0.1, 0}},
		{[]float64{3, 2, 0}, []float64{0.5, 0.5, 0}},
		{[]float64{-6, 4, 0}, []float64{0.5, 0.5, 0}},
	} {
		b, err := EffectiveBets(s, c.weights)
		entropy := 0.0
		for i, p := range c.shares {
			if err != nil || math.Abs(b.Shares[i]-p) > 1e-12 {
				t.Fatalf("%v: %+v, %v", c.weights, b, err)
			}
			if p > 0 {
				entropy -= p * math.Log(p)
			}
		}
		if !near(b.Number, math.Exp(entropy), 1e-12) {
			t.Errorf("%v: %v bets", c.weights, b.Number)
		}
	}
	if r, err := DiversificationRatio(s, []float64{3, -2, 1}); err != nil || !near(r, 12/math.Sqrt(36+36-2*21.6), 1e-14) {
		t.Errorf("ratio %v, %v", r, err)
	}
}

// Laws: shares sum to one and are not negative, bets lie between 1 and the number
// of names and do not depend on the scale; and no small turn of the rotation
// brings the bets nearer to the names.
func TestEffectiveBetsLaws(t *testing.T) {
	for seed := range uint64(25) {
		n := 3 + int(seed)%6
		s, _ := Sample(panel(seed, n, 60))
		rng := rand.New(rand.NewPCG(seed, 2))
		w, tenfold := make([]float64, n), make([]float64, n)
		for i := range w {
			w[i] = rng.NormFloat64()
			tenfold[i] = -1e6 * w[i]
		}
		b, err := EffectiveBets(s, w)
		again, _ := EffectiveBets(s, tenfold)
		sum := 0.0
		for i, p := range b.Shares {
			sum += p
			if p < 0 || math.Abs(p-again.Shares[i]) > 1e-9 {
				t.Fatalf("seed %d: share %d is %v, scaled %v", seed, i, p, again.Shares[i])
			}
		}
		if err != nil || !near(sum, 1, 1e-12) || b.Number < 1 || b.Number > float64(n)*(1+1e-12) {
			t.Fatalf("seed %d: %+v, %v", seed, b, err)
		}
		correlations, _, _ := Standardised(s)
		m := torsion(t, correlations)
		for i := range n {
			for j := range n {
				sum := 0.0
				for k := range n {
					sum += m[k][i] * m[k][j]
				}
				if !near(sum, correlations[i][j], 1e-12) {
					t.Fatalf("seed %d: the bets explain %v of correlation %v", seed, sum, correlations[i][j])
				}
			}
		}
		best := nearness(m)
		for range 20 {
			i, j, angle := rng.IntN(n), rng.IntN(n), 0.02*rng.NormFloat64()
			if i == j {
				continue
			}
			turned := slices.Clone(m)
			turned[i], turned[j] = slices.Clone(m[i]), slices.Clone(m[j])
			for k := range n {
				turned[i][k] = m[i][k]*math.Cos(angle) - m[j][k]*math.Sin(angle)
				turned[j][k] = m[i][k]*math.Sin(angle) + m[j][k]*math.Cos(angle)
			}
			if at := nearness(turned); at > best+1e-12 {
				t.Fatalf("seed %d: turning %d and %d by %v comes nearer: %v over %v", seed, i, j, angle, at, best)
			}
		}
	}
}

// torsion is the matrix q c, a bet a row, a name a column.
func torsion(t *testing.T, correlations [][]float64) [][]float64 {
	n := len(correlations)
	m := rows(n, n)
	for j := range n {
		unit := make([]float64, n)
		unit[j] = 1
		column, err := uncorrelated(correlations, unit)
		if err != nil {
			t.Fatal(err)
		}
		for i, v := range column {
			m[i][j] = v
		}
	}
	return m
}

// nearness is Σ of the squared correlations between each bet and its name.
func nearness(m [][]float64) (sum float64) {
	for i := range m {
		sum += m[i][i] * m[i][i]
	}
	return sum
}

// The mixed steps come to where the plain repetition of the paper comes to, with
// another program's eigenvalues.
func TestTorsionIsThePapersRepetition(t *testing.T) {
	for seed := range uint64(8) {
		n := 4 + 3*int(seed)
		s, _ := Sample(panel(seed, n, 90))
		correlations, _, _ := Standardised(s)
		d := make([]float64, n)
		for i := range d {
			d[i] = 1
		}
		root := mat.NewDense(n, n, nil)
		for range 400 {
			scaled := mat.NewSymDense(n, nil)
			for i := range n {
				for j := range i + 1 {
					scaled.SetSym(i, j, d[i]*correlations[i][j]*d[j])
				}
			}
			var e mat.EigenSym
			if !e.Factorize(scaled, true) {
				t.Fatal("no eigenvalues")
			}
			var v mat.Dense
			e.VectorsTo(&v)
			half := mat.DenseCopyOf(&v)
			half.Apply(func(_, k int, x float64) float64 { return x * math.Sqrt(e.Values(nil)[k]) }, half)
			root.Mul(half, v.T())
			for i := range n {
				d[i] = root.At(i, i) / d[i]
			}
		}
		m := torsion(t, correlations)
		for i := range n {
			for j := range n {
				if want := root.At(i, j) / d[j]; math.Abs(m[i][j]-want) > 1e-8 {
					t.Fatalf("seed %d, bet %d of name %d: %v, want %v", seed, i, j, m[i][j], want)
				}
			}
		}
	}
}

// The spectrum puts the matrix together again, is a turn, and agrees with
// another program's; also where values are equal, zero or far apart.
func TestEigen(t *testing.T) {
	for seed := range uint64(60) {
		rng := rand.New(rand.NewPCG(seed, 41))
		n := 1 + rng.IntN(40)
		m, sym := rows(n, n), mat.NewSymDense(n, nil)
		factor := panel(seed, n, 1+rng.IntN(60)) // often of lower rank
		copyInto(m, products(factor, 1))
		switch seed % 4 {
		case 1: // equal values
			for i := range m {
				clear(m[i])
				m[i][i] = float64(i / 3)
			}
		case 2: // far apart
			for i := range m {
				for j := range m {
					m[i][j] *= math.Exp(-float64(i+j) / 2)
				}
			}
		case 3: // not of one sign
			for i := range m {
				for j := range i + 1 {
					m[i][j] = rng.NormFloat64()
					m[j][i] = m[i][j]
				}
			}
		}
		for i := range m {
			for j := range i + 1 {
				sym.SetSym(i, j, m[i][j])
			}
		}
		got, err := eigen(m)
		var other mat.EigenSym
		if err != nil || !other.Factorize(sym, true) {
			t.Fatalf("seed %d: %v", seed, err)
		}
		size := 0.0
		for _, v := range got.values {
			size = math.Max(size, math.Abs(v))
		}
		for k, v := range other.Values(nil) {
			if math.Abs(got.values[k]-v) > 1e-13*size {
				t.Fatalf("seed %d: value %d of %d is %v, want %v", seed, k, n, got.values[k], v)
			}
		}
		for i := range n {
			for j := range n {
				whole, turn := 0.0, 0.0
				for k := range n {
					whole += got.values[k] * got.vectors[k][i] * got.vectors[k][j]
					turn += got.vectors[i][k] * got.vectors[j][k]
				}
				unit := 0.0
				if i == j {
					unit = 1
				}
				if math.Abs(whole-m[i][j]) > 1e-13*size || math.Abs(turn-unit) > 1e-13 {
					t.Fatalf("seed %d: cell %d %d is %v, want %v; turn %v", seed, i, j, whole, m[i][j], turn)
				}
			}
		}
	}
}

func copyInto(to, from [][]float64) {
	for i := range to {
		copy(to[i], from[i])
	}
}

// The intensity against the definitions of the paper, computed the long way.
func TestSingleIndexByDefinition(t *testing.T) {
	for seed := range uint64(5) {
		x := panel(seed, 5, 40)
		c, p, n := centred(x), 5, 40.0
		s := products(c, 1/n)
		market, variance := make([]float64, 40), 0.0
		for t := range 40 {
			for i := range p {
				market[t] += c[i][t] / float64(p)
			}
			variance += market[t] * market[t] / n
		}
		with := func(i int) (sum float64) {
			for t := range 40 {
				sum += c[i][t] * market[t] / n
			}
			return sum
		}
		pi, rho, gap := 0.0, 0.0, 0.0
		for i := range p {
			for j := range p {
				own, shared := 0.0, 0.0
				for t := range 40 {
					d := c[i][t]*c[j][t] - s[i][j]
					own += d * d / n
					// the target's own error, linear in those of the two betas and the market
					target := with(j)/variance*(c[i][t]*market[t]-with(i)) + with(i)/variance*(c[j][t]*market[t]-with(j)) -
						with(i)*with(j)/variance/variance*(market[t]*market[t]-variance)
					shared += target * d / n
				}
				pi += own
				if i == j {
					rho += own
					continue
				}
				rho += shared
				d := s[i][j] - with(i)*with(j)/variance
				gap += d * d
			}
		}
		got, err := LedoitWolfSingleIndex(x)
		want := math.Max(0, math.Min(1, (pi-rho)/gap/n))
		if err != nil || !near(got.Intensity, want, 1e-9) || !near(trace(got.Matrix), trace(s), 1e-12) || lowest(got.Matrix) < 0 {
			t.Errorf("seed %d: got %v, want %v, %v", seed, got.Intensity, want, err)
		}
	}
}

func TestCutAndNames(t *testing.T) {
	at := []float64{0, 1, 3, 7, 7.5, 20}
	d := rows(6, 6)
	for i := range d {
		for j := range d {
			d[i][j] = math.Abs(at[i] - at[j])
		}
	}
	joins, _ := Cluster(d, Single)
	if got := fmt.Sprint(Cut(joins, 3), CutAt(joins, 1.5), Cut(joins, 9)); got != "[[5] [3 4] [2 0 1]] [[5] [3 4] [2] [0 1]] [[5] [3] [4] [2] [0] [1]]" {
		t.Errorf("got %s", got)
	}
	leaves := []Leaf{{"A", []string{"", "Energy"}, 1}, {"B", []string{"income", "Energy"}, 2}, {"C", []string{"income", "Energy"}, -3},
		{"D", []string{"", "Energy"}, 1}, {"E", []string{"", "Banks"}, 1}, {"F", nil, 4}}
	rho := rows(6, 6)
	rho[1][2], rho[2][1], rho[0][1], rho[1][0] = 0.6, 0.6, 0.3, 0.3
	for _, c := range []struct {
		groups [][]int
		want   string
	}{
		{[][]int{{5}, {0, 1, 2}, {3, 4}}, "F, Energy, D and 1 other"}, // 2 of 3 are less than 70 %
		{[][]int{{1, 2}, {0, 3}}, "income, Energy"},
		{[][]int{{0, 3}, {4, 5, 3}}, "Energy, F and 2 others"},
		{[][]int{{0, 3}, {3, 0}}, "Energy (A), Energy (D)"},
	} {
		named, err := NameClusters(c.groups, leaves, rho)
		got := ""
		for k, n := range named {
			if k > 0 {
				got += ", "
			}
			got += n.Name
		}
		if err != nil || got != c.want {
			t.Errorf("%v: %s, want %s, %v", c.groups, got, c.want, err)
		}
	}
	named, _ := NameClusters([][]int{{0, 1, 2}, {5}}, leaves, rho)
	if !near(named[0].Correlation, 0.3, 1e-12) || named[0].Weight != 6 || !math.IsNaN(named[1].Correlation) {
		t.Errorf("got %+v", named)
	}
	if _, err := NameClusters([][]int{{9}}, leaves, rho); !errors.Is(err, ErrShape) {
		t.Error(err)
	}
}

func TestStructureRefuses(t *testing.T) {
	for _, c := range []struct {
		name string
		err  error
		want error
	}{
		{"no rows", second(PCA(nil)), ErrSquare},
		{"not square", second(PCA([][]float64{{1, 2}})), ErrSquare},
		{"not symmetric", second(PCA([][]float64{{1, 2}, {3, 1}})), ErrSquare},
		{"not finite", second(PCA([][]float64{{math.NaN()}})), ErrSquare},
		{"one period", second(MarchenkoPastur(3, 1)), ErrTooShort},
		{"weights", second(EffectiveBets([][]float64{{1}}, nil)), ErrWeights},
		{"nothing held", second(EffectiveBets([][]float64{{1}}, []float64{0})), ErrNoRisk},
		{"nothing moves", second(EffectiveBets([][]float64{{0}}, []float64{1})), ErrNoRisk},
		{"twins", second(EffectiveBets([][]float64{{1, 1}, {1, 1}}, []float64{1, 2})), ErrSingular},
		{"hedged away", second(DiversificationRatio([][]float64{{1, 1}, {1, 1}}, []float64{1, -1})), ErrNoRisk},
	} {
		if !errors.Is(c.err, c.want) {
			t.Errorf("%s: %v, want %v", c.name, c.err, c.want)
		}
	}
}

func second[T any](_ T, err error) error { return err }

func BenchmarkEffectiveBets30(b *testing.B) {
	s, w := held(b, 30)
	for range b.N {
		if _, err := EffectiveBets(s, w); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkEffectiveBets50(b *testing.B) {
	s, w := held(b, 50)
	for b.Loop() {
		if _, err := EffectiveBets(s, w); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkPCA500(b *testing.B) {
	s, _ := held(b, 500)
	defer cputime.Report(b)()
	for b.Loop() {
		if _, err := PCA(s); err != nil {
			b.Fatal(err)
		}
	}
}

func held(b *testing.B, names int) (s [][]float64, weights []float64) {
	s, err := Sample(panel(1, names, 2*names))
	if err != nil {
		b.Fatal(err)
	}
	weights = make([]float64, names)
	for i := range weights {
		weights[i] = 1 / float64(names)
	}
	return s, weights
}
