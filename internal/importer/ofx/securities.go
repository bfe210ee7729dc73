package ofx

import (
	"fmt"
	"slices"
	"strings"

	"github.com/foliosight/foliosight/finance/instrument"
	"github.com/foliosight/foliosight/finance/money"
)

// security is one entry of the list of securities, or one that is only referred to.
type security struct {
	instrument.Instrument
	listed   bool   // in SECLIST
	debt     bool   // quoted in per cent of the face
	contract bool   // an option
	kind     string // UNIQUEIDTYPE
}

// percent is the multiplier of what is quoted in per cent.
var percent = money.New(1, 2)

// securities reads the list, then what transactions and positions refer to beside it.
func (r *reader) securities(root *element, statements []*element) {
	for _, e := range root.all("STOCKINFO", "MFINFO", "DEBTINFO", "OPTINFO", "OTHERINFO") {
		r.listed(e)
	}
	r.optionSymbols(root)
	for _, s := range statements {
		currency, err := money.ParseCurrency(s.text("CURDEF"))
		if err != nil {
			currency = r.opts.BaseCurrency
		}
		for _, id := range s.all("SECID") {
			sec := r.security(id)
			if sec.Currency == "" {
				sec.Currency = currency
			}
		}
		// What is bought or held as debt is quoted like debt, listed or not.
		for _, e := range s.all("BUYDEBT", "SELLDEBT", "POSDEBT") {
			for _, id := range e.all("SECID") {
				sec := r.security(id)
				sec.debt = true
				if sec.Class == instrument.Unknown {
					sec.Class = instrument.Bond
				}
			}
		}
	}
	taken := map[string]bool{}
	for _, sec := range r.order {
		if taken[sec.Symbol] && sec.CUSIP != "" {
			sec.Symbol = sec.CUSIP // two securities under one ticker
		}
		taken[sec.Symbol] = true
		if sec.debt && !sec.Multiplier.Known {
			sec.Multiplier = money.Some(percent)
		}
	}
}

// listed reads an entry of SECLIST.
func (r *reader) listed(e *element) {
	info := e.child("SECINFO")
	id := info.child("SECID")
	if id == nil || id.text("UNIQUEID") == "" {
		return
	}
	sec := r.security(id)
	if ticker := strings.TrimSpace(info.text("TICKER")); sec.listed {
		if ticker != "" && ticker != sec.Symbol {
			r.file.Notes = append(r.file.Notes, fmt.Sprintf("The list of securities names %s twice, as %s and as %s; the first was taken.", id.text("UNIQUEID"), sec.Symbol, ticker))
		}
		return
	}
	sec.listed = true
	sec.Name = strings.Join(strings.Fields(info.text("SECNAME")), " ")
	if ticker := strings.TrimSpace(info.text("TICKER")); ticker != "" {
		sec.Symbol = ticker
	}
	if c, err := money.ParseCurrency(info.path("CURRENCY").text("CURSYM")); err == nil {
		sec.Currency = c
	}
	switch e.name {
	case "STOCKINFO":
		sec.Class = instrument.Equity
	case "MFINFO":
		sec.Class = instrument.Fund
	case "DEBTINFO":
		sec.Class, sec.debt = instrument.Bond, true
	case "OPTINFO":
		r.option(sec, e)
	}
}

// option reads the terms of an option.
func (r *reader) option(sec *security, e *element) {
	sec.Class, sec.contract = instrument.Option, true
	if terms, err := instrument.ParseOCC(sec.Symbol); err == nil {
		terms.Name, terms.Currency, terms.CUSIP = sec.Name, sec.Currency, sec.CUSIP
		sec.Instrument = terms
	}
	switch strings.ToUpper(e.text("OPTTYPE")) {
	case "CALL":
		sec.Right = instrument.Call
	case "PUT":
		sec.Right = instrument.Put
	}
	if k, err := number(e.text("STRIKEPRICE")); err == nil {
		sec.Strike = money.Some(k)
	}
	if d, err := day(e.text("DTEXPIRE")); err == nil {
		sec.Expiry = d
	}
	if n, err := number(e.text("SHPERCTRCT")); err == nil && n.Sign() > 0 {
		sec.Multiplier = money.Some(n)
	}
}

// optionSymbols names the underlying of each option, once all tickers are known, and
// gives the option its OCC symbol where it has no ticker of its own.
func (r *reader) optionSymbols(root *element) {
	for _, e := range root.all("OPTINFO") {
		sec := r.byID[e.path("SECINFO", "SECID").text("UNIQUEID")]
		if sec == nil {
			continue
		}
		if under := e.child("SECID"); under != nil && under.text("UNIQUEID") != "" {
			sec.Underlying = r.security(under).Symbol
		}
		if sec.IsOption() && sec.Underlying != "" && sec.Symbol == e.path("SECINFO", "SECID").text("UNIQUEID") {
			sec.Symbol = instrument.OCC(sec.Underlying, sec.Expiry, sec.Right, sec.Strike.Decimal)
		}
	}
}

// security is the one that a SECID names; it is made where the list lacks it.
func (r *reader) security(id *element) *security {
	unique, kind := strings.TrimSpace(id.text("UNIQUEID")), strings.ToUpper(id.text("UNIQUEIDTYPE"))
	if sec, ok := r.byID[unique]; ok {
		return sec
	}
	sec := &security{kind: kind, Instrument: instrument.Instrument{Symbol: unique}}
	switch kind {
	case "CUSIP":
		sec.CUSIP = unique
	case "ISIN":
		sec.ISIN = unique
	}
	r.byID[unique] = sec
	r.order = append(r.order, sec)
	return sec
}

// instruments are the securities that the bookings and positions name.
func (r *reader) instruments() {
	for _, sec := range r.order {
		if r.used[sec.Symbol] && sec.Symbol != "" {
			r.file.Instruments = append(r.file.Instruments, sec.Instrument)
		}
	}
	slices.SortStableFunc(r.file.Instruments, func(a, b instrument.Instrument) int { return strings.Compare(a.Symbol, b.Symbol) })
}
