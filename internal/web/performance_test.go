package web_test

import (
	"context"
	"encoding/csv"
	"math"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/foliosight/foliosight/internal/service"
	"github.com/foliosight/foliosight/internal/web"
)

// The lines of each way of splitting add up, as they are written, to the return below
// them.
func TestContributionsAddUpAsWritten(t *testing.T) {
	handler, err := web.New(shared, web.Options{Version: "test"})
	if err != nil {
		t.Fatal(err)
	}
	for _, address := range []string{"/p/fund/performance?period=1Y&added=1", "/p/family/performance?period=Max&added=1", "/p/saver/performance?period=3M&added=1", "/p/all/performance?added=1"} {
		w := call(handler, "GET", address, nil, nil)
		if w.Code != http.StatusOK {
			t.Fatalf("%s: status %d", address, w.Code)
		}
		_, card, ok := strings.Cut(w.Body.String(), `id="contribution"`)
		if !ok {
			t.Fatalf("%s: there is no card of contributions", address)
		}
		tables := strings.Split(card, "<table class=\"figures drawn\"")[1:]
		if len(tables) != 4 {
			t.Fatalf("%s: %d tables", address, len(tables))
		}
		for _, table := range tables {
			body, foot, _ := strings.Cut(table, "<tfoot>")
			sum := 0.0
			rows := strings.Split(body, "<tr>")[2:]
			for _, row := range rows {
				sum += lastNumber(t, row)
			}
			foot, _, _ = strings.Cut(foot, "</tfoot>")
			if total := lastNumber(t, foot); len(rows) < 2 || math.Abs(sum-total) > 1e-9 {
				t.Errorf("%s: %d lines add up to %.2f, the return is %.2f", address, len(rows), sum, total)
			}
		}
	}
}

var signedNumber = regexp.MustCompile(`>\s*([+−]?\d+\.\d\d)\s*<`)

// lastNumber is the last number with two decimals of a row.
func lastNumber(t *testing.T, row string) float64 {
	t.Helper()
	found := signedNumber.FindAllStringSubmatch(row, -1)
	if len(found) == 0 {
		t.Fatalf("no number in %s", row)
	}
	x, err := strconv.ParseFloat(strings.NewReplacer("−", "-", "+", "").Replace(found[len(found)-1][1]), 64)
	if err != nil {
		t.Fatal(err)
	}
	return x
}

// What the page splits is the return it shows: the card's question is that of the page.
func TestContributionIsOfThePagesPeriod(t *testing.T) {
	q := service.Question{Portfolios: []string{"fund"}, Period: "3M"}
	a, err := shared.Analysis(context.Background(), service.Caller{}, q)
	if err != nil {
		t.Fatal(err)
	}
	handler, err := web.New(shared, web.Options{Version: "test"})
	if err != nil {
		t.Fatal(err)
	}
	html := call(handler, "GET", "/p/fund/performance?period=3M&added=1", nil, nil).Body.String()
	_, card, _ := strings.Cut(html, `id="contribution"`)
	_, foot, _ := strings.Cut(card, "<tfoot>")
	foot, _, _ = strings.Cut(foot, "</tfoot>")
	if got, want := lastNumber(t, foot), 100*a.Returns.TimeWeighted.Float64(); math.Abs(got-want) > 0.005+1e-9 {
		t.Errorf("the card splits %.2f, the return is %v", got, want)
	}
}

// The file has every holding, and its numbers add up to the return in its last line.
func TestContributionFile(t *testing.T) {
	handler, err := web.New(shared, web.Options{Version: "test"})
	if err != nil {
		t.Fatal(err)
	}
	w := call(handler, "GET", "/p/fund/charts/contribution.csv?period=1Y", nil, nil)
	rows, err := csv.NewReader(w.Body).ReadAll()
	if err != nil || w.Code != http.StatusOK || len(rows) < 10 {
		t.Fatalf("status %d, %d rows: %v", w.Code, len(rows), err)
	}
	column := len(rows[0]) - 1
	sum := 0.0
	for _, row := range rows[1:] {
		x, err := strconv.ParseFloat(row[column], 64)
		if err != nil {
			t.Fatal(err)
		}
		if row[1] == "Time-weighted return" {
			if math.Abs(sum-x) > 1e-12 {
				t.Errorf("the parts are %v, the return %v", sum, x)
			}
			return
		}
		sum += x
	}
	t.Error("there is no line of the return")
}

// The page itself only says where the card is: it is fetched when it is looked at.
func TestContributionIsFetchedLater(t *testing.T) {
	handler, err := web.New(shared, web.Options{Version: "test"})
	if err != nil {
		t.Fatal(err)
	}
	html := call(handler, "GET", "/p/fund/performance", nil, nil).Body.String()
	_, card, _ := strings.Cut(html, `id="contribution"`)
	if !strings.Contains(card, `hx-get="/p/fund/performance?added=1&amp;period=1Y"`) || !strings.Contains(card, `hx-trigger="revealed"`) || strings.Contains(card, "<table") {
		t.Errorf("%.400s", card)
	}
}

// Script gets the cards below without the page around them: they weigh what they show.
func TestCardsAreFetchedAlone(t *testing.T) {
	h := realPages(t)
	for address, card := range map[string]string{"/performance?added=1": "contribution", "/performance?attributed=1": "attribution", "/performance/rolling?window=63": "rolling"} {
		r := httptest.NewRequest(http.MethodGet, "/p/"+h.portfolios["long/short"]+address, nil)
		r.Header.Set("HX-Request", "true")
		r.AddCookie(&http.Cookie{Name: "foliosight", Value: h.token})
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if text := w.Body.String(); w.Code != http.StatusOK || !strings.Contains(text, `id="`+card+`"`) || !strings.Contains(text, "<table") || strings.Contains(text, "<main") || strings.Contains(text, `id="growth"`) {
			t.Errorf("%s: status %d, %d bytes: %.200s", address, w.Code, len(text), text)
		}
	}
}
