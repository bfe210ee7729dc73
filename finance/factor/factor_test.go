package factor

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/mat"

	"github.com/foliosight/foliosight/internal/cputime"
)

func near(a, b, tolerance float64) bool {
	return a == b || math.Abs(a-b) <= tolerance*math.Max(math.Abs(a), math.Abs(b))
}

// Longley's data and the values certified by NIST (Statistical Reference
// Datasets, higher difficulty: the factors are nearly collinear).
var longley = [][]float64{
	{60323, 83.0, 234289, 2356, 1590, 107608, 1947}, {61122, 88.5, 259426, 2325, 1456, 108632, 1948},
	{60171, 88.2, 258054, 3682, 1616, 109773, 1949}, {61187, 89.5, 284599, 3351, 1650, 110929, 1950},
	{63221, 96.2, 328975, 2099, 3099, 112075, 1951}, {63639, 98.1, 346999, 1932, 3594, 113270, 1952},
	{64989, 99.0, 365385, 1870, 3547, 115094, 1953}, {63761, 100.0, 363112, 3578, 3350, 116219, 1954},
	{66019, 101.2, 397469, 2904, 3048, 117388, 1955}, {67857, 104.6, 419180, 2822, 2857, 118734, 1956},
	{68169, 108.4, 442769, 2936, 2798, 120445, 1957}, {66513, 110.8, 444546, 4681, 2637, 121950, 1958},
	{68655, 112.6, 482704, 3813, 2552, 123366, 1959}, {69564, 114.2, 502601, 3931, 2514, 125368, 1960},
	{69331, 115.7, 518173, 4806, 2572, 127852, 1961}, {70551, 116.9, 554894, 4007, 2827, 130081, 1962},
}

func TestLongley(t *testing.T) {
	y, x := make([]float64, len(longley)), table(6, len(longley))
	for i, row := range longley {
		y[i] = row[0]
		for j := range 6 {
			x[j][i] = row[j+1]
		}
	}
	d, err := NewDesign([]string{"a", "b", "c", "d", "e", "f"}, x)
	if err != nil {
		t.Fatal(err)
	}
	fit, err := d.Fit(y, OLS, 0)
	if err != nil {
		t.Fatal(err)
	}
	params := []float64{-3482258.63459582, 15.0618722713733, -0.358191792925910e-01, -2.02022980381683, -1.03322686717359, -0.511041056535807e-01, 1829.15146461355}
	errs := []float64{890420.383607373, 84.9149257747669, 0.334910077722432e-01, 0.488399681651699, 0.214274163161675, 0.226073200069370, 455.478499142212}
	for i := range params {
		if !near(fit.Params[i], params[i], 1e-8) || !near(fit.SE[i], errs[i], 1e-8) {
			t.Errorf("parameter %d: %v ± %v, want %v ± %v", i, fit.Params[i], fit.SE[i], params[i], errs[i])
		}
	}
	if !near(fit.ResidualSD, 304.854073561965, 1e-9) || !near(fit.R2, 0.995479004577296, 1e-11) || !near(fit.F, 330.285339234588, 1e-8) {
		t.Errorf("residual sd %v, R² %v, F %v", fit.ResidualSD, fit.R2, fit.F)
	}
	if d.VIF[1] < 1000 || d.Condition < 50 {
		t.Errorf("the collinearity is not seen: VIF %v, condition %v", d.VIF, d.Condition)
	}
}

func sample(seed uint64, k, n int) (names []string, x [][]float64, y []float64) {
	rng := rand.New(rand.NewPCG(seed, 31))
	x, y = table(k, n), make([]float64, n)
	for j := range k {
		names = append(names, fmt.Sprint("F", j))
		for t := range n {
			x[j][t] = 0.01*rng.NormFloat64() + 0.0003
			if j > 0 {
				x[j][t] += 0.5 * x[0][t]
			}
		}
	}
	noise := 0.0
	for t := range n {
		noise = 0.4*noise + 0.01*rng.NormFloat64()*(1+50*math.Abs(x[0][t]))
		y[t] = 0.0002 + noise
		for j := range k {
			y[t] += float64(j+1) / 2 * x[j][t]
		}
	}
	return names, x, y
}

