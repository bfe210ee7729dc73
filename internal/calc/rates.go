package calc

import (
	"encoding/json"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/performance"
)

func init() {
	register("xirr", typed(xirr))
	register("irr", typed(irr))
	register("xnpv", typed(xnpv))
}

type xirrRequest struct {
	Flows flows `json:"flows"`
}

type irrRequest struct {
	Amounts numbers `json:"amounts"`
}

type xnpvRequest struct {
	Rate  *float64 `json:"rate"`
	Flows flows    `json:"flows"`
}

func xirr(q xirrRequest) (*object, error) {
	list, err := q.Flows.values()
	if err != nil {
		return nil, err
	}
	return rateAnswer(performance.XIRR(list))
}

func irr(q irrRequest) (*object, error) {
	amounts, err := q.Amounts.required("amounts", 0)
	if err != nil {
		return nil, err
	}
	return rateAnswer(performance.IRR(amounts))
}

// rateAnswer says the rate, all roots when there are several, or the reason why there is none.
func rateAnswer(rates performance.Rates, err error) (*object, error) {
	var o object
	if err != nil {
		reason := performance.Reason(err)
		o.missing("rate", reason)
		o.set("reason", reason)
		return &o, nil
	}
	o.figure("rate", rates.Rate, "")
	if rates.Roots != nil {
		o.set("roots", rates.Roots)
	}
	return &o, nil
}

func xnpv(q xnpvRequest) (*object, error) {
	if q.Rate == nil {
		return nil, refuse("missing_field", "rate: give the annual discount rate as a fraction")
	}
	list, err := q.Flows.values()
	if err != nil {
		return nil, err
	}
	value, err := performance.XNPV(*q.Rate, list)
	var o object
	if err != nil {
		o.missing("value", performance.Reason(err))
		return &o, nil
	}
	o.figure("value", value, "")
	return &o, nil
}

// flows is a list of [date, amount] pairs.
type flows struct {
	list    []performance.Flow
	given   bool
	problem *Error
}

// UnmarshalJSON never fails: what is wrong is told by values.
func (f *flows) UnmarshalJSON(b []byte) error {
	*f = flows{}
	if string(b) == "null" {
		return nil
	}
	f.given = true
	var rows []json.RawMessage
	if err := json.Unmarshal(b, &rows); err != nil {
		f.problem = refuse("bad_request", "flows: want a list of [date, amount]")
		return nil
	}
	f.list = make([]performance.Flow, len(rows))
	for i, row := range rows {
		day, amount, problem := datedNumber(row)
		if problem != nil {
			f.problem = refuse(problem.Code, "flows: entry %d: %s", i, problem.Detail)
			return nil
		}
		f.list[i] = performance.Flow{Date: day, Amount: amount}
	}
	return nil
}

func (f flows) values() ([]performance.Flow, error) {
	if f.problem != nil {
		return nil, f.problem
	}
	if !f.given {
		return nil, refuse("missing_field", "flows: give a list of [date, amount]")
	}
	return f.list, nil
}

// datedNumber reads one ["2024-01-31", 12.5].
func datedNumber(row json.RawMessage) (date.Date, float64, *Error) {
	var pair []json.RawMessage
	if json.Unmarshal(row, &pair) != nil || len(pair) != 2 {
		return 0, 0, refuse("bad_request", "want [date, amount]")
	}
	var text *string
	if json.Unmarshal(pair[0], &text) != nil || text == nil {
		return 0, 0, refuse("bad_request", "the date must be a string YYYY-MM-DD")
	}
	day, err := date.Parse(*text)
	if err != nil {
		return 0, 0, refuse("bad_date", "%v", err)
	}
	if string(pair[1]) == "null" {
		return 0, 0, refuse("gap", "the amount is null")
	}
	var amount float64
	if json.Unmarshal(pair[1], &amount) != nil {
		return 0, 0, refuse("bad_request", "the amount must be a number within the range of float64")
	}
	return day, amount, nil
}
