package analysis

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"

	"github.com/foliosight/foliosight/finance/attribution"
	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/instrument"
	"github.com/foliosight/foliosight/finance/money"
)

// sectorFunds are the funds whose returns stand for a sector of a benchmark where its
// constituents have too few prices, by the sector's usual name.
var sectorFunds = map[string]string{
	"Information Technology": "XLK", "Communication Services": "XLC", "Consumer Discretionary": "XLY", "Consumer Staples": "XLP", "Financials": "XLF",
	"Health Care": "XLV", "Energy": "XLE", "Industrials": "XLI", "Materials": "XLB", "Utilities": "XLU", "Real Estate": "XLRE",
}

// SectorFunds are the symbols whose prices attribution may need.
func SectorFunds() []string { return slices.Sorted(maps.Values(sectorFunds)) }

// sectorKey is the usual name of a sector, the source's own where it has none.
func sectorKey(name string) string { return cmp.Or(instrument.SectorOf(name), name) }

// What the weights of a benchmark's sectors have to cover, and of a sector the weight of
// the constituents that have prices.
const (
	sectorsKnown = 0.9
	sectorPriced = 0.8
)

// sectorReturns are the weights and returns of the sectors of a benchmark, day by day.
// Weights are those of a day, carried on and back with the returns of the sectors. The
// returns are moved by what together they miss the benchmark's own return by, the same
// for each sector, so that they add up to it: that leaves allocation effects as they are
// and stands in selection.
type sectorReturns struct {
	keys            []string
	weight, returns [][]float64
	rows            []BenchmarkSector
	asOf            date.Date
	unmatched       float64 // mean of what was missed, a day
	notes           []string
	from            []string // symbols whose prices they are made of
}

func (s *sectorReturns) period(k int) (weights, returns map[string]float64) {
	weights, returns = map[string]float64{}, map[string]float64{}
	for i, key := range s.keys {
		weights[key], returns[key] = s.weight[i][k], s.returns[i][k]
	}
	return weights, returns
}

// restGroup is what of a benchmark no sector is known of.
const restGroup = "Rest of the benchmark"

// benchmarkSectors finds weights and returns of the sectors on the days, or says why they
// are not known.
func (r *runner) benchmarkSectors(days []int, benchmark []float64) (*sectorReturns, string) {
	inst, _ := r.Panel.Instrument(r.Input.Benchmark)
	c := inst.Composition
	if c == nil {
		return nil, "the sector weights of " + r.Input.Benchmark + " are not known: import the list of its holdings, with their sectors"
	}
	weights, known := r.sectorWeights(c)
	if known < sectorsKnown {
		return nil, fmt.Sprintf("the list of what %s holds tells the sector of %s of it, at least %s are needed: import a complete list", r.Input.Benchmark, percent(known), percent(sectorsKnown))
	}
	out := &sectorReturns{asOf: c.AsOf}
	for _, sector := range sortedKeys(weights) {
		returns, from, by := r.sectorReturn(c, sector, weights[sector], days)
		if returns == nil {
			if weights[sector] > 1-sectorsKnown {
				return nil, fmt.Sprintf("the sector %s of %s has no return: neither enough of its holdings nor a fund of the sector has prices", sector, r.Input.Benchmark)
			}
			out.notes = append(out.notes, sector+" has no prices; it counts with the rest of the benchmark")
			continue
		}
		out.keys, out.returns, out.from = append(out.keys, sector), append(out.returns, returns), append(out.from, from...)
		out.weight = append(out.weight, make([]float64, len(days)))
		out.rows = append(out.rows, BenchmarkSector{Sector: sector, Weight: Measure(weights[sector], Fraction, r.AsOf, "attribution_benchmark_weight"), By: by})
	}
	if len(out.keys) == 0 {
		return nil, "no sector of " + r.Input.Benchmark + " has a return"
	}
	sum := 0.0
	for _, key := range out.keys {
		sum += weights[key]
	}
	if rest := 1 - sum; rest > 1e-4 { // it returns what the benchmark does
		out.keys, out.returns = append(out.keys, restGroup), append(out.returns, slices.Clone(benchmark))
		out.weight = append(out.weight, make([]float64, len(days)))
		weights[restGroup] = rest
		out.rows = append(out.rows, BenchmarkSector{Sector: restGroup, Weight: Measure(rest, Fraction, r.AsOf, "attribution_benchmark_weight"), By: "the benchmark itself"})
		sum = 1
	}
	out.drift(weights, sum, r.weightsFrom(c.AsOf, days))
	for k := range days {
		miss := benchmark[k]
		for i := range out.keys {
			miss -= float64(out.weight[i][k] * out.returns[i][k])
		}
		for i := range out.keys {
			out.returns[i][k] += miss
		}
		out.unmatched += miss / float64(len(days))
	}
	return out, ""
}

