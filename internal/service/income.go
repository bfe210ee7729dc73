package service

import (
	"context"
	"errors"
	"fmt"

	"github.com/foliosight/foliosight/finance/analysis"
	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/internal/marketdata"
	"github.com/foliosight/foliosight/internal/store"
)

// Income is what the portfolios of a question received and may expect, as of today or of
// the day asked for. Period, symbol and benchmark of the question are not looked at.
func (s *Service) Income(ctx context.Context, c Caller, q Question) (out *analysis.Income, err error) {
	q = Question{Portfolios: q.Portfolios, Account: q.Account, AsOf: q.AsOf, KnownOn: q.KnownOn, Currency: q.Currency}
	today := date.FromTime(s.now().UTC())
	err = s.asked(ctx, c, q, func(ctx context.Context, v store.View) error {
		set, err := gather(ctx, v, q)
		if err != nil {
			return err
		}
		asOf := q.AsOf
		if unset(asOf) {
			asOf = date.None
		}
		f, err := s.analyses.fold(ctx, v, set, asOf, today)
		if err != nil {
			return err
		}
		in, err := f.input(set, q)
		if err != nil {
			return err
		}
		out, err = coveredIncome(ctx, v, f.prepared(in))
		return err
	})
	return out, err
}

// coveredIncome computes an Income. Where a provider was asked for a symbol's dividends and
// answered, the list is whole: none means that there are none.
func coveredIncome(ctx context.Context, v store.View, p *analysis.Prepared) (*analysis.Income, error) {
	var failed error
	out := p.Income(func(symbol string) bool {
		supplied, err := v.Supply(ctx, string(marketdata.Dividends), symbol)
		switch {
		case errors.Is(err, store.ErrNotFound):
			return false
		case err != nil:
			failed = errors.Join(failed, fmt.Errorf("dividends of %s: %w", symbol, err))
			return false
		}
		return !supplied.Succeeded.IsZero()
	})
	return out, failed
}

// Proposals are the proposed income of a portfolio, or of all that the caller's tenant
// has: the latest ex-date first.
func (s *Service) Proposals(ctx context.Context, c Caller, f store.ProposalFilter) (page store.ProposalPage, err error) {
	for _, status := range f.Statuses {
		switch status {
		case store.ProposalOpen, store.ProposalConfirmed, store.ProposalEdited, store.ProposalRejected:
		default:
			return page, fault("status", string(status), "there is no such status", "use open, confirmed, edited or rejected")
		}
	}
	err = s.read(ctx, c.about(f.Portfolio), func(ctx context.Context, v store.View) (err error) {
		page, err = v.Proposals(ctx, f)
		return err
	})
	return page, err
}

// Proposal is one of them.
func (s *Service) Proposal(ctx context.Context, c Caller, portfolio, id string) (p store.Proposal, err error) {
	err = s.read(ctx, c.about(portfolio), func(ctx context.Context, v store.View) (err error) {
		p, err = proposalOf(ctx, v, portfolio, id)
		return err
	})
	return p, err
}

// proposalOf is a proposal of that portfolio; of another: ErrNotFound.
func proposalOf(ctx context.Context, v store.View, portfolio, id string) (store.Proposal, error) {
	p, err := v.Proposal(ctx, id)
	if err == nil && p.Portfolio != portfolio {
		return store.Proposal{}, fmt.Errorf("proposal %s: %w", id, ErrNotFound)
	}
	return p, err
}

// mostWaiting is as far as open proposals are counted.
const mostWaiting = 100

// IncomeWaiting is how many proposals wait for somebody to decide, of a portfolio or, with
// none named, of all; at most 100.
func (s *Service) IncomeWaiting(ctx context.Context, c Caller, portfolio string) (int, error) {
	page, err := s.Proposals(ctx, c, store.ProposalFilter{Portfolio: portfolio, Statuses: []store.ProposalStatus{store.ProposalOpen}, Limit: mostWaiting})
	return len(page.Proposals), err
}

// PaidOn is the day on which proposed income is booked unless another is given: the pay
// date, else the ex-date.
func PaidOn(p store.Proposal) date.Date {
	if unset(p.PayDate) {
		return p.ExDate
	}
	return p.PayDate
}
