package api

import (
	"context"

	"github.com/foliosight/foliosight/finance/analysis"
	"github.com/foliosight/foliosight/internal/service"
)

// contribution registers what each holding added to the return.
func (s *server) contribution() {
	addRendered(s, route{method: "GET", path: "/portfolios/{portfolio}/contribution", id: "contribution", tag: tagAnalysis, errors: []int{404, 422, 503}, summary: "What each holding added",
		about: "The time-weighted return of the period, split by holding, sector, class and currency, and each part into what was earned in the holding's own currency, what that currency did, and both together. Every list adds up to the return."},
		func(ctx context.Context, c service.Caller, in *questionIn) (*analysis.Contribution, error) {
			q, err := in.question()
			if err != nil {
				return nil, err
			}
			return s.svc.Contribution(ctx, c, q)
		}, func(x *analysis.Contribution) *analysis.Contribution { return x })
}
