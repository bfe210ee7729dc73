package api

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/foliosight/foliosight/finance/instrument"
	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/internal/service"
)

// Catalogue is what is known of instruments.
type Catalogue interface {
	Instruments(ctx context.Context, c service.Caller, symbols []string, simulated bool) (map[string]instrument.Instrument, error)
	DescribeInstrument(ctx context.Context, c service.Caller, i instrument.Instrument) error
}

// InstrumentList is a page of instruments.
type InstrumentList struct {
	Items []instrument.Instrument `json:"items" nullable:"false" doc:"By symbol."`
	Paging
}

type instrumentOut struct{ Body instrument.Instrument }

func (s *server) instruments() {
	const path = "/instruments"
	add(s, route{method: "GET", path: path, id: "list-instruments", tag: tagPrices, summary: "What can be held", about: "What is known of instruments: those that all share, and yours, which win."},
		func(ctx context.Context, c service.Caller, in *struct {
			Paged
			Symbols   []string `query:"symbol" doc:"These only, separated by commas." example:"AAPL,MSFT"`
			Class     string   `query:"type" doc:"Of this kind only." example:"etf"`
			Simulated bool     `query:"simulated" doc:"Those of the simulated market instead."`
		}) (*struct{ Body InstrumentList }, error) {
			known, err := s.svc.Instruments(ctx, c, in.Symbols, in.Simulated)
			if err != nil {
				return nil, err
			}
			all := []instrument.Instrument{}
			for _, symbol := range slices.Sorted(maps.Keys(known)) {
				if i := known[symbol]; in.Class == "" || string(i.Class) == in.Class {
					all = append(all, i)
				}
			}
			items, paging, err := page(in.Paged, all, func(i instrument.Instrument) string { return i.Symbol })
			return &struct{ Body InstrumentList }{InstrumentList{items, paging}}, err
		})
	add(s, route{method: "GET", path: path + "/{symbol}", id: "get-instrument", tag: tagPrices, errors: []int{404}, summary: "One instrument", about: "What is known of it."},
		func(ctx context.Context, c service.Caller, in *struct {
			Symbol    string `path:"symbol" doc:"Its symbol." example:"AAPL"`
			Simulated bool   `query:"simulated" doc:"That of the simulated market instead."`
		}) (*instrumentOut, error) {
			known, err := s.svc.Instruments(ctx, c, []string{in.Symbol}, in.Simulated)
			if err != nil {
				return nil, err
			}
			i, ok := known[in.Symbol]
			if !ok {
				return nil, noSuch(fmt.Sprintf("Nothing is known of %q; say what it is with PUT.", in.Symbol))
			}
			return &instrumentOut{i}, nil
		})
	add(s, route{method: "PUT", path: path + "/{symbol}", id: "put-instrument", tag: tagPrices, errors: []int{403, 422}, summary: "Say what a symbol is", about: "For your household alone; give it whole. It wins over what all share."},
		func(ctx context.Context, c service.Caller, in *struct {
			Symbol string `path:"symbol" maxLength:"100" doc:"Its symbol." example:"HOUSE"`
			Body   instrument.Instrument
		}) (*instrumentOut, error) {
			i := in.Body
			if i.Symbol != in.Symbol {
				return nil, &ledger.Fault{Field: "symbol", Value: i.Symbol, Problem: "the address is of " + in.Symbol, Cure: "name the same symbol in both"}
			}
			return &instrumentOut{i}, s.svc.DescribeInstrument(ctx, c, i)
		})
}
