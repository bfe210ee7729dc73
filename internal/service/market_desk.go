package service

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/foliosight/foliosight/internal/marketdata"
	"github.com/foliosight/foliosight/internal/marketdata/allowance/stored"
	"github.com/foliosight/foliosight/internal/secret"
	"github.com/foliosight/foliosight/internal/store"
)

// Market is how an installation comes by market data. The zero value asks nobody.
type Market struct {
	Sources Sources // nil: nobody is asked
	Off     string  // why nobody is, for people; empty: Sources says it
	Desk    *Desk   // with Sources
}

// Desk is what the sources of market data share with the use cases: their keys and the
// count of their calls, which are kept in the store. It is made before the sources; New
// then says which store it is.
type Desk struct {
	configured map[string]string // keys of the environment, by source
	offered    []marketdata.Provider
	leases     *stored.Leases

	mu     sync.Mutex
	s      *Service
	kept   map[string]string // keys of the page, as they were when they were read last
	loaded time.Time
}

// NewDesk knows the sources there are and the keys that the environment has.
func NewDesk(offered []marketdata.Provider, configured map[string]string) *Desk {
	d := &Desk{offered: offered, configured: configured}
	d.leases = stored.NewLeases(callCount{d}.store)
	return d
}

func (d *Desk) attach(s *Service) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.s = s
}

func (d *Desk) service() *Service {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.s
}

// keysAge is how long keys are remembered: one that is set on another process is used
// after that at the latest.
const keysAge = 30 * time.Second

// Key gives the key of a source whenever it is asked: that of the environment, else the
// one set on the page; empty where there is none.
func (d *Desk) Key(name string) func() string {
	if key := d.configured[name]; key != "" {
		return func() string { return key }
	}
	return func() string {
		d.mu.Lock()
		defer d.mu.Unlock()
		if d.s == nil {
			return ""
		}
		if now := d.s.now(); d.kept == nil || now.Sub(d.loaded) > keysAge || now.Before(d.loaded) {
			kept, err := d.s.openKeys()
			if err != nil {
				return d.kept[name] // what was known; the next call asks again
			}
			d.kept, d.loaded = kept, now
		}
		return d.kept[name]
	}
}

// forget lets the next call read the keys anew.
func (d *Desk) forget() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.kept = nil
}

// keyFrom is where the key of a source comes from, for who runs the installation.
func (d *Desk) keyFrom(name string, operator, onPage bool) string {
	switch {
	case d == nil || !operator:
		return ""
	case d.configured[name] != "":
		return "environment"
	case onPage:
		return "page"
	}
	return ""
}

// openKeys are the keys set on the page, opened.
func (s *Service) openKeys() (map[string]string, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	admin, err := s.administrator(ctx)
	if err != nil || admin.User == "" {
		return map[string]string{}, err
	}
	admin.Operator = true
	opened := map[string]string{}
	err = s.store.Read(ctx, admin, func(ctx context.Context, v store.View) error {
		all, err := v.ProviderKeys(ctx)
		for _, k := range all {
			plain, err := s.accounts.Secrets.Open(providerKeyPlace(k.Provider), k.Sealed)
			if err != nil {
				continue // sealed with a key that is gone: as good as none
			}
			opened[k.Provider] = string(plain)
		}
		return err
	})
	return opened, err
}

func providerKeyPlace(provider string) secret.Place {
	return secret.ProviderKeys.At(provider)
}

// fingerprint tells keys apart and gives none of them away.
func fingerprint(key string) string {
	sum := sha256.Sum256([]byte("provider key\x00" + key))
	return hex.EncodeToString(sum[:6])
}

// ErrNoProvider reports a source of market data that there is not.
var ErrNoProvider = errors.New("there is no such source of market data")

// longestKey is how long a key of a source may be.
const longestKey = 500

// SetProviderKey keeps the key of a source of market data, sealed; it is for who runs the
// installation. A key of the environment wins over it. The audit trail has that it was
// set, by whom, and its fingerprint.
func (s *Service) SetProviderKey(ctx context.Context, c Caller, name, key string) error {
	if err := operator(c); err != nil {
		return err
	}
	p, err := s.provider(name)
	if err != nil {
		return err
	}
	key = strings.TrimSpace(key)
	switch {
	case !p.NeedsKey():
		return fault("key", "", name+" needs none", "leave it out")
	case key == "" || len(key) > longestKey || strings.ContainsFunc(key, func(r rune) bool { return r <= ' ' || r > '~' }):
		return fault("key", "", "it is empty, too long, or has letters that no key has", "copy the key as the source shows it")
	case s.desk.configured[name] != "":
		return fault("key", "", "the environment has a key of "+name+", which wins", "change it there, or take the variable away first")
	}
	sealed, err := s.accounts.Secrets.Seal(providerKeyPlace(name), []byte(key))
	if err != nil {
		return err
	}
	err = s.writes(ctx, c, ScopeAdmin, func(ctx context.Context, tx store.Tx) error {
		return tx.SetProviderKey(ctx, store.ProviderKey{Provider: name, Sealed: sealed, Fingerprint: fingerprint(key)})
	})
	s.desk.forget()
	return err
}

// ForgetProviderKey takes away a key that was set on the page; ErrNotFound where there is
// none.
func (s *Service) ForgetProviderKey(ctx context.Context, c Caller, name string) error {
	if err := operator(c); err != nil {
		return err
	}
	if _, err := s.provider(name); err != nil {
		return err
	}
	err := s.writes(ctx, c, ScopeAdmin, func(ctx context.Context, tx store.Tx) error { return tx.DropProviderKey(ctx, name) })
	s.desk.forget()
	return err
}

func (s *Service) provider(name string) (marketdata.Provider, error) {
	if s.desk != nil {
		if i := slices.IndexFunc(s.desk.offered, func(p marketdata.Provider) bool { return p.Name() == name }); i >= 0 {
			return s.desk.offered[i], nil
		}
	}
	return nil, fmt.Errorf("%s: %w", name, ErrNoProvider)
}
