package service

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/internal/importer"
	"github.com/foliosight/foliosight/internal/store"
)

// Formats are the formats of transaction files that are read.
func (s *Service) Formats() []FormatInfo {
	var all []FormatInfo
	for _, f := range s.formats.Formats() {
		all = append(all, FormatInfo{f.Name(), f.Label()})
	}
	return all
}

func (s *Service) formatInfo(name string) FormatInfo {
	if f, err := s.formats.ByName(name); err == nil {
		return FormatInfo{f.Name(), f.Label()}
	}
	return FormatInfo{name, name}
}

// PreviewImport says what importing a file would do; it books nothing.
func (s *Service) PreviewImport(ctx context.Context, c Caller, portfolio string, f File, o ImportOptions) (p *Preview, err error) {
	err = s.read(ctx, c.about(portfolio), func(ctx context.Context, v store.View) error {
		plan, err := s.plan(ctx, v, portfolio, f, o)
		if err != nil {
			return err
		}
		p = plan.Preview
		return nil
	})
	return p, err
}

// CommitImport books a file, as one unit that can be undone. A file with refused rows
// is ErrRefused, with their faults, unless the options skip them; the preview is
// returned all the same. Where everything is there already nothing is booked, and the
// import that is returned has no id.
func (s *Service) CommitImport(ctx context.Context, c Caller, portfolio string, f File, o ImportOptions) (p *Preview, err error) {
	err = s.as(ctx, c.about(portfolio), func(ctx context.Context, tx store.Tx) error {
		if err := tx.Hold(ctx, portfolio); err != nil {
			return err
		}
		plan, err := s.plan(ctx, tx, portfolio, f, o)
		if err != nil {
			return err
		}
		p = plan.Preview
		target := plan.draft.portfolio
		if o.Expected != store.AnyVersion && o.Expected != target.Version {
			return fmt.Errorf("ledger of %q: version %d is not the current %d: %w", target.Name, o.Expected, target.Version, ErrStale)
		}
		if p.Refused > 0 && !o.SkipRefused || plan.untold {
			return fmt.Errorf("%s: %d of %d rows: %w: %w", f.Name, p.Refused, p.Read, ErrRefused, plan.faults())
		}
		if err := s.mayImport(ctx, tx, plan); err != nil {
			return err
		}
		reach(ctx, StageBooking)
		if err := plan.book(ctx, tx); err != nil {
			return err
		}
		if err := s.incomeSoon(ctx, tx, portfolio, plan.added); err != nil {
			return err
		}
		return s.checkSoon(ctx, tx, portfolio)
	})
	return p, err
}

// plan is a file laid over a ledger: what becomes of each row, and the ledger after it.
type plan struct {
	*Preview
	draft *draft
	file  *importer.File
	added []ledger.Transaction // new bookings, in file order
	// untold is set where so much is impossible that not all of it was looked for.
	untold bool
}

func (s *Service) plan(ctx context.Context, v store.View, portfolio string, f File, o ImportOptions) (*plan, error) {
	target, err := v.Portfolio(ctx, portfolio)
	if err != nil {
		return nil, err
	}
	d, err := s.openDraft(ctx, v, target)
	if err != nil {
		return nil, err
	}
	reach(ctx, StageReading)
	file, err := s.formats.Read(f.Name, f.Content, o.Format, importer.Options{BaseCurrency: target.Base, Account: o.Account, AsOf: s.today(),
		DateOrder: o.DateOrder, Decimal: o.Decimal, Unfunded: o.Unfunded})
	if err != nil {
		return nil, err
	}
	reach(ctx, StageComparing)
	sum := sha256.Sum256(f.Content)
	p := &plan{draft: d, file: file, Preview: &Preview{File: f.Name, Format: s.formatInfo(file.Format), SHA256: hex.EncodeToString(sum[:]),
		Version: target.Version, Read: len(file.Rows), Notes: file.Notes}}
	if err := p.before(ctx, v); err != nil {
		return nil, err
	}
	present, err := presentIn(ctx, v, portfolio)
	if err != nil {
		return nil, err
	}
	before, err := d.fold() // the ledger as it stands; a fault in it is not the file's
	if err != nil {
		before = nil
		p.Notes = append(p.Notes, "What changes is not shown: the ledger as it stands cannot be followed ("+err.Error()+").")
	}
	p.judge(present)
	after, err := p.try()
	if err != nil {
		return nil, err
	}
	p.count()
	p.compare(before, after)
	return p, nil
}

// before settles what the file says of the portfolio as a whole.
func (p *plan) before(ctx context.Context, v store.View) error {
	p.draft.describe(p.file.Instruments)
	target := &p.draft.portfolio
	if p.file.Policy != nil && target.Version == 0 && checkPolicy(*p.file.Policy) == nil {
		target.Policy = *p.file.Policy
	}
	if base := p.file.BaseCurrency; base != "" && base != target.Base {
		p.Notes = append(p.Notes, fmt.Sprintf("The file counts in %s; the portfolio goes on counting in %s.", base, target.Base))
	}
	for _, points := range p.file.Prices {
		p.Prices += len(points)
	}
	for _, points := range p.file.FX {
		p.Prices += len(points)
	}
	imports, err := v.Imports(ctx, target.ID)
	if err != nil {
		return err
	}
	for i := range imports {
		if imports[i].SHA256 == p.SHA256 && imports[i].Undone == 0 {
			p.AlreadyImported = &imports[i]
		}
	}
	return nil
}

