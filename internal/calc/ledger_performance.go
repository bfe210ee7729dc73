package calc

import (
	"encoding/json"
	"errors"
	"math"
	"strings"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/finance/lot"
	"github.com/foliosight/foliosight/finance/market"
	"github.com/foliosight/foliosight/finance/money"
	"github.com/foliosight/foliosight/finance/performance"
	"github.com/foliosight/foliosight/finance/portfolio"
)

func init() { register("performance", performanceDoor) }

// performanceQuestion is what the document does not already say.
type performanceQuestion struct {
	Scope          string `json:"scope"`
	Symbol         string `json:"symbol"`
	Daily          bool   `json:"daily"`
	AnnualiseShort bool   `json:"annualise_short"`
}

// longestDaily is for how many days a row each is given: two centuries.
const longestDaily = 73_050

func unset(d date.Date) bool { return d == 0 || d.IsNone() }

func performanceDoor(raw json.RawMessage) (any, error) {
	doc, err := ledger.ParseDocument(raw)
	if err != nil {
		return nil, refuse("bad_document", "%v", err)
	}
	var q performanceQuestion
	if err := decode(raw, &q); err != nil {
		return nil, err
	}
	if err := askedPeriod(&doc); err != nil {
		return nil, err
	}
	if q.Daily && doc.Period.End-doc.Period.Start > longestDaily {
		return nil, refuse("bad_period", "period: %d days are too many to list (at most %d); leave daily out or ask for a shorter period", doc.Period.End-doc.Period.Start, longestDaily)
	}
	symbols := map[string]bool{}
	for i := range doc.Transactions {
		symbols[doc.Transactions[i].Symbol] = true
	}
	panel, book, err := foldDocument(&doc)
	if err != nil {
		return nil, err
	}
	p := measured{doc: &doc, book: book, panel: panel, start: doc.Period.Start, end: doc.Period.End, q: q}
	switch q.Scope {
	case "", "portfolio":
		return p.portfolio()
	case "security":
		if q.Symbol == "" {
			return nil, refuse("missing_field", `symbol: scope "security" needs the symbol to measure`)
		}
		if !symbols[q.Symbol] {
			return nil, refuse("unknown_symbol", "symbol %q: no transaction has it", q.Symbol)
		}
		return p.security()
	case "fund":
		return p.fund()
	}
	return nil, refuse("unknown_scope", `scope %q: use "portfolio", "security" or "fund"`, q.Scope)
}

// askedPeriod refuses a document without a period, or with one that ends before it starts.
func askedPeriod(doc *ledger.Document) error {
	if doc.Period == nil || unset(doc.Period.Start) || unset(doc.Period.End) {
		return refuse("missing_field", `period: give {"start": …, "end": …}`)
	}
	if doc.Period.End < doc.Period.Start {
		return refuse("bad_period", "period: it ends on %s, before it starts on %s", doc.Period.End, doc.Period.Start)
	}
	return nil
}

// foldDocument makes a book of a document up to the end of its period, and its panel.
func foldDocument(doc *ledger.Document) (*market.Panel, *portfolio.Book, error) {
	if doc.BaseCurrency == "" {
		return nil, nil, refuse("missing_field", "base_currency: give the currency that figures are wanted in")
	}
	panel, err := market.FromDocument(doc)
	if err != nil {
		return nil, nil, refuse("bad_document", "%v", err)
	}
	book, err := portfolio.Fold(portfolio.Input{Base: doc.BaseCurrency, Transactions: doc.Transactions, Instrument: doc.Instruments(),
		Policy: performancePolicy(doc.Policy), Through: doc.Period.End})
	if err != nil {
		return nil, nil, ledgerRefusal(err)
	}
	return panel, book, nil
}

// performancePolicy is the document's policy with lots that never refuse an ambiguous
// match: gains are split by FIFO and by moving average whatever the method.
func performancePolicy(p ledger.Policy) ledger.Policy {
	p.Method, p.MethodPerAccount = ledger.FIFO, nil
	return p
}

// ledgerRefusal turns a fault of the ledger into a refusal.
func ledgerRefusal(err error) *Error {
	code := lot.Code(err)
	if code == "" {
		code = "bad_transaction"
	}
	return refuse(code, "%v", err)
}

// measured is one performance request.
type measured struct {
	doc        *ledger.Document
	book       *portfolio.Book
	panel      *market.Panel
	start, end date.Date
	q          performanceQuestion
	out        object
}

