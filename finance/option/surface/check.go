package surface

import (
	"math"
	"sort"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/option"
)

// Violation is a law of prices that quotes or a fit break.
type Violation string

// The violations. Those of the fit are of the model; those of quotes are trades at
// bid and ask that would pay at once and never cost.
const (
	Butterfly       Violation = "butterfly"        // fit: negative density; size is the least g(k)
	Calendar        Violation = "calendar"         // fit: total variance falls with time; size is by how much at most
	QuotedButterfly Violation = "quoted_butterfly" // quotes: the body costs more than its wings
	QuotedVertical  Violation = "quoted_vertical"  // quotes: the better strike costs less, or the spread more than its width
	QuotedCalendar  Violation = "quoted_calendar"  // American quotes: more time costs less
	Parity          Violation = "parity"           // quotes: call less put outside its bounds
)

// Finding is a violation with its place and size. Size is in the unit of prices for
// quotes, always positive, and as Violation says for fits.
type Finding struct {
	Violation Violation
	Expiry    date.Date
	Before    date.Date   // the expiry before, of calendar findings; else date.None
	Strike    float64     // where it is largest; of a butterfly the body
	Moneyness float64     // the same as ln(strike / forward), of fits
	Kind      option.Kind // of the quoted ones but parity
	Size      float64
}

// places is how many points of a smile are looked at.
const places = 201

// checkFits looks for negative densities and for falling variance.
func (s *Surface) checkFits() {
	for i := range s.Slices {
		e := &s.Slices[i]
		worst, where := 0.0, 0.0
		for j := range places {
			k := e.Smile.Low + float64((e.Smile.High-e.Smile.Low)*float64(j)/(places-1))
			if g := e.Smile.Density(k); g < worst {
				worst, where = g, k
			}
		}
		if worst < 0 {
			s.find(Finding{Violation: Butterfly, Expiry: e.Expiry, Before: date.None, Strike: e.Forward * math.Exp(where), Moneyness: where, Size: worst})
		}
		if i > 0 {
			s.checkCalendar(&s.Slices[i-1], e)
		}
	}
}

func (s *Surface) checkCalendar(before, e *Slice) {
	low, high := math.Max(before.Smile.Low, e.Smile.Low), math.Min(before.Smile.High, e.Smile.High)
	worst, where := 0.0, 0.0
	for j := range places {
		k := low + float64((high-low)*float64(j)/(places-1))
		if low > high {
			break
		}
		if fall := before.Smile.Variance(k) - e.Smile.Variance(k); fall > worst {
			worst, where = fall, k
		}
	}
	if worst > 1e-12 {
		s.find(Finding{Violation: Calendar, Expiry: e.Expiry, Before: before.Expiry, Strike: e.Forward * math.Exp(where), Moneyness: where, Size: worst})
	}
}

func (s *Surface) find(f Finding) { s.Findings = append(s.Findings, f) }

// slack is a hundredth of a cent: below it a violation is rounding.
const slack = 1e-4

// checkPairs holds the quotes of an expiry against put-call parity: European,
//
//	C − P = D (F − K)
//
// and American, whose bounds are exercise of the put now and never of either,
//
//	S e^(−max(q,0) T) − K  ≤  C − P  ≤  S e^(−min(q,0) T) − K e^(−rT)   (r ≥ 0)
func (s *Surface) checkPairs(c *chain, e *Slice) {
	m := s.Market
	for _, p := range c.pairs {
		call, put := &c.list[p[0]], &c.list[p[1]]
		if call.last || put.last {
			continue
		}
		low := e.discount() * (e.Forward - call.strike)
		high := low
		if m.American {
			q := e.DividendYield
			low = m.Spot*math.Exp(-math.Max(q, 0)*e.Years) - call.strike*math.Exp(-math.Min(e.Rate, 0)*e.Years)
			high = m.Spot*math.Exp(-math.Min(q, 0)*e.Years) - call.strike*math.Exp(-math.Max(e.Rate, 0)*e.Years)
		}
		// sell the dear side at its bid, buy the other at its ask
		over, under := call.low-put.high-high, low-(call.high-put.low)
		if size := math.Max(over, under); size > slack {
			s.find(Finding{Violation: Parity, Expiry: e.Expiry, Before: date.None, Strike: call.strike, Size: size})
		}
	}
}

// checkQuotes looks for trades in the quotes themselves that pay at once.
func (s *Surface) checkQuotes(quotes []Quote) {
	left := map[int]Reason{}
	for _, l := range s.LeftOut {
		left[l.Quote] = l.Reason
	}
	discount := map[date.Date]float64{}
	for i := range s.Slices {
		discount[s.Slices[i].Expiry] = s.Slices[i].discount()
	}
	var list []Quote
	for i, q := range quotes {
		if _, usable := s.Market.read(q); usable != "" || left[i] == Duplicate || math.IsNaN(q.Bid) {
			continue
		}
		list = append(list, q)
	}
	sort.SliceStable(list, func(i, j int) bool {
		a, b := list[i], list[j]
		switch {
		case a.Kind != b.Kind:
			return a.Kind == option.Call
		case a.Expiry != b.Expiry:
			return a.Expiry < b.Expiry
		}
		return a.Strike < b.Strike
	})
	for i := range list {
		if i > 0 && together(list[i-1], list[i]) {
			s.checkVertical(list[i-1], list[i], discount)
		}
		if i > 1 && together(list[i-2], list[i]) {
			s.checkButterfly(list[i-2], list[i-1], list[i])
		}
	}
	if s.Market.American {
		s.checkTime(list)
	}
}

func together(a, b Quote) bool { return a.Kind == b.Kind && a.Expiry == b.Expiry }

// checkVertical: of two strikes the better one costs no less, and no more than the
// difference of strikes on top (discounted, unless it may be exercised now).
func (s *Surface) checkVertical(low, high Quote, discount map[date.Date]float64) {
	better, worse := low, high
	if low.Kind == option.Put {
		better, worse = high, low
	}
	width := high.Strike - low.Strike
	if d, known := discount[low.Expiry]; known && !s.Market.American {
		width *= d
	}
	size := math.Max(worse.Bid-better.Ask, better.Bid-worse.Ask-width)
	if size > slack {
		s.find(Finding{Violation: QuotedVertical, Expiry: low.Expiry, Before: date.None, Strike: high.Strike, Kind: low.Kind, Size: size})
	}
}

// checkButterfly: prices are convex in the strike.
func (s *Surface) checkButterfly(low, body, high Quote) {
	share := (high.Strike - body.Strike) / (high.Strike - low.Strike)
	if size := body.Bid - float64(share*low.Ask) - float64((1-share)*high.Ask); size > slack {
		s.find(Finding{Violation: QuotedButterfly, Expiry: body.Expiry, Before: date.None, Strike: body.Strike, Kind: body.Kind, Size: size})
	}
}

// checkTime: an American option with more time costs no less.
func (s *Surface) checkTime(list []Quote) {
	type contract struct {
		kind   option.Kind
		strike float64
	}
	last := map[contract]Quote{}
	for _, q := range list { // calls before puts, expiries in order
		key := contract{q.Kind, q.Strike}
		if before, ok := last[key]; ok && before.Bid-q.Ask > slack {
			s.find(Finding{Violation: QuotedCalendar, Expiry: q.Expiry, Before: before.Expiry, Strike: q.Strike, Kind: q.Kind, Size: before.Bid - q.Ask})
		}
		last[key] = q
	}
}
