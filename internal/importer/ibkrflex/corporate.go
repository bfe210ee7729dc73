package ibkrflex

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/finance/money"
)

// action is one corporate action of one account: what it took, what it gave.
type action struct {
	kind      string // IBKR's code
	legs      []*element
	out, in   []*element
	cash      money.Decimal // came in, main units
	old       string        // identifier of the security that it happened to
	oldSymbol string
	ratio     *ledger.Ratio // as described
}

var (
	leading = regexp.MustCompile(`^([A-Za-z0-9. ]+)\(([A-Z0-9]{8,12})\)`)
	nForM   = regexp.MustCompile(`([0-9]+(?:\.[0-9]+)?) FOR ([0-9]+(?:\.[0-9]+)?)`)
)

// findActions groups the legs of each corporate action.
func (s *statement) findActions() {
	s.corporate = map[*element]*action{}
	groups := map[string]*action{}
	for _, e := range s.elements {
		if e.name != "CorporateAction" || e.text("levelOfDetail") == "SUMMARY" {
			continue
		}
		// All legs have one description but for the security named at its end.
		text := e.text("description", "actionDescription")
		head := text
		if i := strings.LastIndex(text, " ("); i > 0 {
			head = text[:i]
		}
		key := strings.Join([]string{e.account(), e.text("reportDate"), e.text("actionID"), e.text("type"), head}, "|")
		a := groups[key]
		if a == nil {
			a = &action{kind: kindOf(e.text("type"), head)}
			if m := leading.FindStringSubmatch(head); m != nil {
				a.oldSymbol, a.old = strings.ReplaceAll(strings.TrimSuffix(m[1], ".OLD"), " ", ""), m[2]
			}
			if m := nForM.FindStringSubmatch(head); m != nil {
				if ratio, err := ledger.ParseRatio(m[1] + ":" + m[2]); err == nil {
					a.ratio = &ratio
				}
			}
			groups[key] = a
		}
		a.add(e)
		s.corporate[e] = a
	}
}

func (a *action) add(e *element) {
	a.legs = append(a.legs, e)
	switch q := e.quiet("quantity").OrZero(); {
	case q.Sign() > 0:
		a.in = append(a.in, e)
	case q.Sign() < 0:
		a.out = append(a.out, e)
	}
	cash := e.quiet("proceeds").OrZero()
	if before := e.fault; !cash.IsZero() {
		_, parts := e.currency("currency")
		e.fault = before
		cash = scaled(cash, parts)
	}
	a.cash = a.cash.Add(cash)
}

// kindOf is the code of the action, read from its description where there is no code.
func kindOf(code, description string) string {
	if code != "" {
		return code
	}
	for _, k := range []struct{ words, code string }{
		{"TENDERED TO", "TO"}, {"MERGED", "TC"}, {"SPINOFF", "SO"}, {" SPLIT ", "FS"}, {"STOCK DIVIDEND", "SD"}, {"CUSIP/ISIN CHANGE", "IC"},
		{"RIGHTS ISSUE", "RI"}, {"DELISTED", "DW"}, {"BOND MATURITY", "BM"}, {"FULL CALL", "BM"}, {"PROXY", "PV"},
	} {
		if strings.Contains(strings.ToUpper(description), k.words) {
			return k.code
		}
	}
	return ""
}

func (r *reader) corporateAction(e *element) outcome {
	a := e.statement.corporate[e]
	if a == nil {
		return ignored("a sum of corporate actions that are booked one by one")
	}
	out := r.act(e, a)
	if out.fault != nil || out.ignored != "" || e == a.legs[0] {
		return out
	}
	return ignored("another side of %s", a.legs[0].place())
}

