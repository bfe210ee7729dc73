package service

import (
	"context"

	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/internal/store"
)

// present are the bookings of a ledger by which those of a file are recognised.
type present struct {
	references map[string]bool // account and reference, of every booking that is in force in whatever words
	anywhere   map[string]bool // the reference alone
	typed      map[string]int  // fingerprints of bookings without a reference, counted
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
	p := &present{references: map[string]bool{}, anywhere: map[string]bool{}, typed: map[string]int{}}
	for i := range rows {
		r := &rows[i]
		switch {
		case !standing[r.Origin]:
		case r.Source != "":
			p.references[reference(&r.Transaction)] = true
			p.anywhere[r.Source] = true
		case r.Superseded == 0:
			p.typed[ledger.Fingerprint(&r.Transaction)]++
		}
	}
	return p, nil
}

// has reports whether a booking of a file is there, and why it is thought so.
func (p *present) has(t *ledger.Transaction) (bool, string) {
	// A row of no account was booked into the one there was, if there was one.
	if t.Source != "" && (p.references[reference(t)] || t.Account == "" && p.anywhere[t.Source]) {
		return true, "booked already, with the same reference"
	}
	bare := *t
	bare.Source = ""
	print := ledger.Fingerprint(&bare)
	if p.typed[print] > 0 {
		p.typed[print]-- // of two equal bookings one entered by hand covers one
		return true, "booked already by hand"
	}
	return false, ""
}
