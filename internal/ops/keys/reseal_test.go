package keys_test

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"github.com/foliosight/foliosight/internal/notify"
	"github.com/foliosight/foliosight/internal/ops/check"
	"github.com/foliosight/foliosight/internal/ops/keys"
	"github.com/foliosight/foliosight/internal/secret"
	"github.com/foliosight/foliosight/internal/service"
	"github.com/foliosight/foliosight/internal/store"
	"github.com/foliosight/foliosight/internal/store/postgres"
	"github.com/foliosight/foliosight/internal/store/postgres/pgtest"
	"github.com/foliosight/foliosight/internal/store/sqlite"
	"github.com/foliosight/foliosight/internal/store/sqlstore"
)

var ctx = context.Background()

func keysOf(t *testing.T, current byte, earlier ...byte) *secret.Keys {
	t.Helper()
	var before [][]byte
	for _, b := range earlier {
		before = append(before, bytes.Repeat([]byte{b}, secret.KeySize))
	}
	k, err := secret.New(bytes.Repeat([]byte{current}, secret.KeySize), before...)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// letters is a channel that keeps what it is given.
type letters struct{ sent []notify.Message }

func (l *letters) Send(_ context.Context, m notify.Message) error {
	l.sent = append(l.sent, m)
	return nil
}

// installation is a live store with something sealed in every column there is.
type installation struct {
	*testing.T
	store  *sqlstore.Store
	db     *sql.DB // beside it
	clock  time.Time
	owner  service.Caller
	access string // a token that the signing key signed
	totp   string
	hook   store.AlertChannel
	posts  *letters
}

const answers = 230 // answers, so that there is more than one page of rows

func (i *installation) must(err error) {
	i.Helper()
	if err != nil {
		i.Fatal(err)
	}
}

func (i *installation) serve(k *secret.Keys) *service.Service {
	return service.New(service.Options{Store: i.store, Now: func() time.Time { return i.clock }, Sessions: 24 * time.Hour,
		Accounts: service.Accounts{Secrets: k, Mail: i.posts, PublicURL: "https://books.example.org", Access: time.Hour}})
}

func (i *installation) vault(k *secret.Keys) *keys.Vault { return &keys.Vault{DB: i.db, Keys: k} }

// onBoth runs on an installation of either database, sealed with one key.
func onBoth(t *testing.T, k *secret.Keys, run func(i *installation)) {
	t.Run("sqlite", func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "books.db")
		s, err := sqlite.Open(ctx, sqlite.Options{Path: path})
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		db, err := sqlite.BesideRaw(ctx, path)
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		i := &installation{T: t, store: s, db: db}
		i.fill(k)
		run(i)
	})
	t.Run("postgres", func(t *testing.T) {
		s, d := pgtest.Open(t)
		db, err := postgres.OwnerPool(d.AdminURL)
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		i := &installation{T: t, store: s, db: db}
		i.fill(k)
		run(i)
	})
}

func (i *installation) fill(k *secret.Keys) {
	i.clock, i.posts = time.Now().UTC().Truncate(time.Second), &letters{}
	s := i.serve(k)
	in, err := s.SetUp(ctx, service.NewOwner{Email: "ada@example.org", Password: "correct horse staple", Name: "Ada", BaseCurrency: "EUR"})
	i.must(err)
	i.owner = in.Caller
	program, err := s.LogIn(ctx, "ada@example.org", "correct horse staple", service.Visit{Agent: "a script", Program: true})
	i.must(err)
	i.access = program.Tokens.Access
	setup, err := s.BeginTOTP(ctx, i.owner, "correct horse staple")
	i.must(err)
	i.totp = setup.Secret
	i.must(s.RequestReset(ctx, "ada@example.org"))
	i.hook, _, err = s.AddAlertChannel(ctx, i.owner, service.NewChannel{Kind: service.ChannelWebhook, URL: "https://desk.example.org/hook?key=1"})
	i.must(err)
	operator := i.owner.Identity
	operator.Operator = true
	i.must(i.store.As(ctx, operator, func(ctx context.Context, tx store.Tx) error {
		sealed, err := k.Seal(secret.ProviderKeys.At("fred"), []byte("key of fred"))
		if err != nil {
			return err
		}
		return tx.SetProviderKey(ctx, store.ProviderKey{Provider: "fred", Sealed: sealed})
	}))
	_, err = s.Once(ctx, i.owner, i.request(), func(context.Context) (service.Response, error) {
		return service.Response{Status: 201, Body: []byte("shown once")}, nil
	})
	i.must(err)
	i.must(i.store.As(ctx, i.owner.Identity, func(ctx context.Context, tx store.Tx) error {
		for n := 1; n < answers; n++ {
			if err := i.keep(ctx, tx, k, n); err != nil {
				return err
			}
		}
		return nil
	}))
}

