package covariance

import (
	"slices"
	"testing"
)

// Three tight groups of points on a line are found whatever number is allowed.
func TestCutClearest(t *testing.T) {
	at := []float64{0, 0.1, 0.2, 5, 5.1, 9, 9.2, 9.1}
	distances := make([][]float64, len(at))
	for i := range at {
		distances[i] = make([]float64, len(at))
		for j := range at {
			if distances[i][j] = at[i] - at[j]; distances[i][j] < 0 {
				distances[i][j] = -distances[i][j]
			}
		}
	}
	joins, err := Cluster(distances, Average)
	if err != nil {
		t.Fatal(err)
	}
	groups := CutClearest(joins, distances, 2, 6)
	var sizes []int
	for _, g := range groups {
		slices.Sort(g)
		sizes = append(sizes, len(g))
	}
	slices.Sort(sizes)
	if !slices.Equal(sizes, []int{2, 3, 3}) {
		t.Errorf("groups %v", groups)
	}
	if got := CutClearest(joins, distances, 1, 1); len(got) != 1 || len(got[0]) != len(at) {
		t.Errorf("one group asked for, got %v", got)
	}
	if got := CutClearest(joins, distances, 8, 20); len(got) != 8 {
		t.Errorf("no more groups than points: %v", got)
	}
}
