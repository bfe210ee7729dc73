package analysis

// cash lists the balances.
func (r *runner) cash() {
	for _, b := range r.Book.Balances(r.Node, r.AsOf) {
		row := CashBalance{Account: b.Account, Currency: b.Cash.Currency, Amount: b.Cash.Amount}
		if w := r.valuer.Cash(b.Cash.Amount, b.Cash.Currency, r.AsOf); w.Known {
			row.worth = w.Amount
			row.Value = r.money(w.Amount, "cash")
			if w.Rate.Known {
				row.Value = row.Value.From("Exchange rate", w.Rate.Decimal.Round(8).String()+" ("+w.Path+", "+w.RateDate.String()+")")
				row.doubts = r.doubtsOfRate(b.Cash.Currency, r.AsOf)
				row.Value = doubted(row.Value, row.doubts...)
			}
		} else {
			row.Value = Unknown(r.unit(), r.AsOf, "cash", w.Reason)
		}
		r.out.Cash = append(r.out.Cash, row)
	}
}

// weigh gives each holding and balance its weight in the total value. Where nothing held
// has a value there are no weights: cash would be all of it.
func (r *runner) weigh() {
	total := 0.0
	for i := range r.out.Holdings {
		if v := &r.out.Holdings[i].Value; v.Known() {
			total += v.Float64()
		}
	}
	for i := range r.out.Cash {
		if v := &r.out.Cash[i].Value; v.Known() {
			total += v.Float64()
		}
	}
	worthless := r.worthless()
	weight := func(value Figure) Figure {
		switch {
		case !value.Known():
			return Unknown(Fraction, r.AsOf, "weight", value.Reasons...)
		case worthless:
			return Unknown(Fraction, r.AsOf, "weight", "no value is known of anything that is held")
		case total <= 0:
			return Unknown(Fraction, r.AsOf, "weight", "the total value is not positive")
		}
		return Measure(value.Float64()/total, Fraction, r.AsOf, "weight")
	}
	for i := range r.out.Holdings {
		r.out.Holdings[i].Weight = doubted(weight(r.out.Holdings[i].Value), r.out.Holdings[i].doubts...)
	}
	for i := range r.out.Cash {
		r.out.Cash[i].Weight = doubted(weight(r.out.Cash[i].Value), r.out.Cash[i].doubts...)
	}
}
