package api_test

import (
	"math"
	"strings"
	"testing"
)

// trades is the story of ledger_test.go as a file.
const trades = `date,account,type,symbol,quantity,price,amount,fee,currency
2024-01-02,ib,deposit,,,,10000,,EUR
2024-01-03,ib,buy,ACME,10,100.00,,1,EUR
2024-03-01,ib,buy,ACME,10,120.00,,1,EUR
2024-06-03,ib,sell,ACME,15,130.00,,1,EUR
`

// TestImport looks at a file, books it, finds it present, and takes it back.
func TestImport(t *testing.T) {
	h := open(t)
	ada := h.owner()
	p := ada.portfolio("Family")
	file := map[string]string{"trades.csv": trades}

	preview := ada.upload(p+"/imports/preview", file, nil).is(200)
	if preview.number("read") != 4 || preview.number("new") != 4 || preview.number("bookings") != 4 || preview.text("cash.0.after") != "9747" || preview.text("holdings.0.after") != "5" ||
		preview.text("realised.0.amount") != "347.5" || preview.text("rows.3.status") != "new" || preview.text("from") != "2024-01-02" || preview.Header.Get("ETag") != `"0"` {
		t.Errorf("%s", preview.body)
	}
	if got := ada.get(p).number("ledger_version"); got != 0 {
		t.Errorf("a preview made version %v", got)
	}
	made := ada.with("If-Match", preview.Header.Get("ETag")).upload(p+"/imports", file, nil).is(201)
	id := made.text("import.id")
	if made.number("import.booked") != 4 || made.Header.Get("ETag") != `"1"` {
		t.Errorf("%s", made.body)
	}
	if got := ada.get(p + "/transactions?import=" + id).number("total"); got != 4 {
		t.Errorf("%v bookings of the import", got)
	}
	if got := ada.with("If-Match", `"0"`).upload(p+"/imports", file, nil).problem(409, "stale").CurrentVersion; got != 1 {
		t.Errorf("current version is said to be %d", got)
	}
	twice := ada.upload(p+"/imports", file, nil).is(201)
	if twice.number("present") != 4 || twice.number("new") != 0 || twice.text("already_imported.id") != id {
		t.Errorf("%s", twice.body)
	}
	bad := map[string]string{`C:\Users\ada\bad.csv`: "date,account,type,symbol,quantity,price,amount,fee,currency\n2024-07-01,ib,buy,ACME,1,100.00,,1,EUR\n2024-07-02,ib,sell,ACME,100,130.00,,1,EUR\n2024-13-02,ib,sell,ACME,1,130.00,,1,EUR\n"}
	refused := ada.upload(p+"/imports", bad, nil).problem(422, "refused")
	if len(refused.Errors) != 2 || refused.Errors[0].File != "bad.csv" || refused.Errors[0].Row != 3 || refused.Errors[0].Field != "quantity" || refused.Errors[1].Row != 4 || refused.Errors[1].Value != "2024-13-02" || refused.Errors[1].Cure == "" {
		t.Errorf("%+v", refused.Errors)
	}
	rest := ada.upload(p+"/imports", bad, map[string]string{"skip_refused": "true"}).is(201)
	if rest.number("import.booked") != 1 || rest.number("refused") != 2 {
		t.Errorf("%s", rest.body)
	}
	undone := ada.post(p+"/imports/"+id+"/undo", "").is(200)
	if undone.text("kind") != "undo" || undone.number("removed") != 4 || undone.number("version") != 3 {
		t.Errorf("%s", undone.body)
	}
	ada.post(p+"/imports/"+id+"/undo", "").problem(409, "stale")
	list := ada.get(p + "/imports").is(200)
	if got := list.number("items.1.undone_version"); got != 3 || list.text("items.1.id") != id {
		t.Errorf("%s", list.body)
	}
}

