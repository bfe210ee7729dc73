package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/google/uuid"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/finance/money"
	"github.com/foliosight/foliosight/internal/store"
)

const proposalColumns = `id, portfolio_id, account, symbol, ex_date, pay_date, amount, currency, quantity, gross, withholding, source, kind, status, transaction_id, note, proposed, decided, decided_by`

func scanProposal(row interface{ Scan(...any) error }) (store.Proposal, error) {
	var p store.Proposal
	err := row.Scan(textOf{&p.ID}, textOf{&p.Portfolio}, &p.Account, &p.Symbol, dayOf{&p.ExDate}, dayOf{&p.PayDate}, exactOf{&p.Amount}, &p.Currency, exactOf{&p.Quantity}, exactOf{&p.Gross},
		decimalOf{&p.Withholding}, &p.Source, &p.Kind, &p.Status, textOf{&p.Transaction}, &p.Note, timeOf{&p.Proposed}, timeOf{&p.Decided}, textOf{&p.DecidedBy})
	return p, err
}

// Proposals implements store.IncomeReader.
func (t *tx) Proposals(ctx context.Context, f store.ProposalFilter) (store.ProposalPage, error) {
	var page store.ProposalPage
	c := &conditions{where: []string{`i.tenant_id = $1`, inVisible("i.portfolio_id")}, args: []any{t.id.Tenant, t.id.User}}
	if f.Portfolio != "" {
		if err := t.access(ctx, f.Portfolio, store.CanView); err != nil {
			return page, err
		}
		c.add(`i.portfolio_id = %s`, f.Portfolio)
	}
	if f.Symbol != "" {
		c.add(`i.symbol = %s`, f.Symbol)
	}
	if len(f.Statuses) > 0 {
		var values []any
		for _, s := range f.Statuses {
			values = append(values, string(s))
		}
		c.add(`i.status IN (`+strings.TrimSuffix(strings.Repeat("%s, ", len(values)), ", ")+`)`, values...)
	}
	if day := dayOrNull(f.From); day != nil {
		c.add(`i.ex_date >= %s`, day)
	}
	if day := dayOrNull(f.To); day != nil {
		c.add(`i.ex_date <= %s`, day)
	}
	if f.After != "" {
		at, err := splitCursor(f.After, 2)
		if err == nil {
			_, err = date.Parse(at[0])
		}
		if err == nil {
			err = uuid.Validate(at[1])
		}
		if err != nil {
			return page, badCursor(f.After)
		}
		c.add(`(i.ex_date, i.id) < (%s, %s)`, at[0], at[1])
	}
	limit := orDefault(f.Limit, 100)
	query := `SELECT ` + proposalColumns + ` FROM income_proposals i WHERE ` + c.text() + ` ORDER BY i.ex_date DESC, i.id DESC LIMIT ` + c.limit(limit)
	err := t.each(ctx, func(rows *sql.Rows) error {
		p, err := scanProposal(rows)
		page.Proposals = append(page.Proposals, p)
		return err
	}, query, c.args...)
	if len(page.Proposals) > limit {
		page.Proposals = page.Proposals[:limit]
		last := page.Proposals[limit-1]
		page.Next = cursorOf(last.ExDate.String(), last.ID)
	}
	return page, t.named("proposals", err)
}

// Proposal implements store.IncomeReader.
func (t *tx) Proposal(ctx context.Context, id string) (store.Proposal, error) {
	if uuid.Validate(id) != nil {
		return store.Proposal{}, t.named("proposal "+id, store.ErrNotFound)
	}
	p, err := scanProposal(t.row(ctx, `SELECT `+proposalColumns+` FROM income_proposals i WHERE i.tenant_id = $1 AND i.id = $3 AND `+inVisible("i.portfolio_id"), t.id.Tenant, t.id.User, id))
	return p, t.named("proposal "+id, err)
}

// Propose implements store.IncomeWriter.
func (t *tx) Propose(ctx context.Context, all []store.Proposal) (done store.Proposed, err error) {
	err = t.write("propose income", func() error {
		var faults ledger.Faults
		for i, p := range all {
			faults = append(faults, checkProposal(i+1, p)...)
		}
		if len(faults) > 0 {
			return faults
		}
		for _, p := range all {
			if err := t.access(ctx, p.Portfolio, store.CanTrade); err != nil {
				return err
			}
			if err := t.propose(ctx, p, &done); err != nil {
				return fmt.Errorf("%s on %s: %w", p.Symbol, p.ExDate, err)
			}
		}
		return nil
	})
	return done, err
}

