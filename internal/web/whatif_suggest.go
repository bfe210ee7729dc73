package web

import (
	"errors"
	"net/url"
	"slices"
	"strings"

	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/finance/money"
	"github.com/foliosight/foliosight/finance/optimize/proposal"
	"github.com/foliosight/foliosight/internal/service"
	"github.com/foliosight/foliosight/internal/web/format"
	"github.com/foliosight/foliosight/internal/web/view"
)

// suggestion is what trades are asked for, as it was typed and as it is meant. Its
// numbers stand in the address in plain form; a form is read in the manner that it names.
type suggestion struct {
	typed  map[string]string // by field, in the reader's manner
	asked  service.ProposalAsked
	errs   map[string]string
	filled bool // from a form
	got    *service.Proposal
	failed error // of what cannot be suggested
}

// suggestTexts are the fields whose text is a name or a list of names, suggestNumbers those
// of one number, and suggestLines those of a line each.
var (
	suggestTexts   = []string{"returns", "keep", "consider", "sides", "fractions", "lots"}
	suggestNumbers = []string{"target", "market", "highest", "gross", "turnover", "cash", "least", "each", "rate", "tax_short", "tax_long"}
	suggestLines   = []string{"views", "budgets", "weights", "bounds", "groups"}
)

// readSuggestion reads the form or the address; nil where nothing is asked for.
func (r *request) readSuggestion() *suggestion {
	objective := r.Form.Get("suggest")
	if objective == "" {
		return nil
	}
	x := &suggestion{typed: map[string]string{"suggest": objective}, errs: map[string]string{}, filled: r.Form.Has("as")}
	from := r.typedIn()
	a := &x.asked
	*a = service.ProposalAsked{Objective: proposal.Objective(objective)}
	text := func(name string) string { return strings.TrimSpace(r.Form.Get("s_" + name)) }
	for _, name := range suggestTexts {
		x.typed[name] = text(name)
	}
	a.Returns, a.Sides, a.Lots, a.Fractions = service.ReturnsBy(x.typed["returns"]), service.Sides(x.typed["sides"]), service.LotsBy(x.typed["lots"]), x.typed["fractions"] != ""
	a.Keep, a.Consider = symbolsOf(x.typed["keep"]), symbolsOf(x.typed["consider"])
	for _, f := range []struct {
		name string
		per  int64
		into *float64
	}{{"target", 100, &a.Target}, {"market", 100, &a.Market}, {"highest", 100, &a.Highest}, {"gross", 100, &a.Gross}, {"turnover", 100, &a.Turnover}, {"cash", 100, &a.Cash},
		{"least", 1, &a.MinTrade}, {"each", 1, &a.Fee}, {"rate", 10000, &a.CostRate}, {"tax_short", 100, &a.TaxShort}, {"tax_long", 100, &a.TaxLong}} {
		*f.into = service.AsIs
		typed := text(f.name)
		x.typed[f.name] = typed
		if typed == "" {
			continue
		}
		d, err := from.Parse(strings.TrimSuffix(typed, "%"))
		if err != nil {
			x.errs[f.name] = sentence(err.Error())
			continue
		}
		x.typed[f.name], *f.into = r.locale.Input(d), d.DivRound(money.Int(f.per), 12).Float64()
	}
	for _, name := range suggestLines {
		x.readLines(name, text(name), from, r.locale)
	}
	return x
}

// typedIn is the manner in which the numbers of a request are typed: that which a form
// names; those of an address are plain.
func (r *request) typedIn() format.Locale {
	if tag := r.Form.Get("as"); tag != "" {
		return format.Parse(tag)
	}
	return format.English
}

// symbolsOf splits a list of symbols by commas or, without one, by spaces.
func symbolsOf(text string) (out []string) {
	split := func(c rune) bool { return c == ' ' || c == '\n' || c == '\r' || c == '\t' }
	if strings.Contains(text, ",") {
		split = func(c rune) bool { return c == ',' || c == '\n' || c == '\r' }
	}
	for _, s := range strings.FieldsFunc(text, split) {
		if s = strings.TrimSpace(s); s != "" {
			out = append(out, s)
		}
	}
	return out
}

