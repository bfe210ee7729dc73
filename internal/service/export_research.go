package service

import (
	"time"

	"github.com/foliosight/foliosight/internal/store"
)

// research is what the caller wrote about instruments: watchlists, every target with its
// earlier ones, and notes. What others share with them is not theirs.
func (x *export) research() error {
	me := x.v.Identity().User
	lists, err := x.v.Watchlists(x.ctx)
	if err != nil {
		return err
	}
	out := map[string][]map[string]any{"watchlists": {}, "targets": {}, "notes": {}}
	for _, w := range lists {
		if w.User != me {
			continue
		}
		entries := []map[string]any{}
		for _, e := range w.Entries {
			entries = append(entries, map[string]any{"symbol": e.Symbol, "note": e.Note, "added": e.Added})
		}
		out["watchlists"] = append(out["watchlists"], map[string]any{"name": w.Name, "shared": w.Shared, "created": w.Created, "entries": entries})
	}
	targets, err := x.v.AllTargets(x.ctx)
	if err != nil {
		return err
	}
	for _, g := range targets {
		one := map[string]any{"symbol": g.Symbol, "price": g.Price, "currency": g.Currency, "note": g.Note, "set": g.Set}
		if !g.Horizon.IsNone() {
			one["horizon"] = g.Horizon.String()
		}
		out["targets"] = append(out["targets"], one)
	}
	notes, err := x.v.ResearchNotes(x.ctx, "")
	if err != nil {
		return err
	}
	for _, n := range notes {
		if n.User == me {
			out["notes"] = append(out["notes"], map[string]any{"symbol": n.Symbol, "text": n.Text, "shared": n.Shared, "created": n.Created, "edited": n.Edited})
		}
	}
	return x.write("research.json", out)
}

// income is what was proposed to be booked in a portfolio, and what became of it.
func (x *export) income(p store.Portfolio, name string) error {
	type proposal struct {
		Account     string     `json:"account"`
		Symbol      string     `json:"symbol"`
		ExDate      string     `json:"ex_date"`
		PayDate     string     `json:"pay_date,omitempty"`
		Amount      string     `json:"amount"`
		Currency    string     `json:"currency"`
		Quantity    string     `json:"quantity"`
		Gross       string     `json:"gross"`
		Withholding any        `json:"withholding"`
		Source      string     `json:"source"`
		Kind        string     `json:"kind"`
		Status      string     `json:"status"`
		Transaction string     `json:"transaction,omitempty"`
		Note        string     `json:"note,omitempty"`
		Proposed    time.Time  `json:"proposed"`
		Decided     *time.Time `json:"decided,omitempty"`
	}
	list := []proposal{}
	for f := (store.ProposalFilter{Portfolio: p.ID, Limit: 1000}); ; {
		page, err := x.v.Proposals(x.ctx, f)
		if err != nil {
			return err
		}
		for _, one := range page.Proposals {
			row := proposal{Account: one.Account, Symbol: one.Symbol, ExDate: one.ExDate.String(), Amount: one.Amount.String(), Currency: string(one.Currency), Quantity: one.Quantity.String(),
				Gross: one.Gross.String(), Withholding: one.Withholding, Source: one.Source, Kind: string(one.Kind), Status: string(one.Status), Transaction: one.Transaction, Note: one.Note, Proposed: one.Proposed}
			if !one.PayDate.IsNone() {
				row.PayDate = one.PayDate.String()
			}
			if !one.Decided.IsZero() {
				row.Decided = &one.Decided
			}
			list = append(list, row)
		}
		if f.After = page.Next; page.Next == "" {
			break
		}
	}
	if len(list) == 0 {
		return nil // most portfolios have none, and need no file to say so
	}
	return x.write("portfolios/"+name+".income.json", list)
}
