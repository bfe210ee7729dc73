package ofx

import (
	"fmt"
	"math"
	"strings"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/instrument"
	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/finance/money"
	"github.com/foliosight/foliosight/internal/importer"
)

// investments reads a broker's statement.
func (r *reader) investments(s *element) {
	list := s.child("INVTRANLIST")
	if list == nil {
		list = &element{}
	}
	for _, e := range list.children {
		switch {
		case e.name == "INVBANKTRAN":
			if cash := e.child("STMTTRN"); cash != nil {
				r.row(cash, cash, r.bank)
			}
		case e.name == "STMTTRN":
			r.row(e, e, r.bank)
		case len(e.children) > 0:
			identified := e
			if found := e.all("INVTRAN"); len(found) > 0 {
				identified = found[0]
			}
			r.row(e, identified, func(f *fields, e *element) { r.invest(f, e, identified) })
		}
	}
	held := map[string]int{}
	for _, e := range s.all("INVPOS") {
		r.row(e, e, func(f *fields, e *element) { r.position(f, e, held) })
	}
	for _, e := range s.all("INVBAL") {
		r.row(e, e, r.cashBalance)
	}
}

// invest books one transaction of a broker.
func (r *reader) invest(f *fields, e, identified *element) {
	t := ledger.Transaction{Account: r.account, Source: f.id, Note: strings.Join(strings.Fields(identified.text("MEMO")), " ")}
	t.Date = f.day(identified, "DTTRADE")
	body := e
	for _, n := range []string{"INVBUY", "INVSELL"} {
		if c := e.child(n); c != nil {
			body = c
		}
	}
	t.Currency = r.money(f, body)
	sec := r.traded(f, &t, e)
	f.row.Text = strings.TrimSpace(e.name + " " + t.Symbol + " " + t.Note)
	switch e.name {
	case "BUYSTOCK", "BUYMF", "BUYOTHER", "BUYDEBT", "BUYOPT":
		t.Type = ledger.Buy
		if word := strings.ToUpper(e.text("BUYTYPE") + e.text("OPTBUYTYPE")); strings.HasPrefix(word, "BUYTOCOVER") || strings.HasPrefix(word, "BUYTOCLOSE") {
			t.Type = ledger.BuyToCover
		}
		r.trade(f, t, body, sec, f.number(e, "ACCRDINT"))
	case "SELLSTOCK", "SELLMF", "SELLOTHER", "SELLDEBT", "SELLOPT":
		t.Type = ledger.Sell
		if word := strings.ToUpper(e.text("SELLTYPE") + e.text("OPTSELLTYPE")); strings.HasPrefix(word, "SELLSHORT") || strings.HasPrefix(word, "SELLTOOPEN") {
			t.Type = ledger.SellShort
		}
		r.trade(f, t, body, sec, f.number(e, "ACCRDINT"))
	case "INCOME":
		t.Type = incomeType(e.text("INCOMETYPE"), sec)
		r.income(f, t, e)
	case "REINVEST":
		r.reinvest(f, t, e, sec)
	case "RETOFCAP":
		t.Type = ledger.ReturnOfCapital
		r.income(f, t, e)
	case "INVEXPENSE":
		t.Type = expenseType(t.Note)
		r.cost(f, t, e)
	case "MARGININTEREST":
		t.Type, t.Symbol = ledger.InterestCharge, ""
		r.cost(f, t, e)
	case "SPLIT":
		r.split(f, t, e)
	case "TRANSFER":
		r.transfer(f, t, e)
	case "CLOSUREOPT":
		r.closure(f, t, e)
	case "JRNLFUND", "JRNLSEC":
		f.row.Ignored = "a move between sub-accounts of the same account"
	default:
		f.fault("INVTRANLIST", e.name, "it is no transaction that is known here", "enter the booking by hand")
	}
}

// traded finds the security of a transaction.
func (r *reader) traded(f *fields, t *ledger.Transaction, e *element) *security {
	ids := e.all("SECID")
	if len(ids) == 0 {
		switch e.name {
		case "MARGININTEREST", "JRNLFUND", "INVEXPENSE":
		default:
			f.fault("SECID", "", "the security is missing", "enter the booking by hand")
		}
		return &security{}
	}
	if ids[0].text("UNIQUEID") == "" {
		f.fault("UNIQUEID", "", "it is missing or empty", "enter the booking by hand")
	}
	sec := r.security(ids[0])
	t.Symbol = sec.Symbol
	return sec
}

