package service

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/pquerna/otp/totp"

	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/internal/notify"
	"github.com/foliosight/foliosight/internal/oidc"
	"github.com/foliosight/foliosight/internal/oidc/oidctest"
	"github.com/foliosight/foliosight/internal/passkey/passkeytest"
	"github.com/foliosight/foliosight/internal/secret"
	"github.com/foliosight/foliosight/internal/store"
	"github.com/foliosight/foliosight/internal/store/sqlite"
	"github.com/foliosight/foliosight/internal/token"
)

const adasPassword = "correct horse staple"

// letters is a channel that keeps what it is given; broken, it sends nothing.
type letters struct {
	mu     sync.Mutex
	sent   []notify.Message
	broken error
}

func (l *letters) Send(_ context.Context, m notify.Message) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.broken != nil {
		return l.broken
	}
	l.sent = append(l.sent, m)
	return nil
}

// link is the last part of the link in the last letter.
func (l *letters) link(t *testing.T) string {
	t.Helper()
	if len(l.sent) == 0 {
		t.Fatal("nothing was sent")
	}
	_, text, found := strings.Cut(l.sent[len(l.sent)-1].Text, "token=")
	if !found {
		t.Fatalf("no link in %s", l.sent[len(l.sent)-1].Text)
	}
	return strings.Fields(text)[0]
}

// accounts is a world whose installation can do everything.
func accounts(t *testing.T, change ...func(*Accounts)) (*world, *letters) {
	t.Helper()
	w := &world{t: t, clock: time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)}
	now := func() time.Time { return w.clock }
	st, err := sqlite.Open(ctx, sqlite.Options{Path: filepath.Join(t.TempDir(), "books.db"), Now: now})
	w.must(err)
	t.Cleanup(func() { st.Close() })
	keys, err := secret.New(bytes.Repeat([]byte{7}, secret.KeySize))
	w.must(err)
	post := &letters{}
	a := Accounts{Secrets: keys, Mail: post, PublicURL: "https://books.example.org", Registration: Open}
	for _, c := range change {
		c(&a)
	}
	w.store, w.s = st, New(Options{Store: st, Now: now, Sessions: 24 * time.Hour, Accounts: a})
	in, err := w.s.SetUp(ctx, NewOwner{Email: "ada@example.org", Password: adasPassword, Name: "Ada", BaseCurrency: "EUR"})
	w.must(err)
	w.owner = in.Caller
	w.portfolio = w.create("Main")
	return w, post
}

func (w *world) logIn(t *testing.T) SignedIn {
	t.Helper()
	in, err := w.s.LogIn(ctx, "ada@example.org", adasPassword, Visit{Agent: "a script", Program: true})
	w.must(err)
	return in
}

func (w *world) known(text string) error {
	_, err := w.s.Authenticate(ctx, text)
	return err
}

func TestAccessTokens(t *testing.T) {
	w, _ := accounts(t)
	in := w.logIn(t)
	if strings.Count(in.Tokens.Access, ".") != 2 || in.Tokens.Refresh == "" || in.Tokens.Lasts != 24*time.Hour {
		t.Fatalf("%+v", in.Tokens)
	}
	c, err := w.s.Authenticate(ctx, in.Tokens.Access)
	w.must(err)
	if c.User != w.owner.User || c.Session == "" || c.Scope != "" || !c.Operator {
		t.Errorf("%+v", c)
	}
	// It says nothing but who and until when, and its algorithm is HS256.
	parts := strings.Split(in.Tokens.Access, ".")
	head, err := jwt.NewParser().DecodeSegment(parts[0])
	w.must(err)
	if !bytes.Contains(head, []byte(`"HS256"`)) || bytes.Contains(head, []byte("none")) {
		t.Errorf("%s", head)
	}
	// Signing out ends it at once, though it is signed for a day.
	w.must(w.s.SignOut(ctx, c))
	wantError(t, w.known(in.Tokens.Access), ErrSignedOut, "after signing out")
	_, err = w.s.Refresh(ctx, in.Tokens.Refresh)
	wantError(t, err, ErrSignedOut, "refreshing after signing out")

	// It ends by itself; the refresh token outlasts it, and the session's own token does not.
	in = w.logIn(t)
	w.clock = w.clock.Add(24*time.Hour + time.Second)
	wantError(t, w.known(in.Tokens.Access), ErrSignedOut, "after a day")
	wantError(t, w.known(in.Token), ErrSignedOut, "the session's token after a day unused")
	again, err := w.s.Refresh(ctx, in.Tokens.Refresh)
	w.must(err)
	w.must(w.known(again.Tokens.Access))
	if again.User.Email != "ada@example.org" || again.Caller.Session != in.Caller.Session {
		t.Errorf("%+v", again.Caller)
	}
}

func TestRefreshTokenOfAThief(t *testing.T) {
	w, _ := accounts(t)
	in := w.logIn(t)
	other := w.logIn(t)
	second, err := w.s.Refresh(ctx, in.Tokens.Refresh)
	w.must(err)
	w.must(w.known(second.Tokens.Access))
	// Whoever uses the first again has a copy, or is the one who was copied.
	_, err = w.s.Refresh(ctx, in.Tokens.Refresh)
	wantError(t, err, ErrSignedOut, "a token used again")
	for what, text := range map[string]string{"the access token of the first": in.Tokens.Access, "that of the second": second.Tokens.Access, "the session": in.Token} {
		wantError(t, w.known(text), ErrSignedOut, what)
	}
	_, err = w.s.Refresh(ctx, second.Tokens.Refresh)
	wantError(t, err, ErrSignedOut, "the refresh token of the family")
	w.must(w.known(other.Tokens.Access)) // another sign-in is another family
	w.must(w.store.Read(ctx, w.owner.Identity, func(ctx context.Context, v store.View) error {
		events, err := v.Events(ctx, 0, 1000)
		for _, e := range events {
			if e.Action == "session.reuse" {
				return err
			}
		}
		t.Error("the audit trail does not say it")
		return err
	}))
}

