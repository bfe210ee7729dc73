package polygon

import (
	"slices"
	"strings"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/finance/money"
	"github.com/foliosight/foliosight/internal/marketdata"
)

// event is a row of dividends or of splits, in the older form and in the newer.
type event struct {
	ticker, currency, kind      string
	ex, pay, record, declared   string
	executed                    string
	amount, from, to            money.Optional
	amountText, fromTxt, toText string
}

func (v *event) next(s *scanner) {
	*v = event{}
	s.object(func(key []byte) {
		switch string(key) {
		case "ticker":
			v.ticker = words(s)
		case "currency":
			v.currency = words(s)
		case "dividend_type", "distribution_type":
			v.kind = words(s)
		case "ex_dividend_date":
			v.ex = words(s)
		case "pay_date":
			v.pay = words(s)
		case "record_date":
			v.record = words(s)
		case "declaration_date":
			v.declared = words(s)
		case "execution_date":
			v.executed = words(s)
		case "cash_amount":
			v.amount, v.amountText = exact(s)
		case "split_from":
			v.from, v.fromTxt = exact(s)
		case "split_to":
			v.to, v.toText = exact(s)
		default:
			s.Skip()
		}
	})
}

// exact reads a number from its text, exponents included; not known for null and for
// more digits than are kept.
func exact(s *scanner) (money.Optional, string) {
	text := s.literal()
	if text == nil {
		return money.Optional{}, "nothing"
	}
	d, err := money.ParseBytes(text)
	if err != nil || d.CheckBounds() != nil {
		return money.Optional{}, string(text[:min(len(text), 40)])
	}
	return money.Some(d), string(text)
}

// distributions are the source's types of dividends (older: CD, SC, LT, ST; newer:
// words) and ours. A type that it calls unknown, or that is none of these, stays as it is.
var distributions = map[string]string{
	"CD": "regular", "SC": "special", "LT": "long-term capital gain", "ST": "short-term capital gain",
	"recurring": "regular", "unknown": "",
}

// readDividends reads cash dividends, as paid: the source does not divide them by later
// splits.
func readDividends(body []byte, r marketdata.Request) (*scanner, envelope, answer) {
	var (
		v event
		a answer
		l left
	)
	s, e := whole(body, "results", func(s *scanner) {
		v.next(s)
		a.rows++
		d := marketdata.Dividend{
			Symbol: v.ticker, ExDate: dayOf(v.ex), PayDate: dayOf(v.pay), Record: dayOf(v.record), Declared: dayOf(v.declared),
			Amount: v.amount.Decimal, Basis: marketdata.AsTraded, Type: v.kind,
		}
		if ours, ok := distributions[v.kind]; ok {
			d.Type = ours
		}
		d.Currency, _ = money.ParseCurrency(v.currency)
		switch {
		case !ofSymbol(r, v.ticker, &d.Symbol):
			l.out("row %d: it is of %q, which was not asked", a.rows, v.ticker)
			a.others++
		case d.ExDate == 0:
			l.out("row %d, ex_dividend_date: %q is not a day", a.rows, v.ex)
		case outside(r, d.ExDate):
			l.out("row %d: %s was not asked", a.rows, d.ExDate)
		case !v.amount.Known || d.Amount.Sign() <= 0:
			l.out("row %d, cash_amount: %s is not an amount paid", a.rows, v.amountText)
		case slices.ContainsFunc(a.d.Dividends, func(o marketdata.Dividend) bool { return sameDividend(o, d) }):
			l.out("row %d: the dividend of %s on %s is there already", a.rows, d.Symbol, d.ExDate)
		default:
			a.d.Dividends = append(a.d.Dividends, d)
		}
	})
	slices.SortStableFunc(a.d.Dividends, func(x, y marketdata.Dividend) int {
		if x.ExDate != y.ExDate {
			return int(x.ExDate) - int(y.ExDate)
		}
		return strings.Compare(x.Symbol, y.Symbol)
	})
	a.d.Left = l.all()
	return s, e, a
}

// sameDividend knows the source's double entries: two rows that agree in everything but
// their number.
func sameDividend(a, b marketdata.Dividend) bool {
	return a.ExDate == b.ExDate && a.Symbol == b.Symbol && a.PayDate == b.PayDate && a.Record == b.Record &&
		a.Type == b.Type && a.Currency == b.Currency && a.Amount.Equal(b.Amount)
}

// readSplits reads splits, stock dividends among them: split_to pieces for split_from.
func readSplits(body []byte, r marketdata.Request) (*scanner, envelope, answer) {
	var (
		v event
		a answer
		l left
	)
	s, e := whole(body, "results", func(s *scanner) {
		v.next(s)
		a.rows++
		p := marketdata.Split{Symbol: v.ticker, Date: dayOf(v.executed), Ratio: ledger.Ratio{New: v.to.Decimal, Old: v.from.Decimal}}
		switch {
		case !ofSymbol(r, v.ticker, &p.Symbol):
			l.out("row %d: it is of %q, which was not asked", a.rows, v.ticker)
			a.others++
		case p.Date == 0:
			l.out("row %d, execution_date: %q is not a day", a.rows, v.executed)
		case outside(r, p.Date):
			l.out("row %d: %s was not asked", a.rows, p.Date)
		case !v.to.Known || !v.from.Known || p.Ratio.New.Sign() <= 0 || p.Ratio.Old.Sign() <= 0:
			l.out("row %d: %s pieces for %s is not a split", a.rows, v.toText, v.fromTxt)
		case p.Ratio.New.Equal(p.Ratio.Old):
			l.out("row %d: %s pieces for %s changes nothing", a.rows, v.toText, v.fromTxt)
		case slices.ContainsFunc(a.d.Splits, func(o marketdata.Split) bool {
			return o.Date == p.Date && o.Symbol == p.Symbol && o.Ratio.New.Mul(p.Ratio.Old).Equal(p.Ratio.New.Mul(o.Ratio.Old))
		}):
			l.out("row %d: the split of %s on %s is there already", a.rows, p.Symbol, p.Date)
		default:
			a.d.Splits = append(a.d.Splits, p)
		}
	})
	slices.SortStableFunc(a.d.Splits, func(x, y marketdata.Split) int {
		if x.Date != y.Date {
			return int(x.Date) - int(y.Date)
		}
		return strings.Compare(x.Symbol, y.Symbol)
	})
	a.d.Left = l.all()
	return s, e, a
}

// ofSymbol reports whether a row of theirs is one that was asked, and puts our symbol in
// its place. A request without a symbol is for the whole market.
func ofSymbol(r marketdata.Request, theirs string, symbol *string) bool {
	if r.Instrument.Symbol == "" {
		return theirs != ""
	}
	asked, err := ticker(r.Instrument)
	*symbol = r.Instrument.Symbol
	return err == nil && asked == theirs
}

func outside(r marketdata.Request, d date.Date) bool {
	return r.From != 0 && d < r.From || r.To != 0 && d > r.To
}
