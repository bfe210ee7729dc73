package fmp

import (
	"math"
	"strconv"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/instrument"
	"github.com/foliosight/foliosight/internal/marketdata"
)

// search reads what a text may mean; a search for symbols goes on with one for names. The
// list of funds says by itself that they are exchange-traded funds.
func (x *answer) search() (marketdata.Delivery, *marketdata.Call, *marketdata.Refusal) {
	var d marketdata.Delivery
	ref := x.rows(func(s *scanner, _ string) {
		p := x.profile(s)
		if s.fault != "" {
			return
		}
		i := p.profile.Instrument
		if i.Symbol == "" {
			x.notes.add("row %d: no symbol", s.row)
			return
		}
		i.Symbol = Ours(i.Symbol)
		if x.request.Part == "funds" {
			i.Class = instrument.ETF
		}
		d.Found = append(d.Found, marketdata.Candidate{Instrument: i, Score: math.NaN(), Exchange: p.code, Delisted: p.profile.Delisted != 0})
		if x.request.Part == "variants" {
			p.profile.Instrument = i
			d.Profiles = append(d.Profiles, p.profile)
		}
	})
	if ref != nil {
		return d, nil, ref
	}
	var next *marketdata.Call
	if x.request.Part == "" && (x.call.Endpoint == "search-symbol" || x.call.Endpoint == "search-ticker") {
		r := x.request
		r.Part = "name"
		c := x.provider.search(r)
		next = &c
	} else if len(d.Found) == 0 && x.call.Endpoint != "search-name" {
		return d, nil, x.empty()
	}
	return d, next, nil
}

// mostDelisted is how many pages of delistings a request goes through.
const mostDelisted = 50

// changes reads the renames and, after them, the delistings from the day From on; without
// that day the first page of them only.
func (x *answer) changes() (marketdata.Delivery, *marketdata.Call, *marketdata.Refusal) {
	if x.call.Query.Has("page") {
		return x.delisted()
	}
	var d marketdata.Delivery
	ref := x.rows(func(s *scanner, _ string) {
		var out marketdata.Rename
		s.object(func(key []byte, v token) {
			switch string(key) {
			case "date":
				out.Date = v.dayOr()
			case "companyName", "name":
				out.Name = v.str()
			case "oldSymbol":
				out.Old = Ours(v.str())
			case "newSymbol":
				out.New = Ours(v.str())
			}
		})
		switch {
		case s.fault != "":
		case out.Date == 0 || out.Old == "" || out.New == "" || out.Old == out.New:
			x.notes.add("row %d: a rename without its day or symbols", s.row)
		case x.request.From != 0 && out.Date < x.request.From:
		default:
			d.Renames = append(d.Renames, out)
		}
	})
	if ref != nil || x.request.Part != "" {
		if ref == nil && x.seen == 0 {
			ref = x.empty()
		}
		return d, nil, ref
	}
	next := x.provider.changes("delisted", 0)
	return d, &next, nil
}

// delisted reads a page of what is no longer traded; a day that is to come is an announced one.
func (x *answer) delisted() (marketdata.Delivery, *marketdata.Call, *marketdata.Refusal) {
	var d marketdata.Delivery
	earliest := date.Must(9999, 12, 31)
	ref := x.rows(func(s *scanner, _ string) {
		p := x.profile(s)
		if s.fault != "" {
			return
		}
		if p.profile.Delisted == 0 || p.profile.Instrument.Symbol == "" {
			x.notes.add("row %d: a delisting without its day or symbol", s.row)
			return
		}
		earliest = min(earliest, p.profile.Delisted)
		if x.request.From != 0 && p.profile.Delisted < x.request.From {
			return
		}
		still := p.profile.Delisted > x.latest()-1
		p.profile.Active = &still
		p.profile.Instrument.Symbol = Ours(p.profile.Instrument.Symbol)
		d.Profiles = append(d.Profiles, p.profile)
	})
	page, err := strconv.Atoi(x.call.Query.Get("page"))
	switch {
	case ref != nil:
		return d, nil, ref
	case x.seen == 0 && page == 0:
		return d, nil, x.empty()
	case x.seen == 0 || x.request.From == 0 || earliest < x.request.From || err != nil || page+1 >= mostDelisted:
		return d, nil, nil
	}
	next := x.provider.changes("delisted", page+1)
	return d, &next, nil
}

// isISIN reports whether a text has the form and the check digit of ISO 6166.
func isISIN(s string) bool {
	if len(s) != 12 || s[0] < 'A' || s[0] > 'Z' || s[1] < 'A' || s[1] > 'Z' || s[11] < '0' || s[11] > '9' {
		return false
	}
	var digits []byte
	for i := range s {
		switch c := s[i]; {
		case c >= '0' && c <= '9':
			digits = append(digits, c-'0')
		case c >= 'A' && c <= 'Z':
			digits = append(digits, (c-'A'+10)/10, (c-'A'+10)%10)
		default:
			return false
		}
	}
	sum := 0
	for i := range digits {
		n := int(digits[len(digits)-1-i])
		if i%2 == 1 {
			n *= 2
		}
		sum += n/10 + n%10
	}
	return sum%10 == 0
}

// isCUSIP reports whether a text has the form and the check digit of a CUSIP.
func isCUSIP(s string) bool {
	if len(s) != 9 || s[8] < '0' || s[8] > '9' {
		return false
	}
	sum := 0
	for i := range 8 {
		n := 0
		switch c := s[i]; {
		case c >= '0' && c <= '9':
			n = int(c - '0')
		case c >= 'A' && c <= 'Z':
			n = int(c-'A') + 10
		default:
			return false
		}
		if i%2 == 1 {
			n *= 2
		}
		sum += n/10 + n%10
	}
	return (10-sum%10)%10 == int(s[8]-'0')
}
