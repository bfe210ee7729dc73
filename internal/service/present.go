package service

import (
	"context"

	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/internal/importer"
	"github.com/foliosight/foliosight/internal/store"
)

// present are the bookings of a ledger by which those of a file are recognised.
type present struct {
	references map[string]bool // account and reference, of every booking that is in force in whatever words
	anywhere   map[string]bool // the reference alone
	plain      map[string]int  // contents of bookings without a reference of a broker's, counted
	referred   map[string]int  // contents of those that have one
}

// content is what a booking says apart from its reference.
func content(t *ledger.Transaction) string {
	bare := *t
	bare.Source = ""
	return ledger.Fingerprint(&bare)
}

func reference(t *ledger.Transaction) string { return t.Account + "\x00" + t.Source }

// presentIn reads them. A booking that was edited since is recognised by what it said
// before too; one that was deleted or undone is not there any more.
func presentIn(ctx context.Context, v store.View, portfolio string) (*present, error) {
	rows, err := v.History(ctx, portfolio)
	if err != nil {
		return nil, err
	}
	standing := map[string]bool{}
	for i := range rows {
		if rows[i].Superseded == 0 {
			standing[rows[i].Origin] = true
		}
	}
	p := &present{references: map[string]bool{}, anywhere: map[string]bool{}, plain: map[string]int{}, referred: map[string]int{}}
	for i := range rows {
		r := &rows[i]
		if !standing[r.Origin] {
			continue
		}
		if r.Source != "" {
			p.references[reference(&r.Transaction)] = true
			p.anywhere[r.Source] = true
		}
		switch {
		case r.Superseded != 0:
		case importer.Made(r.Source):
			p.plain[content(&r.Transaction)]++
		default:
			p.referred[content(&r.Transaction)]++
		}
	}
	return p, nil
}

// has reports whether a booking of a file is there, and why it is thought so: by its
// reference; else by what it says, where the file's booking or ours has no reference of a
// broker's. Two with references of their own are two, however alike. Of equal bookings
// each one that is there covers one of the file.
func (p *present) has(t *ledger.Transaction) (bool, string) {
	says := content(t)
	// A row of no account was booked into the one there was, if there was one.
	if t.Source != "" && (p.references[reference(t)] || t.Account == "" && p.anywhere[t.Source]) {
		if importer.Made(t.Source) && p.plain[says] > 0 {
			p.plain[says]--
		}
		return true, "booked already, with the same reference"
	}
	if p.plain[says] > 0 {
		p.plain[says]--
		return true, "booked already, without a reference"
	}
	if importer.Made(t.Source) && p.referred[says] > 0 {
		p.referred[says]--
		return true, "booked already, with a reference that this file does not give"
	}
	return false, ""
}
