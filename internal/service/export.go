package service

import (
	"archive/zip"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"
	"unicode"

	"github.com/foliosight/foliosight/finance/instrument"
	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/internal/store"
)

// eventsAtOnce is how many events are read at a time.
const eventsAtOnce = 5000

// ExportMe writes everything that is kept of the caller as a zip: who they are, each
// portfolio of theirs as a ledger document (which import reads again) with its settings,
// settings, own prices and valuations, what they wrote about instruments, sessions, tokens, and what the audit trail says
// they did. It is one state of the database.
func (s *Service) ExportMe(ctx context.Context, c Caller, w io.Writer) error {
	if err := c.Require(ScopeAccount); err != nil {
		return err
	}
	err := s.account(ctx, c, func(ctx context.Context, tx store.Tx) error {
		return tx.Note(ctx, store.Event{Action: "account.export", Object: "user/" + c.User})
	})
	if err != nil {
		return err
	}
	return s.read(ctx, c, func(ctx context.Context, v store.View) error {
		x := &export{ctx: ctx, v: v, zip: zip.NewWriter(w), at: s.now().UTC(), names: map[string]bool{}}
		for _, part := range []func() error{x.person, x.portfolios, x.settings, x.prices, x.research, x.access, x.events} {
			if err := part(); err != nil {
				return err
			}
		}
		return x.zip.Close()
	})
}

type export struct {
	ctx   context.Context
	v     store.View
	zip   *zip.Writer
	at    time.Time
	names map[string]bool
}

// write adds a file of JSON.
func (x *export) write(name string, value any) error {
	f, err := x.zip.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Deflate, Modified: x.at})
	if err != nil {
		return fmt.Errorf("export %s: %w", name, err)
	}
	e := json.NewEncoder(f)
	e.SetIndent("", " ")
	e.SetEscapeHTML(false)
	return e.Encode(value)
}

func (x *export) person() error {
	u, err := x.v.User(x.ctx, x.v.Identity().User)
	if err != nil {
		return err
	}
	t, err := x.v.Tenant(x.ctx)
	if err != nil {
		return err
	}
	return x.write("profile.json", map[string]any{"id": u.ID, "email": u.Email, "name": u.Name, "role": u.Role, "base_currency": u.BaseCurrency, "locale": u.Locale, "time_zone": u.TimeZone,
		"country": u.Country, "cost_method": u.CostMethod, "tier": u.Tier, "created": u.Created, "tenant": t.Name, "exported": x.at})
}

func (x *export) portfolios() error {
	all, err := x.v.Portfolios(x.ctx, true)
	if err != nil {
		return err
	}
	for _, p := range all {
		if p.Owner != x.v.Identity().User {
			continue // another's, who granted a look at it
		}
		d, err := x.document(p)
		if err != nil {
			return err
		}
		name := x.name(p.Name)
		if err := x.write("portfolios/"+name+".json", d); err != nil {
			return err
		}
		about := map[string]any{"id": p.ID, "name": p.Name, "benchmark": p.Benchmark, "simulated": p.Simulated, "settings": p.Settings, "created": p.Created, "ledger_version": p.Version}
		if !p.Archived.IsZero() {
			about["archived"] = p.Archived
		}
		if err := x.write("portfolios/"+name+".settings.json", about); err != nil {
			return err
		}
		if err := x.income(p, name); err != nil {
			return err
		}
	}
	return nil
}

// document is a portfolio as our own format of files has it.
func (x *export) document(p store.Portfolio) (*ledger.Document, error) {
	bookings, err := x.v.Transactions(x.ctx, p.ID, store.Latest)
	if err != nil {
		return nil, err
	}
	accounts, err := x.v.Accounts(x.ctx, p.ID)
	if err != nil {
		return nil, err
	}
	d := &ledger.Document{BaseCurrency: p.Base, Policy: p.Policy, Transactions: bookings, Symbols: map[string]instrument.Instrument{}}
	for _, a := range accounts {
		d.Accounts = append(d.Accounts, ledger.Account{Name: a.Name, Currency: a.Currency})
	}
	var symbols []string
	for i := range bookings {
		for _, symbol := range []string{bookings[i].Symbol, bookings[i].ToSymbol} {
			if _, seen := d.Symbols[symbol]; symbol != "" && !seen {
				d.Symbols[symbol] = instrument.Instrument{Symbol: symbol}
				symbols = append(symbols, symbol)
			}
		}
	}
	known, err := x.v.Instruments(x.ctx, symbols, store.LatestMarket, p.Simulated)
	if err != nil {
		return nil, err
	}
	for _, symbol := range symbols {
		if i, ok := known[symbol]; ok {
			d.Symbols[symbol] = i
		} else {
			delete(d.Symbols, symbol) // nothing is known of it but its name
		}
	}
	return d, nil
}

