package service

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/finance/money"
	"github.com/foliosight/foliosight/internal/store"
)

// IncomeTerms are what is booked of a proposal where it is not what was proposed. The zero
// value books it as proposed.
type IncomeTerms struct {
	Date        date.Date      // when the money came; zero: the pay date, else the ex-date
	Gross       money.Optional // before tax and fees; negative: paid by a short position
	Withholding money.Optional // tax kept back
	Fees        money.Optional
	Currency    money.Currency // of all three
	CashAccount string         // where the money came, where that is another account
	Note        string
	Reinvest    *Reinvest // buys for what came; nil: it stays cash
}

// Reinvest says at what a dividend was reinvested.
type Reinvest struct {
	Price    money.Optional // of a share, in the currency of the dividend; else the close of the day
	Quantity money.Optional // bought; else what is left of the dividend divided by the price
}

// edited reports whether anything but the reinvestment differs from the proposal.
func (t *IncomeTerms) edited() bool {
	return !unset(t.Date) || t.Gross.Known || t.Withholding.Known || t.Fees.Known || t.Currency != "" || t.CashAccount != "" || t.Note != ""
}

// ConfirmedIncome is a proposal with the booking that was made of it.
type ConfirmedIncome struct {
	Proposal store.Proposal
	Booked        // as when it was confirmed first
	Repeated bool // it had been confirmed before: nothing was booked now
}

// ConfirmIncome books a proposal, with other terms where they are given. It is booked
// once: confirming it again, at the same time or later and whatever the terms, books
// nothing and answers with the booking that was made. One that was rejected is ErrStale,
// one that was booked by hand meanwhile ErrBooked, and a day in a closed period
// ErrClosed.
func (s *Service) ConfirmIncome(ctx context.Context, c Caller, portfolio, id string, terms IncomeTerms) (out ConfirmedIncome, err error) {
	if utf8.RuneCountInString(terms.Note) > longestWhy {
		return out, fault("note", "", "it is too long", fmt.Sprintf("say it in %d letters", longestWhy))
	}
	err = s.as(ctx, c.about(portfolio), func(ctx context.Context, tx store.Tx) error {
		if _, err := proposalOf(ctx, tx, portfolio, id); err != nil {
			return err
		}
		if err := tx.Hold(ctx, portfolio); err != nil {
			return err
		}
		p, err := proposalOf(ctx, tx, portfolio, id)
		if err != nil {
			return err
		}
		switch p.Status {
		case store.ProposalRejected:
			return fmt.Errorf("proposal of %s on %s was rejected: %w", p.Symbol, p.ExDate, ErrStale)
		case store.ProposalConfirmed, store.ProposalEdited:
			out, err = confirmedBefore(ctx, tx, p)
			return err
		}
		out, err = s.confirm(ctx, tx, p, terms)
		return err
	})
	if err == nil && !out.Repeated {
		s.follow(ctx, c, portfolio)
	}
	return out, err
}

// confirm makes the booking of an open proposal.
func (s *Service) confirm(ctx context.Context, tx store.Tx, p store.Proposal, terms IncomeTerms) (out ConfirmedIncome, err error) {
	target, err := tx.Portfolio(ctx, p.Portfolio)
	if err != nil {
		return out, err
	}
	if err := s.stillDue(ctx, tx, target, p); err != nil {
		return out, err
	}
	given, err := s.bookingsOf(ctx, tx, target, p, terms)
	if err != nil {
		return out, err
	}
	d, err := s.openDraft(ctx, tx, target)
	if err != nil {
		return out, err
	}
	added := d.prepare(given)
	if err := d.validate(added, s.today()); err != nil {
		return out, incomeFaults(err, p)
	}
	d.add(added...)
	if err := d.try(added, nil); err != nil {
		return out, err
	}
	if err := s.moreBookings(ctx, tx, len(d.kept), len(added)); err != nil {
		return out, err
	}
	first := false
	if out.Proposal, first, err = tx.ConfirmProposal(ctx, p.ID, added[0].ID, terms.edited()); err != nil {
		return out, err
	}
	if !first {
		return confirmedBefore(ctx, tx, out.Proposal)
	}
	change := store.Change{Kind: store.Booked, Reason: fmt.Sprintf("income of %s, ex %s", p.Symbol, p.ExDate), Enter: entriesOf(added)}
	if out.Booked, err = commit(ctx, tx, d, change); err != nil {
		return out, err
	}
	return out, s.checkSoon(ctx, tx, p.Portfolio)
}

// incomeFaults says of a day that has not come that the money has not either.
func incomeFaults(err error, p store.Proposal) error {
	var faults ledger.Faults
	if errors.As(err, &faults) {
		for _, f := range faults {
			if f.Field == "date" {
				f.Cure = fmt.Sprintf("it is paid on %s: confirm it then, or give the day on which the money came", PaidOn(p))
			}
		}
	}
	return err
}

