package covariance

import (
	"errors"
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/mat"

	"github.com/foliosight/foliosight/internal/cputime"
)

func near(a, b, tolerance float64) bool {
	return math.Abs(a-b) <= tolerance*math.Max(math.Abs(a), math.Abs(b))+1e-300
}

// panel is returns of names that share a market.
func panel(seed uint64, names, periods int) [][]float64 {
	rng := rand.New(rand.NewPCG(seed, 21))
	out := rows(names, periods)
	for t := range periods {
		market := rng.NormFloat64() * 0.01
		for i := range out {
			out[i][t] = market*(0.5+float64(i%5)/4) + rng.NormFloat64()*0.008
		}
	}
	return out
}

// By hand: deviations (−1, 0, 1) and (−1, 1, 0), sum of products 1, over two.
func TestSampleByHand(t *testing.T) {
	m, err := Sample([][]float64{{1, 2, 3}, {4, 6, 5}, {7, 7, 7}})
	want := [][]float64{{1, 0.5, 0}, {0.5, 1, 0}, {0, 0, 0}}
	for i := range want {
		for j := range want {
			if err != nil || m[i][j] != want[i][j] {
				t.Fatalf("got %v, %v", m, err)
			}
		}
	}
}

func TestEWMAIsTheRecursion(t *testing.T) {
	x := panel(1, 4, 60)
	want := rows(4, 4)
	for t := range 60 {
		for i := range 4 {
			for j := range 4 {
				if t == 0 {
					want[i][j] = x[i][0] * x[j][0]
				} else {
					want[i][j] = 0.94*want[i][j] + 0.06*x[i][t]*x[j][t]
				}
			}
		}
	}
	got, err := EWMA(x, 0.94)
	for i := range 4 {
		for j := range 4 {
			if err != nil || math.Abs(got[i][j]-want[i][j]) > 1e-17 {
				t.Fatalf("got %v, want %v, %v", got, want, err)
			}
		}
	}
}

// The intensities against the definitions of the papers, computed the long way.
func TestLedoitWolfByDefinition(t *testing.T) {
	x := panel(2, 5, 40)
	c, p, n := centred(x), 5.0, 40.0
	s := products(c, 1/n)
	mu, beta, delta := 0.0, 0.0, 0.0
	for i := range s {
		mu += s[i][i] / p
	}
	for i := range s {
		for j := range s {
			identity := 0.0
			if i == j {
				identity = mu
			}
			delta += (s[i][j] - identity) * (s[i][j] - identity) / p
			for t := range 40 {
				d := c[i][t]*c[j][t] - s[i][j]
				beta += d * d / (n * n * p)
			}
		}
	}
	got, err := LedoitWolf(x)
	if err != nil || !near(got.Intensity, beta/delta, 1e-12) {
		t.Errorf("got %v, want %v, %v", got.Intensity, beta/delta, err)
	}
}

func TestConstantCorrelationByDefinition(t *testing.T) {
	x := panel(3, 5, 40)
	c, p, n := centred(x), 5, 40.0
	s, _ := Sample(x)
	mean := 0.0
	for i := range p {
		for j := range p {
			if i != j {
				mean += s[i][j] / math.Sqrt(s[i][i]*s[j][j]) / float64(p*(p-1))
			}
		}
	}
	pi, rho, gap := 0.0, 0.0, 0.0
	for i := range p {
		for j := range p {
			own, theta := 0.0, 0.0
			for t := range 40 {
				d := c[i][t]*c[j][t] - s[i][j]
				own += d * d / n
				theta += (c[i][t]*c[i][t] - s[i][i]) * d / n
			}
			pi += own
			if i == j {
				rho += own
				continue
			}
			rho += mean * math.Sqrt(s[j][j]/s[i][i]) * theta
			d := s[i][j] - mean*math.Sqrt(s[i][i]*s[j][j])
			gap += d * d
		}
	}
	got, err := LedoitWolfConstantCorrelation(x)
	if want := (pi - rho) / gap / n; err != nil || !near(got.Intensity, want, 1e-9) {
		t.Errorf("got %v, want %v, %v", got.Intensity, want, err)
	}
}

// Laws: every estimate is symmetric and positive semidefinite, shrinking keeps the
// total variance, intensities lie in [0, 1]; also with fewer periods than names.
func TestEstimatorLaws(t *testing.T) {
	for seed := range uint64(30) {
		x := panel(seed, 2+int(seed)%12, 3+int(seed)*2)
		if seed%7 == 0 {
			x[1] = make([]float64, len(x[0])) // one that does not move
		}
		sample, err := Sample(x)
		if err != nil {
			t.Fatal(err)
		}
		n := float64(len(x[0]))
		ewma, _ := EWMA(x, 0.97)
		lw, _ := LedoitWolf(x)
		oas, _ := OAS(x)
		constant, _ := LedoitWolfConstantCorrelation(x)
		for name, e := range map[string]struct {
			m         [][]float64
			intensity float64
			trace     float64
		}{
			"sample": {sample, 0, -1}, "ewma": {ewma, 0, -1}, "ledoit_wolf": {lw.Matrix, lw.Intensity, trace(sample) * (n - 1) / n},
			"oas": {oas.Matrix, oas.Intensity, trace(sample) * (n - 1) / n}, "constant": {constant.Matrix, constant.Intensity, trace(sample)},
		} {
			if e.intensity < 0 || e.intensity > 1 || (e.trace >= 0 && !near(trace(e.m), e.trace, 1e-12)) {
				t.Fatalf("seed %d, %s: intensity %v, trace %v of %v", seed, name, e.intensity, trace(e.m), e.trace)
			}
			if low := lowest(e.m); low < -1e-12*trace(e.m) {
				t.Fatalf("seed %d, %s: eigenvalue %v", seed, name, low)
			}
		}
	}
}

