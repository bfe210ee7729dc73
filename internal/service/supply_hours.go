package service

import (
	"fmt"
	"time"

	"github.com/foliosight/foliosight/finance/calendar"
	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/instrument"
	"github.com/foliosight/foliosight/finance/quality"
	"github.com/foliosight/foliosight/internal/marketdata"
	"github.com/foliosight/foliosight/internal/store"
)

// SupplyDelay is how long after a close a source is asked for the day.
const SupplyDelay = 30 * time.Minute

// hours are the sessions of a subject and when the value of one is there.
type hours struct {
	cal   calendar.Calendar
	known bool          // else the sessions are taken to be Monday to Friday
	after time.Duration // the close, until a source has the value
}

// segments are markets within an exchange, by the exchange whose sessions they keep.
var segments = map[string]string{
	"XNAS": "XNYS", "XNGS": "XNYS", "XNMS": "XNYS", "XNCM": "XNYS", "ARCX": "XNYS", "XASE": "XNYS", "BATS": "XNYS", "IEXG": "XNYS", "XPHL": "XNYS", "XBOS": "XNYS", "XCBO": "XNYS", "OPRA": "XNYS",
	"XFRA": "XETR", "XAMS": "XPAR", "XBRU": "XPAR", "XLIS": "XPAR", "XTSX": "XTSE",
}

// hoursOf are the sessions of a subject. An exchange that is not known keeps those of the
// working week, as what is asked for on a day without a session comes back empty.
func hoursOf(kind string, i instrument.Instrument) hours {
	code := i.Exchange
	switch {
	case marketdata.Kind(kind) == marketdata.FX:
		return hours{cal: mustCalendar("TARGET2"), known: true, after: SupplyDelay}
	case marketdata.Kind(kind) == marketdata.Rates:
		return hours{cal: mustCalendar("WEEKDAYS"), known: true, after: 24 * time.Hour} // published the day after
	case i.Class == instrument.Crypto:
		return hours{cal: mustCalendar("24/7"), known: true, after: SupplyDelay}
	case segments[code] != "":
		code = segments[code]
	}
	if cal, ok := calendar.For(code); ok {
		return hours{cal: cal, known: true, after: SupplyDelay}
	}
	return hours{cal: mustCalendar("WEEKDAYS"), after: SupplyDelay}
}

func mustCalendar(code string) calendar.Calendar {
	c, ok := calendar.For(code)
	if !ok {
		panic("service: no calendar " + code) // the list is ours
	}
	return c
}

// name is whose sessions they are, for people.
func (h hours) name() string {
	if !h.known || h.cal.Code == "WEEKDAYS" {
		return "weekdays"
	}
	return h.cal.Code
}

// checked is the calendar that quality holds days against: none where it is not known.
func (h hours) checked() calendar.Calendar {
	if h.known && h.cal.Code != "WEEKDAYS" {
		return h.cal
	}
	return calendar.Calendar{}
}

// there is when the value of a session can be asked for.
func (h hours) there(session date.Date) (time.Time, error) {
	zone, err := time.LoadLocation(h.cal.Zone)
	if err != nil {
		return time.Time{}, fmt.Errorf("exchange %s: %w", h.cal.Code, err)
	}
	minutes, _ := h.cal.CloseOn(session)
	year, month, day := session.Time().Date()
	return time.Date(year, month, day, 0, minutes, 0, 0, zone).Add(h.after), nil
}

// over is the last session whose value can be asked for by now.
func (h hours) over(now time.Time) (date.Date, error) {
	zone, err := time.LoadLocation(h.cal.Zone)
	if err != nil {
		return date.None, fmt.Errorf("exchange %s: %w", h.cal.Code, err)
	}
	for day := h.cal.Last(date.FromTime(now.In(zone))); !day.IsNone(); day = h.cal.Previous(day) {
		at, err := h.there(day)
		if err != nil || !at.After(now) {
			return day, err
		}
	}
	return date.None, fmt.Errorf("exchange %s has no session before %s", h.cal.Code, now.UTC().Format(time.RFC3339))
}

// next is when the first session after one that is over can be asked for.
func (h hours) next(over date.Date) (time.Time, error) {
	session := h.cal.Next(over)
	if session.IsNone() {
		return time.Time{}, fmt.Errorf("exchange %s has no session after %s", h.cal.Code, over)
	}
	return h.there(session)
}

// sessions are those from one day to another.
func (h hours) sessions(from, to date.Date) []date.Date { return h.cal.Sessions(from, to) }

// late is a score that counts the weekdays after the newest of some days as stale where
// the exchange is not known: as many as the series is said to miss.
func (h hours) late(r quality.Score, days []date.Date, due date.Date) quality.Score {
	if h.known || len(days) == 0 {
		return r
	}
	return r.Late(len(h.sessions(days[len(days)-1]+1, due)))
}

// seriesKindOf is the kind of series that a kind of request fills; empty for others.
func seriesKindOf(kind string) store.SeriesKind {
	switch marketdata.Kind(kind) {
	case marketdata.Bars:
		return store.Prices
	case marketdata.FX:
		return store.FX
	case marketdata.Rates:
		return store.Rates
	}
	return ""
}
