package web

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/foliosight/foliosight/finance/analysis"
	"github.com/foliosight/foliosight/internal/web/view"
)

func (r *request) kinds(lines []line) []view.Choice {
	chosen := r.URL.Query().Get("kind")
	counts := map[analysis.Group]int{}
	for _, l := range lines {
		counts[l.group]++
	}
	list := []view.Choice{{Label: "All", Count: r.locale.Count(len(lines)), Href: r.with("kind", "", "open", ""), Current: chosen == ""}}
	for _, g := range groupWords {
		if counts[g.group] > 0 {
			list = append(list, view.Choice{Label: g.word, Count: r.locale.Count(counts[g.group]), Href: r.with("kind", string(g.group), "open", ""), Current: chosen == string(g.group)})
		}
	}
	return list
}

// groupings are the ways of grouping the table.
var groupings = []struct{ name, label string }{{"", "Side"}, {"class", "Class"}, {"sector", "Sector"}, {"currency", "Currency"}, {"none", "None"}}

func (r *request) holdingFilters() ([]view.Filter, error) {
	chosen := r.URL.Query().Get("group")
	f := view.Filter{ID: "grouping"}
	for _, g := range groupings {
		f.Menu = append(f.Menu, view.Link{Label: g.label, Href: r.with("group", g.name), Current: g.name == chosen})
		if g.name == chosen {
			f.Label = "Group: " + g.label
		}
	}
	list := []view.Filter{f}
	if account := r.URL.Query().Get("account"); account != "" {
		return append(list, view.Filter{Label: "Account: " + account, Active: true, Href: r.with("account", "", "open", "")}), nil
	}
	if r.portfolio == nil {
		return list, nil
	}
	accounts, err := r.site.svc.Accounts(r.Context(), r.caller, r.portfolio.ID)
	if err != nil || len(accounts) < 2 {
		return list, err
	}
	choose := view.Filter{ID: "accounts", Label: "Account: all"}
	for _, a := range accounts {
		choose.Menu = append(choose.Menu, view.Link{Label: cmp.Or(a.Label, a.Name), Href: r.with("account", a.Name, "open", "")})
	}
	return append(list, choose), nil
}

// hidden is the state of the address that a form keeps, without one field.
func (r *request) hidden(without ...string) []view.Hidden {
	var list []view.Hidden
	query := r.URL.Query()
	names := make([]string, 0, len(query))
	for name := range query {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		if !slices.Contains(without, name) && query.Get(name) != "" {
			list = append(list, view.Hidden{Name: name, Value: query.Get(name)})
		}
	}
	return list
}

// sorts are the columns of the table; the numbers begin with the largest.
var sorts = []struct {
	name, label, class string
	right              bool
	title              string
}{
	{"symbol", "Instrument", "", false, ""}, {"quantity", "Quantity", "drop-3", true, ""}, {"price", "Price", "drop-3", true, "Last price, in its own currency"},
	{"day", "Day", "", true, "Change of the price on the last session"}, {"", "30 days", "drop-1", false, ""}, {"value", "Value", "", true, ""}, {"weight", "Weight", "", true, "Share of the total value"},
	{"cost", "Cost each", "drop-2", true, "Average cost of one, costs included"}, {"gain", "Unrealised", "", true, ""}, {"part", "%", "drop-2", true, "Unrealised gain, % of cost"},
}

func (r *request) columns() []view.Column {
	chosen, order := r.sorting()
	var list []view.Column
	for _, s := range sorts {
		c := view.Column{Label: s.label, Class: s.class, Right: s.right, Title: s.title}
		if s.name != "" {
			next := "desc"
			if s.name == "symbol" {
				next = "asc"
			}
			if s.name == chosen {
				c.Sort = map[string]string{"asc": "ascending", "desc": "descending"}[order]
				next = map[string]string{"asc": "desc", "desc": "asc"}[order]
			}
			c.Href = r.with("sort", s.name, "order", next)
		}
		list = append(list, c)
	}
	return list
}

func (r *request) sorting() (name, order string) {
	name, order = r.URL.Query().Get("sort"), r.URL.Query().Get("order")
	if name == "" {
		name = "value"
	}
	if order != "asc" {
		order = "desc"
	}
	return name, order
}