// The sandwich written out with matrices, as in the papers.
func sandwich(x [][]float64, e []float64, kind Errors, lags int) []float64 {
	n, k := len(e), len(x)+1
	m := mat.NewDense(n, k, nil)
	for t := range n {
		m.Set(t, 0, 1)
		for j := range x {
			m.Set(t, j+1, x[j][t])
		}
	}
	var normal, bread mat.Dense
	normal.Mul(m.T(), m)
	if bread.Inverse(&normal) != nil {
		return nil
	}
	meat := mat.NewDense(k, k, nil)
	at := func(t int) *mat.VecDense { return mat.VecDenseCopyOf(m.RowView(t)) }
	for t := range n {
		w := e[t] * e[t]
		if kind == HC3 {
			var v mat.VecDense
			v.MulVec(&bread, at(t))
			w /= math.Pow(1-mat.Dot(at(t), &v), 2)
		}
		var outer mat.Dense
		outer.Outer(w, at(t), at(t))
		meat.Add(meat, &outer)
		for l := 1; kind == HAC && l <= lags && l <= t; l++ {
			var a, b mat.Dense
			w := (1 - float64(l)/float64(lags+1)) * e[t] * e[t-l]
			a.Outer(w, at(t), at(t-l))
			b.Outer(w, at(t-l), at(t))
			meat.Add(meat, &a)
			meat.Add(meat, &b)
		}
	}
	if kind == HC1 {
		meat.Scale(float64(n)/float64(n-k), meat)
	}
	var half, v mat.Dense
	half.Mul(&bread, meat)
	v.Mul(&half, &bread)
	out := make([]float64, k)
	for i := range k {
		out[i] = math.Sqrt(v.At(i, i))
	}
	return out
}

func TestRobustErrorsAreTheSandwich(t *testing.T) {
	for seed := range uint64(8) {
		names, x, y := sample(seed, 1+int(seed)%4, 60)
		d, err := NewDesign(names, x)
		if err != nil {
			t.Fatal(err)
		}
		for _, kind := range []Errors{HC1, HC3, HAC} {
			fit, err := d.Fit(y, kind, 3)
			if err != nil {
				t.Fatal(err)
			}
			for i, want := range sandwich(x, fit.Residuals, kind, 3) {
				if !near(fit.SE[i], want, 1e-9) {
					t.Fatalf("seed %d, %s: error %d is %v, want %v", seed, kind, i, fit.SE[i], want)
				}
			}
		}
	}
}

