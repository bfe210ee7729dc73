package incident

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/foliosight/foliosight/internal/ops/check"
	"github.com/foliosight/foliosight/internal/store"
)

// Review is the post-incident review in Markdown: filled in from the record, with
// headings for what only people know. Hours are those of requests that are kept;
// since is from when on the impact is counted, zero from when it was opened.
func Review(r Record, hours []store.RequestHour, since, now time.Time) string {
	var b strings.Builder
	end, ended := now, "it is not over"
	if r.Closed != nil {
		end, ended = *r.Closed, stamp(*r.Closed)
	}
	if since.IsZero() {
		since = r.Opened
	}
	fmt.Fprintf(&b, "# Review of %s: %s\n\n", r.ID, r.Kind)
	fmt.Fprintf(&b, "| | |\n|---|---|\n| Severity | %s |\n| State | %s |\n| Opened | %s by %s |\n| Closed | %s |\n| Duration | %s |\n\n", r.Severity, r.State, stamp(r.Opened), cell(r.By), ended, end.Sub(r.Opened).Round(time.Second))
	b.WriteString("## Summary\n\n_To be filled in: what happened, in three sentences that somebody understands who was not there._\n\n")
	impact(&b, hours, since, end)
	timeline(&b, r)
	list(&b, "What was found", found(r), "Nothing: every check was fine.")
	list(&b, "What was done", did(r), "Nothing was changed.")
	var left []string
	for _, one := range r.Remains() {
		text := one.What
		if one.Command != "" && !strings.Contains(one.What, one.Command) {
			text += ": `" + one.Command + "`"
		}
		left = append(left, text)
	}
	nothing := "Nothing is known to remain."
	if r.State == Closed {
		nothing = "The incident is closed."
	}
	list(&b, "What remains", left, nothing)
	b.WriteString("## Cause\n\n")
	if r.Cause != "" {
		b.WriteString(r.Cause + "\n\n")
	}
	b.WriteString("_To be filled in: what led to it, and what led to that._\n\n")
	b.WriteString("## Lessons\n\n_To be filled in: what went well, what went badly, where luck helped; how it could have been noticed earlier._\n\n")
	b.WriteString("## Actions\n\n| What | Who | Until |\n|---|---|---|\n| | | |\n")
	return b.String()
}

func stamp(t time.Time) string { return t.UTC().Format("2006-01-02 15:04:05 UTC") }

// cell keeps a text inside its cell of a table.
func cell(text string) string {
	return strings.NewReplacer("|", `\|`, "\n", " ").Replace(text)
}

func list(b *strings.Builder, title string, all []string, nothing string) {
	fmt.Fprintf(b, "## %s\n\n", title)
	if len(all) == 0 {
		b.WriteString(nothing + "\n\n")
		return
	}
	for _, one := range all {
		b.WriteString("- " + strings.ReplaceAll(one, "\n", " ") + "\n")
	}
	b.WriteString("\n")
}

// impact is how requests went in the hours that the incident touches.
func impact(b *strings.Builder, hours []store.RequestHour, since, end time.Time) {
	from := since.UTC().Truncate(time.Hour)
	fmt.Fprintf(b, "## Impact\n\nRequests are counted by the hour; these are the hours from %s to %s that were touched.\n\n", stamp(from), stamp(end))
	var sum store.RequestHour
	byRoute := map[string]store.RequestHour{}
	for _, h := range hours {
		if h.Hour.Before(from) || h.Hour.After(end) {
			continue
		}
		one := byRoute[h.Method+" "+h.Route]
		for _, x := range []*store.RequestHour{&sum, &one} {
			x.Requests, x.Refused, x.Failed, x.Total, x.Longest = x.Requests+h.Requests, x.Refused+h.Refused, x.Failed+h.Failed, x.Total+h.Total, max(x.Longest, h.Longest)
		}
		byRoute[h.Method+" "+h.Route] = one
	}
	if sum.Requests == 0 {
		b.WriteString("Nothing is kept of these hours: either nobody asked, or it could not be recorded. How many were turned away is not known.\n\n")
		return
	}
	fmt.Fprintf(b, "- Requests: %d, on average %s, at most %s\n- Failed (5xx): %d (%.2f %%)\n- Refused (4xx): %d\n\n", sum.Requests, (sum.Total / time.Duration(sum.Requests)).Round(10*time.Microsecond), sum.Longest.Round(time.Millisecond),
		sum.Failed, 100*float64(sum.Failed)/float64(sum.Requests), sum.Refused)
	var worst []string
	for route, h := range byRoute {
		if h.Failed > 0 {
			worst = append(worst, route)
		}
	}
	slices.SortFunc(worst, func(x, y string) int {
		if d := byRoute[y].Failed - byRoute[x].Failed; d != 0 {
			return int(d)
		}
		return strings.Compare(x, y)
	})
	if len(worst) == 0 {
		return
	}
	b.WriteString("| Failed most | Failed | Of |\n|---|---|---|\n")
	for _, route := range worst[:min(len(worst), 10)] {
		fmt.Fprintf(b, "| %s | %d | %d |\n", cell(route), byRoute[route].Failed, byRoute[route].Requests)
	}
	b.WriteString("\n")
}

func timeline(b *strings.Builder, r Record) {
	b.WriteString("## Timeline\n\n| Time | By | | What | Outcome |\n|---|---|---|---|---|\n")
	for _, l := range r.Timeline {
		what := l.Says
		if l.Part != "" {
			what = l.Part + ": " + l.Says
		}
		fmt.Fprintf(b, "| %s | %s | %s | %s | %s |\n", stamp(l.At), cell(l.By), l.Does, cell(what), l.State)
	}
	b.WriteString("\n")
}

func found(r Record) (all []string) {
	for _, l := range r.Timeline {
		for _, c := range l.Checks {
			if c.State != check.Fine && l.Does == DoesLook {
				all = append(all, fmt.Sprintf("%s, %s: %s (%s)", l.Part, c.Name, c.Says, c.State))
			}
		}
	}
	return all
}

func did(r Record) (all []string) {
	for _, l := range r.Timeline {
		if l.Does != DoesAct {
			continue
		}
		for _, c := range l.Checks {
			all = append(all, fmt.Sprintf("%s: %s, %s: %s (%s)", stamp(l.At), l.Part, c.Name, c.Says, c.State))
		}
	}
	return all
}
