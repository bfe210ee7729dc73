package portfolio

import (
	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/finance/money"
)

// moveHoldings books what the transaction does to quantities, as the lots have it: a
// sale takes from the long side, a cover from the short one, and what is missing is
// dropped or opens the other side as the policy says.
func (f *folder) moveHoldings(t *ledger.Transaction, effect ledger.Effect, e *event) error {
	q := t.Quantity.OrZero()
	here := keyOf(e.account, e.symbol, long)
	switch effect.Position {
	case ledger.Opens:
		if f.Policy.OnOversold == ledger.GoShort && f.Policy.MethodOf(t.Account) != ledger.None {
			f.close(here.on(short), q, t, e)
		} else {
			f.add(here, q, t, e)
		}
	case ledger.OpensShort:
		f.add(here.on(short), q.Neg(), t, e)
	case ledger.Closes:
		f.closes(here, q, t, e)
	case ledger.ClosesShort:
		f.closes(here.on(short), q, t, e)
	case ledger.Moves:
		f.between(here, q, t, e)
	case ledger.Rewrites:
		f.rewrite(t)
	case ledger.Ends:
		return f.end(here, t, e)
	}
	return nil
}

func (f *folder) position(key positionKey) *line {
	i, ok := f.positionAt[key]
	if !ok {
		i = int32(len(f.positions))
		f.positionAt[key] = i
		f.born.positions = append(f.born.positions, f.now)
		f.shorts = f.shorts || key.side() == short
		f.positions = append(f.positions, line{account: key.account(), what: key.symbol(), side: key.side()})
	}
	return &f.positions[i]
}

// add changes a side by a signed quantity and tells the event.
func (f *folder) add(key positionKey, quantity money.Decimal, t *ledger.Transaction, e *event) {
	if quantity.IsZero() {
		return
	}
	f.position(key).push(t.Date, quantity)
	f.totals[key.symbol()].push(t.Date, quantity)
	e.moved += quantity.Float64()
}

// held is what a side holds, positive.
func (f *folder) held(key positionKey) money.Decimal {
	if i, ok := f.positionAt[key]; ok {
		return f.positions[i].now().Abs()
	}
	return money.Zero
}

// closes takes q from a side; an account that does not match its sales opens the other.
func (f *folder) closes(key positionKey, q money.Decimal, t *ledger.Transaction, e *event) {
	if f.Policy.MethodOf(t.Account) == ledger.None && t.LotSpec == nil {
		f.add(key.twin(), signed(q, key.twin().side()), t, e)
		return
	}
	f.close(key, q, t, e)
}

func signed(q money.Decimal, s side) money.Decimal {
	if s == short {
		return q.Neg()
	}
	return q
}

// close takes up to q from a side; the rest opens the other side, or is dropped where
// the policy counts it as sold at no cost.
func (f *folder) close(key positionKey, q money.Decimal, t *ledger.Transaction, e *event) {
	held := f.held(key)
	if d, ok := f.dust[key]; ok && held.Sub(q).Abs().Cmp(d) <= 0 {
		q = held
	}
	taken := money.Min(held, q)
	f.add(key, signed(taken, key.side()).Neg(), t, e)
	if f.Policy.OnOversold != ledger.ZeroCost {
		f.add(key.twin(), signed(q.Sub(taken), key.twin().side()), t, e)
	}
}

// covering is the side of which q can be taken: the short one where only that suffices
// or nothing long is held.
func (f *folder) covering(key positionKey, q money.Decimal) positionKey {
	long, owed := f.held(key), f.held(key.on(short))
	if !owed.IsZero() && (long.IsZero() || long.Less(q) && !owed.Less(q)) {
		return key.on(short)
	}
	return key
}

// between moves a quantity from one account to another.
func (f *folder) between(from positionKey, q money.Decimal, t *ledger.Transaction, e *event) {
	from = f.covering(from, q)
	to := keyOf(e.to, from.symbol(), from.side())
	if d, ok := f.dust[from]; ok {
		if held := f.held(from); held.Sub(q).Abs().Cmp(d) <= 0 {
			q = held
		}
		f.dust[to] = money.Max(f.dust[to], d)
	}
	f.add(from, signed(q, from.side()).Neg(), t, e)
	e.moved = 0
	f.add(to, signed(q, from.side()), t, e)
}

// rewrite applies a split, spin-off or merger to every account that holds the symbol,
// or to the one it names: an event an account.
func (f *folder) rewrite(t *ledger.Transaction) {
	e := f.events[len(f.events)-1]
	f.events = f.events[:len(f.events)-1]
	ratio, ok := f.ratio(t, &e)
	count := len(f.positions)
	for i := range count {
		p := &f.positions[i]
		key := keyOf(p.account, p.what, p.side)
		if p.what != e.symbol || t.Account != "" && p.account != e.account {
			continue
		}
		old := p.now()
		if old.IsZero() || !ok && !(t.Type == ledger.Merger && t.ToSymbol == "") {
			continue
		}
		own := e
		own.account = p.account
		switch t.Type {
		case ledger.Split:
			f.inexact(key, key, old, ratio)
			f.add(key, ratio.Apply(old).Sub(old), t, &own)
		case ledger.SpinOff:
			f.receive(key, old, ratio, t, &own)
		case ledger.Merger:
			f.add(key, old.Neg(), t, &own)
			if t.ToSymbol != "" {
				f.receive(key, old, ratio, t, &own)
			}
		}
		f.events = append(f.events, own)
		e.amount, e.fees, e.taxes = 0, 0, 0 // cash stands on one event
	}
	if e.amount != 0 || e.fees != 0 || e.taxes != 0 {
		f.events = append(f.events, e)
	}
}

