package covariance

import "github.com/foliosight/foliosight/finance/internal/kernel"

// stretch is how many periods are multiplied before their sum is added to the
// rest: what two strips of columns need then stays in the cache next to the
// processor.
const stretch = 256

// products is the matrix of the columns' inner products, times scale. Each is
// the sum of the sums of stretches, whatever the place of the columns, so equal
// columns have equal rows.
func products(columns [][]float64, scale float64) [][]float64 {
	n := len(columns)
	out := rows(n, n)
	if n == 0 {
		return out
	}
	var left, right strips
	var tile [kernel.Rows * kernel.Columns]float64
	for from := 0; from < len(columns[0]); from += stretch {
		to := min(from+stretch, len(columns[0]))
		left.fill(columns, from, to, kernel.Rows)
		right.fill(columns, from, to, kernel.Columns)
		for j := 0; j < n; j += kernel.Columns {
			for i := j &^ (kernel.Rows - 1); i < n; i += kernel.Rows { // from the diagonal down
				tile = [len(tile)]float64{}
				kernel.Tile(left.strip(i), right.strip(j), &tile)
				add(out, &tile, i, j)
			}
		}
	}
	for i, row := range out {
		for j := range i + 1 {
			row[j] *= scale
			out[j][i] = row[j]
		}
	}
	return out
}

// crossed is the matrix of inner products of the columns of a with those of b,
// as many of one length, times scale.
func crossed(a, b [][]float64, scale float64) [][]float64 {
	n := len(a)
	out := rows(n, n)
	if n == 0 {
		return out
	}
	var left, right strips
	var tile [kernel.Rows * kernel.Columns]float64
	for from := 0; from < len(a[0]); from += stretch {
		to := min(from+stretch, len(a[0]))
		left.fill(a, from, to, kernel.Rows)
		right.fill(b, from, to, kernel.Columns)
		for j := 0; j < n; j += kernel.Columns {
			for i := 0; i < n; i += kernel.Rows {
				tile = [len(tile)]float64{}
				kernel.Tile(left.strip(i), right.strip(j), &tile)
				add(out, &tile, i, j)
			}
		}
	}
	for _, row := range out {
		for j := range row {
			row[j] *= scale
		}
	}
	return out
}

// add adds what of a tile at row i and column j lies within the matrix.
func add(out [][]float64, tile *[kernel.Rows * kernel.Columns]float64, i, j int) {
	width := min(kernel.Columns, len(out)-j)
	for k := range min(kernel.Rows, len(out)-i) {
		row := out[i+k][j : j+width]
		for l, v := range tile[k*kernel.Columns:][:width] {
			row[l] += v
		}
	}
}

// strips holds a stretch of all columns in strips of width columns each, the
// values of a period side by side; the last strip is filled up with zeros.
type strips struct {
	cells         []float64
	width, length int
}

// strip is the one that begins with column i.
func (s *strips) strip(i int) []float64 {
	size := s.width * s.length
	at := i / s.width * size
	return s.cells[at : at+size]
}

// fill takes the periods from…to of the columns.
func (s *strips) fill(columns [][]float64, from, to, width int) {
	s.width, s.length = width, to-from
	count := (len(columns) + width - 1) / width
	if need := count * width * s.length; cap(s.cells) < need {
		s.cells = make([]float64, need)
	} else {
		s.cells = s.cells[:need]
	}
	for i := range count * width {
		strip, at := s.strip(i), i%width
		if i >= len(columns) {
			for k := at; k < len(strip); k += width {
				strip[k] = 0
			}
			continue
		}
		for _, v := range columns[i][from:to] {
			strip[at] = v
			at += width
		}
	}
}