// act books the action on its first leg. It gives the same answer for every leg.
func (r *reader) act(e *element, a *action) outcome {
	t := ledger.Transaction{Account: e.account(), Source: a.legs[0].source(), Note: a.legs[0].text("description", "actionDescription")}
	t.Date, t.Time = e.when("reportDate", "dateTime", "date")
	t.Currency, _ = e.currency("currency")
	if e.fault != nil {
		return outcome{}
	}
	if len(a.in)+len(a.out) == 0 && a.cash.IsZero() {
		return ignored("an announcement: nothing moved")
	}
	for _, leg := range a.legs {
		if c, _ := leg.currency("currency"); c != t.Currency && !a.cash.IsZero() {
			return a.byHand("pays in several currencies")
		}
	}
	switch a.kind {
	case "FS", "RS", "FI":
		return a.split(t)
	case "IC":
		return a.renamed(t)
	case "TC", "TO", "GV", "BM", "DW", "ED", "OR", "CC":
		return a.exchanged(t)
	case "SD":
		return a.stockDividend(t)
	case "RI", "DI", "TI":
		return a.given(t)
	case "SO":
		return a.spinOff()
	}
	return a.byHand("is of kind " + a.kind)
}

func (a *action) byHand(why string) outcome {
	return refused("type", a.kind, "the corporate action "+why+", which cannot be booked from what the file says", "book it by hand: "+a.words())
}

// words is what moved, for who books it by hand.
func (a *action) words() string {
	var words []string
	for _, leg := range a.legs {
		words = append(words, leg.text("quantity")+" "+leg.text("symbol"))
	}
	if !a.cash.IsZero() {
		words = append(words, "cash "+a.cash.String())
	}
	return strings.Join(words, ", ")
}

// symbols of what left and what came; the security itself goes by its own name also
// where IBKR marks the old shares.
func (a *action) symbolOf(e *element) string {
	if strings.HasSuffix(e.text("symbol"), ".OLD") && a.oldSymbol != "" {
		return a.oldSymbol
	}
	return e.symbol()
}

// split books the ratio: of what left and came where both are there, else as described.
func (a *action) split(t ledger.Transaction) outcome {
	t.Type = ledger.Split
	switch {
	case len(a.out) == 1 && len(a.in) == 1:
		gone, came := a.out[0].quiet("quantity").Decimal.Abs(), a.in[0].quiet("quantity").Decimal
		if a.oldSymbol == "" || a.symbolOf(a.in[0]) != a.symbolOf(a.out[0]) && a.symbolOf(a.in[0]) != a.oldSymbol {
			return a.exchanged(t)
		}
		t.Symbol = a.symbolOf(a.in[0])
		t.Ratio = &ledger.Ratio{New: came, Old: gone}
		if a.ratio != nil && gone.Mul(a.ratio.New).Equal(came.Mul(a.ratio.Old)) {
			t.Ratio = a.ratio
		}
	case len(a.legs) == 1 && a.ratio != nil:
		t.Symbol, t.Ratio = a.symbolOf(a.legs[0]), a.ratio
	default:
		return a.byHand("is a split whose ratio is not said")
	}
	if a.cash.Sign() < 0 {
		return a.byHand("is a split that costs cash")
	}
	all := []ledger.Transaction{t}
	if a.cash.Sign() > 0 {
		all = append(all, a.lieu(t))
	}
	return booked(all...)
}

// lieu is the cash for fractions of a share.
func (a *action) lieu(t ledger.Transaction) ledger.Transaction {
	cash := ledger.Transaction{Date: t.Date, Time: t.Time, Type: ledger.ReturnOfCapital, Account: t.Account, Symbol: t.Symbol, Currency: t.Currency, Amount: money.Some(a.cash), Note: "cash for fractions; " + t.Note}
	if t.Source != "" {
		cash.Source = t.Source + ":cash"
	}
	return cash
}

// renamed books a change of symbol; a change of identifier alone is none.
func (a *action) renamed(t ledger.Transaction) outcome {
	if len(a.out) == 1 && len(a.in) == 1 && a.symbolOf(a.out[0]) == a.symbolOf(a.in[0]) {
		return ignored("the identifier changes, the holding stays")
	}
	return a.exchanged(t)
}

