package ledger

import "slices"

// Sort puts transactions into the order in which they take effect: by date; within a
// day by time where both have one, else splits, then what opens or adds and inflows,
// then what closes and outflows; else entry order.
func Sort(transactions []Transaction) {
	slices.SortStableFunc(transactions, Compare)
}

// Compare orders two bookings as Sort does; 0 leaves them in entry order.
//
// Times decide only between two bookings that both have one, which is not a
// transitive rule when timed and untimed bookings of a day mix; Sort is stable, so
// the result is still the same for the same input.
func Compare(a, b Transaction) int { return compare(&a, &b) }

func compare(a, b *Transaction) int {
	if a.Date != b.Date {
		return int(a.Date) - int(b.Date)
	}
	if a.Time.Known() && b.Time.Known() {
		if a.Time != b.Time {
			return int(a.Time) - int(b.Time)
		}
		return 0
	}
	return sameDayRank(a.Type) - sameDayRank(b.Type)
}

// Order returns the positions of transactions in the order of Sort, without moving
// them. It is linear where the days already are in order.
func Order(transactions []Transaction) []int32 {
	order := make([]int32, len(transactions))
	byDay := true
	for i := range order {
		order[i] = int32(i)
		byDay = byDay && (i == 0 || transactions[i-1].Date <= transactions[i].Date)
	}
	inOrder := func(i, j int32) int { return compare(&transactions[i], &transactions[j]) }
	if !byDay {
		slices.SortStableFunc(order, inOrder)
		return order
	}
	for from := 0; from < len(order); {
		to := from + 1
		for to < len(order) && transactions[to].Date == transactions[from].Date {
			to++
		}
		if day := order[from:to]; len(day) > 1 && !slices.IsSortedFunc(day, inOrder) {
			slices.SortStableFunc(day, inOrder)
		}
		from = to
	}
	return order
}
