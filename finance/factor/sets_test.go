package factor

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/floats"

	"github.com/foliosight/foliosight/finance/series"
)

// By hand: (1, 1, 1) cleaned of nothing has no movement left; the second keeps
// what is at right angles to the first, and its mean beyond it.
func TestOrthogonaliseByHand(t *testing.T) {
	o, err := Orthogonalise([]string{"m", "v"}, [][]float64{{1, -1, 1, -1}, {3, -1, 1, -3}}, 0)
	if err != nil || fmt.Sprint(o.Columns[1], o.Own[0]) != "[1 1 -1 -1] 1" || !near(o.Own[1], 4.0/20, 1e-15) {
		t.Errorf("got %+v, %v", o, err)
	}
}

// Funds that hold the same shares: raw betas explode, ordered ones do not, and
// both explain as much. The market's beta is what it is without the others.
func TestOrthogonalise(t *testing.T) {
	rng := rand.New(rand.NewPCG(9, 9))
	names, raw, y := []string{"market", "value", "growth", "twin"}, table(4, 250), make([]float64, 250)
	for t := range 250 {
		m, v := 0.01*rng.NormFloat64(), 0.004*rng.NormFloat64()
		raw[0][t], raw[1][t], raw[2][t] = m, m+v, m-v+0.0002*rng.NormFloat64()
		raw[3][t] = m + 1e-12*rng.NormFloat64()
		y[t] = 1.1*m + 0.5*v + 0.005*rng.NormFloat64()
	}
	o, err := Orthogonalise(names, raw, 1e-6)
	if err != nil || len(o.Names) != 3 || len(o.LeftOut) != 1 || o.LeftOut[0].Name != "twin" || o.LeftOut[0].Own > 1e-15 {
		t.Fatalf("got %+v, %v", o, err)
	}
	exploded, _ := NewDesign(names[:3], raw[:3])
	calm, err := NewDesign(o.Names, o.Columns)
	if err != nil || calm.Condition > 1+1e-9 || exploded.Condition < 30 || exploded.VIF[0] < 500 {
		t.Fatalf("condition %v, raw %v, VIF %v", calm.Condition, exploded.Condition, exploded.VIF)
	}
	a, _ := calm.Fit(y, OLS, 0)
	b, _ := exploded.Fit(y, OLS, 0)
	alone, _ := NewDesign(names[:1], raw[:1])
	single, _ := alone.Fit(y, OLS, 0)
	if !near(a.R2, b.R2, 1e-9) || !near(a.Params[1], single.Params[1], 1e-9) || math.Abs(b.SE[1]) < 10*a.SE[1] {
		t.Errorf("ordered %v ± %v, raw %v ± %v, market alone %v", a.Params, a.SE, b.Params, b.SE, single.Params)
	}
	for i := range o.Columns {
		for j := range i {
			x, z := append([]float64(nil), o.Columns[i]...), append([]float64(nil), o.Columns[j]...)
			floats.AddConst(-series.Mean(x), x)
			floats.AddConst(-series.Mean(z), z)
			if c := floats.Dot(x, z) / math.Sqrt(floats.Dot(x, x)*floats.Dot(z, z)); math.Abs(c) > 1e-12 {
				t.Errorf("%s and %s correlate by %v", o.Names[i], o.Names[j], c)
			}
		}
	}
	for _, c := range []struct {
		columns [][]float64
		want    error
	}{{nil, ErrShape}, {[][]float64{constant(1, 9)}, ErrCollinear}, {[][]float64{{1, 2}}, ErrTooShort}, {[][]float64{{1, 2, 3, 5}, {1}}, ErrShape}} {
		if _, err := Orthogonalise(names[:len(c.columns)], c.columns, 0); !errors.Is(err, c.want) {
			t.Errorf("%v: %v", c.columns, err)
		}
	}
}

func TestSets(t *testing.T) {
	returns := map[string][]float64{"VUG": {0.03, 0.01}, "VTV": {0.01, 0.02}, "MTUM": {0, 0}, "SPY": {0.01, 0.01}, "IWM": {0, 0.03}, "QUAL": {0.02, 0}}
	names, columns, err := Spreads().Columns(returns)
	if err != nil || fmt.Sprint(names) != "[growth_value momentum size quality]" || fmt.Sprintf("%.2f", columns) != "[[0.02 -0.01] [-0.01 -0.01] [-0.01 0.02] [0.01 -0.01]]" {
		t.Errorf("got %v %v, %v", names, columns, err)
	}
	if got := fmt.Sprint(Spreads().Symbols()); got != "[VUG VTV MTUM SPY IWM QUAL]" {
		t.Error(got)
	}
	for _, s := range Sets() {
		if _, _, err := s.Columns(nil); !errors.Is(err, ErrProxy) || s.Window < s.Minimum {
			t.Errorf("%s: %v", s.Name, err)
		}
	}
	returns["VTV"] = nil
	if _, _, err := Spreads().Columns(returns); !errors.Is(err, ErrShape) {
		t.Error(err)
	}
}

