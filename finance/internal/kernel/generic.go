package kernel

// tile is Tile in Go, two rows by four columns at a time.
func tile(a, b []float64, c *[Rows * Columns]float64) {
	for i := 0; i < Rows; i += 2 {
		for j := 0; j < Columns; j += 4 {
			var c00, c01, c02, c03, c10, c11, c12, c13 float64
			p, q := a, b
			for len(p) >= Rows && len(q) >= Columns {
				x, y := p[i], p[i+1]
				u := q[j : j+4 : j+4]
				c00 += float64(x * u[0])
				c01 += float64(x * u[1])
				c02 += float64(x * u[2])
				c03 += float64(x * u[3])
				c10 += float64(y * u[0])
				c11 += float64(y * u[1])
				c12 += float64(y * u[2])
				c13 += float64(y * u[3])
				p, q = p[Rows:], q[Columns:]
			}
			top, low := c[i*Columns+j:], c[(i+1)*Columns+j:]
			top[0] += c00
			top[1] += c01
			top[2] += c02
			top[3] += c03
			low[0] += c10
			low[1] += c11
			low[2] += c12
			low[3] += c13
		}
	}
}

// rotate is Rotate in Go.
func rotate(x, y []float64, c, s float64) {
	y = y[:len(x)]
	for i, u := range x {
		v := y[i]
		x[i] = float64(c*u) + float64(s*v)
		y[i] = float64(c*v) - float64(s*u)
	}
}

// gather is Gather in Go, four lanes at a time.
func gather(panel []float64, names []int32, weights []float64, out *[Lanes]float64) {
	for at := 0; at < Lanes; at += 4 {
		var even, odd [4]float64
		k := 0
		for ; k+1 < len(names); k += 2 {
			w, p := weights[k], panel[int(names[k])*Lanes+at:]
			even[0] += float64(w * p[0])
			even[1] += float64(w * p[1])
			even[2] += float64(w * p[2])
			even[3] += float64(w * p[3])
			w, p = weights[k+1], panel[int(names[k+1])*Lanes+at:]
			odd[0] += float64(w * p[0])
			odd[1] += float64(w * p[1])
			odd[2] += float64(w * p[2])
			odd[3] += float64(w * p[3])
		}
		if k < len(names) {
			w, p := weights[k], panel[int(names[k])*Lanes+at:]
			for l := range even {
				even[l] += float64(w * p[l])
			}
		}
		for l := range even {
			out[at+l] = even[l] + odd[l]
		}
	}
}
