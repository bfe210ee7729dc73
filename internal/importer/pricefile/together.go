package pricefile

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/foliosight/foliosight/finance/ledger"
)

// Together is what several files say, settled: prices as traded, dividends as paid.
type Together struct {
	Series []Settled // in the order of the files
	// Splits and Dividends are by symbol, oldest first. A symbol whose list is there and
	// empty is known to have had none.
	Splits    map[string][]Action
	Dividends map[string][]Action
	FX        []FX
	Rates     []Rate
	Renames   []Rename
	Funds     []Fund   // of several lists of one fund that of the file given last
	Notes     []string // each said once, with how many series it is said of
}

// addFunds takes the lists of holdings of a file, which is named as their source.
func (t *Together) addFunds(f *File) {
	for _, x := range f.Funds {
		x.Composition.Source = f.Name
		if i := slices.IndexFunc(t.Funds, func(y Fund) bool { return y.Symbol == x.Symbol }); i >= 0 {
			t.Funds[i] = x
			continue
		}
		t.Funds = append(t.Funds, x)
	}
}

// Settled is a series as it is kept, and what was found of it.
type Settled struct {
	Series
	Verdict Verdict
	File    string
}

// SettleAll settles the prices and dividends of several files, which may know each
// other's splits. known are splits that are known already, by symbol; nil for none.
// What cannot be settled is left out of the result and is a fault that names file and
// symbol; the rest is there.
func SettleAll(files []*File, known map[string][]Action, basis Basis) (*Together, ledger.Faults) {
	return SettleBeside(files, known, nil, basis)
}

// SettleBeside is SettleAll where prices are kept already, as traded: a list of
// dividends alone is settled by them.
func SettleBeside(files []*File, known map[string][]Action, kept map[string]Series, basis Basis) (*Together, ledger.Faults) {
	t := &Together{Splits: map[string][]Action{}, Dividends: map[string][]Action{}}
	t.addSplits(known)
	for _, f := range files {
		t.addSplits(f.Splits())
		t.FX = append(t.FX, f.FX...)
		t.Rates = append(t.Rates, f.Rates...)
		t.Renames = append(t.Renames, f.Renames...)
		t.addFunds(f)
	}
	var faults ledger.Faults
	said := map[string][]string{} // what is noted, and of which symbols
	for _, f := range files {
		for _, n := range f.Notes {
			t.say(said, n, "")
		}
		for _, s := range f.Series {
			if f.Layout == OptionChain { // of the day, whose splits its terms already know
				t.Series = append(t.Series, Settled{s, Verdict{Symbol: s.Symbol, Found: Traded, Stored: Traded}, f.Name})
				continue
			}
			settled, verdict, err := Settle(s, t.Splits[s.Symbol], basis)
			if err != nil {
				faults = append(faults, faultOf(f.Name, err))
				continue
			}
			t.Series = append(t.Series, Settled{settled, verdict, f.Name})
			for _, n := range verdict.Notes {
				t.say(said, n, s.Symbol)
			}
		}
	}
	for _, s := range t.Series { // after all series were judged by the lists as given
		if len(s.Verdict.Splits) > 0 {
			t.addSplits(map[string][]Action{s.Symbol: s.Verdict.Splits})
		}
	}
	faults = append(faults, t.settleDividends(files, kept, basis)...)
	for i, n := range t.Notes {
		t.Notes[i] = Of(said[n], n)
	}
	return t, faults
}

func (t *Together) say(said map[string][]string, note, symbol string) {
	if _, before := said[note]; !before {
		t.Notes = append(t.Notes, note)
	}
	if symbol == "" {
		said[note] = nil // of the file as a whole
		return
	}
	said[note] = append(said[note], symbol)
}

// Of says of which symbols a note is: by name where they are few. A note of no symbol
// is one of the whole file.
func Of(symbols []string, note string) string {
	const few = 4
	switch n := len(symbols); {
	case n == 0:
		return note
	case n <= few:
		return strings.Join(symbols, ", ") + ": " + note
	default:
		return fmt.Sprintf("%d series (%s, …): %s", n, strings.Join(symbols[:few-1], ", "), note)
	}
}

// addSplits merges lists; two splits of a symbol on one day are one.
func (t *Together) addSplits(lists map[string][]Action) {
	for symbol, list := range lists {
		if t.Splits[symbol] == nil {
			t.Splits[symbol] = []Action{}
		}
		for _, a := range list {
			if !slices.ContainsFunc(t.Splits[symbol], func(b Action) bool { return a.Date == b.Date }) {
				t.Splits[symbol] = append(t.Splits[symbol], a)
			}
		}
		slices.SortStableFunc(t.Splits[symbol], func(a, b Action) int { return int(a.Date) - int(b.Date) })
	}
}

// settleDividends settles file by file, as each stands on one basis. Where a file's own
// figures do not tell, a basis that was stated for the prices is taken for it too.
func (t *Together) settleDividends(files []*File, kept map[string]Series, basis Basis) ledger.Faults {
	evidence := Evidence{Splits: t.Splits, Prices: make(map[string]Series, len(t.Series)+len(kept))}
	maps.Copy(evidence.Prices, kept)
	for _, s := range t.Series {
		if s.Verdict.Stored == Traded {
			evidence.Prices[s.Symbol] = s.Series
		}
	}
	var faults ledger.Faults
	for _, f := range files {
		var all []Action
		for _, a := range f.Actions {
			if a.Kind == Dividend {
				all = append(all, a)
			}
		}
		if len(all) == 0 {
			continue
		}
		own := Auto
		if f.Layout == LeanFactors { // worked out from prices as traded
			own = Traded
		}
		settled, found, err := SettleDividends(all, evidence, own)
		if err != nil && (basis == Traded || basis == SplitAdjusted) {
			settled, found, err = SettleDividends(all, evidence, basis)
		}
		if err != nil {
			faults = append(faults, faultOf(f.Name, err))
			continue
		}
		if found == SplitAdjusted {
			t.Notes = append(t.Notes, fmt.Sprintf("%s: dividends are listed in today's shares and were put back as paid", f.Name))
		}
		for _, a := range settled {
			t.Dividends[a.Symbol] = append(t.Dividends[a.Symbol], a)
		}
	}
	for symbol, list := range t.Dividends {
		t.Dividends[symbol] = SortActions(list)
	}
	return faults
}

func faultOf(file string, err error) *ledger.Fault {
	var f *ledger.Fault
	if !errors.As(err, &f) {
		f = &ledger.Fault{Problem: err.Error(), Err: err}
	}
	named := *f
	named.File = file
	return &named
}