// namedLine is one line of a list: words, numbers behind them, and the number behind “sure”.
type namedLine struct {
	words   []string
	numbers []float64
	sure    float64
}

// readLines reads one line for each: names and then numbers.
func (x *suggestion) readLines(field, text string, from, to format.Locale) {
	per := money.Int(100)
	if field == "budgets" {
		per = money.One
	}
	var rewritten []string
	for raw := range strings.Lines(text) {
		raw = strings.TrimSpace(raw)
		if raw == "" {
			continue
		}
		l, again := namedLine{sure: service.AsIs}, []string{}
		sure := false
		for _, word := range strings.Fields(raw) {
			d, err := from.Parse(strings.TrimSuffix(word, "%"))
			switch {
			case word == "sure":
				sure = true
			case err == nil && len(l.words) > 0 && sure:
				l.sure = d.DivRound(money.Int(100), 12).Float64()
				again = append(again, to.Input(d))
				continue
			case err == nil && len(l.words) > 0:
				l.numbers = append(l.numbers, d.DivRound(per, 12).Float64())
				again = append(again, to.Input(d))
				continue
			default:
				l.words = append(l.words, word)
			}
			again = append(again, word)
		}
		rewritten = append(rewritten, strings.Join(again, " "))
		if wrong := x.take(field, l); wrong != "" && x.errs[field] == "" {
			x.errs[field] = "“" + raw + "”: " + wrong
		}
	}
	x.typed[field] = strings.Join(rewritten, "\n")
}

// take puts a line where it belongs; it says what is wrong with it.
func (x *suggestion) take(field string, l namedLine) (wrong string) {
	a := &x.asked
	low := service.AsIs
	var high float64
	switch len(l.numbers) {
	case 1:
		high = l.numbers[0]
	case 2:
		low, high = l.numbers[0], l.numbers[1]
	default:
		return "give one number, or two."
	}
	name := strings.Join(l.words, " ")
	switch field {
	case "views":
		v := service.ReturnView{Symbol: name, Return: l.numbers[0], Confidence: l.sure}
		if i := slices.Index(l.words, "over"); i > 0 && i+1 < len(l.words) {
			v.Symbol, v.Over = strings.Join(l.words[:i], " "), strings.Join(l.words[i+1:], " ")
		}
		a.Views = append(a.Views, v)
	case "budgets":
		a.Budgets = append(a.Budgets, service.NamedShare{Symbol: name, Share: l.numbers[0]})
	case "weights":
		a.Targets = append(a.Targets, service.NamedShare{Symbol: name, Share: l.numbers[0]})
	case "bounds":
		a.Bounds = append(a.Bounds, service.WeightBound{Symbol: name, Low: low, High: high})
	default:
		by, of, found := strings.Cut(name, " ")
		if !found {
			return "say sector, class, country or currency, then which."
		}
		a.Groups = append(a.Groups, service.GroupBound{By: strings.ToLower(by), Name: of, Low: low, High: high})
	}
	return ""
}

// query is the address of what is asked for, with plain numbers.
func (x *suggestion) query(q url.Values, locale format.Locale) {
	plain := func(text string) string {
		var out []string
		for raw := range strings.Lines(text) {
			var words []string
			for _, word := range strings.Fields(raw) {
				if d, err := locale.Parse(word); err == nil && len(words) > 0 {
					word = d.String()
				}
				words = append(words, word)
			}
			out = append(out, strings.Join(words, " "))
		}
		return strings.Join(out, "\n")
	}
	q.Set("suggest", x.typed["suggest"])
	set := func(name, text string) {
		if text != "" {
			q.Set("s_"+name, text)
		}
	}
	for _, name := range suggestTexts {
		set(name, x.typed[name])
	}
	for _, name := range suggestNumbers {
		if d, err := locale.Parse(x.typed[name]); err == nil {
			set(name, d.String())
		}
	}
	for _, name := range suggestLines {
		set(name, plain(x.typed[name]))
	}
}

