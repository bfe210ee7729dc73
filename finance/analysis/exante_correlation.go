package analysis

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"github.com/foliosight/foliosight/finance/covariance"
	"github.com/foliosight/foliosight/finance/exante"
)

// mostCompared is how many holdings a correlation table has room for; the largest stand.
// Clusters are as many as are told apart most clearly, between a quarter of the names and mostClusters.
const (
	mostCompared = 40
	mostClusters = 8
)

// member is what the correlation compares: an asset with all that depends on it, a
// share and the options on it together.
type member struct {
	asset       *exante.Asset
	sector      string
	value, risk float64 // signed: market value, and money that moves with it
	returns     []float64
}

// correlation compares the largest holdings over the model's window.
func (r *runner) correlation(out *ExAnte) {
	c := &out.Correlation
	members := r.members()
	c.Of = len(members)
	if c.Of < 2 {
		c.Reason = r.model.Book.Market.Reason
		if c.Reason == "" {
			c.Reason = "fewer than two holdings have a price history"
		}
		r.incomparable(c, c.Reason)
		return
	}
	if len(members) > mostCompared {
		for _, m := range members[mostCompared:] {
			c.Omitted = append(c.Omitted, LeftOut{m.asset.Symbol, r.measured(m.value, "holding_value"), fmt.Sprintf("only the %d largest are compared", mostCompared)})
		}
		members = members[:mostCompared]
	}
	columns := make([][]float64, len(members))
	for i := range members {
		columns[i] = members[i].returns
	}
	found, err := covariance.Pearson(columns)
	if err != nil {
		c.Reason = err.Error()
		r.incomparable(c, c.Reason)
		return
	}
	if at := flat(found.Matrix); at >= 0 {
		c.Reason = members[at].asset.Symbol + " does not move"
		r.incomparable(c, c.Reason)
		return
	}
	c.Days = len(columns[0])
	r.cluster(c, members, found.Matrix)
	r.diversification(c, members)
}

func (r *runner) incomparable(c *Correlation, why string) {
	c.Mean, c.Bets, c.Ratio = Unknown(Ratio, r.AsOf, "mean_correlation", why), Unknown(Count, r.AsOf, "effective_bets", why), Unknown(Ratio, r.AsOf, "diversification_ratio", why)
}

// flat is a name without any correlation, −1 where all have.
func flat(matrix [][]float64) int {
	for i, row := range matrix {
		for _, x := range row {
			if math.IsNaN(x) {
				return i
			}
		}
	}
	return -1
}

// members are the assets with enough history, the largest first, with returns in the
// base currency.
func (r *runner) members() []member {
	m := r.model
	at := map[*exante.Asset]int{}
	var out []member
	for i := range m.Exposures {
		e, b := &m.Exposures[i], &m.Book.Holdings[i]
		if e.Asset == nil || e.Asset.Known < exante.Least || !e.Asset.Moves() {
			continue
		}
		k, ok := at[e.Asset]
		if !ok {
			k = len(out)
			at[e.Asset] = k
			out = append(out, member{asset: e.Asset, sector: b.Sector, returns: m.Returns(i)})
		}
		out[k].value += b.Value
		out[k].risk += e.Amount
	}
	slices.SortStableFunc(out, func(a, b member) int { return cmp.Compare(math.Abs(b.risk), math.Abs(a.risk)) })
	return out
}

// beyondMarket are the correlations of what the market leaves of the members' returns:
// all shares move with it, so that what else they share tells themes apart. The market
// itself, of which nothing is left, has the correlations of the returns. Without a model
// it is the matrix given.
func (r *runner) beyondMarket(members []member, matrix [][]float64) [][]float64 {
	if r.model.Reason != "" {
		return matrix
	}
	market := r.model.Factors[0].Column
	rest := make([][]float64, len(members))
	for i, m := range members {
		rest[i] = residuals(m.returns, market)
	}
	found, err := covariance.Pearson(rest)
	if err != nil {
		return matrix
	}
	for i, row := range found.Matrix {
		for j, x := range row {
			if math.IsNaN(x) {
				row[j] = matrix[i][j]
			}
		}
	}
	return found.Matrix
}

