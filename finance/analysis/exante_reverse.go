package analysis

import (
	"fmt"

	"github.com/foliosight/foliosight/finance/scenario"
)

// Library is the scenarios that an analysis of this portfolio runs, in their order.
func (p *Prepared) Library() []scenario.Scenario {
	r := p.runner
	if r.model.Reason != "" {
		return nil
	}
	return r.library()
}

// Reverse asks for the likeliest way to lose an amount of the base currency, positive,
// with today's holdings. Where no move of the factors loses as much, the figures of the
// answer are unavailable and say so.
func (p *Prepared) Reverse(loss float64) (Scenario, error) {
	r := p.runner
	if r.model.Reason != "" {
		return Scenario{}, fmt.Errorf("%w: %s", ErrNoModel, r.model.Reason)
	}
	e, err := r.engine()
	if err != nil {
		return Scenario{}, err
	}
	found, err := e.Reverse(loss, r.settings(scenario.Propagated))
	if err != nil {
		return Scenario{}, err
	}
	return r.scenario(found.Result), nil
}