func checkProposal(row int, p store.Proposal) (faults ledger.Faults) {
	bad := func(field, value, problem, cure string, err error) {
		faults = append(faults, &ledger.Fault{Row: row, ID: p.Symbol, Field: field, Value: clip(value), Problem: problem, Cure: cure, Err: err})
	}
	for _, n := range []struct {
		field string
		value money.Decimal
	}{{"amount", p.Amount}, {"quantity", p.Quantity}, {"gross", p.Gross}, {"withholding", p.Withholding.OrZero()}} {
		if n.value.CheckBounds() != nil {
			bad(n.field, n.value.String(), "has more digits than are kept", "give the number with fewer digits", money.ErrRange)
		}
	}
	if p.Symbol == "" || p.ExDate.IsNone() || p.ExDate == 0 {
		bad("ex_date", "", "income has a symbol and an ex-date", "give both", nil)
	}
	if p.Kind != store.ProposedDividend && p.Kind != store.ProposedSpecial && p.Kind != store.ProposedDRIP {
		bad("kind", string(p.Kind), "is none", "give dividend, special or drip", nil)
	}
	return faults
}

func (t *tx) propose(ctx context.Context, p store.Proposal, done *store.Proposed) error {
	if p.ID == "" {
		p.ID = store.NewID()
	}
	p.Status, p.Proposed = store.ProposalOpen, t.stamp()
	terms := []any{dayOrNull(p.PayDate), p.Amount.String(), string(p.Currency), p.Quantity.String(), p.Gross.String(), decimalOrNull(p.Withholding), p.Source, string(p.Kind)}
	n, err := t.exec(ctx, `INSERT INTO income_proposals (tenant_id, portfolio_id, account, symbol, ex_date, pay_date, amount, currency, quantity, gross, withholding, source, kind, id, status, note, proposed)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, 'open', '', $15) ON CONFLICT (tenant_id, portfolio_id, account, symbol, ex_date) DO NOTHING`,
		slices.Concat([]any{t.id.Tenant, p.Portfolio, p.Account, p.Symbol, p.ExDate.String()}, terms, []any{p.ID, formatTime(p.Proposed)})...)
	if err != nil {
		return err
	}
	if n == 1 {
		done.Added++
		return t.note(ctx, "income.propose", "proposal/"+p.ID, p.Portfolio, nil, proposalNote(p))
	}
	was, err := scanProposal(t.row(ctx, `SELECT `+proposalColumns+` FROM income_proposals WHERE tenant_id = $1 AND portfolio_id = $2 AND account = $3 AND symbol = $4 AND ex_date = $5`+t.store.dialect.ForUpdate,
		t.id.Tenant, p.Portfolio, p.Account, p.Symbol, p.ExDate.String()))
	if err != nil {
		return err
	}
	if was.Status != store.ProposalOpen || sameTerms(was, p) {
		done.Same++
		return nil
	}
	done.Changed++
	err = t.must(ctx, `UPDATE income_proposals SET pay_date = $4, amount = $5, currency = $6, quantity = $7, gross = $8, withholding = $9, source = $10, kind = $11
		WHERE tenant_id = $1 AND portfolio_id = $2 AND id = $3 AND status = 'open'`, slices.Concat([]any{t.id.Tenant, p.Portfolio, was.ID}, terms)...)
	if err != nil {
		return err
	}
	return t.note(ctx, "income.propose", "proposal/"+was.ID, p.Portfolio, proposalNote(was), proposalNote(p))
}

func sameTerms(a, b store.Proposal) bool {
	return dayOrNull(a.PayDate) == dayOrNull(b.PayDate) && a.Amount.Equal(b.Amount) && a.Currency == b.Currency && a.Quantity.Equal(b.Quantity) && a.Gross.Equal(b.Gross) &&
		a.Withholding.Known == b.Withholding.Known && a.Withholding.OrZero().Equal(b.Withholding.OrZero()) && a.Source == b.Source && a.Kind == b.Kind
}

// proposalNote is what the audit trail keeps of a proposal.
func proposalNote(p store.Proposal) map[string]any {
	kept := map[string]any{"symbol": p.Symbol, "account": p.Account, "ex_date": p.ExDate, "amount": p.Amount.String(), "currency": p.Currency, "quantity": p.Quantity.String(),
		"gross": p.Gross.String(), "kind": p.Kind, "status": p.Status}
	if p.Withholding.Known {
		kept["withholding"] = p.Withholding.Decimal.String()
	}
	if p.Transaction != "" {
		kept["transaction"] = p.Transaction
	}
	if p.Note != "" {
		kept["note"] = p.Note
	}
	return kept
}

// heldProposal is a proposal that the identity may decide about, which nobody else
// decides about until the transaction ends.
func (t *tx) heldProposal(ctx context.Context, id string) (store.Proposal, error) {
	p, err := t.Proposal(ctx, id)
	if err != nil {
		return p, err
	}
	if err := t.access(ctx, p.Portfolio, store.CanTrade); err != nil {
		return p, err
	}
	return scanProposal(t.row(ctx, `SELECT `+proposalColumns+` FROM income_proposals WHERE tenant_id = $1 AND portfolio_id = $2 AND id = $3`+t.store.dialect.ForUpdate, t.id.Tenant, p.Portfolio, id))
}

