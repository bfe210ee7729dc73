package page

import (
	"math"
	"strings"
)

// The example curves of the sign-in page: drawn once, from a fixed formula, so
// that they are the same for everyone. They are a picture, not data.
var gateCurve, gateBenchmark = exampleCurve(0.9, 3), exampleCurve(1.15, 11)

func exampleCurve(slope float64, seed uint64) string {
	var path strings.Builder
	level, state := 0.0, seed
	for i := range 151 {
		state = state*6364136223846793005 + 1442695040888963407
		level += (float64(state>>40)/float64(1<<24) - 0.5) * 13
		level *= 0.97
		x := float64(i) * 4
		y := 225 - slope*x*0.25 - 26*math.Sin(x/95) - level
		if i == 0 {
			path.WriteString("M")
		} else {
			path.WriteString("L")
		}
		path.WriteString(num(x) + " " + num(math.Round(y*10)/10))
	}
	return path.String()
}
