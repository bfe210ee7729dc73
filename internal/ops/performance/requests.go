package performance

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/foliosight/foliosight/internal/ops/check"
	"github.com/foliosight/foliosight/internal/store"
)

// Figure is one that was measured.
type Figure struct {
	Name  string  `json:"name"`
	Unit  string  `json:"unit"` // "ms", "bytes"
	Value float64 `json:"value"`
}

// What makes a change worth saying: so much slower, in proportion and in all, over so many
// requests at least.
const (
	slower    = 1.5
	slowerBy  = 20 * time.Millisecond
	enough    = 50
	errorsBad = 0.01 // of requests
)

// totals sums hours.
func totals(hours []store.RequestHour) (sum store.RequestHour) {
	for i := range hours {
		add(&sum, &hours[i])
	}
	return sum
}

func mean(h store.RequestHour) time.Duration {
	if h.Requests == 0 {
		return 0
	}
	return h.Total / time.Duration(h.Requests)
}

// byRoute sums hours by method and route, those that took most time first.
func byRoute(hours []store.RequestHour) []store.RequestHour {
	at := map[string]int{}
	var all []store.RequestHour
	for i := range hours {
		key := hours[i].Method + " " + hours[i].Route
		n, there := at[key]
		if !there {
			n = len(all)
			at[key] = n
			all = append(all, store.RequestHour{Method: hours[i].Method, Route: hours[i].Route})
		}
		add(&all[n], &hours[i])
	}
	slices.SortStableFunc(all, func(a, b store.RequestHour) int { return int(b.Total.Microseconds() - a.Total.Microseconds()) })
	return all
}

// noRequests says that nothing is kept.
func noRequests(r *check.Report, name string, since time.Time) {
	r.Unknown(name, "no requests are kept since "+since.UTC().Format(time.RFC3339), "a running server writes them every minute")
}

// Bound is the bound of store.RequestBounds that a threshold is counted by: the largest that
// is not above it, the least for less.
func Bound(threshold time.Duration) (index int) {
	for i, bound := range store.RequestBounds {
		if bound <= threshold {
			index = i
		}
	}
	return index
}

// Slow says which routes have requests that took as long as a threshold or longer.
func Slow(r *check.Report, hours []store.RequestHour, threshold time.Duration, since time.Time) {
	const name = "requests"
	if len(hours) == 0 {
		noRequests(r, name, since)
		return
	}
	at := Bound(threshold)
	var slow []string
	count, all := int64(0), totals(hours)
	for _, h := range byRoute(hours) {
		if h.Over[at] == 0 {
			continue
		}
		count += h.Over[at]
		if len(slow) < listed {
			slow = append(slow, fmt.Sprintf("%s %s %d of %d, %s at most", h.Method, h.Route, h.Over[at], h.Requests, h.Longest.Round(time.Millisecond)))
		}
	}
	if count == 0 {
		r.Fine(name, fmt.Sprintf("none of %d took %s or more", all.Requests, store.RequestBounds[at]))
		return
	}
	r.Find(name, fmt.Sprintf("%d of %d took %s or more: %s", count, all.Requests, store.RequestBounds[at], strings.Join(slow, "; ")),
		"requests are counted from 100, 250, 500, 1000 and 5000 ms on; look at the statements, and at `foliosight resources`")
}

// Recent says how requests went, and gives the average of each route with enough of them.
func Recent(r *check.Report, hours []store.RequestHour, since time.Time) []Figure {
	if len(hours) == 0 {
		noRequests(r, "requests", since)
		return nil
	}
	sum := totals(hours)
	var said []string
	var figures []Figure
	for _, h := range byRoute(hours) {
		if h.Requests >= enough {
			figures = append(figures, Figure{"average of " + h.Method + " " + h.Route, "ms", float64(mean(h)) / float64(time.Millisecond)})
		}
		if len(said) < listed {
			said = append(said, fmt.Sprintf("%s %s %d in %s each", h.Method, h.Route, h.Requests, mean(h).Round(10*time.Microsecond)))
		}
	}
	r.Fine("requests", fmt.Sprintf("%d in %s on average, %s at most; most time: %s", sum.Requests, mean(sum).Round(10*time.Microsecond), sum.Longest.Round(time.Millisecond), strings.Join(said, "; ")))
	errors(r, sum)
	return figures
}

func errors(r *check.Report, sum store.RequestHour) {
	says := fmt.Sprintf("%d of %d failed, %d were refused", sum.Failed, sum.Requests, sum.Refused)
	if sum.Requests >= enough && float64(sum.Failed) > errorsBad*float64(sum.Requests) {
		r.Find("errors", says, "the log of the server has each with its request id")
		return
	}
	r.Fine("errors", says)
}