func TestSigningKeys(t *testing.T) {
	w, _ := accounts(t)
	old := w.logIn(t)
	// Another process has the same keys, and sees a rotation.
	replica := New(Options{Store: w.store, Now: func() time.Time { return w.clock }, Accounts: Accounts{Secrets: w.s.accounts.Secrets}})
	if _, err := replica.Authenticate(ctx, old.Tokens.Access); err != nil {
		t.Errorf("another process: %v", err)
	}
	w.must(w.s.RotateSigningKey(ctx, w.owner, false))
	fresh := w.logIn(t)
	w.must(w.known(old.Tokens.Access))
	w.clock = w.clock.Add(2 * time.Second)
	if _, err := replica.Authenticate(ctx, fresh.Tokens.Access); err != nil {
		t.Errorf("another process after a rotation: %v", err)
	}
	w.must(w.s.RotateSigningKey(ctx, w.owner, true))
	wantError(t, w.known(old.Tokens.Access), ErrSignedOut, "after an emergency")
	wantError(t, w.known(fresh.Tokens.Access), ErrSignedOut, "after an emergency")
	again, err := w.s.Refresh(ctx, fresh.Tokens.Refresh)
	w.must(err)
	w.must(w.known(again.Tokens.Access))
	wantError(t, w.s.RotateSigningKey(ctx, w.another("bob@example.org"), false), ErrForbidden, "a member rotating")

	// Without a key the session's token serves, and keys that are configured verify alike.
	plain := New(Options{Store: w.store, Now: func() time.Time { return w.clock }})
	in, err := plain.LogIn(ctx, "ada@example.org", adasPassword, Visit{Program: true})
	w.must(err)
	if in.Tokens.Access != in.Token || in.Tokens.Refresh != "" {
		t.Errorf("%+v", in.Tokens)
	}
	one, two := token.KeyOf(bytes.Repeat([]byte{1}, 32)), token.KeyOf(bytes.Repeat([]byte{2}, 32))
	before := New(Options{Store: w.store, Now: func() time.Time { return w.clock }, Accounts: Accounts{Signing: []token.Key{one}}})
	if in, err = before.LogIn(ctx, "ada@example.org", adasPassword, Visit{Program: true}); err != nil {
		t.Fatal(err)
	}
	after := New(Options{Store: w.store, Now: func() time.Time { return w.clock }, Accounts: Accounts{Signing: []token.Key{two, one}}})
	if _, err := after.Authenticate(ctx, in.Tokens.Access); err != nil {
		t.Errorf("the key before: %v", err)
	}
	gone := New(Options{Store: w.store, Now: func() time.Time { return w.clock }, Accounts: Accounts{Signing: []token.Key{two}}})
	if _, err := gone.Authenticate(ctx, in.Tokens.Access); !errors.Is(err, ErrSignedOut) {
		t.Errorf("a key that is gone: %v", err)
	}
}

// TestScopes holds every kind of use case to the scope that it needs.
func TestScopes(t *testing.T) {
	w, _ := accounts(t)
	callers := map[Scope]Caller{}
	for _, scope := range Scopes {
		_, text, err := w.s.CreateToken(ctx, w.owner, NewToken{Name: string(scope), Scope: scope})
		w.must(err)
		if callers[scope], err = w.s.Authenticate(ctx, text); err != nil {
			t.Fatal(err)
		}
	}
	if callers[ScopeManage].Operator || !callers[ScopeAdmin].Operator {
		t.Error("who operates is not by the scope")
	}
	name := "x"
	for what, c := range map[string]struct {
		needed Scope
		do     func(Caller) error
	}{
		"looking": {ScopeRead, func(c Caller) error { _, err := w.s.Portfolios(ctx, c, false); return err }},
		"booking": {ScopeTrade, func(c Caller) error {
			_, err := w.s.Book(ctx, c, w.portfolio, store.AnyVersion, []ledger.Transaction{booking(t, "2024-01-02 deposit 1")})
			return err
		}},
		"creating": {ScopeManage, func(c Caller) error {
			_, err := w.s.CreatePortfolio(ctx, c, NewPortfolio{Name: string(c.Scope)})
			return err
		}},
		"deleting": {ScopeManage, func(c Caller) error { return ignoreMissing(w.s.DeletePortfolio(ctx, c, store.NewID())) }},
		"people": {ScopeAdmin, func(c Caller) error {
			_, _, err := w.s.AddUser(ctx, c, NewOwner{Email: string(c.Scope) + "@example.net", Name: "x"}, store.Member)
			return err
		}},
		"switches": {ScopeAdmin, func(c Caller) error { return w.s.SwitchFeature(ctx, c, FeatureChat, true, 100) }},
		"profile":  {ScopeAccount, func(c Caller) error { _, err := w.s.UpdateMe(ctx, c, Profile{Name: &name}); return err }},
		"password": {ScopeAccount, func(c Caller) error { return w.s.ChangePassword(ctx, c, adasPassword, "another long sentence") }},
		"tokens": {ScopeAccount, func(c Caller) error {
			_, _, err := w.s.CreateToken(ctx, c, NewToken{Name: "x", Scope: ScopeRead})
			return err
		}},
		"listing tokens": {ScopeAccount, func(c Caller) error { _, err := w.s.PersonalTokens(ctx, c); return err }},
		"sessions":       {ScopeAccount, func(c Caller) error { _, err := w.s.Sessions(ctx, c); return err }},
		"export":         {ScopeAccount, func(c Caller) error { return w.s.ExportMe(ctx, c, io.Discard) }},
		"deletion":       {ScopeAccount, func(c Caller) error { return w.s.DeleteMe(ctx, c, adasPassword, true) }},
		"passkeys":       {ScopeAccount, func(c Caller) error { _, err := w.s.BeginPasskey(ctx, c, adasPassword); return err }},
		"totp":           {ScopeAccount, func(c Caller) error { _, err := w.s.BeginTOTP(ctx, c, adasPassword); return err }},
	} {
		for scope, caller := range callers {
			err := c.do(caller)
			allowed := c.needed != ScopeAccount && scope.rank() >= c.needed.rank()
			var refused *ScopeError
			if allowed && err != nil || !allowed && (!errors.As(err, &refused) || refused.Needed != c.needed || refused.Has != scope) {
				t.Errorf("%s with %s: %v", what, scope, err)
			}
		}
	}
	// What a request with a key answers is kept for a token that may only look, too.
	if _, err := w.s.Once(ctx, callers[ScopeRead], Request{Key: "k", Method: "POST", Path: "/"}, func(context.Context) (Response, error) { return Response{Status: 200}, nil }); err != nil {
		t.Error(err)
	}
	if err := (Caller{Scope: "everything"}).Require(ScopeRead); !errors.Is(err, ErrScope) {
		t.Errorf("an unknown scope: %v", err)
	}
}

