package web_test

import (
	"context"
	"fmt"
	"math"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/foliosight/foliosight/finance/analysis"
	"github.com/foliosight/foliosight/internal/service"
	"github.com/foliosight/foliosight/internal/web"
)

// risky answers with the demonstration's books and a risk that the test chooses.
type risky struct {
	*fake
	change func(*analysis.Analysis)
}

func (f risky) Analysis(ctx context.Context, c service.Caller, q service.Question) (*analysis.Analysis, error) {
	a, err := f.fake.Analysis(ctx, c, q)
	if err != nil {
		return nil, err
	}
	own := *a
	own.ExAnte = sampleExAnte(a)
	f.change(&own)
	return &own, nil
}

// riskPage is the page of a book with a risk that the test chooses.
func riskPage(t *testing.T, book string, change func(*analysis.Analysis)) string {
	t.Helper()
	handler, err := web.New(risky{shared, change}, web.Options{Version: "test"})
	if err != nil {
		t.Fatal(err)
	}
	w := call(handler, "GET", "/p/"+book+"/risk", nil, nil)
	if w.Code != http.StatusOK {
		t.Fatalf("status %d: %s", w.Code, w.Body)
	}
	return w.Body.String()
}

func asItIs(*analysis.Analysis) {}

var riskCards = []string{"exposure", "sources", "factors", "backtest", "correlation", "clusters", "shares", "tail", "volatility", "concentration", "liquidity", "greeks", "rates", "model"}

func TestRiskShowsEveryPart(t *testing.T) {
	html := riskPage(t, "fund", asItIs)
	for _, id := range riskCards {
		if !strings.Contains(html, `id="`+id+`"`) {
			t.Errorf("there is no card %q", id)
		}
	}
	for _, text := range []string{"model accepted", "t 20.8", "+0.64", "for +1 pp", "forecast 12.1%", "within", "Gross exposure", "Specific to positions", "cash flows", "Share of risk"} {
		if !strings.Contains(html, text) {
			t.Errorf("the page does not say %q", text)
		}
	}
	if found := inline.FindString(html); found != "" {
		t.Errorf("inline %q", found)
	}
	for _, bad := range []string{"NaN", "+Inf", "%!", "<nil>"} {
		if strings.Contains(html, bad) {
			t.Errorf("the page shows %q", bad)
		}
	}
	seen := map[string]bool{}
	for _, m := range regexp.MustCompile(`\sid="([^"]+)"`).FindAllStringSubmatch(html, -1) {
		if seen[m[1]] {
			t.Errorf("id %q twice", m[1])
		}
		seen[m[1]] = true
	}
	for _, m := range regexp.MustCompile(`popovertarget="([^"]+)"`).FindAllStringSubmatch(html, -1) {
		if !seen[m[1]] {
			t.Errorf("nothing opens for %q", m[1])
		}
	}
}

// The tile counts the limits as the services do.
func TestLimitsAreCountedAlike(t *testing.T) {
	for _, volatility := range []float64{0.1, 0.3} {
		var checks []service.LimitCheck
		html := riskPage(t, "fund", func(a *analysis.Analysis) {
			a.ExAnte.Volatility.Model = analysis.Measure(volatility, analysis.Fraction, a.AsOf, "model_volatility")
			checks = service.ReadLimits(shared.items[0].Settings).Check(a)
		})
		kept := 0
		for _, c := range checks {
			if c.Met {
				kept++
			}
		}
		if want := fmt.Sprintf("%d of %d within", kept, len(checks)); len(checks) < 3 || !strings.Contains(html, want) {
			t.Errorf("volatility %v: the page does not say %q", volatility, want)
		}
	}
}

// Where a figure leads to on the Risk page, there is a part of it.
func TestFiguresLeadToPartsOfRisk(t *testing.T) {
	html := riskPage(t, "fund", asItIs) + visit(t, shared, "GET", "/p/fund", nil, nil).Body.String()
	led := regexp.MustCompile(`href="/p/fund/risk#([a-z]+)"`).FindAllStringSubmatch(html, -1)
	if len(led) == 0 {
		t.Fatal("no figure leads to the Risk page")
	}
	for _, m := range led {
		if !strings.Contains(html, `id="`+m[1]+`"`) {
			t.Errorf("a figure leads to %q, which is not there", m[1])
		}
	}
}

