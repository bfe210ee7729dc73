package web

import (
	"cmp"
	"encoding/csv"
	"fmt"
	"math"
	"net/http"
	"slices"
	"strings"

	"github.com/foliosight/foliosight/finance/analysis"
	"github.com/foliosight/foliosight/finance/money"
	"github.com/foliosight/foliosight/internal/web/chart"
	"github.com/foliosight/foliosight/internal/web/format"
	"github.com/foliosight/foliosight/internal/web/page"
	"github.com/foliosight/foliosight/internal/web/view"
)

// line is a holding or a cash balance on its way to a row: the numbers that are
// shown are already rounded so that they add up.
type line struct {
	h      *analysis.Holding // nil for cash
	cash   *analysis.CashBalance
	group  analysis.Group
	value  float64 // as displayed, NaN when unknown
	weight float64 // as displayed, in percent
	day    float64 // as displayed, NaN when unknown
	gain   float64 // as displayed, NaN when unknown
}

func (s *site) holdings(r *request) error {
	a, err := r.analyseAccount(r.URL.Query().Get("account"))
	if err != nil {
		return err
	}
	w := r.writer(a)
	lines := w.lines()
	if r.Header.Get("X-Fragment") == "row" {
		if h := w.holding(r.URL.Query().Get("open")); h != nil {
			return r.show(http.StatusOK, page.LotsRow(*w.lots(h)))
		}
		r.w.WriteHeader(http.StatusNotFound)
		return nil
	}
	frame := r.frame("Holdings", "/holdings")
	frame.Wide = true
	r.dated(&frame, a)
	v := view.Holdings{Page: frame, Base: string(a.Base), Add: r.address("/transactions/new"), Export: r.pageWith(r.address("/holdings.csv")), Query: r.URL.Query().Get("q")}
	if a.Bookings == 0 || len(lines) == 0 {
		v.Empty = &view.Empty{Icon: "layers", Title: "Nothing is held", Text: "Import a broker's file or enter a transaction, and what you hold appears here.",
			Ways: []view.Link{{Label: "Import a file", Href: r.address("/import")}, {Label: "Add a transaction", Href: v.Add}}}
		return r.show(http.StatusOK, page.Holdings(v))
	}
	v.Strip = w.holdingsStrip()
	v.Kinds = r.kinds(lines)
	if v.Filters, err = r.holdingFilters(); err != nil {
		return err
	}
	v.Hidden = r.hidden("q")
	v.Columns = r.columns()
	shown := r.filtered(lines)
	v.Sections = r.sections(w, shown)
	v.Total = w.sum("Total", shown)
	if len(shown) < len(lines) {
		v.Total.Symbol = "Total shown"
	}
	v.Note = w.holdingsNote()
	if len(shown) == len(lines) {
		v.Note = strings.TrimSpace(w.wholeDay(&v.Total) + " " + v.Note)
	}
	return r.show(http.StatusOK, page.Holdings(v))
}

// lines are all holdings and balances with figures that add up as displayed.
func (w *writer) lines() []line {
	a := w.a
	var list []line
	for i := range a.Holdings {
		h := &a.Holdings[i]
		list = append(list, line{h: h, group: h.Group, value: h.Value.Float64(), weight: 100 * h.Weight.Float64(), day: h.DayChange.Float64(), gain: h.Unrealised.Float64()})
	}
	for i := range a.Cash {
		c := &a.Cash[i]
		if c.Amount.IsZero() {
			continue
		}
		list = append(list, line{cash: c, group: analysis.CashGroup, value: c.Value.Float64(), weight: 100 * c.Weight.Float64(), day: math.NaN(), gain: math.NaN()})
	}
	settle := func(field func(*line) *float64, places int) {
		values := make([]float64, len(list))
		for i := range list {
			values[i] = *field(&list[i])
		}
		for i, v := range format.Parts(values, places) {
			*field(&list[i]) = v
		}
	}
	settle(func(l *line) *float64 { return &l.value }, 0)
	settle(func(l *line) *float64 { return &l.weight }, 1)
	settle(func(l *line) *float64 { return &l.day }, 0)
	settle(func(l *line) *float64 { return &l.gain }, 0)
	return list
}

