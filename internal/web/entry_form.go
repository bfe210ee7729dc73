package web

import (
	"fmt"
	"strings"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/finance/money"
	"github.com/foliosight/foliosight/internal/web/view"
)

// kindsOf are the types that a field of the form belongs to.
var kindsOf = map[string][]ledger.Type{
	"symbol": {ledger.Buy, ledger.Sell, ledger.SellShort, ledger.BuyToCover, ledger.Dividend, ledger.Coupon, ledger.ReturnOfCapital, ledger.TransferIn, ledger.TransferOut,
		ledger.InternalMove, ledger.Transfer, ledger.Spend, ledger.Liability, ledger.Split, ledger.SpinOff, ledger.Merger, ledger.OptionExercise, ledger.OptionAssigned, ledger.OptionExpiry},
	"quantity": {ledger.Buy, ledger.Sell, ledger.SellShort, ledger.BuyToCover, ledger.TransferIn, ledger.TransferOut, ledger.InternalMove, ledger.Transfer, ledger.Spend, ledger.Liability,
		ledger.OptionExercise, ledger.OptionAssigned, ledger.OptionExpiry},
	"price": {ledger.Buy, ledger.Sell, ledger.SellShort, ledger.BuyToCover, ledger.TransferIn, ledger.TransferOut, ledger.Liability},
	"amount": {ledger.Buy, ledger.Sell, ledger.SellShort, ledger.BuyToCover, ledger.Deposit, ledger.Withdrawal, ledger.Interest, ledger.InterestCharge, ledger.Fee, ledger.FeeRefund, ledger.Tax, ledger.TaxRefund,
		ledger.CashIn, ledger.Dividend, ledger.Coupon, ledger.ReturnOfCapital, ledger.InternalMove, ledger.TransferIn, ledger.TransferOut, ledger.SpinOff, ledger.Merger},
	"fees":          {ledger.Buy, ledger.Sell, ledger.SellShort, ledger.BuyToCover, ledger.Dividend, ledger.Coupon, ledger.Interest, ledger.TransferIn, ledger.TransferOut},
	"taxes":         {ledger.Buy, ledger.Sell, ledger.SellShort, ledger.BuyToCover, ledger.Dividend, ledger.Coupon, ledger.Interest},
	"to_account":    {ledger.InternalMove, ledger.Transfer},
	"to_amount":     {ledger.InternalMove},
	"to_currency":   {ledger.InternalMove},
	"to_symbol":     {ledger.SpinOff, ledger.Merger},
	"ratio":         {ledger.Split, ledger.SpinOff, ledger.Merger},
	"cost_fraction": {ledger.SpinOff},
}

func forTypes(field string) string {
	words := make([]string, len(kindsOf[field]))
	for i, t := range kindsOf[field] {
		words[i] = string(t)
	}
	return strings.Join(words, " ")
}

// entry is a transaction as it is typed.
type entry map[string]string

var entryFields = []string{"type", "date", "account", "symbol", "quantity", "price", "amount", "fees", "taxes", "currency", "to_account", "to_amount", "to_currency", "to_symbol", "ratio", "cost_fraction", "note", "tags"}

// typed reads the form.
func (r *request) typed() entry {
	e := entry{}
	for _, name := range entryFields {
		e[name] = strings.TrimSpace(r.PostFormValue(name))
	}
	return e
}

// entered writes a booked transaction back into the form.
func (r *request) entered(t *ledger.Transaction) entry {
	number := func(o money.Optional) string {
		if !o.Known {
			return ""
		}
		return r.locale.Input(o.Decimal)
	}
	e := entry{"type": string(t.Type), "date": t.Date.String(), "account": t.Account, "symbol": t.Symbol, "quantity": number(t.Quantity), "price": number(t.Price), "amount": number(t.Amount), "fees": number(t.Fees), "taxes": number(t.Taxes),
		"currency": string(t.Currency), "to_account": t.ToAccount, "to_amount": number(t.ToAmount), "to_currency": string(t.ToCurrency), "to_symbol": t.ToSymbol, "cost_fraction": number(t.CostFraction), "note": t.Note, "tags": strings.Join(t.Tags.List(), ", ")}
	if t.Ratio != nil {
		e["ratio"] = t.Ratio.String()
	}
	// An amount that only repeats what follows is not shown, so that it follows again
	// when quantity or price are corrected.
	bare := *t
	bare.Amount = money.Optional{}
	if again := followed(bare); t.Price.Known && t.Amount.Known && again.Amount.Known && again.Amount.Decimal.Equal(t.Amount.Decimal) {
		e["amount"] = ""
	}
	return e
}

