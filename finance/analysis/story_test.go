package analysis_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/foliosight/foliosight/finance/analysis"
	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/instrument"
	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/finance/market"
	"github.com/foliosight/foliosight/finance/money"
	"github.com/foliosight/foliosight/finance/portfolio"
	"github.com/foliosight/foliosight/finance/quality"
)

// story is a small portfolio told in text: what happened, what the market did, and
// through which questions it is looked at.
type story struct {
	base         money.Currency
	policy       ledger.Policy
	transactions []ledger.Transaction
	instruments  map[string]instrument.Instrument
	panel        *market.Panel
	actions      map[string]*market.Actions
	from, to     date.Date
	benchmark    string
	nodes        []portfolio.Node
	show         string
	doubts       map[string][]quality.Finding // by symbol, pair or rate
	scores       map[string]quality.Score
}

// readStory reads the sections of a story:
//
//	-- policy --   method FIFO, on_oversold short
//	-- ledger --   2024-01-02 buy 10 ACME @ 100.00 EUR fee 10 in Depot
//	-- prices --   ACME EUR equity x 1: 2024-01-02 100, 2024-02-01 110
//	               EUR/USD: 2024-01-02 1.10
//	               split ACME 2024-03-01 4:1
//	-- doubts --   held ACME 2024-01-03 yahoo a spike of 41 %
//	               doubtful EUR/USD 2024-01-03 ecb the bar is not one
//	               score ACME 2024-01-01 to 2024-12-31: 252 sessions, 40 missing
//	-- look --     base EUR; from 2024-01-01 to 2024-12-31; benchmark IDX; account Depot; holding ACME; show class
func readStory(t *testing.T, text string) *story {
	t.Helper()
	s := &story{doubts: map[string][]quality.Finding{}, scores: map[string]quality.Score{}, base: "EUR", instruments: map[string]instrument.Instrument{}, panel: market.NewPanel(), actions: map[string]*market.Actions{}, from: date.None, to: date.None}
	section := ""
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if name, ok := strings.CutPrefix(line, "-- "); ok {
			section = strings.TrimSuffix(name, " --")
			continue
		}
		if line == "" {
			continue
		}
		switch section {
		case "policy":
			key, value, _ := strings.Cut(line, " ")
			switch key {
			case "method":
				s.policy.Method = ledger.Method(value)
			case "on_oversold":
				s.policy.OnOversold = ledger.Oversold(value)
			}
		case "ledger":
			s.transactions = append(s.transactions, readBooking(t, line))
		case "prices":
			s.readPrices(t, line)
		case "doubts":
			s.readDoubt(t, line)
		case "look":
			s.readLook(t, line)
		}
	}
	for symbol, a := range s.actions {
		s.panel.SetActions(symbol, a)
	}
	return s
}

func (s *story) readPrices(t *testing.T, line string) {
	t.Helper()
	if words := strings.Fields(line); words[0] == "split" {
		r, err := ledger.ParseRatio(words[3])
		if err != nil {
			t.Fatal(err)
		}
		s.actionsOf(words[1]).Splits = append(s.actionsOf(words[1]).Splits, market.SplitEvent{Date: date.MustParse(words[2]), Ratio: r})
		return
	} else if words[0] == "dividend" {
		s.actionsOf(words[1]).Dividends = append(s.actionsOf(words[1]).Dividends, market.DividendEvent{ExDate: date.MustParse(words[2]), Amount: money.MustParse(words[3]), Currency: money.Currency(words[4])})
		return
	}
	head, list, ok := strings.Cut(line, ":")
	if !ok {
		t.Fatalf("%q has no colon", line)
	}
	var points []ledger.Point
	for part := range strings.SplitSeq(list, ",") {
		if day, value, ok := strings.Cut(strings.TrimSpace(part), " "); ok {
			points = append(points, ledger.Point{Date: date.MustParse(day), Value: money.MustParse(strings.TrimSpace(value))})
		}
	}
	words := strings.Fields(head)
	if pair, err := market.ParsePair(words[0]); err == nil && strings.Contains(words[0], "/") {
		s.panel.SetFX(pair, market.FromPoints(points, "story"))
		return
	}
	i := instrument.Instrument{Symbol: words[0], Currency: s.base}
	if o, err := instrument.ParseOCC(words[0]); err == nil {
		i = o
		i.Symbol, i.Currency = words[0], s.base
	}
	for k := 1; k < len(words); k++ {
		switch w := words[k]; {
		case w == "x":
			i.Multiplier = money.Some(money.MustParse(words[k+1]))
			k++
		case w == strings.ToUpper(w):
			i.Currency = money.Currency(w)
		default:
			i.Class = instrument.Class(w)
		}
	}
	s.instruments[i.Symbol] = i
	s.panel.SetInstrument(i)
	if len(points) > 0 {
		s.panel.SetPrices(i.Symbol, market.FromPoints(points, "story"))
	}
}

