package service

import (
	"testing"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/instrument"
)

func TestSearchInstruments(t *testing.T) {
	w := newWorld(t)
	w.listed()
	for _, c := range []struct{ typed, symbol, via string }{
		{"acme", "ACME", ""},
		{"acmee industris", "ACME", ""},
		{"us0378331005", "ACME", "US0378331005"},
		{"oldacme", "ACME", "OLDACME"},
		{"vod", "VOD.L", "VOD"},
		{"vodaphone", "VOD.L", ""},
		{"BRK-B", "BRK.B", ""},
		{"globl fund", "GLOBE", ""},
	} {
		found, err := w.s.SearchInstruments(ctx, w.owner, c.typed, 5, false)
		w.must(err)
		if len(found) == 0 || found[0].Instrument.Symbol != c.symbol || found[0].Via != c.via {
			t.Errorf("%q finds %+v, want %s via %q", c.typed, found, c.symbol, c.via)
		}
	}
	found, err := w.s.SearchInstruments(ctx, w.owner, "oldacme", 5, false)
	w.must(err)
	if found[0].Until != date.MustParse("2025-07-01") || found[0].Last != date.MustParse("2026-05-29") {
		t.Errorf("a symbol that was given up: until %s, prices until %s", found[0].Until, found[0].Last)
	}
	if found, err = w.s.SearchInstruments(ctx, w.owner, "acme", 5, true); err != nil || len(found) > 0 {
		t.Errorf("the simulated market knows %v (%v)", found, err)
	}
	// What is brought in later is found at once, by its household alone.
	w.must(w.s.DescribeInstrument(ctx, w.owner, instrument.Instrument{Symbol: "HOUSE", Currency: "EUR", Name: "Lake house", Class: instrument.Private}))
	if found, err = w.s.SearchInstruments(ctx, w.owner, "lake hose", 5, false); err != nil || len(found) != 1 || !found[0].Last.IsNone() {
		t.Errorf("what was described finds %+v (%v)", found, err)
	}
}

func TestResolveInstrument(t *testing.T) {
	w := newWorld(t)
	w.listed()
	for _, c := range []struct {
		identifier, on, symbol string
		scheme                 instrument.Scheme
	}{
		{"US0378331005", "", "ACME", instrument.ISIN},
		{"us0378331005", "2026-01-05", "ACME", instrument.ISIN},
		{"ACME", "", "ACME", instrument.Ticker},
		{"OLDACME", "2025-06-30", "ACME", instrument.Ticker},
		{"OLDACME", "2025-07-01", "", ""},
		{"VOD", "", "VOD.L", instrument.Ticker},
		{"vod.l", "", "VOD.L", instrument.Ticker},
		{"BRK-B", "", "BRK.B", instrument.Ticker},
		{"AAPL  260619C00250000", "", "AAPL260619C00250000", instrument.OCCSym},
		{"NOWHERE", "", "", ""},
	} {
		on := date.None
		if c.on != "" {
			on = date.MustParse(c.on)
		}
		all, err := w.s.ResolveInstrument(ctx, w.owner, c.identifier, on, false)
		if c.symbol == "" {
			wantError(t, err, ErrNotFound, c.identifier+" on "+c.on)
			continue
		}
		w.must(err)
		if len(all) != 1 || all[0].Instrument.Symbol != c.symbol || all[0].Scheme != c.scheme {
			t.Errorf("%s on %q is %+v, want %s by %s", c.identifier, c.on, all, c.symbol, c.scheme)
		}
	}
	all, err := w.s.ResolveInstrument(ctx, w.owner, "ACME", date.None, false)
	w.must(err)
	if len(all[0].Names) != 2 || !all[0].Known {
		t.Errorf("names of ACME: %+v", all[0].Names)
	}
	// An option's terms are spelled out by its symbol; a share's class is not.
	all, err = w.s.ResolveInstrument(ctx, w.owner, "AAPL260619C00250000", date.None, false)
	w.must(err)
	if o := all[0]; o.Known || o.Instrument.Class != instrument.Option || o.Instrument.Strike.Decimal.String() != "250" {
		t.Errorf("an option: %+v", o)
	}
	if all, err = w.s.ResolveInstrument(ctx, w.owner, "BRK.B", date.None, false); err != nil || all[0].Instrument.Class != instrument.Unknown {
		t.Errorf("the class of BRK.B is %q (%v): guessed", all[0].Instrument.Class, err)
	}
}
