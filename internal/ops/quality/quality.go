// Package quality says how good the market data are that the figures of an installation
// rest on, as checks and as a small page.
//
// Model: the series are those of the Data status page (service.Feeds), of one tenant or of
// all. Of each there is a score from 0 to 100, how many sessions are missing at its end,
// how many of its values are held back, and what became of the last attempt to get it. A
// series of a tenant's own is counted and not named; one that all share is named.
package quality

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/foliosight/foliosight/internal/marketdata"
	"github.com/foliosight/foliosight/internal/ops/check"
	"github.com/foliosight/foliosight/internal/service"
)

// Source tells of the series that somebody needs.
type Source interface {
	Feeds(ctx context.Context, c service.Caller, portfolio string) ([]service.Feed, error)
}

// Bounds are what is still well.
type Bounds struct {
	Score int // of a series, at least
	Late  int // sessions missing at the end of a series, at most
}

// Usual are the bounds unless others are given.
var Usual = Bounds{Score: 60, Late: 2}

// Series is one that is needed.
type Series struct {
	Kind   string `json:"kind"`
	Symbol string `json:"symbol"` // of a tenant's own: empty
	Own    bool   `json:"own"`
	Use    string `json:"use"`
	Score  *int   `json:"score"` // nil: not known
	Age    int    `json:"age"`   // sessions missing at its end; -1: not known
	Held   int    `json:"held_back"`
	Days   int    `json:"days"` // that are stored
	Last   string `json:"last,omitempty"`
	State  string `json:"state"`
	Says   string `json:"says"`

	valued, refused bool
}

// State is what was seen.
type State struct {
	At      time.Time `json:"at"`
	Tenants int       `json:"tenants"`
	Series  []Series  `json:"series"`
}

// Look looks at the series that some tenants need, each series once: of one that several
// need, as for the one that needs it most.
func Look(ctx context.Context, from Source, owners []service.Caller, now time.Time) (State, error) {
	s := State{At: now.UTC(), Tenants: len(owners), Series: []Series{}}
	seen := map[string]int{}
	for _, who := range owners {
		feeds, err := from.Feeds(ctx, who, "")
		if err != nil {
			return s, fmt.Errorf("series of tenant %s: %w", who.Tenant, err)
		}
		for i := range feeds {
			one := seriesOf(&feeds[i])
			key := one.Kind + " " + feeds[i].Symbol
			if one.Own {
				key = who.Tenant + " " + key
			}
			at, there := seen[key]
			switch {
			case !there:
				seen[key] = len(s.Series)
				s.Series = append(s.Series, one)
			case rank(one.Use) < rank(s.Series[at].Use):
				s.Series[at] = one
			}
		}
	}
	slices.SortStableFunc(s.Series, func(a, b Series) int {
		return strings.Compare(a.Kind+" "+a.Symbol, b.Kind+" "+b.Symbol)
	})
	return s, nil
}

func rank(use string) int {
	return slices.Index([]string{string(service.FeedHeld), string(service.FeedFX), string(service.FeedRate), string(service.FeedModel), string(service.FeedPast)}, use)
}

func seriesOf(f *service.Feed) Series {
	one := Series{Kind: f.Kind, Symbol: f.Symbol, Own: f.Kept.Own || f.Valued, Use: string(f.Use), Score: f.Score, Age: f.Age, Held: f.Held, Days: f.Kept.Count, State: string(f.State), Says: f.Says,
		valued: f.Valued, refused: f.State == service.SupplyRefused}
	if f.Kept.Count > 0 {
		one.Last = f.Kept.Last.String()
	}
	if one.Own {
		one.Symbol, one.Says = "", ""
	}
	return one
}

// The names of the checks. Missing ones leave figures unknown.
const (
	Missing      = "prices"
	MissingRates = "rates"
	Scores       = "scores"
	Staleness    = "staleness"
	HeldBack     = "held back"
	Sources      = "sources"
)

