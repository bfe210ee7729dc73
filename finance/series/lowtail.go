package series

import "math"

// LowTail is the quantile of x at share p in [0, 1], as Quantile has it, and the
// mean of the values not above it, added up in the order of x. x is left as it
// is and must not be empty; work is room for at least twice as many values.
//
// A sample of x tells roughly where the quantile lies, so that only the values
// below that are looked at again.
func LowTail(x []float64, p float64, work []float64) (quantile, mean float64) {
	low := lowRank(len(x), p)
	kept := candidates(x, work, low)
	scratch := work[len(x):][:len(kept)]
	copy(scratch, kept)
	quantile = quantileOf(scratch, len(x), p)
	sum, count := 0.0, 0
	for _, v := range kept {
		if v <= quantile {
			sum += v
			count++
		}
	}
	return quantile, sum / float64(count)
}

// candidates copies to the beginning of work, in their order, values of x that
// hold at least the low+2 smallest ones.
func candidates(x, work []float64, low int) []float64 {
	const step, least = 16, 256
	threshold := math.Inf(1)
	if len(x) >= least {
		sample := work[:0]
		for i := 0; i < len(x); i += step {
			sample = append(sample, x[i])
		}
		// two deviations above the rank to be expected
		share := math.Min(1, float64(low+2)/float64(len(x)))
		rank := float64(len(sample))*share + 2*math.Sqrt(float64(len(sample))*share*(1-share)) + 1
		if at := int(rank); at < len(sample) {
			Select(sample, at)
			threshold = sample[at]
		}
	}
	count := 0
	work = work[:len(x)]
	for _, v := range x {
		work[count] = v
		one := 0
		if v <= threshold {
			one = 1
		}
		count += one
	}
	if count < low+2 && count < len(x) { // the sample was not like the rest
		return work[:copy(work, x)]
	}
	return work[:count]
}
