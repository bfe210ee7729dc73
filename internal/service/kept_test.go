package service

import (
	"fmt"
	"testing"

	"github.com/foliosight/foliosight/finance/analysis"
	"github.com/foliosight/foliosight/finance/date"
)

// Analyses of a hundred people with thirty holdings over three years stay in memory; of
// large books as many as there is room for.
func TestAnswersAreKeptBySize(t *testing.T) {
	kept := func(holdings, days, n int) (there int) {
		a := newAnalyses()
		for i := range n {
			a.answers.Set(fmt.Sprint(i), &analysis.Analysis{Holdings: make([]analysis.Holding, holdings), Series: analysis.Series{Days: make([]date.Date, days)}})
		}
		a.answers.CleanUp()
		for i := range n {
			if _, ok := a.answers.GetIfPresent(fmt.Sprint(i)); ok {
				there++
			}
		}
		return there
	}
	if n := kept(30, 756, 100); n != 100 {
		t.Errorf("of a hundred answers %d are kept", n)
	}
	if n := kept(2000, 3000, 100); n == 0 || n > 3 { // 21 MB each, 64 MB in all
		t.Errorf("of a hundred answers of large books %d are kept", n)
	}
}
