package analysis

import (
	"cmp"
	"math"
	"slices"

	"github.com/foliosight/foliosight/finance/attribution"
	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/money"
	"github.com/foliosight/foliosight/finance/performance"
	"github.com/foliosight/foliosight/finance/portfolio"
)

// Attribution says where the return over the benchmark came from: by sector, day by day
// with the weights of the day, and linked so that each list of effects adds up to Active;
// and by currency.
//
// What belongs to no holding is the group cash; what is held short is a group of its own
// beside its sector. The benchmark has no part in either, so that they have an allocation
// effect only.
type Attribution struct {
	Period    Period            `json:"period"`
	Days      int               `json:"days"` // with a return
	Portfolio Figure            `json:"portfolio"`
	Benchmark Figure            `json:"benchmark"`
	Active    Figure            `json:"active"` // portfolio less benchmark
	Splits    []AttributionList `json:"splits"` // by model and linking
	Currency  AttributionList   `json:"currency"`
	Sectors   []BenchmarkSector `json:"sectors"`             // of the benchmark
	WeightsOf date.Date         `json:"weights_of,omitzero"` // the day of the benchmark's sector weights
	Unmatched Figure            `json:"unmatched"`           // what the sectors' returns miss the benchmark's by, a year
	Notes     []string          `json:"notes,omitempty"`
	Reason    string            `json:"reason,omitempty"` // why there is nothing by sector
}

// AttributionList is the effects by group under one model and way of linking.
type AttributionList struct {
	Model   string           `json:"model"`   // brinson_fachler, brinson_hood_beebower
	Linking string           `json:"linking"` // carino, menchero
	Rows    []AttributionRow `json:"rows"`    // the largest effect first
	Total   AttributionRow   `json:"total"`
	Reason  string           `json:"reason,omitempty"` // why there is none
}

// AttributionRow is the effects of one group. Weights are means over the days.
type AttributionRow struct {
	Key         string `json:"key"`
	Weight      Figure `json:"weight"`
	Benchmark   Figure `json:"benchmark_weight"`
	Allocation  Figure `json:"allocation"`
	Selection   Figure `json:"selection"`
	Interaction Figure `json:"interaction"`
	Exchange    Figure `json:"exchange"` // currency and cross; of the split by currency only
	Total       Figure `json:"total"`
}

// BenchmarkSector is where the weight and the return of a sector of the benchmark come from.
type BenchmarkSector struct {
	Sector string `json:"sector"`
	Weight Figure `json:"weight"` // on the day of the weights
	By     string `json:"by"`     // whose returns stand for it
}

// Attribution attributes the active return of a period. It is apart from Run because it
// goes through every day of every holding.
func (p *Prepared) Attribution(period Period) (*Attribution, error) {
	period, err := p.settle(period)
	if err != nil {
		return nil, err
	}
	r := p.runner
	r.Period = period
	r.valuer = portfolio.NewValuer(r.Book, r.Panel) // its own, as the funds of sectors may be in a currency that nothing else is in
	p.shared.Lock()
	defer p.shared.Unlock()
	return r.attribution(p.shared), nil
}