func (w *writer) holdingsStrip() []view.Figure {
	a := w.a
	value := w.figure("Net value", a.Summary.Value, whole)
	value.Note = string(a.Base) + ", cash included"
	long := w.figure("Long", a.Risk.Exposure.Long, whole)
	long.Note = w.text(a.Risk.Exposure.LongShare, percent1, false) + " of value"
	list := []view.Figure{value, long}
	if f := a.Risk.Exposure.Short; f.Known() && f.Float64() != 0 {
		short := w.figure("Short", f, whole)
		short.Note = w.text(a.Risk.Exposure.ShortShare, percent1, false) + " of value"
		list = append(list, short)
	} else {
		cash := w.figure("Cash", a.Summary.Cash, whole)
		if a.Summary.Value.Float64() > 0 {
			cash.Note = w.Percent(a.Summary.Cash.Float64()/a.Summary.Value.Float64(), 1) + " of value"
		}
		list = append(list, cash)
	}
	gain := w.change("Unrealised gain", a.Summary.Unrealised, whole)
	gain.Note = "realised " + w.text(a.Summary.Realised, whole, true)
	day := w.change("On "+format.DayMonth(a.ValuedOn), a.Summary.DayChange, whole)
	day.Note = fmt.Sprintf("%s · %s of %s prices", w.text(a.Summary.DayReturn, percent2, true), w.Count(a.Data.Priced), w.Count(a.Data.Holdings))
	return append(list, gain, day)
}

// groupWords are the sides in the order of the table.
var groupWords = []struct {
	group analysis.Group
	word  string
}{{analysis.Long, "Long"}, {analysis.Short, "Short"}, {analysis.Options, "Options"}, {analysis.Private, "Private"}, {analysis.CashGroup, "Cash"}}

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

// row is one line of the table.
func (r *request) row(w *writer, l *line, largest float64) view.HoldingRow {
	row := view.HoldingRow{Value: w.Float(l.value, 0), Unrealised: w.SignedFloat(l.gain, 0), Weight: format.Unknown, Quantity: format.Unknown, Price: format.Unknown, Day: format.Unknown, Cost: format.Unknown, Part: format.Unknown}
	row.Tone = toneOf(row.Unrealised)
	if !math.IsNaN(l.weight) {
		row.Weight = w.Float(l.weight, 1) + w.percentSign()
		if largest > 0 {
			row.WeightShare = math.Round(100 * math.Abs(l.weight) / largest)
		}
	}
	row.Short = l.value < 0
	if l.cash != nil {
		row.ID, row.Symbol, row.Name = "cash-"+anchor(l.cash.Account)+"-"+string(l.cash.Currency), string(l.cash.Currency), l.cash.Account
		row.Quantity = w.Decimal(l.cash.Amount, int(max(0, l.cash.Currency.Places())))
		row.Price, row.Day, row.Cost, row.Unrealised, row.Part = "", "", "", "", ""
		row.Mark, row.MarkText = unknownMark(l.cash.Value)
		return row
	}
	h := l.h
	row.ID, row.Symbol, row.Name = anchor(h.Symbol), shortName(h), h.Instrument.Name
	if h.Instrument.IsOption() {
		row.Name = h.Symbol
	}
	row.Quantity = w.Quantity(h.Quantity)
	if h.Price.Known {
		row.Price = w.Price(h.Price.Decimal)
		if h.Instrument.Currency != w.a.Base {
			row.Price += " " + string(h.Instrument.Currency)
		}
	}
	row.Day = w.text(h.DayReturn, percent2, true)
	row.DayTone = toneOf(row.Day)
	row.Spark, row.SparkEnd = chart.Spark(h.Spark)
	row.Mark, row.MarkText = unknownMark(h.Value)
	if h.UnitCost.Known {
		row.Cost = w.unitCost(h.UnitCost.Decimal)
		if len(h.Lots) > 0 && h.Lots[0].Currency != w.a.Base {
			row.Cost += " " + string(h.Lots[0].Currency)
		}
	}
	row.Part = w.text(h.UnrealisedReturn, percent1, true)
	row.Tag = w.tag(h)
	row.Href = r.with("open", h.Symbol) + "#h-" + row.ID
	if r.URL.Query().Get("open") == h.Symbol {
		row.Open, row.Lots, row.Href = true, w.lots(h), r.with("open", "")+"#h-"+row.ID
	}
	return row
}

