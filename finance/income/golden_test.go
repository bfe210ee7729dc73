package income_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/income"
	"github.com/foliosight/foliosight/finance/instrument"
	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/finance/market"
	"github.com/foliosight/foliosight/finance/money"
	"github.com/foliosight/foliosight/finance/portfolio"
	"github.com/foliosight/foliosight/internal/golden"
)

// TestGolden tells each story in testdata again: a sentence, the ledger and the dividends
// known, then who is entitled to what, what of it is not booked, and what is expected.
func TestGolden(t *testing.T) {
	golden.Stories(t, "testdata/*.txt", "-- entitled --", func(t *testing.T, told string) string { return tell(t, read(t, told)) })
}

type story struct {
	bookings []ledger.Transaction
	actions  map[string]*market.Actions
	asOf     date.Date
}

func read(t *testing.T, text string) *story {
	s := &story{actions: map[string]*market.Actions{}}
	section := ""
	for _, line := range strings.Split(strings.TrimSpace(text), "\n")[1:] {
		if strings.HasPrefix(line, "-- ") {
			section = strings.Trim(line, "- ")
			if day, ok := strings.CutPrefix(section, "as of "); ok {
				s.asOf = date.MustParse(day)
			}
			continue
		}
		f := strings.Fields(line)
		switch {
		case section == "ledger":
			s.bookings = append(s.bookings, booking(t, len(s.bookings), f))
		case section == "actions" && f[1] == "split":
			r, err := ledger.ParseRatio(f[2])
			if err != nil {
				t.Fatal(err)
			}
			s.of(f[0]).Splits = append(s.of(f[0]).Splits, market.SplitEvent{Ratio: r, Date: date.MustParse(f[3])})
		case section == "actions": // ACME 0.50 EUR ex 2024-03-01 pay 2024-03-15
			d := market.DividendEvent{Amount: money.MustParse(f[1]), Currency: money.Currency(f[2]), ExDate: date.MustParse(f[4]), PayDate: date.None}
			if len(f) > 6 {
				d.PayDate = date.MustParse(f[6])
			}
			s.of(f[0]).Dividends = append(s.of(f[0]).Dividends, d)
		default:
			t.Fatalf("line %q in section %q", line, section)
		}
	}
	return s
}

func (s *story) of(symbol string) *market.Actions {
	if s.actions[symbol] == nil {
		s.actions[symbol] = &market.Actions{}
	}
	return s.actions[symbol]
}

// booking reads "2024-01-02 buy 10 ACME @ 50 EUR in depot" and "2024-03-15 dividend ACME
// 4.25 EUR tax 0.75 in depot".
func booking(t *testing.T, i int, f []string) ledger.Transaction {
	x := ledger.Transaction{ID: fmt.Sprint("b", i+1), Date: date.MustParse(f[0]), Type: ledger.Type(f[1]), Account: "depot"}
	rest := f[2:]
	if x.Type == ledger.Dividend {
		x.Symbol, x.Amount, x.Currency, rest = rest[0], money.Some(money.MustParse(rest[1])), money.Currency(rest[2]), rest[3:]
	} else {
		x.Quantity, x.Symbol, rest = money.Some(money.MustParse(rest[0])), rest[1], rest[2:]
	}
	for len(rest) > 1 {
		switch rest[0] {
		case "@":
			x.Price, x.Currency = money.Some(money.MustParse(rest[1])), money.Currency(rest[2])
			rest = rest[1:]
		case "tax":
			x.Taxes = money.Some(money.MustParse(rest[1]))
		case "in":
			x.Account = rest[1]
		case "to":
			x.ToAccount = rest[1]
		default:
			t.Fatalf("word %q", rest[0])
		}
		rest = rest[2:]
	}
	return x
}

func (s *story) book(t *testing.T) *portfolio.Book {
	t.Helper()
	b, err := portfolio.Fold(portfolio.Input{Base: "EUR", Transactions: s.bookings, Through: date.None,
		Instrument: func(symbol string) instrument.Instrument {
			return instrument.Instrument{Symbol: symbol, Currency: "EUR"}
		},
		Actions: func(symbol string) *market.Actions { return s.actions[symbol] }})
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func tell(t *testing.T, s *story) string {
	b := s.book(t)
	var out strings.Builder
	due := income.Entitled(b, func(symbol string) *market.Actions { return s.actions[symbol] }, date.None, s.asOf)
	list(&out, due)
	out.WriteString("-- not booked --\n")
	left := income.Unbooked(due, b)
	list(&out, left)
	for _, d := range left {
		if w := income.Withholding(b, d.Account, d.Symbol, d.Gross, 2); w.Known {
			fmt.Fprintf(&out, "  of %s in %s on %s, %s is kept back\n", d.Symbol, d.Account, d.ExDate, w.Decimal)
		}
		if income.Reinvests(b, d.Account, d.Symbol) {
			fmt.Fprintf(&out, "  %s in %s is reinvested\n", d.Symbol, d.Account)
		}
	}
	out.WriteString("-- expected a share --\n")
	for _, symbol := range b.Symbols {
		p := income.Project(symbol, s.actions[symbol], s.asOf, s.asOf.AddYears(1), false)
		fmt.Fprintf(&out, "%s %s", symbol, p.Payer)
		if p.Reason != "" {
			fmt.Fprintf(&out, ": %s", p.Reason)
		}
		if g, ok := income.Growth(s.of(symbol), s.asOf); ok {
			fmt.Fprintf(&out, ", %+.2f %% on the year before", 100*g)
		}
		fmt.Fprintln(&out)
		for _, e := range p.Payments {
			fmt.Fprintf(&out, "  %s %s %s, ex %s, %s", e.Date, e.PerShare, e.Currency, e.ExDate, e.Basis)
			if e.Special {
				out.WriteString(", special")
			}
			if !e.Like.IsNone() {
				fmt.Fprintf(&out, " like that of %s", e.Like)
			}
			fmt.Fprintln(&out)
		}
	}
	return out.String()
}

func list(out *strings.Builder, due []income.Due) {
	for _, d := range due {
		fmt.Fprintf(out, "%s %s in %s: %s at %s = %s %s", d.ExDate, d.Symbol, d.Account, d.Quantity, d.PerShare, d.Gross, d.Currency)
		if !d.PayDate.IsNone() {
			fmt.Fprintf(out, ", paid %s", d.PayDate)
		}
		if d.Special {
			out.WriteString(", special")
		}
		fmt.Fprintln(out)
	}
}
