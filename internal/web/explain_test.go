package web_test

import (
	"encoding/json"
	"testing"

	"github.com/foliosight/foliosight/finance/analysis"
	"github.com/foliosight/foliosight/internal/service"
)

// Every figure of an analysis can be asked how it is made.
func TestEveryMethodIsExplained(t *testing.T) {
	a, err := shared.Analysis(t.Context(), service.Caller{}, service.Question{Portfolios: []string{"family"}, Period: "Max"})
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(a)
	if err != nil {
		t.Fatal(err)
	}
	var tree any
	if err := json.Unmarshal(text, &tree); err != nil {
		t.Fatal(err)
	}
	missing := map[string]bool{}
	var walk func(any)
	walk = func(node any) {
		switch node := node.(type) {
		case []any:
			for _, item := range node {
				walk(item)
			}
		case map[string]any:
			if method, ok := node["method"].(string); ok && node["unit"] != nil {
				if m, known := analysis.Explain(method); !known || m.Name == "" || m.Means == "" {
					missing[method] = true
				}
			}
			for _, item := range node {
				walk(item)
			}
		}
	}
	walk(tree)
	for method := range missing {
		t.Errorf("no words for %q", method)
	}
}
