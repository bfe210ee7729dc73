package risk

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"github.com/foliosight/foliosight/finance/series"
)

// FactorModel says how assets move: rᵢ = Σ βᵢₖ fₖ + sᵢ εᵢ, with factors f jointly
// normal with mean zero under a covariance matrix, and independent standard
// normal ε. All is per period.
type FactorModel struct {
	Covariance [][]float64
	Assets     []Asset
}

// Asset is one driver of prices. Positions on the same asset share its moves: a
// stock and the options on it.
type Asset struct {
	Exposure []float64 // beta to each factor
	Specific float64   // deviation of what the factors leave
}

// Stake is a position. Its profit is Value times the return of its asset, or,
// where the two are not proportional, what Revalue says: the profit when the
// asset returns r and the factors move by moves, which it must not keep.
type Stake struct {
	Asset   int // index into the model's assets
	Value   float64
	Revalue func(r float64, moves []float64) float64
}

// Simulation says how many paths are drawn, by which seed, how many periods they
// span and at what confidence the tail is taken. Each even path and the odd one
// after it are mirror images unless Independent is set, which makes the mean of
// a linear book exactly zero. The same simulation gives the same paths.
type Simulation struct {
	Paths       int
	Seed        uint64
	Horizon     int // periods; the factors' covariance and the specific variances grow with it
	Confidence  float64
	Independent bool
	// Stop is asked now and then whether to give up; nil never does.
	Stop func() bool
}

// pathsBetween is how many paths are drawn between two questions of Stop: some milliseconds.
const pathsBetween = 256

// Simulated is what came of it, in money. ComponentES adds up to ES. Low and High
// hold the VaR of endless simulation in 95 of 100 cases, counting the paths as
// independent; ErrorES is the standard error of the ES likewise.
type Simulated struct {
	Tail
	Low, High       Figure
	ErrorES         Figure
	Mean, Deviation Figure
	ComponentES     []float64 // in the order of the book; nil when there is no ES
	ProfitLoss      []float64 // of each path
}

// ErrModel reports a factor model whose parts do not fit together.
var ErrModel = errors.New("the factor model does not fit together")

// ErrStopped reports a simulation that was given up because Simulation.Stop said so.
var ErrStopped = errors.New("the simulation was stopped")

// MonteCarlo draws paths of the factors and of what is specific to each asset,
// and values the book on each of them in full.
func MonteCarlo(m FactorModel, book []Stake, s Simulation) (Simulated, error) {
	w, err := newDrawing(m, book, s)
	if err != nil {
		return Simulated{}, err
	}
	out := Simulated{ProfitLoss: make([]float64, s.Paths)}
	for i := range out.ProfitLoss {
		if s.Stop != nil && i%pathsBetween == 0 && s.Stop() {
			return Simulated{}, fmt.Errorf("after %d of %d paths: %w", i, s.Paths, ErrStopped)
		}
		out.ProfitLoss[i] = w.total(i)
	}
	if len(book) == 0 || s.Paths == 0 || series.FirstBad(out.ProfitLoss) >= 0 {
		reason := OutOfRange
		if len(book) == 0 {
			reason = NothingHeld
		} else if s.Paths == 0 {
			reason = Empty
		}
		f := missing(reason)
		out.Tail = Tail{s.Confidence, f, f}
		out.Low, out.High, out.ErrorES, out.Mean, out.Deviation = f, f, f, f, f
		return out, nil
	}
	out.Mean = measured(series.Mean(out.ProfitLoss))
	if out.Deviation = missing(TooShort); s.Paths > 1 {
		out.Deviation = measured(series.StdDev(out.ProfitLoss))
	}
	sorted := slices.Clone(out.ProfitLoss)
	slices.Sort(sorted)
	out.Tail = historicalTail(slices.Clone(sorted), s.Confidence)
	out.Low, out.High = quantileBand(sorted, 1-s.Confidence)
	out.ErrorES = shortfallError(sorted, s.Confidence, out.Tail)
	out.ComponentES = w.components(out.ProfitLoss, -out.VaR.Value)
	return out, nil
}

