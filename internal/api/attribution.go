package api

import (
	"context"

	"github.com/foliosight/foliosight/finance/analysis"
	"github.com/foliosight/foliosight/internal/service"
)

// attribution registers where the return over the benchmark came from.
func (s *server) attribution() {
	addRendered(s, route{method: "GET", path: "/portfolios/{portfolio}/attribution", id: "attribution", tag: tagAnalysis, errors: []int{404, 422, 503}, summary: "Where the active return came from",
		about: "The return over the benchmark, split by sector (Brinson–Fachler and Brinson–Hood–Beebower, each linked after Carino and after Menchero) and by currency. Every list adds up to the active return. Without sector weights of the benchmark the split by sector says why it is not there."},
		func(ctx context.Context, c service.Caller, in *questionIn) (*analysis.Attribution, error) {
			q, err := in.question()
			if err != nil {
				return nil, err
			}
			return s.svc.Attribution(ctx, c, q)
		}, func(x *analysis.Attribution) *analysis.Attribution { return x })
}
