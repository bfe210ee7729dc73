// Package kernel holds the inner loops of matrices and of books of many
// positions, in the few places where a measured figure of the finance library
// rests on them.
//
// Each function is written twice: in Go, for every processor, and in assembly
// for amd64 processors with AVX2. Both do the same additions in the same order
// and round every product before it is added (no fused multiply-add), so that
// the results agree to the last bit; a test holds one against the other.
package kernel

// Rows and Columns are the size of the tile that Tile adds to.
const (
	Rows    = 4
	Columns = 8
)

// Lanes is how many scenarios Gather values at a time.
const Lanes = 8

// Tile adds to c, a tile of 4 rows and 8 columns, the product of two strips: for
// each step k, c[i][j] += a[4k+i] b[8k+j]. The products of all steps are summed
// from the first to the last before they are added to c. len(a) is a multiple of
// four and b holds eight numbers a step.
func Tile(a, b []float64, c *[Rows * Columns]float64) {
	steps := len(a) / Rows
	if steps == 0 {
		return
	}
	b = b[:steps*Columns]
	if accelerated {
		tileAVX(steps, &a[0], &b[0], c)
		return
	}
	tile(a, b, c)
}

// Rotate turns the pair of vectors x, y in their plane:
//
//	x, y = c x + s y, c y − s x
//
// y must be as long as x.
func Rotate(x, y []float64, c, s float64) {
	y = y[:len(x)]
	n := 0
	if accelerated {
		if n = len(x) &^ 3; n > 0 {
			rotateAVX(n, &x[0], &y[0], c, s)
		}
	}
	rotate(x[n:], y[n:], c, s)
}

// Gather is the value of a book in eight scenarios: out[l] = Σₖ weights[k]
// panel[8·names[k] + l]. Names at even and at odd places are summed apart and
// then together. weights is as long as names, and every name lies in the panel.
func Gather(panel []float64, names []int32, weights []float64, out *[Lanes]float64) {
	weights = weights[:len(names)]
	if len(names) == 0 {
		*out = [Lanes]float64{}
		return
	}
	if accelerated {
		gatherAVX(len(names), &panel[0], &names[0], &weights[0], out)
		return
	}
	gather(panel, names, weights, out)
}
