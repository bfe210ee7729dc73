package web

import (
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/internal/service"
	"github.com/foliosight/foliosight/internal/store"
	"github.com/foliosight/foliosight/internal/web/format"
	"github.com/foliosight/foliosight/internal/web/view"
)

// provider is how people know a source and what it is for.
type provider struct{ name, what string }

var providerWords = map[string]provider{
	"alphavantage":  {"Alpha Vantage", "prices, dividends, splits, statements, news, rates"},
	"polygon":       {"Polygon", "prices, dividends, splits, options"},
	"fmp":           {"Financial Modeling Prep", "prices, profiles, fund holdings, statements, earnings"},
	"fred":          {"FRED", "interest rates of the Federal Reserve"},
	"tradefeeds":    {"TradeFeeds", "fund holdings; not tried against the real service yet"},
	"yahoo":         {"Yahoo", "prices, dividends, splits, search; needs no key"},
	"stooq":         {"Stooq", "daily prices; needs no key"},
	"ecb":           {"European Central Bank", "exchange rates; needs no key"},
	store.Simulated: {"Simulated market", "prices, dividends and rates that are made up"},
	"file":          {"Files", "what was uploaded or imported"},
	"own":           {"by hand", "prices and valuations that people entered"},
}

// providerName is what people call a source.
func providerName(name string) string {
	if p, ok := providerWords[name]; ok {
		return p.name
	}
	return name
}

var (
	namedSource = regexp.MustCompile(`\b(alphavantage|polygon|fmp|fred|tradefeeds|yahoo|stooq|ecb)( \(|: | has )`)
	writtenDay  = regexp.MustCompile(`\b\d{4}-\d{2}-\d{2}\b`)
)

// told is what the machinery says of a source or a value, with names and days as pages write
// them.
func told(text string) string {
	text = namedSource.ReplaceAllStringFunc(text, func(found string) string {
		end := strings.IndexAny(found, " :")
		return providerName(found[:end]) + found[end:]
	})
	return writtenDay.ReplaceAllStringFunc(text, func(found string) string {
		if day, err := date.Parse(found); err == nil {
			return format.Date(day)
		}
		return found
	})
}

// circuitOpen is the state of a source that failed several times in a row.
const circuitOpen = "open"

// wrongKey is a key that was not taken. What was typed is not shown again.
type wrongKey struct{ provider, text string }

// providers are the sources, each with what it may be asked and how it fares.
func (r *request) providers(v *view.DataStatus, wrong wrongKey) error {
	if r.caller.Link != "" {
		return nil
	}
	all, err := r.site.svc.MarketProviders(r.Context(), r.caller)
	if err != nil {
		return err
	}
	asked := 0
	for i := range all {
		p := &all[i]
		if p.Provider == store.Simulated && r.portfolio != nil && !r.portfolio.Simulated {
			continue // it is of other portfolios
		}
		if p.Asked && (!p.NeedsKey || p.KeyPresent) {
			asked++
			if p.Unreached && !slices.Contains(v.Away, p.Host) {
				v.Away = append(v.Away, p.Host)
			}
		}
		v.Providers = append(v.Providers, r.providerRow(p, wrong))
	}
	v.Sources = asks(asked, all)
	return nil
}

// asks says who is asked.
func asks(n int, all []service.MarketProvider) string {
	keyed := false
	var names []string
	for i := range all {
		if p := &all[i]; p.Asked && (!p.NeedsKey || p.KeyPresent) {
			names = append(names, providerName(p.Provider))
			keyed = keyed || p.NeedsKey
		}
	}
	switch {
	case n == 0:
		return "nobody is asked"
	case !keyed:
		return "no key is set: " + enumerate(names) + " are asked, which need none"
	}
	return enumerate(names) + " are asked, in this order where they have the same"
}

// enumerate joins names for a sentence.
func enumerate(names []string) string {
	switch n := len(names); n {
	case 0:
		return ""
	case 1:
		return names[0]
	default:
		return strings.Join(names[:n-1], ", ") + " and " + names[n-1]
	}
}