func (s *story) readDoubt(t *testing.T, line string) {
	t.Helper()
	words := strings.Fields(line)
	switch words[0] {
	case "held", "doubtful":
		day := date.MustParse(words[2])
		f := quality.Finding{Kind: quality.Spike, Severity: quality.Suspect, From: day, To: day, Source: words[3], Reason: strings.Join(words[4:], " ")}
		if words[0] == "doubtful" {
			f.Severity = quality.Doubtful
		}
		s.doubts[words[1]] = append(s.doubts[words[1]], f)
	case "score":
		c := quality.Score{From: date.MustParse(words[2]), To: date.MustParse(strings.TrimSuffix(words[4], ":"))}
		if _, err := fmt.Sscanf(strings.Join(words[5:], " "), "%d sessions, %d missing", &c.Sessions, &c.Missing); err != nil {
			t.Fatal(err)
		}
		c.Points = 100 * float64(c.Sessions-c.Missing) / float64(c.Sessions)
		s.scores[words[1]] = c
	default:
		t.Fatalf("doubts %q", line)
	}
}

// against is what speaks against the data, as the analysis is given it.
func (s *story) against() (d analysis.Doubts) {
	d = analysis.Doubts{Prices: map[string]*analysis.Doubt{}, FX: map[market.Pair]*analysis.Doubt{}, Rates: map[string]*analysis.Doubt{}}
	of := func(name string) *analysis.Doubt {
		if pair, err := market.ParsePair(name); err == nil && strings.Contains(name, "/") {
			if d.FX[pair] == nil {
				d.FX[pair] = &analysis.Doubt{}
			}
			return d.FX[pair]
		}
		if d.Prices[name] == nil {
			d.Prices[name] = &analysis.Doubt{}
		}
		return d.Prices[name]
	}
	for name, found := range s.doubts {
		of(name).Quarantine = quality.Hold(found, nil)
	}
	for name, c := range s.scores {
		of(name).Score = &c
	}
	return d
}

func (s *story) actionsOf(symbol string) *market.Actions {
	if s.actions[symbol] == nil {
		s.actions[symbol] = &market.Actions{}
	}
	return s.actions[symbol]
}

func (s *story) readLook(t *testing.T, line string) {
	t.Helper()
	words := strings.Fields(line)
	switch words[0] {
	case "base":
		s.base = money.Currency(words[1])
	case "from":
		s.from, s.to = date.MustParse(words[1]), date.MustParse(words[3])
	case "benchmark":
		s.benchmark = words[1]
	case "account":
		s.nodes = append(s.nodes, portfolio.Node{Accounts: words[1:]})
	case "holding":
		s.nodes = append(s.nodes, portfolio.Node{Symbols: words[1:]})
	case "show":
		s.show = words[1]
	default:
		t.Fatalf("look %q", line)
	}
}

// readBooking reads a line of a ledger. Cash bookings name amount and currency, others
// quantity and symbol; then: @ price currency, for amount currency, fee, tax, in account,
// paid account (its cash), to account, into symbol, ratio, fraction, recorded currency
// amount rate, arriving amount currency.
func readBooking(t *testing.T, line string) ledger.Transaction {
	t.Helper()
	words := strings.Fields(line)
	next := func() string {
		if len(words) == 0 {
			t.Fatalf("%q ends too soon", line)
		}
		w := words[0]
		words = words[1:]
		return w
	}
	dec := func() money.Optional { return money.Some(money.MustParse(next())) }
	b := ledger.Transaction{Date: date.MustParse(next()), Type: ledger.Type(next()), Currency: "EUR"}
	if f := ledger.Readable(&b); f != nil {
		t.Fatal(f)
	}
	if q, err := money.Parse(words[0]); err == nil {
		next()
		what := next()
		if _, err := money.ParseCurrency(what); err == nil && b.Effect().Position == ledger.Untouched || b.Type == ledger.InternalMove && len(what) == 3 {
			b.Amount, b.Currency = money.Some(q), money.Currency(what)
		} else {
			b.Quantity, b.Symbol = money.Some(q), what
		}
	} else {
		b.Symbol = next()
	}
	for len(words) > 0 {
		switch w := next(); w {
		case "@":
			b.Price, b.Currency = dec(), money.Currency(next())
		case "for":
			b.Amount, b.Currency = dec(), money.Currency(next())
		case "of":
			b.Symbol = next()
		case "fee":
			b.Fees = dec()
		case "tax":
			b.Taxes = dec()
		case "in":
			b.Account = next()
		case "paid":
			b.CashAccount = next()
		case "to":
			b.ToAccount = next()
		case "into":
			b.ToSymbol = next()
		case "fraction":
			b.CostFraction = dec()
		case "arriving":
			b.ToAmount, b.ToCurrency = dec(), money.Currency(next())
		case "recorded":
			b.GrossForeign = &ledger.Foreign{Currency: money.Currency(next()), Amount: dec().Decimal, Rate: dec().Decimal}
		case "ratio":
			r, err := ledger.ParseRatio(next())
			if err != nil {
				t.Fatal(err)
			}
			b.Ratio = &r
		default:
			t.Fatalf("%q: word %q", line, w)
		}
	}
	return b
}

// known is what the story says of a symbol.
func (s *story) known(symbol string) instrument.Instrument {
	if i, ok := s.instruments[symbol]; ok {
		return i
	}
	if o, err := instrument.ParseOCC(symbol); err == nil {
		o.Symbol, o.Currency = symbol, s.base
		return o
	}
	return instrument.Instrument{Symbol: symbol, Currency: s.base}
}