// put writes an exact figure, or null with its reason.
func (p *measured) put(key string, o money.Optional, reason string) {
	if !o.Known {
		p.out.missing(key, reason)
		return
	}
	p.out.set(key, o.Decimal)
}

var lotMeasures = []struct {
	name  string
	order performance.LotOrder
}{{"fifo", performance.FIFOPerAccount}, {"moving_average", performance.AverageOverAll}}

func (p *measured) gains(order performance.LotOrder) (*performance.Gains, error) {
	g, err := performance.NewGains(p.book, p.panel, p.start, p.end, order)
	if err != nil {
		return nil, ledgerRefusal(err)
	}
	return g, nil
}

// unvalued says what could not be valued, for the reasons.
func unvalued(g *performance.Gains, symbol string) string {
	var parts []string
	for _, m := range g.Missing {
		if symbol == "" || m.Symbol == symbol {
			parts = append(parts, m.Symbol+" on "+m.Day.String()+": "+m.Reason)
		}
	}
	if len(parts) == 0 {
		return "unknown"
	}
	return strings.Join(parts, "; ")
}

func (p *measured) portfolio() (any, error) {
	g, err := p.gains(performance.FIFOPerAccount)
	if err != nil {
		return nil, err
	}
	why := unvalued(g, "")
	p.put("initial_value", g.Initial, why)
	p.put("final_value", g.Final, why)
	p.out.set("transfers", g.Transfers)
	p.put("delta", g.Delta(), why)
	p.out.set("earnings", g.Income())
	p.out.set("dividends", g.Dividends)
	p.out.set("fees", g.Fees)
	p.out.set("taxes", g.Taxes)
	p.put("currency_gains", g.Currency, why)
	for _, m := range lotMeasures {
		if m.order != performance.FIFOPerAccount {
			if g, err = p.gains(m.order); err != nil {
				return nil, err
			}
		}
		p.put("capital_gains_realised_"+m.name, g.Realised(), why)
		p.put("capital_gains_unrealised_"+m.name, g.Unrealised(), why)
		p.put("remaining_cost_incl_costs_"+m.name, g.Cost(), why)
	}
	p.returns(portfolio.Node{}, g.Initial.Known && g.Final.Known, why)
	p.named()
	return &p.out, nil
}

func (p *measured) security() (any, error) {
	for _, m := range lotMeasures {
		g, err := p.gains(m.order)
		if err != nil {
			return nil, err
		}
		h, why := g.Holding(p.q.Symbol), unvalued(g, p.q.Symbol)
		if h == nil {
			return nil, refuse("unknown_symbol", "symbol %q: nothing happened with it up to %s", p.q.Symbol, p.end)
		}
		if m.order == performance.FIFOPerAccount {
			p.holding(h, why)
		}
		p.put("capital_gains_realised_"+m.name, h.Realised, why)
		p.put("capital_gains_unrealised_"+m.name, h.Unrealised, why)
		p.put("remaining_cost_incl_costs_"+m.name, h.Cost, why)
		p.onHoldings(m.name, h, why)
	}
	node := portfolio.Node{Symbols: []string{p.q.Symbol}}
	g := p.panel.Prices(p.q.Symbol)
	p.returns(node, g != nil, "no price is known")
	p.named()
	return &p.out, nil
}

func (p *measured) holding(h *performance.HoldingGain, why string) {
	p.put("initial_value", h.Initial, why)
	p.put("final_value", h.Final, why)
	p.put("market_value", h.Final, why)
	p.out.set("quantity", h.Quantity)
	p.out.set("dividends", h.Dividends)
	p.out.set("fees", h.Fees)
	p.out.set("taxes", h.Taxes)
	delta := h.Delta()
	p.put("delta", delta, why)
	invested := h.Purchases.Add(h.Initial.OrZero())
	switch {
	case !delta.Known:
		p.out.missing("delta_percent", why)
	case invested.Sign() <= 0:
		p.out.missing("delta_percent", "nothing_invested")
	default:
		p.out.figure("delta_percent", delta.Decimal.Float64()/invested.Float64(), "")
	}
}