// quantileBand are the losses at the ranks between which the quantile of the
// distribution lies in 95 of 100 cases (normal approximation of the binomial).
func quantileBand(sorted []float64, share float64) (low, high Figure) {
	n := float64(len(sorted))
	spread := 1.959963984540054 * math.Sqrt(n*share*(1-share))
	rank := func(at float64) float64 {
		return sorted[int(math.Max(0, math.Min(math.Floor(at), n-1)))]
	}
	return measured(-rank(n*share + spread)), measured(-rank(n*share - spread))
}

// shortfallError is the standard error of an ES estimated from sorted profits:
//
//	√((variance of the losses at or beyond VaR + c (ES − VaR)²) / (n (1 − c)))
//
// with the losses of the tail about their own mean (n − 1), after Manistre and Hancock,
// Variance of the CTE Estimator, NAAJ 2005.
func shortfallError(sorted []float64, confidence float64, t Tail) Figure {
	if !t.ES.Known() || !t.VaR.Known() {
		return missing(TooShort)
	}
	count := 0
	for count < len(sorted) && sorted[count] <= -t.VaR.Value {
		count++
	}
	if count < 2 {
		return missing(TooShort)
	}
	spread, beyond := series.StdDev(sorted[:count]), t.ES.Value-t.VaR.Value
	variance := float64(spread*spread) + float64(confidence*float64(beyond*beyond))
	return measured(math.Sqrt(variance / (float64(len(sorted)) * (1 - confidence))))
}

// drawing makes one path after the other into the same memory.
type drawing struct {
	model    FactorModel
	book     []Stake
	simulate Simulation
	root     [][]float64 // lower triangle: root root′ = covariance of the horizon
	scale    float64     // √horizon
	source   *rand.PCG
	rng      *rand.Rand
	normals  []float64 // of the stream drawn last: the factors', then the assets' own
	moves    []float64
	returns  []float64

	stream uint64 // drawn last
	drawn  bool
	// the proportional part of the book, all positions together: its exposure to
	// each factor's normal and to each asset's own
	linear  []float64
	revalue []int // the positions that are not proportional
}

func newDrawing(m FactorModel, book []Stake, s Simulation) (*drawing, error) {
	root, err := factorise(m.Covariance)
	if err != nil {
		return nil, err
	}
	k := len(m.Covariance)
	for i, a := range m.Assets {
		if len(a.Exposure) != k {
			return nil, fmt.Errorf("asset %d has %d exposures, there are %d factors: %w", i, len(a.Exposure), k, ErrModel)
		}
		if !(a.Specific >= 0) {
			return nil, fmt.Errorf("asset %d has a specific deviation of %v: %w", i, a.Specific, ErrModel)
		}
	}
	for i, p := range book {
		if p.Asset < 0 || p.Asset >= len(m.Assets) {
			return nil, fmt.Errorf("position %d is on asset %d of %d: %w", i, p.Asset, len(m.Assets), ErrModel)
		}
	}
	if s.Horizon < 1 || s.Paths < 0 || !(s.Confidence > 0 && s.Confidence < 1) {
		return nil, fmt.Errorf("%d paths over %d periods at confidence %v: %w", s.Paths, s.Horizon, s.Confidence, ErrModel)
	}
	source := rand.NewPCG(0, 0)
	w := &drawing{
		model: m, book: book, simulate: s, root: root, scale: math.Sqrt(float64(s.Horizon)),
		source: source, rng: rand.New(source),
		normals: make([]float64, k+len(m.Assets)), moves: make([]float64, k), returns: make([]float64, len(m.Assets)),
	}
	w.gather()
	return w, nil
}

// gather adds up the proportional positions: a profit Σ value (β·L z + s ε) is one
// product of the normals z and ε with what all positions together have in them.
func (w *drawing) gather() {
	k := len(w.moves)
	w.linear = make([]float64, len(w.normals))
	exposure := make([]float64, k)
	for p := range w.book {
		stake := &w.book[p]
		if stake.Revalue != nil {
			w.revalue = append(w.revalue, p)
			continue
		}
		asset := &w.model.Assets[stake.Asset]
		for j, beta := range asset.Exposure {
			exposure[j] += float64(stake.Value * beta)
		}
		w.linear[k+stake.Asset] += float64(stake.Value * asset.Specific)
	}
	for j, row := range w.root {
		for c, v := range row {
			w.linear[c] += float64(exposure[j] * v)
		}
	}
}