func (r *runner) attribution(shared *shared) *Attribution {
	out := &Attribution{Period: r.Period, Splits: []AttributionList{}, Sectors: []BenchmarkSector{}}
	fail := func(why string) *Attribution {
		out.Reason, out.Currency.Reason = why, why
		for _, f := range []*Figure{&out.Portfolio, &out.Benchmark, &out.Active, &out.Unmatched} {
			*f = Unknown(Fraction, r.Period.End, "attribution", why)
		}
		out.Currency.Rows, out.Currency.Total = []AttributionRow{}, r.attributionRow(attributed{key: "", weight: math.NaN(), benchmark: math.NaN(), allocation: math.NaN(), selection: math.NaN(), interaction: math.NaN(), exchange: math.NaN()}, why)
		return out
	}
	if r.index == nil {
		if r.Input.Benchmark == "" {
			return fail("no benchmark is chosen")
		}
		return fail("the benchmark " + r.Input.Benchmark + " has no prices in the period")
	}
	if r.neverPriced() {
		return fail(nothingPriced)
	}
	s := r.invested(performance.NewSpan(r.timeline, r.Period.Start, r.Period.End))
	b := r.attributed(shared.view, s)
	if len(b.days) == 0 {
		return fail("nothing was invested on a day on which the benchmark has a return")
	}
	out.Days = len(b.days)
	own, other := compounded(b.portfolio), compounded(b.benchmark)
	out.Portfolio = r.gapStatus(Measure(own, Fraction, r.Period.End, "attribution_portfolio"), s)
	out.Benchmark = r.againstBenchmark(Measure(other, Fraction, r.Period.End, "attribution_benchmark"), s)
	out.Active = r.againstBenchmark(r.gapStatus(Measure(own-other, Fraction, r.Period.End, "attribution_active"), s), s)
	if n := s.To - s.From + 1; len(b.days) < n {
		out.Notes = append(out.Notes, itoa(n-len(b.days))+" of "+itoa(n)+" days are left out: nothing was invested, or the benchmark has no return")
	}
	out.Currency = r.byCurrencies(b)
	r.doubtEffects(&out.Currency, s, nil)
	sectors, why := r.benchmarkSectors(b.days, b.benchmark)
	if why != "" {
		out.Reason = why
		out.Unmatched = Unknown(Fraction, r.Period.End, "attribution_unmatched", why)
		return out
	}
	out.Sectors, out.WeightsOf, out.Notes = sectors.rows, sectors.asOf, append(out.Notes, sectors.notes...)
	under := r.doubtsOfSeries(sectors.from, s)
	out.Unmatched = doubted(r.againstBenchmark(Measure(sectors.unmatched*tradingDays, Fraction, r.Period.End, "attribution_unmatched"), s), under...)
	for _, model := range []attribution.Model{attribution.BrinsonFachler, attribution.BrinsonHoodBeebower} {
		for _, link := range []attribution.Link{attribution.Carino, attribution.Menchero} {
			list := r.bySectors(b, sectors, model, link)
			r.doubtEffects(&list, s, under)
			out.Splits = append(out.Splits, list)
		}
	}
	return out
}

func compounded(returns []float64) float64 {
	growth := 1.0
	for _, x := range returns {
		growth *= 1 + x
	}
	return growth - 1
}

// cashGroup is the group of what belongs to no holding.
const cashGroup = "cash"

// attributedBook is a portfolio as attribution takes it: on each day that has a return,
// of each group the share of the capital and what it earned of it.
type attributedBook struct {
	days                 []int // positions on the axis
	portfolio, benchmark []float64
	sectors, currencies  *grouped
	moves                map[string][]float64 // of each currency against the base, on the days
}

// grouped are weights and parts of the return, day by day, of each group.
type grouped struct {
	at           map[string]int
	keys         []string
	weight, part [][]float64
	days         int
}

func newGrouped(days int) *grouped { return &grouped{at: map[string]int{}, days: days} }

func (g *grouped) of(key string) int {
	i, ok := g.at[key]
	if !ok {
		i = len(g.keys)
		g.at[key], g.keys = i, append(g.keys, key)
		g.weight, g.part = append(g.weight, make([]float64, g.days)), append(g.part, make([]float64, g.days))
	}
	return i
}

func (g *grouped) add(key string, k int, weight, part float64) {
	i := g.of(key)
	g.weight[i][k] += weight
	g.part[i][k] += part
}

// leastWeight is the share of the capital below which a group has no return of its own;
// what it earned then counts with cash.
const leastWeight = 1e-6