func TestPersonalTokens(t *testing.T) {
	w, _ := accounts(t)
	for field, n := range map[string]NewToken{
		"name":    {Scope: ScopeRead},
		"scope":   {Name: "x", Scope: "everything"},
		"expires": {Name: "x", Scope: ScopeRead, Expires: w.clock.Add(400 * 24 * time.Hour)},
	} {
		_, _, err := w.s.CreateToken(ctx, w.owner, n)
		wantFault(t, err, 0, field, field)
	}
	_, _, err := w.s.CreateToken(ctx, w.owner, NewToken{Name: "x", Scope: ScopeRead, Expires: w.clock})
	wantFault(t, err, 0, "expires", "an end in the past")
	bob := w.another("bob@example.org")
	_, _, err = w.s.CreateToken(ctx, bob, NewToken{Name: "x", Scope: ScopeAdmin})
	wantFault(t, err, 0, "scope", "a member administering")

	p, text, err := w.s.CreateToken(ctx, w.owner, NewToken{Name: "x", Scope: ScopeRead})
	w.must(err)
	if !strings.HasPrefix(text, "fsp_") || p.Expires.Sub(w.clock) != 90*24*time.Hour {
		t.Errorf("%s %+v", text, p)
	}
	w.must(w.known(text))
	all, err := w.s.PersonalTokens(ctx, w.owner)
	w.must(err)
	if len(all) != 1 || all[0].LastUsed.IsZero() {
		t.Errorf("%+v", all)
	}
	wantError(t, w.s.RevokeToken(ctx, bob, p.ID), ErrNotFound, "revoking another's token")
	w.must(w.s.RevokeToken(ctx, w.owner, p.ID))
	wantError(t, w.known(text), ErrSignedOut, "a revoked token")
	_, text, err = w.s.CreateToken(ctx, w.owner, NewToken{Name: "x", Scope: ScopeRead, Expires: w.clock.Add(time.Hour)})
	w.must(err)
	w.clock = w.clock.Add(time.Hour)
	wantError(t, w.known(text), ErrSignedOut, "an expired token")
}

func TestRegistration(t *testing.T) {
	bob := NewOwner{Email: "bob@example.net", Password: "a rather long sentence", Name: "Bob"}
	w, _ := accounts(t, func(a *Accounts) { a.Registration = Closed })
	_, err := w.s.Register(ctx, bob)
	wantError(t, err, ErrSetUp, "closed")
	_, _, err = w.s.Invite(ctx, w.owner, NewInvite{})
	wantFault(t, err, 0, "registration", "an invitation where nobody can register")

	w, post := accounts(t, func(a *Accounts) { a.Registration = Invite })
	_, err = w.s.Register(ctx, bob)
	wantError(t, err, ErrUninvited, "without an invitation")
	_, text, err := w.s.Invite(ctx, w.owner, NewInvite{Email: "bob@example.net", Mail: true})
	w.must(err)
	if n, err := w.s.DeliverDue(ctx); n != 1 || err != nil || !strings.Contains(post.sent[0].Text, w.s.InviteLink(text)) || post.sent[0].To != "bob@example.net" {
		t.Errorf("%d %v %+v", n, err, post.sent)
	}
	bob.Invite = text
	other := bob
	other.Email = "eve@example.net"
	_, err = w.s.Register(ctx, other)
	wantFault(t, err, 0, "email", "another's invitation")
	in, err := w.s.Register(ctx, bob)
	w.must(err)
	if in.Caller.Tenant != w.owner.Tenant || in.User.Role != store.Member || in.Caller.Operator {
		t.Errorf("%+v %+v", in.Caller, in.User)
	}
	other.Email = "bob2@example.net"
	_, err = w.s.Register(ctx, other)
	wantError(t, err, ErrInvite, "an invitation used again")
	_, _, err = w.s.Invite(ctx, in.Caller, NewInvite{})
	wantError(t, err, ErrForbidden, "a member inviting")

	w, post = accounts(t)
	bob.Invite = ""
	in, err = w.s.Register(ctx, bob)
	w.must(err)
	if in.Caller.Tenant == w.owner.Tenant || in.User.Role != store.Owner || in.Caller.Operator {
		t.Errorf("%+v %+v", in.Caller, in.User)
	}
	_, err = w.s.Portfolio(ctx, in.Caller, w.portfolio)
	wantError(t, err, ErrNotFound, "another's portfolio")
	_, err = w.s.Register(ctx, bob)
	wantError(t, err, ErrExists, "an address that is taken")
	// The address is verified by the mail.
	if _, err := w.s.DeliverDue(ctx); err != nil {
		t.Fatal(err)
	}
	link := post.link(t)
	w.must(w.s.Verify(ctx, link))
	me, err := w.s.Me(ctx, in.Caller)
	w.must(err)
	if me.Verified.IsZero() {
		t.Error("not verified")
	}
	wantError(t, w.s.Verify(ctx, link), ErrMailToken, "a link used again")
}

