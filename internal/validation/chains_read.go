package main

import (
	"encoding/json"
	"fmt"
	"math"
	"strings"
	"time"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/option"
	"github.com/foliosight/foliosight/finance/option/surface"
)

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
