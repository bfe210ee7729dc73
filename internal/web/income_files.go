package web

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/foliosight/foliosight/finance/analysis"
	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/internal/sheet"
	"github.com/foliosight/foliosight/internal/store"
)

func monthOf(m int) time.Month { return time.Month(m) }

// slicesSortByDay puts a list in order of a day, keeping the order of those of one day.
func slicesSortByDay[T any](list []T, day func(T) date.Date) {
	slices.SortStableFunc(list, func(a, b T) int { return cmp.Compare(day(a), day(b)) })
}

// incomeCSV writes what the page shows, unrounded where it is measured: by holding, by
// month, or the payments to come.
func (s *site) incomeCSV(r *request) error {
	write := map[string]func(*analysis.Income) [][]string{"holding": holdingLines, "month": monthLines, "payment": paymentLines}
	by := cmp.Or(r.URL.Query().Get("by"), "holding")
	lines := write[by]
	if lines == nil {
		return store.ErrNotFound
	}
	in, err := r.incomeOf()
	if err != nil {
		return err
	}
	r.attachment("text/csv; charset=utf-8", "income-"+by+".csv")
	out := sheet.NewWriter(r.w)
	for _, line := range lines(in) {
		_ = out.Write(line) // Flush reports
	}
	out.Flush()
	return out.Error()
}

func holdingLines(in *analysis.Income) [][]string {
	lines := [][]string{{"symbol", "name", "held", "quantity", "received_12m", "received_all", "expected_12m", "per_share", "currency", "yield", "yield_on_cost", "growth", "payer", "next", "reason"}}
	for i := range in.Holdings {
		h := &in.Holdings[i]
		share, next := "", ""
		if h.PerShare.Known {
			share = h.PerShare.Decimal.String()
		}
		if h.Next != 0 {
			next = h.Next.String()
		}
		lines = append(lines, []string{h.Symbol, h.Name, fmt.Sprint(h.Held), h.Quantity.String(), csvNumber(h.Received), csvNumber(h.All), csvNumber(h.Expected), share, string(h.Currency),
			csvNumber(h.Yield), csvNumber(h.YieldOnCost), csvNumber(h.Growth), string(h.Payer), next, h.Reason})
	}
	return lines
}

func monthLines(in *analysis.Income) [][]string {
	lines := [][]string{{"month", "dividends", "interest", "received", "announced", "estimated"}}
	for i := range in.Months {
		m := &in.Months[i]
		lines = append(lines, []string{fmt.Sprintf("%04d-%02d", m.Year, m.Month), csvNumber(m.Dividends), csvNumber(m.Interest), csvNumber(m.Received), csvNumber(m.Announced), csvNumber(m.Estimated)})
	}
	return lines
}

func paymentLines(in *analysis.Income) [][]string {
	lines := [][]string{{"date", "date_is", "ex_date", "symbol", "quantity", "per_share", "currency", "gross", "in_base", "basis", "like"}}
	for i := range in.Payments {
		p := &in.Payments[i]
		is, ex, like := "ex-date", "", ""
		if p.Paid {
			is = "pay date"
		}
		if p.ExDate != 0 {
			ex = p.ExDate.String()
		}
		if p.Like != 0 {
			like = p.Like.String()
		}
		lines = append(lines, []string{p.Date.String(), is, ex, p.Symbol, p.Quantity.String(), p.PerShare.String(), string(p.Currency), p.Gross.String(), csvNumber(p.Amount), string(p.Basis), like})
	}
	return lines
}
