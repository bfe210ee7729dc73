package service

import (
	"context"
	"errors"
	"strconv"

	"github.com/foliosight/foliosight/finance/analysis"
	"github.com/foliosight/foliosight/finance/ledger"
)

// Rolling measures a portfolio over a window of so many sessions, moved through the
// period that a question asks for.
func (s *Service) Rolling(ctx context.Context, c Caller, q Question, window int) (*analysis.Rolling, error) {
	return stressed(ctx, s, c, q, "rolling", func(x *stress) (*analysis.Rolling, error) {
		got, err := x.prepared.Rolling(x.analysis.Period, window)
		if errors.Is(err, analysis.ErrWindow) {
			return nil, &ledger.Fault{Field: "window", Value: strconv.Itoa(window), Problem: err.Error(), Cure: "63, 126 and 252 are a quarter, half a year and a year", Err: err}
		}
		return got, err
	})
}