func TestPasswordRules(t *testing.T) {
	for _, good := range []string{"a rather long sentence", "correct horse staple", "vhmbk-qkc43-6qrkr-xzxwy", "Grüße an alle Vögel", "bluefishjumps7times", "anna likes old maps", "passwords are boring"} {
		if err := checkPassword(good, "anna@example.org", "Anna Schmidt"); err != nil {
			t.Errorf("%q: %v", good, err)
		}
	}
	for _, bad := range []string{"short", "elevenchars", "password1234", "Password1234!", "P@ssw0rd2026", "passwordpassword", "123456789012", "aaaaaaaaaaaa", "abababababab", "qwertyuiop123", "abcdefghijkl", "zyxwvutsrqpo",
		"letmeinletmein", "anna@example.org", "AnnaSchmidt1", "schmidt-2026", "iloveyou1234", "1q2w3e4r5t6y", strings.Repeat("long", 300)} {
		err := checkPassword(bad, "anna@example.org", "Anna Schmidt")
		var f *ledger.Fault
		if !errors.As(err, &f) || f.Field != "password" || f.Value != "" || f.Cure == "" {
			t.Errorf("%q: %v", bad, err)
		}
	}
}

func TestAttemptsAreCounted(t *testing.T) {
	w, _ := accounts(t)
	try := func(email, password, from string) error {
		_, err := w.s.SignIn(WithAddress(ctx, from), email, password, "")
		return err
	}
	for _, email := range []string{"ada@example.org", "nobody@example.org"} { // known or not: the same
		for i := range accountFree {
			wantError(t, try(email, "a wrong password", "192.0.2.1"), ErrCredentials, "attempt "+string(rune('1'+i)))
		}
		err := try(email, adasPassword, "192.0.2.1")
		var wait *Throttled
		if !errors.As(err, &wait) || wait.Wait != firstWait {
			t.Errorf("%s: %v", email, err)
		}
		wantError(t, try(strings.ToUpper(email), adasPassword, "192.0.2.9"), ErrThrottled, "from elsewhere, in capitals")
	}
	w.clock = w.clock.Add(firstWait)
	w.must(try("ada@example.org", adasPassword, "192.0.2.1"))
	w.must(try("ada@example.org", adasPassword, "192.0.2.1"))
	// One good password in between makes no room for guesses at others from there.
	for i := 0; ; i++ {
		err := try(string(rune('a'+i%26))+string(rune('a'+i/26))+"@example.org", "a wrong password", "192.0.2.5")
		if i%10 == 9 {
			if good := try("ada@example.org", adasPassword, "192.0.2.5"); good != nil {
				err = good
			}
		}
		if errors.Is(err, ErrThrottled) {
			if i < addressFree-20 {
				t.Errorf("after %d guesses already", i)
			}
			break
		}
		if i > 2*addressFree {
			t.Fatal("an address may guess without end")
		}
	}
}

func TestSecondFactor(t *testing.T) {
	w, _ := accounts(t)
	code := func(key string) string {
		t.Helper()
		c, err := totp.GenerateCode(key, w.clock)
		w.must(err)
		return c
	}
	set, err := w.s.BeginTOTP(ctx, w.owner, "")
	w.must(err)
	if !strings.Contains(set.URI, "issuer=FolioSight") || !bytes.HasPrefix(set.QR, []byte("\x89PNG")) {
		t.Errorf("%s", set.URI)
	}
	w.must(w.store.Read(ctx, w.owner.Identity, func(ctx context.Context, v store.View) error {
		f, err := v.SecondFactor(ctx)
		if bytes.Contains(f.Secret, []byte(set.Secret)) {
			t.Error("the secret lies open in the database")
		}
		return err
	}))
	if _, err := w.s.SignIn(ctx, "ada@example.org", adasPassword, ""); err != nil {
		t.Errorf("before it is confirmed: %v", err)
	}
	_, err = w.s.ConfirmTOTP(ctx, w.owner, "000000")
	wantError(t, err, ErrCode, "a wrong code")
	recovery, err := w.s.ConfirmTOTP(ctx, w.owner, code(set.Secret))
	w.must(err)
	if len(recovery) != 10 {
		t.Errorf("%v", recovery)
	}
	_, err = w.s.BeginTOTP(ctx, w.owner, "")
	wantError(t, err, ErrExists, "setting up a second one, which would replace the first")

	ask := func() string {
		t.Helper()
		_, err := w.s.LogIn(ctx, "ada@example.org", adasPassword, Visit{Program: true})
		var needed *SecondFactorNeeded
		if !errors.As(err, &needed) || !errors.Is(err, ErrSecondFactor) {
			t.Fatalf("%v", err)
		}
		return needed.Challenge
	}
	challenge := ask()
	_, err = w.s.FinishSignIn(ctx, challenge, code(set.Secret))
	wantError(t, err, ErrCode, "the code that confirmed, used again")
	w.clock = w.clock.Add(30 * time.Second)
	used := code(set.Secret)
	in, err := w.s.FinishSignIn(ctx, challenge, used)
	w.must(err)
	w.must(w.known(in.Tokens.Access))
	_, err = w.s.FinishSignIn(ctx, ask(), used)
	wantError(t, err, ErrCode, "a code seen over the shoulder")
	w.clock = w.clock.Add(30 * time.Second)
	_, err = w.s.FinishSignIn(ctx, challenge, code(set.Secret))
	wantError(t, err, ErrChallenge, "a challenge used again")

	// A recovery code once, written any way.
	in, err = w.s.FinishSignIn(ctx, ask(), strings.ToUpper(strings.ReplaceAll(recovery[0], "-", " ")))
	w.must(err)
	_, err = w.s.FinishSignIn(ctx, ask(), recovery[0])
	wantError(t, err, ErrCode, "a recovery code used again")
	state, err := w.s.SecondFactor(ctx, in.Caller)
	w.must(err)
	if !state.On || state.Recovery != 9 {
		t.Errorf("%+v", state)
	}
	// Five codes a challenge, and a new challenge gives no new attempts.
	challenge = ask()
	for range factorTries {
		_, err = w.s.FinishSignIn(ctx, challenge, "000000")
		wantError(t, err, ErrCode, "a guess")
	}
	_, err = w.s.FinishSignIn(ctx, challenge, "000000")
	wantError(t, err, ErrChallenge, "the sixth guess")
	challenge = ask()
	for range 4 {
		_, err = w.s.FinishSignIn(ctx, challenge, "000000")
	}
	for range 3 {
		_, err = w.s.FinishSignIn(ctx, ask(), "000000")
	}
	wantError(t, err, ErrThrottled, "many guesses over several challenges")
	challenge = ask()
	w.clock = w.clock.Add(time.Hour)
	_, err = w.s.FinishSignIn(ctx, challenge, code(set.Secret))
	wantError(t, err, ErrChallenge, "a challenge that ended")

	// It is hard to take away: not without the password, once some time has passed.
	wantError(t, w.s.DisableTOTP(ctx, in.Caller, ""), ErrReauthorise, "without the password")
	wantError(t, w.s.DisableTOTP(ctx, in.Caller, "a wrong password"), ErrCredentials, "with a wrong password")
	codes, err := w.s.NewRecoveryCodes(ctx, in.Caller, adasPassword)
	w.must(err)
	_, err = w.s.FinishSignIn(ctx, ask(), recovery[1])
	wantError(t, err, ErrCode, "a code that was replaced")
	w.clock = w.clock.Add(longestWait)
	_, err = w.s.FinishSignIn(ctx, ask(), codes[0])
	w.must(err)
	w.must(w.s.DisableTOTP(ctx, in.Caller, adasPassword))
	_, err = w.s.SignIn(ctx, "ada@example.org", adasPassword, "")
	w.must(err)

	without := New(Options{Store: w.store, Now: func() time.Time { return w.clock }})
	_, err = without.BeginTOTP(ctx, w.owner, adasPassword)
	wantError(t, err, ErrNoKey, "without a key")
}

