package surface

import (
	"math"
	"sort"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/option"
)

// Reason says why a quote is left out.
type Reason string

// The reasons.
const (
	BadNumber    Reason = "not_a_number"  // a strike that is no price above zero, a bid or ask that is endless or negative
	PastExpiry   Reason = "expired"       // before the day of the quotes
	ExpiresToday Reason = "expires_today" // no time is left to imply a volatility over
	Duplicate    Reason = "duplicate"     // the option was quoted before in the list
	NoQuote      Reason = "no_quote"      // no bid or no ask is known
	NoBid        Reason = "no_bid"        // a bid of zero
	NoAsk        Reason = "no_ask"        // an ask of zero
	Crossed      Reason = "crossed"       // the bid is above the ask
	NoForward    Reason = "no_forward"    // no pair of call and put and no dividend yield to make a forward of
	InTheMoney   Reason = "in_the_money"  // its out-of-the-money twin is used
	BelowBound   Reason = "below_bound"   // the middle is less than the option can cost
	AboveBound   Reason = "above_bound"   // the middle is more than the option can cost
	NoTimeValue  Reason = "no_time_value" // the middle is what exercising brings: no volatility follows
	WideSpread   Reason = "wide_spread"   // in the money, and its bid is below the least it can cost: any volatility would do
	OutOfReach   Reason = "out_of_reach"  // a volatility beyond reason
)

// quoted is a usable quote: low and high are bid and ask.
type quoted struct {
	at                int // place in the list
	kind              option.Kind
	strike            float64
	low, middle, high float64
	last              bool // all three are the last price
}

// chain is the usable quotes of one expiry.
type chain struct {
	expiry date.Date
	years  float64
	list   []quoted // by strike, call before put
	at     map[int]int
	pairs  [][2]int // calls and puts of one strike, places in list
}

// find is the quote of a place in the caller's list.
func (c *chain) find(quote int) *quoted { return &c.list[c.at[quote]] }

// screen sorts the usable quotes into chains, by expiry, and leaves out the rest.
func (s *Surface) screen(quotes []Quote) []*chain {
	type contract struct {
		expiry date.Date
		kind   option.Kind
		strike float64
	}
	seen := map[contract]bool{}
	byExpiry := map[date.Date]*chain{}
	var chains []*chain
	for i, q := range quotes {
		key := contract{q.Expiry, q.Kind, q.Strike}
		use, reason := s.Market.read(q)
		if reason == "" && seen[key] {
			reason = Duplicate
		}
		if reason != "" {
			s.leave(i, reason)
			continue
		}
		seen[key] = true
		c := byExpiry[q.Expiry]
		if c == nil {
			c = &chain{expiry: q.Expiry, years: float64(q.Expiry-s.Market.On) / 365, at: map[int]int{}}
			byExpiry[q.Expiry] = c
			chains = append(chains, c)
		}
		use.at = i
		c.list = append(c.list, use)
	}
	sort.Slice(chains, func(i, j int) bool { return chains[i].expiry < chains[j].expiry })
	for _, c := range chains {
		c.arrange()
	}
	return chains
}

// arrange sorts the chain and finds its pairs.
func (c *chain) arrange() {
	sort.Slice(c.list, func(i, j int) bool {
		if a, b := c.list[i].strike, c.list[j].strike; a != b {
			return a < b
		}
		return c.list[i].kind == option.Call && c.list[j].kind == option.Put
	})
	for i, q := range c.list {
		c.at[q.at] = i
		if i > 0 && c.list[i-1].strike == q.strike && c.list[i-1].kind == option.Call && q.kind == option.Put {
			c.pairs = append(c.pairs, [2]int{i - 1, i})
		}
	}
}

// read takes bid and ask of a quote, or says why it is of no use.
func (m Market) read(q Quote) (quoted, Reason) {
	use := quoted{kind: q.Kind, strike: q.Strike}
	switch {
	case !(q.Strike >= smallest && q.Strike <= largest) || q.Expiry.IsNone():
		return use, BadNumber
	case q.Expiry < m.On:
		return use, PastExpiry
	case q.Expiry == m.On:
		return use, ExpiresToday
	}
	if math.IsNaN(q.Bid) && math.IsNaN(q.Ask) && m.UseLast && !math.IsNaN(q.Last) {
		use.low, use.middle, use.high, use.last = q.Last, q.Last, q.Last, true
		if !(q.Last > 0 && q.Last <= largest) {
			return use, BadNumber
		}
		return use, ""
	}
	switch {
	case math.IsNaN(q.Bid) || math.IsNaN(q.Ask):
		return use, NoQuote
	case q.Bid < 0 || q.Ask < 0 || q.Bid > largest || q.Ask > largest:
		return use, BadNumber
	case q.Bid == 0:
		return use, NoBid
	case q.Ask == 0:
		return use, NoAsk
	case q.Bid > q.Ask:
		return use, Crossed
	}
	use.low, use.middle, use.high = q.Bid, q.Bid+(q.Ask-q.Bid)/2, q.Ask
	return use, ""
}

func (s *Surface) leave(quote int, reason Reason) {
	s.LeftOut = append(s.LeftOut, LeftOut{Quote: quote, Reason: reason})
}

func (s *Surface) leaveAll(c *chain, reason Reason) {
	for _, q := range c.list {
		s.leave(q.at, reason)
	}
}