// stillDue refuses a proposal that was booked by hand since it was made, or whose holder
// turned out not to be entitled.
func (s *Service) stillDue(ctx context.Context, tx store.Tx, target store.Portfolio, p store.Proposal) error {
	due, err := s.incomeDue(ctx, tx, target)
	if err != nil {
		return err
	}
	for _, d := range due {
		if samePosition(d, p) {
			return nil
		}
	}
	closed, err := tx.ClosedThrough(ctx, p.Portfolio)
	if err != nil {
		return err
	}
	if !closed.IsNone() && PaidOn(p) <= closed {
		return nil // booking it says so, unless it is booked on a later day
	}
	return fmt.Errorf("the dividend of %s with the ex-date %s is booked in %s already, or was not due there: %w", p.Symbol, p.ExDate, p.Account, ErrBooked)
}

// confirmedBefore answers as the first confirmation did.
func confirmedBefore(ctx context.Context, v store.View, p store.Proposal) (ConfirmedIncome, error) {
	out := ConfirmedIncome{Proposal: p, Repeated: true}
	row, err := v.Row(ctx, p.Portfolio, p.Transaction)
	if err != nil {
		return out, fmt.Errorf("booking of proposal %s: %w", p.ID, err)
	}
	made, err := v.Versions(ctx, p.Portfolio, row.Entered-1)
	if err != nil {
		return out, err
	}
	if len(made) > 0 {
		out.Version = made[0]
	}
	entered, _, err := v.ChangedIn(ctx, p.Portfolio, row.Entered)
	if err != nil {
		return out, err
	}
	for _, r := range entered {
		out.IDs = append(out.IDs, r.ID)
	}
	return out, nil
}

// bookingsOf are the dividend and, where it is reinvested, the purchase.
func (s *Service) bookingsOf(ctx context.Context, v store.View, target store.Portfolio, p store.Proposal, terms IncomeTerms) ([]ledger.Transaction, error) {
	gross, tax := p.Gross, p.Withholding
	if terms.Gross.Known {
		gross, tax = terms.Gross.Decimal, money.Optional{} // what was kept back of another amount is not known
	}
	if terms.Withholding.Known {
		tax = terms.Withholding
	}
	t := ledger.Transaction{Date: PaidOn(p), Type: ledger.Dividend, Account: p.Account, CashAccount: strings.TrimSpace(terms.CashAccount), Symbol: p.Symbol, Currency: p.Currency,
		Taxes: tax, Fees: terms.Fees, Note: strings.TrimSpace(terms.Note)}
	if !unset(terms.Date) {
		t.Date = terms.Date
	}
	if terms.Currency != "" {
		t.Currency = terms.Currency
	}
	if t.Note == "" {
		t.Note = fmt.Sprintf("%s %s a share on %s, ex %s", p.Amount, p.Currency, p.Quantity, p.ExDate)
		if negative(gross) {
			t.Note = "owed on what is sold short: " + t.Note
		}
	}
	if err := incomeSigns(gross, &t); err != nil {
		return nil, err
	}
	t.Amount = money.Some(gross.Sub(t.Taxes.OrZero()).Sub(t.Fees.OrZero()))
	if terms.Reinvest == nil {
		return []ledger.Transaction{t}, nil
	}
	buy, err := s.reinvested(ctx, v, target, &t, *terms.Reinvest)
	if err != nil {
		return nil, err
	}
	return []ledger.Transaction{t, buy}, nil
}

// incomeSigns refuses terms that cannot be a payment.
func incomeSigns(gross money.Decimal, t *ledger.Transaction) error {
	if gross.IsZero() {
		return fault("gross", "0", "nothing is nothing to book", "give what was paid, or reject the proposal")
	}
	if code, err := money.ParseCurrency(string(t.Currency)); err != nil || code != t.Currency {
		return fault("currency", string(t.Currency), "it is not a currency code", "use the ISO code in capitals, such as EUR")
	}
	for _, n := range []struct {
		field string
		value money.Optional
	}{{"withholding", t.Taxes}, {"fees", t.Fees}} {
		if n.value.Known && negative(n.value.Decimal) {
			return fault(n.field, n.value.Decimal.String(), "it is negative", "give what was kept back as a positive number")
		}
	}
	if gross.Sign() > 0 && t.Taxes.OrZero().Add(t.Fees.OrZero()).Cmp(gross) > 0 {
		return fault("withholding", t.Taxes.OrZero().String(), "more was kept back than was paid", "give the amount before taxes and fees")
	}
	return nil
}

