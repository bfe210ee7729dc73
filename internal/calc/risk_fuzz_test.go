package calc

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
)

// unexplained walks an answer and names the first null without a reason. A reason
// stands in the object of the null, or in one around it, under the key that leads
// to it.
func unexplained(answer map[string]any) string {
	reasons, _ := answer["reasons"].(map[string]any)
	for key, value := range answer {
		if why, _ := reasons[key].(string); why != "" {
			continue // for the whole of it, or for what is null in it
		}
		if at := nullIn(value); at != "" {
			return key + at
		}
	}
	return ""
}

func nullIn(value any) string {
	switch v := value.(type) {
	case nil:
		return " "
	case []any:
		for i, item := range v {
			if at := nullIn(item); at != "" {
				return fmt.Sprintf("[%d]%s", i, at)
			}
		}
	case map[string]any:
		if at := unexplained(v); at != "" {
			return "." + at
		}
	}
	return ""
}

// oddSeries is returns such as no market makes them, and such as they do.
func oddSeries(g *rand.Rand, n int) []any {
	out := make([]any, n)
	kind := g.IntN(10)
	for i := range out {
		v := 0.01 * g.NormFloat64()
		switch kind {
		case 0:
			v = 0
		case 1:
			v = 0.01
		case 2:
			v = float64(g.IntN(3)-1) * 0.01
		case 3:
			v *= 1e200
		case 4:
			v *= 1e-200
		case 5:
			v = []float64{-1, -2, 1e308, -1e308, 5e-324, 0}[g.IntN(6)]
		case 6:
			if v = 0; i == n/2 {
				v = -0.3
			}
		}
		out[i] = v
	}
	return out
}

// oddRequest is a request to one of the doors of risk.
func oddRequest(g *rand.Rand, engine string) map[string]any {
	pick := func(list ...string) string { return list[g.IntN(len(list))] }
	n := []int{0, 1, 2, 3, 30, 130}[g.IntN(6)]
	book := func() map[string]any {
		out := map[string]any{}
		for _, name := range []string{"A", "B", "C", "D"}[:1+g.IntN(4)] {
			out[name] = oddSeries(g, n)
		}
		return out
	}
	weights := func(book map[string]any) map[string]any {
		out := map[string]any{}
		for name := range book {
			out[name] = []float64{0, 1, -1, 0.3, 1e200, 1e-200}[g.IntN(6)]
		}
		return out
	}
	level := []any{nil, 0.5, 0.95, 0.999999, 1e-9}[g.IntN(5)]
	switch engine {
	case "tail":
		q := map[string]any{"returns": any(oddSeries(g, n)), "method": pick("historical", "age_weighted", "filtered", "normal", "student_t", "cornish_fisher"), "confidence": level}
		if g.IntN(2) == 0 {
			names := book()
			q["returns"], q["weights"] = names, weights(names)
		}
		switch g.IntN(4) {
		case 0:
			q["horizon"] = 1 + g.IntN(12)
		case 1:
			q["horizon"], q["horizon_method"] = 1+g.IntN(12), "overlapping"
		case 2:
			q["model"], q["horizon_method"], q["horizon"], q["paths"] = pick("garch", "gjr"), pick("simulated", "square_root"), 3, 50
		}
		return q
	case "var":
		return map[string]any{"returns": oddSeries(g, n), "method": pick("historical", "normal", "student_t", "cornish_fisher"), "confidence": level}
	case "backtest":
		return map[string]any{"losses": oddSeries(g, n), "var": oddSeries(g, n), "confidence": level}
	case "backtest_es":
		return map[string]any{"losses": oddSeries(g, n), "var": 0.01, "es": 0.02, "confidence": level, "trials": 20}
	case "backtest_rolling":
		return map[string]any{"profits": oddSeries(g, n), "method": pick("historical", "ewma_normal", "filtered"), "window": 2 + g.IntN(40), "days": 1 + g.IntN(60), "confidence": level}
	case "volatility":
		return map[string]any{"returns": oddSeries(g, n), "model": pick("sample", "ewma", "garch", "gjr", "har"), "path": g.IntN(2) == 0}
	case "covariance":
		return map[string]any{"returns": book(), "estimator": pick("sample", "ewma", "ledoit_wolf", "oas", "ledoit_wolf_constant_correlation", "ledoit_wolf_single_index")}
	case "correlation":
		names := book()
		if series := names["A"].([]any); len(series) > 0 && g.IntN(2) == 0 {
			series[g.IntN(len(series))] = nil
		}
		return map[string]any{"returns": names, "method": pick("pearson", "spearman"), "linkage": pick("", "single", "complete", "average", "ward")}
	case "structure":
		names := book()
		return map[string]any{"returns": names, "weights": weights(names), "basis": pick("correlation", "covariance"), "linkage": pick("single", "complete", "average", "ward")}
	case "historical":
		names := book()
		positions := []any{map[string]any{"id": "stock", "asset": "A", "value": []float64{0, 1e4, -1e4, 1e300}[g.IntN(4)]}}
		if g.IntN(2) == 0 {
			positions = append(positions, map[string]any{"id": "option", "asset": "A", "option": map[string]any{"quantity": -10, "spot": 100, "strike": 90, "days": 30, "rate": 0.02,
				"volatility": 0.3, "type": pick("call", "put"), "style": pick("european", "american")}})
		}
		return map[string]any{"positions": positions, "returns": names, "volatility_moves": map[string]any{"A": oddSeries(g, n)}, "method": pick("historical", "age_weighted", "filtered"), "confidence": level, "profits": true}
	}
	panic(engine)
}

