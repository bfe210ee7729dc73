package covariance

import "math"

// CutClearest splits the leaves of a clustering into the number of groups, from least to
// most, that are told apart most clearly: the one of largest mean silhouette, the
// fewest of equal ones.
//
// The silhouette of a leaf is (b − a) / max(a, b), with a its mean distance to its own
// group and b that to the nearest other one; 0 for a group of one (Rousseeuw 1987).
func CutClearest(joins []Join, distances [][]float64, least, most int) [][]int {
	n := len(joins) + 1
	least, most = max(1, min(least, n)), max(1, min(most, n))
	best, clearest := Cut(joins, least), math.Inf(-1)
	for k := least; k <= most; k++ {
		groups := Cut(joins, k)
		if s := silhouette(groups, distances); s > clearest+1e-12 {
			best, clearest = groups, s
		}
	}
	return best
}

// silhouette is the mean over all leaves.
func silhouette(groups [][]int, distances [][]float64) float64 {
	sum, count := 0.0, 0
	for g, members := range groups {
		for _, i := range members {
			count++
			if len(members) == 1 {
				continue
			}
			own, other := 0.0, math.Inf(1)
			for h, others := range groups {
				total := 0.0
				for _, j := range others {
					total += distances[i][j]
				}
				if h == g {
					own = total / float64(len(members)-1)
				} else {
					other = math.Min(other, total/float64(len(others)))
				}
			}
			if larger := math.Max(own, other); larger > 0 && !math.IsInf(other, 1) {
				sum += (other - own) / larger
			}
		}
	}
	return sum / float64(count)
}
