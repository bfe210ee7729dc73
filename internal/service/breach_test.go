package service

import (
	"errors"
	"testing"
)

// TestEverybodySignsInAnew: of every tenant, sessions, access and refresh tokens and tokens
// of programs are good for nothing; and nobody registers while that is switched off.
func TestEverybodySignsInAnew(t *testing.T) {
	w, _ := accounts(t)
	ada := w.logIn(t)
	_, own, err := w.s.CreateToken(ctx, ada.Caller, NewToken{Name: "script", Scope: ScopeRead})
	w.must(err)
	bob, err := w.s.Register(ctx, NewOwner{Email: "bob@example.org", Password: "another long sentence", Name: "Bob", BaseCurrency: "EUR", Program: true})
	w.must(err)
	_, his, err := w.s.CreateToken(ctx, bob.Caller, NewToken{Name: "script", Scope: ScopeRead})
	w.must(err)
	all := []string{ada.Token, ada.Tokens.Access, own, bob.Token, bob.Tokens.Access, his}
	for i, text := range all {
		if text != "" && w.known(text) != nil {
			t.Fatalf("token %d is not good before", i)
		}
	}
	if _, err := w.s.EndAll(ctx, bob.Caller); err == nil {
		t.Error("somebody who runs nothing ends all")
	}
	operator, err := w.s.Owner(ctx)
	w.must(err)
	e, err := w.s.EndAll(ctx, operator)
	if err != nil || e != (Ended{People: 2, Tokens: 2}) {
		t.Errorf("ended: %+v, %v", e, err)
	}
	for i, text := range all {
		if text != "" && !errors.Is(w.known(text), ErrSignedOut) {
			t.Errorf("token %d is still good: %v", i, w.known(text))
		}
	}
	for _, in := range []SignedIn{ada, bob} {
		if _, err := w.s.Refresh(ctx, in.Tokens.Refresh); err == nil {
			t.Error("a refresh token is still good")
		}
	}
	w.logIn(t)

	w.must(w.s.SwitchFeature(ctx, operator, FeatureRegistration, false, 100))
	eve := NewOwner{Email: "eve@example.org", Password: "yet another sentence", Name: "Eve", BaseCurrency: "EUR"}
	if _, err := w.s.Register(ctx, eve); !errors.Is(err, ErrFeature) {
		t.Errorf("registering while it is switched off: %v", err)
	}
	w.must(w.s.SwitchFeature(ctx, operator, FeatureRegistration, true, 100))
	if _, err := w.s.Register(ctx, eve); err != nil {
		t.Errorf("registering again: %v", err)
	}
}
