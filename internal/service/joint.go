package service

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/finance/money"
	"github.com/foliosight/foliosight/finance/portfolio"
	"github.com/foliosight/foliosight/internal/store"
)

// join makes one ledger of those of several portfolios: accounts bear their
// portfolio's name, and each keeps its lot method. Every ledger is folded by itself
// first, so that the market's splits come to those that do not book them and to no
// other.
func (set *asked) join(in portfolio.Input, parts [][]ledger.Transaction) (portfolio.Input, error) {
	out := in
	out.Transactions, out.Actions = nil, nil // the splits are among the bookings now
	out.Policy.MethodPerAccount = map[string]ledger.Method{}
	for i := range set.portfolios {
		p := &set.portfolios[i]
		// What one of the books allows has happened there: the joint one allows it too.
		if permits(p.Policy.OnOversold) > permits(out.Policy.OnOversold) {
			out.Policy.OnOversold = p.Policy.OnOversold
		}
		alone := in
		alone.Transactions, alone.Policy, alone.WithoutLots, alone.Given = parts[i], p.Policy, true, false
		book, err := portfolio.Fold(alone)
		if err != nil {
			return out, fmt.Errorf("%s: %w", p.Name, err)
		}
		for k := range book.Transactions {
			out.Transactions = append(out.Transactions, within(p, book, &book.Transactions[k])...)
		}
		for _, account := range book.Accounts {
			out.Policy.MethodPerAccount[accountOf(p, account)] = p.Policy.MethodOf(account)
		}
	}
	return out, nil
}

func permits(o ledger.Oversold) int {
	return slices.Index([]ledger.Oversold{ledger.Refuse, ledger.ZeroCost, ledger.GoShort}, cmp.Or(o, ledger.Refuse))
}

// accountOf is what an account of a portfolio is called among those of others.
func accountOf(p *store.Portfolio, account string) string {
	if account == "" {
		return p.Name
	}
	return p.Name + " / " + account
}

// within is a booking of one portfolio in the joint ledger. A split, spin-off or
// merger of no account is of all accounts of its portfolio, one booking each.
func within(p *store.Portfolio, book *portfolio.Book, t *ledger.Transaction) []ledger.Transaction {
	one := *t
	if one.CashAccount != "" {
		one.CashAccount = accountOf(p, one.CashAccount)
	}
	if one.ToAccount != "" {
		one.ToAccount = accountOf(p, one.ToAccount)
	}
	if one.Account != "" || t.Effect().Position != ledger.Rewrites {
		one.Account = accountOf(p, one.Account)
		return []ledger.Transaction{one}
	}
	var all []ledger.Transaction
	for _, account := range holding(book, t) {
		each := one
		each.Account = accountOf(p, account)
		if len(all) > 0 { // cash in lieu came once
			each.Amount, each.Fees, each.Taxes = money.Optional{}, money.Optional{}, money.Optional{}
		}
		all = append(all, each)
	}
	return all
}

// holding are the accounts that a booking of no account concerns.
func holding(book *portfolio.Book, t *ledger.Transaction) []string {
	var accounts []string
	node := portfolio.Node{Symbols: []string{t.Symbol}}
	for _, h := range slices.Concat(book.Holdings(node, t.Date-1), book.Holdings(node, t.Date)) {
		if !slices.Contains(accounts, h.Account) {
			accounts = append(accounts, h.Account)
		}
	}
	return accounts
}
