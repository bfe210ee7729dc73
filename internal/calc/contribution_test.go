package calc

import (
	"encoding/json"
	"errors"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/internal/workload"
)

const contributionRequest = `{"base_currency":"EUR","period":{"start":"2024-01-01","end":"2024-01-03"},"currencies":true,"groups":{"UP":"tech"},
"symbols":{"UP":{"currency":"EUR"},"US":{"currency":"USD"}},
"transactions":[{"date":"2023-12-29","type":"deposit","amount":"1000","currency":"EUR"},
 {"date":"2023-12-29","type":"buy","symbol":"UP","quantity":"4","price":"100","currency":"EUR"},
 {"date":"2023-12-29","type":"buy","symbol":"US","quantity":"1","amount":"200","price":"200","currency":"EUR"},
 {"date":"2024-01-02","type":"fee","amount":"5","currency":"EUR"}],
"prices":{"UP":[["2023-12-29","100"],["2024-01-02","110"],["2024-01-03","99"]],"US":[["2023-12-29","250"],["2024-01-02","275"],["2024-01-03","275"]]},
"fx":{"USD/EUR":[["2023-12-29","0.8"],["2024-01-02","0.8"],["2024-01-03","0.88"]]}}`

// Gains over the 1,000 at the start, as Frongello links them: UP 40 − 44, US 20 + 22, fee −5.
func TestContributionDoor(t *testing.T) {
	a := ask(t, "contribution", `{"linking":"frongello",`+contributionRequest[1:])
	wantFigures(t, a, map[string]float64{"return": 0.033, "days": 2})
	holdings := a["holdings"].([]any)
	up, us, rest := holdings[0].(map[string]any), holdings[1].(map[string]any), a["rest"].(map[string]any)
	wantFigures(t, up, map[string]float64{"contribution": -0.004, "return": -0.01, "gain": -4, "local": -0.004, "fx": 0, "cross": 0})
	wantFigures(t, us, map[string]float64{"contribution": 0.042, "return": 0.21, "local": 0.02, "fx": 0.022, "cross": 0})
	wantFigures(t, rest, map[string]float64{"contribution": -0.005, "gain": -5, "other": -0.005})
	groups := a["groups"].([]any)
	for i, want := range []struct {
		name         string
		contribution float64
	}{{"tech", -0.004}, {"other", 0.042}, {"cash", -0.005}} {
		g := groups[i].(map[string]any)
		if g["group"] != want.name {
			t.Errorf("group %v, want %s", g["group"], want.name)
		}
		wantFigures(t, g, map[string]float64{"contribution": want.contribution})
	}
}

// Contributions of random ledgers add up to the time-weighted return of the same document.
func TestContributionDoorAgreesWithPerformance(t *testing.T) {
	compared := 0
	for seed := range uint64(30) {
		r := workload.NewRandom(seed, 50)
		r.Document.Period = &ledger.Period{Start: r.First + (r.Last-r.First)/4, End: r.Last}
		raw, err := json.Marshal(&r.Document)
		if err != nil {
			t.Fatal(err)
		}
		body, err := Answer("contribution", raw)
		var refused *Error
		if errors.As(err, &refused) && (refused.Code == "capital_lost" || refused.Code == "insufficient_lots") {
			continue // some ledgers are not kept by FIFO, which performance asks for too
		}
		if err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		var got struct {
			Return   float64
			Holdings []struct{ Contribution float64 }
			Rest     struct{ Contribution float64 }
		}
		if err := json.Unmarshal(body, &got); err != nil {
			t.Fatal(err)
		}
		sum := got.Rest.Contribution
		for _, h := range got.Holdings {
			sum += h.Contribution
		}
		want := ask(t, "performance", string(raw))["ttwror"].(float64)
		if math.Abs(sum-want) > 1e-9 || math.Abs(got.Return-want) > 1e-12 {
			t.Errorf("seed %d: contributions %v, return %v and %v", seed, sum, got.Return, want)
		}
		compared++
	}
	if compared < 20 {
		t.Fatalf("only %d compared", compared)
	}
}

func TestContributionDoorRefuses(t *testing.T) {
	for request, code := range map[string]string{
		`{}`: "missing_field",
		`{"period":{"start":"2024-01-01","end":"2023-01-01"}}`: "bad_period",
		`{"period":{"start":"2024-01-01","end":"2024-02-01"}}`: "missing_field",
		`{"linking":"grap",` + contributionRequest[1:]:         "unknown_choice",
	} {
		var refused *Error
		if _, err := Answer("contribution", []byte(request)); !errors.As(err, &refused) || refused.Code != code {
			t.Errorf("%.60s: got %v, want %s", request, err, code)
		}
	}
	empty := ask(t, "contribution", `{"base_currency":"EUR","period":{"start":"2024-01-01","end":"2024-02-01"},"transactions":[]}`)
	wantReasons(t, empty, map[string]string{"return": "no_capital"})
}

func FuzzContribution(f *testing.F) {
	fuzzEngine(f, "contribution", contributionRequest,
		`{"base_currency":"EUR","period":{"start":"2024-01-01","end":"2024-12-31"},"on_oversold":"short","linking":"frongello","currencies":true,"transactions":[{"date":"2024-01-03","type":"sell","symbol":"A","quantity":"1","price":"50","currency":"USD"},{"date":"2024-02-03","type":"split","symbol":"A","ratio":"2:1"}],"prices":{"A":[["2024-01-03","50"],["2024-06-03","5000"]]}}`,
		`{"base_currency":"EUR","period":{"start":"1583-01-01","end":"9999-12-31"},"transactions":[{"date":"1583-01-03","type":"deposit","amount":"99999999999999999999","currency":"JPY"}]}`)
}

// Documents that are right but for one thing, or a few, get an answer or a refusal.
func TestContributionOfBrokenDocuments(t *testing.T) {
	answered, refused := 0, 0
	for seed := range uint64(25) {
		r := workload.NewRandom(seed, 30)
		r.Document.Period = &ledger.Period{Start: r.First, End: r.Last}
		raw, err := json.Marshal(&r.Document)
		if err != nil {
			t.Fatal(err)
		}
		g := rand.New(rand.NewPCG(seed, 9))
		for k := range 8 {
			var doc map[string]any
			if err := json.Unmarshal(raw, &doc); err != nil {
				t.Fatal(err)
			}
			doc["currencies"], doc["linking"] = g.IntN(2) == 0, []string{"carino", "frongello"}[g.IntN(2)]
			for range k {
				breakOne(g, doc)
			}
			request, err := json.Marshal(doc)
			if err != nil {
				t.Fatal(err)
			}
			body, err := Answer("contribution", request)
			var no *Error
			switch {
			case errors.As(err, &no):
				if refused++; no.Code == "" || no.Detail == "" || no.Code == "not_finite" {
					t.Fatalf("seed %d: refused as %+v", seed, no)
				}
			case err != nil:
				t.Fatalf("seed %d: %v", seed, err)
			case !json.Valid(body):
				t.Fatalf("seed %d: answer %s", seed, body)
			default:
				answered++
			}
		}
	}
	if answered < 30 || refused < 30 {
		t.Fatalf("%d answered, %d refused: the documents are not what they should be", answered, refused)
	}
}