// attributed goes through the days of every holding.
func (r *runner) attributed(view *portfolio.View, s performance.Span) *attributedBook {
	b := &attributedBook{moves: map[string][]float64{}}
	returns := performance.Daily(r.timeline, s)
	index := performance.IndexDaily(s, r.index)
	place := make([]int, len(returns))
	for i, x := range returns {
		place[i] = -1
		if !math.IsNaN(x) && !math.IsNaN(index[i]) {
			place[i] = len(b.days)
			b.days = append(b.days, s.From+i)
			b.portfolio, b.benchmark = append(b.portfolio, x), append(b.benchmark, index[i])
		}
	}
	b.sectors, b.currencies = newGrouped(len(b.days)), newGrouped(len(b.days))
	if len(b.days) == 0 {
		return b
	}
	capital := make([]float64, len(b.days))
	for k, i := range b.days {
		capital[k] = r.timeline.Inflow[i]
		if i > 0 {
			capital[k] += r.timeline.Value[i-1]
		}
	}
	from := r.days[max(s.From-1, 0)]
	view.EachHolding(r.Node, from, func(symbol string, h *portfolio.Timeline) {
		inst := r.Book.Instrument(symbol)
		major, _ := inst.Currency.Major()
		sector := sectorKey(sectorOf(&inst))
		for k, i := range b.days {
			previous := 0.0
			if i > 0 {
				previous = h.Value[i-1]
			}
			value, in, out := h.Value[i], h.Inflow[i], h.Outflow[i]
			if previous == 0 && value == 0 && in == 0 && out == 0 {
				continue
			}
			weight := performance.Capital(previous, value, in, out) / capital[k]
			part := (value - previous - in + out) / capital[k]
			if math.Abs(weight) < leastWeight {
				continue // its gain stays with cash
			}
			key := sector
			if weight < 0 {
				key += ", short"
			}
			b.sectors.add(key, k, weight, part)
			b.currencies.add(string(major), k, weight, part)
		}
	})
	r.addCash(b, view, from, capital)
	r.close(b)
	return b
}

// addCash counts foreign cash in its currency, as far as the exchange rate moved it.
func (r *runner) addCash(b *attributedBook, view *portfolio.View, from date.Date, capital []float64) {
	for _, c := range b.currencies.keys {
		r.addMove(b, money.Currency(c))
	}
	view.EachCash(r.Node, from, func(c money.Currency, value []float64) {
		major, _ := c.Major()
		if major == r.Book.Base || r.addMove(b, major) == nil {
			return
		}
		for k, i := range b.days {
			if i > 0 && value[i-1] != 0 {
				weight := value[i-1] / capital[k]
				b.currencies.add(string(major), k, weight, float64(weight*b.moves[string(major)][k]))
			}
		}
	})
}

// addMove is what a currency did against the base currency on the days; nil unknown.
func (r *runner) addMove(b *attributedBook, c money.Currency) []float64 {
	if moves, ok := b.moves[string(c)]; ok {
		return moves
	}
	moves := make([]float64, len(b.days))
	if c != r.Book.Base {
		conversion := r.valuer.Conversion(c)
		if conversion == nil {
			b.moves[string(c)] = nil
			return nil
		}
		rate := conversion.Filled(r.days)
		for k, i := range b.days {
			if i > 0 {
				if moves[k] = rate[i]/rate[i-1] - 1; math.IsNaN(moves[k]) {
					moves[k] = 0 // nothing in it was valued the day before
				}
			}
		}
	}
	b.moves[string(c)] = moves
	return moves
}

// close gives what is left of the capital and of the return to cash.
func (r *runner) close(b *attributedBook) {
	for _, g := range []struct {
		*grouped
		cash string
	}{{b.sectors, cashGroup}, {b.currencies, string(r.Book.Base)}} {
		for k := range b.days {
			weight, part := 1.0, b.portfolio[k]
			for i := range g.keys {
				weight -= g.weight[i][k]
				part -= g.part[i][k]
			}
			g.add(g.cash, k, weight, part)
			g.settle(k)
		}
	}
}

// settle leaves no group without a weight that has earned something: the largest bears
// it, such as the costs of a book without cash, or what long and short of one currency
// made that cancel out.
func (g *grouped) settle(k int) {
	largest := 0
	for i := range g.keys {
		if math.Abs(g.weight[i][k]) > math.Abs(g.weight[largest][k]) {
			largest = i
		}
	}
	for i := range g.keys {
		if i != largest && math.Abs(g.weight[i][k]) < leastWeight {
			g.weight[largest][k] += g.weight[i][k]
			g.part[largest][k] += g.part[i][k]
			g.weight[i][k], g.part[i][k] = 0, 0
		}
	}
}

