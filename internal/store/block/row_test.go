package block_test

import (
	"errors"
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/foliosight/foliosight/internal/store/block"
)

// Whatever was packed comes back bit for bit, and no damage goes unnoticed or panics.
func TestRowsComeBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		names := rapid.SliceOfNDistinct(rapid.StringN(0, 8, 20), 0, 20, rapid.ID[string]).Draw(t, "names")
		slices.Sort(names)
		value := rapid.OneOf(rapid.Float64(), rapid.SampledFrom([]float64{0, math.NaN(), 12.34, -0.5, 1e15, math.Inf(1)}))
		var columns [][]float64
		for range rapid.IntRange(0, 4).Draw(t, "columns") {
			if rapid.Bool().Draw(t, "absent") {
				columns = append(columns, nil)
				continue
			}
			columns = append(columns, rapid.SliceOfN(value, len(names), len(names)).Draw(t, "values"))
		}
		packed := block.AppendRow(nil, names, columns...)
		got, err := block.ReadRow(packed)
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(got.Names, names) || len(got.Columns) != len(columns) {
			t.Fatalf("names %q, %d columns", got.Names, len(got.Columns))
		}
		for i := range columns {
			for k := range columns[i] {
				if math.Float64bits(got.Columns[i][k]) != math.Float64bits(columns[i][k]) {
					t.Fatalf("column %d, %d: %v, want %v", i, k, got.Columns[i][k], columns[i][k])
				}
			}
		}
		at := rapid.IntRange(0, len(packed)-1).Draw(t, "at")
		packed[at] ^= byte(rapid.IntRange(1, 255).Draw(t, "by"))
		if _, err := block.ReadRow(packed); !errors.Is(err, block.ErrDamaged) {
			t.Fatalf("damage at %d: %v", at, err)
		}
		if _, err := block.ReadRow(packed[:at]); !errors.Is(err, block.ErrDamaged) {
			t.Fatalf("cut at %d: %v", at, err)
		}
	})
}
