package main

import (
	"bytes"
	"compress/gzip"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"slices"
	"strconv"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/market"
	"github.com/foliosight/foliosight/internal/importer/pricefile"
)

// Needs says which files the page is made of.
const Needs = `The folder holds these files; .gz is gzip, a column that is not known is left empty:

  prices/SET/daily.csv.gz    date,symbol,open,high,low,close,volume,adj_close, a row a symbol and
                             day (date,symbol,adj_close will do), SET being
      factor_etfs_ohlc            sector and style ETFs, 2005 to 2020
      factor_proxies_adjclose     SPY IWM VTV VUG MTUM QUAL USMV AGG IEF LQD SHY TLT ..., 2003 to 2021
      us_actions_2010_2022        XLK among others
      us_etfs_unadjusted_2005_2020  VHT, XRT among others
      us_large_caps_2014_2021     some 70 large companies
      us_stocks_2008_2016         some 80 large companies, AAPL among them
      us_raw_lean                 AAPL as traded, for the spot of its options
  factors/fama_french_5_mom_daily.csv.gz   date,mkt_rf,smb,hml,rmw,cma,mom,rf in percent a day
  rates/fred_daily.csv.gz                  series,date,value in percent a year: DGS1MO ... DGS30
  rates/us_treasury_curve_1990_2017.csv.gz date,1month,...,30year as fractions
  options/lean_aapl_20140606_chain.csv.gz  date,symbol,expiry,type,strike,bid,...,ask,...
  options/lean_aapl_20140609_iv_greeks.csv.gz, lean_nwsa_20130626_iv_greeks.csv.gz
                                           the universe files of QuantConnect Lean
  options/alphavantage_ibm_chain.csv.gz    Alpha Vantage's chain with its volatilities and greeks
  options/yahoo_aapl_2016-09_chain.json    Yahoo's options answer, version 7`

// Prices are total-return series by symbol.
type Prices map[string]*market.Series

// Data are the files, read when first asked for.
type Data struct {
	files fs.FS
	sets  map[string]Prices
	raw   map[string]map[string]pricefile.Series
	fred  map[string]*market.Series
}

// NewData reads from a folder.
func NewData(files fs.FS) *Data {
	return &Data{files: files, sets: map[string]Prices{}, raw: map[string]map[string]pricefile.Series{}}
}

// file is the content of a file.
func (d *Data) file(name string) ([]byte, error) {
	content, err := fs.ReadFile(d.files, name)
	if err != nil {
		return nil, fmt.Errorf("%s: %w\n\n%s", name, errors.Unwrap(err), Needs)
	}
	return content, nil
}

// series are the bars of a set as the file has them.
func (d *Data) series(set string) (map[string]pricefile.Series, error) {
	if s, ok := d.raw[set]; ok {
		return s, nil
	}
	name := "prices/" + set + "/daily.csv.gz"
	content, err := d.file(name)
	if err != nil {
		return nil, err
	}
	f, err := pricefile.Read(name, content)
	if err != nil {
		return nil, err
	}
	out := map[string]pricefile.Series{}
	for _, s := range f.Series {
		out[s.Symbol] = s
	}
	d.raw[set] = out
	return out, nil
}

// prices are the total-return series of a set.
func (d *Data) prices(set string) (Prices, error) {
	if p, ok := d.sets[set]; ok {
		return p, nil
	}
	raw, err := d.series(set)
	if err != nil {
		return nil, err
	}
	out := Prices{}
	for symbol, s := range raw {
		if s.AdjClose != nil {
			out[symbol] = market.NewSeries(s.Dates, s.AdjClose, set)
		}
	}
	d.sets[set] = out
	return out, nil
}

// rate is a series of the Federal Reserve, in fractions.
func (d *Data) rate(name string) (*market.Series, error) {
	if d.fred == nil {
		content, err := d.file("rates/fred_daily.csv.gz")
		if err != nil {
			return nil, err
		}
		f, err := pricefile.Read("rates/fred_daily.csv.gz", content)
		if err != nil {
			return nil, err
		}
		d.fred = map[string]*market.Series{}
		for _, r := range f.Rates {
			values := make([]float64, len(r.Values))
			for i, v := range r.Values {
				values[i] = v / 100
			}
			d.fred[r.Series] = market.NewSeries(r.Dates, values, "FRED")
		}
	}
	s := d.fred[name]
	if s == nil {
		return nil, fmt.Errorf("rates/fred_daily.csv.gz: there is no series %s", name)
	}
	return s, nil
}