// exchanged books what was taken for something else: for cash a sale, for shares a
// merger in the ratio of what moved.
func (a *action) exchanged(t ledger.Transaction) outcome {
	switch {
	case len(a.out) == 1 && len(a.in) == 0 && a.cash.Sign() >= 0:
		if a.cash.IsZero() && a.kind != "DW" && a.kind != "ED" {
			return a.byHand("takes securities and says not for what")
		}
		t.Type, t.Symbol = ledger.Sell, a.symbolOf(a.out[0])
		t.Quantity, t.Amount = money.Some(a.out[0].quiet("quantity").Decimal.Abs()), money.Some(a.cash)
		return booked(t)
	case len(a.in) == 1 && len(a.out) == 0 && a.cash.Sign() < 0:
		t.Type, t.Symbol = ledger.BuyToCover, a.symbolOf(a.in[0])
		t.Quantity, t.Amount = money.Some(a.in[0].quiet("quantity").Decimal), money.Some(a.cash.Neg())
		return booked(t)
	case len(a.out) == 1 && len(a.in) == 1 && a.cash.Sign() >= 0:
		if a.old != "" && a.in[0].isin() == a.old && a.out[0].isin() != a.old {
			return a.byHand("exchanges a short position")
		}
		t.Type, t.Symbol, t.ToSymbol = ledger.Merger, a.symbolOf(a.out[0]), a.symbolOf(a.in[0])
		if t.Symbol == t.ToSymbol {
			return a.byHand("exchanges a security for one of the same symbol")
		}
		ratio := ledger.Ratio{New: a.in[0].quiet("quantity").Decimal, Old: a.out[0].quiet("quantity").Decimal.Abs()}
		if a.ratio != nil && ratio.New.Mul(a.ratio.Old).Equal(ratio.Old.Mul(a.ratio.New)) {
			ratio = *a.ratio
		} else if ratio.New.Equal(ratio.Old) {
			ratio = ledger.Ratio{New: money.One, Old: money.One}
		}
		t.Ratio = &ratio
		if !a.cash.IsZero() {
			t.Amount = money.Some(a.cash)
		}
		return booked(t)
	}
	return a.byHand(fmt.Sprintf("takes %d and gives %d securities", len(a.out), len(a.in)))
}

// stockDividend books n new for m held as a split, where what came is n for m of a whole
// number of shares; else the shares are a purchase for nothing.
func (a *action) stockDividend(t ledger.Transaction) outcome {
	if len(a.in) != 1 || len(a.out) != 0 {
		return a.byHand("is a stock dividend that takes securities")
	}
	came := a.in[0].quiet("quantity").Decimal
	if r := a.ratio; r != nil && a.symbolOf(a.in[0]) == a.oldSymbol {
		if held := came.MulDiv(r.Old, r.New, money.Places); held.Mul(r.New).Equal(came.Mul(r.Old)) && held.Exponent() <= 4 {
			t.Type, t.Symbol, t.Ratio = ledger.Split, a.oldSymbol, &ledger.Ratio{New: r.New.Add(r.Old), Old: r.Old}
			return booked(t)
		}
	}
	return a.given(t)
}

// given books securities that came for nothing.
func (a *action) given(t ledger.Transaction) outcome {
	if len(a.in) != 1 || len(a.out) != 0 || !a.cash.IsZero() {
		return a.byHand(fmt.Sprintf("takes %d and gives %d securities", len(a.out), len(a.in)))
	}
	t.Type, t.Symbol = ledger.Buy, a.symbolOf(a.in[0])
	t.Quantity, t.Price, t.Amount = money.Some(a.in[0].quiet("quantity").Decimal), money.Some(money.Zero), money.Some(money.Zero)
	return booked(t)
}

// spinOff is refused: which part of the cost moves is not in the file.
func (a *action) spinOff() outcome {
	ratio := "the ratio"
	if a.ratio != nil {
		ratio = "ratio " + a.ratio.String()
	}
	return refused("type", a.kind, "the part of the cost that moves to "+a.words()+" is not in the file",
		"book a spin_off of "+a.oldSymbol+" by hand with "+ratio+" and the cost_fraction that the company publishes")
}
