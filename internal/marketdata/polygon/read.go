package polygon

import (
	"fmt"
	"strings"

	"github.com/foliosight/foliosight/internal/marketdata"
)

// answer is what a reader of one subject made of a body.
type answer struct {
	d      marketdata.Delivery
	rows   int    // in the body
	others int    // of them about something that was not asked
	older  bool   // it reached back beyond the first day that was asked
	wrong  string // the body is well formed, and cannot be an answer to the question
}

// Read reads the answer to a call.
func (provider) Read(r marketdata.Request, c marketdata.Call, a marketdata.Response) (marketdata.Delivery, *marketdata.Call, error) {
	d, next, refusal := read(r, c, a)
	if refusal == nil {
		return d, next, nil
	}
	if other := instead(r, c, a, refusal); other != nil {
		return marketdata.Delivery{}, other, nil
	}
	return marketdata.Delivery{}, nil, withParameter(refusal, r)
}

// instead is the call to make in place of one that was refused: the successor of an
// address that is gone or closed, and the close of the day before where the plan has no
// snapshots.
func instead(r marketdata.Request, c marketdata.Call, a marketdata.Response, why *marketdata.Refusal) *marketdata.Call {
	switch {
	case strings.HasPrefix(c.Path, "/v3/reference/") && (r.Kind == marketdata.Splits || r.Kind == marketdata.Dividends):
		if gone(a) || why.Reason == marketdata.NotInPlan {
			n := successor(r)
			return &n
		}
	case r.Kind == marketdata.Quotes && !strings.HasPrefix(c.Path, "/v2/aggs/"):
		if why.Reason == marketdata.NotInPlan || why.Reason == marketdata.Empty {
			if t, err := ticker(r.Instrument); err == nil {
				n := previous(t)
				return &n
			}
		}
	}
	return nil
}

func read(r marketdata.Request, c marketdata.Call, a marketdata.Response) (marketdata.Delivery, *marketdata.Call, *marketdata.Refusal) {
	none := marketdata.Delivery{}
	if a.Status != 0 && (a.Status < 200 || a.Status > 299) {
		return none, nil, refused(c, a)
	}
	if markup(a.Body) {
		return none, nil, garbled(c, "(byte 0): a page where JSON was due")
	}
	s, e, got, ok := parse(r, c, a)
	if !ok {
		return none, nil, refusal(c, marketdata.Refused, fmt.Sprintf("%s is no call of %s", c.Path, r.Kind))
	}
	switch {
	case !s.ok():
		if reason, ok := notice(a.Body); ok {
			return none, nil, withWait(refusal(c, reason, string(a.Body)), a)
		}
		return none, nil, garbled(c, s.place())
	case e.refused():
		return none, nil, refusedWithin(c, a, e)
	case e.status == "" && !e.listed && e.problem != "":
		return none, nil, refusedWithin(c, a, e)
	case e.status == "" && !e.listed:
		return none, nil, garbled(c, "neither a status nor results")
	case got.wrong != "":
		return none, nil, garbled(c, got.wrong)
	case got.rows > 0 && got.others == got.rows:
		return none, nil, garbled(c, fmt.Sprintf("results: none of the %d rows is about %s (%s)", got.rows, r.Instrument.Symbol, got.d.Left[0]))
	}
	var next *marketdata.Call
	if !got.older && !enough(r, c) {
		var err error
		if next, err = following(c, e.next); err != nil {
			return none, nil, garbled(c, err.Error())
		}
	}
	if got.rows == 0 && next == nil && c.Query.Get("cursor") == "" && !mayBeNone(r.Kind) {
		return none, nil, refusal(c, marketdata.Empty, e.problem)
	}
	if d := got.d; len(d.Bars)+len(d.FX)+len(d.Quotes) == 0 && next == nil && isPrice(r.Kind) {
		return none, nil, refusal(c, marketdata.Empty, strings.Join(d.Left, "; "))
	}
	return got.d, next, nil
}

// isPrice reports whether a kind is of prices: an answer that leaves none has nothing.
func isPrice(k marketdata.Kind) bool {
	return k == marketdata.Bars || k == marketdata.FX || k == marketdata.Grouped || k == marketdata.Quotes
}

// mayBeNone reports whether an empty list is an answer: most companies never split, and
// many pay nothing.
func mayBeNone(k marketdata.Kind) bool {
	return k == marketdata.Splits || k == marketdata.Dividends || k == marketdata.News || k == marketdata.Search || k == marketdata.Changes
}

// enough reports whether the first page of a request is all that is wanted of it: of a
// search with a text, of news and changes without a first day, and of whatever was
// limited to what one page holds.
func enough(r marketdata.Request, c marketdata.Call) bool {
	switch r.Kind {
	case marketdata.Search:
		return r.Text != "" || r.Limit > 0
	case marketdata.News, marketdata.Changes:
		return r.From == 0 || r.Limit > 0
	case marketdata.Chain, marketdata.Statements:
		return r.Limit > 0 && c.Query.Get("limit") == fmt.Sprint(r.Limit)
	}
	return false
}

// parse hands the body to the reader of the address that was called; ok is false for an
// address that is none of ours.
func parse(r marketdata.Request, c marketdata.Call, a marketdata.Response) (s *scanner, e envelope, got answer, ok bool) {
	var theirs string
	if r.Kind == marketdata.FX {
		theirs, _ = pairTicker(r.Pair.Base, r.Pair.Quote)
	} else if r.Instrument.Symbol != "" {
		theirs, _ = ticker(r.Instrument)
	}
	under := func(prefix string) bool { return strings.HasPrefix(c.Path, prefix) }
	ok = true
	switch {
	case under("/v2/aggs/grouped/"):
		s, e, got = readGrouped(a.Body, r, a.At)
	case under("/v2/aggs/ticker/") && strings.HasSuffix(c.Path, "/prev"):
		s, e, got = readPrevious(a.Body, r, theirs, a.At)
	case under("/v2/aggs/ticker/"):
		s, e, got = readAggregates(a.Body, r, theirs, a.At)
	case under(chainPath) && r.Kind == marketdata.Quotes:
		s, e, got = readOption(a.Body, r, theirs, a.At)
	case under(chainPath), c.Path == contractsPath:
		s, e, got = readChain(a.Body, r)
	case under("/v2/snapshot/"), under("/v3/snapshot/indices"), c.Path == "/v3/snapshot":
		s, e, got = readSnapshot(a.Body, r, theirs, a.At)
	case under(contractsPath + "/"):
		s, e, got = readContract(a.Body, r)
	case c.Path == tickersPath && r.Kind == marketdata.Changes:
		s, e, got = readDelisted(a.Body, r)
	case under("/vX/reference/tickers/"):
		s, e, got = readRenames(a.Body, r)
	case c.Path == tickersPath:
		s, e, got = readSearch(a.Body, r)
	case under(tickersPath + "/"):
		s, e, got = readProfile(a.Body, r, theirs)
	case c.Path == "/v3/reference/splits", c.Path == "/stocks/v1/splits":
		s, e, got = readSplits(a.Body, r)
	case c.Path == "/v3/reference/dividends", c.Path == "/stocks/v1/dividends":
		s, e, got = readDividends(a.Body, r)
	case c.Path == "/v2/reference/news":
		s, e, got = readNews(a.Body, r)
	case c.Path == "/vX/reference/financials":
		s, e, got = readStatements(a.Body, r)
	default:
		ok = false
	}
	return s, e, got, ok
}
