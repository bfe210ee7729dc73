package web

import (
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/instrument"
	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/finance/money"
	"github.com/foliosight/foliosight/internal/service"
	"github.com/foliosight/foliosight/internal/sheet"
	"github.com/foliosight/foliosight/internal/store"
	"github.com/foliosight/foliosight/internal/web/format"
	"github.com/foliosight/foliosight/internal/web/page"
	"github.com/foliosight/foliosight/internal/web/view"
)

// typeWords name the transaction types, in the groups of the form.
var typeWords = []struct {
	group string
	types []typeWord
}{
	{"Trades", []typeWord{{ledger.Buy, "Buy"}, {ledger.Sell, "Sell"}, {ledger.SellShort, "Sell short"}, {ledger.BuyToCover, "Buy to cover"}}},
	{"Cash", []typeWord{{ledger.Deposit, "Deposit"}, {ledger.Withdrawal, "Withdrawal"}, {ledger.Interest, "Interest received"}, {ledger.InterestCharge, "Interest paid"}, {ledger.Fee, "Fee"}, {ledger.FeeRefund, "Fee refunded"}, {ledger.Tax, "Tax"}, {ledger.TaxRefund, "Tax refunded"}, {ledger.CashIn, "Cash balance stated"}}},
	{"Income", []typeWord{{ledger.Dividend, "Dividend"}, {ledger.Coupon, "Coupon"}, {ledger.ReturnOfCapital, "Return of capital"}}},
	{"Moves", []typeWord{{ledger.TransferIn, "Delivery in"}, {ledger.TransferOut, "Delivery out"}, {ledger.InternalMove, "Between accounts"}, {ledger.Transfer, "Lots between accounts"}, {ledger.Spend, "Spent or given away"}, {ledger.Liability, "Liability"}}},
	{"Corporate actions", []typeWord{{ledger.Split, "Split"}, {ledger.SpinOff, "Spin-off"}, {ledger.Merger, "Merger"}}},
	{"Options", []typeWord{{ledger.OptionExercise, "Exercised"}, {ledger.OptionAssigned, "Assigned"}, {ledger.OptionExpiry, "Expired"}}},
}

type typeWord struct {
	kind ledger.Type
	word string
}

// typeName is a type in words.
func typeName(t ledger.Type) string {
	for _, g := range typeWords {
		for _, w := range g.types {
			if w.kind == t {
				return w.word
			}
		}
	}
	return strings.ReplaceAll(string(t), "_", " ")
}

const transactionsPerPage = 100

// ledgerFilter reads the filter of the address.
func (r *request) ledgerFilter() store.Filter {
	query := r.URL.Query()
	f := store.Filter{Text: strings.TrimSpace(query.Get("q")), Import: query.Get("import"), After: query.Get("after"), Limit: transactionsPerPage}
	if t := query.Get("type"); t != "" {
		f.Types = []ledger.Type{ledger.Type(t)}
	}
	if a := query.Get("account"); a != "" {
		f.Accounts = []string{a}
	}
	if t := query.Get("tag"); t != "" {
		f.Tags = []string{ledger.NormalTag(t)}
	}
	if s := query.Get("symbol"); s != "" {
		f.Symbols = []string{s}
	}
	for name, day := range map[string]*date.Date{"from": &f.From, "to": &f.To} {
		if d, err := date.Parse(query.Get(name)); err == nil {
			*day = d
		}
	}
	return f
}

func (s *site) transactions(r *request) error {
	if r.portfolio == nil {
		return s.chooseFor(r, "Transactions", "/transactions", "arrow-left-right", "Transactions are kept one portfolio at a time.")
	}
	if r.Header.Get("X-Fragment") == "row" {
		detail, err := r.detail(r.URL.Query().Get("open"))
		if err != nil {
			return err
		}
		return r.show(http.StatusOK, page.TransactionDetail(r.URL.Query().Get("open"), *detail))
	}
	f := r.ledgerFilter()
	found, err := s.svc.Transactions(r.Context(), r.caller, r.portfolio.ID, f)
	if err != nil {
		return err
	}
	accounts, err := s.svc.Accounts(r.Context(), r.caller, r.portfolio.ID)
	if err != nil {
		return err
	}
	imports, err := s.svc.Imports(r.Context(), r.caller, r.portfolio.ID)
	if err != nil {
		return err
	}
	frame := r.frame("Transactions", "/transactions")
	frame.Here = r.address("/transactions")
	v := view.Transactions{Page: frame, Add: r.address("/transactions/new"), Import: r.address("/import"), Export: r.pageWith(r.address("/transactions.csv"), "open", "", "after", ""), Imports: r.batches(imports)}
	if found.Total == 0 && r.portfolio.Version == 0 {
		v.Empty = &view.Empty{Icon: "arrow-left-right", Title: "No transactions yet", Text: "Import a broker's file, or enter the first one by hand.", Ways: []view.Link{{Label: "Import a file", Href: v.Import}, {Label: "Add a transaction", Href: v.Add}}}
		return r.show(http.StatusOK, page.Transactions(v))
	}
	tags, err := s.svc.Tags(r.Context(), r.caller, r.portfolio.ID)
	if err != nil {
		return err
	}
	v.Filter = r.filterFields(f, accounts, tags)
	v.Active = r.activeFilters(f)
	v.Count = r.locale.Count(found.Total) + " transactions"
	if found.Total == 1 {
		v.Count = "1 transaction"
	}
	if v.Months, err = r.monthsOf(found.Rows); err != nil {
		return err
	}
	if found.Next != "" {
		v.Older = r.with("after", found.Next, "open", "")
	}
	if f.After != "" {
		v.Newer = r.with("after", "", "open", "")
	}
	return r.show(http.StatusOK, page.Transactions(v))
}

