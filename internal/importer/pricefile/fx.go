package pricefile

import (
	"encoding/xml"
	"errors"
	"io"
	"math"
	"slices"
	"strings"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/finance/money"
	"github.com/foliosight/foliosight/internal/importer"
)

// iso are the codes that make a header one of currencies: those the ECB has published
// reference rates for and the rest of ISO 4217's codes in wide use.
var iso = func() map[string]bool {
	codes := map[string]bool{}
	for _, c := range strings.Fields(`EUR USD JPY BGN CYP CZK DKK EEK GBP HUF LTL LVL MTL PLN ROL RON SEK SIT SKK CHF ISK NOK HRK RUB
		TRL TRY AUD BRL CAD CNY HKD IDR ILS INR KRW MXN MYR NZD PHP SGD THB ZAR AED ARS CLP COP EGP KES KWD MAD NGN PEN
		PKR QAR SAR TND TWD UAH UYU VND CNH BHD JOD OMR KZT GEL RSD BAM MKD ALL LKR BDT GHS`) {
		codes[c] = true
	}
	return codes
}()

func isISO(s string) bool { return iso[s] }

// isPair reports whether s is a pair such as EUR/USD.
func isPair(s string) bool {
	base, quote, ok := strings.Cut(s, "/")
	return ok && iso[base] && iso[quote] && base != quote
}

// readWideFX reads a column a currency (the ECB's: so many for one euro) or a pair.
func (f *File) readWideFX(t *table) ledger.Faults {
	if fault := t.repeatedColumn(); fault != nil {
		return ledger.Faults{fault}
	}
	g, faults := t.readGrid(func(column string, text []byte, v float64) *ledger.Fault {
		if v <= 0 {
			return notRate(column, string(text))
		}
		return nil
	})
	if len(faults) > 0 {
		return faults
	}
	f.Rows = len(g.dates)
	for c := range g.columns {
		fx := FX{Base: "EUR", Quote: money.Currency(t.header[c+1])}
		if base, quote, ok := strings.Cut(t.header[c+1], "/"); ok {
			fx.Base, fx.Quote = money.Currency(base), money.Currency(quote)
		}
		for i, v := range g.column(c) {
			if !math.IsNaN(v) {
				fx.Dates = append(fx.Dates, g.dates[i])
				fx.Values = append(fx.Values, v)
			}
		}
		if len(fx.Dates) == 0 {
			f.Notes = append(f.Notes, "column "+t.header[c+1]+" has no rate")
			continue
		}
		f.FX = append(f.FX, fx)
	}
	return nil
}

func notRate(column, value string) *ledger.Fault {
	return &ledger.Fault{Field: column, Value: clip(value), Problem: "is not an exchange rate: rates are above zero",
		Cure: "leave it empty where the rate is not known"}
}

// readLongFX reads date,pair,rate or date,base,quote,rate.
func (f *File) readLongFX(t *table) ledger.Faults {
	dateAt, pairAt, baseAt, quoteAt, rateAt := t.column("date"), t.column("pair"), t.column("base"), t.column("quote"), t.column("rate")
	points := map[string]*points{}
	var faults ledger.Faults
	f.Rows, faults = t.rows(func(r row) *ledger.Fault {
		d, ok := day(r.fields[dateAt])
		if !ok {
			return badDate("date", r.fields[dateAt])
		}
		v, ok := number(r.fields[rateAt])
		if !ok {
			return badNumber("rate", r.fields[rateAt])
		}
		if v <= 0 {
			return notRate("rate", string(r.fields[rateAt]))
		}
		var pair string
		if pairAt >= 0 {
			pair = string(r.fields[pairAt])
			if len(pair) == 6 {
				pair = pair[:3] + "/" + pair[3:]
			}
		} else {
			pair = string(r.fields[baseAt]) + "/" + string(r.fields[quoteAt])
		}
		base, quote, fault := splitPair(pair)
		if fault != nil {
			return fault
		}
		return collect(points, string(base+"/"+quote), d, v, r.line)
	})
	if len(faults) > 0 {
		return faults
	}
	for _, p := range sortedPoints(points) {
		base, quote, _ := strings.Cut(p.name, "/")
		f.FX = append(f.FX, FX{Base: money.Currency(base), Quote: money.Currency(quote), Dates: p.dates, Values: p.values})
	}
	return f.wantRows()
}

func splitPair(pair string) (base, quote money.Currency, fault *ledger.Fault) {
	left, right, _ := strings.Cut(pair, "/")
	base, err1 := money.ParseCurrency(left)
	quote, err2 := money.ParseCurrency(right)
	if err := errors.Join(err1, err2); err != nil || base == quote {
		return "", "", &ledger.Fault{Field: "pair", Value: clip(pair), Problem: "is not a pair of currencies", Cure: "write it as EUR/USD", Err: err}
	}
	return base, quote, nil
}

