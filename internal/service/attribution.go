package service

import (
	"context"

	"github.com/foliosight/foliosight/finance/analysis"
	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/internal/store"
)

// Attribution says where the return over the benchmark came from in the period that a
// question asks for. The result is shared: do not change it.
func (s *Service) Attribution(ctx context.Context, c Caller, q Question) (*analysis.Attribution, error) {
	var out *analysis.Attribution
	err := s.asked(ctx, c, q, func(ctx context.Context, v store.View) (err error) {
		out, err = remembered(ctx, s.analyses, v, q, date.FromTime(s.now().UTC()), "attribution", s.analyses.active, (*analysis.Prepared).Attribution)
		return err
	})
	return out, err
}