// Longley's data: Jarque-Bera 0.684 with probability 0.710, as printed by the
// summary in the documentation of statsmodels, 0.14.
func TestJarqueBeraLongley(t *testing.T) {
	y, x := make([]float64, len(longley)), table(6, len(longley))
	for i, row := range longley {
		y[i] = row[0]
		for j := range 6 {
			x[j][i] = row[j+1]
		}
	}
	d, _ := NewDesign([]string{"a", "b", "c", "d", "e", "f"}, x)
	fit, _ := d.Fit(y, OLS, 0)
	if jb := JarqueBera(fit.Residuals); math.Abs(jb.Statistic-0.684) > 5e-4 || math.Abs(jb.P-0.710) > 5e-4 {
		t.Errorf("got %+v", jb)
	}
	// by definition: the squares regressed anew, and n R² of it
	squares := make([]float64, len(y))
	for i, e := range fit.Residuals {
		squares[i] = e * e
	}
	again, _ := d.Fit(squares, OLS, 0)
	if bp := d.BreuschPagan(fit.Residuals); !near(bp.Statistic, 16*again.R2, 1e-9) || bp.P < 0 || bp.P > 1 {
		t.Errorf("got %+v, want %v", bp, 16*again.R2)
	}
}

// Luteinizing hormone, 48 samples (Diggle 1990): R prints the first two
// autocorrelations as 0.576 and 0.182.
func TestLjungBoxHormone(t *testing.T) {
	lh := []float64{2.4, 2.4, 2.4, 2.2, 2.1, 1.5, 2.3, 2.3, 2.5, 2.0, 1.9, 1.7, 2.2, 1.8, 3.2, 3.2, 2.7, 2.2, 2.2, 1.9, 1.9, 1.8, 2.7, 3.0,
		2.3, 2.0, 2.0, 2.9, 2.9, 2.7, 2.7, 2.3, 2.6, 2.4, 1.8, 1.7, 1.5, 1.4, 2.1, 3.3, 3.5, 3.5, 3.1, 2.6, 2.1, 3.4, 3.0, 2.9}
	one, two := LjungBox(lh, 1), LjungBox(lh, 2)
	if r := math.Sqrt(one.Statistic * 47 / (48 * 50)); math.Abs(r-0.576) > 5e-4 {
		t.Errorf("first autocorrelation %v", r)
	}
	if r := math.Sqrt((two.Statistic - one.Statistic) * 46 / (48 * 50)); math.Abs(r-0.182) > 5e-4 {
		t.Errorf("second autocorrelation %v", r)
	}
	if one.P > 1e-4 || LjungBox(lh, 0) != LjungBox(lh, 9) {
		t.Errorf("got %+v", one)
	}
}

// Of many series that are what a test takes for granted, about one in twenty
// fails at 5 %; of those that are not, most do.
func TestSizesOfTests(t *testing.T) {
	const runs, n = 400, 250
	var honest, broken [3]int
	for seed := range uint64(runs) {
		rng := rand.New(rand.NewPCG(seed, 3))
		x, e, clustered, joined, fat := make([]float64, n), make([]float64, n), make([]float64, n), make([]float64, n), make([]float64, n)
		for t := range n {
			x[t], e[t] = rng.NormFloat64(), rng.NormFloat64()
			clustered[t] = e[t] * math.Exp(x[t]/2)
			joined[t] = e[t]
			if t > 0 {
				joined[t] += 0.4 * joined[t-1]
			}
			fat[t] = e[t] * math.Exp(0.6*rng.NormFloat64())
		}
		d, _ := NewDesign([]string{"x"}, [][]float64{x})
		for k, p := range []float64{JarqueBera(e).P, LjungBox(e, 5).P, d.BreuschPagan(e).P} {
			if p < 0.05 {
				honest[k]++
			}
		}
		for k, p := range []float64{JarqueBera(fat).P, LjungBox(joined, 5).P, d.BreuschPagan(clustered).P} {
			if p < 0.05 {
				broken[k]++
			}
		}
	}
	for k, name := range []string{"Jarque-Bera", "Ljung-Box", "Breusch-Pagan"} {
		if honest[k] < 6 || honest[k] > 36 || broken[k] < 340 {
			t.Errorf("%s rejects %d of %d honest and %d broken", name, honest[k], runs, broken[k])
		}
	}
	for _, got := range []Test{JarqueBera(constant(2, 9)), JarqueBera(nil), LjungBox([]float64{1, 2}, 0), LjungBox(constant(1, 30), 3)} {
		if !math.IsNaN(got.P) || !math.IsNaN(got.Statistic) {
			t.Errorf("nothing to test, yet %+v", got)
		}
	}
}

