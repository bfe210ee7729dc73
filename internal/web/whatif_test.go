package web_test

import (
	"context"
	"encoding/csv"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/foliosight/foliosight/finance/instrument"
	"github.com/foliosight/foliosight/internal/service"
)

// The books in memory answer a question without trades only.
func (f *fake) WhatIf(ctx context.Context, c service.Caller, q service.Question, trades []service.Trade) (*service.WhatIf, error) {
	if len(trades) > 0 {
		panic("trades are tried over the real services")
	}
	a, err := f.Analysis(ctx, c, q)
	return &service.WhatIf{Before: a, After: a}, err
}

func (f *fake) Propose(context.Context, service.Caller, service.Question, service.ProposalAsked) (*service.Proposal, error) {
	panic("trades are suggested over the real services")
}

func (f *fake) Instruments(context.Context, service.Caller, []string, bool) (map[string]instrument.Instrument, error) {
	return map[string]instrument.Instrument{}, nil
}

func TestWhatIf(t *testing.T) {
	h := realPages(t)
	sees := func(t *testing.T, address string, texts ...string) string {
		t.Helper()
		w := h.open(address, nil)
		if w.Code != http.StatusOK {
			t.Fatalf("%s: status %d", address, w.Code)
		}
		if found := inline.FindString(w.Body.String()); found != "" {
			t.Errorf("%s: inline %q", address, found)
		}
		said := words(w)
		for _, text := range texts {
			if !strings.Contains(said, text) {
				t.Errorf("%s: does not say %q", address, text)
			}
		}
		if strings.Contains(said, "NaN") {
			t.Errorf("%s: says NaN", address)
		}
		return said
	}

	t.Run("begins with what is held", func(t *testing.T) {
		said := sees(t, "/what-if", "nothing is booked", "Halve NVDA, the largest position", "Close all 8 options", "Cover all 9 short sales", "Limits met")
		if strings.Contains(said, "The whole analysis before and after") {
			t.Error("it compares without a trade")
		}
	})

	t.Run("every beginning can be made", func(t *testing.T) {
		page := h.open("/what-if", nil).Body.String()
		begin := strings.Index(page, "Or begin with")
		for _, part := range strings.Split(page[begin:], `<a href="`)[1:4] {
			address, _, _ := strings.Cut(part, `"`)
			_, query, _ := strings.Cut(address, "?")
			sees(t, "/what-if?"+strings.ReplaceAll(query, "&amp;", "&"), "The whole analysis before and after", "Realises")
		}
	})

	t.Run("a form becomes an address to share", func(t *testing.T) {
		w := h.open("/what-if?side=sell&symbol=NVDA&quantity=1%2C200&price=&fee=&account=&side=buy&symbol=&quantity=&price=&fee=&account=&list=cover+100+NFLX+%40+700.5+fee+3+in+Prime", nil)
		to, err := url.Parse(w.Header().Get("Location"))
		if err != nil || w.Code != http.StatusSeeOther {
			t.Fatalf("status %d to %q", w.Code, w.Header().Get("Location"))
		}
		if got := strings.Join(to.Query()["t"], " | "); got != "sell 1200 NVDA | cover 100 NFLX @ 700.5 fee 3 in Prime" || !strings.HasSuffix(to.Path, "/what-if") {
			t.Errorf("it goes to %q", to)
		}
	})

	t.Run("what is typed wrongly stays, with its cure", func(t *testing.T) {
		page := h.open("/what-if?side=sell&symbol=NVDA&quantity=many&price=&fee=&account=", nil)
		for _, text := range []string{`value="many"`, `aria-invalid="true"`, "Trade 1, quantity: &#34;many&#34; is not a number."} {
			if !strings.Contains(page.Body.String(), text) {
				t.Errorf("it does not say %q", text)
			}
		}
	})

	t.Run("more than is held is refused in words", func(t *testing.T) {
		sees(t, "/what-if?t=sell+1+NVDA&t=sell+999999+NVDA", "Trade 2, quantity: You would sell more than is open in Prime:", "Put right what is marked")
		sees(t, "/what-if?t=buy+1+SPY270115C00700000", "No price of SPY270115C00700000 is stored. Give the price that you expect.")
	})

	t.Run("is quick", func(t *testing.T) {
		sees(t, "/what-if?t=sell+10+NVDA", "Before and after") // the books are folded now
		begun := time.Now()
		sees(t, "/what-if?t=sell+20+NVDA&t=cover+10+NFLX", "NVDA, % of value", "NFLX, % of value")
		if took := time.Since(begun); took > 2*time.Second { // 0.3 s on a machine of one's own
			t.Errorf("it took %s", took)
		}
	})

	t.Run("orders as CSV", func(t *testing.T) {
		w := h.open("/what-if/orders.csv?t=sell+1200+NVDA&t=buy+2+SPY270115C00700000+%40+4.5+fee+1.3", nil)
		rows, err := csv.NewReader(w.Body).ReadAll()
		if err != nil || len(rows) != 3 || !strings.Contains(w.Header().Get("Content-Disposition"), "orders-2026-11-20.csv") {
			t.Fatalf("%v, %d rows, %q", err, len(rows), w.Header().Get("Content-Disposition"))
		}
		if got := strings.Join(rows[2], ","); !strings.HasPrefix(got, "buy,SPY270115C00700000,") || !strings.Contains(got, ",2,4.5,,USD,1.3,-901.3,USD,") {
			t.Errorf("the option is %q", got)
		}
		if rows[1][0] != "sell" || rows[1][3] != "1200" || rows[1][5] != "2026-11-20" {
			t.Errorf("the sale is %v", rows[1])
		}
	})

	t.Run("parts add up to the total as displayed", func(t *testing.T) {
		addUp(t, h.open("/what-if?t=sell+600+NVDA&t=cover+400+NFLX+%40+700", nil).Body.String())
	})
}

// addUp holds the holdings of the comparison against their total, column by column.
func addUp(t *testing.T, page string) {
	t.Helper()
	_, table, found := strings.Cut(page, `<caption class="hush">Holdings</caption>`)
	if !found {
		t.Fatal("there is no table of holdings")
	}
	table, _, _ = strings.Cut(table, "</table>")
	sums, rows := [3]int{}, strings.Split(table, "<tr ")[1:]
	for _, row := range rows {
		cells := strings.Split(row, "<td ")[1:]
		if len(cells) != 3 {
			t.Fatalf("%d cells in %q", len(cells), row)
		}
		for i, cell := range cells {
			n := displayed(t, cell)
			if strings.Contains(row, "sum") {
				n = -n
			}
			sums[i] += n
		}
	}
	if sums != [3]int{} || len(rows) < 10 {
		t.Errorf("%d rows miss their total by %v", len(rows), sums)
	}
}
