package service

import (
	"context"
	"errors"

	"github.com/foliosight/foliosight/internal/marketdata/allowance"
	"github.com/foliosight/foliosight/internal/marketdata/allowance/stored"
)

// errNobody reports an installation in which nobody has been yet: what all share is
// written on behalf of who runs it.
var errNobody = errors.New("nobody has been here yet; set the installation up first")

// Allowance is the count of calls to the sources, kept in the store: all processes share
// it.
func (d *Desk) Allowance() allowance.Allowance { return callCount{d} }

// settleCalls writes down what the count of calls has in hand.
func (d *Desk) settleCalls(ctx context.Context) error {
	if d == nil {
		return nil
	}
	return d.leases.Settle(ctx)
}

// callCount finds the store and who runs the installation when they are needed.
type callCount struct{ desk *Desk }

func (c callCount) store(ctx context.Context) (*stored.Allowance, error) {
	s := c.desk.service()
	if s == nil {
		return nil, errors.New("a source was asked before there was a store to count its calls in")
	}
	admin, err := s.administrator(ctx)
	if err != nil {
		return nil, err
	}
	if admin.User == "" {
		return nil, errNobody
	}
	admin.Operator = true
	return stored.New(s.store, admin), nil
}

func (c callCount) Take(ctx context.Context, call allowance.Call) (allowance.Taken, error) {
	return c.desk.leases.Take(ctx, call)
}

func (c callCount) Done(ctx context.Context, provider, id string, o allowance.Outcome) error {
	return c.desk.leases.Done(ctx, provider, id, o)
}

func (c callCount) State(ctx context.Context, provider string, windows []allowance.Window) (allowance.State, error) {
	a, err := c.store(ctx)
	if errors.Is(err, errNobody) {
		return allowance.State{Used: make([]int, len(windows))}, nil // nothing was asked by anybody
	}
	if err != nil {
		return allowance.State{}, err
	}
	return a.State(ctx, provider, windows)
}