// TestKeysRotate: what was sealed with the key before opens, and is sealed anew when it
// is used, so that the key before can go.
func TestKeysRotate(t *testing.T) {
	w, _ := accounts(t)
	set, err := w.s.BeginTOTP(ctx, w.owner, "")
	w.must(err)
	code := func() string {
		t.Helper()
		w.clock = w.clock.Add(time.Minute)
		c, err := totp.GenerateCode(set.Secret, w.clock)
		w.must(err)
		return c
	}
	_, err = w.s.ConfirmTOTP(ctx, w.owner, code())
	w.must(err)
	signIn := func(current byte, previous ...byte) error {
		t.Helper()
		var before [][]byte
		for _, b := range previous {
			before = append(before, bytes.Repeat([]byte{b}, secret.KeySize))
		}
		keys, err := secret.New(bytes.Repeat([]byte{current}, secret.KeySize), before...)
		w.must(err)
		s := New(Options{Store: w.store, Now: func() time.Time { return w.clock }, Accounts: Accounts{Secrets: keys}})
		_, err = s.SignIn(ctx, "ada@example.org", adasPassword, "")
		var needed *SecondFactorNeeded
		if !errors.As(err, &needed) {
			t.Fatal(err)
		}
		_, err = s.FinishSignIn(ctx, needed.Challenge, code())
		return err
	}
	wantError(t, signIn(8), secret.ErrUnknown, "without the key before")
	w.must(signIn(8, 7))
	w.must(signIn(8))
	wantError(t, signIn(7), secret.ErrUnknown, "with the key before alone")
}

func TestPasskeys(t *testing.T) {
	w, _ := accounts(t)
	device := passkeytest.New("https://books.example.org")
	begun, err := w.s.BeginPasskey(ctx, w.owner, "")
	w.must(err)
	answer := device.Create(begun.Options)
	bob := w.another("bob@example.org")
	_, err = w.s.FinishPasskey(ctx, bob, begun.Challenge, "stolen", answer)
	wantError(t, err, ErrChallenge, "another's challenge")
	begun, err = w.s.BeginPasskey(ctx, w.owner, adasPassword)
	w.must(err)
	made, err := w.s.FinishPasskey(ctx, w.owner, begun.Challenge, "Laptop", device.Create(begun.Options))
	w.must(err)

	sign := func() (SignedIn, Ceremony, []byte, error) {
		c, err := w.s.BeginPasskeySignIn(ctx, Visit{Agent: "a browser"})
		w.must(err)
		a := device.Get(c.Options)
		in, err := w.s.FinishPasskeySignIn(ctx, c.Challenge, a)
		return in, c, a, err
	}
	in, c, a, err := sign()
	w.must(err)
	if in.Caller.User != w.owner.User {
		t.Errorf("%+v", in.Caller)
	}
	w.must(w.known(in.Token))
	_, err = w.s.FinishPasskeySignIn(ctx, c.Challenge, a)
	wantError(t, err, ErrChallenge, "an answer used again")
	c, err = w.s.BeginPasskeySignIn(ctx, Visit{})
	w.must(err)
	_, err = w.s.FinishPasskeySignIn(ctx, c.Challenge, passkeytest.New("https://books.example.org").Get(c.Options))
	if !errors.Is(err, ErrPasskey) {
		t.Errorf("a passkey of nobody: %v", err)
	}
	all, err := w.s.Passkeys(ctx, w.owner)
	w.must(err)
	if len(all) != 1 || all[0].Name != "Laptop" || all[0].LastUsed.IsZero() {
		t.Errorf("%+v", all)
	}
	wantError(t, w.s.DeletePasskey(ctx, in.Caller, store.NewID(), ""), ErrNotFound, "one that is not there")
	w.must(w.s.DeletePasskey(ctx, in.Caller, made.ID, ""))
	if _, _, _, err = sign(); !errors.Is(err, ErrPasskey) {
		t.Errorf("a deleted passkey: %v", err)
	}
	nowhere := New(Options{Store: w.store, Accounts: Accounts{PublicURL: "http://192.0.2.1:8000"}})
	_, err = nowhere.BeginPasskeySignIn(ctx, Visit{})
	wantFault(t, err, 0, "FRONTEND_URL", "an address without a name")
}

