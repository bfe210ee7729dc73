package stooq

import (
	"bytes"
	"fmt"
	"math"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/instrument"
	"github.com/foliosight/foliosight/internal/marketdata"
	"github.com/foliosight/foliosight/internal/marketdata/jsonscan"
)

// columns are the headers of a table in English and Polish.
var columns = map[string]int{
	"Date": isDate, "Data": isDate, "Open": isOpen, "Otwarcie": isOpen, "High": isHigh, "Najwyzszy": isHigh,
	"Low": isLow, "Najnizszy": isLow, "Close": isClose, "Zamkniecie": isClose, "Volume": isVolume, "Wolumen": isVolume,
}

const (
	isDate = iota
	isOpen
	isHigh
	isLow
	isClose
	isVolume
	kinds
)

var titles = [kinds]string{"date", "open", "high", "low", "close", "volume"}

func garbled(row int, what string) *marketdata.Refusal {
	return &marketdata.Refusal{Reason: marketdata.Garbled, Place: fmt.Sprintf("row %d, %s", row, what)}
}

// readDays reads a table of days: Date,Open,High,Low,Close and, except of rates of exchange,
// Volume.
func readDays(r marketdata.Request, c marketdata.Call, a marketdata.Response) (d marketdata.Delivery, refusal *marketdata.Refusal) {
	body := bytes.TrimPrefix(a.Body, []byte("\xef\xbb\xbf"))
	header, rest, _ := bytes.Cut(body, []byte("\n"))
	roles, refusal := roleOf(bytes.TrimRight(header, "\r"))
	if refusal != nil {
		return d, refusal
	}
	rows := bytes.Count(rest, []byte("\n"))
	s := marketdata.BarSeries{Symbol: r.Instrument.Symbol, Dates: make([]date.Date, 0, rows)}
	var values [kinds]*[]float64
	values[isOpen], values[isHigh], values[isLow], values[isClose], values[isVolume] = &s.Open, &s.High, &s.Low, &s.Close, &s.Volume
	for _, role := range roles {
		if role > isDate {
			*values[role] = make([]float64, 0, rows)
		}
	}
	for row := 2; len(rest) > 0; row++ {
		line, after, ended := bytes.Cut(rest, []byte("\n"))
		rest = after
		line = bytes.TrimRight(line, "\r ")
		if len(line) == 0 {
			continue
		}
		if !ended {
			// The last number of a line without an end may be half a number.
			if bytes.Count(line, []byte(",")) != len(roles)-1 {
				return d, garbled(row, "which ends in the middle")
			}
			d.Left = append(d.Left, fmt.Sprintf("row %d: the line has no end, its last number may be cut", row))
			break
		}
		for i, role := range roles {
			field, more, any := bytes.Cut(line, []byte(","))
			if any == (i == len(roles)-1) {
				return d, garbled(row, fmt.Sprintf("which has not the %d fields of the header", len(roles)))
			}
			line = more
			switch {
			case role == isDate:
				day, ok := dayOf(field)
				if !ok {
					return d, garbled(row, fmt.Sprintf("date %q", clipped(field)))
				}
				s.Dates = append(s.Dates, day)
			case role > isDate:
				v := jsonscan.Float(field)
				if math.IsNaN(v) && !unknown(field) {
					return d, garbled(row, fmt.Sprintf("%s %q", titles[role], clipped(field)))
				}
				*values[role] = append(*values[role], v)
			}
		}
	}
	return delivered(r, c, a, s, d)
}

// roleOf reads the header: what each column is, -1 for one that is not read.
func roleOf(header []byte) ([]int, *marketdata.Refusal) {
	var roles []int
	var seen [kinds]bool
	for name := range bytes.SplitSeq(header, []byte(",")) {
		role, ok := columns[string(bytes.TrimSpace(name))]
		if !ok {
			role = -1
		} else if seen[role] {
			return nil, garbled(1, fmt.Sprintf("%q twice", clipped(name)))
		} else {
			seen[role] = true
		}
		roles = append(roles, role)
	}
	if !seen[isDate] || !seen[isClose] {
		return nil, garbled(1, fmt.Sprintf("header %q has no date and close", clipped(header)))
	}
	return roles, nil
}

func dayOf(b []byte) (date.Date, bool) {
	if len(b) != 10 || b[4] != '-' || b[7] != '-' {
		return 0, false
	}
	d, err := date.Parse(string(b))
	return d, err == nil
}

func unknown(field []byte) bool {
	switch string(field) {
	case "", "N/D", "N/A", "-", "null":
		return true
	}
	return false
}

func clipped(b []byte) []byte { return b[:min(len(b), 60)] }

// delivered says what the table is of.
func delivered(r marketdata.Request, c marketdata.Call, a marketdata.Response, s marketdata.BarSeries, d marketdata.Delivery) (marketdata.Delivery, *marketdata.Refusal) {
	if r.Kind == marketdata.FX {
		rates := marketdata.RateSeries{Name: r.Pair.String(), Dates: s.Dates, Values: s.Close}
		d.Left = append(d.Left, rates.Order(r.From, r.To, marketdata.Latest(a.At))...)
		if len(rates.Dates) == 0 {
			return d, &marketdata.Refusal{Reason: marketdata.Empty}
		}
		// Rates trade on until the day is over everywhere.
		if last := rates.Dates[len(rates.Dates)-1]; !a.At.IsZero() && last >= date.FromTime(a.At.UTC()) {
			rates.Provisional = last
		}
		d.FX = []marketdata.RateSeries{rates}
		return d, nil
	}
	_, currency, err := theirs(r.Instrument)
	if err != nil {
		return d, &marketdata.Refusal{Reason: marketdata.Refused, Said: err.Error()}
	}
	s.Currency, s.Basis = currency, marketdata.AsTraded
	if c.Query.Get("o") != unadjusted || fractional(s.Volume) && r.Instrument.Class != instrument.Crypto {
		s.Basis = marketdata.UnknownBasis
		d.Left = append(d.Left, "the basis: volumes are fractions, so that prices are adjusted although it was asked that they are not")
	}
	d.Left = append(d.Left, s.Order(r.From, r.To, marketdata.Latest(a.At))...)
	n := len(s.Dates)
	if n == 0 {
		return d, &marketdata.Refusal{Reason: marketdata.Empty}
	}
	s.Unfinished = unfinished(s.Dates[n-1], r, a)
	d.Bars = []marketdata.BarSeries{s}
	return d, nil
}

func fractional(volumes []float64) bool {
	for _, v := range volumes {
		if v != math.Trunc(v) && !math.IsNaN(v) {
			return true
		}
	}
	return false
}