// Report adds the checks of what was seen.
func (s State) Report(r *check.Report, b Bounds) {
	if len(s.Series) == 0 {
		r.Unknown("series", "nothing is booked that needs market data", "import transactions, or look with --all")
		return
	}
	needed := s.where(func(one Series) bool { return one.Use != string(service.FeedPast) })
	r.Fine("series", fmt.Sprintf("%d are needed now, %d more for the past", len(needed), len(s.Series)-len(needed)))
	prices := pick(needed, func(one Series) bool { return one.Kind == string(marketdata.Bars) })
	tell(r, Missing, pick(prices, func(one Series) bool { return one.Days == 0 }), fmt.Sprintf("each of %d series has prices", len(prices)), "has no price", "have no price",
		"`foliosight doctor SYMBOL` says why; `foliosight sync` asks again, a file or a price of your own stands in")
	rates := pick(needed, func(one Series) bool { return one.Kind != string(marketdata.Bars) })
	tell(r, MissingRates, pick(rates, func(one Series) bool { return one.Days == 0 }), fmt.Sprintf("each of %d exchange and interest rates is there", len(rates)), "is missing", "are missing",
		"`foliosight sync` asks for them; `foliosight prices` takes a file")
	scored := pick(needed, func(one Series) bool { return one.Score != nil })
	if len(scored) == 0 {
		r.Unknown(Scores, "no series has a score yet", "scores are worked out when series are fetched or shown: `foliosight sync`")
	} else {
		low := pick(scored, func(one Series) bool { return *one.Score < b.Score })
		slices.SortStableFunc(low, func(a, b Series) int { return *a.Score - *b.Score })
		tell(r, Scores, low, fmt.Sprintf("%d series score %d or more of 100; %d have no score", len(scored), b.Score, len(needed)-len(scored)), fmt.Sprintf("scores below %d", b.Score),
			fmt.Sprintf("score below %d", b.Score), "the page of the instrument lists what was found, day by day", func(one Series) string { return fmt.Sprint(*one.Score) })
	}
	aged := pick(needed, func(one Series) bool { return one.Age >= 0 && one.Days > 0 && !one.valued })
	late := pick(aged, func(one Series) bool { return one.Age > b.Late })
	slices.SortStableFunc(late, func(a, b Series) int { return b.Age - a.Age })
	if len(aged) == 0 {
		r.Unknown(Staleness, "of no series it is known how many sessions are missing", "fetch or import prices first")
	} else {
		tell(r, Staleness, late, fmt.Sprintf("none of %d series lacks more than %d sessions", len(aged), b.Late), fmt.Sprintf("lacks more than %d sessions", b.Late), fmt.Sprintf("lack more than %d sessions", b.Late),
			"`foliosight sync` asks for what is missing, `foliosight providers` says how the sources are", func(one Series) string { return fmt.Sprintf("%d, to %s", one.Age, one.Last) })
	}
	tell(r, HeldBack, pick(s.Series, func(one Series) bool { return one.Held > 0 }), "no value waits for a decision", "has values that are held back", "have values that are held back",
		"accept, correct or drop them on the page Data status", func(one Series) string { return fmt.Sprint(one.Held) })
	tell(r, Sources, pick(needed, func(one Series) bool { return one.refused }), "no source refused what is needed", "was not given by its source", "were not given by their sources",
		"`foliosight doctor SYMBOL` says what the source said")
}

func (s State) where(is func(Series) bool) []Series { return pick(s.Series, is) }

func pick(all []Series, is func(Series) bool) []Series {
	var out []Series
	for _, one := range all {
		if is(one) {
			out = append(out, one)
		}
	}
	return out
}

// shown is how many series are named.
const shown = 8

// tell adds a check about some series: fine where there are none.
func tell(r *check.Report, name string, of []Series, fine, one, many, cure string, detail ...func(Series) string) {
	if len(of) == 0 {
		r.Fine(name, fine)
		return
	}
	verb := many
	if len(of) == 1 {
		verb = one
	}
	var named []string
	own := 0
	for _, s := range of {
		if s.Own {
			own++
			continue
		}
		text := s.Symbol
		if len(detail) > 0 {
			text += " (" + detail[0](s) + ")"
		}
		named = append(named, text)
	}
	if len(named) > shown {
		named = append(named[:shown], fmt.Sprintf("%d more", len(named)-shown))
	}
	if own > 0 {
		named = append(named, fmt.Sprintf("%d of tenants' own", own))
	}
	r.Find(name, fmt.Sprintf("%d %s: %s", len(of), verb, strings.Join(named, ", ")), cure)
}