// sectorWeights are the weights by sector, and how much they cover: what the fund's
// manager states, else the sum of the list.
func (r *runner) sectorWeights(c *instrument.Composition) (weights map[string]float64, known float64) {
	weights = map[string]float64{}
	for _, s := range c.Sectors {
		weights[sectorKey(s.Sector)] += s.Weight.Float64()
		known += s.Weight.Float64()
	}
	if known >= sectorsKnown {
		return weights, known
	}
	weights, known = map[string]float64{}, 0
	for i := range c.Constituents {
		k := &c.Constituents[i]
		if sector := r.constituentSector(k); sector != "" {
			weights[sector] += k.Weight.Float64()
			known += k.Weight.Float64()
		}
	}
	return weights, known
}

func (r *runner) constituentSector(k *instrument.Constituent) string {
	if k.Sector != "" {
		return sectorKey(k.Sector)
	}
	if i, ok := r.Panel.Instrument(k.Symbol); ok && k.Symbol != "" && i.Sector != "" {
		return sectorKey(i.Sector)
	}
	return ""
}

// sectorReturn is the return of a sector on the days: of the constituents where those
// with prices make up enough of it, else of the fund of the sector; nil where there is
// neither. from are the symbols whose prices it is made of.
func (r *runner) sectorReturn(c *instrument.Composition, sector string, weight float64, days []int) (returns []float64, from []string, by string) {
	sum := 0.0
	returns = make([]float64, len(days))
	for i := range c.Constituents {
		k := &c.Constituents[i]
		if k.Symbol == "" || r.constituentSector(k) != sector || !(k.Weight.Float64() > 0) {
			continue
		}
		if own := r.daily(k.Symbol, days); own != nil {
			for d, x := range own {
				returns[d] += float64(k.Weight.Float64() * x)
			}
			sum += k.Weight.Float64()
			from = append(from, k.Symbol)
		}
	}
	if sum >= sectorPriced*weight && sum > 0 {
		for d := range returns {
			returns[d] /= sum
		}
		return returns, from, fmt.Sprintf("%d of its holdings, %s of its weight", len(from), percent(math.Min(sum/weight, 1)))
	}
	if fund := sectorFunds[sector]; fund != "" {
		if own := r.daily(fund, days); own != nil {
			return own, []string{fund}, fund
		}
	}
	return nil, nil, ""
}

// daily are the total returns of a symbol in the base currency on days of the axis, each
// from the day of the axis before; nil where it is not priced throughout.
func (r *runner) daily(symbol string, days []int) []float64 {
	s := r.totalReturn(symbol)
	if s == nil || s.First() > r.days[max(days[0]-1, 0)] || s.Last() < r.days[days[len(days)-1]]-stopped {
		return nil
	}
	filled := s.Filled(r.days)
	inst, _ := r.Panel.Instrument(symbol)
	var rate []float64
	if major, _ := inst.Currency.Major(); major != "" && major != r.Book.Base {
		conversion := r.valuer.Conversion(inst.Currency)
		if conversion == nil {
			return nil
		}
		rate = conversion.Filled(r.days)
	}
	out := make([]float64, len(days))
	for k, i := range days {
		if i == 0 {
			continue
		}
		x := filled[i] / filled[i-1]
		if rate != nil {
			x *= rate[i] / rate[i-1]
		}
		if out[k] = x - 1; math.IsNaN(out[k]) || math.IsInf(out[k], 0) {
			return nil
		}
	}
	return out
}