// Requests of every kind of series, whole and with something else in a random
// place, get an answer whose every null has a reason, or a refusal that says why.
func TestRiskDoorsExplainEveryNull(t *testing.T) {
	for _, engine := range []string{"tail", "var", "backtest", "backtest_es", "backtest_rolling", "volatility", "covariance", "correlation", "structure", "historical"} {
		answered, refused := 0, 0
		for seed := range uint64(150) {
			g := rand.New(rand.NewPCG(seed, 81))
			q := oddRequest(g, engine)
			for range g.IntN(3) * g.IntN(2) {
				misplace(g, q)
			}
			request, err := json.Marshal(q)
			if err != nil {
				t.Fatal(err)
			}
			body, err := Answer(engine, request)
			var no *Error
			switch {
			case errors.As(err, &no):
				if refused++; no.Code == "" || no.Detail == "" || no.Code == "not_finite" {
					t.Fatalf("%s, seed %d: refused as %+v: %.400s", engine, seed, no, request)
				}
			case err != nil:
				t.Fatalf("%s, seed %d: %v", engine, seed, err)
			default:
				answered++
				var a map[string]any
				if err := json.Unmarshal(body, &a); err != nil {
					t.Fatalf("%s, seed %d: %v in %.400s", engine, seed, err, body)
				}
				if at := unexplained(a); at != "" {
					t.Errorf("%s, seed %d: %s is null without a reason: %.400s to %.400s", engine, seed, at, body, request)
				}
				if v, ok := a["var"].(float64); ok {
					if es, ok := a["es"].(float64); ok && es < v-1e-9*math.Abs(v) && q["horizon"] == nil {
						t.Errorf("%s, seed %d: es %v below var %v: %.400s", engine, seed, es, v, request)
					}
				}
			}
		}
		if answered < 40 || refused < 5 {
			t.Errorf("%s: %d answered, %d refused: the requests are not what they should be", engine, answered, refused)
		}
	}
}

// misplace puts something else in a random place of a request.
func misplace(g *rand.Rand, q map[string]any) {
	odd := []any{nil, "", "x", -1, 0, 1e300, true, []any{}, map[string]any{}, []any{nil}, []any{"1"}, map[string]any{"A": nil}}
	var keys []string
	for _, key := range strings.Fields("returns weights confidence method model horizon horizon_method lambda paths losses var es profits window days estimator linkage basis positions volatility_moves") {
		if _, there := q[key]; there || g.IntN(8) == 0 {
			keys = append(keys, key)
		}
	}
	key := keys[g.IntN(len(keys))]
	if list, ok := q[key].([]any); ok && len(list) > 0 && g.IntN(2) == 0 {
		list[g.IntN(len(list))] = odd[g.IntN(len(odd))]
		return
	}
	q[key] = odd[g.IntN(len(odd))]
}

func FuzzHistorical(f *testing.F) {
	fuzzEngine(f, "historical", `{"positions":[{"id":"A","value":1000},{"id":"o","asset":"A","option":{"quantity":-1,"spot":100,"strike":90,"days":30,"rate":0.02,"volatility":0.3,"type":"put","style":"american"}}],"returns":{"A":[0.1,-0.2,0.3]},"volatility_moves":{"A":[0.1,-9,1e300]},"profits":true}`,
		`{"positions":[{"id":"A","value":1e308}],"returns":{"A":`+drawn(1, 90)+`},"method":"filtered"}`, `{"positions":[{"id":"A","value":-1}],"returns":{"A":[1e308,-1e308]},"method":"age_weighted","lambda":1e-300}`)
}

func FuzzBacktestRolling(f *testing.F) {
	fuzzEngine(f, "backtest_rolling", `{"profits":`+drawn(1, 90)+`,"window":20,"days":30,"trials":10}`, `{"profits":[0,0,0,0,1e300,0],"window":2,"method":"historical"}`, `{"profits":`+drawn(2, 90)+`,"window":5,"method":"filtered","lambda":0.5,"confidence":1e-300}`)
}

// What the walk above finds, and what it lets pass.
func TestUnexplained(t *testing.T) {
	for body, want := range map[string]string{
		`{"a":1,"b":[1,2],"reasons":{}}`:                          "",
		`{"a":null,"reasons":{"a":"empty"}}`:                      "",
		`{"a":null}`:                                              "a ",
		`{"a":[[1],[null]]}`:                                      "a[1][0] ",
		`{"a":[[null]],"reasons":{"a":"no pairs"}}`:               "",
		`{"a":{"b":null}}`:                                        "a.b ",
		`{"a":{"b":null,"reasons":{"b":"empty"}}}`:                "",
		`{"a":[{"b":null,"reasons":{"c":"empty"}}],"reasons":{}}`: "a[0].b ",
	} {
		var a map[string]any
		if err := json.Unmarshal([]byte(body), &a); err != nil {
			t.Fatal(err)
		}
		if got := unexplained(a); got != want {
			t.Errorf("%s: %q, want %q", body, got, want)
		}
	}
}
