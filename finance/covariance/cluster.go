package covariance

import (
	"errors"
	"fmt"
	"math"
	"sort"
)

// Linkage says how far two clusters are apart.
type Linkage string

// The linkages: the nearest pair, the farthest, the mean, and the growth in
// squared deviation that joining would bring.
const (
	Single   Linkage = "single"
	Complete Linkage = "complete"
	Average  Linkage = "average"
	Ward     Linkage = "ward"
)

// ErrLinkage reports a linkage that is not one of the four.
var ErrLinkage = errors.New("linkage must be single, complete, average or ward")

// Join is one step of a clustering: clusters I and J, I < J, become one of Size
// leaves at Height. Leaves count from 0, joined clusters from the number of
// leaves in the order of joining.
type Join struct {
	I, J   int
	Height float64
	Size   int
}

// Cluster joins n leaves by their distances, nearest first: n − 1 joins in
// ascending height. It follows chains of nearest neighbours (Müllner 2011), so
// the work grows with the square of n.
func Cluster(distances [][]float64, linkage Linkage) ([]Join, error) {
	switch linkage {
	case Single, Complete, Average, Ward:
	default:
		return nil, fmt.Errorf("%q: %w", linkage, ErrLinkage)
	}
	n := len(distances)
	d := rows(n, n)
	for i, row := range distances {
		for j, v := range row {
			if math.IsNaN(v) {
				return nil, fmt.Errorf("distance of %d and %d is unknown: %w", i, j, ErrShape)
			}
		}
		copy(d[i], row)
	}
	size := make([]int, n) // 0 once a cluster has been joined to another
	for i := range size {
		size[i] = 1
	}
	joins, chain := make([]Join, 0, max(n-1, 0)), make([]int, 0, n)
	for len(joins) < n-1 {
		if len(chain) == 0 {
			for i := range n {
				if size[i] > 0 {
					chain = append(chain, i)
					break
				}
			}
		}
		x := chain[len(chain)-1]
		// ties go to the one before in the chain, so that the chain ends
		y, best := -1, math.Inf(1)
		if len(chain) > 1 {
			y = chain[len(chain)-2]
			best = d[x][y]
		}
		for i, v := range d[x] {
			if size[i] > 0 && i != x && v < best {
				y, best = i, v
			}
		}
		if len(chain) < 2 || y != chain[len(chain)-2] {
			chain = append(chain, y)
			continue
		}
		chain = chain[:len(chain)-2]
		joins = append(joins, Join{I: min(x, y), J: max(x, y), Height: best})
		merge(d, size, min(x, y), max(x, y), best, linkage)
	}
	return labelled(joins, n), nil
}

// merge puts cluster x into y and updates the distances to y (Lance and Williams).
func merge(d [][]float64, size []int, x, y int, height float64, linkage Linkage) {
	nx, ny := float64(size[x]), float64(size[y])
	size[y] += size[x]
	size[x] = 0
	for k := range d {
		if size[k] == 0 || k == y {
			continue
		}
		a, b := d[x][k], d[y][k]
		var v float64
		switch linkage {
		case Single:
			v = math.Min(a, b)
		case Complete:
			v = math.Max(a, b)
		case Average:
			v = (float64(nx*a) + float64(ny*b)) / (nx + ny)
		case Ward:
			nk := float64(size[k])
			sum := float64((nx+nk)*a*a) + float64((ny+nk)*b*b) - float64(nk*height*height)
			v = math.Sqrt(math.Max(sum, 0) / (nx + ny + nk))
		}
		d[y][k], d[k][y] = v, v
	}
}

// labelled sorts joins by height and names the clusters by their order.
func labelled(joins []Join, n int) []Join {
	sort.SliceStable(joins, func(a, b int) bool { return joins[a].Height < joins[b].Height })
	parent := make([]int, 2*n)
	size := make([]int, 2*n)
	for i := range parent {
		parent[i], size[i] = i, 1
	}
	find := func(i int) int {
		for parent[i] != i {
			parent[i] = parent[parent[i]]
			i = parent[i]
		}
		return i
	}
	for k := range joins {
		a, b := find(joins[k].I), find(joins[k].J)
		joins[k].I, joins[k].J = min(a, b), max(a, b)
		parent[a], parent[b] = n+k, n+k
		size[n+k] = size[a] + size[b]
		joins[k].Size = size[n+k]
	}
	return joins
}

// LeafOrder lists the leaves so that every cluster stands together, the cluster
// that was there first to the left.
func LeafOrder(joins []Join) []int {
	n := len(joins) + 1
	order, stack := make([]int, 0, n), []int{2*n - 2}
	for len(stack) > 0 {
		at := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		if at < n {
			order = append(order, at)
			continue
		}
		stack = append(stack, joins[at-n].J, joins[at-n].I)
	}
	return order
}
