package quality

import (
	"cmp"
	"html/template"
	"slices"
	"strconv"
	"strings"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/internal/marketdata"
	"github.com/foliosight/foliosight/internal/ops/check"
	"github.com/foliosight/foliosight/internal/service"
)

// shownPage is what the page shows, in its words.
type shownPage struct {
	Looked   string // when
	Series   int
	Tenants  int
	Verdict  string
	Look     bool // something asks to be looked at
	Findings []shownCheck
	Fine     []shownCheck
	Groups   []group
}

type shownCheck struct {
	Name, Says string
	Cure       template.HTML
	Unknown    bool
}

// group are the series that are needed for the same.
type group struct {
	Title string
	Count int
	Look  int // of which so many ask to be looked at
	Rows  []row
}

// row is a series, or several of tenants' own that look alike.
type row struct {
	Name, Kind, Last, Says string
	Score, Late, Held      string // "" is not known
	Look                   bool
	LowScore, IsLate       bool
	rank, count            int
}

// groupTitles are what series are needed for, in the order in which it matters.
var groupTitles = []struct {
	use   service.FeedUse
	title string
}{
	{service.FeedHeld, "What is held"}, {service.FeedFX, "Exchange rates"}, {service.FeedRate, "Interest rates"},
	{service.FeedModel, "Benchmarks and factors"}, {service.FeedPast, "What was held"},
}

// words turns a state into what a person is told of it.
func words(s shownState, b Bounds) shownPage {
	p := shownPage{Looked: s.At.Format("2 Jan 2006, 15:04:05 UTC"), Series: len(s.Series), Tenants: s.Tenants, Look: s.Worst != check.Fine}
	for _, c := range s.Checks {
		one := shownCheck{Name: strings.ToUpper(c.Name[:1]) + c.Name[1:], Says: c.Says, Cure: code(c.Cure), Unknown: c.State == check.Unknown}
		if c.State == check.Fine {
			p.Fine = append(p.Fine, one)
		} else {
			p.Findings = append(p.Findings, one)
		}
	}
	switch {
	case len(p.Findings) == 0:
		p.Verdict = "Nothing to do"
	case len(p.Findings) == 1:
		p.Verdict = "One thing to look at"
	default:
		p.Verdict = strconv.Itoa(len(p.Findings)) + " things to look at"
	}
	for _, title := range groupTitles {
		g := group{Title: title.title}
		alike := map[row]int{}
		for _, one := range s.Series {
			if one.Use != string(title.use) {
				continue
			}
			r := rowOf(one, b)
			g.Count++
			if r.Look {
				g.Look++
			}
			at, there := alike[r]
			if one.Own && there {
				g.Rows[at].count++
				continue
			}
			alike[r] = len(g.Rows)
			g.Rows = append(g.Rows, r)
		}
		for i := range g.Rows {
			if r := &g.Rows[i]; r.Name == "" {
				if r.Name = "A tenant's own"; r.count > 0 {
					r.Name = strconv.Itoa(r.count+1) + " of tenants' own"
				}
			}
		}
		slices.SortStableFunc(g.Rows, func(a, b row) int { return cmp.Compare(b.rank, a.rank) })
		if g.Count > 0 {
			p.Groups = append(p.Groups, g)
		}
	}
	return p
}

func rowOf(one Series, b Bounds) row {
	r := row{Name: one.Symbol, Kind: kinds[one.Kind], Says: one.Says}
	if r.Kind == "" {
		r.Kind = one.Kind
	}
	if one.Says == "" || one.State == string(service.SupplyCurrent) { // its last day stands beside it
		r.Says = states[one.State]
	}
	if last, err := date.Parse(one.Last); err == nil {
		r.Last = last.Time().Format("2 Jan 2006")
	}
	if one.Score != nil {
		r.Score = strconv.Itoa(*one.Score)
		r.LowScore = *one.Score < b.Score
	}
	if one.Age >= 0 && one.Days > 0 {
		r.Late = strconv.Itoa(one.Age)
		r.IsLate = one.Age > b.Late && !one.valued
	}
	if one.Held > 0 {
		r.Held = strconv.Itoa(one.Held)
	}
	if one.Use == string(service.FeedPast) { // what nobody needs now is asked of nobody
		r.LowScore, r.IsLate = false, false
	}
	missing := one.Days == 0 && one.Use != string(service.FeedPast)
	r.Look = missing || r.LowScore || r.IsLate || one.Held > 0 || one.refused && one.Use != string(service.FeedPast)
	switch {
	case missing:
		r.rank = 2
	case r.Look:
		r.rank = 1
	}
	return r
}

var kinds = map[string]string{string(marketdata.Bars): "Prices", string(marketdata.FX): "Exchange rate", string(marketdata.Rates): "Interest rate"}

// states are said of series of a tenant's own, of which nothing else is told.
var states = map[string]string{
	string(service.SupplyCurrent): "up to date",
	string(service.SupplyLate):    "sessions are missing at its end",
	string(service.SupplyRefused): "its source gave nothing",
	string(service.SupplyNever):   "not asked for yet",
	string(service.SupplyUnasked): "kept, and not asked for",
}

// code sets what stands between backquotes as code.
func code(text string) template.HTML {
	var b strings.Builder
	for i, part := range strings.Split(text, "`") {
		part = template.HTMLEscapeString(part)
		if i%2 == 1 {
			part = "<code>" + part + "</code>"
		}
		b.WriteString(part)
	}
	return template.HTML(b.String()) // escaped above
}
