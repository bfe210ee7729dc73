package risk

import "math"

// Durations is a test of whether the days between exceptions are those of a
// process without memory (Christoffersen and Pelletier 2004): they are fitted by
// a Weibull distribution, whose shape is 1 without memory and below 1 when
// exceptions come in clusters. One degree of freedom.
type Durations struct{ Shape, LR, P Figure }

// The shape is sought between these.
const leastShape, mostShape = 0.01, 50

// DurationTest measures the days between the losses above their limit. The
// stretches before the first and after the last are counted as not ended, unless
// the sample begins or ends with an exception. It needs two exceptions, and two
// stretches.
func DurationTest(losses, limits []float64) Durations {
	var d weibull
	last := -1
	for t, loss := range losses {
		if !(loss > limits[t]) {
			continue
		}
		switch {
		case last >= 0:
			d.ended = append(d.ended, float64(t-last))
		case t > 0:
			d.open = append(d.open, float64(t+1))
		}
		last = t
	}
	if last >= 0 && last < len(losses)-1 {
		d.open = append(d.open, float64(len(losses)-1-last))
	}
	if len(d.ended) < 1 || len(d.ended)+len(d.open) < 2 {
		reason := TooShort
		if len(losses) == 0 {
			reason = Empty
		}
		return Durations{missing(reason), missing(reason), missing(reason)}
	}
	const golden = 0.6180339887498949
	low, high := math.Log(leastShape), math.Log(mostShape)
	a, b := high-float64(golden*(high-low)), low+float64(golden*(high-low))
	fa, fb := d.at(math.Exp(a)), d.at(math.Exp(b))
	for high-low > 1e-9 {
		if fa >= fb {
			high, b, fb = b, a, fa
			a = high - float64(golden*(high-low))
			fa = d.at(math.Exp(a))
		} else {
			low, a, fa = a, b, fb
			b = low + float64(golden*(high-low))
			fb = d.at(math.Exp(b))
		}
	}
	shape := math.Exp(low + (high-low)/2)
	lr := math.Max(0, 2*(d.at(shape)-d.at(1)))
	return Durations{measured(shape), measured(lr), measured(math.Erfc(math.Sqrt(lr / 2)))}
}

// weibull holds durations, those that ended and those cut off by the sample.
type weibull struct{ ended, open []float64 }

// at is the log-likelihood at a shape, with the scale that is likeliest for it:
// aᵇ = ended / Σ Dᵇ.
func (d weibull) at(shape float64) float64 {
	count := float64(len(d.ended))
	longest, logs := 0.0, 0.0
	for _, x := range d.ended {
		longest = math.Max(longest, x)
		logs += math.Log(x)
	}
	for _, x := range d.open {
		longest = math.Max(longest, x)
	}
	powers := 0.0 // Σ (D / longest)ᵇ
	for _, x := range d.ended {
		powers += math.Pow(x/longest, shape)
	}
	for _, x := range d.open {
		powers += math.Pow(x/longest, shape)
	}
	logA := math.Log(count/powers) - float64(shape*math.Log(longest)) // b ln a
	return float64(count*(logA+math.Log(shape))) + float64((shape-1)*logs) - count
}