// transaction reads what was typed over what the booking said before, so that what the
// form does not show stays. Every mistake is said beside its field.
func (r *request) transaction(e entry, t ledger.Transaction) (ledger.Transaction, map[string]string) {
	errs := map[string]string{}
	t.Type = ledger.Type(e["type"])
	if _, ok := ledger.EffectOf(t.Type); !ok {
		errs["type"] = "Choose what happened."
	}
	shown := func(field string) bool {
		list, limited := kindsOf[field]
		if !limited {
			return true
		}
		for _, kind := range list {
			if kind == t.Type {
				return true
			}
		}
		return false
	}
	text := func(field string, into *string) {
		if shown(field) {
			*into = e[field]
		} else {
			*into = ""
		}
	}
	number := func(field string, into *money.Optional) {
		*into = money.Optional{}
		if !shown(field) || e[field] == "" {
			return
		}
		d, err := r.locale.Parse(e[field])
		if err != nil {
			errs[field] = sentence(err.Error())
			return
		}
		*into = money.Some(d)
	}
	currency := func(field string, need bool, into *money.Currency) {
		*into = ""
		if !shown(field) || e[field] == "" && !need {
			return
		}
		c, err := money.ParseCurrency(strings.ToUpper(e[field]))
		if err != nil {
			errs[field] = "A currency has a code of three letters, like EUR."
		}
		*into = c
	}
	day, err := date.Parse(e["date"])
	if err != nil {
		errs["date"] = "Choose the day, like 2025-06-30."
	}
	t.Date = day
	text("account", &t.Account)
	text("symbol", &t.Symbol)
	text("to_account", &t.ToAccount)
	text("to_symbol", &t.ToSymbol)
	text("note", &t.Note)
	t.Tags = typedTags(e["tags"])
	number("quantity", &t.Quantity)
	number("price", &t.Price)
	number("amount", &t.Amount)
	number("fees", &t.Fees)
	number("taxes", &t.Taxes)
	number("to_amount", &t.ToAmount)
	number("cost_fraction", &t.CostFraction)
	currency("currency", true, &t.Currency)
	currency("to_currency", false, &t.ToCurrency)
	t.Ratio = nil
	if shown("ratio") {
		ratio, err := ledger.ParseRatio(e["ratio"])
		if err != nil {
			errs["ratio"] = "Write new for old, like 10:1."
		}
		t.Ratio = &ratio
	}
	if t.Effect().Security && t.Symbol == "" {
		errs["symbol"] = "Say which instrument."
	}
	if t.Effect().Security && !t.Quantity.Known && errs["quantity"] == "" {
		errs["quantity"] = "Say how many."
	}
	if t.Effect().Cash != 0 && !t.Effect().Security && !t.Amount.Known && errs["amount"] == "" && !shown("ratio") {
		errs["amount"] = "Say how much cash moved."
	}
	return t, errs
}

// entryForm is the form with what was typed and what is wrong with it.
func (r *request) entryForm(e entry, errs map[string]string, version int64) (view.Form, error) {
	accounts, err := r.site.svc.Accounts(r.Context(), r.caller, r.portfolio.ID)
	if err != nil {
		return view.Form{}, err
	}
	var places []view.Option
	for _, a := range accounts {
		places = append(places, view.Option{Value: a.Name, Label: a.Label})
	}
	number := func(name, label, help, width string) view.Field {
		return view.Field{Name: name, Label: label, Kind: "number", Value: e[name], Help: help, Width: width, For: forTypes(name), Auto: "off"}
	}
	fields := []view.Field{
		{Name: "date", Label: "Date", Kind: "date", Value: e["date"], Width: "w3", Need: true},
		{Name: "account", Label: "Account", Kind: "text", Value: e["account"], Width: "w3", List: "accounts", Options: places, Auto: "off"},
		{Name: "symbol", Label: "Instrument", Kind: "text", Value: e["symbol"], Width: "w3", For: forTypes("symbol"), Help: "Its symbol, as in your price files. Options by their OCC symbol.", Auto: "off", List: "instruments", Find: r.address("/find")},
		number("quantity", "Quantity", "Always positive; the type gives the direction.", ""),
		number("price", "Price each", "", ""),
		currencyField(e["currency"], "Currency", ""),
		number("amount", "Cash moved", "Of trades it follows from quantity, price and costs.", ""),
		number("fees", "Fees", "", ""),
		number("taxes", "Taxes", "", ""),
		{Name: "to_account", Label: "To account", Kind: "text", Value: e["to_account"], Width: "w3", For: forTypes("to_account"), Auto: "off"},
		number("to_amount", "Amount received", "Where it was converted.", ""),
		{Name: "to_currency", Label: "Currency received", Kind: "text", Value: e["to_currency"], For: forTypes("to_currency"), Auto: "off"},
		{Name: "ratio", Label: "Ratio, new for old", Kind: "text", Value: e["ratio"], Hint: "10:1", For: forTypes("ratio"), Auto: "off"},
		{Name: "to_symbol", Label: "Instrument received", Kind: "text", Value: e["to_symbol"], For: forTypes("to_symbol"), Auto: "off"},
		number("cost_fraction", "Part of the cost that moves", "Between 0 and 1.", ""),
		{Name: "note", Label: "Note", Kind: "text", Value: e["note"], Width: "w6", Auto: "off"},
		{Name: "tags", Label: "Tags", Kind: "text", Value: e["tags"], Width: "w6", Auto: "off", Hint: "savings plan, core", Help: "Words to find it by, with commas between them. They change no figure."},
	}
	fields = withErrors(fields, errs)
	return view.Form{Fields: fields, Errors: summary(fields, errs), Cancel: r.address("/transactions"), Hidden: []view.Hidden{{Name: "version", Value: fmt.Sprint(version)}}}, nil
}

func entryTypes(chosen string) []view.TypeGroup {
	var groups []view.TypeGroup
	for _, g := range typeWords {
		group := view.TypeGroup{Label: g.group}
		for _, t := range g.types {
			group.Types = append(group.Types, view.Option{Value: string(t.kind), Label: t.word, Selected: string(t.kind) == chosen})
		}
		groups = append(groups, group)
	}
	return groups
}

var entryHelp = []view.Term{
	{Label: "Nothing is overwritten.", Text: "A correction takes the place of the earlier entry, which stays under History. Both can be undone."},
	{Label: "Quantities are positive.", Text: "Whether something comes or goes is said by what happened."},
	{Label: "Cash follows.", Text: "Leave the cash of a trade empty and it is quantity × price, with fees and taxes. Fill it in where your statement says otherwise."},
}