// reinvestedPlaces is to how many places a quantity that was bought for a dividend is
// computed, where it is not given.
const reinvestedPlaces = 6

// priceWithin is how many days before the payment a close may be.
const priceWithin = 7

// reinvested is the purchase for what came.
func (s *Service) reinvested(ctx context.Context, v store.View, target store.Portfolio, t *ledger.Transaction, r Reinvest) (ledger.Transaction, error) {
	buy := ledger.Transaction{Date: t.Date, Type: ledger.Buy, Account: t.Account, CashAccount: t.CashAccount, Symbol: t.Symbol, Currency: t.Currency, Amount: t.Amount, Note: "dividend reinvested"}
	if t.Amount.Decimal.Sign() <= 0 {
		return buy, fault("reinvest", t.Amount.Decimal.String(), "there is nothing to reinvest", "confirm it without reinvesting")
	}
	switch {
	case r.Quantity.Known && r.Quantity.Decimal.Sign() <= 0:
		return buy, fault("quantity", r.Quantity.Decimal.String(), "it is not positive", "give how many pieces were bought")
	case r.Price.Known && r.Price.Decimal.Sign() <= 0:
		return buy, fault("price", r.Price.Decimal.String(), "it is not positive", "give the price of a share")
	case r.Quantity.Known && !r.Price.Known:
		r.Price = money.Some(t.Amount.Decimal.DivRound(r.Quantity.Decimal, money.Places))
	case !r.Price.Known:
		price, err := closeOf(ctx, v, target.Simulated, t)
		if err != nil {
			return buy, err
		}
		r.Price = money.Some(price)
	}
	if !r.Quantity.Known {
		r.Quantity = money.Some(t.Amount.Decimal.DivRound(r.Price.Decimal, reinvestedPlaces))
	}
	if r.Quantity.Decimal.IsZero() {
		return buy, fault("price", r.Price.Decimal.String(), "less than a millionth of a share would be bought", "correct the price, or confirm it without reinvesting")
	}
	buy.Quantity, buy.Price = r.Quantity, r.Price
	return buy, nil
}

// closeOf is the close of the day of a payment, or the last one before it, in the
// currency of the payment.
func closeOf(ctx context.Context, v store.View, simulated bool, t *ledger.Transaction) (money.Decimal, error) {
	w := panelWants{symbols: []string{t.Symbol}, currencies: []money.Currency{t.Currency}, version: store.LatestMarket, simulated: simulated, through: t.Date, closed: true}
	panel, err := loadPanel(ctx, v, w)
	if err != nil {
		return money.Zero, err
	}
	price, observed, ok := panel.Price(t.Symbol, t.Date)
	if !ok || observed < t.Date-priceWithin {
		return price, fault("price", "", fmt.Sprintf("no price of %s around %s is stored", t.Symbol, t.Date), "give the price at which it was reinvested")
	}
	inst, _ := panel.Instrument(t.Symbol)
	major, parts := inst.Currency.Major()
	if major != t.Currency {
		return price, fault("price", "", fmt.Sprintf("%s is quoted in %s and the dividend is in %s", t.Symbol, inst.Currency, t.Currency), "give the price in "+string(t.Currency))
	}
	return price.DivRound(money.Int(parts), money.Places), nil
}

// RejectIncome closes an open proposal without a booking, which takes a reason. One that
// was rejected already stays as it is; one that was booked is ErrStale.
func (s *Service) RejectIncome(ctx context.Context, c Caller, portfolio, id, why string) (p store.Proposal, err error) {
	if why, err = whySaid(why); err != nil {
		return p, err
	}
	if why == "" {
		return p, fault("reason", "", "a proposal is rejected without a reason", "say why; the audit trail keeps it")
	}
	return s.decideIncome(ctx, c, portfolio, id, func(ctx context.Context, tx store.Tx) (store.Proposal, error) { return tx.RejectProposal(ctx, id, why) })
}

// ReopenIncome opens a rejected proposal again, or a confirmed one whose booking was
// deleted; while that stands it is ErrStale.
func (s *Service) ReopenIncome(ctx context.Context, c Caller, portfolio, id string) (store.Proposal, error) {
	return s.decideIncome(ctx, c, portfolio, id, func(ctx context.Context, tx store.Tx) (store.Proposal, error) { return tx.ReopenProposal(ctx, id) })
}

func (s *Service) decideIncome(ctx context.Context, c Caller, portfolio, id string, decide func(context.Context, store.Tx) (store.Proposal, error)) (p store.Proposal, err error) {
	err = s.as(ctx, c.about(portfolio), func(ctx context.Context, tx store.Tx) error {
		if _, err := proposalOf(ctx, tx, portfolio, id); err != nil {
			return err
		}
		p, err = decide(ctx, tx)
		return err
	})
	return p, err
}
