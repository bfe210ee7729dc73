package service

import (
	"context"
	"math"
	"slices"
	"strings"

	"github.com/foliosight/foliosight/finance/analysis"
	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/finance/money"
	"github.com/foliosight/foliosight/internal/store"
)

// ComparedAtMost is how many instruments are compared at once.
const ComparedAtMost = 6

// ComparedWindows are the windows over which their risk is measured; the first is taken
// unless another is asked for.
var ComparedWindows = []string{"1Y", "3M", "6M", "YTD", "3Y", "5Y"}

// Comparing is what is to be compared.
type Comparing struct {
	Symbols   []string       // one to six
	Portfolio string         // to compare with; empty: none, and then Simulated says which market
	Simulated bool           // without a portfolio: the simulated market
	Window    string         // one of ComparedWindows
	Currency  money.Currency // that returns are in; empty: the portfolio's, else the caller's
	Benchmark string         // empty: the portfolio's
	AsOf      date.Date      // zero or None: as of the portfolio's analysis, else today
}

// Compare holds instruments side by side, from stored series alone: returns of the
// standard periods, volatility, drawdown, beta, and correlations with each other and with
// the portfolio.
func (s *Service) Compare(ctx context.Context, c Caller, q Comparing) (*analysis.Comparison, error) {
	if err := q.check(); err != nil {
		return nil, err
	}
	in := analysis.ComparisonInput{Symbols: q.Symbols, Currency: q.Currency, Benchmark: q.Benchmark}
	asOf := date.FromTime(s.now().UTC())
	if !unset(q.AsOf) {
		asOf = q.AsOf
	}
	question := Question{Period: "Max", AsOf: q.AsOf, Currency: q.Currency}
	if q.Portfolio != "" {
		question.Portfolios = []string{q.Portfolio}
		a, err := s.Analysis(ctx, c, question)
		if err != nil {
			return nil, err
		}
		in.Portfolio, asOf = growthOf(a), a.AsOf
	}
	var out *analysis.Comparison
	err := s.asked(ctx, c, question, func(ctx context.Context, v store.View) error {
		if err := s.completed(ctx, v, question, &q, &in); err != nil {
			return err
		}
		var err error
		if in.Window, err = analysis.NewPeriod(q.Window, asOf, date.None); err != nil {
			return err
		}
		w := panelWants{symbols: slices.Clone(in.Symbols), currencies: []money.Currency{in.Currency}, rates: []string{}, version: store.LatestMarket, simulated: q.Simulated, through: asOf}
		if in.Benchmark != "" && !slices.Contains(w.symbols, in.Benchmark) {
			w.symbols = append(w.symbols, in.Benchmark)
		}
		slices.Sort(w.symbols)
		if in.Panel, err = loadPanel(ctx, v, w); err != nil {
			return err
		}
		in.Sessions = sessionsIn(in.Panel)
		out = analysis.Compare(in)
		return nil
	})
	return out, err
}

// completed fills what the question leaves open.
func (s *Service) completed(ctx context.Context, v store.View, question Question, q *Comparing, in *analysis.ComparisonInput) error {
	if q.Portfolio != "" {
		set, err := gather(ctx, v, question)
		if err != nil {
			return err
		}
		in.Currency, q.Simulated = set.base, set.simulated
		if in.Benchmark == "" {
			in.Benchmark = set.benchmark
		}
		return nil
	}
	if in.Currency != "" {
		return nil
	}
	me, err := v.User(ctx, v.Identity().User)
	in.Currency = me.BaseCurrency
	return err
}

// check holds a comparison to its bounds and sets its window.
func (q *Comparing) check() error {
	var symbols []string
	for _, symbol := range q.Symbols {
		symbol = strings.TrimSpace(symbol)
		if err := checkSymbol(symbol); err != nil {
			return err
		}
		if !slices.Contains(symbols, symbol) {
			symbols = append(symbols, symbol)
		}
	}
	q.Symbols = symbols
	switch {
	case len(symbols) == 0:
		return fault("symbols", "", "there are none", "name one to six")
	case len(symbols) > ComparedAtMost:
		return fault("symbols", strings.Join(symbols, ","), "there are more than six", "name six at most")
	}
	if q.Window == "" {
		q.Window = ComparedWindows[0]
	}
	if !slices.Contains(ComparedWindows, q.Window) {
		return &ledger.Fault{Field: "window", Value: q.Window, Problem: "there is no such window", Cure: "use one of " + strings.Join(ComparedWindows, ", "), Err: analysis.ErrPeriod}
	}
	if q.Currency != "" {
		if code, err := money.ParseCurrency(string(q.Currency)); err != nil || code != q.Currency {
			return fault("currency", string(q.Currency), "it is not a currency code", "use the ISO code in capitals, such as EUR")
		}
	}
	return nil
}

// growthOf is how a portfolio grew, time-weighted, from an analysis of all its time.
func growthOf(a *analysis.Analysis) *analysis.Growth {
	g := &analysis.Growth{}
	for i, r := range a.Series.Return {
		if grown := 1 + r; !math.IsNaN(grown) && grown > 0 {
			g.Days, g.Values = append(g.Days, a.Series.Days[i]), append(g.Values, grown)
		}
	}
	if len(g.Days) == 0 {
		return nil
	}
	return g
}
