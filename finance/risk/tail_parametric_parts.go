package risk

import (
	"math"

	"github.com/foliosight/foliosight/finance/series"
)

// NormalParts is NormalTail of a book whose positions are columns of returns held
// with weights (or money), split among them.
//
// The part of a position in VaR and in ES is the loss to be expected of it when
// the book loses so much. Under a normal distribution of all positions, and under
// any other elliptical one, that is linear in the loss of the book:
//
//	partᵢ = −mᵢ + βᵢ (VaR + m),  βᵢ = cov(i, book) / var(book)
//
// with mᵢ the mean profit of the position and m that of the book. It is weight
// times the change of VaR per unit of weight, and the parts add up. A book without
// variance has no parts (NoVolatility).
func NormalParts(columns [][]float64, weights []float64, confidence float64) TailParts {
	book := Weigh(columns, weights)
	return ellipticalParts(NormalTail(book, confidence), book, columns, weights)
}

// StudentParts is StudentTail of a book, split as in NormalParts: a joint t
// distribution is elliptical too.
func StudentParts(columns [][]float64, weights []float64, confidence float64) TailParts {
	book := Weigh(columns, weights)
	return ellipticalParts(StudentTail(book, confidence), book, columns, weights)
}

func ellipticalParts(tail Tail, book []float64, columns [][]float64, weights []float64) TailParts {
	out := TailParts{Tail: tail}
	m, ok := positionMoments(book, columns, weights)
	if !ok {
		out.NoComponentVaR = NoVolatility
		return out
	}
	part := func(loss Figure) []float64 {
		if !loss.Known() {
			return nil
		}
		parts := make([]float64, len(columns))
		for i, mean := range m.means {
			parts[i] = float64(m.second[i]/m.m2*(loss.Value+m.mean)) - mean
		}
		return parts
	}
	out.NoComponentVaR = tail.VaR.Reason
	out.ComponentVaR, out.ComponentES = part(tail.VaR), part(tail.ES)
	return out
}

// CornishFisherParts is CornishFisherTail of a book, split by Euler's rule: part is
// weight times the change of the figure per unit of weight, in which a position
// counts with its co-skewness and co-kurtosis to the book. The parts add up.
//
// Source: Boudt, Peterson and Croux, Journal of Risk 11 (2008), here with the
// conventions of CornishFisherTail.
func CornishFisherParts(columns [][]float64, weights []float64, confidence float64) TailParts {
	book := Weigh(columns, weights)
	whole := CornishFisherTail(book, confidence)
	out := TailParts{Tail: whole.Tail, NoComponentVaR: whole.VaR.Reason}
	if !whole.VaR.Known() {
		return out
	}
	m, ok := positionMoments(book, columns, weights)
	if !ok {
		out.NoComponentVaR = NoVolatility
		return out
	}
	z, share := normalQuantile(1-confidence), 1-confidence
	density := normalDensity(z)
	out.ComponentVaR = m.euler(1, z, float64(z*z), float64(z*float64(z*z)))
	if whole.ES.Known() {
		out.ComponentES = m.euler(1, -density/share, 1-float64(z*density)/share, -(float64(z*z)+2)*density/share)
	}
	return out
}

// moments are those of a book about its mean, and the means over the periods of
// each position's deviation times powers of the book's, weights included.
type moments struct {
	mean, m2, m3, m4     float64 // population moments of the book
	deviation            float64 // n − 1
	means                []float64
	second, third, forth []float64 // E[cᵢ d], E[cᵢ d²], E[cᵢ d³]
}

func positionMoments(book []float64, columns [][]float64, weights []float64) (m moments, ok bool) {
	n := float64(len(book))
	if len(book) < 2 || series.FirstBad(book) >= 0 {
		return m, false
	}
	m.mean, m.deviation = series.Mean(book), series.StdDev(book)
	if !(m.deviation > 1e-14*series.Largest(book)) || m.deviation < 1e-75 || m.deviation > 1e75 {
		return m, false // squares of squares must stay within float64
	}
	d, d2, d3 := make([]float64, len(book)), make([]float64, len(book)), make([]float64, len(book))
	for t, p := range book {
		d[t] = p - m.mean
		d2[t] = d[t] * d[t]
		d3[t] = d2[t] * d[t]
	}
	m.m2, m.m3, m.m4 = series.Mean(d2), series.Mean(d3), series.Dot(d2, d2)/n
	m.means, m.second = make([]float64, len(columns)), make([]float64, len(columns))
	m.third, m.forth = make([]float64, len(columns)), make([]float64, len(columns))
	for i, c := range columns {
		mean := series.Mean(c)
		m.means[i] = weights[i] * mean
		m.second[i] = weights[i] * series.Dot(c, d) / n // the mean of d is zero
		m.third[i] = weights[i] * (series.Dot(c, d2)/n - float64(mean*m.m2))
		m.forth[i] = weights[i] * (series.Dot(c, d3)/n - float64(mean*m.m3))
	}
	return m, true
}

// euler is the split of −(m + s (c₀ e₀ + c₁ e₁ + c₂ e₂ + c₃ e₃)), c the cubic of
// Cornish and Fisher and e what its powers of z become: those of the quantile for
// VaR, their means over the tail for ES.
func (m moments) euler(e0, e1, e2, e3 float64) []float64 {
	root := math.Sqrt(m.m2)
	skew, kurtosis := m.m3/float64(m.m2*root), m.m4/float64(m.m2*m.m2)-3
	c0, c1 := -skew/6, 1-kurtosis/8+5*float64(skew*skew)/36
	c2, c3 := skew/6, kurtosis/24-float64(skew*skew)/18
	value := float64(c0*e0) + float64(c1*e1) + float64(c2*e2) + float64(c3*e3)
	bySkew := (e2-e0)/6 + float64(skew*(5*e1/18-e3/9))
	byKurtosis := e3/24 - e1/8
	parts := make([]float64, len(m.means))
	for i := range parts {
		// changes per unit of weight, times the weight
		inM2 := 2 * m.second[i]
		inS := m.deviation * inM2 / (2 * m.m2)
		inSkew := 3*m.third[i]/float64(m.m2*root) - 1.5*skew*inM2/m.m2
		inKurtosis := 4*m.forth[i]/float64(m.m2*m.m2) - 2*(kurtosis+3)*inM2/m.m2
		parts[i] = -(m.means[i] + float64(inS*value) + float64(m.deviation*(float64(bySkew*inSkew)+float64(byKurtosis*inKurtosis))))
	}
	return parts
}
