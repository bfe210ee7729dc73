package simulated

import "math"

// factor is one common cause of returns. All but the two yields are daily log
// returns; the yields are daily changes, as fractions.
type factor int

const (
	market factor = iota
	technology
	communication
	discretionary
	staples
	financials
	health
	energy
	industrials
	materials
	utilities
	realEstate
	value
	size
	momentum
	quality
	calm // low volatility
	europe
	emerging
	gold
	commodities
	credit
	yield2
	yield10
	yield30
	factorCount
)

// load is how strongly a return follows a factor. A load on a yield is minus a
// duration in years.
type load struct {
	on factor
	by float64
}

// regime is a stretch of the market's life: how many years before the as-of
// date it begins, its whole log return, and its annual volatility.
type regime struct {
	yearsAgo   float64
	logReturn  float64
	volatility float64
}

// regimes tell the market's story from the oldest day to the last: a long rise,
// a tired half year, a crash of nearly a third within two months, the recovery, new highs, a
// correction, and a calm last year.
var regimes = []regime{
	{6.10, 0.20, 0.12},
	{4.60, -0.02, 0.17},
	{4.20, -0.36, 0.44}, // the crash
	{4.04, 0.30, 0.26},  // the recovery
	{3.50, 0.12, 0.17},
	{2.90, 0.21, 0.12},
	{1.70, -0.11, 0.22}, // the correction
	{1.45, 0.19, 0.13},
	{0.35, -0.05, 0.19},
	{0.20, 0.05, 0.115},
}

// styles gives every other factor its annual volatility and drift in calm times.
var styles = [factorCount]struct {
	name       string
	volatility float64
	drift      float64
}{
	market:        {"market", 0, 0},
	technology:    {"technology", 0.10, 0.020},
	communication: {"communication", 0.08, 0.010},
	discretionary: {"discretionary", 0.08, 0},
	staples:       {"staples", 0.08, -0.010},
	financials:    {"financials", 0.09, 0},
	health:        {"health", 0.08, -0.010},
	energy:        {"energy", 0.18, 0.010},
	industrials:   {"industrials", 0.07, 0.005},
	materials:     {"materials", 0.09, -0.010},
	utilities:     {"utilities", 0.10, -0.005},
	realEstate:    {"real estate", 0.10, -0.020},
	value:         {"value", 0.06, -0.005},
	size:          {"size", 0.07, -0.015},
	momentum:      {"momentum", 0.08, 0.010},
	quality:       {"quality", 0.04, 0.010},
	calm:          {"low volatility", 0.05, 0},
	europe:        {"europe", 0.08, -0.010},
	emerging:      {"emerging markets", 0.11, -0.030},
	gold:          {"gold", 0.14, 0.070},
	commodities:   {"commodities", 0.15, 0.015},
	credit:        {"credit", 0.03, 0},
}

const (
	yearDays    = 365.25 // calendar days a year, for the ages of regimes
	tradingDays = 252.0
)

// world is what all instruments have in common: the days, the factors' daily
// moves, how wild each day was, the yields.
type world struct {
	axis   axis
	moves  [factorCount][]float64
	vol    []float64 // the market's annual volatility on each day
	stress []float64 // how much wilder than usual everything else was
	yields yields
}

func newWorld(seed uint64, ax axis) *world {
	w := &world{axis: ax}
	w.market(newStream(seed, "market"))
	for f := market + 1; f < yield2; f++ {
		s := styles[f]
		w.moves[f] = w.ordinary(newStream(seed, "factor "+s.name), s.volatility, s.drift)
	}
	w.yields = newYields(seed, w)
	w.moves[yield2] = changes(w.yields.of[tenor2Y])
	w.moves[yield10] = changes(w.yields.of[tenor10Y])
	w.moves[yield30] = changes(w.yields.of[tenor30Y])
	return w
}

// market draws the market's path: within each regime the noise is made to sum to
// nothing, so that the regime returns exactly what its line says.
func (w *world) market(s stream) {
	n := len(w.axis.days)
	r, vol := make([]float64, n), make([]float64, n)
	swing := 0.0 // slow changes of volatility inside a regime
	for i := n - 1; i >= 0; i-- {
		swing = float64(0.96*swing) + float64(0.07*s.normal())
		vol[i] = regimes[w.axis.regime[i]].volatility * exp(swing)
		r[i] = float64(vol[i] * s.shock() / math.Sqrt(tradingDays))
	}
	for k, g := range regimes {
		var first, count int
		sum := 0.0
		for i := range n {
			if w.axis.regime[i] == k {
				if count == 0 {
					first = i
				}
				count++
				sum += r[i]
			}
		}
		if count == 0 {
			continue
		}
		shift := (g.logReturn - sum) / float64(count)
		for i := first; i < first+count; i++ {
			r[i] += shift
		}
	}
	w.moves[market], w.vol = r, vol
	w.stress = make([]float64, n)
	for i, v := range vol {
		w.stress[i] = 0.60 + float64(0.40*v/0.14)
	}
}

// ordinary draws daily log returns with an annual volatility and drift, wilder
// when the market is, and centred so that the drift is kept exactly.
func (w *world) ordinary(s stream, volatility, drift float64) []float64 {
	n := len(w.axis.days)
	r := make([]float64, n)
	daily := volatility / math.Sqrt(tradingDays)
	sum := 0.0
	for i := n - 1; i >= 0; i-- {
		r[i] = float64(daily * w.stress[i] * s.shock())
		sum += r[i]
	}
	shift := drift/tradingDays - sum/float64(n)
	for i := range r {
		r[i] += shift
	}
	return r
}

// changes are the daily differences of a path; the first day has none.
func changes(path []float64) []float64 {
	d := make([]float64, len(path))
	for i := 1; i < len(path); i++ {
		d[i] = path[i] - path[i-1]
	}
	return d
}