func trace(m [][]float64) (sum float64) {
	for i := range m {
		sum += m[i][i]
	}
	return sum
}

func lowest(m [][]float64) float64 {
	s := mat.NewSymDense(len(m), nil)
	for i := range m {
		for j := range m {
			if m[i][j] != m[j][i] {
				return math.Inf(-1)
			}
			s.SetSym(i, j, m[i][j])
		}
	}
	var e mat.EigenSym
	e.Factorize(s, false)
	return e.Values(nil)[0]
}

func TestRefusals(t *testing.T) {
	if _, err := Sample([][]float64{{1, 2}, {1}}); !errors.Is(err, ErrShape) {
		t.Error(err)
	}
	if _, err := LedoitWolf([][]float64{{1}}); !errors.Is(err, ErrTooShort) {
		t.Error(err)
	}
	if _, err := EWMA([][]float64{{1}}, 1); !errors.Is(err, ErrLambda) {
		t.Error(err)
	}
	if _, err := OAS(nil); !errors.Is(err, ErrShape) {
		t.Error(err)
	}
	if _, err := Cluster(nil, "nearest"); !errors.Is(err, ErrLinkage) {
		t.Error(err)
	}
	if _, err := Cluster([][]float64{{0, math.NaN()}, {math.NaN(), 0}}, Single); err == nil {
		t.Error("an unknown distance was clustered")
	}
}

// scipy.stats.rankdata([40, 10, 30, 10]) = [4, 1.5, 3, 1.5].
func TestRanks(t *testing.T) {
	for i, want := range []float64{4, 1.5, 3, 1.5} {
		if got := Ranks([]float64{40, 10, 30, 10}); got[i] != want {
			t.Fatalf("got %v", got)
		}
	}
}

func TestCorrelations(t *testing.T) {
	gap := math.NaN()
	x := [][]float64{{1, 2, 3, 4, gap}, {2, 4, 6, 8, 1}, {4, 3, 2, 1, 0}, {5, 5, 5, 5, 5}, {1, gap, gap, gap, gap}, {1, 8, 27, 64, 125}}
	p, err := Pearson(x)
	s, _ := Spearman(x)
	if err != nil || !near(p.Matrix[0][1], 1, 1e-15) || !near(p.Matrix[0][2], -1, 1e-15) || p.Periods[0][1] != 4 || p.Periods[1][2] != 5 {
		t.Errorf("got %+v, %v", p, err)
	}
	if !math.IsNaN(p.Matrix[0][3]) || !math.IsNaN(p.Matrix[0][4]) || p.Periods[0][4] != 1 {
		t.Errorf("a constant series and one of one period have no correlation: %+v", p)
	}
	if s.Matrix[0][5] != 1 || p.Matrix[0][5] > 0.99 {
		t.Errorf("ranks see a monotone relation as perfect: %v, %v", s.Matrix[0][5], p.Matrix[0][5])
	}
	// without gaps the fast way gives what the pairwise one gives
	whole := panel(4, 6, 50)
	fast, _ := Spearman(whole)
	for i := range whole {
		for j := range i {
			a, b := Ranks(whole[i]), Ranks(whole[j])
			slow, _ := Pearson([][]float64{append(a, gap), append(b, 1)})
			if !near(fast.Matrix[i][j], slow.Matrix[0][1], 1e-12) {
				t.Fatalf("pair %d, %d: %v and %v", i, j, fast.Matrix[i][j], slow.Matrix[0][1])
			}
		}
	}
}

// Four points on a line at 0, 1, 3, 7: heights by hand.
func TestClusterByHand(t *testing.T) {
	at := []float64{0, 1, 3, 7}
	d := rows(4, 4)
	for i := range d {
		for j := range d {
			d[i][j] = math.Abs(at[i] - at[j])
		}
	}
	for linkage, heights := range map[Linkage][]float64{
		Single: {1, 2, 4}, Complete: {1, 3, 7}, Average: {1, 2.5, (7.0 + 6 + 4) / 3},
		Ward: {1, math.Sqrt((2*9.0 + 2*4 - 1) / 3), math.Sqrt((2.0 * 3 / 4) * (7 - 4.0/3) * (7 - 4.0/3))},
	} {
		joins, err := Cluster(d, linkage)
		for k, h := range heights {
			if err != nil || !near(joins[k].Height, h, 1e-12) || joins[k].Size != k+2 {
				t.Errorf("%s: %+v, want heights %v, %v", linkage, joins, heights, err)
			}
		}
		if joins[1] != (Join{2, 4, joins[1].Height, 3}) {
			t.Errorf("%s: second join %+v", linkage, joins[1])
		}
	}
}