func (r *request) providerRow(p *service.MarketProvider, wrong wrongKey) view.ProviderRow {
	row := view.ProviderRow{Name: providerName(p.Provider), Host: p.Host, What: providerWords[p.Provider].what, Says: sentence(told(p.Says)), State: providerState(p)}
	if !p.PausedUntil.IsZero() && strings.HasPrefix(row.Says, "Left alone until ") {
		row.Says = "Left alone until " + r.moment(p.PausedUntil) + "."
	}
	keyless := p.Asked && p.NeedsKey && !p.KeyPresent
	if keyless && strings.HasPrefix(row.Says, "No key is set") { // the tag beside its name says so
		row.Says = "It is asked once it has one."
	}
	add := func(label, text string) {
		if text != "" {
			row.Terms = append(row.Terms, view.Term{Label: label, Text: text})
		}
	}
	if p.Asked {
		if !keyless {
			add("Key", r.keyWords(p))
		}
		if p.NeedsKey {
			plan := p.Plan
			if plan == "" {
				plan = "the usual one"
			}
			add("Plan", plan)
		}
		add("Last success", r.when(p.LastSuccess, p.LastEndpoint))
		add("Last error", r.when(p.LastRefusal, told(p.Refused)))
		add("Circuit", r.circuit(p))
		if len(p.NotInPlan) > 0 {
			add("Not in the plan", strings.Join(p.NotInPlan, ", "))
		}
	}
	brought := "nothing yet"
	if p.Series > 0 {
		brought = counted(r.writer(nil), p.Series, "series", "series") + ", newest day " + format.Date(p.Last)
	}
	add("Brought", brought)
	for _, w := range p.Windows {
		row.Quotas = append(row.Quotas, r.quota(w.Name, w.Used, w.Most, w.Resets))
	}
	if p.Asked && p.NeedsKey && r.caller.Operator && p.KeyFrom != "environment" {
		label := "Set the key"
		if p.KeyPresent {
			label = "Replace the key"
		}
		field := view.Field{Name: "key", ID: "key-" + p.Provider, Label: "Key of " + row.Name, Kind: "password", Width: "w6", Auto: "off", Need: true, Help: "Kept encrypted, sent to " + p.Host + " alone, and never shown again."}
		form := view.Form{Action: r.address("/data/keys"), Submit: label, Hidden: []view.Hidden{{Name: "provider", Value: p.Provider}}}
		if wrong.provider == p.Provider {
			field.Error = wrong.text
			form.Errors = []view.Link{{Label: field.Label + ": " + wrong.text, Href: "#f-" + field.ID}}
		}
		form.Fields = []view.Field{field}
		row.Key = &form
		if p.KeyFrom == "page" {
			row.Forget = &view.Action{Label: "Forget the key", Href: r.address("/data/keys/forget"), Danger: true, Fields: []view.Hidden{{Name: "provider", Value: p.Provider}}}
		}
	}
	return row
}

// providerState is how a source stands in a word. Amber is for what somebody may mend.
func providerState(p *service.MarketProvider) view.Tag {
	switch {
	case p.Provider == store.Simulated:
		return view.Tag{Text: "simulated", Mark: view.Simulated}
	case !p.Asked:
		return view.Tag{Text: "not asked"}
	case p.NeedsKey && !p.KeyPresent:
		return view.Tag{Text: "no key"}
	case p.KeyRefused:
		return view.Tag{Text: "key refused", Kind: "warn"}
	case p.Unreached:
		return view.Tag{Text: "not reached", Kind: "warn"}
	case p.Breaker == circuitOpen:
		return view.Tag{Text: "out of order", Kind: "warn"}
	case p.Blocked != "":
		return view.Tag{Text: "waits"}
	case p.LastRefusal.After(p.LastSuccess):
		return view.Tag{Text: "refused last", Kind: "warn"}
	case p.LastSuccess.IsZero():
		return view.Tag{Text: "not asked yet"}
	}
	return view.Tag{Text: "answers", Kind: "good"}
}

// keyWords say whether there is a key and, for who runs the installation, where from.
func (r *request) keyWords(p *service.MarketProvider) string {
	switch {
	case !p.NeedsKey:
		return "none is needed"
	case p.KeyRefused:
		return "set, and not accepted"
	case p.KeyFrom == "environment":
		return "set, in the configuration"
	case p.KeyFrom == "page" && !p.KeySet.IsZero():
		return "set here, " + r.moment(p.KeySet)
	}
	return "set"
}

func (r *request) when(at time.Time, what string) string {
	switch {
	case at.IsZero():
		return "none yet"
	case what == "":
		return r.moment(at)
	}
	return r.moment(at) + ": " + what
}

// circuit says whether the source is left alone because it failed.
func (r *request) circuit(p *service.MarketProvider) string {
	switch {
	case !p.PausedUntil.IsZero():
		return "left alone until " + r.moment(p.PausedUntil) + ", as it asked"
	case p.Breaker == circuitOpen:
		return fmt.Sprintf("open after %s, tried again %s", counted(r.writer(nil), p.Failures, "failure", "failures in a row"), r.moment(p.BreakerUntil))
	case p.Failures > 0:
		return "closed, " + counted(r.writer(nil), p.Failures, "failure", "failures in a row")
	}
	return "closed"
}

// quota is a limit as it stands. One without a beginning counts any span of its length.
func (r *request) quota(name string, used, most int, resets time.Time) view.Quota {
	q := view.Quota{Label: name, Used: r.locale.Count(used) + " used", Full: used >= most, Resets: "counted over any span of that length"}
	if most > 0 {
		q.Share = min(100, 80*float64(used)/float64(most)) // the tick of the limit stands at 80
	}
	if !resets.IsZero() {
		q.Resets = "begins anew " + r.moment(resets)
	}
	return q
}

// setKey keeps the key of a source.
func (s *site) setKey(r *request) error {
	name := r.PostFormValue("provider")
	err := s.svc.SetProviderKey(r.Context(), r.caller, name, r.PostFormValue("key"))
	var fault *ledger.Fault
	if errors.As(err, &fault) {
		return s.showDataWrong(r, http.StatusUnprocessableEntity, wrongCorrection{}, wrongKey{name, faultText(fault)})
	}
	if err != nil {
		return err
	}
	r.toast(flash{Text: "The key of " + providerName(name) + " is set"})
	return r.to(r.address("/data") + "#providers")
}

// forgetKey takes away a key that was set on the page.
func (s *site) forgetKey(r *request) error {
	name := r.PostFormValue("provider")
	if err := s.svc.ForgetProviderKey(r.Context(), r.caller, name); err != nil {
		return err
	}
	r.toast(flash{Text: "The key of " + providerName(name) + " is forgotten"})
	return r.to(r.address("/data") + "#providers")
}
