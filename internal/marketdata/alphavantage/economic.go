package alphavantage

import (
	"fmt"
	"strings"

	"github.com/foliosight/foliosight/internal/marketdata"
)

// economic are the series of the economy of the United States with the interval asked for,
// the shortest there is. A month or a quarter stands on its first day.
var economic = map[string]string{
	"TREASURY_YIELD": "daily", "FEDERAL_FUNDS_RATE": "daily", "CPI": "monthly", "REAL_GDP": "quarterly", "REAL_GDP_PER_CAPITA": "",
	"INFLATION": "", "RETAIL_SALES": "", "DURABLES": "", "UNEMPLOYMENT": "", "NONFARM_PAYROLL": "",
}

// percent are the series that are percentages by their documentation; CSV does not say it.
var percent = map[string]bool{"TREASURY_YIELD": true, "FEDERAL_FUNDS_RATE": true, "INFLATION": true, "UNEMPLOYMENT": true}

// maturities are those of TREASURY_YIELD.
var maturities = []string{"3month", "2year", "5year", "7year", "10year", "30year"}

func askEconomic(r marketdata.Request) (marketdata.Call, error) {
	function, maturity, _ := strings.Cut(r.Series, ":")
	interval, ok := economic[function]
	known := maturity == ""
	for _, m := range maturities {
		known = known || function == "TREASURY_YIELD" && m == maturity
	}
	if !ok || !known {
		return marketdata.Call{}, fmt.Errorf("the series %q at %s: it has none of that name; ask for one such as CPI or TREASURY_YIELD:10year (%s)", r.Series, name, strings.Join(maturities, ", "))
	}
	return call(function, "interval", interval, "maturity", maturity), nil
}

// series reads an economic series. A value "." is none.
func (o *answer) series(body []byte) *marketdata.Refusal {
	out := marketdata.RateSeries{Name: o.request.Series}
	interval := ""
	found, bad := list(body, "data", map[string]string{"timestamp": "date"}, func(key, value []byte) {
		switch string(key) {
		case "unit":
			out.Unit = words(value)
		case "interval":
			interval = words(value)
		}
	}, func(r *record) *fault {
		d, ok := day(r.get("date"))
		if !ok || d == 0 {
			return &fault{"date", fmt.Sprintf("%q is no day", clip(r.get("date")))}
		}
		v := 0.0
		if bad := r.number(&v, "value"); bad != nil {
			return bad
		}
		out.Dates, out.Values = append(out.Dates, d), append(out.Values, v)
		return nil
	})
	asked := o.call.Query.Get("interval")
	switch {
	case bad != nil:
		return o.garbled(bad)
	case !found:
		return o.garbled(&fault{"start", `there is no "data"`})
	case interval != "" && asked != "" && interval != asked:
		return o.garbled(&fault{"interval", fmt.Sprintf("it is %s, asked was %s", interval, asked)})
	}
	if out.Unit == "" && percent[o.call.Endpoint] {
		out.Unit = "percent"
	}
	divisor := 1.0
	switch unit := strings.ToLower(out.Unit); {
	case unit == "percent":
		out.Unit, divisor = "fraction", 100
	case strings.HasPrefix(unit, "index"):
		out.Unit = "index"
	}
	for i := range out.Values {
		out.Values[i] /= divisor
	}
	for _, left := range out.Order(o.request.From, o.request.To, marketdata.Latest(o.at)) {
		o.leave("%s", left)
	}
	if len(out.Dates) == 0 {
		return o.refuse(marketdata.Empty, "none of its days is asked for and has a value")
	}
	o.delivery.Rates = append(o.delivery.Rates, out)
	return nil
}
