//go:build !amd64

package kernel

var accelerated = false // no assembly for this processor

func tileAVX(int, *float64, *float64, *[Rows * Columns]float64)  { panic("no AVX") }
func rotateAVX(int, *float64, *float64, float64, float64)        { panic("no AVX") }
func gatherAVX(int, *float64, *int32, *float64, *[Lanes]float64) { panic("no AVX") }
