package tradefeeds

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/instrument"
	"github.com/foliosight/foliosight/finance/money"
	"github.com/foliosight/foliosight/internal/marketdata"
)

// answer is a response beside what it answers.
type answer struct {
	request  marketdata.Request
	call     marketdata.Call
	response marketdata.Response
	left     []string
}

// text is a string, a number or nothing, as it stands in the body.
type text string

// UnmarshalJSON takes any value; lists and objects are not known.
func (t *text) UnmarshalJSON(b []byte) error {
	switch {
	case len(b) == 0 || b[0] == '[' || b[0] == '{' || bytes.Equal(b, []byte("null")):
		*t = ""
		return nil
	case b[0] == '"':
		var s string
		if err := json.Unmarshal(b, &s); err != nil {
			return err
		}
		*t = text(strings.TrimSpace(s))
	default:
		*t = text(b)
	}
	switch *t {
	case "None", "N/A", "n/a", "NA", "-", "null", "NaN", "0000-00-00":
		*t = ""
	}
	return nil
}

// fraction is a percentage as a fraction.
func (t text) fraction() money.Optional {
	d, err := money.Parse(strings.TrimSpace(strings.TrimSuffix(string(t), "%")))
	if err != nil {
		return money.Optional{}
	}
	if d = d.Mul(money.New(1, 2)); d.CheckBounds() != nil {
		if d = d.Round(money.Places); d.CheckBounds() != nil {
			return money.Optional{}
		}
	}
	return money.Some(d)
}

func (t text) day() date.Date {
	if len(t) < 10 {
		return 0
	}
	d, err := date.Parse(string(t[:10]))
	if err != nil {
		return 0
	}
	return d
}

// body is an answer in either layout. Parts that may be a list or a single object, or
// an empty list where an object is due, are read later.
type body struct {
	Status  json.RawMessage `json:"status"`
	Error   json.RawMessage `json:"error"`
	Message text            `json:"message"`
	Result  json.RawMessage `json:"result"`
	Results json.RawMessage `json:"results"`
}

// report is what a fund held on a day.
type report struct {
	Attributes struct {
		Day text `json:"repPdDate"`
		End text `json:"repPdEnd"`
	} `json:"attributes"`
	Holdings []struct {
		Security security `json:"invstOrSec"`
	} `json:"invstOrSecs"`
}

// security is one holding, under the names of both layouts.
type security struct {
	Name    text `json:"name"`
	Title   text `json:"title"`
	ISIN    text `json:"isin"`
	Ticker  text `json:"ticker"`
	Symbol  text `json:"stock_ticker_symbol"`
	Percent text `json:"pctVal"`
	Share   text `json:"percent_of_portfolio"`
	Payoff  text `json:"payoffProfile"`
	Country text `json:"invCountry"`
	Money   text `json:"curCd"`
}

// read reads the answer, or says what it is instead.
func (x *answer) read() (marketdata.Delivery, *marketdata.Refusal) {
	if ref := x.unreadable(); ref != nil {
		return marketdata.Delivery{}, ref
	}
	var b body
	if err := json.Unmarshal(x.bytes(), &b); err != nil {
		return marketdata.Delivery{}, x.broken(err)
	}
	if ref := x.refused(b); ref != nil {
		return marketdata.Delivery{}, ref
	}
	securities, day, ref := x.securities(b)
	if ref != nil {
		return marketdata.Delivery{}, ref
	}
	return x.composition(securities, day)
}

// securities are those of the latest report, and its day.
func (x *answer) securities(b body) ([]security, date.Date, *marketdata.Refusal) {
	if len(b.Results) > 0 {
		var rows []struct {
			Output security `json:"output"`
		}
		if err := json.Unmarshal(b.Results, &rows); err != nil {
			return nil, 0, x.broken(err)
		}
		out := make([]security, len(rows))
		for i := range rows {
			out[i] = rows[i].Output
		}
		return out, 0, nil
	}
	if isNothing(b.Result) {
		return nil, 0, x.refuse(marketdata.NotFound, "")
	}
	var result struct {
		Output json.RawMessage `json:"output"`
	}
	if err := json.Unmarshal(b.Result, &result); err != nil {
		return nil, 0, x.broken(err)
	}
	if isNothing(result.Output) {
		return nil, 0, x.refuse(marketdata.NotFound, "")
	}
	reports := make([]report, 1)
	var err error
	if result.Output[0] == '[' {
		err = json.Unmarshal(result.Output, &reports)
	} else {
		err = json.Unmarshal(result.Output, &reports[0])
	}
	if err != nil {
		return nil, 0, x.broken(err)
	}
	latest, at := date.Date(0), -1
	for i, r := range reports {
		day := r.Attributes.Day.day()
		if x.tooLate(day) {
			x.left = append(x.left, fmt.Sprintf("report %d: %s was not asked for", i+1, day))
			continue
		}
		if at < 0 || day > latest {
			latest, at = day, i
		}
	}
	if at < 0 {
		return nil, 0, x.refuse(marketdata.Empty, strings.Join(x.left, "; "))
	}
	out := make([]security, len(reports[at].Holdings))
	for i, h := range reports[at].Holdings {
		out[i] = h.Security
	}
	return out, latest, nil
}

