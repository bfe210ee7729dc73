package api

import (
	"math"
	"strconv"

	"github.com/danielgtaylor/huma/v2"

	"github.com/foliosight/foliosight/finance/analysis"
	"github.com/foliosight/foliosight/finance/money"
)

// The addresses of the programs that this one takes the place of. Each answers with
// the body of the resource that has taken its place and, beside it, the fields that
// those programs promise. Their numbers are JSON numbers, amounts in the base currency,
// percentages named so; what is not known is null and has its reason under `unknown`.

// Number is a number as those programs write it: exact digits where there are any.
type Number struct{ digits string }

// MarshalJSON writes the digits, or null.
func (n Number) MarshalJSON() ([]byte, error) {
	if n.digits == "" {
		return []byte("null"), nil
	}
	return []byte(n.digits), nil
}

// Schema says how it appears in the OpenAPI document.
func (Number) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{Type: huma.TypeNumber, Format: "double", Nullable: true, Examples: []any{10250.4}, Description: "A number; null where it is not known."}
}

// unknowns collects why numbers are null, by the name of the field.
type unknowns map[string]string

// number is a figure's; times scales what is measured (100 for percent).
func (u unknowns) number(field string, f analysis.Figure, times float64) Number {
	switch {
	case !f.Known():
		u[field] = reasonOf(f)
	case f.Amount.Known && times == 1:
		return Number{f.Amount.Decimal.String()}
	default:
		if x := f.Float64() * times; !math.IsNaN(x) && !math.IsInf(x, 0) {
			return measured(x)
		}
		u[field] = "it is not a number"
	}
	return Number{}
}

func reasonOf(f analysis.Figure) string {
	if len(f.Reasons) == 0 {
		return string(f.Status)
	}
	return f.Reasons[0]
}

// measured is a number that was measured, to ten places: more would be noise.
func measured(x float64) Number {
	return Number{strconv.FormatFloat(math.Round(x*1e10)/1e10, 'f', -1, 64)}
}

func exact(d money.Decimal) Number { return Number{d.String()} }

func optional(u unknowns, field string, o money.Optional, why string) Number {
	if !o.Known {
		u[field] = why
		return Number{}
	}
	return exact(o.Decimal)
}
