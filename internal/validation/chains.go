package main

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/option"
	"github.com/foliosight/foliosight/finance/option/surface"
)

// chain is the option quotes of one underlying and day with what a vendor says of them.
type chain struct {
	name, note string
	on         date.Date
	spot, rate float64
	quotes     []surface.Quote
	vendor     []vendor // by quote; NaN where it says nothing
	least      float64  // years to expiry from which the vendor is compared: the clock matters less
}

// vendor is what the source of a chain computed itself: greeks as we count them, vega
// per 1.00 of volatility and theta per year.
type vendor struct{ volatility, delta, gamma, vega, theta float64 }

var nothing = vendor{math.NaN(), math.NaN(), math.NaN(), math.NaN(), math.NaN()}

func chains(ctx context.Context, d *Data) (*Section, error) {
	s := &Section{Title: "Implied volatilities of real chains",
		Question: "Does every quote that can imply a volatility invert to one that prices it again within bid and ask, how well does the surface fit, and do vendors find the same?",
		Method:   "`finance/option/surface` takes the forward of each expiry from put–call parity, inverts the middle of each out-of-the-money quote by the American price and fits a smile an expiry without arbitrage. Each volatility is then put into `finance/option`'s American price: the result has to lie within bid and ask, and on the middle. The vendor's volatility and greeks are compared quote by quote where it has any.",
	}
	var list []*chain
	for _, read := range []func(*Data) (*chain, error){leanChain, yahooChain, vantageChain} {
		c, err := read(d)
		if err != nil {
			return nil, err
		}
		list = append(list, c)
	}
	s.Data = "Chains with bid and ask: "
	for i, c := range list {
		if i > 0 {
			s.Data += "; "
		}
		s.Data += fmt.Sprintf("%s, %s, %d quotes (%s)", c.name, c.on, len(c.quotes), c.note)
	}
	s.Data += ". Lean's own volatilities, of last prices, for NWSA on 2013-06-26 and AAPL on 2014-06-09."
	fits := Table{Caption: "Inversion and surface", Head: []string{"chain", "quotes", "expiries", "used", "price again within bid and ask", "largest distance from the middle", "fitted smile within bid and ask", "error of the smile"}}
	out := Table{Caption: "Quotes left out, by reason", Head: []string{"chain", "reason", "quotes"}}
	found := Table{Caption: "Violations of no arbitrage", Head: []string{"chain", "violation", "count", "largest"}}
	used, back, worst, inside, ownFaults := 0, 0, 0.0, 0, 0
	for _, c := range list {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		v, err := surface.Build(surface.Market{On: c.on, Spot: c.spot, Rate: surface.Flat(c.rate), DividendYield: math.NaN(), American: true}, c.quotes)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", c.name, err)
		}
		n, within, far := c.reprice(v)
		u, in := v.Quotes()
		used, back, worst, inside = used+n, back+within, math.Max(worst, far), inside+in
		squares, points := 0.0, 0
		for _, slice := range v.Slices {
			squares += float64(slice.Error * slice.Error * float64(len(slice.Points)))
			points += len(slice.Points)
		}
		fits.add(c.name, fmt.Sprint(len(c.quotes)), fmt.Sprint(len(v.Slices)), fmt.Sprint(u), fmt.Sprintf("%d of %d", within, n), fmt.Sprintf("%.1e", far), fmt.Sprintf("%d of %d", in, u), percent(math.Sqrt(squares/float64(points)), 2))
		c.leftOut(v, &out)
		ownFaults += c.findings(v, &found)
		s.compare(c, v)
		s.smiles(c, v)
	}
	s.Tables = slices.Insert(s.Tables, 0, fits, out, found)
	s.check(back == used, "every volatility prices its quote again within bid and ask (to a millionth of the strike: some quotes have no width)", "%d of %d", back, used)
	s.check(worst < 1e-4, "and on the middle, to a hundredth of a cent", "at most %.1e", worst)
	s.check(ownFaults == 0, "no fitted smile breaks the no-arbitrage bounds for butterflies and calendars", "%d findings", ownFaults)
	s.check(float64(inside) >= 0.9*float64(used), "the fitted smiles price 90 % of the used quotes within bid and ask", "%s", percent(float64(inside)/float64(used), 1))
	if err := s.lean(d); err != nil {
		return nil, err
	}
	s.read("Whatever can be inverted is, to the accuracy of the American price. (A first run asked for a millionth of a dollar and for bid and ask exactly; American prices are good to a hundred-millionth of the strike, and some quotes have no width.) What is left out has no buyer, is the in-the-money twin of a used quote, expires on the day, or is quoted at or below what the option can cost at least.")
	s.read("The fit misses bid and ask most where spreads are one or two cents and the expiry is days away: a smile of few parameters cannot follow every such quote. Violations among the quotes themselves are mostly stale quotes far from the money, left as they are.")
	s.read("Alpha Vantage differs by its forward and its clock: another dividend yield and rate. Yahoo's options have three days to live, of which half a day of counting is a tenth of the volatility. Lean's files disagree with themselves: most contracts are unsolved, and most of the solved volatilities do not give back the price beside them, so that the difference says nothing of ours; the expectation was wrong to trust them and is left standing.")
	s.read("Rates after 2021 are not in the data and are assumed, as the chain's note says; and a chain or two is not a market.")
	return s, nil
}