// ratio is at which pieces are received: as stated, or what was received for what is held.
func (f *folder) ratio(t *ledger.Transaction, e *event) (ledger.Ratio, bool) {
	if t.Ratio != nil {
		return *t.Ratio, true
	}
	if t.Type == ledger.Split || t.ToSymbol == "" || !t.Quantity.Known || t.Quantity.Decimal.Sign() <= 0 {
		return ledger.Ratio{}, false
	}
	held := money.Zero
	for i := range f.positions {
		if p := &f.positions[i]; p.what == e.symbol && (t.Account == "" || p.account == e.account) {
			held = held.Add(p.now())
		}
	}
	if held.IsZero() {
		return ledger.Ratio{}, false
	}
	return ledger.Ratio{New: t.Quantity.Decimal, Old: held.Abs()}, true
}

// receive adds what a position gives in another symbol, without the fraction that was
// paid in cash.
func (f *folder) receive(from positionKey, old money.Decimal, ratio ledger.Ratio, t *ledger.Transaction, e *event) {
	to := keyOf(from.account(), e.toSymbol, from.side())
	got := ratio.Apply(old)
	f.inexact(from, to, old, ratio)
	if gross, ok := ledger.Gross(t, f.instruments[e.symbol].ContractSize()); ok && !gross.IsZero() {
		if whole := got.Floor(); t.Quantity.Known {
			got = money.Min(got, t.Quantity.Decimal)
		} else {
			got = whole
		}
	}
	if got.IsZero() {
		return
	}
	f.position(to).push(t.Date, got)
	f.totals[to.symbol()].push(t.Date, got)
	e.received += got.Float64()
}

// inexact notes that a quantity times a ratio had to be rounded: a later sale of all that
// is held may differ from it by as much.
func (f *folder) inexact(from, to positionKey, old money.Decimal, ratio ledger.Ratio) {
	d := money.Max(f.dust[from], f.dust[to])
	if !d.IsZero() {
		d = ratio.Apply(d).Add(money.New(1, money.Places))
	}
	if !ratio.Apply(old).Mul(ratio.Old).Equal(old.Mul(ratio.New)) {
		d = d.Add(money.New(1, money.Places))
	}
	if d.IsZero() {
		return
	}
	f.rounded = true
	if f.dust == nil {
		f.dust = map[positionKey]money.Decimal{}
	}
	f.dust[to] = d
}

// end takes an option off the book and, where it is used, moves shares and strike.
func (f *folder) end(here positionKey, t *ledger.Transaction, e *event) error {
	q := t.Quantity.OrZero()
	switch t.Type {
	case ledger.OptionAssigned:
		here = here.on(short)
	case ledger.OptionExpiry:
		here = f.covering(here, q)
	}
	if t.Type == ledger.OptionExpiry && !t.Quantity.Known {
		q = f.held(here)
	}
	f.add(here, signed(money.Min(q, f.held(here)), here.side()).Neg(), t, e)
	if t.Type != ledger.OptionExpiry {
		d, err := ledger.DeliveryOf(t, f.instruments[e.symbol])
		if err != nil {
			return err
		}
		e.toSymbol = f.symbol(d.Underlying)
		f.pay(e.cash, e.currency, t, d.Cash.Sub(t.Fees.OrZero()).Sub(t.Taxes.OrZero()))
		e.amount, e.received = d.Cash.Float64(), d.Quantity.Float64()
		at := keyOf(e.account, e.toSymbol, long)
		var shares event
		from, units := at, d.Quantity.Neg()
		if d.Quantity.Sign() > 0 {
			from, units = at.on(short), d.Quantity
		}
		f.deliver(from, units, t, &shares)
	}
	return nil
}

// deliver moves the shares of an option: from the side that they close, the rest opens
// the other side.
func (f *folder) deliver(key positionKey, q money.Decimal, t *ledger.Transaction, e *event) {
	if f.Policy.MethodOf(t.Account) == ledger.None {
		f.add(key.twin(), signed(q, key.twin().side()), t, e)
		return
	}
	held := f.held(key)
	if d, ok := f.dust[key]; ok && held.Sub(q).Abs().Cmp(d) <= 0 {
		q = held
	}
	taken := money.Min(held, q)
	f.add(key, signed(taken, key.side()).Neg(), t, e)
	f.add(key.twin(), signed(q.Sub(taken), key.twin().side()), t, e)
}