// period makes the maps of a day.
func (g *grouped) period(k int) (weights, returns map[string]float64) {
	weights, returns = map[string]float64{}, map[string]float64{}
	for i, key := range g.keys {
		if w := g.weight[i][k]; w != 0 {
			weights[key], returns[key] = w, g.part[i][k]/w
		}
	}
	return weights, returns
}

// attributed is a line before it is made of figures.
type attributed struct {
	key                                string
	weight, benchmark                  float64
	allocation, selection, interaction float64
	exchange                           float64
}

func (a *attributed) total() float64 {
	return a.allocation + a.selection + a.interaction + a.exchange
}

// attributionList makes figures of lines, the largest effect first.
func (r *runner) attributionList(model attribution.Model, link attribution.Link, lines []attributed) AttributionList {
	out := AttributionList{Model: string(model), Linking: string(link), Rows: []AttributionRow{}}
	slices.SortStableFunc(lines, func(a, b attributed) int {
		return cmp.Or(cmp.Compare(math.Abs(b.total()), math.Abs(a.total())), cmp.Compare(a.key, b.key))
	})
	var all attributed
	for _, l := range lines {
		out.Rows = append(out.Rows, r.attributionRow(l, ""))
		all.weight += l.weight
		all.benchmark += l.benchmark
		all.allocation += l.allocation
		all.selection += l.selection
		all.interaction += l.interaction
		all.exchange += l.exchange
	}
	out.Total = r.attributionRow(all, "")
	return out
}

func (r *runner) attributionRow(l attributed, why string) AttributionRow {
	row := AttributionRow{Key: l.key}
	for _, f := range []struct {
		into   *Figure
		x      float64
		method string
	}{{&row.Weight, l.weight, "attribution_weight"}, {&row.Benchmark, l.benchmark, "attribution_benchmark_weight"}, {&row.Allocation, l.allocation, "attribution_allocation"},
		{&row.Selection, l.selection, "attribution_selection"}, {&row.Interaction, l.interaction, "attribution_interaction"}, {&row.Exchange, l.exchange, "attribution_exchange"}, {&row.Total, l.total(), "attribution_total"}} {
		if *f.into = Measure(f.x, Fraction, r.Period.End, f.method); why != "" {
			*f.into = Unknown(Fraction, r.Period.End, f.method, why)
		}
	}
	return row
}

// bySectors attributes by sector under one model and way of linking.
func (r *runner) bySectors(b *attributedBook, bench *sectorReturns, model attribution.Model, link attribution.Link) AttributionList {
	periods := make([]attribution.Period, len(b.days))
	mean := map[string]*attributed{}
	line := func(key string) *attributed {
		if mean[key] == nil {
			mean[key] = &attributed{key: key}
		}
		return mean[key]
	}
	for k := range periods {
		p := &periods[k]
		p.PortfolioWeights, p.PortfolioReturns = b.sectors.period(k)
		p.BenchmarkWeights, p.BenchmarkReturns = bench.period(k)
	}
	n := float64(len(periods))
	for i, key := range b.sectors.keys {
		l := line(key)
		for _, w := range b.sectors.weight[i] {
			l.weight += w / n
		}
	}
	for i, key := range bench.keys {
		l := line(key)
		for _, w := range bench.weight[i] {
			l.benchmark += w / n
		}
	}
	result, err := attribution.Brinson(periods, model, link)
	if err != nil {
		return AttributionList{Model: string(model), Linking: string(link), Rows: []AttributionRow{}, Reason: attributionReason(err), Total: r.attributionRow(attributed{}, attributionReason(err))}
	}
	var lines []attributed
	for _, key := range sortedKeys(mean) {
		l := mean[key]
		l.allocation, l.selection, l.interaction = result.Linked.Allocation[key], result.Linked.Selection[key], result.Linked.Interaction[key]
		lines = append(lines, *l)
	}
	return r.attributionList(model, link, lines)
}