func TestOtherProviders(t *testing.T) {
	var w *world
	issuer := oidctest.New(t, func() time.Time { return w.clock })
	w, _ = accounts(t, func(a *Accounts) {
		a.Registration = Invite
		a.Providers = []oidc.Provider{{Name: "work", Label: "Work", Issuer: issuer.URL, ClientID: oidctest.ClientID, ClientSecret: oidctest.ClientSecret}}
	})
	go1 := func(e Elsewhere) (SignedIn, string, error) {
		t.Helper()
		sent, err := w.s.BeginElsewhere(ctx, "work", e)
		w.must(err)
		if strings.Contains(sent.Address, sent.Keep) {
			t.Error("what is kept travels through the provider")
		}
		code, state := issuer.Authorize(sent.Address)
		return w.s.FinishElsewhere(ctx, "work", sent.Keep, state, code)
	}
	issuer.Claims = jwt.MapClaims{"sub": "42", "email": "ada@example.org", "email_verified": true, "name": "Ada"}
	// The same address is not enough to be somebody here.
	_, _, err := go1(Elsewhere{})
	wantError(t, err, ErrNotLinked, "an address that has an account")
	in, to, err := go1(Elsewhere{Link: &w.owner, To: "/settings"})
	w.must(err)
	if in.Caller.User != w.owner.User || to != "/settings" {
		t.Errorf("%+v %s", in.Caller, to)
	}
	in, _, err = go1(Elsewhere{})
	w.must(err)
	if in.Caller.User != w.owner.User {
		t.Errorf("%+v", in.Caller)
	}
	bob := w.another("bob@example.org")
	fresh, err := w.s.begin(ctx, bob.Identity, Visit{})
	w.must(err)
	_, _, err = go1(Elsewhere{Link: &fresh.Caller})
	wantError(t, err, ErrExists, "an identity that is somebody else's")

	// Another browser cannot finish what this one began.
	sent, err := w.s.BeginElsewhere(ctx, "work", Elsewhere{})
	w.must(err)
	code, state := issuer.Authorize(sent.Address)
	for what, keep := range map[string]string{"without the cookie": "", "with another": newToken()} {
		_, _, err = w.s.FinishElsewhere(ctx, "work", keep, state, code)
		wantError(t, err, ErrChallenge, what)
	}
	_, _, err = w.s.FinishElsewhere(ctx, "work", sent.Keep, state+"x", code)
	wantError(t, err, ErrChallenge, "with another state")
	_, err = w.s.BeginElsewhere(ctx, "nobody", Elsewhere{})
	wantError(t, err, ErrProvider, "an unknown provider")

	// Somebody new comes in by invitation, with an address that was verified.
	issuer.Claims = jwt.MapClaims{"sub": "43", "email": "eve@example.org", "email_verified": false, "name": "Eve"}
	_, text, err := w.s.Invite(ctx, w.owner, NewInvite{})
	w.must(err)
	_, _, err = go1(Elsewhere{Invite: text})
	wantError(t, err, ErrNotLinked, "an address that was not verified")
	issuer.Claims["email_verified"] = true
	_, _, err = go1(Elsewhere{})
	wantError(t, err, ErrNotLinked, "without an invitation")
	in, _, err = go1(Elsewhere{Invite: text})
	w.must(err)
	if in.User.Email != "eve@example.org" || in.User.Verified.IsZero() || in.Caller.Tenant != w.owner.Tenant {
		t.Errorf("%+v", in.User)
	}
	_, err = w.s.SignIn(ctx, "eve@example.org", "", "")
	wantError(t, err, ErrCredentials, "an account without a password")
	all, err := w.s.Linked(ctx, in.Caller)
	w.must(err)
	w.must(w.s.Unlink(ctx, in.Caller, all[0].ID))
	_, _, err = go1(Elsewhere{})
	wantError(t, err, ErrNotLinked, "an identity taken away")
}

func TestPasswordReset(t *testing.T) {
	w, post := accounts(t)
	in := w.logIn(t)
	w.must(w.s.RequestReset(ctx, "nobody@example.org"))
	w.must(w.s.RequestReset(ctx, "ADA@example.org"))
	post.broken = errors.New("no connection")
	if n, err := w.s.DeliverDue(ctx); n != 0 || err != nil {
		t.Errorf("%d %v", n, err)
	}
	post.broken = nil
	if n, _ := w.s.DeliverDue(ctx); n != 0 {
		t.Error("tried again at once")
	}
	w.clock = w.clock.Add(time.Minute)
	if n, err := w.s.DeliverDue(ctx); n != 1 || err != nil {
		t.Fatalf("%d %v", n, err)
	}
	if post.sent[0].To != "ada@example.org" || !strings.Contains(post.sent[0].Text, "https://books.example.org/reset?token=") {
		t.Errorf("%+v", post.sent)
	}
	link := post.link(t)
	wantError(t, w.s.ConfirmReset(ctx, link+"x", "a brand new sentence"), ErrMailToken, "a wrong link")
	wantFault(t, w.s.ConfirmReset(ctx, link, "short"), 0, "password", "a short password")
	w.must(w.s.ConfirmReset(ctx, link, "a brand new sentence"))
	wantError(t, w.s.ConfirmReset(ctx, link, "another new sentence"), ErrMailToken, "a link used again")
	wantError(t, w.known(in.Tokens.Access), ErrSignedOut, "a session from before")
	_, err := w.s.SignIn(ctx, "ada@example.org", adasPassword, "")
	wantError(t, err, ErrCredentials, "the old password")
	_, err = w.s.SignIn(ctx, "ada@example.org", "a brand new sentence", "")
	w.must(err)

	w.must(w.s.RequestReset(ctx, "ada@example.org"))
	_, err = w.s.DeliverDue(ctx)
	w.must(err)
	w.clock = w.clock.Add(time.Hour)
	wantError(t, w.s.ConfirmReset(ctx, post.link(t), "a brand new sentence"), ErrMailToken, "a link of an hour ago")

	// What cannot be sent is given up, with the reason.
	w.must(w.s.RequestReset(ctx, "ada@example.org"))
	post.broken = notify.ErrRefused
	_, err = w.s.DeliverDue(ctx)
	w.must(err)
	post.broken = nil
	w.clock = w.clock.Add(10 * time.Minute)
	if n, _ := w.s.DeliverDue(ctx); n != 0 {
		t.Error("what was refused for good is sent again")
	}
	silent := New(Options{Store: w.store})
	wantError(t, silent.RequestReset(ctx, "ada@example.org"), ErrNoMail, "without a mail server")
}

