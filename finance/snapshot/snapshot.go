// Package snapshot is what was shown of a portfolio on a day, as one small document.
//
// Model: a document has six sections, taken from an Analysis: values, exposures, greeks,
// factors, correlations and stress. Each is made on its own, so that a job that was
// interrupted goes on with the next one. Before them stands what was held back or doubtful of
// the series that they rest on, which is kept nowhere else as it was. The document names the versions and the terms
// (base currency, lot rules, benchmark, risk-free rate) it was made under; under those
// the same bytes come out again.
//
// Units: those of package analysis. Money is exact; what is measured is kept to six
// significant digits, more than any page shows. A figure that is complete is its value
// alone; another carries its status and reasons. Histories and tax lots are left out:
// they are in the ledger and the market data, by version.
package snapshot

import (
	"bytes"
	"compress/flate"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"

	"github.com/foliosight/foliosight/finance/analysis"
	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/finance/money"
)

// Format names the form of the document and its compression.
const Format = "1+deflate"

// ErrFormat reports a document of a form that this version does not read.
var ErrFormat = errors.New("the snapshot has another format")

// Terms are the settings that figures depend on.
type Terms struct {
	Name      string         `json:"name"`
	Base      money.Currency `json:"base_currency"`
	Policy    ledger.Policy  `json:"policy"`
	Benchmark string         `json:"benchmark,omitempty"`
	RiskFree  string         `json:"risk_free,omitempty"`
	Simulated bool           `json:"simulated,omitempty"`
}

// Document is a snapshot as it is read.
type Document struct {
	Day          date.Date `json:"day"`
	Terms        Terms     `json:"terms"`
	Ledger       int64     `json:"ledger_version"`
	MarketShared int64     `json:"market_version"`
	MarketOwn    int64     `json:"own_market_version"`
	Engine       string    `json:"engine"`
	// Doubts is what was held back or doubtful of the series that the figures rest on when
	// the document was made; empty in one from before they were kept. Like the terms it is
	// what figures follow from, not one of them.
	Doubts       json.RawMessage `json:"doubts,omitempty"`
	Values       json.RawMessage `json:"values"`
	Exposures    json.RawMessage `json:"exposures"`
	Greeks       json.RawMessage `json:"greeks"`
	Factors      json.RawMessage `json:"factors"`
	Correlations json.RawMessage `json:"correlations"`
	Stress       json.RawMessage `json:"stress"`
}

// Part is one section and how far it can be relied on.
type Part struct {
	JSON   []byte
	Status analysis.Status
	Reason string
}

// Names are the sections, in the order in which they are made.
func Names() []string {
	return []string{"values", "exposures", "greeks", "factors", "correlations", "stress"}
}

// Section makes one of them.
func Section(name string, a *analysis.Analysis) (Part, error) {
	of, ok := sections[name]
	if !ok {
		return Part{}, fmt.Errorf("section %q: there is none of that name", name)
	}
	content, status, reason := of(a)
	text, err := json.Marshal(content)
	if err != nil {
		return Part{}, fmt.Errorf("section %s: %w", name, err)
	}
	return Part{JSON: text, Status: status, Reason: reason}, nil
}

// Set puts a section into its place.
func (d *Document) Set(name string, text []byte) error {
	at := map[string]*json.RawMessage{"doubts": &d.Doubts, "values": &d.Values, "exposures": &d.Exposures, "greeks": &d.Greeks, "factors": &d.Factors,
		"correlations": &d.Correlations, "stress": &d.Stress}[name]
	if at == nil {
		return fmt.Errorf("section %q: there is none of that name", name)
	}
	*at = text
	return nil
}

// Encode writes the document: its text, and the same compressed.
func (d *Document) Encode() (text, packed []byte, err error) {
	if text, err = json.Marshal(d); err != nil {
		return nil, nil, err
	}
	var out bytes.Buffer
	w, err := flate.NewWriter(&out, flate.BestCompression)
	if err != nil {
		return nil, nil, err
	}
	if _, err = w.Write(text); err == nil {
		err = w.Close()
	}
	return text, out.Bytes(), err
}

// Sum is the SHA-256 of a document's text, by which two are compared.
func Sum(text []byte) []byte {
	sum := sha256.Sum256(text)
	return sum[:]
}

// most bytes of a document that Unpack makes of a body.
const most = 16 << 20

// Unpack gives the text of a document that Encode compressed.
func Unpack(format string, packed []byte) ([]byte, error) {
	if format != Format {
		return nil, fmt.Errorf("format %q, this version reads %q: %w", format, Format, ErrFormat)
	}
	text, err := io.ReadAll(io.LimitReader(flate.NewReader(bytes.NewReader(packed)), most+1))
	if err == nil && len(text) > most {
		err = fmt.Errorf("it is larger than %d bytes", most)
	}
	if err != nil {
		return nil, fmt.Errorf("snapshot: %w", err)
	}
	return text, nil
}

// Decode reads the text of a document.
func Decode(text []byte) (*Document, error) {
	d := &Document{}
	if err := json.Unmarshal(text, d); err != nil {
		return nil, fmt.Errorf("snapshot: %w", err)
	}
	return d, nil
}

// shown is a figure as the document has it.
type shown analysis.Figure

// MarshalJSON writes the value alone where it is complete.
func (s shown) MarshalJSON() ([]byte, error) {
	f := analysis.Figure(s)
	b := make([]byte, 0, 64)
	if f.Status == analysis.Complete && f.Known() {
		return appendValue(b, f), nil
	}
	b = append(b, `{"value":`...)
	b = appendValue(b, f)
	b = append(b, `,"status":`...)
	b = strconv.AppendQuote(b, string(f.Status))
	if len(f.Reasons) > 0 {
		reasons, err := json.Marshal(f.Reasons)
		if err != nil {
			return nil, err
		}
		b = append(append(b, `,"reasons":`...), reasons...)
	}
	return append(b, '}'), nil
}

func appendValue(b []byte, f analysis.Figure) []byte {
	switch {
	case !f.Known():
		return append(b, "null"...)
	case f.Amount.Known:
		return append(f.Amount.Decimal.AppendTo(append(b, '"')), '"')
	}
	return appendMeasured(b, f.Measured)
}

// appendMeasured writes six significant digits; a negative zero is zero.
func appendMeasured(b []byte, x float64) []byte {
	if x == 0 {
		return append(b, '0')
	}
	if x != x || x-x != 0 {
		return append(b, "null"...)
	}
	// Through the shortest text of the rounded number, so that no exponent stands where
	// a plain number does.
	rounded, err := strconv.ParseFloat(strconv.FormatFloat(x, 'g', 6, 64), 64)
	if err != nil { // a number that was just written reads back
		panic("snapshot: " + err.Error())
	}
	return strconv.AppendFloat(b, rounded, 'g', -1, 64)
}

// measured is a number that is no figure.
type measured float64

// MarshalJSON writes six significant digits.
func (m measured) MarshalJSON() ([]byte, error) { return appendMeasured(nil, float64(m)), nil }