func (i *installation) request() service.Request {
	return service.Request{Key: "k", Method: "POST", Path: "/", Secret: true}
}

func (i *installation) keep(ctx context.Context, tx store.Tx, k *secret.Keys, n int) error {
	key := fmt.Sprintf("key %d", n)
	sealed, err := k.Seal(secret.Answers.At(i.owner.Tenant, i.owner.User, key), []byte(key))
	if err != nil {
		return err
	}
	return tx.KeepAnswer(ctx, store.Answer{Key: key, Method: "POST", Path: "/", Status: 200, Sealed: sealed, Expires: i.clock.Add(time.Hour)})
}

// blobs is everything that is sealed, by table and row.
func (i *installation) blobs() map[string]string {
	i.Helper()
	all := map[string]string{}
	for _, c := range secret.Columns() {
		rows, err := i.db.Query(`SELECT CAST(` + strings.Join(c.Key, ` AS text) || '/' || CAST(`) + ` AS text), ` + c.Name + ` FROM ` + c.Table + ` WHERE ` + c.Name + ` IS NOT NULL`)
		i.must(err)
		for rows.Next() {
			var key string
			var blob []byte
			i.must(rows.Scan(&key, &blob))
			all[c.Table+" "+key] = string(blob)
		}
		i.must(rows.Err())
		i.must(rows.Close())
	}
	return all
}

// works makes use of everything that is sealed, with the given keys.
func (i *installation) works(k *secret.Keys) {
	i.Helper()
	s := i.serve(k)
	if _, err := s.Authenticate(ctx, i.access); err != nil {
		i.Errorf("the signing key: %v", err)
	}
	code, err := totp.GenerateCode(i.totp, i.clock)
	i.must(err)
	if _, err := s.ConfirmTOTP(ctx, i.owner, code); err != nil {
		i.Errorf("the second factor: %v", err)
	}
	if n, err := s.DeliverDue(ctx); err != nil || n == 0 || len(i.posts.sent) == 0 || !strings.Contains(i.posts.sent[0].Text, "token=") {
		i.Errorf("the outbox: %d sent, %v", n, err)
	}
	again, err := s.Once(ctx, i.owner, i.request(), nil)
	if err != nil || string(again.Body) != "shown once" {
		i.Errorf("the kept answer: %q, %v", again.Body, err)
	}
	operator := i.owner.Identity
	operator.Operator = true
	i.must(i.store.Read(ctx, operator, func(ctx context.Context, v store.View) error {
		all, err := v.ProviderKeys(ctx)
		if err != nil || len(all) != 1 {
			return fmt.Errorf("%d keys of providers: %w", len(all), err)
		}
		if plain, err := k.Open(secret.ProviderKeys.At("fred"), all[0].Sealed); err != nil || string(plain) != "key of fred" {
			i.Errorf("the provider's key: %q, %v", plain, err)
		}
		ch, err := v.AlertChannel(ctx, i.hook.ID)
		if err != nil {
			return err
		}
		if plain, err := k.Open(secret.AlertChannels.At(i.owner.Tenant, i.hook.ID), ch.Target); err != nil || !bytes.Contains(plain, []byte("hook?key=1")) {
			i.Errorf("the webhook: %d bytes, %v", len(plain), err)
		}
		return nil
	}))
}

func sums(all []keys.Tally) (rows, earlier, sealed, lost int) {
	for _, t := range all {
		rows, earlier, sealed, lost = rows+t.Rows, earlier+t.Earlier, sealed+t.Sealed, lost+len(t.Lost)
	}
	return rows, earlier, sealed, lost
}