func TestDeleteAndExport(t *testing.T) {
	w, _ := accounts(t)
	w.book("2024-01-02 deposit 1000", "2024-01-03 buy 5 ACME @ 100")
	w.must(w.s.SetOwnPrices(ctx, w.owner, []store.OwnPrice{{Symbol: "HOUSE", Date: booking(t, "2024-01-02 deposit 1").Date, Price: booking(t, "2024-01-02 deposit 1").Amount.Decimal, Currency: "EUR"}}))
	var b bytes.Buffer
	w.must(w.s.ExportMe(ctx, w.owner, &b))
	z, err := zip.NewReader(bytes.NewReader(b.Bytes()), int64(b.Len()))
	w.must(err)
	files := map[string][]byte{}
	for _, f := range z.File {
		r, err := f.Open()
		w.must(err)
		if files[f.Name], err = io.ReadAll(r); err != nil || !json.Valid(files[f.Name]) {
			t.Errorf("%s: %v", f.Name, err)
		}
	}
	for _, name := range []string{"profile.json", "portfolios/Main.json", "portfolios/Main.settings.json", "settings.json", "own-prices.json", "access.json", "events.json"} {
		if files[name] == nil {
			t.Errorf("%s is missing", name)
		}
	}
	for name, content := range files {
		if bytes.Contains(content, []byte("argon2")) {
			t.Errorf("%s has the hash of the password", name)
		}
	}
	if !bytes.Contains(files["own-prices.json"], []byte("HOUSE")) || !bytes.Contains(files["events.json"], []byte("ledger")) {
		t.Errorf("%s\n%s", files["own-prices.json"], files["events.json"])
	}
	// The document can be imported again, and is the same ledger.
	again, err := w.s.CreatePortfolio(ctx, w.owner, NewPortfolio{Name: "Again"})
	w.must(err)
	p, err := w.s.CommitImport(ctx, w.owner, again.ID, File{Name: "Main.json", Content: files["portfolios/Main.json"]}, ImportOptions{Expected: store.AnyVersion})
	w.must(err)
	if p.New != 2 || p.Refused != 0 {
		t.Errorf("%+v", p)
	}

	bob := w.another("bob@example.org")
	in, err := w.s.begin(ctx, bob.Identity, Visit{})
	w.must(err)
	wantFault(t, w.s.DeleteMe(ctx, w.owner, adasPassword, false), 0, "everybody", "the last owner, with others left")
	wantError(t, w.s.DeleteMe(ctx, w.owner, "a wrong password", true), ErrCredentials, "with a wrong password")
	w.must(w.s.DeleteMe(ctx, in.Caller, "", false)) // signed in a moment ago
	wantError(t, w.known(in.Token), ErrSignedOut, "a deleted account")
	w.clock = w.clock.Add(time.Hour)
	wantError(t, w.s.DeleteMe(ctx, w.owner, "", true), ErrReauthorise, "without the password, an hour later")
	w.must(w.s.DeleteMe(ctx, w.owner, adasPassword, false))
	needed, err := w.s.NeedsSetup(ctx)
	w.must(err)
	if !needed {
		t.Error("somebody is left")
	}
}

func TestFeatures(t *testing.T) {
	w, _ := accounts(t, func(a *Accounts) { a.Features = map[string]bool{FeatureReports: false} })
	on := func(c Caller, name string) bool {
		t.Helper()
		got, err := w.s.Feature(ctx, c, name)
		w.must(err)
		return got
	}
	if !on(w.owner, FeatureChat) || on(w.owner, FeatureReports) || on(w.owner, "nothing") {
		t.Error("what is configured does not hold")
	}
	w.must(w.s.SwitchFeature(ctx, w.owner, FeatureReports, true, 100))
	w.must(w.s.SwitchFeature(ctx, w.owner, FeatureAdvanced, false, 100))
	if !on(w.owner, FeatureReports) || on(w.owner, FeatureAdvanced) {
		t.Error("a switch does not hold")
	}
	_, err := w.s.Forecasts(ctx, w.owner, Question{})
	var off *FeatureOff
	if !errors.As(err, &off) || !errors.Is(err, ErrFeature) || off.Name != FeatureAdvanced {
		t.Errorf("%v", err)
	}
	wantError(t, w.s.SwitchFeature(ctx, w.another("bob@example.org"), FeatureChat, false, 0), ErrForbidden, "a member switching")
	wantFault(t, w.s.SwitchFeature(ctx, w.owner, "nothing", true, 100), 0, "name", "an unknown feature")
	wantFault(t, w.s.SwitchFeature(ctx, w.owner, FeatureChat, true, 101), 0, "percent", "more than all")

	// A share of the users is about that share, and grows without taking it from anybody.
	had := map[string]bool{}
	for _, percent := range []int{10, 25, 60, 100} {
		n := 0
		for i := range 2000 {
			user := strings.Repeat("u", i%7) + string(rune('a'+i%26)) + time.Duration(i).String()
			in := share(FeatureChat, user) < percent
			if had[user] && !in {
				t.Fatalf("%s lost it at %d %%", user, percent)
			}
			had[user] = in
			if in {
				n++
			}
		}
		if got := n / 20; got < percent-4 || got > percent+4 {
			t.Errorf("%d %% are %d %%", percent, got)
		}
	}
}

