package polygon

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/internal/marketdata"
)

// held is a ticker that an instrument took on a day.
type held struct {
	ticker string
	day    date.Date
	row    int
}

// readRenames reads the tickers that one instrument has had, each with its first day: two
// that follow each other make a rename. The newest comes first.
func readRenames(body []byte, r marketdata.Request) (*scanner, envelope, answer) {
	var (
		a    answer
		l    left
		list []held
		name string
	)
	s, e := whole(body, "results", func(s *scanner) {
		s.object(func(key []byte) {
			switch string(key) {
			case "name":
				name = words(s)
			case "events":
				s.array(func() {
					a.rows++
					list = append(list, taken(s, a.rows))
				})
			}
		})
	})
	list = slices.DeleteFunc(list, func(h held) bool {
		if h.ticker == "" || h.day == 0 {
			l.out("event %d: no ticker or no day", h.row)
			return true
		}
		return false
	})
	slices.SortStableFunc(list, func(a, b held) int { return cmp.Compare(b.day, a.day) })
	for i := 0; i+1 < len(list); i++ {
		if now, before := list[i], list[i+1]; now.ticker != before.ticker && !outside(r, now.day) {
			a.d.Renames = append(a.d.Renames, marketdata.Rename{Old: before.ticker, New: now.ticker, Name: name, Date: now.day})
		}
	}
	a.d.Left = l.all()
	return s, e, a
}

func taken(s *scanner, row int) held {
	h := held{row: row}
	s.object(func(key []byte) {
		switch string(key) {
		case "date":
			h.day = dayOf(words(s))
		case "ticker_change":
			s.object(func(key []byte) {
				if string(key) == "ticker" {
					h.ticker = words(s)
				}
			})
		}
	})
	return h
}

// readDelisted reads a page of what is no longer listed, the newest first.
func readDelisted(body []byte, r marketdata.Request) (s *scanner, e envelope, a answer) {
	var (
		t listing
		l left
	)
	s, e = whole(body, "results", func(s *scanner) {
		t.next(s)
		a.rows++
		i, ok := t.instrument()
		p := marketdata.Profile{Instrument: i, Listed: dayOf(t.listed), Delisted: dayOf(t.delisted), Active: t.active}
		switch {
		case !ok || p.Delisted == 0:
			l.out("row %d: %q has no symbol or no day of its delisting", a.rows, t.ticker)
		case outside(r, p.Delisted):
			a.older = a.older || p.Delisted < r.From
		default:
			a.d.Profiles = append(a.d.Profiles, p)
		}
	})
	a.d.Left = l.all()
	return s, e, a
}

// changes is the call of renames of one instrument, or of all delistings.
func changes(r marketdata.Request) (marketdata.Call, error) {
	switch r.Part {
	case "delisted":
		q := searching(marketdata.Request{Part: r.Part, Limit: r.Limit}).Query
		q.Set("sort", "delisted_utc")
		q.Set("order", "desc")
		return marketdata.Call{Endpoint: "delisted tickers", Path: tickersPath, Query: q}, nil
	case "", "renames":
		if r.Instrument.Symbol == "" && r.Instrument.FIGI == "" {
			return marketdata.Call{}, fmt.Errorf("polygon: renames are asked for one instrument; say which")
		}
		id := r.Instrument.FIGI
		if !plain(id, "") {
			t, err := ticker(r.Instrument)
			if err != nil {
				return marketdata.Call{}, err
			}
			if id = t; len(id) > 2 && id[1] == ':' {
				return marketdata.Call{}, fmt.Errorf("polygon has no renames of %s", r.Instrument.Symbol)
			}
		}
		return marketdata.Call{Endpoint: "ticker events", Path: "/vX/reference/tickers/" + id + "/events", Query: map[string][]string{"types": {"ticker_change"}}}, nil
	}
	return marketdata.Call{}, fmt.Errorf("polygon: changes have no part %q (want renames or delisted)", r.Part)
}
