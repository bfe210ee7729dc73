package service

import (
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/foliosight/foliosight/internal/store"
)

func TestFirstRun(t *testing.T) {
	w := newWorld(t)
	needed, err := w.s.NeedsSetup(ctx)
	w.must(err)
	if needed {
		t.Error("set-up is still asked for")
	}
	_, err = w.s.SetUp(ctx, NewOwner{Email: "eve@example.org", Password: "correct horse battery", Name: "Eve"})
	wantError(t, err, ErrSetUp, "a second set-up")
	owner, err := w.s.Owner(ctx)
	w.must(err)
	if owner.User != w.owner.User || !owner.Operator || !w.owner.Operator {
		t.Errorf("owner %+v, signed in %+v: want the same, who may operate", owner, w.owner)
	}
	if other := w.another("bob@example.org"); other.Operator {
		t.Error("a member may operate")
	}
}

func TestNewOwnerIsChecked(t *testing.T) {
	for field, n := range map[string]NewOwner{
		"email":         {Email: "ada", Password: "correct horse battery", Name: "Ada"},
		"password":      {Email: "ada@example.org", Password: "short", Name: "Ada"},
		"name":          {Email: "ada@example.org", Password: "correct horse battery"},
		"base_currency": {Email: "ada@example.org", Password: "correct horse battery", Name: "Ada", BaseCurrency: "euro?"},
		"time_zone":     {Email: "ada@example.org", Password: "correct horse battery", Name: "Ada", TimeZone: "Mars/Olympus"},
	} {
		_, err := newUser(n)
		wantFault(t, err, 0, field, field)
	}
}

func TestSessions(t *testing.T) {
	w := newWorld(t)
	in, err := w.s.SignIn(ctx, " ADA@example.org", "correct horse battery", "a browser")
	w.must(err)
	for what, try := range map[string][2]string{"a wrong password": {"ada@example.org", "wrong horse battery"}, "an unknown address": {"eve@example.org", "correct horse battery"},
		"a password of a megabyte": {"ada@example.org", strings.Repeat("x", 1<<20)}} {
		_, err := w.s.SignIn(ctx, try[0], try[1], "")
		wantError(t, err, ErrCredentials, what)
	}
	c, err := w.s.Authenticate(ctx, in.Token)
	w.must(err)
	if c.User != w.owner.User || c.Session == "" || !c.Operator {
		t.Errorf("caller %+v", c)
	}
	_, err = w.s.Authenticate(ctx, in.Token+"x")
	wantError(t, err, ErrSignedOut, "a wrong token")

	// A session that is used goes on, until it is very old; one that is not ends.
	w.s.accounts.SessionMost = 365 * 24 * time.Hour
	for range 5 {
		w.clock = w.clock.Add(20 * 24 * time.Hour)
		if _, err := w.s.Authenticate(ctx, in.Token); err != nil {
			t.Fatalf("after %s of use: %v", w.clock, err)
		}
	}
	w.clock = w.clock.Add(31 * 24 * time.Hour)
	_, err = w.s.Authenticate(ctx, in.Token)
	wantError(t, err, ErrSignedOut, "a session unused for 31 days")

	in, err = w.s.SignIn(ctx, "ada@example.org", "correct horse battery", "")
	w.must(err)
	w.must(w.s.SignOut(ctx, in.Caller))
	_, err = w.s.Authenticate(ctx, in.Token)
	wantError(t, err, ErrSignedOut, "after signing out")
	w.must(w.s.SignOut(ctx, in.Caller))
}

func TestChangePassword(t *testing.T) {
	w := newWorld(t)
	here, err := w.s.SignIn(ctx, "ada@example.org", "correct horse battery", "")
	w.must(err)
	there, err := w.s.SignIn(ctx, "ada@example.org", "correct horse battery", "")
	w.must(err)
	wantError(t, w.s.ChangePassword(ctx, here.Caller, "wrong horse battery", "a new long one"), ErrCredentials, "with a wrong old password")
	wantFault(t, w.s.ChangePassword(ctx, here.Caller, "correct horse battery", "short"), 0, "password", "a short new password")
	w.must(w.s.ChangePassword(ctx, here.Caller, "correct horse battery", "a new long one"))
	if _, err := w.s.Authenticate(ctx, here.Token); err != nil {
		t.Errorf("the session that changed it: %v", err)
	}
	_, err = w.s.Authenticate(ctx, there.Token)
	wantError(t, err, ErrSignedOut, "another session")
	_, err = w.s.SignIn(ctx, "ada@example.org", "correct horse battery", "")
	wantError(t, err, ErrCredentials, "the old password")
	_, err = w.s.SignIn(ctx, "ada@example.org", "a new long one", "")
	w.must(err)
}