// unitCost writes a cost of one: two decimals, more where it is small.
func (w *writer) unitCost(d money.Decimal) string {
	if d.Abs().Less(money.One) {
		return w.Price(d.Round(4))
	}
	return w.Decimal(d, 2)
}

func unknownMark(f analysis.Figure) (view.Mark, string) {
	if !f.Known() {
		return view.Partial, "left out of the total: " + reason(f)
	}
	return mark(f.Status), strings.Join(few(f.Reasons, 3), "; ")
}

// tag is a word about a holding: an option's days to go.
func (w *writer) tag(h *analysis.Holding) *view.Tag {
	if h.Instrument.IsOption() {
		if days := int(h.Instrument.Expiry - w.a.AsOf); days >= 0 && days <= 30 {
			return &view.Tag{Text: w.Count(days) + " d"}
		}
	}
	return nil
}

// sum adds up lines as they are displayed.
func (w *writer) sum(name string, lines []line) view.HoldingRow {
	var value, weight, day, gain, cost float64
	var days, gains, weights int
	for _, l := range lines {
		if !math.IsNaN(l.value) {
			value += l.value
		}
		if !math.IsNaN(l.weight) {
			weight += l.weight
			weights++
		}
		if !math.IsNaN(l.day) {
			day += l.day
			days++
		}
		if !math.IsNaN(l.gain) {
			gain += l.gain
			gains++
			cost += math.Abs(l.h.Cost.Float64())
		}
	}
	row := view.HoldingRow{Symbol: name, Value: w.Float(value, 0), Weight: format.Unknown}
	if weights > 0 {
		row.Weight = w.Float(weight, 1) + w.percentSign()
	}
	if days > 0 {
		row.Day = w.SignedFloat(day, 0)
		row.DayTone = toneOf(row.Day)
	}
	if gains > 0 {
		row.Unrealised = w.SignedFloat(gain, 0)
		row.Tone = toneOf(row.Unrealised)
		if cost > 0 {
			row.Part = w.SignedPercent(gain/cost, 1)
		}
	}
	row.Mark, row.MarkText = sumMark(lines)
	return row
}

// sumMark is the mark of the largest marked part.
func sumMark(lines []line) (view.Mark, string) {
	var out view.Mark
	var text string
	most := -1.0
	for _, l := range lines {
		if l.h == nil {
			continue
		}
		m, why := unknownMark(l.h.Value)
		weight := math.Abs(l.value)
		if math.IsNaN(weight) {
			weight = math.Inf(1)
		}
		if m != view.Complete && weight > most {
			out, text, most = m, l.h.Symbol+": "+why, weight
		}
	}
	return out, text
}

// wholeDay gives the total the change of the whole portfolio on the day and says what
// it has beside the changes of the holdings.
func (w *writer) wholeDay(total *view.HoldingRow) string {
	change := w.a.Summary.DayChange
	if !change.Known() {
		return ""
	}
	sum := total.Day
	total.Day = w.text(change, whole, true)
	total.DayTone = toneOf(total.Day)
	if sum == total.Day || sum == "" {
		return ""
	}
	rest := change.Float64()
	for i := range w.a.Holdings {
		if f := w.a.Holdings[i].DayChange; f.Known() {
			rest -= f.Float64()
		}
	}
	text := w.SignedFloat(rest, 0)
	if toneOf(text) == view.Plain {
		return ""
	}
	return "The day also has " + text + " of currency on cash, income and costs."
}

func (w *writer) holdingsNote() string {
	if n := len(w.a.Data.Unpriced); n > 0 {
		return fmt.Sprintf("The total leaves out %s without a price: %s.", counted(w, n, "holding", "holdings"), strings.Join(few(w.a.Data.Unpriced, 8), ", "))
	}
	return ""
}

