package analysis

import (
	"errors"
	"fmt"
	"slices"
	"strconv"

	"github.com/foliosight/foliosight/finance/risk"
)

// Simulated is value at risk by Monte Carlo over the factor model, with options and
// bonds priced anew on every path. Low and High hold the value at risk of endless
// simulation in 95 of 100 cases, ESLow and ESHigh the expected shortfall. Repriced counts
// the holdings that are priced anew on every path; the others move in proportion.
type Simulated struct {
	Paths      int                 `json:"paths"`
	Seed       uint64              `json:"seed"`
	Horizon    int                 `json:"horizon_days"`
	Confidence float64             `json:"confidence"`
	VaR        Figure              `json:"var"`
	Low        Figure              `json:"low"`
	High       Figure              `json:"high"`
	ES         Figure              `json:"es"`
	ESLow      Figure              `json:"es_low"`
	ESHigh     Figure              `json:"es_high"`
	VaRShare   Figure              `json:"var_share"`
	Mean       Figure              `json:"mean"`
	Volatility Figure              `json:"volatility"` // of the profits over the horizon, in money
	Repriced   int                 `json:"repriced"`
	Parts      []SimulatedPosition `json:"parts"` // they sum to ES, the largest first
	Histogram  []Bin               `json:"histogram"`
}

// SimulatedPosition is a holding's part of the expected shortfall.
type SimulatedPosition struct {
	Symbol    string `json:"symbol"`
	Component Figure `json:"component"`
}

// Bin counts the paths whose profit lies from Low up to High, in the base currency.
type Bin struct {
	Low   float64 `json:"low"`
	High  float64 `json:"high"`
	Paths int     `json:"paths"`
}

// SimulationAsked says what is simulated.
type SimulationAsked struct {
	Paths      int
	Seed       uint64
	Horizon    int // trading days
	Confidence float64
	// Stop is asked now and then whether to give up; nil never does.
	Stop func() bool
}

// MostPaths is how many paths are simulated at most, and FewestPaths how many at least.
const (
	MostPaths   = 100_000
	FewestPaths = 1_000
	mostHorizon = 250
)

// ErrSimulation reports a simulation that makes no sense, with the cure.
var ErrSimulation = errors.New("the simulation cannot be run")

// Simulate draws moves of the factors and of what is specific to each asset, and prices
// today's holdings on each of them. The same question gives the same paths.
func (p *Prepared) Simulate(asked SimulationAsked) (*Simulated, error) {
	r := p.runner
	switch {
	case asked.Paths < FewestPaths || asked.Paths > MostPaths:
		return nil, fmt.Errorf("%w: %d paths; ask for %d to %d", ErrSimulation, asked.Paths, FewestPaths, MostPaths)
	case asked.Horizon < 1 || asked.Horizon > mostHorizon:
		return nil, fmt.Errorf("%w: a horizon of %d days; ask for 1 to %d", ErrSimulation, asked.Horizon, mostHorizon)
	case !(asked.Confidence >= 0.5 && asked.Confidence < 1):
		return nil, fmt.Errorf("%w: a confidence of %v; ask for 0.5 or more and less than 1, such as 0.95", ErrSimulation, asked.Confidence)
	case r.model.Reason != "":
		return nil, fmt.Errorf("%w: %s", ErrNoModel, r.model.Reason)
	}
	model, stakes, at := r.model.Simulation()
	drawn, err := risk.MonteCarlo(model, stakes, risk.Simulation{Paths: asked.Paths, Seed: asked.Seed, Horizon: asked.Horizon, Confidence: asked.Confidence, Stop: asked.Stop})
	if err != nil {
		return nil, err
	}
	out := &Simulated{Paths: asked.Paths, Seed: asked.Seed, Horizon: asked.Horizon, Confidence: asked.Confidence}
	put := func(f risk.Figure, method string) Figure {
		if !f.Known() {
			return Unknown(r.unit(), r.AsOf, method, riskReason(f.Reason))
		}
		return r.drawn(f.Value, method).From("Paths", itoa(asked.Paths)).From("Days ahead", itoa(asked.Horizon)).From("Confidence", percent(asked.Confidence)).From("Seed", strconv.FormatUint(asked.Seed, 10))
	}
	out.VaR, out.Low, out.High, out.ES = put(drawn.VaR, "var_simulated"), put(drawn.Low, "var_simulated_interval"), put(drawn.High, "var_simulated_interval"), put(drawn.ES, "es_simulated")
	half := drawn.ErrorES
	if half.Known() {
		half.Value *= normal95
	}
	out.ESLow, out.ESHigh = put(beside(drawn.ES, half, -1), "es_simulated_interval"), put(beside(drawn.ES, half, 1), "es_simulated_interval")
	for i := range stakes {
		if stakes[i].Revalue != nil {
			out.Repriced++
		}
	}
	out.Mean, out.Volatility = put(drawn.Mean, "simulated_mean"), put(drawn.Deviation, "simulated_deviation")
	if out.VaRShare = Unknown(Fraction, r.AsOf, "var_simulated", first(out.VaR.Reasons)); drawn.VaR.Known() {
		out.VaRShare = r.pricedAnew(r.ofTotal(drawn.VaR.Value, "var_simulated"))
	}
	for i, x := range drawn.ComponentES {
		if x != 0 {
			out.Parts = append(out.Parts, SimulatedPosition{r.model.Book.Holdings[at[i]].Symbol, r.drawn(x, "component_es").From("Paths", itoa(asked.Paths)).From("Days ahead", itoa(asked.Horizon))})
		}
	}
	slices.SortStableFunc(out.Parts, func(a, b SimulatedPosition) int { return b.Component.Amount.Decimal.Cmp(a.Component.Amount.Decimal) })
	out.Histogram = histogram(drawn.ProfitLoss)
	return out, nil
}

// normal95 is how many standard errors lie on either side of an estimate in 95 of 100 cases.
const normal95 = 1.959963984540054

// beside is the end of an interval around a figure.
func beside(f, half risk.Figure, sign float64) risk.Figure {
	if !f.Known() || !half.Known() {
		return half
	}
	f.Value += sign * half.Value
	return f
}

// drawn makes a figure of the simulation.
func (r *runner) drawn(x float64, method string) Figure {
	return r.pricedAnew(r.modelled(x, r.unit(), method))
}

// pricedAnew says of options that they count with their whole price in the simulation, not
// with their delta as in the rest of the model.
func (r *runner) pricedAnew(f Figure) Figure {
	reasons := slices.Clone(f.Reasons)
	for i, why := range reasons {
		if why == r.deltaReason() {
			reasons[i] = "options are priced anew at the volatility their own price implies"
		}
	}
	f.Reasons = reasons
	return f
}

// bins is how many columns a histogram has.
const bins = 41

// histogram counts profits in columns of one width, the lowest and the highest half of a
// percent together at the ends.
func histogram(profits []float64) []Bin {
	sorted := slices.Sorted(slices.Values(profits))
	n := len(sorted)
	if n == 0 {
		return nil
	}
	low, high := sorted[n/200], sorted[n-1-n/200]
	if !(high > low) {
		return []Bin{{sorted[0], sorted[n-1], n}}
	}
	width := (high - low) / bins
	out := make([]Bin, bins)
	for i := range out {
		out[i] = Bin{Low: low + float64(width*float64(i)), High: low + float64(width*float64(i+1))}
	}
	for _, x := range sorted {
		out[max(0, min(int((x-low)/width), bins-1))].Paths++
	}
	out[0].Low, out[bins-1].High = sorted[0], sorted[n-1]
	return out
}
