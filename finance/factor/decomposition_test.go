package factor

import (
	"errors"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/foliosight/foliosight/finance/series"
)

// A portfolio of 20 American shares over 252 days to 2022-12-28 on the five
// factors of Fama and French and momentum: statsmodels 0.13.5 for the betas,
// numpy 1.24.2 for the covariance and the split.
func TestDecomposePublished(t *testing.T) {
	model := Model{Factors: []string{"MKT_RF", "SMB", "HML", "RMW", "CMA", "MOM"}, Covariance: [][]float64{
		{0.00025237141086447855, 1.738636944286345e-05, -0.0001073662183013976, -5.062459685069248e-05, -7.419667362296847e-05, -0.0001314046215139442},
		{1.738636944286345e-05, 3.2662958957819524e-05, -1.9688992284828932e-05, -2.2962537469170943e-05, -1.6776709985455e-05, -3.5881613545816736e-05},
		{-0.0001073662183013976, -1.9688992284828932e-05, 0.00014965908350724093, 5.0674487288939454e-05, 8.436171014355277e-05, 0.00012770941235059756},
		{-5.062459685069248e-05, -2.2962537469170943e-05, 5.0674487288939454e-05, 7.172799516220827e-05, 2.965868478467084e-05, 6.542184262948207e-05},
		{-7.419667362296847e-05, -1.6776709985455e-05, 8.436171014355277e-05, 2.965868478467084e-05, 6.759799073547079e-05, 9.29857270916334e-05},
		{-0.0001314046215139442, -3.5881613545816736e-05, 0.00012770941235059756, 6.542184262948207e-05, 9.29857270916334e-05, 0.0001991520816733067},
	}}
	betas := []float64{1.0023169589866892, -0.005585261517216167, 0.3255028343237659, -0.13103893376036777, 0.20616574923094222, 0.07465916812548598}
	contributions := []float64{0.00019989953833224837, -4.304399643222438e-08, -1.2533068204376098e-05, 4.261276791853275e-06, -6.148423658682349e-06, -4.813478477930434e-06}
	annual := []float64{0.21903630413575037, -4.716468068113526e-05, -0.013732882836403044, 0.004669216983561257, -0.006737024035644469, -0.0052742819950413675}
	specific := math.Sqrt(2.9267281238338962e-05)
	d, err := model.Decompose([]Holding{{ID: "book", Value: 1, Betas: betas, Specific: specific}})
	if err != nil {
		t.Fatal(err)
	}
	if !near(d.Whole.Total(), 0.00020989008202501952, 1e-12) || !near(d.Whole.Factor, 0.00018062280078668056, 1e-12) {
		t.Errorf("got %+v", d.Whole)
	}
	for k := range betas {
		if !near(d.ByFactor[k], contributions[k], 1e-10) || !near(d.ByFactor[k]/d.Volatility()*math.Sqrt(252), annual[k], 1e-10) {
			t.Errorf("%s: %v, want %v", model.Factors[k], d.ByFactor[k], contributions[k])
		}
	}
}

// By hand: one factor of variance 4, a share of 10 with beta 1 and specific 3, its
// hedge of −10 in an option of the same issuer, and 5 of another.
func TestSharedIssuer(t *testing.T) {
	m := Model{Factors: []string{"market"}, Covariance: [][]float64{{4}}}
	share := Holding{"ACME", 10, []float64{1}, 3, "ACME"}
	hedge := Holding{"ACME put", -10, []float64{1}, 3, "ACME"}
	other := Holding{"BETA", 5, []float64{2}, 1, ""}
	d, err := m.Decompose([]Holding{share, hedge, other})
	if err != nil || d.Exposure[0] != 10 || d.Whole != (Part{400, 25}) || d.ByHolding[0] != (Part{400, 0}) || d.ByHolding[1] != (Part{-400, 0}) {
		t.Errorf("got %+v, %v", d, err)
	}
	hedge.Issuer = ""
	if d, _ = m.Decompose([]Holding{share, hedge, other}); d.Whole.Specific != 900+900+25 {
		t.Errorf("unrelated issuers: %+v", d.Whole)
	}
}

