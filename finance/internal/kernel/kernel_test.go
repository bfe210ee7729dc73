package kernel

import (
	"math"
	"math/rand/v2"
	"testing"
)

func numbers(rng *rand.Rand, n int) []float64 {
	out := make([]float64, n)
	for i := range out {
		out[i] = rng.NormFloat64() * math.Exp(3*rng.NormFloat64())
	}
	return out
}

// plainly runs f without the assembly, whatever the processor.
func plainly(f func()) {
	before := accelerated
	accelerated = false
	f()
	accelerated = before
}

// The assembly gives the bits of the Go code, and both those of the definition.
func TestTileIsItsDefinition(t *testing.T) {
	for seed := range uint64(40) {
		rng := rand.New(rand.NewPCG(seed, 1))
		steps := int(seed)
		a, b, start := numbers(rng, steps*Rows), numbers(rng, steps*Columns), numbers(rng, Rows*Columns)
		fast, plain := [32]float64(start), [32]float64(start)
		Tile(a, b, &fast)
		plainly(func() { Tile(a, b, &plain) })
		for i := range Rows {
			for j := range Columns {
				sum := 0.0
				for k := range steps {
					sum += float64(a[Rows*k+i] * b[Columns*k+j])
				}
				want := start[i*Columns+j] + sum
				if fast[i*Columns+j] != want || plain[i*Columns+j] != want {
					t.Fatalf("%d steps, cell %d %d: %v and %v, want %v", steps, i, j, fast[i*Columns+j], plain[i*Columns+j], want)
				}
			}
		}
	}
}

func TestRotateTurns(t *testing.T) {
	for n := range 23 {
		rng := rand.New(rand.NewPCG(uint64(n), 2))
		x, y := numbers(rng, n), numbers(rng, n)
		s, c := math.Sincos(rng.Float64() * 7)
		u, v := append([]float64(nil), x...), append([]float64(nil), y...)
		Rotate(u, v, c, s)
		for i := range n {
			p, q := float64(c*x[i])+float64(s*y[i]), float64(c*y[i])-float64(s*x[i])
			if u[i] != p || v[i] != q {
				t.Fatalf("%d of %d: %v %v, want %v %v", i, n, u[i], v[i], p, q)
			}
		}
		plainly(func() { Rotate(x, y, c, s) })
		for i := range n {
			if x[i] != u[i] || y[i] != v[i] {
				t.Fatalf("%d of %d: %v %v in Go, %v %v here", i, n, x[i], y[i], u[i], v[i])
			}
		}
	}
}

func TestGatherIsItsDefinition(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 3))
	panel := numbers(rng, 40*Lanes)
	for n := range 30 {
		weights, names := numbers(rng, n), make([]int32, n)
		for k := range names {
			names[k] = rng.Int32N(40)
		}
		var fast, plain [Lanes]float64
		fast[3] = 7 // what was there before does not matter
		Gather(panel, names, weights, &fast)
		plainly(func() { Gather(panel, names, weights, &plain) })
		for l := range Lanes {
			var sums [2]float64
			for k, i := range names {
				sums[k%2] += float64(weights[k] * panel[int(i)*Lanes+l])
			}
			if want := sums[0] + sums[1]; fast[l] != want || plain[l] != want {
				t.Fatalf("%d names, lane %d: %v and %v, want %v", n, l, fast[l], plain[l], want)
			}
		}
	}
}

func BenchmarkTile(b *testing.B) {
	rng := rand.New(rand.NewPCG(1, 1))
	x, y := numbers(rng, 256*Rows), numbers(rng, 256*Columns)
	var c [32]float64
	run := func(b *testing.B) {
		for range b.N {
			Tile(x, y, &c)
		}
		b.ReportMetric(float64(b.N)*256*32/b.Elapsed().Seconds()/1e9, "Gmadd/s")
	}
	b.Run("processor", run)
	b.Run("go", func(b *testing.B) { plainly(func() { run(b) }) })
}

func BenchmarkGather50(b *testing.B) {
	rng := rand.New(rand.NewPCG(1, 1))
	panel, weights, names := numbers(rng, 500*Lanes), numbers(rng, 50), make([]int32, 50)
	for k := range names {
		names[k] = rng.Int32N(500)
	}
	var out [Lanes]float64
	run := func(b *testing.B) {
		for range b.N {
			Gather(panel, names, weights, &out)
		}
	}
	b.Run("processor", run)
	b.Run("go", func(b *testing.B) { plainly(func() { run(b) }) })
}

func BenchmarkRotate500(b *testing.B) {
	rng := rand.New(rand.NewPCG(1, 1))
	x, y := numbers(rng, 500), numbers(rng, 500)
	run := func(b *testing.B) {
		for range b.N {
			Rotate(x, y, 0.8, 0.6)
		}
	}
	b.Run("processor", run)
	b.Run("go", func(b *testing.B) { plainly(func() { run(b) }) })
}
