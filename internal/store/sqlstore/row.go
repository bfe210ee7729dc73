package sqlstore

import (
	"database/sql"
	"encoding/json"
	"fmt"
	"hash"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/finance/money"
	"github.com/foliosight/foliosight/internal/store"
)

// bookingColumns are what a transaction says, in the order of bookingValues and of
// bookingScanner.
const bookingColumns = `id, date, clock, type, account, cash_account, to_account, symbol, to_symbol,
	quantity, price, amount, currency, fees, taxes, details, note, source`

const rowColumns = bookingColumns + `, origin_id, replaces_id, sequence, entered, superseded, import_id`

// details are the fields that few bookings have.
type details struct {
	ToAmount     money.Optional  `json:"to_amount,omitzero"`
	ToCurrency   money.Currency  `json:"to_currency,omitempty"`
	GrossForeign *ledger.Foreign `json:"gross_foreign,omitempty"`
	Ratio        *ledger.Ratio   `json:"ratio,omitempty"`
	CostFraction money.Optional  `json:"cost_fraction,omitzero"`
	LotSpec      *ledger.LotSpec `json:"lot_spec,omitempty"`
	LotDate      date.Date       `json:"lot_date,omitzero"`
	LotLabel     string          `json:"lot_label,omitempty"`
	Tags         ledger.Tags     `json:"tags,omitzero"`
}

func detailsOf(t *ledger.Transaction) details {
	return details{t.ToAmount, t.ToCurrency, t.GrossForeign, t.Ratio, t.CostFraction, t.LotSpec, t.LotDate, t.LotLabel, t.Tags}
}

func (d details) into(t *ledger.Transaction) {
	t.ToAmount, t.ToCurrency, t.GrossForeign, t.Ratio = d.ToAmount, d.ToCurrency, d.GrossForeign, d.Ratio
	t.CostFraction, t.LotSpec, t.LotDate, t.LotLabel, t.Tags = d.CostFraction, d.LotSpec, d.LotDate, d.LotLabel, d.Tags
}

// bookingValues are the values of bookingColumns.
func bookingValues(t *ledger.Transaction) ([]any, error) {
	var rare, clock any
	if d := detailsOf(t); d != (details{}) {
		b, err := json.Marshal(d)
		if err != nil {
			return nil, err
		}
		rare = string(b)
	}
	if t.Time.Known() {
		clock = int64(t.Time)
	}
	return []any{t.ID, t.Date.String(), clock, string(t.Type), orNull(t.Account), orNull(t.CashAccount), orNull(t.ToAccount),
		orNull(t.Symbol), orNull(t.ToSymbol), decimalOrNull(t.Quantity), decimalOrNull(t.Price), decimalOrNull(t.Amount),
		orNull(string(t.Currency)), decimalOrNull(t.Fees), decimalOrNull(t.Taxes), rare, orNull(t.Note), orNull(t.Source)}, nil
}

// hashValues adds what a booking says to h, NULL and empty told apart.
func hashValues(h hash.Hash, values []any) {
	for _, v := range values {
		if v == nil {
			h.Write([]byte{0})
			continue
		}
		h.Write([]byte{1})
		field(h, fmt.Append(nil, v))
	}
}

// bookingScanner reads bookings. Its texts that recur in thousands of rows (accounts,
// symbols, currencies) share one string each.
type bookingScanner struct {
	words map[string]string
	raw   [18]sql.RawBytes
}

func newBookingScanner() *bookingScanner { return &bookingScanner{words: map[string]string{}} }

func (s *bookingScanner) word(b []byte) string {
	if len(b) == 0 {
		return ""
	}
	if w, ok := s.words[string(b)]; ok {
		return w
	}
	w := string(b)
	s.words[w] = w
	return w
}

// scan reads the current row: the booking's columns and then those of more.
func (s *bookingScanner) scan(rows *sql.Rows, t *ledger.Transaction, more ...any) error {
	to := make([]any, 0, 24)
	for i := range s.raw {
		to = append(to, &s.raw[i])
	}
	if err := rows.Scan(append(to, more...)...); err != nil {
		return err
	}
	raw := &s.raw
	t.ID = string(raw[0])
	if len(raw[1]) < 10 {
		return fmt.Errorf("row %s: day %q: %w", t.ID, raw[1], store.ErrDamaged)
	}
	day, err := date.Parse(string(raw[1][:10]))
	if err != nil {
		return fmt.Errorf("row %s: %w", t.ID, err)
	}
	t.Date = day
	if raw[2] != nil {
		clock := 0
		for _, c := range raw[2] {
			clock = clock*10 + int(c-'0')
		}
		t.Time = ledger.Clock(clock)
	}
	t.Type = ledger.Type(s.word(raw[3]))
	t.Account, t.CashAccount, t.ToAccount = s.word(raw[4]), s.word(raw[5]), s.word(raw[6])
	t.Symbol, t.ToSymbol = s.word(raw[7]), s.word(raw[8])
	t.Currency = money.Currency(s.word(raw[12]))
	for _, f := range []struct {
		raw []byte
		to  *money.Optional
	}{{raw[9], &t.Quantity}, {raw[10], &t.Price}, {raw[11], &t.Amount}, {raw[13], &t.Fees}, {raw[14], &t.Taxes}} {
		if f.raw == nil {
			continue
		}
		d, err := money.ParseBytes(f.raw)
		if err != nil {
			return fmt.Errorf("row %s: %w", t.ID, err)
		}
		*f.to = money.Some(d)
	}
	if raw[15] != nil {
		var d details
		if err := json.Unmarshal(raw[15], &d); err != nil {
			return fmt.Errorf("row %s: details: %w", t.ID, err)
		}
		d.into(t)
	}
	t.Note, t.Source = string(raw[16]), string(raw[17])
	return nil
}

func (s *bookingScanner) scanRow(rows *sql.Rows) (store.Row, error) {
	var r store.Row
	err := s.scan(rows, &r.Transaction, textOf{&r.Origin}, textOf{&r.Replaces}, &r.Sequence, &r.Entered, &r.Superseded, textOf{&r.Import})
	return r, err
}

// checkBounds refuses numbers with more digits than are kept.
func checkBounds(row int, t *ledger.Transaction) ledger.Faults {
	var faults ledger.Faults
	check := func(field string, d money.Decimal) {
		if err := d.CheckBounds(); err != nil {
			faults = append(faults, &ledger.Fault{Row: row, ID: t.ID, Field: field, Value: clip(d.String()),
				Problem: fmt.Sprintf("has more than %d digits before or %d after the point", money.MaxIntegerDigits, money.MaxPlaces),
				Cure:    "give the number with fewer digits", Err: money.ErrRange})
		}
	}
	for _, f := range []struct {
		name  string
		value money.Optional
	}{{"quantity", t.Quantity}, {"price", t.Price}, {"amount", t.Amount}, {"fees", t.Fees}, {"taxes", t.Taxes},
		{"to_amount", t.ToAmount}, {"cost_fraction", t.CostFraction}} {
		if f.value.Known {
			check(f.name, f.value.Decimal)
		}
	}
	if g := t.GrossForeign; g != nil {
		check("gross_foreign.amount", g.Amount)
		check("gross_foreign.rate", g.Rate)
	}
	if r := t.Ratio; r != nil {
		check("ratio", r.New)
		check("ratio", r.Old)
	}
	if l := t.LotSpec; l != nil && l.Cost.Known {
		check("lot_spec.cost", l.Cost.Decimal)
	}
	return faults
}

func clip(s string) string {
	if len(s) > 60 {
		return s[:60] + "…"
	}
	return s
}
