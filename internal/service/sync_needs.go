package service

import (
	"cmp"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/foliosight/foliosight/finance/analysis"
	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/exante"
	"github.com/foliosight/foliosight/finance/instrument"
	"github.com/foliosight/foliosight/finance/money"
	"github.com/foliosight/foliosight/internal/marketdata"
	"github.com/foliosight/foliosight/internal/store"
)

// pivot is the currency through which all others are exchanged: the European Central Bank
// publishes what one euro costs in each.
const pivot money.Currency = "EUR"

// pairsFor are the exchange rates from which those between any two of the currencies
// follow: what one euro costs in each. Minor units follow their major one.
func pairsFor(currencies []money.Currency) []string {
	majors := map[money.Currency]bool{}
	for _, c := range currencies {
		major, _ := c.Major()
		majors[major] = true
	}
	delete(majors, "")
	if len(majors) < 2 {
		return nil // there is nothing to exchange
	}
	delete(majors, pivot)
	var all []string
	for _, c := range slices.Sorted(maps.Keys(majors)) {
		all = append(all, string(pivot)+"/"+string(c))
	}
	return all
}

// published are the names under which sources publish a rate that is kept under ours: those
// of the Federal Reserve's data first. Rates of three months are daily for the dollar and,
// for other currencies, the monthly ones of the OECD, each on the first day of its month.
var published = map[string][]string{
	"USD-3M": {"DGS3MO", "TREASURY_YIELD:3month"}, "USD-10Y": {"DGS10", "TREASURY_YIELD:10year"}, "EUR-3M": {"IR3TIB01EZM156N"}, "GBP-3M": {"IR3TIB01GBM156N"}, "CHF-3M": {"IR3TIB01CHM156N"},
	"CAD-3M": {"IR3TIB01CAM156N"}, "JPY-3M": {"IR3TIB01JPM156N"}, "AUD-3M": {"IR3TIB01AUM156N"}, "SEK-3M": {"IR3TIB01SEM156N"}, "NOK-3M": {"IR3TIB01NOM156N"}, "DKK-3M": {"IR3TIB01DKM156N"}, "NZD-3M": {"IR3TIB01NZM156N"},
}

// neededRates are the rates of interest that every analysis may ask for: that of the
// factor model and the risk-free ones.
func neededRates() []string {
	all := map[string]bool{exante.Yields()[0]: true}
	for name := range published {
		all[name] = true
	}
	return slices.Sorted(maps.Keys(all))
}

// sourceNames are the names that sources have for a rate, the usual one first.
func sourceNames(rate string) []string {
	if names := published[rate]; len(names) > 0 {
		return names
	}
	return []string{rate} // named as its source names it
}

// monthly reports whether a rate is published once a month.
func monthly(rate string) bool { return strings.HasPrefix(sourceNames(rate)[0], "IR3TIB01") }

// subject is one thing that is asked for.
type subject struct {
	kind   marketdata.Kind
	symbol string
	from   date.Date // the first day that is wanted; None: as far as there is
	until  date.Date // the last; None: it is kept up to date
	rank   int       // who is asked for first
	// idle says that nothing of it is held any more: it is asked for now and then only.
	idle bool
}

// The ranks: first what is held, then what its value is exchanged with, then the rest.
const (
	rankHeld = iota
	rankFX
	rankCompared
	rankRates
	rankHeldActions
	rankWatched
	rankIdle
	rankFactors
	rankActions
)

// riskDays is how many days before the first booking risk looks back: a year of sessions.
const riskDays = 375

// watchedYears is how far back prices of what is only watched reach.
const watchedYears = 5

// idleDays is how long after its last booking something that seems sold is still asked
// for as if it were held.
const idleDays = 90

// askable is the form of names that go out to sources: tickers, ISINs and OCC symbols. What
// a person calls a thing of their own seldom looks so, and stays here.
var askable = regexp.MustCompile(`^\^?[A-Z0-9][A-Z0-9.\-]{0,24}$`)

// wants are the subjects that the installation needs by a day, in the order they are asked
// for. What is known of instruments is by symbol.
func wants(all []store.Wanted, known map[string]instrument.Instrument, today date.Date) []subject {
	w := wanting{known: known, today: today, all: map[subjectKey]subject{}, first: date.None, currencies: map[money.Currency]date.Date{}}
	for _, one := range all {
		w.add(one)
	}
	w.exchange()
	if len(w.all) > 0 {
		w.shared()
	}
	w.reference()
	list := slices.Collect(maps.Values(w.all))
	slices.SortFunc(list, func(a, b subject) int {
		return cmp.Or(cmp.Compare(a.rank, b.rank), cmp.Compare(a.symbol, b.symbol), cmp.Compare(a.kind, b.kind))
	})
	return list
}

type subjectKey struct {
	kind   marketdata.Kind
	symbol string
}

type wanting struct {
	known      map[string]instrument.Instrument
	today      date.Date
	all        map[subjectKey]subject
	first      date.Date // of all bookings
	currencies map[money.Currency]date.Date
}