// A mark that every figure of a table carries is said once.
func TestMarksAreSaidOnce(t *testing.T) {
	html := riskPage(t, "fund", func(a *analysis.Analysis) {
		for i := range a.ExAnte.Factors {
			f := &a.ExAnte.Factors[i]
			f.Beta, f.T = f.Beta.With(analysis.Estimated, "options at their delta"), f.T.With(analysis.Estimated, "options at their delta")
		}
		a.ExAnte.Greeks.Rows[0].Delta = a.ExAnte.Greeks.Rows[0].Delta.With(analysis.Stale, "a price of last week")
	})
	factors := explanation.ReplaceAllString(section(t, html, "factors"), "")
	if n := strings.Count(factors, `class="mark estimated"`); n != 1 {
		t.Errorf("the mark of all factors stands %d times, want once", n)
	}
	if head, _, _ := strings.Cut(factors, "</h2>"); strings.Contains(head, "estimated") || !strings.Contains(factors, "options at their delta") {
		t.Error("the mark of the card does not say what it rests on")
	}
	if !strings.Contains(explanation.ReplaceAllString(section(t, html, "greeks"), ""), "a price of last week") {
		t.Error("a figure of its own quality lost its mark")
	}
}

// The page is well formed, and its table of days says what its drawing does.
func TestRiskIsWellFormed(t *testing.T) {
	html := riskPage(t, "fund", asItIs)
	var open []string
	for _, m := range regexp.MustCompile(`<(/?)([a-zA-Z0-9]+)[^>]*?(/?)>`).FindAllStringSubmatch(html, -1) {
		switch name := strings.ToLower(m[2]); {
		case m[3] == "/" || strings.Contains(" meta link input br hr ", " "+name+" "):
		case m[1] == "":
			open = append(open, name)
		case len(open) == 0 || open[len(open)-1] != name:
			t.Fatalf("</%s> closes %v", name, open)
		default:
			open = open[:len(open)-1]
		}
	}
	if len(open) > 0 {
		t.Errorf("left open: %v", open)
	}
	card := section(t, html, "backtest")
	if marks, rows := strings.Count(card, `class="breach-at"`), strings.Count(card, "\u00a0pp</a>"); marks == 0 || marks != rows {
		t.Errorf("%d breaches are drawn, %d stand in the table", marks, rows)
	}
}

// section is the part of a page between a card's id and the next section.
func section(t *testing.T, html, id string) string {
	t.Helper()
	_, after, found := strings.Cut(html, `id="`+id+`"`)
	if !found {
		t.Fatalf("there is no card %q", id)
	}
	card, _, _ := strings.Cut(after, "</section>")
	return card
}

var (
	explanation = regexp.MustCompile(`(?s)<div class="explain" .*?class="explain-foot">.*?</div></div>`)
	inPercent   = regexp.MustCompile(`>(−?[0-9.]+)%<`)
)

// The shares of each way of splitting the risk add up, as displayed, to 100.0 %.
func TestSharesOfRiskAddUp(t *testing.T) {
	for _, book := range []string{"fund", "family", "saver"} {
		card := explanation.ReplaceAllString(section(t, riskPage(t, book, asItIs), "sources"), "")
		panels := strings.Split(card, `class="panel`)[1:]
		if len(panels) != 3 {
			t.Fatalf("%s: %d panels, want 3", book, len(panels))
		}
		for i, panel := range panels {
			rows := strings.Split(panel, "<tr>")[2:] // after the head
			sum := 0.0
			for _, row := range rows[:len(rows)-1] {
				cells := inPercent.FindAllStringSubmatch(row, -1)
				x, err := strconv.ParseFloat(strings.Replace(cells[len(cells)-1][1], "−", "-", 1), 64)
				if err != nil {
					t.Fatal(err)
				}
				sum += x
			}
			if total := rows[len(rows)-1]; math.Abs(sum-100) > 1e-6 || !strings.Contains(total, "100.0%") {
				t.Errorf("%s, panel %d: the shares add up to %.1f", book, i+1, sum)
			}
		}
	}
}

// Where an engine has nothing, its card says why and what helps.
func TestRiskSaysWhatIsMissing(t *testing.T) {
	html := riskPage(t, "fund", func(a *analysis.Analysis) {
		a.ExAnte.Model = analysis.Model{Reason: "31 common days, at least 60 are needed"}
		a.ExAnte.Backtest = analysis.Backtest{Reason: "the history is too short"}
		a.ExAnte.Correlation = analysis.Correlation{Reason: "one holding has prices"}
		a.ExAnte.Liquidity = analysis.Liquidity{Reason: "no volumes are known"}
		a.ExAnte.Greeks = analysis.Greeks{Reason: "no option has a price"}
		a.ExAnte.Rates = analysis.RatesRisk{Reason: "no yields are known"}
	})
	for id, reason := range map[string]string{"sources": "31 common days, at least 60 are needed.", "factors": "31 common days", "shares": "31 common days", "backtest": "The history is too short.", "correlation": "One holding has prices.",
		"liquidity": "No volumes are known.", "greeks": "No option has a price.", "rates": "No yields are known."} {
		card := section(t, html, id)
		if !strings.Contains(card, reason) || !strings.Contains(card, `class="btn secondary"`) {
			t.Errorf("%s does not say %q with a cure: %s", id, reason, card)
		}
	}
	if strings.Contains(html, `id="model"`) || strings.Contains(html, `id="clusters"`) {
		t.Error("a card without content is shown")
	}
}

