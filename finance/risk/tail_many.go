package risk

import (
	"errors"
	"fmt"
	"math"

	"github.com/foliosight/foliosight/finance/internal/kernel"
	"github.com/foliosight/foliosight/finance/series"
)

// History holds the returns of names over common periods, laid out so that many
// books can be put back onto it: the values of all names in eight periods stand
// together. It takes a copy, and may be used by several goroutines.
type History struct {
	panels         [][]float64 // of eight periods each
	names, periods int
	largest        float64
}

// Held is a book as the places of its names in a History, counted from 0, and
// how much of each it holds: weights or money, negative when short.
type Held struct {
	Names   []int32
	Amounts []float64
}

// ErrHistory reports returns that are not of one length or not finite.
var ErrHistory = errors.New("a history needs finite returns of one length for every name")

// ErrHeld reports a book that does not fit its history.
var ErrHeld = errors.New("a book needs one amount for each of its names, all of them in the history")

// NewHistory lays out returns, one column a name, all over the same periods.
func NewHistory(columns [][]float64) (*History, error) {
	h := &History{names: len(columns)}
	for i, c := range columns {
		if len(c) != len(columns[0]) {
			return nil, fmt.Errorf("name %d has %d periods, the first %d: %w", i, len(c), len(columns[0]), ErrHistory)
		}
		if at := series.FirstBad(c); at >= 0 {
			return nil, fmt.Errorf("name %d, period %d is %v: %w", i, at, c[at], ErrHistory)
		}
		h.periods = len(c)
		h.largest = math.Max(h.largest, series.Largest(c))
	}
	h.panels = make([][]float64, (h.periods+kernel.Lanes-1)/kernel.Lanes)
	cells := make([]float64, len(h.panels)*h.names*kernel.Lanes)
	for k := range h.panels {
		h.panels[k] = cells[k*h.names*kernel.Lanes:][:h.names*kernel.Lanes]
		from := k * kernel.Lanes
		to := min(from+kernel.Lanes, h.periods)
		for i, c := range columns {
			copy(h.panels[k][i*kernel.Lanes:], c[from:to])
		}
	}
	return h, nil
}

// Periods is how many periods the history has.
func (h *History) Periods() int { return h.periods }

// ProfitLoss is what a book would have gained or lost in each period: the amounts
// times the returns, names at even and at odd places summed apart.
func (h *History) ProfitLoss(book Held) ([]float64, error) {
	if err := h.fits(book); err != nil {
		return nil, err
	}
	out := make([]float64, len(h.panels)*kernel.Lanes)
	for k, panel := range h.panels {
		kernel.Gather(panel, book.Names, book.Amounts, (*[kernel.Lanes]float64)(out[k*kernel.Lanes:]))
	}
	return out[:h.periods], nil
}

func (h *History) fits(book Held) error {
	if len(book.Names) != len(book.Amounts) {
		return fmt.Errorf("%d names, %d amounts: %w", len(book.Names), len(book.Amounts), ErrHeld)
	}
	for k, i := range book.Names {
		if i < 0 || int(i) >= h.names {
			return fmt.Errorf("position %d is name %d of %d: %w", k, i, h.names, ErrHeld)
		}
	}
	return nil
}

// together is how many books are valued on one panel before the next: what they
// make of all periods stays in the cache.
const together = 256

// Tails is the historical VaR and ES of each book, as HistoricalTail has them of
// its ProfitLoss. A book without positions has none (NothingHeld); amounts that
// are not finite or that lead beyond float64 have none either (OutOfRange).
func (h *History) Tails(books []Held, confidence float64) ([]Tail, error) {
	for b, book := range books {
		if err := h.fits(book); err != nil {
			return nil, fmt.Errorf("book %d: %w", b, err)
		}
	}
	out := make([]Tail, len(books))
	length := len(h.panels) * kernel.Lanes
	profits := make([]float64, min(together, len(books))*length)
	work := make([]float64, 2*h.periods)
	for from := 0; from < len(books); from += together {
		some := books[from:min(from+together, len(books))]
		for k, panel := range h.panels {
			for b, book := range some {
				at := b*length + k*kernel.Lanes
				kernel.Gather(panel, book.Names, book.Amounts, (*[kernel.Lanes]float64)(profits[at:]))
			}
		}
		for b, book := range some {
			out[from+b] = h.tail(book, profits[b*length:][:h.periods], confidence, work)
		}
	}
	return out, nil
}

// tail is VaR and ES of the profits of a book.
func (h *History) tail(book Held, profits []float64, confidence float64, work []float64) Tail {
	reason := Reason("")
	switch {
	case len(book.Names) == 0:
		reason = NothingHeld
	case h.periods == 0:
		reason = Empty
	default:
		gross := 0.0
		for _, a := range book.Amounts {
			gross += math.Abs(a)
		}
		// what no sum of amounts times returns can exceed; a sum of losses is
		// at most as many times that
		if most := gross * h.largest * float64(h.periods); !(most < math.MaxFloat64) {
			reason = OutOfRange
		}
	}
	if reason != "" {
		return Tail{confidence, missing(reason), missing(reason)}
	}
	quantile, mean := series.LowTail(profits, 1-confidence, work)
	return Tail{confidence, measured(-quantile), measured(-mean)}
}
