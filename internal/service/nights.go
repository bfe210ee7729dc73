package service

import (
	"fmt"
	"slices"
	"time"

	"github.com/foliosight/foliosight/finance/calendar"
	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/finance/money"
)

// SettleDelay is how long after a close prices are taken to be final.
const SettleDelay = 45 * time.Minute

// exchanges are those whose close ends a portfolio's day, by its base currency. Others
// follow New York, where the last of these closes.
var exchanges = map[money.Currency]string{"USD": "XNYS", "CAD": "XTSE", "GBP": "XLON", "EUR": "XETR", "CHF": "XETR", "SEK": "XETR", "NOK": "XETR", "DKK": "XETR"}

const mainExchange = "XNYS"

// Exchanges are those that have nights, sorted.
func Exchanges() []string { return []string{"XETR", "XLON", "XNYS", "XTSE"} }

// ExchangeOf is the exchange whose close ends the day of a portfolio of a base currency.
func ExchangeOf(base money.Currency) calendar.Calendar {
	code := exchanges[base]
	if code == "" {
		code = mainExchange
	}
	c, _ := calendar.For(code)
	return c
}

// NightAfter is when the next night of an exchange begins after t, and the session that
// it is about: its close, early or regular, and the time until prices are final, on the
// exchange's own clock.
func NightAfter(c calendar.Calendar, t time.Time) (begins time.Time, session date.Date, err error) {
	zone, err := time.LoadLocation(c.Zone)
	if err != nil {
		return begins, session, fmt.Errorf("exchange %s: %w", c.Code, err)
	}
	for day := date.FromTime(t.In(zone)) - 1; ; {
		session = c.Next(day)
		if session.IsNone() {
			return begins, session, fmt.Errorf("exchange %s has no session after %s", c.Code, day)
		}
		minutes, _ := c.CloseOn(session)
		year, month, dom := session.Time().Date()
		begins = time.Date(year, month, dom, 0, minutes, 0, 0, zone).Add(SettleDelay)
		if begins.After(t) {
			return begins, session, nil
		}
		day = session
	}
}

// NightBefore is the session of the last night of an exchange that has begun by t.
func NightBefore(c calendar.Calendar, t time.Time) (date.Date, error) {
	_, next, err := NightAfter(c, t)
	if err != nil {
		return next, err
	}
	return c.Previous(next), nil
}

// completeNight settles the exchange and day of a job that works for all portfolios.
func (s *Service) completeNight(kind string, w *Work) error {
	if kind == WorkSync {
		*w = Work{}
		return nil
	}
	if kind == WorkCleanUp {
		*w = Work{Day: date.FromTime(s.now().UTC())}
		return nil
	}
	if w.Exchange == "" {
		w.Exchange = mainExchange
	}
	c, ok := calendar.For(w.Exchange)
	if !ok || !slices.Contains(Exchanges(), c.Code) {
		return &ledger.Fault{Field: "exchange", Value: w.Exchange, Problem: "it has no nights", Cure: fmt.Sprintf("use one of %v", Exchanges())}
	}
	*w = Work{Exchange: c.Code, Day: w.Day}
	if unset(w.Day) {
		var err error
		if w.Day, err = NightBefore(c, s.now()); err != nil {
			return err
		}
	}
	if w.Day > s.today() {
		return &ledger.Fault{Field: "day", Value: w.Day.String(), Problem: "it lies in the future", Cure: "give a day that is over, or none"}
	}
	return nil
}