// judge decides what becomes of each row taken by itself.
func (p *plan) judge(present *present) {
	for i := range p.file.Rows {
		row := &p.file.Rows[i]
		out := PreviewRow{Number: row.Number, Place: row.Place, Text: row.Text, Faults: row.Faults, Reason: row.Ignored}
		switch row.Outcome() {
		case importer.Refused:
			out.Status, out.Reason = RowRefused, row.Faults.Error()
		case importer.Ignored:
			out.Status = RowIgnored
		default:
			p.judgeBookings(present, row, &out)
		}
		p.Rows = append(p.Rows, out)
	}
}

func (p *plan) judgeBookings(present *present, row *importer.Row, out *PreviewRow) {
	var fresh []ledger.Transaction
	for k := range row.Transactions {
		if there, why := present.has(&row.Transactions[k]); there {
			out.Reason = why
			continue
		}
		fresh = append(fresh, row.Transactions[k])
	}
	if len(fresh) == 0 {
		out.Status = RowPresent
		return
	}
	if len(fresh) < len(row.Transactions) {
		out.Reason = fmt.Sprintf("%d of its %d bookings are there already", len(row.Transactions)-len(fresh), len(row.Transactions))
	}
	out.Status, out.Transactions = RowNew, p.draft.prepare(fresh)
	if faults := ledger.Validate(out.Transactions, p.draft.instrument, date.None); len(faults) > 0 {
		p.refuse(out, faults)
	}
}

// refuse turns a row down, naming file and row.
func (p *plan) refuse(row *PreviewRow, faults ledger.Faults) {
	for _, f := range faults {
		f.File, f.Row, f.ID = p.File, row.Number, ""
	}
	row.Status, row.Faults, row.Reason, row.Transactions = RowRefused, faults, faults.Error(), nil
}

// atMostFaults is how many impossible bookings of one file are looked for: each costs
// a fold of the whole ledger.
const atMostFaults = 25

// try folds the ledger with the new bookings, refusing those that cannot have happened.
func (p *plan) try() (*foldedDraft, error) {
	for range atMostFaults {
		p.added = p.added[:0]
		for i := range p.Rows {
			p.added = append(p.added, p.Rows[i].Transactions...)
		}
		p.draft.added = p.added
		book, err := p.draft.fold()
		if err == nil {
			return newFolded(book), nil
		}
		var fault *ledger.Fault
		if !errors.As(err, &fault) {
			return nil, err
		}
		row := p.rowOf(fault.ID)
		if row == nil {
			fault.File = p.File
			fault.Problem = "with this file a booking that is already there would no longer be possible: " + fault.Problem
			return nil, ledger.Faults{fault}
		}
		p.refuse(row, ledger.Faults{fault})
	}
	p.untold = true
	p.Notes = append(p.Notes, fmt.Sprintf("More than %d bookings cannot have happened; what else may be wrong was not looked for.", atMostFaults-1))
	return nil, nil
}

func (p *plan) rowOf(id string) *PreviewRow {
	for i := range p.Rows {
		for k := range p.Rows[i].Transactions {
			if p.Rows[i].Transactions[k].ID == id {
				return &p.Rows[i]
			}
		}
	}
	return nil
}

func (p *plan) count() {
	for i := range p.Rows {
		switch p.Rows[i].Status {
		case RowNew:
			p.New++
		case RowPresent:
			p.Present++
		case RowRefused:
			p.Refused++
		case RowIgnored:
			p.Ignored++
		}
	}
	p.Bookings = len(p.added)
	for i := range p.added {
		d := p.added[i].Date
		if i == 0 {
			p.From, p.To = d, d
		}
		p.From, p.To = min(p.From, d), max(p.To, d)
	}
}

func (p *plan) faults() ledger.Faults {
	var all ledger.Faults
	for i := range p.Rows {
		all = append(all, p.Rows[i].Faults...)
	}
	return all
}

// UndoImport takes back an import: its bookings, edited ones too, and the prices that
// came with it. Where later bookings rest on it, it is refused, naming the first.
func (s *Service) UndoImport(ctx context.Context, c Caller, portfolio, id string, expected int64) (b Booked, err error) {
	err = s.as(ctx, c.about(portfolio), func(ctx context.Context, tx store.Tx) error {
		if err := tx.Hold(ctx, portfolio); err != nil {
			return err
		}
		p, err := tx.Portfolio(ctx, portfolio)
		if err != nil {
			return err
		}
		d, err := s.openDraft(ctx, tx, p)
		if err != nil {
			return err
		}
		page, err := tx.Find(ctx, portfolio, store.Filter{Import: id})
		if err != nil {
			return err
		}
		gone := make(map[string]bool, len(page.Rows))
		for i := range page.Rows {
			gone[page.Rows[i].ID] = true
		}
		if err := d.try(nil, d.remove(gone)); err != nil {
			return err
		}
		if b.Version, err = tx.UndoImport(ctx, portfolio, id, expected, "import undone"); err != nil {
			return err
		}
		_, err = tx.DropSource(ctx, importSource(id), true)
		return err
	})
	return b, err
}

// Imports of a portfolio, newest first.
func (s *Service) Imports(ctx context.Context, c Caller, portfolio string) (all []store.Import, err error) {
	err = s.read(ctx, c.about(portfolio), func(ctx context.Context, v store.View) (err error) {
		all, err = v.Imports(ctx, portfolio)
		return err
	})
	return all, err
}
