package service

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/finance/money"
	"github.com/foliosight/foliosight/internal/golden"
	"github.com/foliosight/foliosight/internal/store"
)

// TestGoldenIncome tells the stories in testdata/income again: a sentence, the dividends
// and prices that are known, and what is done on 2026-06-01; each line is followed by what
// came of it, and at the end stands the ledger.
func TestGoldenIncome(t *testing.T) {
	golden.Files(t, "testdata/income/*.txt", func(t *testing.T, text string) string {
		var out strings.Builder
		w := newWorld(t)
		section := ""
		for i, line := range strings.Split(strings.TrimSpace(text), "\n") {
			switch {
			case strings.HasPrefix(line, "   ") || section == "ledger":
				continue // a result
			case strings.HasPrefix(line, "-- "):
				section = strings.Trim(line, "- ")
				fmt.Fprintln(&out, line)
			case i == 0:
				fmt.Fprintln(&out, line)
			case section == "market":
				fmt.Fprintln(&out, line)
				w.market(line)
			default:
				fmt.Fprintln(&out, line)
				fmt.Fprint(&out, w.act(line))
			}
		}
		if section != "ledger" {
			fmt.Fprintln(&out, "-- ledger --")
		}
		fmt.Fprint(&out, w.told())
		return out.String()
	})
}

// market reads "ACME 0.50 EUR ex 2026-03-02 pay 2026-03-16" and "ACME costs 100 EUR on
// 2026-03-16".
func (w *world) market(line string) {
	w.t.Helper()
	f := strings.Fields(line)
	b := store.Batch{Own: true, Source: "file"}
	if f[1] == "costs" {
		b.Series = []store.Series{{Kind: store.Prices, Symbol: f[0], Currency: money.Currency(f[3]), Dates: []date.Date{date.MustParse(f[5])}, Close: []float64{money.MustParse(f[2]).Float64()}}}
	} else {
		a := store.Action{Kind: store.DividendAction, Symbol: f[0], Amount: money.Some(money.MustParse(f[1])), Currency: money.Currency(f[2]), Date: date.MustParse(f[4]), PayDate: date.None}
		if len(f) > 6 {
			a.PayDate = date.MustParse(f[6])
		}
		b.Actions = []store.Action{a}
	}
	w.must(w.store.As(ctx, w.owner.Identity, func(ctx context.Context, tx store.Tx) error {
		_, err := tx.WriteMarket(ctx, b)
		return err
	}))
}

func (w *world) look() IncomeFound {
	w.t.Helper()
	found, err := w.s.ProposeIncome(ctx, Work{Tenant: w.owner.Tenant, User: w.owner.User, Portfolio: w.portfolio})
	w.must(err)
	return found
}

// proposal is the one of a symbol and ex-date, in the account "depot" or the one after
// "in".
func (w *world) proposal(symbol, ex, account string) store.Proposal {
	w.t.Helper()
	page, err := w.s.Proposals(ctx, w.owner, store.ProposalFilter{Portfolio: w.portfolio, Symbol: symbol})
	w.must(err)
	for _, p := range page.Proposals {
		if p.ExDate == date.MustParse(ex) && p.Account == account {
			return p
		}
	}
	w.t.Fatalf("no proposal of %s on %s in %s among %d", symbol, ex, account, len(page.Proposals))
	return store.Proposal{}
}