// decide writes what became of a proposal.
func (t *tx) decide(ctx context.Context, action string, was store.Proposal, status store.ProposalStatus, transaction, note string) (store.Proposal, error) {
	p := was
	p.Status, p.Transaction, p.Note, p.Decided, p.DecidedBy = status, transaction, plain(note), t.stamp(), t.id.User
	err := t.must(ctx, `UPDATE income_proposals SET status = $4, transaction_id = $5, note = $6, decided = $7, decided_by = $8 WHERE tenant_id = $1 AND portfolio_id = $2 AND id = $3 AND status = $9`,
		t.id.Tenant, p.Portfolio, p.ID, string(status), orNull(transaction), p.Note, formatTime(p.Decided), p.DecidedBy, string(was.Status))
	if errors.Is(err, sql.ErrNoRows) {
		err = store.ErrStale
	}
	if err != nil {
		return p, err
	}
	return p, t.note(ctx, action, "proposal/"+p.ID, p.Portfolio, proposalNote(was), proposalNote(p))
}

// ConfirmProposal implements store.IncomeWriter.
func (t *tx) ConfirmProposal(ctx context.Context, id, transaction string, edited bool) (p store.Proposal, first bool, err error) {
	err = t.write("confirm proposal "+id, func() error {
		if uuid.Validate(transaction) != nil {
			return &ledger.Fault{ID: id, Field: "transaction", Value: clip(transaction), Problem: "is no id", Cure: "give the id of the booking that is made of it"}
		}
		if p, err = t.heldProposal(ctx, id); err != nil {
			return err
		}
		switch p.Status {
		case store.ProposalConfirmed, store.ProposalEdited:
			return nil
		case store.ProposalRejected:
			return fmt.Errorf("it was rejected: %w", store.ErrStale)
		}
		status := store.ProposalConfirmed
		if edited {
			status = store.ProposalEdited
		}
		first = true
		p, err = t.decide(ctx, "income.confirm", p, status, transaction, "")
		return err
	})
	return p, first && err == nil, err
}

// RejectProposal implements store.IncomeWriter.
func (t *tx) RejectProposal(ctx context.Context, id, why string) (p store.Proposal, err error) {
	err = t.write("reject proposal "+id, func() error {
		if p, err = t.heldProposal(ctx, id); err != nil {
			return err
		}
		switch p.Status {
		case store.ProposalRejected:
			return nil
		case store.ProposalConfirmed, store.ProposalEdited:
			return fmt.Errorf("it was booked: %w", store.ErrStale)
		}
		p, err = t.decide(ctx, "income.reject", p, store.ProposalRejected, "", why)
		return err
	})
	return p, err
}

// ReopenProposal implements store.IncomeWriter.
func (t *tx) ReopenProposal(ctx context.Context, id string) (p store.Proposal, err error) {
	err = t.write("open proposal "+id, func() error {
		if p, err = t.heldProposal(ctx, id); err != nil || p.Status == store.ProposalOpen {
			return err
		}
		if p.Transaction != "" {
			var booked int
			err := t.row(ctx, `SELECT COUNT(*) FROM transactions WHERE tenant_id = $1 AND portfolio_id = $2 AND superseded = 0 AND origin_id = $3`, t.id.Tenant, p.Portfolio, p.Transaction).Scan(&booked)
			if err != nil {
				return err
			}
			if booked > 0 {
				return fmt.Errorf("its booking stands: %w", store.ErrStale)
			}
		}
		p, err = t.decide(ctx, "income.reopen", p, store.ProposalOpen, "", "")
		return err
	})
	return p, err
}

// DropProposals implements store.IncomeWriter.
func (t *tx) DropProposals(ctx context.Context, portfolio string, from date.Date, keep []string) (dropped int, err error) {
	err = t.write("drop proposals", func() error {
		if err := t.access(ctx, portfolio, store.CanTrade); err != nil {
			return err
		}
		var gone []store.Proposal
		err := t.each(ctx, func(rows *sql.Rows) error {
			p, err := scanProposal(rows)
			if !slices.Contains(keep, p.ID) {
				gone = append(gone, p)
			}
			return err
		}, `SELECT `+proposalColumns+` FROM income_proposals WHERE tenant_id = $1 AND portfolio_id = $2 AND status = 'open' AND ex_date >= $3 ORDER BY ex_date, id`, t.id.Tenant, portfolio, from.String())
		if err != nil {
			return err
		}
		for _, p := range gone {
			n, err := t.exec(ctx, `DELETE FROM income_proposals WHERE tenant_id = $1 AND portfolio_id = $2 AND id = $3 AND status = 'open'`, t.id.Tenant, portfolio, p.ID)
			if err != nil {
				return err
			}
			if n == 1 {
				dropped++
				if err := t.note(ctx, "income.drop", "proposal/"+p.ID, portfolio, proposalNote(p), nil); err != nil {
					return err
				}
			}
		}
		return nil
	})
	return dropped, err
}
