package block

import (
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/foliosight/foliosight/finance/date"
)

func sameBits(a, b []float64) bool {
	return slices.EqualFunc(a, b, func(x, y float64) bool { return math.Float64bits(x) == math.Float64bits(y) })
}

// A block gives back the very bits it was given, whatever they are.
func TestRoundTrip(t *testing.T) {
	for seed := range uint64(300) {
		r := rand.New(rand.NewPCG(seed, 1))
		n := r.IntN(400)
		days := make([]date.Date, n)
		columns := [][]float64{nil, make([]float64, n), make([]float64, n), make([]float64, n)}
		day := date.Must(1965, 3, 1) + date.Date(r.IntN(20000))
		for i := range n {
			day += date.Date(1 + r.IntN(5))
			days[i] = day
			columns[1][i] = float64(r.IntN(1_000_000)) / 100
			columns[2][i] = math.Float64frombits(r.Uint64()) // anything: NaN payloads, infinities, denormals, −0
			columns[3][i] = float64(r.Int64N(1 << 53))
		}
		var got Block
		if err := Read(&got, Append(nil, days, columns...)); err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		if !slices.Equal(got.Days, days) {
			t.Fatalf("seed %d: days differ", seed)
		}
		for c := range columns {
			if !sameBits(got.Columns[c], columns[c]) {
				t.Fatalf("seed %d: column %d differs", seed, c)
			}
		}
	}
}

// The awkward values, one by one, each in a column of its own.
func TestAwkwardValues(t *testing.T) {
	days := []date.Date{1, 2}
	for _, v := range []float64{0, math.Copysign(0, -1), math.NaN(), math.Inf(1), math.Inf(-1), math.MaxFloat64, math.SmallestNonzeroFloat64,
		0.1, 0.1 + 0.2, 1.0 / 3, 1 << 53, 1<<53 - 1, 92233720368547.75, -123.45, 1e-8, 1e-9} {
		var got Block
		if err := Read(&got, Append(nil, days, []float64{v, 12.34})); err != nil || !sameBits(got.Columns[0], []float64{v, 12.34}) {
			t.Errorf("%v: got %v, %v", v, got.Columns, err)
		}
	}
}

// Years read one after the other make one series; a column that one of them lacks is
// unknown there, not zero.
func TestSeveralBlocks(t *testing.T) {
	var got Block
	for _, b := range [][]byte{
		Append(nil, []date.Date{1, 2}, []float64{10, 11}, nil),
		Append(nil, []date.Date{400}, []float64{12}, []float64{5}),
		Append(nil, []date.Date{800}, []float64{13}),
	} {
		if err := Read(&got, b); err != nil {
			t.Fatal(err)
		}
	}
	nan := math.NaN()
	if !slices.Equal(got.Days, []date.Date{1, 2, 400, 800}) || !slices.Equal(got.Columns[0], []float64{10, 11, 12, 13}) ||
		!sameBits(got.Columns[1], []float64{nan, nan, 5, nan}) {
		t.Errorf("got %v %v", got.Days, got.Columns)
	}
}

// Prices as quoted take little room: that is what makes loading fast.
func TestSize(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 7))
	days, closes := make([]date.Date, 252), make([]float64, 252)
	price := 15_000
	for i := range days {
		price += r.IntN(401) - 200
		days[i], closes[i] = date.Date(10_000+i), float64(price)/100
	}
	if size := len(Append(nil, days, closes)); size > 252*3+32 {
		t.Errorf("a year of closes takes %d bytes", size)
	}
}

// Each changed or missing byte is noticed.
func TestDamage(t *testing.T) {
	good := Append(nil, []date.Date{10, 11, 15}, []float64{1.5, 2.25, math.Pi}, []float64{100, 200, 300})
	for i := range good {
		for _, bad := range [][]byte{good[:i], flipped(good, i)} {
			var got Block
			if err := Read(&got, bad); !errors.Is(err, ErrDamaged) {
				t.Fatalf("byte %d: got %v, %v", i, got, err)
			}
		}
	}
}

func flipped(b []byte, i int) []byte {
	c := slices.Clone(b)
	c[i] ^= 0x10
	return c
}

func FuzzRead(f *testing.F) {
	f.Add(Append(nil, []date.Date{10, 11}, []float64{1.5, 2.25}))
	f.Fuzz(func(t *testing.T, b []byte) {
		var got Block
		if err := Read(&got, b); err != nil && !errors.Is(err, ErrDamaged) {
			t.Fatal(err)
		}
	})
}

func BenchmarkRead(b *testing.B) {
	days, closes := make([]date.Date, 252), make([]float64, 252)
	for i := range days {
		days[i], closes[i] = date.Date(10_000+i), float64(15_000+i*37%400)/100
	}
	packed := Append(nil, days, closes)
	for b.Loop() {
		got := Block{Days: make([]date.Date, 0, 252), Columns: [][]float64{make([]float64, 0, 252)}}
		if err := Read(&got, packed); err != nil {
			b.Fatal(err)
		}
	}
}