// Grid is a file of numbers with a row a day.
type Grid struct {
	Days    []date.Date
	Columns map[string][]float64
	Names   []string
}

// grid reads a file whose first column is the date; an empty field is NaN.
func (d *Data) grid(name string, scale float64) (*Grid, error) {
	rows, err := d.rows(name)
	if err != nil {
		return nil, err
	}
	g := &Grid{Columns: map[string][]float64{}, Names: rows[0][1:]}
	for i, row := range rows[1:] {
		day, err := date.Parse(row[0])
		if err != nil {
			return nil, fmt.Errorf("%s line %d, date %q: %w; write YYYY-MM-DD", name, i+2, row[0], err)
		}
		g.Days = append(g.Days, day)
		for k, text := range row[1:] {
			v, err := number(text)
			if err != nil {
				return nil, fmt.Errorf("%s line %d, column %s: %q is no number", name, i+2, g.Names[k], text)
			}
			g.Columns[g.Names[k]] = append(g.Columns[g.Names[k]], v*scale)
		}
	}
	return g, nil
}

// number reads a number; nothing is NaN.
func number(text string) (float64, error) {
	if text == "" {
		return math.NaN(), nil
	}
	return strconv.ParseFloat(text, 64)
}

// rows are the records of a csv file, the header first.
func (d *Data) rows(name string) ([][]string, error) {
	content, err := d.file(name)
	if err != nil {
		return nil, err
	}
	if bytes.HasPrefix(content, []byte{0x1f, 0x8b}) {
		z, err := gzip.NewReader(bytes.NewReader(content))
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		if content, err = io.ReadAll(z); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
	}
	rows, err := csv.NewReader(bytes.NewReader(content)).ReadAll()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	if len(rows) < 2 {
		return nil, fmt.Errorf("%s: it has no rows", name)
	}
	return rows, nil
}

// Returns are simple returns of several names over the same periods.
type Returns struct {
	Days    []date.Date // of the closes that returns lead to
	Names   []string
	Columns [][]float64
}

// align takes the returns of names between the days on which all have a price.
func align(p Prices, names []string, from, to date.Date) (*Returns, error) {
	count := map[date.Date]int{}
	for _, name := range names {
		s := p[name]
		if s == nil {
			return nil, fmt.Errorf("there are no prices of %s", name)
		}
		for _, day := range s.Dates {
			if day >= from && day <= to {
				count[day]++
			}
		}
	}
	var days []date.Date
	for day, n := range count {
		if n == len(names) {
			days = append(days, day)
		}
	}
	slices.Sort(days)
	if len(days) < 2 {
		return nil, fmt.Errorf("%v have no two days in common from %s to %s", names, from, to)
	}
	out := &Returns{Days: days[1:], Names: names}
	for _, name := range names {
		values := p[name].Filled(days)
		column := make([]float64, len(values)-1)
		for i := range column {
			column[i] = values[i+1]/values[i] - 1
		}
		out.Columns = append(out.Columns, column)
	}
	return out, nil
}

// whole are the names that have a price on nearly every day of a stretch, in order: all
// but one in fifty of the days of the fullest.
func whole(p Prices, from, to date.Date) (out []string) {
	most, days := 0, map[string]int{}
	for name, s := range p {
		days[name] = s.Index(to) - s.Index(from-1)
		most = max(most, days[name])
	}
	for name, n := range days {
		if s := p[name]; n >= most*49/50 && s.First() <= from+7 && s.Last() >= to-7 {
			out = append(out, name)
		}
	}
	slices.Sort(out)
	return out
}

// merged joins sets; the first one that has a symbol says its prices.
func merged(sets ...Prices) Prices {
	out := Prices{}
	for _, set := range sets {
		for symbol, s := range set {
			if out[symbol] == nil {
				out[symbol] = s
			}
		}
	}
	return out
}

// decimal is a day as a number of years, for plots.
func decimal(d date.Date) float64 {
	first := date.Must(d.Year(), 1, 1)
	return float64(d.Year()) + float64(d-first)/float64(date.Must(d.Year()+1, 1, 1)-first)
}

func years(days []date.Date) []float64 {
	out := make([]float64, len(days))
	for i, d := range days {
		out[i] = decimal(d)
	}
	return out
}
