package calc

import (
	"encoding/json"
	"errors"
	"math"

	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/finance/performance"
	"github.com/foliosight/foliosight/finance/portfolio"
)

func init() { register("contribution", contributionDoor) }

// contributionQuestion is what the document does not already say.
type contributionQuestion struct {
	Linking    performance.Linking `json:"linking"`
	Groups     map[string]string   `json:"groups"`
	Currencies bool                `json:"currencies"`
}

func contributionDoor(raw json.RawMessage) (any, error) {
	doc, err := ledger.ParseDocument(raw)
	if err != nil {
		return nil, refuse("bad_document", "%v", err)
	}
	q := contributionQuestion{Linking: performance.Carino}
	if err := decode(raw, &q); err != nil {
		return nil, err
	}
	if err := askedPeriod(&doc); err != nil {
		return nil, err
	}
	panel, book, err := foldDocument(&doc)
	if err != nil {
		return nil, err
	}
	view := viewOf(book, panel, doc.Period.Start, doc.Period.End)
	line := view.Timeline(portfolio.Node{})
	span := performance.NewSpan(line, doc.Period.Start, doc.Period.End)
	c, err := performance.NewContributions(view, portfolio.Node{}, line, span, q.Linking)
	var o object
	switch {
	case errors.Is(err, performance.ErrNoCapital):
		o.missing("return", "no_capital")
		return &o, nil
	case errors.Is(err, performance.ErrLinking):
		return nil, refuse("unknown_choice", "linking: %v", err)
	case errors.Is(err, performance.ErrLost):
		return nil, refuse("capital_lost", "%v", err)
	case err != nil:
		return nil, refuse("bad_request", "%v", err)
	}
	var split *performance.CurrencyContributions
	if q.Currencies {
		if split, err = performance.NewCurrencyContributions(view, portfolio.Node{}, line, span, q.Linking); err != nil {
			return nil, refuse("bad_request", "%v", err)
		}
	}
	o.contributions(c, split)
	if q.Groups != nil {
		o.groups(c, q.Groups)
	}
	o.leftOut(line, span, c)
	return &o, nil
}

func (o *object) contributions(c *performance.Contributions, split *performance.CurrencyContributions) {
	o.figure("return", c.Return, "")
	o.set("linking", c.Linking)
	o.set("days", c.Days)
	holdings := make([]*object, len(c.Holdings))
	for i := range c.Holdings {
		h := &c.Holdings[i]
		row := &object{}
		row.set("symbol", h.Symbol)
		row.contributed(h)
		if split != nil {
			s := &split.Holdings[i]
			row.set("currency", s.Currency)
			row.figure("local", s.Local, "")
			row.figure("fx", s.FX, "")
			row.figure("cross", s.Cross, "")
		}
		holdings[i] = row
	}
	o.set("holdings", holdings)
	rest := &object{}
	rest.figure("contribution", c.Rest.Contribution, "")
	rest.figure("weight", c.Rest.Weight, "")
	rest.figure("gain", c.Rest.Gain, "")
	if split != nil {
		cash := make([]*object, len(split.Cash))
		for i, s := range split.Cash {
			cash[i] = &object{}
			cash[i].set("currency", s.Currency)
			cash[i].figure("fx", s.FX, "")
		}
		rest.set("cash", cash)
		rest.figure("other", split.Rest, "")
	}
	o.set("rest", rest)
}

// contributed adds what every holding has.
func (o *object) contributed(h *performance.Contribution) {
	o.figure("contribution", h.Contribution, "")
	o.figure("weight", h.Weight, "")
	if math.IsNaN(h.Return) {
		o.missing("return", "no_capital")
	} else {
		o.figure("return", h.Return, "")
	}
	o.figure("gain", h.Gain, "")
}

// groups adds the sums by group; what no group is named for is "other", the rest "cash".
func (o *object) groups(c *performance.Contributions, of map[string]string) {
	group := func(symbol string) string {
		if g := of[symbol]; g != "" {
			return g
		}
		return "other"
	}
	sums := c.By(group, "cash")
	rows := make([]*object, len(sums))
	for i, g := range sums {
		row := &object{}
		row.set("group", g.Name)
		row.figure("contribution", g.Contribution, "")
		row.figure("weight", g.Weight, "")
		row.figure("gain", g.Gain, "")
		rows[i] = row
	}
	o.set("groups", rows)
}

// leftOut says what neither the return nor the contributions hold.
func (o *object) leftOut(t *portfolio.Timeline, s performance.Span, c *performance.Contributions) {
	if c.UnlinkedDays > 0 {
		o.figure("unlinked_gain", c.Unlinked, "")
		o.note("unlinked_gain", "no_capital")
	}
	for _, g := range t.Gaps {
		if g.To > s.Start && g.From <= s.End {
			o.note("holdings."+g.Symbol, "left out from "+max(g.From, s.Start+1).String()+" to "+min(g.To, s.End).String()+": "+g.Reason)
		}
	}
}
