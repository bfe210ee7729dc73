// Package factor explains returns by factors: time-series regressions with their
// errors, and the split of risk into what the factors do and what is specific.
//
// Model: r_t = α + Σ βₖ f_kt + ε_t over periods t, estimated jointly for all
// factors by least squares. Returns and factors are simple returns a period,
// aligned and without gaps, usually over the risk-free rate.
//
// Units: α is per period, betas are pure numbers, residual deviation is per
// period with n − k degrees of freedom (k counts α).
//
// Sources: White 1980 and MacKinnon and White 1985 for HC errors, Newey and West
// 1987 and 1994 for HAC, Hoerl and Kennard 1970 for ridge; Jarque and Bera 1987,
// Ljung and Box 1978 and Koenker 1981 for the tests of residuals; the split of
// variance after Grinold and Kahn, Active Portfolio Management, 2nd ed., chapter 3.
package factor

import (
	"errors"
	"fmt"
	"math"
	"sync"

	"gonum.org/v1/gonum/floats"

	"github.com/foliosight/foliosight/finance/series"
)

// The faults of a regression.
var (
	ErrShape     = errors.New("factors and returns must cover the same periods")
	ErrTooShort  = errors.New("too few periods for so many factors")
	ErrCollinear = errors.New("a factor follows from the others")
)

// Design is a set of factors over one window of periods, factorised once, so
// that any number of return series can be regressed on it, also at the same time.
type Design struct {
	Names []string
	// VIF is the variance inflation of each factor: 1 when it is uncorrelated
	// with the others, above 10 its beta is poorly told from theirs.
	VIF []float64
	// Condition is the ratio of the largest to the smallest singular value of the
	// standardised factors.
	Condition float64

	factors   [][]float64
	means     []float64
	q         [][]float64 // orthonormal columns spanning the centred factors
	r         [][]float64 // upper triangle: centred factors = q r
	rInverse  [][]float64
	once      sync.Once   // builds the two below when they are first needed
	influence [][]float64 // row by parameter: (X′X)⁻¹ X′
	leverage  []float64
}

// NewDesign factorises factors, columns of returns of one length. A factor that
// is constant, or that the ones before it explain, is refused by name.
func NewDesign(names []string, factors [][]float64) (*Design, error) {
	k := len(factors)
	if k == 0 || len(names) != k {
		return nil, fmt.Errorf("%d factors, %d names: %w", k, len(names), ErrShape)
	}
	n := len(factors[0])
	for i, f := range factors {
		if len(f) != n {
			return nil, fmt.Errorf("factor %s has %d periods, %s %d: %w", names[i], len(f), names[0], n, ErrShape)
		}
	}
	if n < k+2 {
		return nil, fmt.Errorf("%d periods for %d factors, at least %d needed: %w", n, k, k+2, ErrTooShort)
	}
	d := &Design{Names: names, factors: factors, means: make([]float64, k)}
	if err := d.orthogonalise(n); err != nil {
		return nil, err
	}
	d.invert()
	d.diagnose()
	return d, nil
}

// orthogonalise is the modified Gram-Schmidt process, done twice, on the centred factors.
func (d *Design) orthogonalise(n int) error {
	k := len(d.factors)
	d.q, d.r = table(k, n), table(k, k)
	for j, f := range d.factors {
		d.means[j] = series.Mean(f)
		v := d.q[j]
		for t, x := range f {
			v[t] = x - d.means[j]
		}
		size := math.Sqrt(floats.Dot(v, v))
		for range 2 {
			for i := range j {
				c := floats.Dot(d.q[i], v)
				d.r[i][j] += c
				floats.AddScaled(v, -c, d.q[i])
			}
		}
		left := math.Sqrt(floats.Dot(v, v))
		if !(left > 1e-10*size) || !(size > 1e-14*series.Largest(f)*math.Sqrt(float64(n))) || math.IsInf(size, 0) {
			return fmt.Errorf("factor %s: %w", d.Names[j], ErrCollinear)
		}
		d.r[j][j] = left
		floats.Scale(1/left, v)
	}
	return nil
}

// invert builds r⁻¹ by back substitution.
func (d *Design) invert() {
	k := len(d.r)
	d.rInverse = table(k, k)
	for j := range k {
		d.rInverse[j][j] = 1 / d.r[j][j]
		for i := j - 1; i >= 0; i-- {
			sum := 0.0
			for m := i + 1; m <= j; m++ {
				sum += float64(d.r[i][m] * d.rInverse[m][j])
			}
			d.rInverse[i][j] = -sum / d.r[i][i]
		}
	}
}

// inverseAt is an element of (X′X)⁻¹ of the centred factors.
func (d *Design) inverseAt(i, j int) float64 {
	return series.Dot(d.rInverse[i], d.rInverse[j])
}

// diagnose fills VIF and Condition.
func (d *Design) diagnose() {
	k := len(d.r)
	d.VIF = make([]float64, k)
	scaled := table(k, k)
	for j := range k {
		squares := 0.0
		for i := range j + 1 {
			squares += float64(d.r[i][j] * d.r[i][j])
		}
		d.VIF[j] = d.inverseAt(j, j) * squares
		for i := range j + 1 {
			scaled[i][j] = d.r[i][j] / math.Sqrt(squares)
		}
	}
	d.Condition = conditionOf(scaled)
}

func table(rows, columns int) [][]float64 {
	out, cells := make([][]float64, rows), make([]float64, rows*columns)
	for i := range out {
		out[i] = cells[i*columns : (i+1)*columns : (i+1)*columns]
	}
	return out
}

// Periods is how many periods the design covers.
func (d *Design) Periods() int { return len(d.q[0]) }