// lots is what opens under a holding.
func (w *writer) lots(h *analysis.Holding) *view.Lots {
	l := &view.Lots{ID: anchor(h.Symbol), Columns: len(sorts)}
	for _, lot := range h.Lots {
		row := view.LotRow{
			Opened: format.Date(lot.Opened), Quantity: w.Quantity(lot.Quantity), UnitCost: w.unitCost(lot.UnitCost), Account: lot.Account,
			Cost: w.text(lot.Cost, exact, false), Value: w.text(lot.Value, exact, false), Gain: w.text(lot.Gain, exact, true), Part: w.text(lot.GainReturn, percent1, true), Term: "Short-term",
		}
		if lot.Currency != w.a.Base {
			row.UnitCost += " " + string(lot.Currency)
		}
		row.Tone = toneOf(row.Gain)
		if lot.LongTerm {
			row.Term = "Long-term"
		}
		l.Rows = append(l.Rows, row)
	}
	if len(l.Rows) == 0 {
		l.Empty = "Lots are kept where cost is known."
	}
	l.Foot = w.formula(h)
	l.Links = []view.Link{{Label: "Transactions of " + h.Symbol, Href: w.home + "/transactions?symbol=" + escape(h.Symbol)}, {Label: "Enter a price", Href: w.home + "/prices?symbol=" + escape(h.Symbol)}}
	return l
}

// formula says how the value of a holding is made, with its numbers.
func (w *writer) formula(h *analysis.Holding) string {
	if !h.Value.Known() {
		return "Value unknown: " + reason(h.Value) + "."
	}
	if !h.Price.Known {
		return "Value " + w.text(h.Value, exact, false) + " " + string(w.a.Base) + "."
	}
	text := fmt.Sprintf("%s × %s", w.Quantity(h.Quantity), w.Price(h.Price.Decimal))
	if size := h.Instrument.ContractSize(); !size.Equal(money.One) {
		text += " × " + w.Quantity(size)
	}
	if h.Rate.Known && !h.Rate.Decimal.Equal(money.One) {
		text += " × " + w.Quantity(h.Rate.Decimal.Round(6))
	}
	text += " = " + w.text(h.Value, exact, false) + " " + string(w.a.Base) + ", price of " + format.Date(h.PriceDate)
	if h.PriceAge > 0 {
		text += ", " + counted(w, h.PriceAge, "session", "sessions") + " old"
	}
	return text + "."
}

// holdingsCSV writes the holdings unrounded.
func (s *site) holdingsCSV(r *request) error {
	a, err := r.analyse()
	if err != nil {
		return err
	}
	r.attachment("text/csv; charset=utf-8", "holdings-"+a.AsOf.String()+".csv")
	out := csv.NewWriter(r.w)
	_ = out.Write([]string{"symbol", "name", "class", "group", "quantity", "price", "currency", "price_date", "value", "cost", "unrealised", "base_currency", "status"}) // Flush reports
	for _, h := range a.Holdings {
		price := ""
		if h.Price.Known {
			price = h.Price.Decimal.String()
		}
		day := ""
		if !h.PriceDate.IsNone() && h.PriceDate != 0 {
			day = h.PriceDate.String()
		}
		_ = out.Write([]string{h.Symbol, h.Instrument.Name, string(h.Instrument.Class), string(h.Group), h.Quantity.String(), price, string(h.Instrument.Currency), day, bare(h.Value), bare(h.Cost), bare(h.Unrealised), string(a.Base), string(h.Value.Status)})
	}
	for _, c := range a.Cash {
		_ = out.Write([]string{string(c.Currency), c.Account, "cash", "cash", c.Amount.String(), "1", string(c.Currency), a.AsOf.String(), bare(c.Value), "", "", string(a.Base), string(c.Value.Status)})
	}
	out.Flush()
	return out.Error()
}

// bare is the number of a figure as it is in data; empty when unknown.
func bare(f analysis.Figure) string {
	if !f.Known() {
		return ""
	}
	return f.Amount.Decimal.String()
}
