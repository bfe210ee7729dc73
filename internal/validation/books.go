package main

import (
	"fmt"
	"slices"

	"github.com/foliosight/foliosight/finance/date"
)

// book is the daily returns of a portfolio that someone could have held.
type book struct {
	name, what string
	days       []date.Date
	returns    []float64
}

// notCompanies are the funds among the sets of companies.
var notCompanies = []string{"ACWI", "IBB", "IEF", "MTUM", "QQQ", "QUAL", "SHY", "SOXX", "TLT", "USMV", "VLUE", "SPY", "IWM"}

// companies are the returns of the companies of a set that traded throughout.
func companies(p Prices, from, to date.Date) (*Returns, error) {
	names := slices.DeleteFunc(whole(p, from, to), func(n string) bool { return slices.Contains(notCompanies, n) })
	return align(p, names, from, to)
}

// books are the portfolios that value at risk is tested on.
func (d *Data) books() ([]book, error) {
	p, err := d.funds()
	if err != nil {
		return nil, err
	}
	older, err := d.prices("us_stocks_2008_2016")
	if err != nil {
		return nil, err
	}
	newer, err := d.prices("us_large_caps_2014_2021")
	if err != nil {
		return nil, err
	}
	funds, err := align(p, []string{"SPY", "AGG"}, date.Must(2003, 10, 1), date.Must(2021, 12, 31))
	if err != nil {
		return nil, err
	}
	bonds, err := align(p, []string{"TLT"}, date.Must(2003, 1, 2), date.Must(2021, 12, 31))
	if err != nil {
		return nil, err
	}
	sectors, err := align(p, []string{"XLB", "XLE", "XLI", "XLP", "XLU", "XLY"}, date.Must(2005, 1, 3), date.Must(2020, 12, 31))
	if err != nil {
		return nil, err
	}
	first, err := companies(older, date.Must(2008, 1, 2), date.Must(2016, 12, 30))
	if err != nil {
		return nil, err
	}
	second, err := companies(newer, date.Must(2014, 1, 2), date.Must(2021, 12, 31))
	if err != nil {
		return nil, err
	}
	out := []book{
		{"shares", "SPY", funds.Days, funds.Columns[0]},
		funds.hold("60/40", "60 % SPY, 40 % AGG, put back monthly", 0, func(int) []float64 { return []float64{0.6, 0.4} }),
		{"long bonds", "TLT", bonds.Days, bonds.Columns[0]},
		sectors.hold("sector rotation", "the three of six sector funds with the best half year, chosen monthly", 126, func(t int) []float64 { return sectors.best(t, 126, 0, 3) }),
		first.hold("equal weight A", fmt.Sprintf("%d large companies, put back monthly", len(first.Names)), 0, func(int) []float64 { return even(len(first.Names)) }),
		first.hold("momentum", "the ten of them with the best year before the last month, chosen monthly", 252, func(t int) []float64 { return first.best(t, 252, 21, 10) }),
		first.hold("long/short", "the ten best long and the ten worst short, on cash", 252, func(t int) []float64 {
			w := first.best(t, 252, 21, 10)
			for i, v := range first.best(t, 252, 21, -10) {
				w[i] -= v
			}
			return w
		}),
		second.hold("equal weight B", fmt.Sprintf("%d large companies of the later set, put back monthly", len(second.Names)), 0, func(int) []float64 { return even(len(second.Names)) }),
	}
	return out, nil
}

func even(n int) []float64 {
	w := make([]float64, n)
	for i := range w {
		w[i] = 1 / float64(n)
	}
	return w
}

// hold runs a portfolio whose weights are chosen anew every 21 days, from the day
// numbered start on, by what was known before; in between they drift.
func (r *Returns) hold(name, what string, start int, choose func(t int) []float64) book {
	b := book{name: name, what: what, days: r.Days[start:]}
	var held []float64
	cash := 0.0
	for t := start; t < len(r.Days); t++ {
		if (t-start)%21 == 0 {
			held, cash = slices.Clone(choose(t)), 1
			for _, w := range held {
				cash -= w
			}
		}
		before, after := cash, cash
		for i := range held {
			before += held[i]
			held[i] += float64(held[i] * r.Columns[i][t])
			after += held[i]
		}
		b.returns = append(b.returns, after/before-1)
	}
	return b
}

// best gives even weights to the count names that returned most over the days
// [t − back, t − skip); the least where count is negative.
func (r *Returns) best(t, back, skip, count int) []float64 {
	total, order := make([]float64, len(r.Names)), make([]int, len(r.Names))
	for i, column := range r.Columns {
		order[i], total[i] = i, 1
		for _, x := range column[t-back : t-skip] {
			total[i] *= 1 + x
		}
	}
	slices.SortStableFunc(order, func(a, b int) int {
		switch {
		case total[a] > total[b]:
			return -1
		case total[a] < total[b]:
			return 1
		}
		return 0
	})
	if count < 0 {
		slices.Reverse(order)
		count = -count
	}
	w := make([]float64, len(r.Names))
	for _, i := range order[:count] {
		w[i] = 1 / float64(count)
	}
	return w
}
