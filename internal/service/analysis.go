package service

import (
	"context"

	"github.com/foliosight/foliosight/finance/analysis"
	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/internal/store"
)

// Analysis answers a question about one portfolio, several, or all that the caller
// sees. Everything is read in one snapshot. The result is shared: do not change it.
func (s *Service) Analysis(ctx context.Context, c Caller, q Question) (*analysis.Analysis, error) {
	a, _, err := s.Seen(ctx, c, q)
	return a, err
}

// Contribution says what each holding added to the return of the period that a question
// asks for. The result is shared: do not change it.
func (s *Service) Contribution(ctx context.Context, c Caller, q Question) (*analysis.Contribution, error) {
	var out *analysis.Contribution
	err := s.asked(ctx, c, q, func(ctx context.Context, v store.View) (err error) {
		out, err = remembered(ctx, s.analyses, v, q, date.FromTime(s.now().UTC()), "contribution", s.analyses.splits, (*analysis.Prepared).Contribution)
		return err
	})
	return out, err
}