// name is a name of a file that is not taken yet.
func (x *export) name(of string) string {
	plain := strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) || r == ' ' || r == '-' {
			return r
		}
		return '_'
	}, of)
	name := plain
	for n := 2; x.names[strings.ToLower(name)]; n++ {
		name = fmt.Sprintf("%s %d", plain, n)
	}
	x.names[strings.ToLower(name)] = true
	return name
}

func (x *export) settings() error {
	mine, err := x.v.Settings(x.ctx, store.OfUser)
	if err != nil {
		return err
	}
	return x.write("settings.json", mine)
}

func (x *export) prices() error {
	all, err := x.v.OwnPrices(x.ctx, nil, store.LatestMarket)
	if err != nil {
		return err
	}
	type price struct {
		Symbol    string `json:"symbol"`
		Date      string `json:"date"`
		Price     string `json:"price"`
		Currency  string `json:"currency"`
		Note      string `json:"note,omitempty"`
		Valuation bool   `json:"valuation"`
	}
	list := make([]price, len(all))
	for i, p := range all {
		list[i] = price{p.Symbol, p.Date.String(), p.Price.String(), string(p.Currency), p.Note, p.Valuation}
	}
	return x.write("own-prices.json", list)
}

// access is how the caller comes in: never the secrets themselves.
func (x *export) access() error {
	sessions, err := x.v.Sessions(x.ctx)
	if err != nil {
		return err
	}
	tokens, err := x.v.PersonalTokens(x.ctx)
	if err != nil {
		return err
	}
	passkeys, err := x.v.Passkeys(x.ctx)
	if err != nil {
		return err
	}
	linked, err := x.v.Linked(x.ctx)
	if err != nil {
		return err
	}
	out := map[string][]map[string]any{"sessions": {}, "tokens": {}, "passkeys": {}, "identities": {}}
	for _, s := range sessions {
		out["sessions"] = append(out["sessions"], map[string]any{"created": s.Created, "last_seen": s.LastSeen, "expires": s.Expires, "agent": s.Agent})
	}
	for _, t := range tokens {
		out["tokens"] = append(out["tokens"], map[string]any{"name": t.Name, "scope": t.Scope, "created": t.Created, "expires": t.Expires})
	}
	for _, p := range passkeys {
		out["passkeys"] = append(out["passkeys"], map[string]any{"name": p.Name, "created": p.Created})
	}
	for _, l := range linked {
		out["identities"] = append(out["identities"], map[string]any{"issuer": l.Issuer, "subject": l.Subject, "email": l.Email, "created": l.Created})
	}
	return x.write("access.json", out)
}

// events are what the audit trail says that the caller did.
func (x *export) events() error {
	type event struct {
		Sequence int64           `json:"sequence"`
		At       time.Time       `json:"at"`
		Action   string          `json:"action"`
		Object   string          `json:"object"`
		Before   json.RawMessage `json:"before,omitempty"`
		After    json.RawMessage `json:"after,omitempty"`
	}
	list := []event{}
	for after := int64(0); ; {
		some, err := x.v.Events(x.ctx, after, eventsAtOnce)
		if err != nil {
			return err
		}
		for _, e := range some {
			after = e.Sequence
			if e.User == x.v.Identity().User {
				list = append(list, event{e.Sequence, e.At, e.Action, e.Object, e.Before, e.After})
			}
		}
		if len(some) < eventsAtOnce {
			return x.write("events.json", list)
		}
	}
}
