package web_test

import (
	"context"
	"encoding/csv"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/foliosight/foliosight/finance/analysis"
	"github.com/foliosight/foliosight/internal/service"
)

// The books in memory have the library, and nothing of one's own.
func (f *fake) Scenarios(ctx context.Context, c service.Caller, q service.Question) (*service.ScenarioSet, error) {
	a, err := f.Analysis(ctx, c, q)
	return &service.ScenarioSet{Analysis: a}, err
}

func (f *fake) Scenario(ctx context.Context, c service.Caller, q service.Question, id string) (analysis.Scenario, error) {
	a, err := f.Analysis(ctx, c, q)
	if err != nil {
		return analysis.Scenario{}, err
	}
	for _, s := range a.ExAnte.Scenarios {
		if s.ID == id {
			return s, nil
		}
	}
	return analysis.Scenario{}, service.ErrNotFound
}

func (f *fake) TryScenario(context.Context, service.Caller, service.Question, service.OwnScenario) (analysis.Scenario, error) {
	return analysis.Scenario{}, service.ErrNotFound
}

func (f *fake) ReverseScenario(context.Context, service.Caller, service.Question, service.Loss) (analysis.Scenario, error) {
	return analysis.Scenario{}, service.ErrNotFound
}

func TestScenarios(t *testing.T) {
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
		for _, text := range append(texts, "Scenarios") {
			if !strings.Contains(said, text) {
				t.Errorf("%s: does not say %q", address, text)
			}
		}
		for _, bad := range []string{"NaN", "%!", "+Inf"} {
			if strings.Contains(said, bad) {
				t.Errorf("%s: says %q", address, bad)
			}
		}
		return w.Body.String()
	}

	t.Run("the library, worst first", func(t *testing.T) {
		page := sees(t, "/scenarios?all=1", "Loss and gain by scenario", "Market −10%", "Not evaluated, and why", "The stored prices do not reach over these days")
		last := -1 << 62
		losses, gains := 0, 0
		for _, row := range strings.Split(page, `<tr id="s-`)[1:] {
			_, cell, _ := strings.Cut(row, `class="r pnl pb`)
			n := displayed(t, cell)
			if n < last {
				t.Errorf("%d stands after %d", n, last)
			}
			last = n
			if n < 0 {
				losses++
				if !strings.Contains(row, "fill-loss") {
					t.Errorf("a loss of %d is not drawn as one", n)
				}
			} else {
				gains++
			}
		}
		if losses < 10 || gains < 3 {
			t.Errorf("%d losses, %d gains", losses, gains)
		}
	})

	t.Run("parts add up to the total as displayed", func(t *testing.T) {
		for _, address := range []string{"/scenarios?id=market_down_10", "/scenarios?id=market_down_10&positions=all", "/scenarios?show=replays&id=replay_2022", "/scenarios?show=reverse&loss=7"} {
			page := sees(t, address, "in parts")
			tables := strings.Split(page, `<table class="table tornado parts phone">`)[1:]
			if len(tables) != 3 {
				t.Fatalf("%s: %d tables", address, len(tables))
			}
			for i, table := range tables {
				table, _, _ = strings.Cut(table, "</table>")
				body, foot, _ := strings.Cut(table, "<tfoot>")
				sum := 0
				rows := strings.Split(body, `pnl pb`)[1:]
				for _, row := range rows {
					sum += displayed(t, row)
				}
				if total := displayed(t, foot[strings.Index(foot, `class="r m pb`):]); sum != total || len(rows) < 2 {
					t.Errorf("%s: table %d: %d rows make %d, the total is %d", address, i, len(rows), sum, total)
				}
			}
		}
	})

	t.Run("a replay has its path", func(t *testing.T) {
		page := sees(t, "/scenarios?show=replays&id=replay_2022", "Day by day", "3 Jan 2022 to 12 Oct 2022", "positions replayed")
		if !regexp.MustCompile(`class="path-line" d="M0 [\d.]+L`).MatchString(page) {
			t.Error("no line is drawn")
		}
	})

	t.Run("backwards from a loss", func(t *testing.T) {
		sees(t, "/scenarios?show=reverse&loss=7&unit=%25", "Likeliest loss of 7% of the value", "−7.00%", "What moves")
		sees(t, "/scenarios?show=reverse&loss=100000&unit=USD", "Likeliest loss of 100,000 USD", "−100,000")
		page := sees(t, "/scenarios?show=reverse&loss=-3&unit=%25", "Give a loss as a positive number.")
		if !strings.Contains(page, `value="-3"`) {
			t.Error("what was typed is gone")
		}
	})

	t.Run("one's own is tried, kept, changed, deleted and brought back", func(t *testing.T) {
		shocks := url.Values{"own": {"1"}, "f_market": {"-20"}, "yield_10": {"50"}, "kind": {"symbol", "sector"}, "on": {"NVDA", ""}, "move": {"-30", ""}}
		sees(t, "/scenarios?show=mine&"+shocks.Encode(), "Your shocks", "10-year yield +50 bp", "NVDA", "−30%", "Keep scenario", "shocked", "follows")
		shocks.Set("name", "Chips and rates")
		w := h.open("/scenarios", shocks)
		to, _ := url.Parse(w.Header().Get("Location"))
		if w.Code != http.StatusSeeOther || to.Query().Get("show") != "mine" {
			t.Fatalf("status %d to %q: %s", w.Code, to, words(w))
		}
		id := to.Query().Get("id")
		sees(t, "/scenarios?show=mine&id="+id, "Chips and rates", "Mine 1", "Change", "Delete")
		form := sees(t, "/scenarios?show=mine&edit="+id, "Change “Chips and rates”", "Save changes")
		for _, text := range []string{`name="f_market"`, `value="-20"`, `value="50"`, `value="-30"`} {
			if !strings.Contains(form, text) {
				t.Errorf("the form does not hold %s", text)
			}
		}
		if again := h.open("/scenarios", shocks); again.Code != http.StatusUnprocessableEntity || !strings.Contains(words(again), "One of your scenarios has this name already.") {
			t.Errorf("the same name: status %d", again.Code)
		}
		gone := h.open("/scenarios/"+id+"/delete", url.Values{})
		if gone.Code != http.StatusSeeOther {
			t.Fatalf("delete: status %d", gone.Code)
		}
		sees(t, "/scenarios?show=mine", "None of your own yet")
		kept := `{"id":"` + id + `","name":"Chips and rates","shocks":[{"kind":"factor","on":"market","move":-0.2}]}`
		if back := h.open("/scenarios", url.Values{"kept": {kept}}); back.Code != http.StatusSeeOther {
			t.Fatalf("undo: status %d", back.Code)
		}
		sees(t, "/scenarios?show=mine", "Chips and rates")
		h.open("/scenarios/"+id+"/delete", url.Values{})
	})

	t.Run("what cannot be is said beside its field", func(t *testing.T) {
		page := sees(t, "/scenarios?show=mine&own=1&f_market=lots&kind=symbol&on=NVDA&move=-130&kind=sector&on=&move=5", "Market: ", "is not a number", "Row 2: Say what moves.")
		if !strings.Contains(page, `value="lots"`) || strings.Count(page, `aria-invalid="true"`) < 2 {
			t.Error("what was typed is gone, or not marked")
		}
		sees(t, "/scenarios?show=mine&own=1&kind=symbol&on=NVDA&move=-130", "Row 1: Nothing falls by more than all of it.")
	})

	t.Run("as CSV", func(t *testing.T) {
		rows, err := csv.NewReader(h.open("/scenarios.csv", nil).Body).ReadAll()
		if err != nil || len(rows) < 500 || strings.Join(rows[0], ",") != "scenario,name,kind,position,value,pnl,method,base_currency,status" {
			t.Errorf("%v, %d rows", err, len(rows))
		}
	})
}