// filtered keeps the lines of the chosen kind, account and text.
func (r *request) filtered(lines []line) []line {
	query := r.URL.Query()
	kind := query.Get("kind")
	typed := strings.Fields(strings.ToLower(query.Get("q")))
	var list []line
	for _, l := range lines {
		if kind != "" && string(l.group) != kind {
			continue
		}
		text := strings.ToLower(l.searched())
		if !slices.ContainsFunc(typed, func(word string) bool { return !strings.Contains(text, word) }) {
			list = append(list, l)
		}
	}
	return list
}

func (l *line) searched() string {
	if l.cash != nil {
		return "cash " + string(l.cash.Currency) + " " + l.cash.Account
	}
	i := l.h.Instrument
	return strings.Join([]string{l.h.Symbol, i.Name, string(i.Class), i.Sector, i.Country, string(i.Currency), i.ISIN, i.Underlying}, " ")
}

// sections groups and sorts the lines.
func (r *request) sections(w *writer, lines []line) []view.Section {
	grouping := r.URL.Query().Get("group")
	key := func(l *line) string {
		switch grouping {
		case "class":
			if l.cash != nil {
				return "Cash"
			}
			return named(string(l.h.Instrument.Class))
		case "sector":
			if l.cash != nil {
				return "Cash"
			}
			return cmp.Or(l.h.Instrument.Sector, "Not classified")
		case "currency":
			if l.cash != nil {
				return string(l.cash.Currency)
			}
			return string(l.h.Instrument.Currency)
		case "none":
			return ""
		}
		for _, g := range groupWords {
			if g.group == l.group {
				return g.word
			}
		}
		return "Other"
	}
	var order []string
	byKey := map[string][]line{}
	for i := range lines {
		k := key(&lines[i])
		if _, seen := byKey[k]; !seen {
			order = append(order, k)
		}
		byKey[k] = append(byKey[k], lines[i])
	}
	if grouping != "" {
		slices.SortStableFunc(order, func(a, b string) int { return cmp.Compare(size(byKey[b]), size(byKey[a])) })
	}
	largest := 0.0
	for _, l := range lines {
		if !math.IsNaN(l.weight) {
			largest = math.Max(largest, math.Abs(l.weight))
		}
	}
	var sections []view.Section
	for n, k := range order {
		r.sortLines(byKey[k])
		s := view.Section{ID: fmt.Sprintf("section-%d", n+1), Name: k, Note: w.Count(len(byKey[k])), Href: r.with("open", "") + "#section", Sum: w.sum(k, byKey[k])}
		for i := range byKey[k] {
			s.Rows = append(s.Rows, r.row(w, &byKey[k][i], largest))
		}
		sections = append(sections, s)
	}
	return sections
}

func size(lines []line) float64 {
	total := 0.0
	for _, l := range lines {
		if !math.IsNaN(l.value) {
			total += math.Abs(l.value)
		}
	}
	return total
}

// sortLines puts what is unknown last, whichever the order.
func (r *request) sortLines(lines []line) {
	name, order := r.sorting()
	number := func(l *line) float64 {
		switch name {
		case "weight":
			return l.weight
		case "day":
			if l.h == nil {
				return math.NaN()
			}
			return l.h.DayReturn.Float64()
		case "gain":
			return l.gain
		case "part":
			if l.h == nil {
				return math.NaN()
			}
			return l.h.UnrealisedReturn.Float64()
		case "quantity":
			if l.h == nil {
				return math.NaN()
			}
			return l.h.Quantity.Float64()
		case "price":
			if l.h == nil || !l.h.Price.Known {
				return math.NaN()
			}
			return l.h.Price.Decimal.Float64()
		case "cost":
			if l.h == nil || !l.h.UnitCost.Known {
				return math.NaN()
			}
			return l.h.UnitCost.Decimal.Float64()
		}
		return math.Abs(l.value)
	}
	slices.SortStableFunc(lines, func(a, b line) int {
		if name == "symbol" {
			c := cmp.Compare(a.title(), b.title())
			if order == "desc" {
				c = -c
			}
			return c
		}
		x, y := number(&a), number(&b)
		if math.IsNaN(x) || math.IsNaN(y) {
			return cmp.Compare(btoi(math.IsNaN(x)), btoi(math.IsNaN(y)))
		}
		if order == "asc" {
			return cmp.Compare(x, y)
		}
		return cmp.Compare(y, x)
	})
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

func (l *line) title() string {
	if l.cash != nil {
		return string(l.cash.Currency)
	}
	return l.h.Symbol
}