// The chain finds what joining the nearest pair of all, again and again, finds.
func TestClusterAgainstTheNaiveWay(t *testing.T) {
	for seed := range uint64(20) {
		c, err := Pearson(panel(seed, 5+int(seed), 30))
		if err != nil {
			t.Fatal(err)
		}
		d := Distances(c.Matrix)
		for _, linkage := range []Linkage{Single, Complete, Average, Ward} {
			got, err := Cluster(d, linkage)
			want := naive(d, linkage)
			for k := range want {
				if err != nil || !near(got[k].Height, want[k], 1e-10) || got[k].I >= got[k].J {
					t.Fatalf("seed %d, %s: %+v, want heights %v, %v", seed, linkage, got, want, err)
				}
			}
			checkLeaves(t, got)
		}
	}
}

func naive(distances [][]float64, linkage Linkage) (heights []float64) {
	n := len(distances)
	d, size := rows(n, n), make([]int, n)
	for i := range d {
		copy(d[i], distances[i])
		size[i] = 1
	}
	for range n - 1 {
		x, y, best := -1, -1, math.Inf(1)
		for i := range n {
			for j := range i {
				if size[i] > 0 && size[j] > 0 && d[i][j] < best {
					x, y, best = j, i, d[i][j]
				}
			}
		}
		heights = append(heights, best)
		merge(d, size, x, y, best, linkage)
	}
	return heights
}

// checkLeaves holds that each cluster's leaves stand side by side.
func checkLeaves(t *testing.T, joins []Join) {
	t.Helper()
	order, n := LeafOrder(joins), len(joins)+1
	place := make([]int, n)
	for i, leaf := range order {
		place[leaf] = i
	}
	low, high := make([]int, 2*n), make([]int, 2*n)
	for i := range n {
		low[i], high[i] = place[i], place[i]
	}
	for k, j := range joins {
		low[n+k], high[n+k] = min(low[j.I], low[j.J]), max(high[j.I], high[j.J])
		if high[n+k]-low[n+k]+1 != j.Size {
			t.Fatalf("cluster %d is torn apart in %v", k, order)
		}
	}
}

// every estimator on 500 names over five years
func BenchmarkEstimators500x1260(b *testing.B) {
	x := panel(1, 500, 1260)
	for _, e := range []struct {
		name     string
		estimate func() error
	}{
		{"sample", func() error { _, err := Sample(x); return err }},
		{"ewma", func() error { _, err := EWMA(x, 0.94); return err }},
		{"ledoit_wolf", func() error { _, err := LedoitWolf(x); return err }},
		{"oas", func() error { _, err := OAS(x); return err }},
		{"constant_correlation", func() error { _, err := LedoitWolfConstantCorrelation(x); return err }},
		{"single_index", func() error { _, err := LedoitWolfSingleIndex(x); return err }},
		{"pearson", func() error { _, err := Pearson(x); return err }},
		{"spearman", func() error { _, err := Spearman(x); return err }},
	} {
		b.Run(e.name, func(b *testing.B) {
			defer cputime.Report(b)()
			for b.Loop() {
				if err := e.estimate(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// The blocks, their edges and the stretches add up to the plain sums of products.
func TestProductsByDefinition(t *testing.T) {
	for _, size := range [][2]int{{1, 1}, {3, 5}, {4, 8}, {9, 255}, {17, 257}, {13, 600}} {
		x, y := panel(7, size[0], size[1]), panel(8, size[0], size[1])
		same, other := products(x, 0.5), crossed(x, y, 0.5)
		for i := range x {
			for j := range x {
				wantSame, wantOther, scale := 0.0, 0.0, 0.0
				for t := range x[i] {
					wantSame += x[i][t] * x[j][t] / 2
					wantOther += x[i][t] * y[j][t] / 2
					scale += math.Abs(x[i][t]*x[j][t]) + math.Abs(x[i][t]*y[j][t])
				}
				if math.Abs(same[i][j]-wantSame) > 1e-14*scale || math.Abs(other[i][j]-wantOther) > 1e-14*scale {
					t.Fatalf("%v: cell %d %d is %v and %v, want %v and %v", size, i, j, same[i][j], other[i][j], wantSame, wantOther)
				}
				if same[i][j] != same[j][i] {
					t.Fatalf("%v: cells %d %d are not symmetric", size, i, j)
				}
			}
		}
	}
}

func BenchmarkCluster500(b *testing.B) {
	c, err := Pearson(panel(1, 500, 300))
	if err != nil {
		b.Fatal(err)
	}
	d := Distances(c.Matrix)
	for b.Loop() {
		if _, err := Cluster(d, Average); err != nil {
			b.Fatal(err)
		}
	}
}
