package route

import (
	"fmt"
	"slices"
	"strings"

	"github.com/foliosight/foliosight/finance/instrument"
	"github.com/foliosight/foliosight/internal/marketdata"
)

// Rule is an order of sources for some requests. An empty condition fits everything; of
// several values of one condition any may fit.
type Rule struct {
	Kinds      []marketdata.Kind
	Classes    []instrument.Class // "unknown" for the class that is not known
	Exchanges  []string           // market identifier codes
	Currencies []string
	Pairs      []string // "EUR/USD"; "EUR/*" and "*/EUR" for any other side
	Sources    []string
}

// kinds are those that a rule may name.
var kinds = []marketdata.Kind{marketdata.Bars, marketdata.Quotes, marketdata.Grouped, marketdata.Splits, marketdata.Dividends, marketdata.FX, marketdata.Rates, marketdata.Profiles,
	marketdata.Statements, marketdata.Earnings, marketdata.News, marketdata.Holdings, marketdata.Chain, marketdata.Search, marketdata.Changes}

// classes are those that a rule may name.
var classes = []instrument.Class{"unknown", instrument.Equity, instrument.ETF, instrument.Fund, instrument.Bond, instrument.Option, instrument.Future, instrument.Crypto, instrument.Commodity, instrument.Private,
	instrument.Index, instrument.Currency}

func (r Rule) fits(q marketdata.Request) bool {
	class := q.Instrument.Class
	if class == instrument.Unknown {
		class = "unknown"
	}
	among := func(all []string, value string) bool {
		return len(all) == 0 || slices.ContainsFunc(all, func(s string) bool { return strings.EqualFold(s, value) })
	}
	return (len(r.Kinds) == 0 || slices.Contains(r.Kinds, q.Kind)) &&
		(len(r.Classes) == 0 || slices.Contains(r.Classes, class)) &&
		among(r.Exchanges, q.Instrument.Exchange) && among(r.Currencies, string(q.Instrument.Currency)) &&
		(len(r.Pairs) == 0 || slices.ContainsFunc(r.Pairs, func(p string) bool { return ofPair(p, q.Pair) }))
}

func ofPair(pattern string, p marketdata.Pair) bool {
	base, quote, _ := strings.Cut(pattern, "/")
	side := func(want, is string) bool { return is != "" && (want == "*" || strings.EqualFold(want, is)) }
	return side(base, p.Base) && side(quote, p.Quote)
}

// String writes a rule as ParseRules reads it.
func (r Rule) String() string {
	var words []string
	if len(r.Kinds) > 0 {
		words = append(words, strings.Join(texts(r.Kinds), ","))
	}
	for _, c := range []struct {
		name   string
		values []string
	}{{"class", texts(r.Classes)}, {"exchange", r.Exchanges}, {"currency", r.Currencies}, {"pair", r.Pairs}} {
		if len(c.values) > 0 {
			words = append(words, c.name+"="+strings.Join(c.values, ","))
		}
	}
	if len(words) == 0 {
		words = []string{"*"}
	}
	return strings.Join(words, " ") + ": " + strings.Join(r.Sources, ", ")
}

func texts[T ~string](values []T) (all []string) {
	for _, v := range values {
		all = append(all, string(v))
	}
	return all
}

// ParseRules reads an order of sources as it is configured: rules separated by semicolons
// or lines, each the kinds (or *) and conditions, a colon and the sources in their order:
//
//	bars,dividends exchange=XLON,XPAR: yahoo, stooq; fx pair=EUR/*: ecb, yahoo; *: polygon, alphavantage, yahoo
func ParseRules(text string) (rules []Rule, err error) {
	for _, part := range strings.FieldsFunc(text, func(c rune) bool { return c == ';' || c == '\n' }) {
		part = strings.TrimSpace(part)
		if part == "" {
			continue
		}
		r, err := parseRule(part)
		if err != nil {
			return nil, fmt.Errorf("the order %q: %w", part, err)
		}
		rules = append(rules, r)
	}
	return rules, nil
}

func parseRule(text string) (r Rule, err error) {
	conditions, sources, ok := strings.Cut(text, ":")
	if !ok {
		return r, fmt.Errorf("write it as kinds and conditions, a colon and the sources: fx pair=EUR/*: ecb, yahoo")
	}
	for name := range strings.SplitSeq(sources, ",") {
		if name = strings.TrimSpace(name); name != "" {
			r.Sources = append(r.Sources, name)
		}
	}
	if len(r.Sources) == 0 {
		return r, fmt.Errorf("it names no source")
	}
	for _, word := range strings.Fields(conditions) {
		name, list, named := strings.Cut(word, "=")
		if !named {
			name, list = "", word
		}
		values := strings.Split(list, ",")
		switch name {
		case "":
			if word == "*" {
				continue
			}
			if r.Kinds, err = read(values, kinds, "kind"); err != nil {
				return r, err
			}
		case "class":
			if r.Classes, err = read(values, classes, "class"); err != nil {
				return r, err
			}
		case "exchange":
			r.Exchanges = values
		case "currency":
			r.Currencies = values
		case "pair":
			for _, v := range values {
				if base, quote, ok := strings.Cut(v, "/"); !ok || base == "" || quote == "" {
					return r, fmt.Errorf("the pair %q: write it as EUR/USD or EUR/*", v)
				}
			}
			r.Pairs = values
		default:
			return r, fmt.Errorf("there is no condition %q; there are class, exchange, currency and pair", name)
		}
	}
	return r, nil
}

func read[T ~string](values []string, known []T, what string) (all []T, err error) {
	for _, v := range values {
		if !slices.Contains(known, T(v)) {
			return nil, fmt.Errorf("there is no %s %q; there are %s", what, v, strings.Join(texts(known), ", "))
		}
		all = append(all, T(v))
	}
	return all, nil
}
