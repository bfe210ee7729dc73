package service

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"github.com/foliosight/foliosight/internal/notify"
	"github.com/foliosight/foliosight/internal/secret"
	"github.com/foliosight/foliosight/internal/store/sqlite"
)

// TestNoSecretLiesOpen makes every secret there is and reads the files of the database as
// bytes: none of them is there, in any form that it is given in.
func TestNoSecretLiesOpen(t *testing.T) {
	directory := t.TempDir()
	w := &world{t: t, clock: time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)}
	now := func() time.Time { return w.clock }
	st, err := sqlite.Open(ctx, sqlite.Options{Path: filepath.Join(directory, "books.db"), Now: now})
	w.must(err)
	defer st.Close()
	first, second := bytes.Repeat([]byte{7}, secret.KeySize), bytes.Repeat([]byte{9}, secret.KeySize)
	keys, err := secret.New(first)
	w.must(err)
	post := &letters{}
	w.store, w.s = st, New(Options{Store: st, Now: now, Sessions: 24 * time.Hour, Accounts: Accounts{Secrets: keys, Mail: post, PublicURL: "https://books.example.org", Registration: Open}})
	in, err := w.s.SetUp(ctx, NewOwner{Email: "ada@example.org", Password: adasPassword, Name: "Ada", BaseCurrency: "EUR"})
	w.must(err)
	w.owner = in.Caller
	secrets := map[string]string{"password": adasPassword, "session": in.Token}

	program := w.logIn(t)
	secrets["access token"], secrets["refresh token"] = program.Tokens.Access, program.Tokens.Refresh
	_, text, err := w.s.CreateToken(ctx, w.owner, NewToken{Name: "x", Scope: ScopeRead})
	w.must(err)
	secrets["personal token"] = text
	w.must(w.s.RequestReset(ctx, "ada@example.org"))
	reset := func() notify.Message { // opens what waits for delivery
		n, err := w.s.DeliverDue(ctx)
		if err != nil || n != 1 {
			t.Fatalf("%d letters, %v", n, err)
		}
		return post.sent[len(post.sent)-1]
	}()
	secrets["reset token"] = post.link(t)
	secrets["letter"] = strings.Split(strings.TrimSpace(reset.Text), "\n")[2]
	_, invite, err := w.s.Invite(ctx, w.owner, NewInvite{Email: "bob@example.net"})
	w.must(err)
	secrets["invitation"] = invite
	setup, err := w.s.BeginTOTP(ctx, w.owner, adasPassword)
	w.must(err)
	code, err := totp.GenerateCode(setup.Secret, w.clock)
	w.must(err)
	recovery, err := w.s.ConfirmTOTP(ctx, w.owner, code)
	w.must(err)
	secrets["second factor"] = setup.Secret
	for _, c := range recovery {
		secrets["recovery code "+c] = c
	}

	// What is kept for a repeated request holds what was shown once.
	once := "fsp_an-answer-that-is-shown-once"
	_, err = w.s.Once(ctx, w.owner, Request{Key: "k", Method: "POST", Path: "/", Secret: true}, func(context.Context) (Response, error) { return Response{Status: 201, Body: []byte(once)}, nil })
	w.must(err)
	secrets["kept answer"] = once

	files, err := filepath.Glob(filepath.Join(directory, "*"))
	w.must(err)
	var all []byte
	for _, f := range files {
		content, err := os.ReadFile(f)
		w.must(err)
		all = append(all, content...)
	}
	if !bytes.Contains(all, []byte("ada@example.org")) {
		t.Fatal("the files do not hold what was written: nothing was looked at")
	}
	for what, s := range secrets {
		if s == "" {
			t.Errorf("there is no %s", what)
		} else if bytes.Contains(all, []byte(s)) {
			t.Errorf("the %s lies open in the database", what)
		}
	}

	// With another key the earlier one still opens; without it, nothing does.
	both, err := secret.New(second, first)
	w.must(err)
	other, err := secret.New(second)
	w.must(err)
	w.clock = w.clock.Add(time.Minute)
	signIn := func(k *secret.Keys) error {
		s := New(Options{Store: st, Now: now, Accounts: Accounts{Secrets: k}})
		_, err := s.LogIn(ctx, "ada@example.org", adasPassword, Visit{})
		need, ok := err.(*SecondFactorNeeded)
		if !ok {
			t.Fatalf("no second factor is asked for: %v", err)
		}
		code, err := totp.GenerateCode(setup.Secret, w.clock)
		w.must(err)
		_, err = s.FinishSignIn(ctx, need.Challenge, code)
		return err
	}
	if err := signIn(other); err == nil {
		t.Error("a second factor opens without its key")
	}
	if err := signIn(both); err != nil {
		t.Errorf("after a rotation: %v", err)
	}
}