// weightsFrom is the first of the days at whose start the weights of a day hold.
func (r *runner) weightsFrom(asOf date.Date, days []int) int {
	if asOf == 0 {
		return len(days)
	}
	for k, i := range days {
		if r.days[i] > asOf {
			return k
		}
	}
	return len(days)
}

// drift carries the weights that hold at the start of day from on and back with what the
// sectors returned; the rest keeps its share.
func (s *sectorReturns) drift(weights map[string]float64, sum float64, from int) {
	days := len(s.weight[0])
	level := make([]float64, len(s.keys))
	for i, key := range s.keys {
		level[i] = weights[key] / sum
	}
	put := func(k int, level []float64) {
		total := 0.0
		for _, x := range level {
			total += x
		}
		for i, x := range level {
			s.weight[i][k] = x / total
		}
	}
	ahead := slices.Clone(level)
	for k := from; k < days; k++ {
		put(k, ahead)
		for i := range ahead {
			ahead[i] *= 1 + s.returns[i][k]
		}
	}
	for k := from - 1; k >= 0; k-- {
		for i := range level {
			level[i] /= 1 + s.returns[i][k]
		}
		put(k, level)
	}
}

// byCurrencies attributes by the currencies that holdings and the benchmark are quoted in.
// Interaction is told with selection: long and short of a currency nearly cancel out, and
// alone each of the two would be beyond all measure.
func (r *runner) byCurrencies(b *attributedBook) AttributionList {
	model, link := attribution.BrinsonFachler, attribution.Carino
	fail := func(why string) AttributionList {
		return AttributionList{Model: string(model), Linking: string(link), Rows: []AttributionRow{}, Reason: why, Total: r.attributionRow(attributed{}, why)}
	}
	inst, _ := r.Panel.Instrument(r.Input.Benchmark)
	its, _ := inst.Currency.Major()
	if its == "" {
		its = r.Book.Base
	}
	if r.addMove(b, its) == nil {
		return fail("there is no exchange rate of " + string(its))
	}
	in := attribution.Currencies{Base: string(r.Book.Base), Of: map[string]string{string(its): string(its)}}
	for _, c := range b.currencies.keys {
		if in.Of[c] = c; r.addMove(b, money.Currency(c)) == nil {
			return fail("there is no exchange rate of " + c)
		}
	}
	periods := make([]attribution.CurrencyPeriod, len(b.days))
	for k := range periods {
		p := &periods[k]
		var returns map[string]float64
		p.PortfolioWeights, returns = b.currencies.period(k)
		p.PortfolioLocal, p.FX = map[string]float64{}, map[string]float64{}
		for c := range in.Of {
			p.FX[c] = b.moves[c][k]
		}
		for c, x := range returns {
			p.PortfolioLocal[c] = (1+x)/(1+p.FX[c]) - 1
		}
		p.BenchmarkWeights = map[string]float64{string(its): 1}
		p.BenchmarkLocal = map[string]float64{string(its): (1+b.benchmark[k])/(1+p.FX[string(its)]) - 1}
	}
	result, err := attribution.AttributeCurrencies(periods, in, model, link)
	if err != nil {
		return fail(attributionReason(err))
	}
	n := float64(len(periods))
	var lines []attributed
	for _, c := range sortedKeys(in.Of) {
		l := attributed{key: c, allocation: result.Linked.Allocation[c], selection: result.Linked.Selection[c] + result.Linked.Interaction[c], exchange: result.Linked.Currency[c] + result.Linked.Cross[c]}
		if i, ok := b.currencies.at[c]; ok {
			for _, w := range b.currencies.weight[i] {
				l.weight += w / n
			}
		}
		if c == string(its) {
			l.benchmark = 1
		}
		lines = append(lines, l)
	}
	return r.attributionList(model, link, lines)
}

func attributionReason(err error) string {
	if errors.Is(err, attribution.ErrLost) {
		return "everything was lost on a day, which cannot be linked"
	}
	return err.Error()
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
