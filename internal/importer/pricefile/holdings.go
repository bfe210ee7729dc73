package pricefile

import (
	"fmt"
	"slices"
	"strings"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/instrument"
	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/finance/money"
)

// Fund is what one fund holds, as a file lists it.
type Fund struct {
	Symbol      string
	Composition instrument.Composition
	lines       []int // of the constituents, in the file
}

// weightColumns are the names of a column of weights; true for those in percent.
var weightColumns = map[string]bool{
	"weight": false, "weight_percent": true, "weight_pct": true, "weight_%": true, "weight(%)": true, "weight_(%)": true, "percent": true,
}

func (t *table) weightColumn() int {
	return slices.IndexFunc(t.columns, func(name string) bool { _, ok := weightColumns[name]; return ok })
}

// listsHoldings reports whether the file is a list of what funds hold.
func (t *table) listsHoldings() bool {
	return t.weightColumn() >= 0 && t.column("symbol", "isin", "name") >= 0
}

// holdingColumns are the columns of a list of holdings, −1 where there is none.
type holdingColumns struct {
	t                                                                         *table
	fund, symbol, isin, name, issuer, sector, country, currency, weight, asOf int
	own                                                                       string // the fund that the file is named after
	percent                                                                   bool   // a weight had a percent sign, or the column says so
	places                                                                    map[string]bool
}

// readHoldings reads what funds hold. Weights are fractions, or percent where a sign,
// the column's name or their sum says so.
func (f *File) readHoldings(t *table) ledger.Faults {
	l := holdingColumns{t: t, fund: t.column("fund", "fund_symbol", "fund_ticker", "etf"), symbol: t.column("symbol"), isin: t.column("isin"), name: t.column("name"),
		issuer: t.column("issuer"), sector: t.column("sector"), country: t.column("country", "location"), currency: t.column("currency"), weight: t.weightColumn(),
		asOf: t.column("as_of", "as_of_date", "date"), own: symbolOfName(f.Name), places: map[string]bool{}}
	l.percent = weightColumns[t.columns[l.weight]]
	at := map[string]int{}
	var faults ledger.Faults
	f.Rows, faults = t.rows(func(r row) *ledger.Fault {
		fund, day, c, fault := l.constituent(r)
		if fault != nil {
			return fault
		}
		i, seen := at[fund]
		if !seen {
			i = len(f.Funds)
			at[fund] = i
			f.Funds = append(f.Funds, Fund{Symbol: fund, Composition: instrument.Composition{AsOf: day}})
		}
		f.keep(&f.Funds[i], day, c, r.line)
		return nil
	})
	if len(faults) == 0 {
		faults = append(f.wantRows(), l.settleWeights(f.Funds)...)
	}
	if len(faults) > 0 {
		f.Funds = nil
		return faults
	}
	for place := range l.places {
		f.Notes = append(f.Notes, place+" is no country that is known, and is left out")
	}
	slices.Sort(f.Notes)
	return nil
}

// keep adds a constituent; of lists of several days the last one counts.
func (f *File) keep(fund *Fund, day date.Date, c instrument.Constituent, line int) {
	list := &fund.Composition
	if day != list.AsOf {
		note := fund.Symbol + ": holdings of several days; those of the last are kept"
		if !slices.Contains(f.Notes, note) {
			f.Notes = append(f.Notes, note)
		}
		if day < list.AsOf {
			return
		}
		*list, fund.lines = instrument.Composition{AsOf: day}, nil
	}
	list.Constituents = append(list.Constituents, c)
	fund.lines = append(fund.lines, line)
}

func (l *holdingColumns) text(r row, column int) string {
	if column < 0 || unknown(r.fields[column]) {
		return ""
	}
	return strings.ToValidUTF8(strings.TrimSpace(string(r.fields[column])), "")
}

func (l *holdingColumns) constituent(r row) (fund string, on date.Date, c instrument.Constituent, fault *ledger.Fault) {
	bad := func(column int, problem, cure string) *ledger.Fault {
		return &ledger.Fault{Field: l.t.header[column], Value: clip(string(r.fields[column])), Problem: problem, Cure: cure}
	}
	fund = l.own
	if l.fund >= 0 {
		if fund = l.text(r, l.fund); fund == "" {
			return "", 0, c, bad(l.fund, "is empty", "name the fund that holds it")
		}
	}
	if l.asOf >= 0 && !unknown(r.fields[l.asOf]) {
		var ok bool
		if on, ok = day(r.fields[l.asOf]); !ok {
			return "", 0, c, badDate(l.t.header[l.asOf], r.fields[l.asOf])
		}
	}
	c = instrument.Constituent{Symbol: l.text(r, l.symbol), ISIN: strings.ToUpper(l.text(r, l.isin)), Name: l.text(r, l.name), Issuer: l.text(r, l.issuer), Sector: l.text(r, l.sector)}
	if text := l.text(r, l.country); text != "" {
		if c.Country = CountryCode(text); c.Country == "" {
			l.places[text] = true
		}
	}
	if text := l.text(r, l.currency); text != "" {
		code, err := money.ParseCurrency(text)
		if err != nil {
			return "", 0, c, bad(l.currency, "is not a currency", "use the ISO code, such as USD; leave an unknown one empty")
		}
		c.Currency = code
	}
	text := strings.TrimSpace(string(r.fields[l.weight]))
	number, signed := strings.CutSuffix(text, "%")
	l.percent = l.percent || signed
	weight, err := money.Parse(strings.TrimSpace(number))
	if err != nil || weight.CheckBounds() != nil {
		return "", 0, c, bad(l.weight, "is not a number", "write the weight as 5.25% or 0.0525")
	}
	c.Weight = weight
	return fund, on, c, nil
}

// settleWeights makes fractions of percentages and checks each fund. Without a percent
// sign a sum beyond two can only be percent; between one and two it may be either, and
// the file is refused.
func (l *holdingColumns) settleWeights(funds []Fund) (faults ledger.Faults) {
	percent := l.percent
	for i := range funds {
		percent = percent || money.Int(2).Less(funds[i].sum())
	}
	for i := range funds {
		f := &funds[i]
		if percent {
			for k := range f.Composition.Constituents {
				c := &f.Composition.Constituents[k]
				c.Weight = c.Weight.Mul(money.New(1, 2))
			}
		}
		flaw := f.Composition.Check(f.Symbol)
		if flaw == nil {
			continue
		}
		fault := &ledger.Fault{Row: f.lines[max(flaw.Constituent-1, 0)], Field: flaw.Field, Value: flaw.Value, Problem: flaw.Problem, Cure: flaw.Cure, Err: flaw}
		if flaw.Constituent == 0 {
			fault.Value = f.sum().Mul(money.Int(100)).String() + "%"
			fault.Problem = fmt.Sprintf("the %d weights of %s sum to this", len(f.lines), f.Symbol)
			fault.Cure = "give each holding once; weights sum to at most 100.5%, and where they are percent write 5.25% or name the column weight_percent"
		}
		faults = append(faults, fault)
	}
	return faults
}

func (f *Fund) sum() money.Decimal {
	sum := money.Zero
	for i := range f.Composition.Constituents {
		sum = sum.Add(f.Composition.Constituents[i].Weight)
	}
	return sum
}
