package fetch

import (
	"github.com/foliosight/foliosight/finance/instrument"
	"github.com/foliosight/foliosight/internal/marketdata"
)

// memory is what a source said about a key: that it is not accepted, and what its plan
// does not include. It ends when the key changes.
type memory struct {
	key    string
	badKey *marketdata.Refusal
	kinds  map[lack]*marketdata.Refusal
}

// lack is what a plan does not include: a kind, or of a kind one symbol. Plans are sold by
// class (shares, options, indices), so that one class says nothing of another.
type lack struct {
	kind   marketdata.Kind
	part   string
	class  instrument.Class
	symbol string // empty: the whole kind
}

// mostLacks bounds the symbols that are remembered.
const mostLacks = 20_000

// recall is the refusal that is known before anything is asked, nil if none is.
func (m *memory) recall(key string, r marketdata.Request) *marketdata.Refusal {
	if m.key != key {
		*m = memory{key: key}
		return nil
	}
	known := m.badKey
	for _, l := range []lack{{r.Kind, r.Part, r.Instrument.Class, ""}, {r.Kind, r.Part, r.Instrument.Class, subject(r)}} {
		if known == nil {
			known = m.kinds[l]
		}
	}
	if known == nil {
		return nil
	}
	again := *known
	return &again
}

// keep remembers a refusal that holds for longer than a call.
func (m *memory) keep(key string, r marketdata.Request, refused *marketdata.Refusal) {
	if m.key != key {
		*m = memory{key: key}
	}
	l := lack{kind: r.Kind, part: r.Part, class: r.Instrument.Class}
	switch {
	case refused.Reason == marketdata.BadKey:
		m.badKey = refused
		return
	case refused.Reason != marketdata.NotInPlan:
		return
	case refused.Parameter == "symbol":
		l.symbol = subject(r)
	case refused.Parameter != "":
		return // another period or size may be had
	}
	if m.kinds == nil || len(m.kinds) >= mostLacks {
		m.kinds = map[lack]*marketdata.Refusal{}
	}
	m.kinds[l] = refused
}

// subject is what a request is about.
func subject(r marketdata.Request) string {
	switch {
	case r.Instrument.Symbol != "":
		return r.Instrument.Symbol
	case r.Pair != (marketdata.Pair{}):
		return r.Pair.String()
	case r.Series != "":
		return r.Series
	}
	return "\x00" + r.Text
}