// readRates reads series,date,value. Rates may be zero or negative.
func (f *File) readRates(t *table) ledger.Faults {
	seriesAt, dateAt, valueAt := t.column("series"), t.column("date"), t.column("value")
	points := map[string]*points{}
	var faults ledger.Faults
	f.Rows, faults = t.rows(func(r row) *ledger.Fault {
		d, ok := day(r.fields[dateAt])
		if !ok {
			return badDate("date", r.fields[dateAt])
		}
		v, ok := number(r.fields[valueAt])
		if !ok {
			return badNumber("value", r.fields[valueAt])
		}
		if len(r.fields[seriesAt]) == 0 {
			return &ledger.Fault{Field: "series", Problem: "is empty", Cure: "name the series the value is of"}
		}
		return collect(points, string(r.fields[seriesAt]), d, v, r.line)
	})
	if len(faults) > 0 {
		return faults
	}
	for _, p := range sortedPoints(points) {
		f.Rates = append(f.Rates, Rate{Series: p.name, Dates: p.dates, Values: p.values})
	}
	return f.wantRows()
}

func (f *File) wantRows() ledger.Faults {
	if f.Rows == 0 {
		return ledger.Faults{noRows()}
	}
	return nil
}

// points collects one series of a long file.
type points struct {
	name   string
	dates  []date.Date
	values []float64
	seen   map[date.Date]float64 // made when a day comes out of order
}

// collect adds a point; unknown values are left out, a repeated day must agree.
func collect(all map[string]*points, name string, d date.Date, v float64, line int) *ledger.Fault {
	if math.IsNaN(v) {
		return nil
	}
	p := all[name]
	if p == nil {
		p = &points{name: name}
		all[name] = p
	}
	if n := len(p.dates); p.seen == nil && n > 0 && d <= p.dates[n-1] {
		p.seen = make(map[date.Date]float64, n)
		for i, d := range p.dates {
			p.seen[d] = p.values[i]
		}
	}
	if p.seen != nil {
		if old, ok := p.seen[d]; ok {
			if old == v {
				return nil
			}
			return &ledger.Fault{Field: "date", Value: d.String(), Problem: name + " has two values for this day", Cure: "keep one row a series and day"}
		}
		p.seen[d] = v
	}
	p.dates = append(p.dates, d)
	p.values = append(p.values, v)
	return nil
}

func sortedPoints(all map[string]*points) []*points {
	list := make([]*points, 0, len(all))
	for _, p := range all {
		list = append(list, p)
		if p.seen == nil {
			continue
		}
		slices.Sort(p.dates)
		for i, d := range p.dates {
			p.values[i] = p.seen[d]
		}
		p.seen = nil
	}
	slices.SortFunc(list, func(a, b *points) int { return strings.Compare(a.name, b.name) })
	return list
}

// readECBDaily reads the ECB's XML: <Cube time=DAY> of <Cube currency=USD rate=1.1/>.
func (f *File) readECBDaily(content []byte) ledger.Faults {
	f.Layout = ECBDaily
	points := map[string]*points{}
	var today date.Date
	dated := false
	decoder := importer.NewElements(content, importer.MaxDepth)
	for {
		token, err := decoder.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		line, _ := decoder.InputPos()
		var deep *ledger.Fault
		if errors.As(err, &deep) {
			return ledger.Faults{deep}
		}
		if err != nil {
			return ledger.Faults{{Row: line, Problem: "is not well-formed XML (" + err.Error() + ")", Cure: "fetch the file again", Err: err}}
		}
		cube, ok := token.(xml.StartElement)
		if !ok || cube.Name.Local != "Cube" {
			continue
		}
		attributes := map[string]string{}
		for _, a := range cube.Attr {
			attributes[a.Name.Local] = a.Value
		}
		if text, ok := attributes["time"]; ok {
			if today, dated = day([]byte(text)); !dated {
				fault := badDate("time", []byte(text))
				fault.Row = line
				return ledger.Faults{fault}
			}
		}
		if fault := cubeRate(points, attributes, today, dated, line); fault != nil {
			fault.Row = line
			return ledger.Faults{fault}
		}
		if attributes["currency"] != "" {
			f.Rows++
		}
	}
	for _, p := range sortedPoints(points) {
		f.FX = append(f.FX, FX{Base: "EUR", Quote: money.Currency(p.name), Dates: p.dates, Values: p.values})
	}
	if len(f.FX) == 0 {
		return ledger.Faults{{Problem: "is XML without exchange rates of the ECB", Cure: "give the ECB's eurofxref file, or prices as csv"}}
	}
	return nil
}

func cubeRate(all map[string]*points, attributes map[string]string, today date.Date, dated bool, line int) *ledger.Fault {
	code, ok := attributes["currency"]
	if !ok {
		return nil
	}
	if !dated {
		return &ledger.Fault{Field: "currency", Value: code, Problem: "has a rate of no day", Cure: "fetch the file again"}
	}
	currency, err := money.ParseCurrency(code)
	if err != nil || currency == "EUR" {
		return &ledger.Fault{Field: "currency", Value: clip(code), Problem: "is not a currency quoted in euro", Cure: "fetch the file again", Err: err}
	}
	v, ok := number([]byte(attributes["rate"]))
	if !ok || v <= 0 {
		return notRate("rate", attributes["rate"])
	}
	return collect(all, string(currency), today, v, line)
}
