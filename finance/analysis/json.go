package analysis

import (
	"encoding/json"
	"math"
	"strconv"
)

// MarshalJSON writes the number under "value": a string for money, a number for what
// is measured, null when unknown.
func (f Figure) MarshalJSON() ([]byte, error) { return f.appendJSON(make([]byte, 0, 160)), nil }

// appendJSON writes the figure without reflection: an analysis of a large book has some
// hundred thousand of them.
func (f *Figure) appendJSON(b []byte) []byte {
	b = append(b, `{"value":`...)
	switch {
	case !f.known:
		b = append(b, "null"...)
	case f.Amount.Known:
		b = append(f.Amount.Decimal.AppendTo(append(b, '"')), '"')
	default:
		b = strconv.AppendFloat(b, f.Measured, 'g', -1, 64)
	}
	b = appendText(append(b, `,"unit":`...), string(f.Unit))
	if f.AsOf != 0 {
		b = append(f.AsOf.AppendTo(append(b, `,"as_of":"`...)), '"')
	}
	b = appendText(append(b, `,"method":`...), f.Method)
	b = appendText(append(b, `,"status":`...), string(f.Status))
	if len(f.Reasons) > 0 {
		b = append(b, `,"reasons":[`...)
		for i, r := range f.Reasons {
			if i > 0 {
				b = append(b, ',')
			}
			b = appendText(b, r)
		}
		b = append(b, ']')
	}
	if len(f.Inputs) > 0 {
		b = append(b, `,"inputs":[`...)
		for i, in := range f.Inputs {
			if i > 0 {
				b = append(b, ',')
			}
			b = appendText(append(b, `{"label":`...), in.Label)
			b = append(appendText(append(b, `,"value":`...), in.Value), '}')
		}
		b = append(b, ']')
	}
	return append(b, '}')
}

// appendText writes a string as JSON.
func appendText(b []byte, s string) []byte {
	for i := range len(s) {
		if c := s[i]; c < ' ' || c > '~' || c == '"' || c == '\\' || c == '<' || c == '>' || c == '&' {
			quoted, err := json.Marshal(s)
			if err != nil { // a string always marshals
				panic("analysis: " + err.Error())
			}
			return append(b, quoted...)
		}
	}
	return append(append(append(b, '"'), s...), '"')
}

// Numbers are float64s whose NaN are null in JSON.
type Numbers []float64

// MarshalJSON writes the shortest text of each number, null for NaN.
func (n Numbers) MarshalJSON() ([]byte, error) {
	if n == nil {
		return []byte("null"), nil
	}
	b := make([]byte, 0, len(n)*9+2)
	b = append(b, '[')
	for i, x := range n {
		if i > 0 {
			b = append(b, ',')
		}
		if math.IsNaN(x) || math.IsInf(x, 0) {
			b = append(b, "null"...)
		} else {
			b = strconv.AppendFloat(b, x, 'g', -1, 64)
		}
	}
	return append(b, ']'), nil
}
