package pricefile

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/instrument"
	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/finance/money"
)

// chain is a file of option quotes on its way into series. Columns that are not there are
// at −1: contract where the options are told by underlying, expiry, type and strike.
type chain struct {
	t                                                      *table
	day, symbol, contract, expiry, right, strike, bid, ask int

	at       map[string]int // series by OCC symbol
	quotes   [][]chainQuote
	names    []string
	spreads  []float64 // over the marks
	unquoted int       // without bid or ask, or with a bid of nothing
	crossed  int
}

type chainQuote struct {
	day      date.Date
	bid, ask float64
	line     int
}

func (q chainQuote) middle() float64 { return q.bid + (q.ask-q.bid)/2 }

func newChain(t *table) *chain {
	return &chain{t: t, day: t.column("date", "quote_date"), symbol: t.column("underlying", "underlying_symbol", "symbol"),
		contract: t.column("contractid", "contract_id", "contract", "contractsymbol", "contract_symbol", "option_symbol"),
		expiry:   t.column("expiry", "expiration", "expiration_date", "expire_date"), right: t.column("type", "right", "option_type", "put_call"),
		strike: t.column("strike", "strike_price"), bid: t.column("bid"), ask: t.column("ask"), at: map[string]int{}}
}

// quotesOptions reports whether the file is a chain of option quotes.
func (t *table) quotesOptions() bool {
	c := newChain(t)
	return c.day >= 0 && c.bid >= 0 && c.ask >= 0 && (c.contract >= 0 || c.symbol >= 0 && c.expiry >= 0 && c.right >= 0 && c.strike >= 0)
}

// readChain reads bid and ask of options. The mark of a day is the middle of both; an
// option that nobody bids for, or without an offer, has none. Series are named by OCC
// symbols, prices are per unit of the underlying.
func (f *File) readChain(t *table) ledger.Faults {
	c := newChain(t)
	var faults ledger.Faults
	f.Rows, faults = t.rows(c.quote)
	if len(faults) == 0 {
		faults = f.wantRows()
	}
	if len(faults) == 0 {
		faults = c.settle(f)
	}
	if len(faults) > 0 {
		f.Series = nil
		return faults
	}
	c.say(f)
	return nil
}

// quote reads a row.
func (c *chain) quote(r row) *ledger.Fault {
	q := chainQuote{line: r.line}
	var ok bool
	if q.day, ok = day(r.fields[c.day]); !ok {
		return badDate(c.t.header[c.day], r.fields[c.day])
	}
	symbol, fault := c.option(r)
	if fault != nil {
		return fault
	}
	for _, x := range []struct {
		column int
		to     *float64
	}{{c.bid, &q.bid}, {c.ask, &q.ask}} {
		if *x.to, ok = number(r.fields[x.column]); !ok {
			return badNumber(c.t.header[x.column], r.fields[x.column])
		}
		if *x.to < 0 {
			return c.bad(r, x.column, "is negative", "leave it empty where there is no quote")
		}
	}
	switch {
	case !(q.bid > 0) || !(q.ask > 0):
		c.unquoted++
		return nil
	case q.bid > q.ask:
		c.crossed++
		return nil
	}
	i, seen := c.at[symbol]
	if !seen {
		i = len(c.names)
		c.at[symbol], c.names, c.quotes = i, append(c.names, symbol), append(c.quotes, nil)
	}
	c.quotes[i] = append(c.quotes[i], q)
	return nil
}

func (c *chain) bad(r row, column int, problem, cure string) *ledger.Fault {
	return &ledger.Fault{Field: c.t.header[column], Value: clip(string(r.fields[column])), Problem: problem, Cure: cure}
}

func (c *chain) text(r row, column int) string {
	if column < 0 || unknown(r.fields[column]) {
		return ""
	}
	return strings.TrimSpace(string(r.fields[column]))
}

// option is the OCC symbol of a row: as it names the contract, or made of its terms.
func (c *chain) option(r row) (string, *ledger.Fault) {
	for _, column := range []int{c.contract, c.symbol} {
		if o, err := instrument.ParseOCC(c.text(r, column)); err == nil {
			return o.Symbol, nil
		}
	}
	if c.contract >= 0 && (c.symbol < 0 || c.expiry < 0 || c.right < 0 || c.strike < 0) {
		return "", c.bad(r, c.contract, "is no OCC option symbol", "write it as AAPL250815P00200000")
	}
	underlying := strings.ToUpper(c.text(r, c.symbol))
	if underlying == "" || len(underlying) > 6 || strings.ContainsAny(underlying, " \t") {
		return "", c.bad(r, c.symbol, "is no symbol that an OCC option symbol can hold", "write the ticker of the underlying, six letters at most")
	}
	expiry, ok := day(r.fields[c.expiry])
	if !ok {
		return "", badDate(c.t.header[c.expiry], r.fields[c.expiry])
	}
	right := instrument.Call
	switch kind := strings.ToLower(c.text(r, c.right)); kind {
	case "c", "call":
	case "p", "put":
		right = instrument.Put
	default:
		return "", c.bad(r, c.right, "is neither call nor put", "write call or put")
	}
	strike, err := money.Parse(c.text(r, c.strike))
	if err != nil || strike.Sign() <= 0 || !strike.Equal(strike.Round(3)) || strike.Cmp(money.Int(100_000)) >= 0 {
		return "", c.bad(r, c.strike, "is no strike that an OCC option symbol can hold", "write a price above zero and below 100,000, in thousandths at most")
	}
	return instrument.OCC(underlying, expiry, right, strike), nil
}

// settle makes the series, oldest day first. An option quoted twice on a day is a fault,
// unless both quotes are the same.
func (c *chain) settle(f *File) (faults ledger.Faults) {
	for i, list := range c.quotes {
		slices.SortStableFunc(list, func(a, b chainQuote) int { return int(a.day) - int(b.day) })
		s := Series{Symbol: c.names[i]}
		for k, q := range list {
			if k > 0 && list[k-1].day == q.day {
				if before := list[k-1]; before.bid != q.bid || before.ask != q.ask {
					faults = append(faults, &ledger.Fault{Row: q.line, Field: c.t.header[c.bid], Value: fmt.Sprint(q.bid),
						Problem: fmt.Sprintf("%s has another quote for %s on line %d", s.Symbol, q.day, before.line), Cure: "keep one row an option and day"})
				}
				continue
			}
			s.Dates, s.Close = append(s.Dates, q.day), append(s.Close, q.middle())
			c.spreads = append(c.spreads, (q.ask-q.bid)/q.middle())
		}
		f.Series = append(f.Series, s)
		if len(faults) >= maxFaults {
			break
		}
	}
	return faults
}

// say notes what the marks are and what is left out.
func (c *chain) say(f *File) {
	if n := len(c.spreads); n > 0 {
		slices.Sort(c.spreads)
		f.Notes = append(f.Notes, fmt.Sprintf("option quotes: the mark is the middle of bid and ask; the spread is %.1f %% of it in the middle, %.0f %% at most",
			100*(c.spreads[(n-1)/2]+c.spreads[n/2])/2, math.Ceil(100*c.spreads[n-1])))
	}
	if c.unquoted > 0 {
		f.Notes = append(f.Notes, fmt.Sprintf("%d quotes have no bid or no ask, and make no mark", c.unquoted))
	}
	if c.crossed > 0 {
		f.Notes = append(f.Notes, fmt.Sprintf("%d quotes have a bid above the ask, and make no mark", c.crossed))
	}
}
