package ledger

import (
	"crypto/sha256"
	"encoding/hex"

	"github.com/foliosight/foliosight/finance/money"
)

// Fingerprint is a stable hash by which a booking that is already present is
// recognised, 32 hexadecimal digits. The reference of the source decides where there is
// one, within the account; else what was booked: date, type, account, symbol, quantity,
// price, amount, currency, fees and taxes, whatever digits the numbers are written with.
// Two equal bookings of a day without a reference have one fingerprint: whoever compares
// files must count them.
func Fingerprint(t *Transaction) string {
	b := make([]byte, 0, 160)
	text := func(s string) {
		b = append(b, s...)
		b = append(b, 0)
	}
	number := func(o money.Optional) {
		if o.Known {
			b = o.Decimal.AppendTo(b)
		}
		b = append(b, 0)
	}
	text(t.Account)
	if t.Source != "" {
		text("source")
		text(t.Source)
	} else {
		b = append(t.Date.AppendTo(b), 0)
		text(string(t.Type))
		text(t.Symbol)
		number(t.Quantity)
		number(t.Price)
		number(t.Amount)
		text(string(t.Currency))
		number(t.Fees)
		number(t.Taxes)
	}
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:16])
}
