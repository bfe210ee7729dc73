package pricefile

import (
	"fmt"
	"slices"
	"strings"

	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/finance/money"
)

// readActions reads a list of splits and dividends: with a type and a value column,
// or with a column of dividends alone or of ratios alone.
func (f *File) readActions(t *table) ledger.Faults {
	l := actionColumns{
		date: t.column("ex_date", "date"), symbol: t.column("symbol"), kind: t.column("type"), value: t.valueColumn(),
		t: t,
	}
	if l.kind < 0 {
		if l.value = t.dividendColumn(); l.value >= 0 {
			l.only = Dividend
		} else {
			l.value, l.only = t.column("ratio"), Split
		}
	}
	f.allKinds = l.kind >= 0
	l.derived = strings.HasSuffix(t.columns[l.value], "_derived")
	var faults ledger.Faults
	f.Rows, faults = t.rows(func(r row) *ledger.Fault {
		a, fault := l.action(r)
		if fault == nil {
			f.Actions = append(f.Actions, a)
		}
		return fault
	})
	if len(faults) > 0 {
		f.Actions = nil
		return faults
	}
	if before := len(f.Actions); before > 0 {
		f.Actions = SortActions(f.Actions)
		if n := before - len(f.Actions); n > 0 {
			f.Notes = append(f.Notes, fmt.Sprintf("%d rows repeat another row and are left out", n))
		}
	}
	return f.wantRows()
}

// SortActions orders by symbol, day and kind and drops exact repetitions.
func SortActions(actions []Action) []Action {
	slices.SortStableFunc(actions, func(a, b Action) int {
		if a.Symbol != b.Symbol {
			return strings.Compare(a.Symbol, b.Symbol)
		}
		if a.Date != b.Date {
			return int(a.Date) - int(b.Date)
		}
		return -strings.Compare(string(a.Kind), string(b.Kind))
	})
	return slices.CompactFunc(actions, func(a, b Action) bool {
		return a.Symbol == b.Symbol && a.Date == b.Date && a.Kind == b.Kind && a.Amount.Equal(b.Amount) && a.Ratio.String() == b.Ratio.String()
	})
}

// Splits are the lists of splits that the file states, by symbol. A file that could
// have named splits and names only dividends of a symbol says that it had none: its
// list is there and empty. Symbols the file does not mention have no list.
func (f *File) Splits() map[string][]Action {
	lists := map[string][]Action{}
	if f.Layout == LeanFactors {
		lists[symbolOfName(f.Name)] = []Action{}
	}
	for _, a := range f.Actions {
		if lists[a.Symbol] == nil && (f.allKinds || a.Kind == Split) {
			lists[a.Symbol] = []Action{}
		}
		if a.Kind == Split {
			lists[a.Symbol] = append(lists[a.Symbol], a)
		}
	}
	return lists
}

// Dividends are the dividends that the file states, by symbol.
func (f *File) Dividends() map[string][]Action {
	lists := map[string][]Action{}
	for _, a := range f.Actions {
		if a.Kind == Dividend {
			lists[a.Symbol] = append(lists[a.Symbol], a)
		}
	}
	return lists
}

type actionColumns struct {
	t                         *table
	date, symbol, kind, value int
	only                      Kind
	derived                   bool
}

var kinds = map[string]Kind{
	"split": Split, "splits": Split, "stock_split": Split, "reverse_split": Split,
	"dividend": Dividend, "dividends": Dividend, "cash_dividend": Dividend, "div": Dividend, "cash": Dividend,
}

func (l actionColumns) action(r row) (Action, *ledger.Fault) {
	d, ok := day(r.fields[l.date])
	if !ok {
		return Action{}, badDate(l.t.header[l.date], r.fields[l.date])
	}
	a := Action{Date: d, Symbol: string(r.fields[l.symbol]), Kind: l.only, Derived: l.derived}
	if a.Symbol == "" {
		return Action{}, &ledger.Fault{Field: l.t.header[l.symbol], Problem: "is empty", Cure: "name the symbol the action is of"}
	}
	if l.kind >= 0 {
		if a.Kind, ok = kinds[plainName(string(r.fields[l.kind]))]; !ok {
			return Action{}, &ledger.Fault{Field: l.t.header[l.kind], Value: clip(string(r.fields[l.kind])), Problem: "is not a kind of action that is known",
				Cure: "write split or dividend; book spin-offs and mergers as transactions"}
		}
	}
	return a, l.put(&a, string(r.fields[l.value]))
}

func (l actionColumns) put(a *Action, value string) *ledger.Fault {
	fault := func(problem, cure string, err error) *ledger.Fault {
		return &ledger.Fault{Field: l.t.header[l.value], Value: clip(value), Problem: problem, Cure: cure, Err: err}
	}
	if a.Kind == Split {
		ratio, err := ledger.ParseRatio(strings.ReplaceAll(value, "/", ":"))
		if err != nil || ratio.New.CheckBounds() != nil || ratio.Old.CheckBounds() != nil {
			return fault("is not a split ratio", `write new shares per old share, as a number above zero or as "3:2"`, err)
		}
		a.Ratio = ratio
		return nil
	}
	amount, err := money.Parse(value)
	if err != nil {
		return fault("is not a number", "write the cash per share, such as 0.25", err)
	}
	if amount.Sign() <= 0 || amount.CheckBounds() != nil {
		return fault("is not a dividend: dividends are above zero and have at most 18 decimals", "leave the row out where there was none", nil)
	}
	a.Amount = amount
	return nil
}