// TestFigures asks for figures that can be computed by hand.
func TestFigures(t *testing.T) {
	h := open(t)
	ada := h.owner()
	p := ada.portfolio("Family")
	ada.post(p+"/transactions", story).is(201)
	prices := ada.upload("/api/v1/prices/imports", map[string]string{"p.csv": "date,symbol,close\n2024-01-02,ACME,100\n2024-01-03,ACME,100\n2024-03-01,ACME,120\n2024-06-03,ACME,130\n2024-06-28,ACME,140\n"}, map[string]string{"currency": "EUR"}).is(200)
	if prices.number("added") != 5 || prices.text("files.0.file") != "p.csv" || prices.number("market_version") != 1 {
		t.Errorf("%s", prices.body)
	}
	// cash 9747 and 5 × 140 = 700
	whole := ada.get(p + "/analysis?as_of=2024-06-28").is(200)
	for path, want := range map[string]string{
		"summary.value.value": "10447", "summary.cash.value": "9747", "summary.paid_in.value": "10000", "summary.gain.value": "447", "summary.realised.value": "347.5",
		"summary.unrealised.value": "99.5", "summary.cost.value": "600.5", "base_currency": "EUR", "valued_on": "2024-06-28", "holdings.0.symbol": "ACME", "holdings.0.quantity": "5",
	} {
		if got := whole.text(path); got != want {
			t.Errorf("%s is %s, want %s", path, got, want)
		}
	}
	if got := whole.number("returns.time_weighted.value"); math.Abs(got-0.0447) > 1e-9 { // one inflow, at the start
		t.Errorf("time-weighted return %v, want 0.0447", got)
	}
	for path, want := range map[string]string{
		"/holdings": "summary.value.value", "/performance": "change.final.value", "/timeline": "series.days.0", "/allocation": "allocation.class.0.key", "/risk": "risk.exposure.long.unit", "/data": "data.last_price",
	} {
		a := ada.get(p + path + "?as_of=2024-06-28").is(200)
		if a.text(want) != whole.text(want) || a.text("name") != "Family" || a.number("ledger_version") != 1 {
			t.Errorf("%s says %s of %s, the whole %s", path, a.text(want), want, whole.text(want))
		}
	}
	all := ada.get("/api/v1/portfolios/all/analysis?as_of=2024-06-28").is(200)
	if got := all.text("summary.value.value"); got != "10447" {
		t.Errorf("all together are worth %s", got)
	}
	if got := ada.get(p + "/analysis?as_of=2024-06-28&known_on=2020-01-01").is(200).number("bookings"); got != 0 {
		t.Errorf("%v bookings were known before the first one", got)
	}
	if got := ada.get(p + "/analysis?as_of=2024-06-28&from=2024-03-01").is(200); got.text("period.start") != "2024-03-01" || got.text("change.initial.value") != "10198" { // 7798 cash, 20 × 120
		t.Errorf("from March: %s, initial %s", got.text("period.start"), got.text("change.initial.value"))
	}
	method := whole.text("summary.value.method")
	if e := ada.get("/api/v1/explain/" + method).is(200); e.text("formula") == "" || e.text("method") != method {
		t.Errorf("%s", e.body)
	}
	if got := ada.get(p + "/data-status?as_of=2024-07-12").is(200); got.text("items.0.symbol") != "ACME" || got.text("items.0.last") != "2024-06-28" || got.text("items.0.status") != "stale" || got.number("items.0.age") != 10 {
		t.Errorf("%s", got.body)
	}
	if got := ada.get("/api/v1/portfolios/all/data-status").is(200).value("items").([]any); len(got) != 1 {
		t.Errorf("every series: %v", got)
	}
}

// TestOwnPrices wins over the others on its day, and only there.
func TestOwnPrices(t *testing.T) {
	h := open(t)
	ada := h.owner()
	p := ada.portfolio("Family")
	ada.post(p+"/transactions", `{"transactions":[{"date":"2024-01-02","type":"transfer_in","account":"home","symbol":"HOUSE","quantity":"1","amount":"400000","currency":"EUR"}]}`).is(201)
	ada.put("/api/v1/prices/own", `{"items":[{"symbol":"HOUSE","date":"2024-01-02","price":"400000","currency":"EUR","valuation":true},{"symbol":"HOUSE","date":"2024-06-28","price":"412000.50","currency":"EUR","valuation":true,"note":"bank"}]}`).is(204)
	list := ada.get("/api/v1/prices/own?symbol=HOUSE").is(200)
	if len(list.value("items").([]any)) != 2 || list.text("items.1.price") != "412000.5" || list.text("items.1.note") != "bank" || list.value("items.1.valuation") != true {
		t.Errorf("%s", list.body)
	}
	value := func(on string) string {
		return ada.get(p + "/analysis?as_of=" + on).is(200).text("summary.value.value")
	}
	if value("2024-06-28") != "412000.5" || value("2024-06-27") != "400000" {
		t.Errorf("worth %s, the day before %s", value("2024-06-28"), value("2024-06-27"))
	}
	ada.delete("/api/v1/prices/own/HOUSE/2024-06-28").is(204)
	if value("2024-06-28") != "400000" {
		t.Errorf("without the valuation worth %s", value("2024-06-28"))
	}
	ada.delete("/api/v1/prices/own/HOUSE/2024-06-28").problem(404, "not-found")
}

// TestCalc is the engines as on the command line.
func TestCalc(t *testing.T) {
	h := open(t)
	ada := h.owner()
	if engines := string(ada.get("/api/v1/calc").is(200).body); !strings.Contains(engines, `"lots"`) || !strings.Contains(engines, `"xirr"`) {
		t.Errorf("engines %s", engines)
	}
	a := ada.post("/api/v1/calc/xirr", `{"flows":[["2023-01-01",-1000],["2024-01-01",1050]]}`).is(200)
	if got := a.number("rate"); math.Abs(got-0.05) > 1e-12 || a.Header.Get("Content-Type") != "application/json" {
		t.Errorf("%s %s", a.Header.Get("Content-Type"), a.body)
	}
	refused := ada.post("/api/v1/calc/lots", `{"base_currency":"EUR","transactions":[{"id":"1","date":"2024-01-02","type":"sell","account":"a","symbol":"X","quantity":"1","price":"1","currency":"EUR"}]}`).problem(422, "refused-calculation")
	if !strings.Contains(string(refused.Refusal), `"code":"`) {
		t.Errorf("%s", refused.Refusal)
	}
}