// chooseFor offers the portfolios where a page is of one only.
func (s *site) chooseFor(r *request, title, at, icon, why string) error {
	e := view.Empty{Icon: icon, Title: "Choose a portfolio", Text: why}
	for _, p := range r.portfolios {
		e.Ways = append(e.Ways, view.Link{Label: p.Name, Href: "/p/" + p.ID + at})
	}
	frame := r.frame(title, at)
	return r.show(http.StatusOK, page.Transactions(view.Transactions{Page: frame, Empty: &e}))
}

func (r *request) filterFields(f store.Filter, accounts []store.Account, tags []service.TagUse) []view.Field {
	types := view.Field{Name: "type", Label: "Type", Kind: "select", Options: []view.Option{{Label: "Any type"}}}
	for _, g := range typeWords {
		for _, t := range g.types {
			types.Options = append(types.Options, view.Option{Value: string(t.kind), Label: t.word, Selected: len(f.Types) == 1 && f.Types[0] == t.kind})
		}
	}
	fields := []view.Field{{Name: "q", Label: "Symbol, note, account or reference", Kind: "search", Hint: "Filter", Value: f.Text}, types}
	if len(accounts) > 1 {
		places := view.Field{Name: "account", Label: "Account", Kind: "select", Options: []view.Option{{Label: "All accounts"}}}
		for _, a := range accounts {
			label := a.Label
			if label == "" {
				label = a.Name
			}
			places.Options = append(places.Options, view.Option{Value: a.Name, Label: label, Selected: len(f.Accounts) == 1 && f.Accounts[0] == a.Name})
		}
		fields = append(fields, places)
	}
	if tag := tagFilter(tags, f.Tags); tag != nil {
		fields = append(fields, *tag)
	}
	for _, name := range []string{"symbol", "import", "from", "to"} {
		if value := r.URL.Query().Get(name); value != "" {
			fields = append(fields, view.Field{Name: name, Kind: "hidden", Value: value})
		}
	}
	return fields
}

func (r *request) activeFilters(f store.Filter) []view.Filter {
	var list []view.Filter
	add := func(label string, pairs ...string) {
		list = append(list, view.Filter{Label: label, Active: true, Href: r.with(append(pairs, "after", "", "open", "")...)})
	}
	if f.Text != "" {
		add("“"+f.Text+"”", "q", "")
	}
	if len(f.Types) == 1 {
		add("Type: "+typeName(f.Types[0]), "type", "")
	}
	if len(f.Accounts) == 1 {
		add("Account: "+f.Accounts[0], "account", "")
	}
	if len(f.Symbols) == 1 {
		add("Instrument: "+f.Symbols[0], "symbol", "")
	}
	if f.Import != "" {
		add("One import", "import", "")
	}
	if f.From != 0 || f.To != 0 {
		add("Some days", "from", "", "to", "")
	}
	return list
}

// monthsOf groups rows by month.
func (r *request) monthsOf(rows []store.Row) ([]view.TransactionMonth, error) {
	var months []view.TransactionMonth
	open := r.URL.Query().Get("open")
	for i := range rows {
		row := &rows[i]
		y, m, _ := row.Date.Civil()
		label := fmt.Sprintf("%s %d", time.Month(m), y)
		if n := len(months); n == 0 || months[n-1].Label != label {
			months = append(months, view.TransactionMonth{Label: label})
		}
		line := r.transactionRow(row)
		if row.ID == open {
			detail, err := r.detail(open)
			if err != nil {
				return nil, err
			}
			line.Open, line.Detail, line.Href = true, detail, r.with("open", "")+"#t-"+row.ID
		}
		month := &months[len(months)-1]
		month.Rows = append(month.Rows, line)
	}
	for i := range months {
		months[i].Note = r.locale.Count(len(months[i].Rows))
	}
	return months, nil
}

