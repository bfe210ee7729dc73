package performance

import (
	"math"

	"github.com/foliosight/foliosight/finance/money"
	"github.com/foliosight/foliosight/finance/portfolio"
)

// CurrencyContribution is a contribution split into what was earned in the currency of
// the holding and what that currency did. The three add up to its contribution.
type CurrencyContribution struct {
	Symbol   string // empty for cash
	Currency money.Currency
	Local    float64 // gain in local money at the rate of the day before
	FX       float64 // what was held overnight times the move of its currency
	Cross    float64 // both: the local gain times the move of its currency
}

// CurrencyContributions split the time-weighted return of a period by currency.
type CurrencyContributions struct {
	Return   float64
	Linking  Linking
	Holdings []CurrencyContribution // in order of first appearance
	Cash     []CurrencyContribution // of foreign balances, their currency effect alone
	Rest     float64                // interest, fees and taxes, rates booked apart from the market's
}

// NewCurrencyContributions splits the contributions of NewContributions, linked alike.
// Of a day, with x the move of the currency and V_prev what was held overnight:
//
//	currency  V_prev × x
//	local     (gain − V_prev × x) / (1 + x)
//	cross     local × x
//
// which is exact for what is booked at the day's rate; the difference of another booked
// rate counts as local. A day whose rate the day before is unknown has no move.
func NewCurrencyContributions(view *portfolio.View, node portfolio.Node, t *portfolio.Timeline, s Span, linking Linking) (*CurrencyContributions, error) {
	l, err := newLinker(t, s, linking)
	if err != nil {
		return nil, err
	}
	out := &CurrencyContributions{Return: l.total, Linking: linking}
	rest, moves := l.gains, fxMoves{view: view, span: s, known: map[money.Currency][]float64{}}
	view.EachHolding(node, l.start(), func(symbol string, h *portfolio.Timeline) {
		c := view.Instrument(symbol).Currency
		split, held := l.split(h, moves.of(c), rest)
		if held {
			split.Symbol, split.Currency = symbol, c
			out.Holdings = append(out.Holdings, split)
		}
	})
	view.EachCash(node, l.start(), func(c money.Currency, value []float64) {
		x := moves.of(c)
		if x == nil {
			return
		}
		cash, any := CurrencyContribution{Currency: c}, false
		for k := range rest {
			if i := s.From + k; i > 0 && value[i-1] != 0 {
				gain := value[i-1] * x[k]
				rest[k] -= gain
				cash.FX += float64(gain * l.scale[k])
				any = true
			}
		}
		if any {
			out.Cash = append(out.Cash, cash)
		}
	})
	for k, gain := range rest {
		out.Rest += float64(gain * l.scale[k])
	}
	return out, nil
}

// split sums up one holding and takes its gains out of the rest; x nil is a currency that
// does not move.
func (l *linker) split(h *portfolio.Timeline, x, rest []float64) (c CurrencyContribution, held bool) {
	previous := l.before(h)
	for k := range rest {
		i := l.s.From + k
		value, in, out := h.Value[i], h.Inflow[i], h.Outflow[i]
		if previous == 0 && value == 0 && in == 0 && out == 0 {
			continue
		}
		held = true
		gain, move := value-previous-in+out, 0.0
		if x != nil {
			move = x[k]
		}
		rest[k] -= gain
		carried := previous * move
		local := (gain - carried) / (1 + move)
		c.Local += float64(local * l.scale[k])
		c.FX += float64(carried * l.scale[k])
		c.Cross += float64(local * move * l.scale[k])
		previous = value
	}
	return c, held
}

// fxMoves are the daily moves of currencies against the base currency.
type fxMoves struct {
	view  *portfolio.View
	span  Span
	known map[money.Currency][]float64
}

// of is a move for each day of the span, nil for a currency that does not move.
func (m *fxMoves) of(c money.Currency) []float64 {
	if x, ok := m.known[c]; ok {
		return x
	}
	m.known[c] = nil
	conversion, err := m.view.Panel.Conversion(c, m.view.Book.Base)
	if err != nil || conversion.Identity() {
		return nil
	}
	rates := conversion.Filled(m.view.Days)
	x := make([]float64, max(m.span.To-m.span.From+1, 0))
	for k := range x {
		i := m.span.From + k
		if i > 0 && i < len(rates) && rates[i-1] > 0 && !math.IsNaN(rates[i]) {
			x[k] = rates[i]/rates[i-1] - 1
		}
	}
	m.known[c] = x
	return x
}
