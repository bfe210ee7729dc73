package service

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/instrument"
	"github.com/foliosight/foliosight/internal/marketdata"
	"github.com/foliosight/foliosight/internal/marketdata/fetch"
	"github.com/foliosight/foliosight/internal/store"
)

// Diagnosis is why the prices of a symbol are there or not: from the instrument to the
// source to what that said.
type Diagnosis struct {
	Symbol string `json:"symbol"`
	// Fine says that nothing is wrong: the newest session that is over has a value.
	Fine  bool   `json:"fine"`
	Says  string `json:"says"` // the diagnosis in a sentence
	Steps []Step `json:"steps"`
}

// Step is one thing that was looked at, from the instrument to the source.
type Step struct {
	What string `json:"what"` // "needed", "instrument", "calendar", "stored", "quarantine", "sources", "last attempt", "next", "profile and fundamentals" …
	Good bool   `json:"good"`
	Says string `json:"says"`
}

// Doctor explains how it stands with symbols, nil: with everything that is needed and not
// as it should be. It asks no source.
func (s *Service) Doctor(ctx context.Context, c Caller, symbols []string) (all []Diagnosis, err error) {
	err = s.read(ctx, c, func(ctx context.Context, v store.View) error {
		mine, err := s.concerns(ctx, v, c)
		if err != nil {
			return err
		}
		if len(symbols) == 0 {
			if symbols, err = s.unwell(ctx, v, mine); err != nil {
				return err
			}
		}
		for _, symbol := range symbols {
			d, err := s.diagnose(ctx, v, symbol, mine(symbol))
			if err != nil {
				return err
			}
			all = append(all, d)
		}
		return nil
	})
	return all, err
}

// unwell are the symbols of needed supplies that are late, refused, never asked for or
// have values in quarantine.
func (s *Service) unwell(ctx context.Context, v store.View, mine func(string) bool) (symbols []string, err error) {
	for f := (store.SupplyFilter{Needed: true, Limit: mostSupplies}); ; {
		page, err := v.Supplies(ctx, f)
		if err != nil {
			return nil, err
		}
		var list []Supplied
		for _, one := range page.Supplies {
			if seriesKindOf(one.Kind) != "" && mine(one.Symbol) {
				list = append(list, Supplied{Supply: one})
			}
		}
		if err := s.describe(ctx, v, list); err != nil {
			return nil, err
		}
		for _, one := range list {
			if one.State != SupplyCurrent || one.Held > 0 {
				symbols = append(symbols, one.Symbol)
			}
		}
		if f.After = page.Next; f.After == "" {
			return symbols, nil
		}
	}
}

// diagnosing is a diagnosis on its way.
type diagnosing struct {
	Diagnosis
	fault string // the first thing that is wrong
}

func (d *diagnosing) step(what string, good bool, format string, args ...any) {
	says := fmt.Sprintf(format, args...)
	d.Steps = append(d.Steps, Step{what, good, says})
	if !good && d.fault == "" {
		d.fault = says
	}
}

func (s *Service) diagnose(ctx context.Context, v store.View, symbol string, mine bool) (Diagnosis, error) {
	d := &diagnosing{Diagnosis: Diagnosis{Symbol: symbol}}
	kind := kindOfSymbol(symbol)
	one := []Supplied{{Supply: store.Supply{Kind: string(kind), Symbol: symbol, First: date.None, Last: date.None}}}
	row, err := v.Supply(ctx, string(kind), symbol)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return d.Diagnosis, err
	}
	if mine && err == nil {
		one[0].Supply = row
	}
	if err := s.describe(ctx, v, one); err != nil {
		return d.Diagnosis, err
	}
	supply := one[0]
	switch {
	case !mine:
		d.step("needed", false, "you neither hold nor watch it, and nothing of yours is compared or exchanged with it: nobody asks for it on your behalf")
	case supply.Needed:
		d.step("needed", true, "it is needed: held once or now, watched, compared or exchanged with, or part of the factor model")
	default:
		d.step("needed", false, "no sync has found it to be needed yet; `foliosight sync` looks again")
	}
	known, err := v.Instruments(ctx, []string{symbol}, store.LatestMarket, false)
	if err != nil {
		return d.Diagnosis, err
	}
	inst := s.lookInstrument(d, kind, symbol, known)
	h := hoursOf(string(kind), inst)
	over, err := h.over(s.now())
	if err != nil {
		return d.Diagnosis, err
	}
	if h.known {
		d.step("calendar", true, "%s (%s); the last session that is over is %s", h.cal.Name, h.cal.Zone, over)
	} else {
		d.step("calendar", true, "its exchange is not known, so that Monday to Friday are taken for sessions; the last one that is over is %s", over)
	}
	if err := s.lookStored(ctx, v, d, kind, symbol, h, over); err != nil {
		return d.Diagnosis, err
	}
	if supply.Held > 0 {
		d.step("quarantine", false, "%s in quarantine: accept, correct or drop them on the page Data status", numberOf(supply.Held, "value waits", "values wait"))
	}
	if err := s.lookSources(ctx, d, subject{kind: kind, symbol: symbol}, inst, over); err != nil {
		return d.Diagnosis, err
	}
	s.lookAttempt(d, supply, mine)
	if mine && kind == marketdata.Bars {
		if err := s.lookReference(ctx, v, d, symbol); err != nil {
			return d.Diagnosis, err
		}
	}
	d.Fine, d.Says = d.fault == "", cmp.Or(d.fault, "its prices are there, through "+over.String())
	return d.Diagnosis, nil
}