// trade books a purchase or a sale. TOTAL is what the broker moved; it must follow from
// the other figures, or one of them is wrong.
func (r *reader) trade(f *fields, t ledger.Transaction, e *element, sec *security, accrued money.Optional) {
	units, price := f.needed(e, "UNITS"), f.needed(e, "UNITPRICE")
	costs := r.costs(f, &t, e)
	total := f.number(e, "TOTAL")
	buys := t.Effect().Cash < 0
	if n := f.number(e, "SHPERCTRCT"); n.Known && n.Decimal.Sign() > 0 {
		sec.Multiplier = n
	}
	switch {
	case len(f.row.Faults) > 0:
		return
	case units.IsZero():
		f.row.Ignored = "zero units were traded"
		return
	case buys && units.Sign() < 0:
		f.fault("UNITS", units.String(), "a purchase of fewer than none: it may cancel an earlier one", "delete the cancelled purchase and this one by hand")
		return
	case !buys && total.Known && total.Decimal.Sign() < 0:
		f.fault("TOTAL", total.Decimal.String(), "a sale that costs money: it may cancel an earlier one", "delete the cancelled sale and this one by hand")
		return
	}
	t.Quantity, t.Price = money.Some(units.Abs()), money.Some(price)
	if total.Known {
		t.Amount = money.Some(total.Decimal.Abs())
		r.agrees(f, &t, sec, costs, accrued)
	}
	f.row.Transactions = []ledger.Transaction{t}
}

// costs reads commission, fees and load, and taxes.
func (r *reader) costs(f *fields, t *ledger.Transaction, e *element) money.Decimal {
	fees, taxes := money.Zero, money.Zero
	for _, n := range []string{"COMMISSION", "FEES", "LOAD"} {
		fees = fees.Add(f.number(e, n).OrZero().Abs())
	}
	for _, n := range []string{"TAXES", "WITHHOLDING"} {
		taxes = taxes.Add(f.number(e, n).OrZero().Abs())
	}
	if !fees.IsZero() {
		t.Fees = money.Some(fees)
	}
	if !taxes.IsZero() {
		t.Taxes = money.Some(taxes)
	}
	return fees.Add(taxes)
}

// agrees checks TOTAL against the other figures. Debt may be quoted per unit after all;
// accrued interest may be within TOTAL or beside it.
func (r *reader) agrees(f *fields, t *ledger.Transaction, sec *security, costs money.Decimal, accrued money.Optional) {
	gross := t.Quantity.Decimal.Mul(t.Price.Decimal).Mul(sec.ContractSize())
	with := func(gross money.Decimal) money.Decimal {
		if t.Effect().Cash < 0 {
			return gross.Add(costs)
		}
		return gross.Sub(costs)
	}
	slack := 0.01 + half(t.Price.Decimal)*t.Quantity.Decimal.Float64() + half(t.Quantity.Decimal)*t.Price.Decimal.Float64()
	near := func(d money.Decimal) bool { return math.Abs(d.Sub(t.Amount.Decimal).Float64()) <= slack }
	switch {
	case near(with(gross)), accrued.Known && near(with(gross.Add(accrued.Decimal))):
		return
	case sec.debt && near(with(t.Quantity.Decimal.Mul(t.Price.Decimal))):
		// Quoted per unit: the price is brought to per cent, like the others.
		t.Price = money.Some(t.Price.Decimal.Mul(money.Int(100)))
		return
	case !sec.debt && !sec.Multiplier.Known && near(with(gross.Mul(percent))):
		// Quoted in per cent although the list does not call it debt.
		sec.Multiplier = money.Some(percent)
		return
	}
	f.fault("TOTAL", t.Amount.Decimal.String(), fmt.Sprintf("it does not follow from UNITS × UNITPRICE and the costs (%s)", with(gross)), "correct the figure that is wrong, or enter the booking by hand")
}

func half(d money.Decimal) float64 {
	if e := d.Exponent(); e >= 2 {
		return 0.5 * math.Pow10(-int(e))
	}
	return 0
}

func incomeType(kind string, sec *security) ledger.Type {
	if strings.EqualFold(strings.TrimSpace(kind), "INTEREST") {
		if sec.Class == instrument.Bond {
			return ledger.Coupon
		}
		return ledger.Interest
	}
	return ledger.Dividend
}