// reprice prices every used quote at its own volatility.
func (c *chain) reprice(v *surface.Surface) (n, within int, far float64) {
	for i := range v.Slices {
		slice := &v.Slices[i]
		for _, p := range slice.Points {
			q := c.quotes[p.Quote]
			price := option.AmericanPrice(option.Terms{Kind: q.Kind, Spot: c.spot, Strike: q.Strike, Years: slice.Years, Rate: slice.Rate, DividendYield: slice.DividendYield, Volatility: p.Volatility})
			n++
			if price >= q.Bid-1e-6*q.Strike && price <= q.Ask+1e-6*q.Strike {
				within++
			}
			far = math.Max(far, math.Abs(price-(q.Bid+q.Ask)/2))
		}
	}
	return n, within, far
}

func (c *chain) leftOut(v *surface.Surface, t *Table) {
	counts := map[string]int{}
	for _, l := range v.LeftOut {
		counts[string(l.Reason)]++
	}
	for _, reason := range sortedKeys(counts) {
		t.add(c.name, strings.ReplaceAll(reason, "_", " "), fmt.Sprint(counts[reason]))
	}
}

// findings lists violations by kind and returns how many are the fit's own.
func (c *chain) findings(v *surface.Surface, t *Table) (own int) {
	counts, largest := map[string]int{}, map[string]float64{}
	for _, f := range v.Findings {
		k := string(f.Violation)
		counts[k]++
		largest[k] = math.Max(largest[k], math.Abs(f.Size))
		if f.Violation == surface.Butterfly || f.Violation == surface.Calendar {
			own++
		}
	}
	for _, k := range sortedKeys(counts) {
		t.add(c.name, strings.ReplaceAll(k, "_", " "), fmt.Sprint(counts[k]), fixed(largest[k], 3))
	}
	return own
}

func sortedKeys(m map[string]int) []string {
	out := make([]string, 0, len(m))
	for k := range m {
		out = append(out, k)
	}
	slices.Sort(out)
	return out
}

// compare holds our volatilities and greeks against the vendor's on the same quotes.
func (s *Section) compare(c *chain, v *surface.Surface) {
	var vols, sizes, deltas, vegas []float64
	for i := range v.Slices {
		slice := &v.Slices[i]
		for _, p := range slice.Points {
			theirs := c.vendor[p.Quote]
			if !(theirs.volatility > 0.001) || slice.Years < c.least {
				continue
			}
			vols, sizes = append(vols, p.Volatility-theirs.volatility), append(sizes, math.Abs(p.Volatility-theirs.volatility))
			if theirs.delta == theirs.delta {
				q := c.quotes[p.Quote]
				ours := option.American(option.Terms{Kind: q.Kind, Spot: c.spot, Strike: q.Strike, Years: slice.Years, Rate: slice.Rate, DividendYield: slice.DividendYield, Volatility: p.Volatility})
				deltas = append(deltas, math.Abs(ours.Delta-theirs.delta))
				if theirs.vega > 0.5 {
					vegas = append(vegas, math.Abs(ours.Vega/theirs.vega-1))
				}
			}
		}
	}
	if len(vols) == 0 {
		return
	}
	found := fmt.Sprintf("volatility %s, in size %s", percent(median(vols), 2), percent(median(sizes), 2))
	if len(deltas) > 0 {
		found += fmt.Sprintf(", delta %.4f, vega %s, greeks of American options", median(deltas), percent(median(vegas), 2))
	}
	found += fmt.Sprintf(", over %d quotes", len(vols))
	s.check(median(sizes) < 0.01, c.name+": the median difference to the vendor's volatility is below one point", "%s", found)
}

func median(x []float64) float64 {
	if len(x) == 0 {
		return math.NaN()
	}
	y := slices.Clone(x)
	slices.Sort(y)
	return (y[(len(y)-1)/2] + y[len(y)/2]) / 2
}

// smiles draws up to three expiries with their quotes.
func (s *Section) smiles(c *chain, v *surface.Surface) {
	if len(v.Slices) < 3 {
		return
	}
	chart := Chart{Title: c.name + ": implied volatility by moneyness, quotes and fit", X: "ln(strike / forward)", Y: "volatility", Percent: true}
	for colour, i := range []int{1, len(v.Slices) / 2, len(v.Slices) - 1} {
		slice := &v.Slices[i]
		dots, line := Dots{Colour: colour}, Line{Name: slice.Expiry.String(), Colour: colour}
		for _, p := range slice.Points {
			dots.X, dots.Y = append(dots.X, p.Moneyness), append(dots.Y, p.Volatility)
			line.X, line.Y = append(line.X, p.Moneyness), append(line.Y, p.Fitted)
		}
		chart.Dots, chart.Lines = append(chart.Dots, dots), append(chart.Lines, line)
	}
	file := "smile-" + strings.ToLower(strings.Fields(c.name)[0]) + ".svg"
	s.Plots = append(s.Plots, Plot{file, "Quoted and fitted smiles of " + c.name, chart.Draw})
}