// Laws: contributions of factors and of holdings sum to the whole; the variance
// is that of the portfolio's own return series where the specific covariance is
// the sample's; money scales it by its square; and the contribution of a holding
// is its value times the slope of the variance, halved.
func TestDecompositionLaws(t *testing.T) {
	for seed := range uint64(30) {
		k, n, p := 1+int(seed)%4, 40, 2+int(seed)%7
		rng := rand.New(rand.NewPCG(seed, 7))
		names, factors, _ := sample(seed, k, n)
		d, err := NewDesign(names, factors)
		if err != nil {
			t.Fatal(err)
		}
		returns, whole := table(p, n), make([]float64, n)
		values := make([]float64, p)
		for i := range returns {
			values[i] = 1000 * rng.NormFloat64()
			for s := range n {
				returns[i][s] = rng.NormFloat64() * 0.01
				for j := range k {
					returns[i][s] += factors[j][s] * float64(i+j) / 3
				}
				whole[s] += values[i] * returns[i][s]
			}
		}
		estimates := d.EstimateAll(returns, 20)
		holdings := make([]Holding, p)
		for i, e := range estimates {
			holdings[i] = Holding{ID: "x", Value: values[i], Betas: e.Fit.Params[1:], Specific: e.Specific}
			single, _ := (&Model{names, d.Covariance(), nil}).Decompose([]Holding{{ID: "x", Value: 1, Betas: e.Fit.Params[1:], Specific: e.Specific}})
			if !near(single.Variance(), series.Variance(returns[i]), 1e-10) {
				t.Fatalf("seed %d: series %d has variance %v, split %v", seed, i, series.Variance(returns[i]), single.Variance())
			}
		}
		m := Model{Factors: names, Covariance: d.Covariance()}
		if m.Specific, err = SpecificCovariance(estimates); err != nil {
			t.Fatal(err)
		}
		out, err := m.Decompose(holdings)
		if err != nil || !near(out.Variance(), series.Variance(whole), 1e-10) {
			t.Fatalf("seed %d: %v, the series has %v, %v", seed, out.Variance(), series.Variance(whole), err)
		}
		var sum Part
		for _, part := range out.ByHolding {
			sum.Factor += part.Factor
			sum.Specific += part.Specific
		}
		if !near(sum.Factor, out.Whole.Factor, 1e-9) || !near(sum.Specific, out.Whole.Specific, 1e-9) || !near(series.Sum(out.ByFactor), out.Whole.Factor, 1e-9) {
			t.Fatalf("seed %d: holdings sum to %+v, factors to %v, whole %+v", seed, sum, series.Sum(out.ByFactor), out.Whole)
		}
		for i := range holdings {
			moved := append([]Holding(nil), holdings...)
			step := 1e-4 * holdings[i].Value
			moved[i].Value += step
			up, _ := m.Decompose(moved)
			moved[i].Value -= 2 * step
			down, _ := m.Decompose(moved)
			slope := (up.Variance() - down.Variance()) / (2 * step) * holdings[i].Value / 2
			if math.Abs(slope-out.ByHolding[i].Total()) > 1e-7*out.Variance() {
				t.Fatalf("seed %d, holding %d: %v, by the slope %v", seed, i, out.ByHolding[i].Total(), slope)
			}
		}
	}
}

// A series with gaps is fitted on the periods it has; one with too few is not.
func TestEstimateGaps(t *testing.T) {
	names, factors, y := sample(3, 2, 100)
	d, _ := NewDesign(names, factors)
	gapped := append([]float64(nil), y...)
	for s := range 30 {
		gapped[s] = math.NaN()
	}
	late, _ := NewDesign(names, [][]float64{factors[0][30:], factors[1][30:]})
	want, _ := late.Fit(y[30:], OLS, 0)
	e := d.EstimateAll([][]float64{y, gapped, y[:50]}, 60)
	if e[0].Periods != 100 || e[1].Periods != 70 || e[1].Fit.Params[1] != want.Params[1] || !errors.Is(e[2].Err, ErrShape) {
		t.Errorf("got %+v", e)
	}
	if e := d.EstimateAll([][]float64{gapped}, 71); !errors.Is(e[0].Err, ErrTooShort) {
		t.Error(e[0].Err)
	}
	if _, err := SpecificCovariance(e[:2]); !errors.Is(err, ErrShape) {
		t.Error(err)
	}
}

func TestDecomposeRefuses(t *testing.T) {
	good := Holding{"x", 1, []float64{1, -1}, 0, ""}
	for _, c := range []struct {
		name       string
		covariance [][]float64
		holding    Holding
		want       error
	}{
		{"not square", [][]float64{{1}}, good, ErrModel},
		{"not symmetric", [][]float64{{1, 2}, {0, 1}}, good, ErrModel},
		{"negative variance", [][]float64{{-1, 0}, {0, 1}}, good, ErrModel},
		{"not positive semidefinite", [][]float64{{1, 2}, {2, 1}}, good, ErrIndefinite},
		{"a beta missing", [][]float64{{1, 0}, {0, 1}}, Holding{"x", 1, []float64{1}, 0, ""}, ErrHolding},
		{"specific below zero", [][]float64{{1, 0}, {0, 1}}, Holding{"x", 1, []float64{1, 1}, -1, ""}, ErrHolding},
		{"value unknown", [][]float64{{1, 0}, {0, 1}}, Holding{"x", math.NaN(), []float64{1, 1}, 0, ""}, ErrHolding},
	} {
		if _, err := (&Model{[]string{"a", "b"}, c.covariance, nil}).Decompose([]Holding{c.holding}); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", c.name, err, c.want)
		}
	}
}

func BenchmarkDecompose1000x8(b *testing.B) {
	names, factors, _ := sample(1, 8, 252)
	d, err := NewDesign(names, factors)
	if err != nil {
		b.Fatal(err)
	}
	holdings := make([]Holding, 1000)
	rng := rand.New(rand.NewPCG(1, 1))
	for i := range holdings {
		holdings[i] = Holding{ID: "x", Value: 1000 * rng.NormFloat64(), Betas: make([]float64, 8), Specific: 0.01}
		for j := range holdings[i].Betas {
			holdings[i].Betas[j] = rng.NormFloat64()
		}
	}
	m := Model{Factors: names, Covariance: d.Covariance()}
	for b.Loop() {
		if _, err := m.Decompose(holdings); err != nil {
			b.Fatal(err)
		}
	}
}