func (i *installation) wants(what string, all []keys.Tally, rows, earlier, sealed, lost int) {
	i.Helper()
	if r, e, s, l := sums(all); r != rows || e != earlier || s != sealed || l != lost {
		i.Errorf("%s: %d rows, %d under an earlier key, %d sealed anew, %d lost; want %d, %d, %d, %d\n%+v", what, r, e, s, l, rows, earlier, sealed, lost, all)
	}
}

const everything = answers + 5

// Beside a live server everything is sealed anew: what is there works with the new key
// alone, and the earlier one can go.
func TestReseal(t *testing.T) {
	old, both, only := keysOf(t, 1), keysOf(t, 2, 1), keysOf(t, 2)
	onBoth(t, old, func(i *installation) {
		v, was := i.vault(both), i.blobs()
		if len(was) != everything {
			i.Fatalf("%d rows are sealed, want %d", len(was), everything)
		}
		all, err := v.Count(ctx)
		i.must(err)
		i.wants("before", all, everything, everything, 0, 0)
		for _, tally := range all {
			if tally.Rows == 0 {
				i.Errorf("nothing is sealed in %s: the test says nothing of it", tally.Table)
			}
		}
		r := check.Begin("keys reseal --dry-run", i.clock)
		keys.Reseal(ctx, v, true, r)
		if now := i.blobs(); r.State() != check.Fine || !sameBlobs(now, was) {
			i.Errorf("a dry run changed something\n%s", r.Text())
		}
		r = check.Begin("keys ages", i.clock)
		keys.Sealed(ctx, v, r)
		if r.State() != check.Finding || !strings.Contains(r.Text(), fmt.Sprintf("%d of %d are under an earlier key", everything, everything)) {
			i.Errorf("that it is needed is not said:\n%s", r.Text())
		}

		// Whoever stops it half-way loses nothing.
		limited, stop := context.WithCancel(ctx)
		n := 0
		v.Between(func() {
			if n++; n == 150 {
				stop()
			}
		})
		all, err = v.Reseal(limited)
		if !errors.Is(err, context.Canceled) {
			i.Errorf("stopped: %v", err)
		}
		_, _, done, _ := sums(all)
		v.Between(nil)
		all, err = v.Count(ctx)
		i.must(err)
		if done != 149 {
			i.Errorf("%d rows were done when the 150th was stopped", done)
		}
		i.wants("half-way", all, everything, everything-done, 0, 0)
		all, err = v.Reseal(ctx)
		i.must(err)
		i.wants("the rest", all, everything, 0, everything-done, 0)
		for row, blob := range i.blobs() {
			if secret.SealedWith([]byte(blob)) != only.ID() {
				i.Errorf("%s is under key %s", row, secret.SealedWith([]byte(blob)))
			}
		}
		now := i.blobs()
		r = check.Begin("keys reseal", i.clock)
		keys.Reseal(ctx, v, false, r)
		if r.State() != check.Fine || !strings.Contains(r.Text(), "ENCRYPTION_KEY_PREVIOUS can go") || !sameBlobs(i.blobs(), now) {
			i.Errorf("once more:\n%s", r.Text())
		}
		i.works(only)
	})
}

func sameBlobs(a, b map[string]string) bool {
	same := len(a) == len(b)
	for k, v := range a {
		same = same && b[k] == v
	}
	return same
}