// Trends says, day by day, how requests went, and whether the last 24 hours are slower or
// fail more than the days before.
func Trends(r *check.Report, hours []store.RequestHour, days int, now time.Time) {
	since := now.Add(-time.Duration(days) * 24 * time.Hour)
	if len(hours) == 0 {
		noRequests(r, "days", since)
		return
	}
	var before, last []store.RequestHour
	byDay := map[string][]store.RequestHour{}
	for _, h := range hours {
		day := h.Hour.UTC().Format(time.DateOnly)
		byDay[day] = append(byDay[day], h)
		if h.Hour.After(now.Add(-24 * time.Hour)) {
			last = append(last, h)
		} else {
			before = append(before, h)
		}
	}
	var lines []string
	for day := since.UTC(); !day.After(now.UTC()); day = day.Add(24 * time.Hour) {
		name := day.Format(time.DateOnly)
		if of := byDay[name]; len(of) > 0 {
			sum := totals(of)
			lines = append(lines, fmt.Sprintf("%s %d requests, %s on average, %s at most, %d of 500 ms or more, %d failed", name, sum.Requests, mean(sum).Round(10*time.Microsecond), sum.Longest.Round(time.Millisecond), sum.Over[2], sum.Failed))
		} else {
			lines = append(lines, name+" nothing kept")
		}
	}
	r.Fine("days", strings.Join(lines, "; "))
	now24, then := totals(last), totals(before)
	if now24.Requests < enough || then.Requests < enough {
		r.Unknown("trend", fmt.Sprintf("%d requests in the last 24 hours and %d before are too few to compare; it takes %d of both", now24.Requests, then.Requests, enough), "")
		return
	}
	was := map[string]store.RequestHour{}
	for _, h := range byRoute(before) {
		was[h.Method+" "+h.Route] = h
	}
	var worse []string
	for _, h := range byRoute(last) {
		w := was[h.Method+" "+h.Route]
		if h.Requests >= enough && w.Requests >= enough && isSlower(mean(w), mean(h)) {
			worse = append(worse, fmt.Sprintf("%s %s from %s to %s", h.Method, h.Route, mean(w).Round(time.Millisecond), mean(h).Round(time.Millisecond)))
		}
	}
	if len(worse) > 0 {
		r.Find("trend", fmt.Sprintf("slower by half or more in the last 24 hours: %s", strings.Join(worse, "; ")), "`foliosight perf slow` and `foliosight perf report` say where the time goes")
	} else {
		r.Fine("trend", fmt.Sprintf("%s on average in the last 24 hours, %s before; no route is slower by half", mean(now24).Round(10*time.Microsecond), mean(then).Round(10*time.Microsecond)))
	}
	errors(r, now24)
}

func isSlower(was, is time.Duration) bool {
	return float64(is) > slower*float64(was) && is-was > slowerBy
}

// contents are what a baseline holds.
type contents struct {
	Figures []Figure `json:"figures"`
}

// Save makes a baseline.
func Save(figures []Figure, by string, now time.Time) (store.Baseline, error) {
	text, err := json.Marshal(contents{append([]Figure{}, figures...)})
	return store.Baseline{ID: store.NewID(), Taken: now.UTC(), By: by, Contents: text}, err
}

// Compare holds what is measured now against a baseline: a time that is half as much again
// is a finding, a size that has doubled is said.
func Compare(r *check.Report, b store.Baseline, figures []Figure) {
	var old contents
	if err := json.Unmarshal(b.Contents, &old); err != nil {
		r.Unknown("baseline", "the one of "+b.Taken.Format(time.RFC3339)+" cannot be read: "+err.Error(), "save another: `foliosight perf baseline --save`")
		return
	}
	was := map[string]Figure{}
	for _, f := range old.Figures {
		was[f.Name] = f
	}
	compared := 0
	var worse, larger []string
	for _, f := range figures {
		w, there := was[f.Name]
		if !there || w.Unit != f.Unit {
			continue
		}
		compared++
		switch {
		case f.Unit == "ms" && isSlower(ms(w.Value), ms(f.Value)):
			worse = append(worse, fmt.Sprintf("%s from %.1f to %.1f ms", f.Name, w.Value, f.Value))
		case f.Unit == "bytes" && f.Value > 2*w.Value && f.Value > 1<<20:
			larger = append(larger, fmt.Sprintf("%s from %s to %s", f.Name, bytesOf(int64(w.Value)), bytesOf(int64(f.Value))))
		}
	}
	since := "since " + b.Taken.Format(time.RFC3339) + ", saved by " + b.By
	if compared == 0 {
		r.Unknown("baseline", "nothing measured now was measured then, "+since, "save another when the installation is in use: `foliosight perf baseline --save`")
		return
	}
	if len(worse) > 0 {
		r.Find("baseline", fmt.Sprintf("%d of %d figures are slower by half or more %s: %s", len(worse), compared, since, strings.Join(worse, "; ")), "`foliosight perf report` says where the time goes; `foliosight perf baseline --save` takes what is now as what should be")
	} else {
		r.Fine("baseline", fmt.Sprintf("none of %d figures is slower by half %s", compared, since))
	}
	if len(larger) > 0 {
		r.Fine("growth", strings.Join(larger, "; "))
	}
}

func ms(v float64) time.Duration { return time.Duration(v * float64(time.Millisecond)) }