// kindOfSymbol tells exchange and interest rates from what is traded.
func kindOfSymbol(symbol string) marketdata.Kind {
	switch {
	case strings.Contains(symbol, "/"):
		return marketdata.FX
	case len(published[symbol]) > 0:
		return marketdata.Rates
	}
	return marketdata.Bars
}

func (s *Service) lookInstrument(d *diagnosing, kind marketdata.Kind, symbol string, known map[string]instrument.Instrument) instrument.Instrument {
	i, ok := known[symbol]
	switch {
	case kind == marketdata.FX:
		d.step("instrument", true, "it is an exchange rate: what one %s costs in %s", symbol[:strings.Index(symbol, "/")], symbol[strings.Index(symbol, "/")+1:])
	case kind == marketdata.Rates:
		d.step("instrument", true, "it is a rate of interest, published as %s", strings.Join(sourceNames(symbol), " or "))
	case i.Class == instrument.Private:
		d.step("instrument", false, "it is private: it is listed nowhere, and valued by hand")
	case !askable.MatchString(symbol):
		d.step("instrument", false, "%q is no symbol of an exchange: such names are asked of nobody; import its prices or enter them", symbol)
	case ok:
		d.step("instrument", true, "%s, %s, in %s, exchange %s", cmp.Or(i.Name, "without a name"), cmp.Or(string(i.Class), "of unknown class"), cmp.Or(string(i.Currency), "an unknown currency"), cmp.Or(i.Exchange, "unknown"))
	default:
		d.step("instrument", true, "nothing is known of it but its symbol")
	}
	return i
}

// lookStored says what is kept, of which sources.
func (s *Service) lookStored(ctx context.Context, v store.View, d *diagnosing, kind marketdata.Kind, symbol string, h hours, over date.Date) error {
	series, err := v.Series(ctx, store.SeriesQuery{Kind: seriesKindOf(string(kind)), Symbols: []string{symbol}, From: date.None, To: lastDay, Version: store.LatestMarket})
	if err != nil {
		return err
	}
	own, err := v.OwnPrices(ctx, []string{symbol}, store.LatestMarket)
	if err != nil {
		return err
	}
	last, words := date.None, []string(nil)
	for _, one := range series {
		if n := len(one.Dates); n > 0 {
			last = max(last, one.Dates[n-1])
			words = append(words, fmt.Sprintf("%d days of %s, %s to %s", n, one.Source, one.Dates[0], one.Dates[n-1]))
		}
	}
	if n := len(own); n > 0 {
		last = max(last, own[n-1].Date)
		words = append(words, numberOf(n, "price entered by hand", "prices entered by hand"))
	}
	if last.IsNone() {
		d.step("stored", false, "nothing of it is stored")
		return nil
	}
	switch missing := len(h.sessions(last+1, over)); {
	case missing > 0 && !monthly(symbol):
		d.step("stored", false, "%s; %s missing since %s", strings.Join(words, "; "), numberOf(missing, "session is", "sessions are"), last)
	default:
		d.step("stored", true, "%s", strings.Join(words, "; "))
	}
	return nil
}

// lookSources says who would be asked, and of each why not.
func (s *Service) lookSources(ctx context.Context, d *diagnosing, x subject, i instrument.Instrument, over date.Date) error {
	if s.sources == nil {
		d.step("sources", false, "%s", cmp.Or(s.market.Off, "no source is configured"))
		return nil
	}
	statuses, err := s.sources.Status(ctx)
	if err != nil {
		return err
	}
	q := x.request(i, over, over)
	var words []string
	ready := false
	for _, name := range s.sources.Sources(q) {
		status := statuses[slices.IndexFunc(statuses, func(p fetch.Status) bool { return p.Provider == name })]
		says := "can be asked"
		if p, err := s.provider(name); err == nil && !p.Offers(q) {
			says = "does not offer it"
		} else if status.Blocked != "" {
			says = status.Blocked
		} else {
			ready = true
		}
		words = append(words, name+" "+says)
	}
	if len(words) == 0 {
		words = []string{"no source is configured for it"}
	}
	d.step("sources", ready, "%s", strings.Join(words, "; "))
	return nil
}

func (s *Service) lookAttempt(d *diagnosing, one Supplied, mine bool) {
	if !mine {
		return
	}
	switch {
	case one.Asked.IsZero():
		d.step("last attempt", one.Needed, "it was not asked for yet")
	case one.Reason != "":
		d.step("last attempt", false, "on %s, %s: %s", utc(one.Asked), one.Reason, one.Words)
	default:
		d.step("last attempt", true, "on %s %s gave what was asked", utc(one.Asked), cmp.Or(one.Provider, "nobody was asked, as files"))
	}
	if one.Needed && !one.Due.IsZero() {
		when := "it is due now: the next sync asks"
		if one.Due.After(s.now()) {
			when = "it is asked for again on " + utc(one.Due)
		}
		d.step("next", true, "%s", when)
	}
}

func utc(t time.Time) string { return t.UTC().Format("2006-01-02 15:04") + " UTC" }