// expenseType tells a withheld tax from other costs by the broker's words.
func expenseType(memo string) ledger.Type {
	upper := strings.ToUpper(memo)
	for _, w := range []string{"W/H", "WITHH", "WITHHOLD", " TAX", "TAX "} {
		if strings.Contains(upper, w) {
			return ledger.Tax
		}
	}
	return ledger.Fee
}

// income books what a security paid; a negative TOTAL takes back an earlier payment.
func (r *reader) income(f *fields, t ledger.Transaction, e *element) {
	total := f.needed(e, "TOTAL")
	r.costs(f, &t, e)
	if len(f.row.Faults) > 0 {
		return
	}
	if total.IsZero() {
		f.row.Ignored = "an amount of zero books nothing"
		return
	}
	t.Amount = money.Some(total)
	f.row.Transactions = []ledger.Transaction{t}
}

// cost books an expense; a positive TOTAL gives it back.
func (r *reader) cost(f *fields, t ledger.Transaction, e *element) {
	total := f.needed(e, "TOTAL")
	if len(f.row.Faults) > 0 {
		return
	}
	if total.IsZero() {
		f.row.Ignored = "an amount of zero books nothing"
		return
	}
	if total.Sign() > 0 {
		t.Type = map[ledger.Type]ledger.Type{ledger.Fee: ledger.FeeRefund, ledger.Tax: ledger.TaxRefund, ledger.InterestCharge: ledger.Interest}[t.Type]
	}
	t.Amount = money.Some(total.Abs())
	f.row.Transactions = []ledger.Transaction{t}
}

// reinvest books the payment and the purchase that it paid for.
func (r *reader) reinvest(f *fields, t ledger.Transaction, e *element, sec *security) {
	income := t
	income.Type = incomeType(e.text("INCOMETYPE"), sec)
	income.Amount = money.Some(f.needed(e, "TOTAL").Abs())
	if t.Source != "" {
		income.Source = t.Source + "/income"
	}
	t.Type = ledger.Buy
	r.trade(f, t, e, sec, money.Optional{})
	if len(f.row.Faults) == 0 && len(f.row.Transactions) == 1 && !income.Amount.Decimal.IsZero() {
		f.row.Transactions = append([]ledger.Transaction{income}, f.row.Transactions...)
	}
}

// split books new for old; cash for a fraction lowers the cost of what is held.
func (r *reader) split(f *fields, t ledger.Transaction, e *element) {
	t.Type = ledger.Split
	n, d := f.needed(e, "NUMERATOR"), f.needed(e, "DENOMINATOR")
	cash := f.number(e, "FRACCASH")
	if len(f.row.Faults) > 0 {
		return
	}
	if n.Sign() <= 0 || d.Sign() <= 0 {
		f.fault("NUMERATOR", n.String()+":"+d.String(), "it is not a ratio of two positive numbers", "enter the split by hand")
		return
	}
	t.Ratio = &ledger.Ratio{New: n, Old: d}
	f.row.Transactions = []ledger.Transaction{t}
	if cash.Known && cash.Decimal.Sign() > 0 {
		lieu := t
		lieu.Type, lieu.Ratio, lieu.Amount, lieu.Note = ledger.ReturnOfCapital, nil, cash, "cash for a fraction"
		if t.Source != "" {
			lieu.Source = t.Source + "/cash"
		}
		f.row.Transactions = append(f.row.Transactions, lieu)
	}
}

// transfer books securities that come from or go to another institution. Their value is
// the stated cost, else the stated price.
func (r *reader) transfer(f *fields, t ledger.Transaction, e *element) {
	units := f.needed(e, "UNITS")
	price := f.number(e, "UNITPRICE")
	if cost := f.number(e, "AVGCOSTBASIS"); cost.Known && cost.Decimal.Sign() > 0 {
		price = cost
	}
	action := strings.ToUpper(e.text("TFERACTION"))
	if action != "IN" && action != "OUT" {
		f.fault("TFERACTION", action, "it is neither IN nor OUT", "enter the transfer by hand")
	}
	if strings.EqualFold(e.text("POSTYPE"), "SHORT") {
		f.fault("POSTYPE", "SHORT", "a short position cannot be delivered", "enter it as sell_short or buy_to_cover")
	}
	if len(f.row.Faults) > 0 {
		return
	}
	if units.IsZero() {
		f.row.Ignored = "zero units were transferred"
		return
	}
	t.Type = ledger.TransferIn
	if action == "OUT" {
		t.Type = ledger.TransferOut
	}
	t.Quantity = money.Some(units.Abs())
	if price.Known && price.Decimal.Sign() > 0 {
		t.Price = price
		t.Amount = money.Some(t.Quantity.Decimal.Mul(price.Decimal).Mul(r.size(t.Symbol)))
	}
	f.row.Transactions = []ledger.Transaction{t}
}

