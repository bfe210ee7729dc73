package stooq

import (
	"strings"
	"time"
	_ "time/tzdata" // sessions end by the clock of the exchange on every machine

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/internal/marketdata"
)

// session is when the day of a market is over by its own clock, with the quarter of an hour
// that Stooq's prices lag behind and as much again.
type session struct {
	zone string
	over time.Duration
}

// sessions are by the suffix of Stooq's symbols. The usual closes: New York 16:00, London
// 16:35 with its auction, Tokyo 15:30, Hong Kong 16:10, Xetra 17:35, Warsaw 17:05, Budapest
// 17:10. Days that end early are over by then all the more.
var sessions = map[string]session{
	"us": {"America/New_York", 16*time.Hour + 30*time.Minute}, "uk": {"Europe/London", 17*time.Hour + 5*time.Minute},
	"jp": {"Asia/Tokyo", 16 * time.Hour}, "hk": {"Asia/Hong_Kong", 16*time.Hour + 40*time.Minute},
	"de": {"Europe/Berlin", 18*time.Hour + 5*time.Minute}, "": {"Europe/Warsaw", 17*time.Hour + 35*time.Minute},
	"hu": {"Europe/Budapest", 17*time.Hour + 40*time.Minute}, "v": {"UTC", 24 * time.Hour},
	"^spx": {"America/New_York", 16*time.Hour + 30*time.Minute}, "^dji": {"America/New_York", 16*time.Hour + 30*time.Minute},
	"^ndx": {"America/New_York", 16*time.Hour + 30*time.Minute}, "^ndq": {"America/New_York", 16*time.Hour + 30*time.Minute},
	"^dax": {"Europe/Berlin", 18*time.Hour + 5*time.Minute}, "^nkx": {"Asia/Tokyo", 16 * time.Hour},
}

// unfinished reports whether that day was not over on its exchange when the answer came.
// The table does not say it; where the time of the answer is not known it is taken as over.
func unfinished(last date.Date, r marketdata.Request, a marketdata.Response) bool {
	symbol, _, err := theirs(r.Instrument)
	if err != nil || a.At.IsZero() {
		return false
	}
	key := symbol
	if !strings.HasPrefix(symbol, "^") {
		_, key, _ = strings.Cut(symbol, ".")
	}
	s, ok := sessions[key]
	if !ok {
		return true
	}
	zone, err := time.LoadLocation(s.zone)
	if err != nil {
		return true
	}
	y, m, d := last.Civil()
	midnight := time.Date(y, m, d, 0, int(s.over/time.Minute), 0, 0, zone)
	return a.At.Before(midnight)
}