func (r *request) transactionRow(row *store.Row) view.TransactionRow {
	t := &row.Transaction
	line := view.TransactionRow{
		ID: row.ID, Date: format.Date(t.Date), Type: typeName(t.Type), Symbol: t.Symbol, Account: t.Account, Currency: string(t.Currency), Note: t.Note,
		Href: r.with("open", row.ID) + "#t-" + row.ID, Edit: r.address("/transactions/" + row.ID),
		Delete: view.Action{Href: r.address("/transactions/" + row.ID + "/delete"), Fields: []view.Hidden{{Name: "back", Value: r.URL.RequestURI()}}},
	}
	if t.Symbol == "" {
		line.Symbol, line.Name = string(t.Currency), t.Note
	} else {
		line.Page = r.address(instrumentPath(t.Symbol))
	}
	if option, err := instrument.ParseOCC(t.Symbol); err == nil {
		line.Symbol, line.Name = optionName(option), t.Symbol
	}
	if t.ToSymbol != "" {
		line.Name = "to " + t.ToSymbol
	}
	if t.Quantity.Known {
		line.Quantity = r.locale.Quantity(t.Quantity.Decimal)
	}
	if t.Price.Known {
		line.Price = r.locale.Price(t.Price.Decimal)
	}
	if costs, known := costsOf(t); known {
		line.Fee = r.locale.Decimal(costs, 2)
	}
	if amount, known := cashOf(t); known {
		line.Amount = r.locale.SignedDecimal(amount, 2)
		line.Amount = strings.TrimPrefix(line.Amount, "+")
	}
	if row.Replaces != "" {
		line.Tag = &view.Tag{Text: "corrected"}
	}
	for _, tag := range t.Tags.List() {
		line.Tags = append(line.Tags, view.Link{Label: tag, Href: r.with("tag", tag, "after", "", "open", "")})
	}
	return line
}

// costsOf are fees and taxes together.
func costsOf(t *ledger.Transaction) (money.Decimal, bool) {
	if !t.Fees.Known && !t.Taxes.Known {
		return money.Zero, false
	}
	return t.Fees.OrZero().Add(t.Taxes.OrZero()), true
}

// cashOf is what a booking moved in cash, with its direction: as it states it, or as it
// follows from quantity, price and costs.
func cashOf(booked *ledger.Transaction) (money.Decimal, bool) {
	t := followed(*booked)
	if !t.Amount.Known {
		return money.Zero, false
	}
	if t.Effect().Cash < 0 {
		return t.Amount.Decimal.Neg(), true
	}
	return t.Amount.Decimal, true
}

// followed fills in what follows from the rest of a booking. The contract size is that
// of its OCC symbol; of other instruments one.
func followed(t ledger.Transaction) ledger.Transaction {
	inst, err := instrument.ParseOCC(t.Symbol)
	if err != nil {
		inst = instrument.Instrument{Symbol: t.Symbol, Currency: t.Currency}
	}
	if ledger.Complete(&t, inst) != nil {
		return t // nothing follows
	}
	return t
}

func (s *site) transactionsCSV(r *request) error {
	if _, err := r.one(); err != nil {
		return err
	}
	f := r.ledgerFilter()
	f.Limit, f.After, f.Oldest = 0, "", true
	found, err := s.svc.Transactions(r.Context(), r.caller, r.portfolio.ID, f)
	if err != nil {
		return err
	}
	r.attachment("text/csv; charset=utf-8", "transactions.csv")
	out := sheet.NewWriter(r.w)
	_ = out.Write([]string{"date", "account", "type", "symbol", "quantity", "price", "amount", "fees", "taxes", "currency", "note", "tags", "reference"}) // Flush reports
	number := func(o money.Optional) string {
		if !o.Known {
			return ""
		}
		return o.Decimal.String()
	}
	for i := range found.Rows {
		t := &found.Rows[i].Transaction
		_ = out.Write([]string{t.Date.String(), t.Account, string(t.Type), t.Symbol, number(t.Quantity), number(t.Price), number(t.Amount), number(t.Fees), number(t.Taxes), string(t.Currency), t.Note, t.Tags.String(), t.Source})
	}
	out.Flush()
	return out.Error()
}
