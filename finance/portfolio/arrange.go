package portfolio

import (
	"slices"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/finance/market"
	"github.com/foliosight/foliosight/finance/money"
)

// arrange puts the bookings into the order in which they take effect, adds the market's
// splits that the ledger does not book itself, and dates its own on the market's day.
func (b *Book) arrange(in Input) {
	b.Transactions = ordered(in)
	b.splits = map[string][]split{}
	for i := range b.Transactions {
		if t := &b.Transactions[i]; t.Type == ledger.Split && t.Ratio != nil {
			b.splits[t.Symbol] = append(b.splits[t.Symbol], split{booked: t.Date, market: t.Date, ratio: *t.Ratio, account: t.Account})
		}
	}
	b.joinAccounts()
	var extra []ledger.Transaction
	if in.Actions != nil {
		extra = b.marketSplits(in.Actions, in.Through)
	}
	b.MarketSplits = len(extra)
	if moved := b.alignSplits(); moved || len(extra) > 0 {
		b.Transactions = append(b.Transactions, extra...)
		slices.SortStableFunc(b.Transactions, ledger.Compare)
	}
}

// alignSplits dates the ledger's splits on the day on which the market's prices turn,
// where nothing of the symbol was booked between the two: then no day has a quantity of
// one side and a price of the other.
func (b *Book) alignSplits() (moved bool) {
	days := map[int]date.Date{} // by booking
	for symbol, list := range b.splits {
		for i := range list {
			s := &list[i]
			if s.booked == s.market || s.booked == 0 || b.bookedBetween(symbol, min(s.booked, s.market), max(s.booked, s.market)) {
				continue
			}
			for k := b.After(s.booked - 1); k < len(b.Transactions) && b.Transactions[k].Date <= s.booked; k++ {
				if t := &b.Transactions[k]; t.Type == ledger.Split && t.Symbol == symbol && t.Account == s.account {
					days[k] = s.market
				}
			}
			s.booked = s.market
		}
	}
	for k, day := range days {
		b.Transactions[k].Date = day
	}
	return len(days) > 0
}

// bookedBetween reports whether a symbol has bookings other than splits in [from, to].
func (b *Book) bookedBetween(symbol string, from, to date.Date) bool {
	for k := b.After(from - 1); k < len(b.Transactions) && b.Transactions[k].Date <= to; k++ {
		if t := &b.Transactions[k]; t.Type != ledger.Split && (t.Symbol == symbol || t.ToSymbol == symbol) {
			return true
		}
	}
	return false
}

// joinAccounts makes one split of those that several accounts book for themselves, each
// on its own day: it happened on the first of them.
func (b *Book) joinAccounts() {
	for _, list := range b.splits {
		for i := range list {
			for k := range i {
				first, s := &list[k], &list[i]
				if s.account != first.account && equal(s.ratio, first.ratio) && s.booked <= first.market+SplitWindow {
					s.market = first.market
					break
				}
			}
		}
	}
}

// ordered returns the bookings through the last day in order of effect. They are copied,
// unless they were given away or are as they must be.
func ordered(in Input) []ledger.Transaction {
	order := ledger.Order(in.Transactions)
	sorted, last := true, len(order)
	for i, at := range order {
		if int(at) != i {
			sorted = false
		}
		if !in.Through.IsNone() && in.Transactions[at].Date > in.Through {
			last = i
			break
		}
	}
	if sorted && (in.Given || complete(in.Transactions[:last])) {
		return in.Transactions[:last:last]
	}
	if in.Given {
		permute(in.Transactions, order)
		return in.Transactions[:last:last]
	}
	out := make([]ledger.Transaction, last)
	for i, at := range order[:last] {
		out[i] = in.Transactions[at]
	}
	return out
}

// complete reports whether ledger.Complete has nothing to add to any booking, and no
// split could be dated anew.
func complete(transactions []ledger.Transaction) bool {
	for i := range transactions {
		if t := &transactions[i]; t.Type == ledger.Split || !t.Amount.Known || t.Quantity.Known && !t.Price.Known {
			return false
		}
	}
	return true
}

// permute puts transactions into order where they are.
func permute(transactions []ledger.Transaction, order []int32) {
	for i := range order {
		if int(order[i]) == i || order[i] < 0 {
			continue
		}
		first, at := transactions[i], i
		for {
			from := int(order[at])
			order[at] = -1
			if from == i {
				break
			}
			transactions[at] = transactions[from]
			at = from
		}
		transactions[at] = first
	}
}

// SplitWindow is how many days a ledger's own split may lie from the market's date of
// it and still be the same split.
const SplitWindow = 10

// split is a split as the ledger and as the market dates it: quantities count in new
// pieces from booked on, prices from market on.
type split struct {
	booked, market date.Date
	ratio          ledger.Ratio
	account        string // the ledger's, empty for all
}

// traded is how a symbol first and last appears in the bookings.
type traded struct {
	first    date.Date
	accounts []string // in which it appears
}

