package portfolio

import (
	"slices"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/market"
	"github.com/foliosight/foliosight/finance/money"
)

// Axis returns the days of a timeline over (from, to]: those with bookings or observed
// prices and rates of what the book holds, with from and to themselves.
func (b *Book) Axis(panel *market.Panel, from, to date.Date) []date.Date {
	lists := make([][]date.Date, 0, len(b.Symbols)+8)
	lists = append(lists, []date.Date{from, to}, b.bookingDays())
	for _, s := range b.Symbols {
		if series := panel.Prices(s); series != nil {
			lists = append(lists, series.Dates)
		}
	}
	for _, c := range b.usedCurrencies() {
		if conversion, err := panel.Conversion(c, b.Base); err == nil {
			lists = append(lists, conversion.Days()...)
		}
	}
	return market.Union(from-1, to, lists...)
}

func (b *Book) bookingDays() []date.Date {
	var days []date.Date
	for i := range b.events {
		if d := b.events[i].day; len(days) == 0 || days[len(days)-1] != d {
			days = append(days, d)
		}
	}
	return days
}

// usedCurrencies are those of cash, bookings and prices, base left out.
func (b *Book) usedCurrencies() []money.Currency {
	var out []money.Currency
	add := func(c money.Currency) {
		if c != "" && c != b.Base && !slices.Contains(out, c) {
			out = append(out, c)
		}
	}
	for _, c := range b.Currencies {
		add(c)
	}
	for i := range b.instruments {
		add(b.instruments[i].Currency)
	}
	return out
}

// days is an axis with the position of every calendar day on it.
type days struct {
	list  []date.Date
	first date.Date
	at    []int32 // by day − first: position of the day, or of the next one that is on the axis
}

func newDays(list []date.Date) days {
	d := days{list: list}
	if len(list) == 0 {
		return d
	}
	d.first = list[0]
	d.at = make([]int32, int(list[len(list)-1]-d.first)+1)
	i := int32(0)
	for k := range d.at {
		if list[i] < d.first+date.Date(k) {
			i++
		}
		d.at[k] = i
	}
	return d
}

// index is the position of day or of the next one on the axis, len(list) past the end.
func (d *days) index(day date.Date) int {
	switch k := int(day - d.first); {
	case k < 0 || len(d.list) == 0:
		return 0
	case k >= len(d.at):
		return len(d.list)
	default:
		return int(d.at[k])
	}
}