// act does what a line says and tells what came of it.
func (w *world) act(line string) string {
	w.t.Helper()
	f := strings.Fields(line)
	switch f[0] {
	case "look":
		return "   " + w.look().String() + "\n" + w.open()
	case "confirm":
		terms := IncomeTerms{}
		for i := 3; i < len(f); i++ {
			value := func() money.Optional { i++; return money.Some(money.MustParse(f[i])) }
			switch f[i] {
			case "on":
				i++
				terms.Date = date.MustParse(f[i])
			case "gross":
				terms.Gross = value()
			case "tax":
				terms.Withholding = value()
			case "reinvest":
				terms.Reinvest = &Reinvest{}
			case "at":
				terms.Reinvest.Price = value()
			default:
				w.t.Fatalf("word %q in %q", f[i], line)
			}
		}
		done, err := w.s.ConfirmIncome(ctx, w.owner, w.portfolio, w.proposal(f[1], f[2], "depot").ID, terms)
		if err != nil {
			return refusedAs(err)
		}
		what := "booked"
		if done.Repeated {
			what = "nothing is booked: that was done"
		}
		return fmt.Sprintf("   %s, version %d, %d rows, %s\n", what, done.Version.Version, len(done.IDs), done.Proposal.Status)
	case "reject":
		p, err := w.s.RejectIncome(ctx, w.owner, w.portfolio, w.proposal(f[1], f[2], "depot").ID, strings.Join(f[4:], " "))
		if err != nil {
			return refusedAs(err)
		}
		return fmt.Sprintf("   %s: %s\n", p.Status, p.Note)
	case "reopen":
		p, err := w.s.ReopenIncome(ctx, w.owner, w.portfolio, w.proposal(f[1], f[2], "depot").ID)
		if err != nil {
			return refusedAs(err)
		}
		return fmt.Sprintf("   %s\n", p.Status)
	case "delete":
		page, err := w.s.Transactions(ctx, w.owner, w.portfolio, store.Filter{Types: []ledger.Type{ledger.Dividend}, Symbols: []string{f[1]}})
		w.must(err)
		_, err = w.s.Delete(ctx, w.owner, w.portfolio, store.AnyVersion, []string{page.Rows[0].ID})
		w.must(err)
		return ""
	case "close":
		_, err := w.s.CloseBooks(ctx, w.owner, w.portfolio, date.MustParse(f[1]), "")
		w.must(err)
		return ""
	}
	if len(f) >= 5 && f[1] == "dividend" { // 2026-03-16 dividend ACME 5 tax 1
		x := ledger.Transaction{Date: date.MustParse(f[0]), Type: ledger.Dividend, Account: "depot", Currency: "EUR", Symbol: f[2], Amount: money.Some(money.MustParse(f[3]))}
		if len(f) > 5 {
			x.Taxes = money.Some(money.MustParse(f[5]))
		}
		_, err := w.s.Book(ctx, w.owner, w.portfolio, store.AnyVersion, []ledger.Transaction{x})
		w.must(err)
		return ""
	}
	w.book(line)
	return ""
}

func refusedAs(err error) string {
	for _, known := range []error{ErrStale, ErrBooked, ErrClosed, ErrNotFound, ErrForbidden} {
		if errors.Is(err, known) {
			return "   refused: " + known.Error() + "\n"
		}
	}
	var faults ledger.Faults
	var one *ledger.Fault
	if errors.As(err, &faults) && len(faults) > 0 {
		one = faults[0]
	} else if !errors.As(err, &one) {
		return "   ERROR " + err.Error() + "\n"
	}
	return fmt.Sprintf("   refused, %s: %s; %s\n", one.Field, one.Problem, one.Cure)
}

// open lists the proposals that are open.
func (w *world) open() string {
	w.t.Helper()
	page, err := w.s.Proposals(ctx, w.owner, store.ProposalFilter{Portfolio: w.portfolio, Statuses: []store.ProposalStatus{store.ProposalOpen}})
	w.must(err)
	var out strings.Builder
	for _, p := range page.Proposals {
		tax := "what is kept back is not known"
		if p.Withholding.Known {
			tax = p.Withholding.Decimal.String() + " kept back"
		}
		fmt.Fprintf(&out, "   %s %s in %s: %s × %s = %s %s, %s, %s, paid %s\n", p.ExDate, p.Symbol, p.Account, p.Quantity, p.Amount, p.Gross, p.Currency, tax, p.Kind, cmp.Or(p.PayDate.String(), "?"))
	}
	return out.String()
}

// told is the ledger, the oldest first.
func (w *world) told() string {
	w.t.Helper()
	page, err := w.s.Transactions(ctx, w.owner, w.portfolio, store.Filter{Oldest: true})
	w.must(err)
	var out strings.Builder
	for _, r := range page.Rows {
		fmt.Fprintf(&out, "%s %s", r.Date, r.Type)
		if r.Quantity.Known {
			fmt.Fprintf(&out, " %s", r.Quantity.Decimal)
		}
		fmt.Fprintf(&out, " %s", r.Symbol)
		if r.Price.Known {
			fmt.Fprintf(&out, " @ %s", r.Price.Decimal)
		}
		if r.Amount.Known {
			fmt.Fprintf(&out, " for %s %s", r.Amount.Decimal, r.Currency)
		}
		if r.Taxes.Known {
			fmt.Fprintf(&out, ", tax %s", r.Taxes.Decimal)
		}
		if r.Note != "" {
			fmt.Fprintf(&out, " (%s)", r.Note)
		}
		fmt.Fprintln(&out)
	}
	return out.String()
}