// suggest asks for a proposal, whose trades are then tried. What cannot be is said in the
// form.
func (p *whatIfPage) suggest() error {
	x := p.suggestion
	if x == nil || len(x.errs) > 0 {
		return nil
	}
	q, err := p.question()
	if err != nil {
		return err
	}
	x.got, err = p.site.svc.Propose(p.Context(), p.caller, q, x.asked)
	var fault *ledger.Fault
	var conflict *service.Infeasible
	switch {
	case errors.As(err, &conflict):
		x.failed = err
	case errors.As(err, &fault):
		if field := suggestField(fault.Field); field != "" {
			x.errs[field] = faultText(fault)
		} else {
			x.failed = fault
		}
	case err != nil:
		return err
	default:
		for _, t := range x.got.Trades {
			p.typed = append(p.typed, typedOf(t))
		}
		p.read()
	}
	return nil
}

// suggestField is the field of the form that a fault is of.
func suggestField(name string) string {
	switch name {
	case "min_trade":
		return "least"
	case "fee":
		return "each"
	case "cost_rate":
		return "rate"
	case "targets":
		return "weights"
	}
	for _, list := range [][]string{suggestTexts, suggestNumbers, suggestLines} {
		if slices.Contains(list, name) {
			return name
		}
	}
	return ""
}

// typedOf writes a trade as it would be typed.
func typedOf(t service.Trade) typedTrade {
	x := typedTrade{trade: t, account: t.Account, locale: format.English}
	return parseTrade(x.String(), format.English)
}

// suggestForm fills the form.
func (p *whatIfPage) suggestForm() *view.Suggest {
	x := p.suggestion
	v := &view.Suggest{Action: p.address("/what-if"), As: p.locale.Tag, Open: x != nil, Submit: "Suggest trades", Clear: p.address("/what-if")}
	for _, name := range []string{"period", "benchmark"} {
		if value := p.Form.Get(name); value != "" {
			v.Hidden = append(v.Hidden, view.Hidden{Name: name, Value: value})
		}
	}
	if x == nil {
		x = &suggestion{typed: map[string]string{"suggest": string(proposal.MinVolatility)}}
	}
	v.Objective = view.Field{Name: "suggest", Label: "What the weights are to be best for"}
	for _, o := range objectiveWords {
		v.Objective.Options = append(v.Objective.Options, view.Option{Value: string(o.objective), Label: o.word, Selected: string(o.objective) == x.typed["suggest"]})
	}
	v.About = "Weights by the factor model behind every figure. Options and private assets stay as they are, and their risk counts. An estimate, not advice."
	v.Fields, v.Limits, v.Trading = p.suggestFields(x)
	set := func(names ...string) bool {
		return slices.ContainsFunc(names, func(n string) bool { return x.typed[n] != "" })
	}
	v.Limited = set("highest", "bounds", "groups", "keep", "consider", "sides", "gross", "turnover", "cash")
	v.Traded = set("fractions", "least", "each", "rate", "lots", "tax_short", "tax_long")
	for _, list := range [][]view.Field{v.Fields, v.Limits, v.Trading} {
		for _, f := range list {
			if f.Error != "" {
				v.Errors = append(v.Errors, view.Link{Label: f.Label + ": " + f.Error, Href: "#f-" + f.Name})
			}
		}
	}
	var conflict *service.Infeasible
	switch {
	case errors.As(x.failed, &conflict):
		text := "No weights satisfy these constraints together"
		if conflict.Short > 0 {
			text += ": they are apart by " + p.locale.Percent(conflict.Short, 1) + " of the value at least"
		}
		v.Refused = &view.Notice{Kind: "warn", Icon: "triangle-alert", Text: text + ". Loosen one of them: " + strings.Join(conflict.Constraints, "; ") + "."}
	case x.failed != nil:
		var fault *ledger.Fault
		errors.As(x.failed, &fault)
		v.Refused = &view.Notice{Kind: "warn", Icon: "triangle-alert", Text: faultText(fault)}
	}
	return v
}

