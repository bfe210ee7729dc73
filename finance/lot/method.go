package lot

import (
	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/finance/money"
)

// method is a ledger.Method taken apart.
type method struct {
	order     order
	everyones bool // ordered, or pooled, over all accounts
}

type order int8

const (
	unknown order = iota
	strict
	strictWithSize
	fifo
	lifo
	hifo
	average
	unmatched
)

// none is the method that does not match sales unless they name their lots.
var none = method{order: unmatched}

func methodOf(m ledger.Method) method {
	switch m {
	case ledger.Strict:
		return method{order: strict}
	case ledger.StrictWithSize:
		return method{order: strictWithSize}
	case ledger.FIFO:
		return method{order: fifo}
	case ledger.LIFO:
		return method{order: lifo}
	case ledger.HIFO:
		return method{order: hifo}
	case ledger.Average:
		return method{order: average}
	case ledger.None:
		return none
	case ledger.FIFOAll:
		return method{order: fifo, everyones: true}
	case ledger.LIFOAll:
		return method{order: lifo, everyones: true}
	case ledger.HIFOAll:
		return method{order: hifo, everyones: true}
	case ledger.AverageAll:
		return method{order: average, everyones: true}
	}
	return method{}
}

// specific reports whether a lot_spec fixes anything.
func specific(spec *ledger.LotSpec) bool {
	return spec != nil && (spec.Cost.Known || spec.Currency != "" || spec.Label != "" || !(spec.Date.IsNone() || spec.Date == 0))
}

// fits reports whether a lot is as the spec says.
func fits(l *Lot, spec *ledger.LotSpec) bool {
	return (spec.Currency == "" || spec.Currency == l.Currency) &&
		(spec.Label == "" || spec.Label == l.Label) &&
		(spec.Date.IsNone() || spec.Date == 0 || spec.Date == l.Opened) &&
		(!spec.Cost.Known || l.costs(spec.Cost.Decimal))
}

// costs reports whether the lot's cost per unit is c, which may be rounded to
// money.Places.
func (l *Lot) costs(c money.Decimal) bool {
	unit := l.UnitCost()
	return unit.Equal(c) || unit.Equal(c.Round(money.Places))
}

// alike reports whether two lots cannot be told apart by any lot_spec.
func alike(a, b *Lot) bool {
	return a.Opened == b.Opened && a.Currency == b.Currency && a.Label == b.Label && a.UnitCost().Equal(b.UnitCost())
}
