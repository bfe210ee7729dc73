package kernel

import "golang.org/x/sys/cpu"

// accelerated is whether the assembly can run here.
var accelerated = cpu.X86.HasAVX2

//go:noescape
func tileAVX(steps int, a, b *float64, c *[Rows * Columns]float64)

//go:noescape
func rotateAVX(n int, x, y *float64, c, s float64)

//go:noescape
func gatherAVX(n int, panel *float64, names *int32, weights *float64, out *[Lanes]float64)
