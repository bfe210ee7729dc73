package service

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/foliosight/foliosight/internal/marketdata"
)

// Refusals is one reason why series got nothing, said once for all of them.
type Refusals struct {
	Reason   string `json:"reason"`
	Provider string `json:"provider,omitempty"` // whose it is; empty: no single one's
	// Says is the reason in plain words, to follow the provider's name.
	Says    string   `json:"says"`
	Symbols []string `json:"symbols"` // of the series, sorted
	// Said is what the source said of the first of them, in its own words.
	Said string `json:"said,omitempty"`
	// Next is when the first of them is asked for again; zero: not by itself.
	Next time.Time `json:"next,omitzero"`
}

// NoNetwork says that no provider could be reached, and where they were looked for.
func NoNetwork(hosts []string) string {
	return "no provider could be reached: is there a network? Tried " + strings.Join(hosts, ", ")
}

// noKey is what a source is refused with that was not asked as it has no key.
const noKey = "no key is set"

// refused is a series that got nothing.
type refused struct {
	symbol, reason, provider, said string
	due                            time.Time
}

// reasonsOf says each reason once, the one that concerns most first.
func reasonsOf(all []refused) (groups []Refusals) {
	at := map[[3]string]int{}
	for _, one := range all {
		key := [3]string{one.reason, one.provider}
		says := marketdata.Reason(one.reason).Plainly()
		switch {
		case one.reason == string(marketdata.Unreached):
			key, says = [3]string{one.reason}, "no provider could be reached: is there a network?"
		case one.reason == string(marketdata.BadKey) && strings.Contains(one.said, noKey):
			says = noKey
		case says == "" || one.reason == string(marketdata.Refused): // a reason of our own, which is in the words alone
			key, says = [3]string{one.reason, "", one.said}, cmp.Or(one.said, one.reason)
		}
		i, known := at[key]
		if !known {
			i = len(groups)
			at[key] = i
			groups = append(groups, Refusals{Reason: one.reason, Provider: key[1], Says: says, Said: one.said})
		}
		g := &groups[i]
		if !slices.Contains(g.Symbols, one.symbol) {
			g.Symbols = append(g.Symbols, one.symbol)
		}
		if !one.due.IsZero() && (g.Next.IsZero() || one.due.Before(g.Next)) {
			g.Next = one.due
		}
	}
	for i := range groups {
		slices.Sort(groups[i].Symbols)
	}
	slices.SortStableFunc(groups, func(a, b Refusals) int {
		return cmp.Or(len(b.Symbols)-len(a.Symbols), compareText(a.Reason+a.Provider+a.Says, b.Reason+b.Provider+b.Says))
	})
	return groups
}

func outcomeReasons(outcomes []SyncOutcome) []Refusals {
	var all []refused
	for _, o := range outcomes {
		if o.Reason != "" {
			all = append(all, refused{o.Symbol, o.Reason, o.Provider, o.Said, o.Due})
		}
	}
	return reasonsOf(all)
}

// FeedReasons are why the last attempt for series gave nothing, each reason once.
func FeedReasons(feeds []Feed) []Refusals {
	var all []refused
	for i := range feeds {
		if one := &feeds[i]; one.Needed && one.Reason != "" {
			all = append(all, refused{one.Symbol, one.Reason, one.Provider, one.Words, one.Due})
		}
	}
	return reasonsOf(all)
}
