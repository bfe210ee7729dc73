package main

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

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
	var out Table
	out = Table{Caption: "Quotes left out, by reason", Head: []string{"chain", "reason", "quotes"}}
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
	s.read("Whatever can be inverted is, to the rounding of the price. What is left out has no buyer, is the in-the-money twin of a used quote, expires on the day, or trades at what exercising brings.")
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
		dots, line := Dots{Colour: colour}, Line{Name: fmt.Sprintf("%s", slice.Expiry), Colour: colour}
		for _, p := range slice.Points {
			dots.X, dots.Y = append(dots.X, p.Moneyness), append(dots.Y, p.Volatility)
			line.X, line.Y = append(line.X, p.Moneyness), append(line.Y, p.Fitted)
		}
		chart.Dots, chart.Lines = append(chart.Dots, dots), append(chart.Lines, line)
	}
	file := "smile-" + strings.ToLower(strings.Fields(c.name)[0]) + ".svg"
	s.Plots = append(s.Plots, Plot{file, "Quoted and fitted smiles of " + c.name, chart.Draw})
}

// leanChain is AAPL on 2014-06-06, before its split.
func leanChain(d *Data) (*chain, error) {
	const name = "options/lean_aapl_20140606_chain.csv.gz"
	rows, err := d.rows(name)
	if err != nil {
		return nil, err
	}
	c := &chain{name: "AAPL 2014", on: date.Must(2014, 6, 6)}
	if err := c.market(d, "the last quotes of the day; rate the three-month bill's"); err != nil {
		return nil, err
	}
	at := columns(rows[0])
	for i, row := range rows[1:] {
		err := c.add(row[at["expiry"]], row[at["type"]], row[at["strike"]], row[at["bid"]], row[at["ask"]])
		if err != nil {
			return nil, fmt.Errorf("%s line %d: %w", name, i+2, err)
		}
		c.vendor = append(c.vendor, nothing)
	}
	return c, nil
}

// market takes AAPL's close as traded and the rate of the day.
func (c *chain) market(d *Data, note string) error {
	raw, err := d.series("us_raw_lean")
	if err != nil {
		return err
	}
	c.spot, c.note = math.NaN(), note
	for i, day := range raw["AAPL"].Dates {
		if day == c.on {
			c.spot = raw["AAPL"].Close[i]
		}
	}
	if math.IsNaN(c.spot) {
		return fmt.Errorf("prices/us_raw_lean/daily.csv.gz: AAPL has no close on %s", c.on)
	}
	rate, err := d.rate("DGS3MO")
	if err != nil {
		return err
	}
	c.rate, _, _ = rate.At(c.on)
	return nil
}

func columns(head []string) map[string]int {
	out := map[string]int{}
	for i, name := range head {
		out[name] = i
	}
	return out
}

// add reads one quote.
func (c *chain) add(expiry, kind, strike, bid, ask string) error {
	q := surface.Quote{Last: math.NaN()}
	var err error
	if q.Expiry, err = date.Parse(expiry); err != nil {
		return err
	}
	if strings.HasPrefix(strings.ToLower(kind), "p") {
		q.Kind = option.Put
	}
	for _, n := range []struct {
		to   *float64
		text string
	}{{&q.Strike, strike}, {&q.Bid, bid}, {&q.Ask, ask}} {
		if *n.to, err = number(n.text); err != nil {
			return err
		}
	}
	c.quotes = append(c.quotes, q)
	return nil
}

// yahooChain is AAPL in September 2016.
func yahooChain(d *Data) (*chain, error) {
	const name = "options/yahoo_aapl_2016-09_chain.json"
	content, err := d.file(name)
	if err != nil {
		return nil, err
	}
	type contract struct {
		Strike, Bid, Ask, ImpliedVolatility float64
		Expiration                          int64
	}
	var answer struct {
		OptionChain struct {
			Result []struct {
				Quote struct {
					RegularMarketPrice float64
					RegularMarketTime  int64
				}
				Options []struct{ Calls, Puts []contract }
			}
		}
	}
	if err := json.Unmarshal(content, &answer); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	if len(answer.OptionChain.Result) == 0 {
		return nil, fmt.Errorf("%s: it has no result", name)
	}
	r := answer.OptionChain.Result[0]
	c := &chain{name: "AAPL 2016", note: "one expiry, three days away; rate the three-month bill's", on: date.FromTime(time.Unix(r.Quote.RegularMarketTime, 0).UTC()), spot: r.Quote.RegularMarketPrice}
	rate, err := d.rate("DGS3MO")
	if err != nil {
		return nil, err
	}
	c.rate, _, _ = rate.At(c.on)
	for _, o := range r.Options {
		for kind, list := range [][]contract{o.Calls, o.Puts} {
			for _, x := range list {
				c.quotes = append(c.quotes, surface.Quote{Expiry: date.FromTime(time.Unix(x.Expiration, 0).UTC()), Kind: option.Kind(kind == 1), Strike: x.Strike, Bid: x.Bid, Ask: x.Ask, Last: math.NaN()})
				theirs := nothing
				theirs.volatility = x.ImpliedVolatility
				c.vendor = append(c.vendor, theirs)
			}
		}
	}
	return c, nil
}

// assumedRate is the short rate for the chain of 2026, which no file here knows.
const assumedRate = 0.037

// vantageChain is IBM in May 2026. The file lacks the spot: parity of the options that
// expire on the day gives it.
func vantageChain(d *Data) (*chain, error) {
	const name = "options/alphavantage_ibm_chain.csv.gz"
	rows, err := d.rows(name)
	if err != nil {
		return nil, err
	}
	at := columns(rows[0])
	c := &chain{name: "IBM 2026", note: fmt.Sprintf("the spot is that of parity between the options expiring on the day; the rate, not in the data, is assumed to be %s", percent(assumedRate, 1)), rate: assumedRate, least: 7.0 / 365}
	if c.on, err = date.Parse(rows[1][at["date"]]); err != nil {
		return nil, fmt.Errorf("%s line 2: %w", name, err)
	}
	for i, row := range rows[1:] {
		if err := c.add(row[at["expiration"]], row[at["type"]], row[at["strike"]], row[at["bid"]], row[at["ask"]]); err != nil {
			return nil, fmt.Errorf("%s line %d: %w", name, i+2, err)
		}
		var v [5]float64
		for k, column := range []string{"implied_volatility", "delta", "gamma", "vega", "theta"} {
			if v[k], err = number(row[at[column]]); err != nil {
				return nil, fmt.Errorf("%s line %d, %s: %w", name, i+2, column, err)
			}
		}
		c.vendor = append(c.vendor, vendor{v[0], v[1], v[2], 100 * v[3], 365 * v[4]})
	}
	if c.spot = c.paritySpot(); math.IsNaN(c.spot) {
		return nil, fmt.Errorf("%s: no pair of options expires on the day", name)
	}
	return c, nil
}

// paritySpot is strike + call − put of the pair with the narrowest quotes among those
// that expire on the day.
func (c *chain) paritySpot() float64 {
	spot, narrow := math.NaN(), math.Inf(1)
	for _, a := range c.quotes {
		for _, b := range c.quotes {
			if a.Expiry != c.on || b.Expiry != c.on || a.Strike != b.Strike || a.Kind != option.Call || b.Kind != option.Put || a.Bid <= 0 || b.Bid <= 0 {
				continue
			}
			if w := a.Ask - a.Bid + b.Ask - b.Bid; w < narrow {
				narrow, spot = w, a.Strike+(a.Bid+a.Ask)/2-(b.Bid+b.Ask)/2
			}
		}
	}
	return spot
}