// marketSplits are the splits of held symbols that the ledger does not book itself, for
// all accounts or for those that do not book it.
func (b *Book) marketSplits(actions func(string) *market.Actions, through date.Date) []ledger.Transaction {
	seen, symbols := b.appearances()
	var out []ledger.Transaction
	for _, symbol := range symbols {
		a := actions(symbol)
		if a == nil {
			continue
		}
		for _, s := range a.Splits {
			if !through.IsNone() && s.Date > through {
				continue
			}
			ratio := ledger.Ratio{New: s.Ratio.New, Old: s.Ratio.Old}
			if s.Date <= seen[symbol].first { // quantities count in new pieces from the start
				b.splits[symbol] = append(b.splits[symbol], split{booked: 0, market: s.Date, ratio: ratio})
				continue
			}
			accounts := b.without(symbol, s.Date, seen[symbol].accounts)
			for _, account := range accounts {
				t := ledger.Transaction{ID: "market-split:" + symbol + ":" + s.Date.String(), Date: s.Date, Type: ledger.Split, Symbol: symbol, Account: account,
					Ratio: &ratio, Note: "from the market's list of splits"}
				if account != "" {
					t.ID += ":" + account
				}
				out = append(out, t)
				b.splits[symbol] = append(b.splits[symbol], split{booked: s.Date, market: s.Date, ratio: ratio, account: account})
			}
		}
	}
	return out
}

// appearances says when and where each symbol appears, and the symbols in order.
func (b *Book) appearances() (map[string]traded, []string) {
	seen := map[string]traded{}
	var symbols []string
	for i := range b.Transactions {
		t := &b.Transactions[i]
		note := func(symbol, account string) {
			if symbol == "" {
				return
			}
			x, ok := seen[symbol]
			if !ok {
				x.first = t.Date
				symbols = append(symbols, symbol)
			}
			if !slices.Contains(x.accounts, account) {
				x.accounts = append(x.accounts, account)
				seen[symbol] = x
			}
		}
		if t.Type == ledger.Split && t.Account == "" {
			continue
		}
		note(t.Symbol, t.Account)
		note(t.ToSymbol, t.Account)
		if t.ToAccount != "" {
			note(t.Symbol, t.ToAccount)
		}
		if t.Type == ledger.OptionExercise || t.Type == ledger.OptionAssigned {
			note(b.instrument(t.Symbol).Underlying, t.Account)
		}
	}
	return seen, symbols
}

// without lists the accounts to which the market's split of day has yet to be applied;
// the empty name stands for all. It dates the ledger's own bookings of it.
func (b *Book) without(symbol string, day date.Date, accounts []string) []string {
	var booked []string
	list := b.splits[symbol]
	for i := range list {
		if s := &list[i]; s.booked >= day-SplitWindow && s.booked <= day+SplitWindow {
			s.market = day
			booked = append(booked, s.account)
		}
	}
	if len(booked) == 0 {
		return []string{""}
	}
	if slices.Contains(booked, "") {
		return nil
	}
	var out []string
	for _, a := range accounts {
		if !slices.Contains(booked, a) {
			out = append(out, a)
		}
	}
	return out
}

// piecesSince turns a price observed on a day into one for the pieces that are counted
// on another: what an observed price must be multiplied with where splits lie between.
func (b *Book) piecesSince(symbol string, observed, day date.Date) (ratio ledger.Ratio, any bool) {
	list := b.splits[symbol]
	ratio = ledger.Ratio{New: money.One, Old: money.One}
	for i := range list {
		s := &list[i]
		if slices.ContainsFunc(list[:i], func(x split) bool { return x.market == s.market }) {
			continue // the same split, booked for another account
		}
		inPrice, inCount := s.market <= observed, s.booked <= day
		if inPrice == inCount {
			continue
		}
		any = true
		if inPrice {
			ratio.New, ratio.Old = ratio.New.Mul(s.ratio.New), ratio.Old.Mul(s.ratio.Old)
		} else {
			ratio.New, ratio.Old = ratio.New.Mul(s.ratio.Old), ratio.Old.Mul(s.ratio.New)
		}
	}
	return ratio, any
}

// Splits are the splits of a symbol that count here, those of the ledger and of the
// market, on the day the market dates them.
func (b *Book) Splits(symbol string) []market.SplitEvent {
	var out []market.SplitEvent
	for _, s := range b.splits[symbol] {
		if !slices.ContainsFunc(out, func(e market.SplitEvent) bool { return e.Date == s.market }) {
			out = append(out, market.SplitEvent{Date: s.market, Ratio: s.ratio})
		}
	}
	slices.SortStableFunc(out, func(a, b market.SplitEvent) int { return int(a.Date) - int(b.Date) })
	return out
}

func equal(a, b ledger.Ratio) bool { return a.New.Mul(b.Old).Equal(b.New.Mul(a.Old)) }