// objectiveWords are the objectives in words.
var objectiveWords = []struct {
	objective proposal.Objective
	word      string
}{
	{proposal.MinVolatility, "Least volatility"}, {proposal.MaxSharpe, "Best ratio of expected return to volatility (Sharpe)"}, {proposal.Limits, "Back inside my limits, with the least trading"},
	{proposal.Targets, "My own target weights"}, {proposal.RiskParity, "Equal risk from each name, or my own budgets"}, {proposal.Hierarchical, "Hierarchical risk parity"},
	{proposal.MaxDiversification, "Most diversified"}, {proposal.EfficientReturn, "Least volatility for an expected return"}, {proposal.EfficientRisk, "Highest expected return for a volatility"},
}

func objectiveWord(o proposal.Objective) string {
	for _, known := range objectiveWords {
		if known.objective == o {
			return known.word
		}
	}
	return string(o)
}

// suggestFields are the fields of the form, in their groups.
func (p *whatIfPage) suggestFields(x *suggestion) (objective, limits, trading []view.Field) {
	field := func(name, label, kind, unit, help, only string) view.Field {
		f := view.Field{Name: "s_" + name, Label: label, Kind: kind, Value: x.typed[name], Unit: unit, Help: help, Error: x.errs[name], For: only, Auto: "off"}
		if kind == "area" {
			f.Width = "w3"
		}
		return f
	}
	choose := func(f view.Field, options ...string) view.Field {
		f.Kind = "select"
		for i := 0; i+1 < len(options); i += 2 {
			f.Options = append(f.Options, view.Option{Value: options[i], Label: options[i+1], Selected: f.Value == options[i]})
		}
		return f
	}
	const returns = "max_sharpe efficient_return efficient_risk"
	base := string(p.got.Before.Base)
	objective = []view.Field{
		field("target", "Target, a year", "number", "%", "The expected return, or the volatility, of the whole.", "efficient_return efficient_risk"),
		choose(field("returns", "Expected returns", "", "", "An equilibrium is what the betas are worth; past means have an error as large as their differences.", returns), "", "Equilibrium and my views", "past", "Means of the past (an estimate)"),
		field("market", "Benchmark returns, a year", "number", "%", "Left empty: 2.5 times its variance over cash.", returns),
		field("views", "My views", "area", "", "A line each: NVDA 12, or NVDA over AMD 3 sure 60; percent a year.", returns),
		field("weights", "Target weights", "area", "", "A line each: NVDA 5; percent of the value. What is not named stays.", "targets"),
		field("budgets", "Shares of risk", "area", "", "A line each: NVDA 2; names left out count 1.", "risk_parity"),
	}
	limits = []view.Field{
		field("highest", "Any one name at most", "number", "%", "", ""),
		field("turnover", "Turnover at most", "number", "%", "Half of purchases and sales.", ""),
		field("cash", "Cash", "number", "%", "Left empty: as it is.", ""),
		choose(field("sides", "Sides", "", "", "", ""), "", "As they are held", "long_only", "Long only", "long_short", "Long or short"),
		field("gross", "Gross at most", "number", "%", "", ""),
		field("keep", "Do not trade", "text", "", "Symbols.", ""),
		field("bounds", "Bounds of names", "area", "", "A line each: NVDA 8 (at most), or NVDA 2 8.", ""),
		field("groups", "Bounds of groups", "area", "", "A line each: sector Energy 10, or currency EUR 20 40.", ""),
		field("consider", "May also be bought", "text", "", "Symbols that are not held.", ""),
	}
	trading = []view.Field{
		choose(field("fractions", "Shares", "", "", "", ""), "", "Whole", "1", "Fractions too"),
		field("least", "Least trade", "number", base, "", ""),
		field("each", "Fee of a trade", "number", base, "", ""),
		field("rate", "Other costs", "number", "bp", "Of the value traded.", ""),
		choose(field("lots", "Lots that are sold", "", "", "", ""), "", "By the portfolio’s method", "least_tax", "Those taxed least"),
		field("tax_short", "Tax on short-term gains", "number", "%", "Up to 365 days.", ""),
		field("tax_long", "Tax on long-term gains", "number", "%", "", ""),
	}
	return objective, limits, trading
}