// put adds a subject; of two wishes for one the wider days and the earlier rank count.
func (w *wanting) put(s subject) {
	if !askable.MatchString(strings.ReplaceAll(s.symbol, "/", "-")) {
		return
	}
	key := subjectKey{s.kind, s.symbol}
	if had, twice := w.all[key]; twice {
		s.from = min(s.from, had.from)
		s.rank = min(s.rank, had.rank)
		s.idle = s.idle && had.idle
		if had.until.IsNone() || s.until.IsNone() {
			s.until = date.None
		} else {
			s.until = max(s.until, had.until)
		}
	}
	w.all[key] = s
}

// instrument adds what is asked of an instrument: prices, and of what pays dividends the
// actions too.
func (w *wanting) instrument(s subject) {
	i := w.known[s.symbol]
	o, err := instrument.ParseOCC(s.symbol)
	switch {
	case i.Class == instrument.Private, i.Class == instrument.Currency, i.Simulated:
		return
	case err == nil:
		s.kind, s.until = marketdata.Bars, o.Expiry
		w.put(s)
		s.symbol, s.until = o.Underlying, date.None
		w.instrument(s)
		return
	case i.Underlying != "" && i.Underlying != s.symbol:
		under := s
		under.symbol = i.Underlying
		w.instrument(under)
	}
	s.kind = marketdata.Bars
	w.put(s)
	if i.Class == instrument.Crypto || i.Class == instrument.Index || i.Class == instrument.Option || i.Class == instrument.Future || i.Class == instrument.Bond || strings.HasPrefix(s.symbol, "^") {
		return
	}
	s.rank = rankActions
	if !s.idle && w.all[subjectKey{marketdata.Bars, s.symbol}].rank == rankHeld {
		s.rank = rankHeldActions
	}
	for _, kind := range []marketdata.Kind{marketdata.Splits, marketdata.Dividends} {
		s.kind = kind
		w.put(s)
	}
}

func (w *wanting) add(one store.Wanted) {
	from := w.today.AddYears(-watchedYears)
	if !one.First.IsNone() {
		from = one.First - riskDays
		if w.first.IsNone() || one.First < w.first {
			w.first = one.First
		}
	}
	s := subject{symbol: one.Symbol, from: from, until: date.None}
	switch one.Kind {
	case store.WantedBooked:
		if s.idle = !one.Open && one.Last < w.today-idleDays; s.idle {
			s.rank = rankIdle
		}
		w.instrument(s)
	case store.WantedBenchmark:
		s.rank = rankCompared
		w.instrument(s)
	case store.WantedWatched:
		s.rank = rankWatched
		w.instrument(s)
	case store.WantedCurrency:
		w.currency(money.Currency(one.Symbol), from)
	}
}

func (w *wanting) currency(c money.Currency, from date.Date) {
	major, _ := c.Major()
	if had, ok := w.currencies[major]; !ok || from < had {
		w.currencies[major] = from
	}
}

// exchange adds the rates between the currencies of ledgers and of what is held.
func (w *wanting) exchange() {
	for key, s := range w.all {
		if c := w.known[key.symbol].Currency; c != "" {
			w.currency(c, s.from)
		}
	}
	var all []money.Currency
	for c := range w.currencies {
		all = append(all, c)
	}
	slices.Sort(all)
	for _, pair := range pairsFor(all) {
		from := w.first - riskDays
		if w.first.IsNone() {
			from = w.today.AddYears(-watchedYears)
		}
		w.put(subject{kind: marketdata.FX, symbol: pair, from: from, until: date.None, rank: rankFX})
	}
	for _, c := range all {
		if rate := string(c) + "-3M"; len(published[rate]) > 0 {
			w.put(subject{kind: marketdata.Rates, symbol: rate, from: w.currencies[c], until: date.None, rank: rankRates})
		}
	}
}

// shared adds what every analysis of risk asks for.
func (w *wanting) shared() {
	from := w.today - 2*riskDays
	if !w.first.IsNone() {
		from = min(from, w.first-riskDays)
	}
	w.put(subject{kind: marketdata.Rates, symbol: exante.Yields()[0], from: from, until: date.None, rank: rankRates})
	for _, symbol := range append(exante.Symbols(), analysis.SectorFunds()...) {
		if symbol == "VIX" { // of an index a source knows the name with its sign only
			continue
		}
		s := subject{symbol: symbol, from: from, until: date.None, rank: rankFactors}
		w.instrument(s)
	}
}

// request is what a source is asked for a subject, for some days.
func (s subject) request(i instrument.Instrument, from, to date.Date) marketdata.Request {
	q := marketdata.Request{Kind: s.kind, From: from, To: to}
	switch s.kind {
	case marketdata.FX:
		base, quote, _ := strings.Cut(s.symbol, "/")
		q.Pair = marketdata.Pair{Base: base, Quote: quote}
	case marketdata.Rates:
		q.Series = sourceNames(s.symbol)[0]
	default:
		q.Instrument = i
		q.Instrument.Symbol = s.symbol
		if o, err := instrument.ParseOCC(s.symbol); err == nil && i.Class == instrument.Unknown {
			q.Instrument = o
		}
	}
	if s.kind == marketdata.Splits || s.kind == marketdata.Dividends {
		q.From, q.To = 0, 0 // whole lists: what was announced belongs to them
	}
	return q
}