func TestConcerns(t *testing.T) {
	names, x, y := sample(2, 3, 240)
	twin := append([]float64(nil), x[0]...)
	for s := range twin {
		twin[s] += 1e-5 * y[s]
	}
	d, err := NewDesign(append(names, "TWIN"), append(x, twin))
	if err != nil {
		t.Fatal(err)
	}
	codes := map[string]int{}
	for _, c := range d.Concerns(CustomaryLimits) {
		codes[c.Code+" "+c.Factor]++
	}
	if codes["limited_history "] != 1 || codes["ill_conditioned "] != 1 || codes["collinear TWIN"] != 1 || codes["collinear F0"] != 1 || codes["collinear F2"] != 0 {
		t.Errorf("got %v", codes)
	}
	sound, _ := NewDesign(names, x)
	e := sound.EstimateAll([][]float64{y}, 60) // y has autocorrelated noise of unequal variance
	codes = map[string]int{}
	for _, c := range e[0].Concerns(CustomaryLimits) {
		codes[c.Code]++
	}
	if codes["limited_history"] != 1 || codes["autocorrelated"] != 1 {
		t.Errorf("got %v", codes)
	}
	if len(sound.Concerns(Limits{FullHistory: 50, VIF: 10, Condition: 30})) != 0 {
		t.Errorf("got %v", sound.Concerns(Limits{FullHistory: 50, VIF: 10, Condition: 30}))
	}
}

func BenchmarkConcerns250x6(b *testing.B) {
	names, x, y := sample(1, 6, 250)
	d, err := NewDesign(names, x)
	if err != nil {
		b.Fatal(err)
	}
	e := d.EstimateAll([][]float64{y}, 60)
	for b.Loop() {
		e[0].Concerns(CustomaryLimits)
	}
}

// A fund of one and a half times the market and half of small less big, over the
// risk-free rate: the set by its columns finds just that.
func TestFamaFrench(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 4))
	set, given := FamaFrench(), map[string][]float64{}
	if got := fmt.Sprint(set.Symbols()); got != "[mkt_rf smb hml rmw cma mom rf]" {
		t.Fatal(got)
	}
	for _, name := range set.Symbols() {
		given[name] = make([]float64, 80)
		for i := range given[name] {
			given[name][i] = 0.01 * rng.NormFloat64()
		}
	}
	fund := make([]float64, 80)
	for i := range fund {
		fund[i] = given[RiskFree][i] + 1.5*given[MarketExcess][i] + 0.5*given[SmallMinusBig][i]
	}
	names, columns, err := set.Columns(given)
	if err != nil {
		t.Fatal(err)
	}
	excess, err := Excess(fund, given[set.RiskFree])
	if err != nil {
		t.Fatal(err)
	}
	d, err := NewDesign(names, columns)
	if err != nil {
		t.Fatal(err)
	}
	fit, err := d.Fit(excess, OLS, 0)
	if err != nil || !near(fit.Params[1], 1.5, 1e-9) || !near(fit.Params[2], 0.5, 1e-9) || math.Abs(fit.Params[6]) > 1e-9 {
		t.Errorf("got %v, %v", fit.Params, err)
	}
}

// Two factors of volatility 2 % and 1 % and correlation ½: given −10 % of the first,
// the second is expected at ½ × 0.01/0.02 × −10 %, five deviations out. The same seen
// through noise as large as the factor itself moves both by half.
func TestExpectByHand(t *testing.T) {
	m := &Model{Factors: []string{"equity", "credit"}, Covariance: [][]float64{{0.0004, 0.0001}, {0.0001, 0.0001}}}
	for _, c := range []struct {
		noise             float64
		equity, credit, d float64
	}{{0, -0.1, -0.025, 5}, {0.0004, -0.05, -0.0125, 5 / math.Sqrt2}} {
		var given Conditions
		given.Fix([]float64{1, 0}, c.noise, -0.1)
		moves, distance, err := m.Expect(given)
		if err != nil || !near(moves[0], c.equity, 1e-12) || !near(moves[1], c.credit, 1e-12) || !near(distance, c.d, 1e-12) {
			t.Errorf("noise %v: %v at %v, %v", c.noise, moves, distance, err)
		}
	}
	var twice Conditions
	twice.Fix([]float64{1, 0}, 0, 1)
	twice.Fix([]float64{2, 0}, 0, 3)
	if _, _, err := m.Expect(twice); !errors.Is(err, ErrSingular) {
		t.Errorf("one condition twice: %v", err)
	}
	twice.Weights = [][]float64{{1}, {2, 0}}
	if _, _, err := m.Expect(twice); !errors.Is(err, ErrShape) {
		t.Errorf("one weight for two factors: %v", err)
	}
	if m.Index("credit") != 1 || m.Index("fx:EUR") != -1 {
		t.Error("places of factors")
	}
	if code, ok := CurrencyOf(Currency("EUR")); !ok || code != "EUR" {
		t.Error("name of a currency factor")
	}
}
