package service

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/finance/money"
	"github.com/foliosight/foliosight/internal/store"
)

// Portfolios are those the caller sees: of their own tenant in the order of their
// creation, then what others shared, tenant by tenant.
func (s *Service) Portfolios(ctx context.Context, c Caller, archived bool) (all []store.Portfolio, err error) {
	if c.Tenant != "" {
		err = s.read(ctx, c, func(ctx context.Context, v store.View) (err error) {
			all, err = v.Portfolios(ctx, archived)
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	shared, err := s.sharedPortfolios(ctx, c, archived)
	return append(all, shared...), err
}

// Portfolio is one of them.
func (s *Service) Portfolio(ctx context.Context, c Caller, id string) (p store.Portfolio, err error) {
	err = s.read(ctx, c.about(id), func(ctx context.Context, v store.View) (err error) {
		p, err = v.Portfolio(ctx, id)
		return err
	})
	return p, err
}

// CreatePortfolio makes a portfolio that the caller owns.
func (s *Service) CreatePortfolio(ctx context.Context, c Caller, n NewPortfolio) (p store.Portfolio, err error) {
	p = store.Portfolio{ID: store.NewID(), Name: strings.TrimSpace(n.Name), Base: n.Base, Policy: n.Policy, Benchmark: strings.TrimSpace(n.Benchmark), Simulated: n.Simulated, Settings: n.Settings}
	err = s.manage(ctx, c, func(ctx context.Context, tx store.Tx) error {
		me, err := tx.User(ctx, c.User)
		if err != nil {
			return err
		}
		if p.Base == "" {
			p.Base = me.BaseCurrency
		}
		if p.Policy.Method == "" && !p.Simulated {
			p.Policy.Method = ledger.Method(me.CostMethod)
		}
		if err := checkPortfolio(p); err != nil {
			return err
		}
		if err := s.onePortfolioMore(ctx, tx); err != nil {
			return err
		}
		if err := tx.CreatePortfolio(ctx, p); err != nil {
			return err
		}
		p, err = tx.Portfolio(ctx, p.ID)
		return err
	})
	return p, err
}

func checkPortfolio(p store.Portfolio) error {
	if p.Name == "" || len(p.Name) > 200 {
		return &ledger.Fault{Field: "name", Value: p.Name, Problem: "it is empty or too long", Cure: "give a name of at most 200 letters"}
	}
	if code, err := money.ParseCurrency(string(p.Base)); err != nil || code != p.Base {
		return &ledger.Fault{Field: "base_currency", Value: string(p.Base), Problem: "it is not a currency code", Cure: "use the ISO code in capitals, such as EUR", Err: money.ErrCurrency}
	}
	if major, _ := p.Base.Major(); major != p.Base {
		return &ledger.Fault{Field: "base_currency", Value: string(p.Base), Problem: "it is a unit that prices are quoted in", Cure: "use " + string(major)}
	}
	if len(p.Settings) > 0 {
		var object map[string]json.RawMessage
		if json.Unmarshal(p.Settings, &object) != nil {
			return &ledger.Fault{Field: "settings", Problem: "they are no JSON object", Cure: `give them as {"name": value}`}
		}
	}
	return checkPolicy(p.Policy)
}

var methods = map[ledger.Method]bool{"": true, ledger.Strict: true, ledger.StrictWithSize: true, ledger.FIFO: true, ledger.LIFO: true, ledger.HIFO: true,
	ledger.Average: true, ledger.None: true, ledger.FIFOAll: true, ledger.LIFOAll: true, ledger.HIFOAll: true, ledger.AverageAll: true}

func checkPolicy(p ledger.Policy) error {
	bad := func(field, value string) error {
		return &ledger.Fault{Field: field, Value: value, Problem: "there is no such lot method", Cure: "use FIFO, LIFO, HIFO, AVERAGE, STRICT or NONE"}
	}
	if !methods[p.Method] {
		return bad("method", string(p.Method))
	}
	for account, m := range p.MethodPerAccount {
		if !methods[m] {
			return bad("method_per_account."+account, string(m))
		}
	}
	switch p.OnOversold {
	case "", ledger.Refuse, ledger.ZeroCost, ledger.GoShort:
		return nil
	}
	return &ledger.Fault{Field: "on_oversold", Value: string(p.OnOversold), Problem: "there is no such rule", Cure: "use error, zero_cost or short"}
}

// UpdatePortfolio changes a portfolio. A policy under which the ledger could not have
// happened is refused, naming the booking.
func (s *Service) UpdatePortfolio(ctx context.Context, c Caller, id string, change PortfolioChange) (p store.Portfolio, err error) {
	err = s.manage(ctx, c.about(id), func(ctx context.Context, tx store.Tx) error {
		if p, err = tx.Portfolio(ctx, id); err != nil {
			return err
		}
		if change.Revision != store.AnyVersion && change.Revision != p.Revision {
			return fmt.Errorf("portfolio %q: revision %d is not the current %d: %w", p.Name, change.Revision, p.Revision, ErrStale)
		}
		before := p.Policy
		set(&p.Name, change.Name)
		set(&p.Base, change.Base)
		set(&p.Policy, change.Policy)
		set(&p.Benchmark, change.Benchmark)
		if change.Settings != nil {
			p.Settings = change.Settings
		}
		p.Name, p.Benchmark = strings.TrimSpace(p.Name), strings.TrimSpace(p.Benchmark)
		if err := checkPortfolio(p); err != nil {
			return err
		}
		if change.Policy != nil && !samePolicy(before, p.Policy) {
			d, err := s.openDraft(ctx, tx, p)
			if err != nil {
				return err
			}
			if _, err := d.fold(); err != nil {
				return err
			}
		}
		if _, err = tx.UpdatePortfolio(ctx, p); err != nil {
			return err
		}
		p, err = tx.Portfolio(ctx, id)
		return err
	})
	return p, err
}

func samePolicy(a, b ledger.Policy) bool {
	x, err1 := json.Marshal(a)
	y, err2 := json.Marshal(b)
	return err1 == nil && err2 == nil && string(x) == string(y)
}

// ArchivePortfolio takes a portfolio out of the lists, or puts it back.
func (s *Service) ArchivePortfolio(ctx context.Context, c Caller, id string, archived bool) error {
	return s.manage(ctx, c.about(id), func(ctx context.Context, tx store.Tx) error {
		p, err := tx.Portfolio(ctx, id)
		if err != nil {
			return err
		}
		if !p.Role.Allows(store.CanManage) {
			return fmt.Errorf("portfolio %q: %w", p.Name, ErrForbidden)
		}
		if p.Archived.IsZero() != archived {
			return nil
		}
		p.Archived = time.Time{}
		if archived {
			p.Archived = s.now().UTC()
		}
		_, err = tx.UpdatePortfolio(ctx, p)
		return err
	})
}

// DeletePortfolio removes a portfolio with its ledger, for good.
func (s *Service) DeletePortfolio(ctx context.Context, c Caller, id string) error {
	return s.manage(ctx, c.about(id), func(ctx context.Context, tx store.Tx) error { return tx.DeletePortfolio(ctx, id) })
}

// Accounts are those of a portfolio, by name.
func (s *Service) Accounts(ctx context.Context, c Caller, portfolio string) (all []store.Account, err error) {
	err = s.read(ctx, c.about(portfolio), func(ctx context.Context, v store.View) (err error) {
		all, err = v.Accounts(ctx, portfolio)
		return err
	})
	return all, err
}

// PutAccount adds an account or changes its label, currency and institution.
func (s *Service) PutAccount(ctx context.Context, c Caller, portfolio string, a store.Account) error {
	a.Name = strings.TrimSpace(a.Name)
	if a.Name == "" || len(a.Name) > 100 {
		return &ledger.Fault{Field: "name", Value: a.Name, Problem: "it is empty or too long", Cure: "give a name of at most 100 letters"}
	}
	if a.Currency != "" {
		if code, err := money.ParseCurrency(string(a.Currency)); err != nil || code != a.Currency {
			return &ledger.Fault{Field: "currency", Value: string(a.Currency), Problem: "it is not a currency code", Cure: "use the ISO code in capitals, such as EUR"}
		}
	}
	return s.manage(ctx, c.about(portfolio), func(ctx context.Context, tx store.Tx) error { return tx.PutAccount(ctx, portfolio, a) })
}

// DeleteAccount removes an account that no booking ever named.
func (s *Service) DeleteAccount(ctx context.Context, c Caller, portfolio, name string) error {
	return s.manage(ctx, c.about(portfolio), func(ctx context.Context, tx store.Tx) error { return tx.DeleteAccount(ctx, portfolio, name) })
}
