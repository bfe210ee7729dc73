package web

import (
	"math"
	"net/url"

	"github.com/foliosight/foliosight/finance/analysis"
	"github.com/foliosight/foliosight/finance/money"
	"github.com/foliosight/foliosight/internal/service"
	"github.com/foliosight/foliosight/internal/web/view"
)

// mostStarted is how many trades one beginning may have.
const mostStarted = 20

// starts are trades to begin with, as links: what people ask first of what they hold.
func (p *whatIfPage) starts(a *analysis.Analysis) []view.Link {
	var links []view.Link
	add := func(label string, trades []string) {
		if len(trades) > 0 && len(trades) <= mostStarted {
			links = append(links, view.Link{Label: label, Href: p.address("/what-if") + "?" + url.Values{"t": trades}.Encode()})
		}
	}
	if h := largestTraded(a); h != nil {
		add("Halve "+shortName(h)+", the largest position", closing(h, money.MustParse("0.5")))
	}
	var options, shorts []string
	nOptions, nShorts := 0, 0
	for i := range a.Holdings {
		h := &a.Holdings[i]
		switch {
		case !h.Price.Known:
		case h.Instrument.IsOption():
			options = append(options, closing(h, money.One)...)
			nOptions++
		case h.Group == analysis.Short:
			shorts = append(shorts, closing(h, money.One)...)
			nShorts++
		}
	}
	w := p.writer(a)
	if nOptions > 0 {
		add("Close "+theAll(w, nOptions, "option", "options"), options)
	}
	if nShorts > 0 {
		add("Cover "+theAll(w, nShorts, "short sale", "short sales"), shorts)
	}
	return links
}

func theAll(w *writer, n int, one, many string) string {
	if n == 1 {
		return "the one " + one
	}
	return "all " + w.Count(n) + " " + many
}

// largestTraded is the largest holding that has a market price.
func largestTraded(a *analysis.Analysis) *analysis.Holding {
	var largest *analysis.Holding
	for i := range a.Holdings {
		h := &a.Holdings[i]
		if h.Group != analysis.Private && h.Price.Known && h.Weight.Known() && (largest == nil || math.Abs(h.Weight.Float64()) > math.Abs(largest.Weight.Float64())) {
			largest = h
		}
	}
	return largest
}

// closing are the trades that close a part of a holding, account by account. A part
// that is not all of it is of whole pieces.
func closing(h *analysis.Holding, part money.Decimal) []string {
	var out []string
	for _, at := range h.Accounts {
		n := at.Quantity.Abs().Mul(part)
		if part.Less(money.One) && money.One.Less(n) {
			n = n.Floor()
		}
		if n.IsZero() {
			continue
		}
		t := typedTrade{account: at.Account, trade: service.Trade{Side: service.SellSide, Symbol: h.Symbol, Quantity: n}}
		if at.Quantity.Sign() < 0 {
			t.trade.Side = service.CoverSide
		}
		if len(h.Accounts) == 1 {
			t.account = ""
		}
		out = append(out, t.String())
	}
	return out
}
