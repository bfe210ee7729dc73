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
func (d *Desk) Allowance() allowance.Allowance { return counting{d} }

// counting finds the store and who runs the installation when they are needed.
type counting struct{ desk *Desk }

func (c counting) store(ctx context.Context) (*stored.Allowance, error) {
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

func (c counting) Take(ctx context.Context, call allowance.Call) (allowance.Taken, error) {
	a, err := c.store(ctx)
	if err != nil {
		return allowance.Taken{}, err
	}
	return a.Take(ctx, call)
}

func (c counting) Done(ctx context.Context, provider, id string, o allowance.Outcome) error {
	a, err := c.store(ctx)
	if err != nil {
		return err
	}
	return a.Done(ctx, provider, id, o)
}

func (c counting) State(ctx context.Context, provider string, windows []allowance.Window) (allowance.State, error) {
	a, err := c.store(ctx)
	if errors.Is(err, errNobody) {
		return allowance.State{Used: make([]int, len(windows))}, nil // nothing was asked by anybody
	}
	if err != nil {
		return allowance.State{}, err
	}
	return a.State(ctx, provider, windows)
}