// onHoldings compares what is held with what it cost, costs included.
func (p *measured) onHoldings(method string, h *performance.HoldingGain, why string) {
	gain, percent := "capital_gains_on_holdings_"+method, "capital_gains_on_holdings_percent_"+method
	if !h.Final.Known || !h.Cost.Known {
		p.out.missing(gain, why)
		p.out.missing(percent, why)
		return
	}
	difference := h.Final.Decimal.Sub(h.Cost.Decimal)
	p.out.set(gain, difference)
	if h.Cost.Decimal.Sign() == 0 {
		p.out.missing(percent, "nothing_held")
		return
	}
	p.out.figure(percent, difference.Float64()/h.Cost.Decimal.Abs().Float64(), "")
}

// returns writes the time- and the money-weighted return and what hangs on them.
func (p *measured) returns(node portfolio.Node, valued bool, why string) {
	view := viewOf(p.book, p.panel, p.start, p.end)
	t := view.Timeline(node)
	span := performance.NewSpan(t, p.start, p.end)
	returns := performance.Daily(t, span)
	p.rate("ttwror", valued, why, func() (float64, string) {
		r, err := performance.Link(returns)
		if err != nil { // nothing to link: the empty product, and said
			p.out.note("ttwror", "no_capital")
			return 0, ""
		}
		return r, ""
	})
	p.rate("ttwror_annualised", valued, why, func() (float64, string) {
		r, err := performance.Link(returns)
		switch {
		case err != nil:
			return 0, "no_capital"
		case span.Days() < 365 && !p.q.AnnualiseShort:
			return 0, "under_one_year"
		}
		return performance.Annualise(r, span.Days()), ""
	})
	p.rate("irr", valued, why, func() (float64, string) {
		rates, err := performance.MoneyWeighted(t, span)
		if err != nil {
			return 0, performance.Reason(err)
		}
		return rates.Rate, ""
	})
	if valued && span.Days() < 365 {
		p.out.note("irr", "under_one_year")
	}
	p.rate("max_drawdown", valued, why, func() (float64, string) {
		if len(returns) == 0 {
			return 0, "no_capital"
		}
		deepest, _ := performance.MaxDrawdown(performance.Drawdowns(returns, span.Initial != 0))
		return deepest, ""
	})
	if p.q.Daily {
		p.out.set("daily", p.daily(t, span, returns))
	}
}

// viewOf is a view of a book from its first day, or the start where that is earlier.
func viewOf(b *portfolio.Book, panel *market.Panel, start, end date.Date) *portfolio.View {
	if first := b.First(); !first.IsNone() && first <= start {
		start = first - 1
	}
	return portfolio.NewView(b, panel, b.Axis(panel, start, end))
}

func (p *measured) rate(key string, valued bool, why string, of func() (float64, string)) {
	if !valued {
		p.out.missing(key, why)
		return
	}
	v, reason := of()
	p.out.figure(key, v, reason)
}

// daily is a row for every day from start to end: [date, value, inflow, outflow, return].
func (p *measured) daily(t *portfolio.Timeline, s performance.Span, returns []float64) [][5]any {
	money2 := func(x float64) string {
		d, err := money.FromFloat(x)
		if err != nil {
			return ""
		}
		return d.Fixed(p.doc.BaseCurrency.Places())
	}
	rows := [][5]any{{p.start, money2(s.Initial), money2(0), money2(0), nil}}
	value := s.Initial
	at := s.From
	for day := p.start + 1; day <= p.end; day++ {
		if at <= s.To && t.Days[at] == day {
			r := finite(returns[at-s.From])
			var ret any
			if r != nil {
				ret = *r
			}
			value = t.Value[at]
			rows = append(rows, [5]any{day, money2(value), money2(t.Inflow[at]), money2(t.Outflow[at]), ret})
			at++
			continue
		}
		var ret any
		if value > 0 {
			ret = 0.0
		}
		rows = append(rows, [5]any{day, money2(value), money2(0), money2(0), ret})
	}
	return rows
}

// named says which series were filled backwards, as they hold before they begin.
func (p *measured) named() {
	for _, symbol := range p.book.Symbols {
		if s := p.panel.Prices(symbol); s != nil && s.First() > p.start && p.filled(symbol, s.First()) {
			p.out.note("prices."+symbol, "the first price, of "+s.First().String()+", stands before it")
		}
	}
	for _, pair := range p.panel.Pairs() {
		if s := p.panel.FX(pair); s.First() > p.start {
			p.out.note("fx."+pair.String(), "the first rate, of "+s.First().String()+", stands before it")
		}
	}
}