// Laws: residuals are orthogonal to the factors and sum to zero; scaling returns
// scales the fit; many at once give what each gives alone.
func TestFitLaws(t *testing.T) {
	names, x, _ := sample(0, 4, 120)
	d, err := NewDesign(names, x)
	if err != nil {
		t.Fatal(err)
	}
	var all [][]float64
	for seed := range uint64(20) {
		_, _, y := sample(seed, 4, 120)
		all = append(all, y)
	}
	exact := make([]float64, 120)
	for t := range exact {
		exact[t] = 0.001 + 2*x[0][t] - x[3][t]
	}
	all = append(all, exact, make([]float64, 120))
	many, err := d.FitMany(all)
	if err != nil {
		t.Fatal(err)
	}
	for row, y := range all {
		fit, err := d.Fit(y, OLS, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range append(x, constant(1, len(y))) {
			dot := 0.0
			for i := range f {
				dot += f[i] * fit.Residuals[i]
			}
			if math.Abs(dot) > 1e-14 {
				t.Fatalf("row %d: residuals times a factor %v", row, dot)
			}
		}
		for i := range fit.Params {
			if !near(many.Params[row][i], fit.Params[i], 1e-9) && math.Abs(fit.Params[i]) > 1e-15 {
				t.Fatalf("row %d: parameter %d alone %v, among many %v", row, i, fit.Params[i], many.Params[row][i])
			}
			if fit.T != nil && !near(many.T[row][i], fit.T[i], 1e-8) {
				t.Fatalf("row %d: t %d alone %v, among many %v", row, i, fit.T[i], many.T[row][i])
			}
		}
		if !near(many.R2[row], fit.R2, 1e-10) && !(math.IsNaN(fit.R2) && math.IsNaN(many.R2[row])) {
			t.Fatalf("row %d: R² alone %v, among many %v", row, fit.R2, many.R2[row])
		}
	}
	if fit, _ := d.Fit(exact, OLS, 0); fit.T != nil || !near(fit.R2, 1, 1e-12) {
		t.Errorf("a perfect fit has no errors: %+v", fit.T)
	}
	if fit, _ := d.Fit(constant(0.01, 120), OLS, 0); !math.IsNaN(fit.R2) || !near(fit.Params[0], 0.01, 1e-12) {
		t.Errorf("returns that do not move: %+v", fit)
	}
}

func constant(v float64, n int) []float64 {
	x := make([]float64, n)
	for i := range x {
		x[i] = v
	}
	return x
}

func TestRidge(t *testing.T) {
	names, x, y := sample(3, 3, 80)
	d, err := NewDesign(names, x)
	if err != nil {
		t.Fatal(err)
	}
	ols, _ := d.Fit(y, OLS, 0)
	tiny, err := Ridge(names, x, y, 1e-9)
	for i := range ols.Params {
		if err != nil || !near(tiny.Params[i], ols.Params[i], 1e-8) {
			t.Errorf("a vanishing penalty: %v, least squares %v, %v", tiny.Params, ols.Params, err)
		}
	}
	// one factor by hand: the beta shrinks by n / (n + penalty)
	one, _ := NewDesign(names[:1], x[:1])
	alone, _ := one.Fit(y, OLS, 0)
	shrunk, err := Ridge(names[:1], x[:1], y, 20)
	if err != nil || !near(shrunk.Params[1], alone.Params[1]*80/100, 1e-12) || shrunk.SE != nil {
		t.Errorf("got %v, want 0.8 of %v, %v", shrunk.Params, alone.Params, err)
	}
	// twins share the beta that one of them would have
	twin, err := Ridge([]string{"a", "b"}, [][]float64{x[0], x[0]}, y, 1e-6)
	if err != nil || !near(twin.Params[1], twin.Params[2], 1e-6) || !near(twin.Params[1]*2, alone.Params[1], 1e-6) {
		t.Errorf("twins: %v, %v", twin.Params, err)
	}
}

func TestDesignRefuses(t *testing.T) {
	_, x, y := sample(1, 2, 30)
	sum := make([]float64, 30)
	for i := range sum {
		sum[i] = x[0][i] - 2*x[1][i] + 5
	}
	for _, c := range []struct {
		name    string
		factors [][]float64
		want    error
	}{
		{"one is a sum of the others", [][]float64{x[0], x[1], sum}, ErrCollinear},
		{"one is constant", [][]float64{x[0], constant(0.3, 30)}, ErrCollinear},
		{"lengths differ", [][]float64{x[0], x[1][:20]}, ErrShape},
		{"none", nil, ErrShape},
		{"too short", [][]float64{x[0][:3], x[1][:3]}, ErrTooShort},
	} {
		names := []string{"a", "b", "c"}[:len(c.factors)]
		if _, err := NewDesign(names, c.factors); !errors.Is(err, c.want) {
			t.Errorf("%s: %v", c.name, err)
		}
	}
	d, _ := NewDesign([]string{"a", "b"}, x)
	if _, err := d.Fit(y[:10], OLS, 0); !errors.Is(err, ErrShape) {
		t.Error(err)
	}
	if _, err := d.Fit(y, "guess", 0); err == nil {
		t.Error("unknown errors were estimated")
	}
	if _, err := Ridge([]string{"a"}, [][]float64{constant(1, 30)}, y, 1); !errors.Is(err, ErrCollinear) {
		t.Error(err)
	}
}

// Newey and West's rule at the sizes in their tables.
func TestDefaultLags(t *testing.T) {
	for n, want := range map[int]int{100: 4, 252: 4, 500: 5, 1507: 7} {
		if got := DefaultLags(n); got != want {
			t.Errorf("%d periods: %d lags, want %d", n, got, want)
		}
	}
}

func BenchmarkFitMany5000x252x8(b *testing.B) {
	names, x, _ := sample(1, 8, 252)
	returns := table(5000, 252)
	rng := rand.New(rand.NewPCG(1, 1))
	for _, r := range returns {
		for t := range r {
			r[t] = x[0][t] + 0.01*rng.NormFloat64()
		}
	}
	defer cputime.Report(b)()
	for b.Loop() {
		d, err := NewDesign(names, x)
		if err != nil {
			b.Fatal(err)
		}
		if _, err := d.FitMany(returns); err != nil {
			b.Fatal(err)
		}
	}
}