// Without ex-ante risk the page shows what is measured.
func TestRiskWithoutAModel(t *testing.T) {
	html := riskPage(t, "saver", func(a *analysis.Analysis) { a.ExAnte = nil })
	for _, id := range riskCards {
		want := id == "exposure" || id == "tail" || id == "concentration"
		if got := strings.Contains(html, `id="`+id+`"`); got != want {
			t.Errorf("card %q: shown %v, want %v", id, got, want)
		}
	}
}

// A figure that is not known is a dash with its reason, and a rejected model says so.
func TestRiskUnknownAndRejected(t *testing.T) {
	html := riskPage(t, "fund", func(a *analysis.Analysis) {
		a.ExAnte.Factors[0].Beta = analysis.Unknown(analysis.Ratio, a.AsOf, "beta", "the factor did not move")
		a.ExAnte.Backtest.Accepted = false
		a.ExAnte.Volatility.EWMA = analysis.Unknown(analysis.Fraction, a.AsOf, "volatility", "too few days for a forecast")
		a.ExAnte.Correlation.Matrix[1][0] = math.NaN()
	})
	for id, text := range map[string]string{"factors": "the factor did not move", "backtest": "model rejected", "volatility": "too few days for a forecast", "correlation": "too few common days"} {
		if !strings.Contains(section(t, html, id), text) {
			t.Errorf("%s does not say %q", id, text)
		}
	}
}

// What has no volumes is named once, with the others of the same reason.
func TestWhatCannotBeSoldIsNamed(t *testing.T) {
	card := section(t, riskPage(t, "family", asItIs), "liquidity")
	if n := strings.Count(card, "no traded volume is known"); n != 1 {
		t.Errorf("the reason stands %d times, want once: %s", n, card)
	}
}

// Every amount of money can be hidden.
func TestAmountsOfRiskCanBeHidden(t *testing.T) {
	html := explanation.ReplaceAllString(riskPage(t, "fund", asItIs), "")
	grouped := regexp.MustCompile(`>−?\d{1,3}(,\d{3})+<`)
	for _, cell := range regexp.MustCompile(`(?s)<td [^>]*>.*?</td>`).FindAllString(html, -1) {
		class, _, _ := strings.Cut(cell, ">")
		if grouped.MatchString(cell) && !regexp.MustCompile(`[" ]m[" ]`).MatchString(class) {
			t.Errorf("an amount cannot be hidden: %s", cell)
		}
	}
	for _, m := range regexp.MustCompile(`<title>([^<]*)</title>`).FindAllStringSubmatch(html, -1) {
		if grouped.MatchString(">" + m[1] + "<") {
			t.Errorf("a title shows an amount: %s", m[1])
		}
	}
}

// What funds hold is counted with what is held directly, in two shades of one bar, and
// what is not known of them is said.
func TestConcentrationLooksThroughFunds(t *testing.T) {
	card := section(t, riskPage(t, "saver", asItIs), "concentration")
	for _, text := range []string{"Funds known", "as of 31", "behind funds", "held directly", "through funds", "rest of FMAGX", "Microsoft Corporation", "United States Treasury", "Not known", "smaller names", `class="fill-1 hedge"`, `class="fill-grey hedge"`} {
		if !strings.Contains(card, text) {
			t.Errorf("the card does not say %q", text)
		}
	}
	if n := strings.Count(card, `role="dialog"`); n > 16 {
		t.Errorf("%d figures of one card carry an explanation", n)
	}
	// Without a fund nothing is said of funds.
	card = section(t, riskPage(t, "saver", func(a *analysis.Analysis) {
		l := &a.Risk.Concentration.LookThrough
		l.Funds, l.AsOf = nil, 0
	}), "concentration")
	for _, text := range []string{"Funds known", "behind funds", "through funds"} {
		if strings.Contains(card, text) {
			t.Errorf("without funds the card says %q", text)
		}
	}
}
