package api

import (
	"context"
	"net/http"

	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/internal/service"
)

// Bulk takes many things out at once.
type Bulk interface {
	DeleteOwnPrices(ctx context.Context, c service.Caller, days []service.PriceDay) error
	MissingBookings(ctx context.Context, c service.Caller, portfolio string, ids []string) (ledger.Faults, error)
}

// PriceOfDay names an own price.
type PriceOfDay struct {
	Symbol string `json:"symbol" minLength:"1" maxLength:"100" doc:"The security." example:"HOUSE"`
	Date   string `json:"date" format:"date" doc:"The day." example:"2025-06-30"`
}

func (s *server) bulk() {
	add(s, route{method: "POST", path: "/portfolios/{portfolio}/transactions/delete", id: "delete-transactions", tag: tagTransactions, limit: 4 << 20, errors: []int{403, 404, 409, 413, 422}, summary: "Delete many bookings",
		about: "All or none, as one version of the ledger. Those that are not in force are named one by one, counted from 1. They stay in the history and can be restored."},
		func(ctx context.Context, c service.Caller, in *struct {
			OfLedger
			Body struct {
				IDs []string `json:"ids" minItems:"1" maxItems:"10000" nullable:"false" doc:"Ids of the bookings in force." example:"[\"0199f3a2-7c55-7d3a-9d0a-3c1f5c9b7a10\"]"`
			}
		}) (*bookedOut, error) {
			expected, err := versionOf(in.IfMatch)
			if err != nil {
				return nil, err
			}
			if _, err := s.svc.Portfolio(ctx, c, in.Portfolio); err != nil {
				return nil, err
			}
			faults, err := s.svc.MissingBookings(ctx, c, in.Portfolio, in.Body.IDs)
			if err != nil {
				return nil, err
			}
			if len(faults) > 0 {
				return nil, faults
			}
			b, err := s.svc.Delete(ctx, c, in.Portfolio, expected, in.Body.IDs)
			return s.booked(ctx, c, in.Portfolio, b, err)
		})
	add(s, route{method: "POST", path: "/prices/own/delete", id: "delete-own-prices", tag: tagPrices, status: http.StatusNoContent, limit: 4 << 20, errors: []int{403, 413, 422}, summary: "Take many own prices out",
		about: "All or none; those that were never entered are named one by one, counted from 1. They stay in the history."},
		func(ctx context.Context, c service.Caller, in *struct {
			Body struct {
				Items []PriceOfDay `json:"items" minItems:"1" maxItems:"10000" nullable:"false" doc:"The prices."`
			}
		}) (*none, error) {
			days := make([]service.PriceDay, len(in.Body.Items))
			for i, p := range in.Body.Items {
				d, err := day("date", p.Date)
				if err != nil {
					return nil, err
				}
				days[i] = service.PriceDay{Symbol: p.Symbol, Day: d}
			}
			return &none{}, s.svc.DeleteOwnPrices(ctx, c, days)
		})
}
