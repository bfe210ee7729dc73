package service

import (
	"context"
	"errors"
	"fmt"

	"github.com/foliosight/foliosight/internal/store"
)

// Scope is how much of what a person may do a token for a program stands for. Each
// includes the ones before it; who signed in as a person has them all.
type Scope string

// The scopes.
const (
	ScopeRead   Scope = "read"   // look at everything, calculate
	ScopeTrade  Scope = "trade"  // book, import, enter prices
	ScopeManage Scope = "manage" // portfolios, their accounts and settings
	ScopeAdmin  Scope = "admin"  // people, switches, what all share
	// ScopeAccount is what concerns the person: passwords, second factors, tokens,
	// deleting the account. No token has it: one that leaks must not make others.
	ScopeAccount Scope = "account"
	// ScopeGlance is what links without amounts stand for: a Glance and nothing else.
	// Whoever may read has it too.
	ScopeGlance Scope = "percentages"
)

// Scopes are those that a token can have.
var Scopes = []Scope{ScopeRead, ScopeTrade, ScopeManage, ScopeAdmin}

func (s Scope) rank() int {
	for i, one := range Scopes {
		if s == one {
			return i + 1
		}
	}
	return 0
}

// ErrScope reports a token that does not stand for what was asked.
var ErrScope = errors.New("the token does not allow this")

// ScopeError says which scope was needed.
type ScopeError struct{ Needed, Has Scope }

// Error says it.
func (e *ScopeError) Error() string {
	if e.Needed == ScopeAccount {
		return fmt.Sprintf("this needs a person who signed in; a token (this one has the scope %q) does not do", e.Has)
	}
	return fmt.Sprintf("this needs a token with the scope %q; this one has %q", e.Needed, e.Has)
}

// Is makes it an ErrScope.
func (e *ScopeError) Is(target error) bool { return target == ErrScope }

// Require is the one decision whether a caller's token stands for something. The rest
// (whose portfolio it is, and what its owner granted) is decided by the store.
func (c Caller) Require(needed Scope) error {
	if needed == ScopeGlance {
		if c.Scope == ScopeGlance {
			return nil
		}
		needed = ScopeRead
	}
	if c.Scope == "" || needed != ScopeAccount && needed.rank() > 0 && c.Scope.rank() >= needed.rank() {
		return nil
	}
	return &ScopeError{Needed: needed, Has: c.Scope}
}

// writes runs a write of a use case that needs a scope.
func (s *Service) writes(ctx context.Context, c Caller, needed Scope, fn func(context.Context, store.Tx) error) error {
	if err := c.Require(needed); err != nil {
		return err
	}
	id, err := s.at(ctx, c)
	if err != nil {
		return err
	}
	return s.store.As(context.WithValue(hold(ctx, c, id), writingKey{}, true), id, fn)
}

// as runs a use case that books; manage one that changes portfolios; account one that
// concerns the person; read one that looks.
func (s *Service) as(ctx context.Context, c Caller, fn func(context.Context, store.Tx) error) error {
	return s.writes(ctx, c, ScopeTrade, fn)
}

func (s *Service) manage(ctx context.Context, c Caller, fn func(context.Context, store.Tx) error) error {
	return s.writes(ctx, c, ScopeManage, fn)
}

func (s *Service) account(ctx context.Context, c Caller, fn func(context.Context, store.Tx) error) error {
	return s.writes(ctx, c, ScopeAccount, fn)
}

func (s *Service) read(ctx context.Context, c Caller, fn func(context.Context, store.View) error) error {
	if err := c.Require(ScopeRead); err != nil {
		return err
	}
	id, err := s.at(ctx, c)
	if err != nil {
		return err
	}
	return s.store.Read(hold(ctx, c, id), id, fn)
}
