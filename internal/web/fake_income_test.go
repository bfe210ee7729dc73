package web_test

import (
	"context"

	"github.com/foliosight/foliosight/finance/analysis"
	"github.com/foliosight/foliosight/internal/service"
	"github.com/foliosight/foliosight/internal/store"
)

func (f *fake) Income(_ context.Context, _ service.Caller, q service.Question) (*analysis.Income, error) {
	in, err := f.input(q)
	if err != nil {
		return nil, err
	}
	return analysis.Prepare(in).Income(nil), nil
}

func (f *fake) IncomeWaiting(context.Context, service.Caller, string) (int, error) { return 0, nil }

func (f *fake) Proposals(context.Context, service.Caller, store.ProposalFilter) (store.ProposalPage, error) {
	return store.ProposalPage{}, nil
}
