package lot

import (
	"fmt"
	"strings"
	"testing"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/instrument"
	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/finance/money"
	"github.com/foliosight/foliosight/internal/golden"
)

// TestGoldenStories replays the ledgers in testdata. A story is a sentence, a policy where it
// is not FIFO, the bookings in the order of entry, and what follows from them.
func TestGoldenStories(t *testing.T) {
	golden.Stories(t, "testdata/*.txt", "-- lots --", tell)
}

// tell replays a story and writes its results.
func tell(t *testing.T, told string) string {
	var policy ledger.Policy
	var transactions []ledger.Transaction
	section := ""
	for line := range strings.Lines(told) {
		line = strings.TrimSpace(line)
		if name, ok := strings.CutPrefix(line, "-- "); ok {
			section = strings.TrimSuffix(name, " --")
			continue
		}
		switch {
		case line == "":
		case section == "policy":
			readPolicy(t, &policy, line)
		case section == "ledger":
			transactions = append(transactions, mustRead(t, line))
		}
	}
	ledger.Sort(transactions)
	k := NewKeeper(policy, described)
	var realised, refused []string
	for i := range transactions {
		ds, err := k.Apply(&transactions[i])
		if err != nil {
			refused = append(refused, fmt.Sprintf("%s: %v", Code(err), err))
			break
		}
		realised = append(realised, describeRealised(ds)...)
	}
	out := strings.Join(describeOpen(k), "") + "-- realised --\n" + strings.Join(realised, "")
	if refused != nil {
		out += "-- refused --\n" + strings.Join(refused, "\n") + "\n"
	}
	return out
}

// described knows options by their OCC symbols.
func described(symbol string) instrument.Instrument {
	if o, err := instrument.ParseOCC(symbol); err == nil {
		return o
	}
	return instrument.Instrument{Symbol: symbol}
}

func describeOpen(k *Keeper) []string {
	var out []string
	for l := range k.Lots() {
		line := fmt.Sprintf("%s %s @ %s %s, opened %s, cost %s", l.Symbol, l.Quantity, l.UnitCost(), l.Currency, l.Opened, l.Cost())
		if l.Account != "" {
			line += " in " + l.Account
		}
		if l.Label != "" {
			line += ", " + l.Label
		}
		out = append(out, line+"\n")
	}
	return out
}

func describeRealised(ds []Disposal) []string {
	var out []string
	for i := range ds {
		d := &ds[i]
		line := fmt.Sprintf("%s %s %s, opened %s: ", d.Closed, d.Symbol, d.Quantity, d.Opened)
		switch gain, ok := d.Gain(); {
		case d.Rolled:
			line += "premium goes along"
		case d.Missing:
			line += fmt.Sprintf("missing, %s - 0 = %s %s", d.Value(), gain, d.PaidIn)
		case !ok:
			line += "unknown"
		default:
			line += fmt.Sprintf("%s - %s = %s %s", d.Value(), d.Cost(), gain, d.PaidIn)
		}
		out = append(out, line+"\n")
	}
	return out
}

func readPolicy(t *testing.T, p *ledger.Policy, line string) {
	t.Helper()
	key, value, _ := strings.Cut(line, " ")
	switch key {
	case "method":
		p.Method = ledger.Method(value)
	case "on_oversold":
		p.OnOversold = ledger.Oversold(value)
	case "fees_in_cost_basis":
		no := value == "true"
		p.FeesInCostBasis = &no
	default:
		t.Fatalf("policy %q", line)
	}
}

// mustRead reads a booking such as
//
//	2024-01-02 buy 10 ACME @ 100.00 EUR fee 10 in Depot
//
// Words after the symbol: @ price currency, for amount currency, fee, tax, in account,
// to account, into symbol, ratio, fraction, label, from (lot_date), and which (lot_spec)
// with cost=, date= and label=.
func mustRead(t *testing.T, line string) ledger.Transaction {
	t.Helper()
	words := strings.Fields(line)
	next := func() string {
		if len(words) == 0 {
			t.Fatalf("%q ends too soon", line)
		}
		w := words[0]
		words = words[1:]
		return w
	}
	b := ledger.Transaction{Date: date.MustParse(next()), Type: ledger.Type(next()), Currency: "EUR"}
	if f := ledger.Readable(&b); f != nil {
		t.Fatal(f)
	}
	if q, err := money.Parse(words[0]); err == nil {
		b.Quantity = money.Some(q)
		next()
	}
	b.Symbol = next()
	for len(words) > 0 {
		switch w := next(); w {
		case "@":
			b.Price, b.Currency = dec(next()), money.Currency(next())
		case "for":
			b.Amount, b.Currency = dec(next()), money.Currency(next())
		case "fee":
			b.Fees = dec(next())
		case "tax":
			b.Taxes = dec(next())
		case "in":
			b.Account = next()
		case "to":
			b.ToAccount = next()
		case "into":
			b.ToSymbol = next()
		case "fraction":
			b.CostFraction = dec(next())
		case "label":
			b.LotLabel = next()
		case "from":
			b.LotDate = date.MustParse(next())
		case "ratio":
			r, err := ledger.ParseRatio(next())
			if err != nil {
				t.Fatal(err)
			}
			b.Ratio = &r
		case "which":
			b.LotSpec = readSpec(t, next())
		default:
			t.Fatalf("%q: word %q", line, w)
		}
	}
	return b
}

func readSpec(t *testing.T, s string) *ledger.LotSpec {
	t.Helper()
	var spec ledger.LotSpec
	for part := range strings.SplitSeq(s, ",") {
		key, value, _ := strings.Cut(part, "=")
		switch key {
		case "any":
		case "cost":
			spec.Cost = dec(value)
		case "currency":
			spec.Currency = money.Currency(value)
		case "date":
			spec.Date = date.MustParse(value)
		case "label":
			spec.Label = value
		default:
			t.Fatalf("lot_spec %q", s)
		}
	}
	return &spec
}