// tooLate reports whether a day is after the one asked for, or still to come.
func (x *answer) tooLate(day date.Date) bool {
	if x.request.To != 0 && day > x.request.To {
		return true
	}
	return !x.response.At.IsZero() && day > date.FromTime(x.response.At.UTC())+1
}

// composition is what the securities make of a fund. Rows without a weight or a name and
// the fund itself are left out; weights that cannot be right together spoil the answer.
func (x *answer) composition(securities []security, day date.Date) (marketdata.Delivery, *marketdata.Refusal) {
	out := marketdata.FundHoldings{Symbol: x.request.Instrument.Symbol, Composition: instrument.Composition{AsOf: day, Source: Name}}
	for i, s := range securities {
		c, why := s.constituent()
		if why == "" && c.Symbol != "" && c.Symbol == out.Symbol {
			why = "the fund itself"
		}
		if why != "" {
			x.left = append(x.left, fmt.Sprintf("holding %d: %s", i+1, why))
			continue
		}
		out.Composition.Constituents = append(out.Composition.Constituents, c)
	}
	switch {
	case len(securities) == 0:
		return marketdata.Delivery{}, x.refuse(marketdata.Empty, "the report lists no holdings")
	case len(out.Composition.Constituents) == 0:
		return marketdata.Delivery{}, x.garbled("every holding", x.left[0])
	}
	if flaw := out.Composition.Check(out.Symbol); flaw != nil {
		return marketdata.Delivery{}, x.garbled("the weights", flaw.Error())
	}
	return marketdata.Delivery{Holdings: []marketdata.FundHoldings{out}, Left: shorten(x.left)}, nil
}

// constituent is a holding in our words, or why it cannot be used.
func (s security) constituent() (instrument.Constituent, string) {
	c := instrument.Constituent{Name: string(first(s.Name, s.Title)), ISIN: string(s.ISIN), Country: country(string(s.Country))}
	c.Symbol = strings.ToUpper(strings.ReplaceAll(string(first(s.Symbol, s.Ticker)), "-", "."))
	if code, err := money.ParseCurrency(string(s.Money)); err == nil {
		c.Currency = code
	}
	weight := first(s.Percent, s.Share).fraction()
	switch {
	case !weight.Known:
		return c, fmt.Sprintf("%s has no weight", c.Name)
	case c.Symbol == "" && c.ISIN == "" && c.Name == "":
		return c, "it has neither symbol nor ISIN nor name"
	}
	c.Weight = weight.Decimal
	if strings.EqualFold(string(s.Payoff), "short") && c.Weight.Sign() > 0 {
		c.Weight = c.Weight.Neg()
	}
	return c, ""
}

// country is a code of two letters; anything else is not known.
func country(s string) string {
	if len(s) == 2 && s[0] >= 'A' && s[0] <= 'Z' && s[1] >= 'A' && s[1] <= 'Z' {
		return s
	}
	return ""
}

func first(a, b text) text {
	if a != "" {
		return a
	}
	return b
}

func isNothing(raw json.RawMessage) bool {
	raw = bytes.TrimSpace(raw)
	return len(raw) == 0 || bytes.Equal(raw, []byte("null")) || bytes.Equal(raw, []byte("[]")) || bytes.Equal(raw, []byte("{}"))
}

// mostLeft is how many reasons are given in full.
const mostLeft = 20

func shorten(left []string) []string {
	if len(left) > mostLeft {
		return append(left[:mostLeft:mostLeft], fmt.Sprintf("and %d more", len(left)-mostLeft))
	}
	return left
}

func (x *answer) bytes() []byte {
	return bytes.TrimSpace(bytes.TrimPrefix(x.response.Body, []byte("\xef\xbb\xbf")))
}

// broken says where a body stops being what it should be.
func (x *answer) broken(err error) *marketdata.Refusal {
	place := "the whole body"
	var syntax *json.SyntaxError
	var kind *json.UnmarshalTypeError
	switch {
	case errors.As(err, &syntax):
		place = "byte " + strconv.FormatInt(syntax.Offset, 10)
	case errors.As(err, &kind):
		place = kind.Field
	}
	return x.garbled(place, err.Error())
}