func TestTiers(t *testing.T) {
	w, _ := accounts(t, func(a *Accounts) { a.Tiers = map[string]Tier{"free": {Portfolios: 2, Transactions: 3, Imports: 1}} })
	beyond := func(err error, field, what string) {
		t.Helper()
		wantFault(t, err, 0, field, what)
		wantError(t, err, ErrTier, what)
	}
	_, err := w.s.ChangeUser(ctx, w.owner, w.owner.User, UserChange{Tier: new(string)})
	w.must(err)
	free, none := "free", "nothing"
	_, err = w.s.ChangeUser(ctx, w.owner, w.owner.User, UserChange{Tier: &none})
	wantFault(t, err, 0, "tier", "an unknown tier")
	_, err = w.s.ChangeUser(ctx, w.owner, w.owner.User, UserChange{Tier: &free})
	w.must(err)
	got, err := w.s.TierOf(ctx, w.owner)
	w.must(err)
	if got.Portfolios != 2 {
		t.Errorf("%+v", got)
	}
	second := w.create("Second")
	_, err = w.s.CreatePortfolio(ctx, w.owner, NewPortfolio{Name: "Third"})
	beyond(err, "portfolios", "a third portfolio")
	w.book("2024-01-02 deposit 1", "2024-01-03 deposit 1", "2024-01-04 deposit 1")
	_, err = w.s.Book(ctx, w.owner, w.portfolio, store.AnyVersion, []ledger.Transaction{booking(t, "2024-01-05 deposit 1")})
	beyond(err, "transactions", "a fourth booking")
	page, err := w.s.Transactions(ctx, w.owner, w.portfolio, store.Filter{})
	w.must(err)
	// A correction is no booking more, and what was deleted makes room.
	_, err = w.s.Edit(ctx, w.owner, w.portfolio, page.Rows[0].ID, store.AnyVersion, booking(t, "2024-01-06 deposit 2"))
	w.must(err)
	page, err = w.s.Transactions(ctx, w.owner, w.portfolio, store.Filter{})
	w.must(err)
	_, err = w.s.Delete(ctx, w.owner, w.portfolio, store.AnyVersion, []string{page.Rows[0].ID})
	w.must(err)
	w.book("2024-01-05 deposit 1")

	file := func(day string) File {
		return File{Name: day + ".csv", Content: []byte("date,type,account,amount,currency\n" + day + ",deposit,depot,1,EUR\n")}
	}
	_, err = w.s.CommitImport(ctx, w.owner, second, file("2024-02-01"), ImportOptions{Expected: store.AnyVersion})
	w.must(err)
	_, err = w.s.CommitImport(ctx, w.owner, second, file("2024-02-02"), ImportOptions{Expected: store.AnyVersion})
	beyond(err, "imports", "a second import in a day")
	w.clock = w.clock.Add(25 * time.Hour)
	_, err = w.s.CommitImport(ctx, w.owner, second, file("2024-02-02"), ImportOptions{Expected: store.AnyVersion})
	w.must(err)
}

func TestPeopleOfATenant(t *testing.T) {
	w, _ := accounts(t)
	u, password, err := w.s.AddUser(ctx, w.owner, NewOwner{Email: "bob@example.org", Name: "Bob"}, store.Member)
	w.must(err)
	in, err := w.s.SignIn(ctx, "bob@example.org", password, "")
	w.must(err)
	_, _, err = w.s.AddUser(ctx, in.Caller, NewOwner{Email: "eve@example.org", Name: "Eve"}, store.Member)
	wantError(t, err, ErrForbidden, "a member adding")
	off, on := true, false
	_, err = w.s.ChangeUser(ctx, w.owner, u.ID, UserChange{Disabled: &off})
	w.must(err)
	wantError(t, w.known(in.Token), ErrSignedOut, "a disabled user")
	_, err = w.s.SignIn(ctx, "bob@example.org", password, "")
	wantError(t, err, ErrCredentials, "a disabled user signing in")
	_, err = w.s.ChangeUser(ctx, w.owner, u.ID, UserChange{Disabled: &on})
	w.must(err)
	again, err := w.s.ResetPassword(ctx, w.owner, u.ID, true)
	w.must(err)
	_, err = w.s.SignIn(ctx, "bob@example.org", password, "")
	wantError(t, err, ErrCredentials, "the password from before")
	_, err = w.s.SignIn(ctx, "bob@example.org", again, "")
	w.must(err)
	role := store.Member
	_, err = w.s.ChangeUser(ctx, w.owner, w.owner.User, UserChange{Role: &role})
	wantFault(t, err, 0, "user", "an owner making itself a member")
	_, err = w.s.ChangeUser(ctx, w.owner, w.owner.User, UserChange{Disabled: &off})
	wantFault(t, err, 0, "user", "an owner disabling itself")

	country, method := "DE", "HIFO"
	_, err = w.s.UpdateMe(ctx, w.owner, Profile{Country: &country, CostMethod: &method})
	w.must(err)
	p, err := w.s.CreatePortfolio(ctx, w.owner, NewPortfolio{Name: "By HIFO"})
	w.must(err)
	if p.Policy.Method != ledger.HIFO {
		t.Errorf("method %s", p.Policy.Method)
	}
	wrong := "Deutschland"
	_, err = w.s.UpdateMe(ctx, w.owner, Profile{Country: &wrong})
	wantFault(t, err, 0, "country", "no country code")
	_, err = w.s.UpdateMe(ctx, w.owner, Profile{CostMethod: &wrong})
	wantFault(t, err, 0, "cost_method", "no lot method")
}