// What a server writes while a row is being sealed anew is not written over; what it seals
// with the earlier key is sealed anew, or said.
func TestWrittenMeanwhile(t *testing.T) {
	old, both, only := keysOf(t, 1), keysOf(t, 2, 1), keysOf(t, 2)
	onBoth(t, old, func(i *installation) {
		v := i.vault(both)
		factor := secret.SecondFactors.At(i.owner.Tenant, i.owner.User)
		write := func(text string) {
			sealed, err := old.Seal(factor, []byte(text))
			i.must(err)
			i.must(i.store.As(ctx, i.owner.Identity, func(ctx context.Context, tx store.Tx) error {
				return tx.PutSecondFactor(ctx, store.SecondFactor{Secret: sealed, Created: i.clock})
			}))
		}
		writes := 0
		v.Between(func() { // the first rows read are the signing key, then the second factor
			if writes++; writes == 2 || writes == 3 {
				write(fmt.Sprintf("factor %d", writes))
			}
			if writes == 6 { // and one is gone that was read
				i.must(i.store.As(ctx, i.owner.Identity, func(ctx context.Context, tx store.Tx) error {
					return tx.DeleteAlertChannel(ctx, i.hook.ID)
				}))
			}
		})
		all, err := v.Reseal(ctx)
		i.must(err)
		i.wants("while others write", all, everything-1, 0, everything-1, 0)
		var blob []byte
		i.must(i.db.QueryRow(`SELECT secret FROM second_factors`).Scan(&blob))
		if plain, err := only.Open(factor, blob); err != nil || string(plain) != "factor 3" {
			i.Errorf("the second factor is %q, %v: what the server wrote last is lost", plain, err)
		}
		var channels int
		i.must(i.db.QueryRow(`SELECT COUNT(*) FROM alert_channels`).Scan(&channels))
		if channels != 0 {
			i.Error("what was deleted is back")
		}

		// A server that still has the earlier key alone goes on sealing with it.
		v.Between(nil)
		write("late")
		n := 0
		v.Between(func() {
			if n++; n == 1 {
				i.must(i.store.As(ctx, i.owner.Identity, func(ctx context.Context, tx store.Tx) error { return i.keep(ctx, tx, old, answers+1) }))
				i.must(i.store.RotateSigningKey(ctx, i.signing(old), false, time.Time{}))
			}
		})
		r := check.Begin("keys reseal", i.clock)
		keys.Reseal(ctx, v, false, r)
		if r.State() != check.Finding || !strings.Contains(r.Text(), "1 rows were sealed with one meanwhile") {
			i.Errorf("what came after its table was done is not said:\n%s", r.Text())
		}
	})
}

func (i *installation) signing(k *secret.Keys) store.SealedKey {
	one := store.SealedKey{ID: store.NewID(), Created: i.clock}
	var err error
	one.Secret, err = k.Seal(secret.SigningKeys.At(one.ID), bytes.Repeat([]byte{7}, 32))
	i.must(err)
	return one
}

// Rows that nobody can open are named and left as they are; the others are done.
func TestUnopened(t *testing.T) {
	old, both := keysOf(t, 1), keysOf(t, 2, 1)
	onBoth(t, old, func(i *installation) {
		v := i.vault(both)
		foreign, err := keysOf(t, 9).Seal(secret.ProviderKeys.At("fred"), []byte("x"))
		i.must(err)
		for statement, blob := range map[string][]byte{`UPDATE provider_keys SET sealed = $1`: foreign, `UPDATE second_factors SET secret = $1`: bytes.Repeat([]byte{1}, 60)} {
			_, err := i.db.Exec(statement, blob)
			i.must(err)
		}
		// One that was moved here from another row.
		var moved []byte
		i.must(i.db.QueryRow(`SELECT sealed FROM answers WHERE key = 'key 7'`).Scan(&moved))
		_, err = i.db.Exec(`UPDATE answers SET sealed = $1 WHERE key = 'key 8'`, moved)
		i.must(err)
		was := i.blobs()
		r := check.Begin("keys reseal", i.clock)
		keys.Reseal(ctx, v, false, r)
		text := r.Text()
		if r.Exit() != check.ExitFinding || r.Count(check.Finding) != 3 {
			i.Errorf("exit %d, %d findings", r.Exit(), r.Count(check.Finding))
		}
		for _, part := range []string{"row fred is opened by none", "row " + i.owner.Tenant + "/" + i.owner.User + " is opened by none", "--second-factor", "ENCRYPTION_KEY_PREVIOUS; if that is lost"} {
			if !strings.Contains(text, part) {
				i.Errorf("%q is not said:\n%s", part, text)
			}
		}
		if strings.Contains(text, "key 8") {
			i.Errorf("it shows what a tenant wrote:\n%s", text)
		}
		now := i.blobs()
		var left []string
		for row, blob := range now {
			if secret.SealedWith([]byte(blob)) != both.ID() {
				if left = append(left, strings.Fields(row)[0]); was[row] != blob {
					i.Errorf("%s was changed", row)
				}
			}
		}
		slices.Sort(left)
		if want := []string{"answers", "provider_keys", "second_factors"}; !slices.Equal(left, want) {
			i.Errorf("left: %v, want %v", left, want)
		}
	})
}