// total is the profit of the whole book on path i.
func (w *drawing) total(i int) float64 {
	size := w.normal(i)
	sum := size * series.Dot(w.linear, w.normals)
	if len(w.revalue) == 0 {
		return sum
	}
	w.move(size)
	for _, p := range w.revalue {
		a := w.book[p].Asset
		w.returns[a] = w.assetReturn(a, size)
		sum += w.profit(p)
	}
	return sum
}

// normal draws the normals of path i, which depend on the seed and on i alone, and
// returns what they are multiplied by: the root of the horizon, negative for a
// mirror image.
func (w *drawing) normal(i int) (size float64) {
	stream, size := uint64(i), w.scale
	if !w.simulate.Independent {
		stream = uint64(i / 2)
		if i%2 == 1 {
			size = -size
		}
	}
	if !w.drawn || stream != w.stream {
		w.source.Seed(w.simulate.Seed, stream)
		for j := range w.normals {
			w.normals[j] = w.rng.NormFloat64()
		}
		w.stream, w.drawn = stream, true
	}
	return size
}

// move sets the moves of the factors.
func (w *drawing) move(size float64) {
	for j, row := range w.root {
		w.moves[j] = size * series.Dot(row, w.normals)
	}
}

// assetReturn is the return of asset a once the factors have moved.
func (w *drawing) assetReturn(a int, size float64) float64 {
	asset := &w.model.Assets[a]
	sum := float64(asset.Specific * float64(size*w.normals[len(w.moves)+a]))
	for j, f := range w.moves {
		sum += float64(asset.Exposure[j] * f)
	}
	return sum
}

// draw makes path i whole: the moves of the factors and every asset's return.
func (w *drawing) draw(i int) {
	size := w.normal(i)
	w.move(size)
	for a := range w.returns {
		w.returns[a] = w.assetReturn(a, size)
	}
}

// profit of position p on the path drawn last.
func (w *drawing) profit(p int) float64 {
	stake := &w.book[p]
	if stake.Revalue != nil {
		return stake.Revalue(w.returns[stake.Asset], w.moves)
	}
	return stake.Value * w.returns[stake.Asset]
}

// components draws the paths of the tail again and averages the loss of each
// position over them.
func (w *drawing) components(profits []float64, quantile float64) []float64 {
	out, count := make([]float64, len(w.book)), 0.0
	for i, profit := range profits {
		if !(profit <= quantile) {
			continue
		}
		w.draw(i)
		for p := range out {
			out[p] -= w.profit(p)
		}
		count++
	}
	for p := range out {
		out[p] /= count
	}
	return out
}

// factorise is the lower triangle L of a positive semidefinite matrix, L L′, by
// rows. A factor that follows from those before it gets nothing of its own.
func factorise(m [][]float64) ([][]float64, error) {
	lower := make([][]float64, len(m))
	for i := range m {
		if len(m[i]) != len(m) {
			return nil, fmt.Errorf("covariance row %d has %d columns, want %d: %w", i, len(m[i]), len(m), ErrModel)
		}
		lower[i] = make([]float64, i+1)
		for j := range i {
			rest := m[i][j] - series.Dot(lower[j][:j], lower[i])
			switch pivot := lower[j][j]; {
			case pivot > 0:
				lower[i][j] = rest / pivot
			case math.Abs(rest) > 1e-5*math.Sqrt(math.Abs(m[i][i]))*math.Sqrt(math.Abs(m[j][j])):
				return nil, fmt.Errorf("factors %d and %d: %w", j, i, ErrNegativeVariance)
			}
		}
		left := m[i][i] - series.Dot(lower[i][:i], lower[i])
		switch least := 1e-10 * math.Abs(m[i][i]); {
		case left > least:
			lower[i][i] = math.Sqrt(left)
		case !(left >= -least) || m[i][i] < 0:
			return nil, fmt.Errorf("factor %d: %w", i, ErrNegativeVariance)
		}
	}
	return lower, nil
}