// filled reports whether a symbol was held on a day before its first price.
func (p *measured) filled(symbol string, first date.Date) bool {
	for _, t := range p.book.Transactions {
		if t.Symbol == symbol && t.Date < first {
			return true
		}
	}
	return false
}

// fund measures a ledger whose whole value is stated on some days; between them it
// stands at the last stated value plus the flows since.
func (p *measured) fund() (any, error) {
	for i := range p.doc.Transactions {
		t := &p.doc.Transactions[i]
		if t.Symbol != "" {
			return nil, refuse("has_securities", "transaction %s: scope \"fund\" is for a ledger without securities, whose value is stated", t.ID)
		}
	}
	begin, end := p.fundValue(p.start), p.fundValue(p.end)
	flow := money.Zero
	flows := []performance.Flow{}
	if !begin.IsZero() {
		flows = append(flows, performance.Flow{Date: p.start, Amount: -begin.Float64()})
	}
	for _, t := range p.book.Transactions {
		if t.Date <= p.start || t.Date > p.end {
			continue
		}
		x, err := p.fundFlow(&t)
		if err != nil {
			return nil, err
		}
		flow = flow.Add(x)
		if !x.IsZero() {
			flows = append(flows, performance.Flow{Date: t.Date, Amount: -x.Float64()})
		}
	}
	flows = append(flows, performance.Flow{Date: p.end, Amount: end.Float64()})
	var row object
	row.set("begin", p.start+1)
	row.set("end", p.end)
	row.set("value_begin", begin)
	row.set("cashflow", flow)
	row.set("value_end", end)
	row.set("pnl", end.Sub(begin).Sub(flow))
	rates, err := performance.XIRR(flows)
	row.figure("irr", rates.Rate, performance.Reason(err))
	twr, err := p.fundTWR()
	if err != nil {
		row.missing("twr_period", "no_capital")
		row.missing("twr_year", "no_capital")
	} else {
		row.figure("twr_period", twr, "")
		if days := int(p.end - p.start); days < 365 && !p.q.AnnualiseShort {
			row.missing("twr_year", "under_one_year")
		} else {
			row.figure("twr_year", performance.Annualise(twr, days), "")
		}
	}
	p.out.set("rows", []*object{&row})
	return &p.out, nil
}

// fundFlow is what a booking brings in (positive) or takes out.
func (p *measured) fundFlow(t *ledger.Transaction) (money.Decimal, error) {
	effect := t.Effect()
	conversion, err := p.panel.Conversion(t.Currency, p.doc.BaseCurrency)
	if err != nil {
		return money.Zero, refuse("no_rate", "transaction %s: %v", t.ID, err)
	}
	x, err := conversion.Convert(t.Amount.OrZero(), t.Date)
	if err != nil {
		return money.Zero, refuse("no_rate", "transaction %s: %v", t.ID, err)
	}
	return x.Mul(money.Int(int64(effect.Flow))), nil
}

// fundValue is the last value stated on or before day plus the flows after it.
func (p *measured) fundValue(day date.Date) money.Decimal {
	value, stated := money.Zero, date.None
	for _, v := range p.doc.Valuations {
		if v.Date <= day && v.Date >= stated {
			value, stated = v.Value, v.Date
		}
	}
	for _, t := range p.book.Transactions {
		if t.Date > stated && t.Date <= day {
			if x, err := p.fundFlow(&t); err == nil {
				value = value.Add(x)
			}
		}
	}
	return value
}

// fundTWR links the stretches between stated values; a stretch with flows inside counts
// them at the start of their day, the value standing at cost until it is stated again.
func (p *measured) fundTWR() (float64, error) {
	growth, any := 1.0, false
	previous := p.fundValue(p.start).Float64()
	capital := previous
	for day := p.start + 1; day <= p.end; day++ {
		for _, t := range p.book.Transactions {
			if t.Date == day {
				if x, err := p.fundFlow(&t); err == nil {
					capital += x.Float64()
				}
			}
		}
		for _, v := range p.doc.Valuations {
			if v.Date != day {
				continue
			}
			if capital <= 0 {
				return math.NaN(), errNoFundCapital
			}
			growth *= v.Value.Float64() / capital
			capital, any = v.Value.Float64(), true
		}
	}
	if !any {
		return math.NaN(), errNoFundCapital
	}
	return growth - 1, nil
}

var errNoFundCapital = errors.New("no capital between two stated values")
