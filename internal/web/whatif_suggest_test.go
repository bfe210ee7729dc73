package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
)

func TestSuggestTrades(t *testing.T) {
	h := realPages(t)
	open := func(t *testing.T, query url.Values) string {
		t.Helper()
		w := h.open("/what-if?"+query.Encode(), nil)
		if w.Code != http.StatusOK {
			t.Fatalf("%s: status %d to %q", query.Encode(), w.Code, w.Header().Get("Location"))
		}
		if found := inline.FindString(w.Body.String()); found != "" {
			t.Errorf("%s: inline %q", query.Encode(), found)
		}
		if strings.Contains(w.Body.String(), "NaN") || strings.Contains(w.Body.String(), "Inf%") {
			t.Errorf("%s: says NaN", query.Encode())
		}
		return w.Body.String()
	}
	sees := func(t *testing.T, page string, texts ...string) {
		t.Helper()
		for _, text := range texts {
			if !strings.Contains(page, text) {
				t.Errorf("it does not say %q", text)
			}
		}
	}

	t.Run("fills the trades, and shows before and after", func(t *testing.T) {
		page := open(t, url.Values{"suggest": {"min_volatility"}, "s_turnover": {"10"}})
		sees(t, page, "frontier-line", "Before and after", "The whole analysis before and after", "Least volatility", "Lots taxed least", "Options stay as they are", "Turnover 10.0%", "Best ratio")
		if strings.Count(page, `class="trade"`) < 3 {
			t.Error("the trades do not stand in the form")
		}
	})

	t.Run("every objective that needs nothing more", func(t *testing.T) {
		for _, objective := range []string{"max_sharpe", "risk_parity", "hrp", "max_diversification"} {
			sees(t, open(t, url.Values{"suggest": {objective}, "s_returns": {"past"}}), "frontier-line", "Before and after")
		}
	})

	t.Run("a form in German becomes a plain address", func(t *testing.T) {
		form := url.Values{"as": {"de"}, "suggest": {"max_sharpe"}, "s_turnover": {"12,5"}, "s_least": {"1.000,50"}, "s_views": {"NVDA over AMD 3,5 sure 60\nMSFT 1.234,5"}, "s_keep": {"JPM, XOM"}}
		w := h.open("/what-if?"+form.Encode(), nil)
		to, err := url.Parse(w.Header().Get("Location"))
		if err != nil || w.Code != http.StatusSeeOther {
			t.Fatalf("status %d to %q", w.Code, w.Header().Get("Location"))
		}
		q := to.Query()
		if q.Get("s_turnover") != "12.5" || q.Get("s_least") != "1000.5" || q.Get("s_views") != "NVDA over AMD 3.5 sure 60\nMSFT 1234.5" || q.Get("s_keep") != "JPM, XOM" || q.Has("as") {
			t.Errorf("it goes to %v", q)
		}
		trades := url.Values{"as": {"de"}, "side": {"sell"}, "symbol": {"NVDA"}, "quantity": {"1.200,5"}, "price": {"10,25"}, "fee": {""}, "account": {""}, "lot": {"2024-03-01:99.5"}}
		w = h.open("/what-if?"+trades.Encode(), nil)
		if to, _ = url.Parse(w.Header().Get("Location")); to.Query().Get("t") != "sell 1200.5 NVDA @ 10.25 lot 2024-03-01:99.5" {
			t.Errorf("the trade goes to %q", to.Query().Get("t"))
		}
	})

	t.Run("what is typed wrongly stays, with its cure", func(t *testing.T) {
		sees(t, open(t, url.Values{"as": {"en"}, "suggest": {"min_volatility"}, "s_turnover": {"much"}}), `value="much"`, `id="e-s_turnover"`, "is not a number")
		sees(t, open(t, url.Values{"suggest": {"targets"}}), "No target weight is given")
		sees(t, open(t, url.Values{"suggest": {"min_volatility"}, "s_consider": {"NOPE"}}), "NOPE")
	})

	t.Run("constraints that contradict each other are named", func(t *testing.T) {
		sees(t, open(t, url.Values{"suggest": {"min_volatility"}, "s_cash": {"95"}, "s_turnover": {"1"}}), "No weights satisfy these constraints together", "turnover of at most 1.0%", "with cash at 95.0%")
	})

	t.Run("the lots that are taxed least", func(t *testing.T) {
		page := open(t, url.Values{"suggest": {"min_volatility"}, "s_turnover": {"10"}, "s_lots": {"least_tax"}, "s_tax_short": {"35"}, "s_tax_long": {"20"}})
		sees(t, page, "take their lots by least tax", `name="lot" value="20`)
	})
}
