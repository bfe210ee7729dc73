package calc

import (
	"errors"
	"math"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/option"
	"github.com/foliosight/foliosight/finance/option/surface"
)

// expiryAnswer is one expiry: forward, smile and points.
func expiryAnswer(e *surface.Slice) *object {
	var o, smile object
	o.set("expiry", e.Expiry)
	o.figure("years", e.Years, "")
	o.figure("rate", e.Rate, "")
	o.figure("forward", e.Forward, "")
	o.set("forward_from", string(e.ForwardFrom))
	o.set("pairs", e.Pairs)
	if math.IsNaN(e.DividendYield) {
		o.missing("dividend_yield", "no_spot")
	} else {
		o.figure("dividend_yield", e.DividendYield, "")
	}
	smile.set("method", string(e.Smile.Method))
	smile.figure("a", e.Smile.A, "")
	if e.Smile.Method != surface.FlatFit {
		smile.figure("b", e.Smile.B, "")
		smile.figure("rho", e.Smile.Rho, "")
		smile.figure("m", e.Smile.M, "")
		smile.figure("s", e.Smile.S, "")
	}
	if k, w := e.Smile.Correction(); k != nil {
		rows := make([][2]float64, len(k))
		for i := range k {
			rows[i] = [2]float64{k[i], w[i]}
		}
		smile.set("correction", rows)
	}
	smile.figure("low", e.Smile.Low, "")
	smile.figure("high", e.Smile.High, "")
	o.set("smile", &smile)
	o.figure("error", e.Error, "")
	o.set("inside", e.Inside)
	points := make([]*object, len(e.Points))
	for i, p := range e.Points {
		points[i] = pointAnswer(p)
	}
	o.set("points", points)
	return &o
}

func pointAnswer(p surface.Point) *object {
	var o object
	o.set("quote", p.Quote)
	o.set("type", p.Kind.String())
	o.figure("strike", p.Strike, "")
	o.figure("moneyness", p.Moneyness, "")
	o.figure("volatility", p.Volatility, "")
	if p.Low > 0 {
		o.figure("bid_volatility", p.Low, "")
	} else {
		o.missing("bid_volatility", "price_below_bound")
	}
	if math.IsNaN(p.High) {
		o.missing("ask_volatility", "price_above_bound")
	} else {
		o.figure("ask_volatility", p.High, "")
	}
	o.figure("fitted", p.Fitted, "")
	o.figure("fitted_price", p.FittedPrice, "")
	o.set("inside", p.Inside)
	if p.InTheMoney {
		o.set("in_the_money", true)
	}
	if p.FromLast {
		o.set("from_last", true)
	}
	return &o
}

// leftOut lists the quotes without a place on the surface.
func leftOut(s *surface.Surface, quotes []surface.Quote) []*object {
	rows := make([]*object, len(s.LeftOut))
	for i, l := range s.LeftOut {
		var o object
		q := quotes[l.Quote]
		o.set("quote", l.Quote)
		o.set("expiry", q.Expiry)
		o.set("type", q.Kind.String())
		o.figure("strike", q.Strike, "")
		o.set("reason", string(l.Reason))
		rows[i] = &o
	}
	return rows
}

// findings lists the laws that quotes or fits break.
func findings(s *surface.Surface) []*object {
	rows := make([]*object, len(s.Findings))
	for i, f := range s.Findings {
		var o object
		o.set("violation", string(f.Violation))
		o.set("expiry", f.Expiry)
		if !f.Before.IsNone() {
			o.set("before", f.Before)
		}
		o.figure("strike", f.Strike, "")
		switch f.Violation {
		case surface.Butterfly, surface.Calendar:
			o.figure("moneyness", f.Moneyness, "")
		case surface.QuotedButterfly, surface.QuotedVertical, surface.QuotedCalendar:
			o.set("type", f.Kind.String())
		}
		o.figure("size", f.Size, "")
		rows[i] = &o
	}
	return rows
}

// markAnswer is the volatility of one option, and its price in the style of the quotes.
func markAnswer(s *surface.Surface, kind option.Kind, strike float64, expiry date.Date) *object {
	var o object
	o.set("expiry", expiry)
	o.figure("strike", strike, "")
	t, m, err := s.Terms(kind, strike, expiry)
	if err != nil {
		reason := "out_of_range"
		switch {
		case errors.Is(err, option.ErrExpired):
			reason = "expired"
		case errors.Is(err, surface.ErrEmpty):
			reason = "no_usable_quote"
		}
		for _, key := range []string{"volatility", "price"} {
			o.missing(key, reason)
		}
		return &o
	}
	o.figure("volatility", m.Volatility, "")
	o.set("status", string(m.Status))
	o.figure("fitted", m.Fitted, "")
	o.figure("forward", m.Forward, "")
	o.figure("moneyness", m.Moneyness, "")
	o.set("type", kind.String())
	v, _, err := option.Appraise(t, s.Market.American, nil)
	if err != nil {
		o.missing("price", "out_of_range")
		return &o
	}
	o.figure("price", v.Price, "")
	return &o
}