// However many sign in at once, only so many hashes run, and the rest is told to wait.
func TestManySignIns(t *testing.T) {
	w := newWorld(t)
	for range cap(w.s.hashing) {
		w.s.hashing <- struct{}{}
	}
	var wait sync.WaitGroup
	busy := make(chan error, 200)
	stop, cancel := context.WithCancel(ctx)
	for range 100 {
		wait.Go(func() {
			_, err := w.s.SignIn(stop, "ada@example.org", "correct horse battery", "")
			busy <- err
		})
	}
	refused := 100 - cap(w.s.waiting)
	for range refused {
		wantError(t, <-busy, ErrBusy, "one too many")
	}
	cancel()
	wait.Wait()
	for range 100 - refused {
		wantError(t, <-busy, context.Canceled, "one who waited")
	}
}

func TestProfile(t *testing.T) {
	w := newWorld(t)
	zone, bad := "Europe/Berlin", "nowhere"
	u, err := w.s.UpdateMe(ctx, w.owner, Profile{TimeZone: &zone})
	w.must(err)
	if u.TimeZone != zone || u.Name != "Ada" {
		t.Errorf("profile %+v", u)
	}
	_, err = w.s.UpdateMe(ctx, w.owner, Profile{Email: &bad})
	wantFault(t, err, 0, "email", "a bad address")
	me, err := w.s.Me(ctx, w.owner)
	w.must(err)
	if me.Email != "ada@example.org" || me.PasswordHash != "" {
		t.Errorf("me: %+v", me)
	}
}

// What one user has, another neither sees nor changes.
func TestStrangers(t *testing.T) {
	w := newWorld(t)
	b := w.book("2024-01-02 deposit 1000", "2024-01-03 buy 5 ACME @ 100")
	stranger := w.another("bob@example.org")
	for what, try := range map[string]func() error{
		"Portfolio": func() error { _, err := w.s.Portfolio(ctx, stranger, w.portfolio); return err },
		"Update": func() error {
			_, err := w.s.UpdatePortfolio(ctx, stranger, w.portfolio, PortfolioChange{Revision: store.AnyVersion})
			return err
		},
		"Archive":      func() error { return w.s.ArchivePortfolio(ctx, stranger, w.portfolio, true) },
		"Delete":       func() error { return w.s.DeletePortfolio(ctx, stranger, w.portfolio) },
		"Accounts":     func() error { _, err := w.s.Accounts(ctx, stranger, w.portfolio); return err },
		"PutAccount":   func() error { return w.s.PutAccount(ctx, stranger, w.portfolio, store.Account{Name: "x"}) },
		"Transactions": func() error { _, err := w.s.Transactions(ctx, stranger, w.portfolio, store.Filter{}); return err },
		"Transaction":  func() error { _, err := w.s.Transaction(ctx, stranger, w.portfolio, b.IDs[0]); return err },
		"Book": func() error {
			_, err := w.s.Book(ctx, stranger, w.portfolio, store.AnyVersion, nil)
			return err
		},
		"Edit": func() error {
			_, err := w.s.Edit(ctx, stranger, w.portfolio, b.IDs[0], store.AnyVersion, booking(t, "2024-01-02 deposit 1"))
			return err
		},
		"DeleteRows": func() error { _, err := w.s.Delete(ctx, stranger, w.portfolio, store.AnyVersion, b.IDs); return err },
		"Restore": func() error {
			_, err := w.s.Restore(ctx, stranger, w.portfolio, b.IDs[0], store.AnyVersion)
			return err
		},
		"Versions": func() error { _, err := w.s.Versions(ctx, stranger, w.portfolio, 0); return err },
		"Undo":     func() error { _, err := w.s.UndoVersion(ctx, stranger, w.portfolio, 1, store.AnyVersion); return err },
		"Preview": func() error {
			_, err := w.s.PreviewImport(ctx, stranger, w.portfolio, threeRows, ImportOptions{})
			return err
		},
		"Import": func() error {
			_, err := w.s.CommitImport(ctx, stranger, w.portfolio, threeRows, ImportOptions{})
			return err
		},
		"Imports": func() error { _, err := w.s.Imports(ctx, stranger, w.portfolio); return err },
		"UndoImport": func() error {
			_, err := w.s.UndoImport(ctx, stranger, w.portfolio, store.NewID(), store.AnyVersion)
			return err
		},
		"Analysis": func() error {
			_, err := w.s.Analysis(ctx, stranger, Question{Portfolios: []string{w.portfolio}})
			return err
		},
		"All":        func() error { _, err := w.s.Analysis(ctx, stranger, Question{}); return err },
		"DataStatus": func() error { _, err := w.s.DataStatus(ctx, stranger, w.portfolio, 0); return err },
	} {
		// Asked twice: an answer kept in memory for the owner is no answer for others.
		if what == "Analysis" {
			_, err := w.s.Analysis(ctx, w.owner, Question{Portfolios: []string{w.portfolio}})
			w.must(err)
		}
		wantError(t, try(), ErrNotFound, what)
	}
	w.wantLedger("2024-01-02 deposit 1000", "2024-01-03 buy 5 ACME @ 100")
}