func (r *reader) size(symbol string) money.Decimal {
	for _, sec := range r.order {
		if sec.Symbol == symbol {
			return sec.ContractSize()
		}
	}
	return money.One
}

// closure books the end of an option.
func (r *reader) closure(f *fields, t ledger.Transaction, e *element) {
	units := f.needed(e, "UNITS")
	types := map[string]ledger.Type{"EXERCISE": ledger.OptionExercise, "ASSIGN": ledger.OptionAssigned, "EXPIRE": ledger.OptionExpiry}
	typ, ok := types[strings.ToUpper(e.text("OPTACTION"))]
	if !ok {
		f.fault("OPTACTION", e.text("OPTACTION"), "it is neither EXERCISE, ASSIGN nor EXPIRE", "enter the booking by hand")
	}
	if units.IsZero() && len(f.row.Faults) == 0 {
		f.fault("UNITS", "0", "an option cannot end with zero contracts", "enter the booking by hand")
	}
	t.Type, t.Quantity = typ, money.Some(units.Abs())
	f.row.Transactions = []ledger.Transaction{t}
}

// position keeps what the broker says is held, and its price.
func (r *reader) position(f *fields, e *element, held map[string]int) {
	units := f.needed(e, "UNITS")
	id := e.child("SECID")
	f.row.Text = "Position"
	if id == nil || id.text("UNIQUEID") == "" {
		f.fault("SECID", "", "the security is missing", "compare the position by hand")
	}
	on := date.None
	switch priced := e.text("DTPRICEASOF"); {
	case priced != "":
		on = f.day(e, "DTPRICEASOF")
	case r.asOf != "":
		on, _ = day(r.asOf)
	}
	if len(f.row.Faults) > 0 {
		return
	}
	sec := r.security(id)
	r.used[sec.Symbol] = true
	if strings.EqualFold(e.text("POSTYPE"), "SHORT") {
		units = units.Abs().Neg()
	}
	f.row.Text = fmt.Sprintf("Position %s %s", units, sec.Symbol)
	f.row.Ignored = "a position, not a transaction"
	if at, twice := held[sec.Symbol]; twice {
		// Sub-accounts and sources of money are one account here.
		r.file.Balances[at].Quantity = r.file.Balances[at].Quantity.Add(units)
	} else {
		held[sec.Symbol] = len(r.file.Balances)
		r.file.Balances = append(r.file.Balances, importer.Balance{Date: on, Account: r.account, Symbol: sec.Symbol, Currency: sec.Currency, Quantity: units})
		r.price(f, e, sec, on)
	}
}

func (r *reader) price(f *fields, e *element, sec *security, on date.Date) {
	p, err := number(e.text("UNITPRICE"))
	if err != nil || p.Sign() <= 0 || on.IsNone() {
		return
	}
	if r.file.Prices == nil {
		r.file.Prices = map[string][]ledger.Point{}
	}
	r.file.Prices[sec.Symbol] = append(r.file.Prices[sec.Symbol], ledger.Point{Date: on, Value: p})
}

// cashBalance keeps the cash that the broker states.
func (r *reader) cashBalance(f *fields, e *element) {
	cash := f.needed(e, "AVAILCASH")
	f.row.Text = "Cash " + r.account
	on, err := day(r.asOf)
	if err != nil {
		f.fault("DTASOF", r.asOf, "it is not a date", "dates are written YYYYMMDD")
	}
	if len(f.row.Faults) > 0 {
		return
	}
	f.row.Ignored = "a balance, not a transaction"
	r.file.Balances = append(r.file.Balances, importer.Balance{Date: on, Account: r.account, Currency: r.currency, Quantity: cash})
}