// residuals are returns less their beta times the market's, on the days that both have;
// all NaN where next to nothing is left.
func residuals(returns, market []float64) []float64 {
	var n, mx, my, xx, xy, yy float64
	for t, y := range returns {
		if y == y {
			n++
			mx += market[t]
			my += y
		}
	}
	mx, my = mx/n, my/n
	for t, y := range returns {
		if y == y {
			xx += float64((market[t] - mx) * (market[t] - mx))
			xy += float64((market[t] - mx) * (y - my))
			yy += float64((y - my) * (y - my))
		}
	}
	beta := xy / xx
	alone := yy-float64(beta*xy) > 0.02*yy
	out := make([]float64, len(returns))
	for t, y := range returns {
		if out[t] = math.NaN(); alone {
			out[t] = y - my - float64(beta*(market[t]-mx))
		}
	}
	return out
}

// cluster orders the names by what moves together beyond the market and names the
// groups.
func (r *runner) cluster(c *Correlation, members []member, matrix [][]float64) {
	distances := covariance.Distances(r.beyondMarket(members, matrix))
	joins, err := covariance.Cluster(distances, covariance.Ward)
	if err != nil {
		c.Reason = err.Error()
		r.incomparable(c, c.Reason)
		return
	}
	groups := covariance.CutClearest(joins, distances, min(len(members)/4, mostClusters), mostClusters)
	leaves := make([]covariance.Leaf, len(members))
	for i, m := range members {
		leaves[i] = covariance.Leaf{Symbol: m.asset.Symbol, Labels: []string{m.sector}, Weight: math.Abs(m.value)}
	}
	named, err := covariance.NameClusters(groups, leaves, matrix)
	if err != nil {
		c.Reason = err.Error()
		r.incomparable(c, c.Reason)
		return
	}
	var order []int
	for _, g := range named {
		row, net := Cluster{Name: g.Name}, 0.0
		for _, i := range g.Members {
			order = append(order, i)
			row.Symbols = append(row.Symbols, members[i].asset.Symbol)
			net += members[i].value
		}
		row.Mean = Unknown(Ratio, r.AsOf, "mean_correlation", "it has one member")
		if len(g.Members) > 1 {
			row.Mean = Measure(g.Correlation, Ratio, r.AsOf, "mean_correlation")
		}
		row.Net = r.measured(net, "cluster_value")
		row.Share = r.ofValue(row.Net, "cluster_share")
		c.Clusters = append(c.Clusters, row)
	}
	sum := 0.0
	for _, i := range order {
		c.Symbols = append(c.Symbols, members[i].asset.Symbol)
		line := make(Numbers, len(order))
		for k, j := range order {
			if line[k] = matrix[i][j]; i != j {
				sum += matrix[i][j]
			}
		}
		c.Matrix = append(c.Matrix, line)
	}
	n := float64(len(order))
	c.Mean = Measure(sum/(n*(n-1)), Ratio, r.AsOf, "mean_correlation")
}

// diversification counts bets on the names compared, days on which all have a return.
func (r *runner) diversification(c *Correlation, members []member) {
	columns, weights := make([][]float64, len(members)), make([]float64, len(members))
	for t := range members[0].returns {
		whole := true
		for i := range members {
			whole = whole && members[i].returns[t] == members[i].returns[t]
		}
		for i := range members {
			if whole {
				columns[i] = append(columns[i], members[i].returns[t])
			}
			weights[i] = members[i].risk
		}
	}
	why := ""
	if len(columns[0]) <= len(members) {
		why = fmt.Sprintf("%d days are common to all, more than %d are needed", len(columns[0]), len(members))
	}
	c.Bets, c.Ratio = Unknown(Count, r.AsOf, "effective_bets", why), Unknown(Ratio, r.AsOf, "diversification_ratio", why)
	if why != "" {
		return
	}
	sample, err := covariance.Sample(columns)
	if err != nil {
		c.Bets.Reasons, c.Ratio.Reasons = []string{err.Error()}, []string{err.Error()}
		return
	}
	if bets, err := covariance.EffectiveBets(sample, weights); err != nil {
		c.Bets.Reasons = []string{err.Error()}
	} else {
		c.Bets = Measure(bets.Number, Count, r.AsOf, "effective_bets")
	}
	if ratio, err := covariance.DiversificationRatio(sample, weights); err != nil {
		c.Ratio.Reasons = []string{err.Error()}
	} else {
		c.Ratio = Measure(ratio, Ratio, r.AsOf, "diversification_ratio")
	}
}
