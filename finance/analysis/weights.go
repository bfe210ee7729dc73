package analysis

import (
	"errors"
	"fmt"
	"math"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/exante"
	"github.com/foliosight/foliosight/finance/instrument"
	"github.com/foliosight/foliosight/finance/market"
	"github.com/foliosight/foliosight/finance/money"
)

// WeightModel is the factor model of the analysis, written for choosing weights: what is
// held and what might be, with the covariance of their returns. Its volatility of the
// weights as they are is that of the analysis.
type WeightModel struct {
	Assets []Weighable
	// Covariance is of yearly returns on value in the base currency, in the order of
	// Assets; zeros for what is outside the model.
	Covariance [][]float64
	Total      float64 // value of the portfolio; what Assets leave of it is cash in the base currency
	RiskFree   float64 // a year; 0 with Reasons where none is stored
	Benchmark  int     // its place in Assets, or −1
	From, To   date.Date
	Days       int
	Reasons    []string
}

// Weighable is a holding, cash of another currency, or something that might be bought.
type Weighable struct {
	Symbol     string
	Instrument instrument.Instrument
	Holding    *Holding // nil for a candidate, the benchmark that is not held, and cash
	Cash       bool
	Candidate  bool    // named by the caller, not held
	Value      float64 // in the base currency, signed
	Price      float64 // of one piece, in the base currency; 0 where it is not known
	Rate       float64 // of its currency in the base currency
	Beta       float64 // of its return to the benchmark's; NaN without a benchmark
	// Mean is the average of past yearly returns in the base currency, over MeanDays, and
	// MeanError its standard error; NaN with less than a year of them.
	Mean, MeanError float64
	MeanDays        int
	Reason          string // why it is outside the model
}

// ErrNothingToWeigh reports a portfolio whose weights cannot be chosen.
var ErrNothingToWeigh = errors.New("weights cannot be chosen")

// The history behind a mean return: at most so many calendar days, and at least so many
// returns.
const (
	meanWindow = 5*365 + 1
	meanLeast  = tradingDays
)

// WeightModel prepares the choice of weights. Candidates are symbols that are not held but
// might be; they must be in the panel.
func (p *Prepared) WeightModel(candidates []string) (*WeightModel, error) {
	r := &p.runner
	if r.model.Reason != "" {
		return nil, fmt.Errorf("%w: %s", ErrNoModel, r.model.Reason)
	}
	total := r.totalValue()
	if !(total > 0) {
		return nil, fmt.Errorf("%w: the total value is not positive, or not known", ErrNothingToWeigh)
	}
	book := *r.model.Book
	book.Holdings = append([]exante.Holding(nil), book.Holdings...)
	out := &WeightModel{Total: total, Benchmark: -1}
	base := r.Book.Base
	var places []int
	for i := range book.Holdings {
		h := &book.Holdings[i]
		if h.Cash && h.Currency == base {
			continue
		}
		w := Weighable{Symbol: h.Symbol, Cash: h.Cash, Value: h.Value, Holding: r.holding(i), Reason: r.model.Exposures[i].Reason}
		if w.Holding != nil {
			w.Instrument = w.Holding.Instrument
		}
		places, out.Assets = append(places, i), append(out.Assets, w)
	}
	add := func(symbol string, candidate bool) {
		for i := range out.Assets {
			if a := &out.Assets[i]; !a.Cash && a.Symbol == symbol {
				if !candidate {
					out.Benchmark = i
				}
				return
			}
		}
		known, ok := r.Panel.Instrument(symbol)
		if !ok {
			known = instrument.Instrument{Symbol: symbol, Currency: base}
		}
		major, _ := known.Currency.Major()
		h := exante.Holding{Symbol: symbol, Asset: symbol, Value: 1, Currency: major, Sector: known.Sector, Country: known.Country, Class: string(known.Class)}
		if len(r.Book.Splits(symbol)) > 0 {
			h.Series = r.totalReturn(symbol)
		}
		places, book.Holdings = append(places, len(book.Holdings)), append(book.Holdings, h)
		out.Assets = append(out.Assets, Weighable{Symbol: symbol, Instrument: known, Candidate: candidate})
		if !candidate {
			out.Benchmark = len(out.Assets) - 1
		}
	}
	for _, symbol := range candidates {
		add(symbol, true)
	}
	if r.Benchmark != "" {
		add(r.Benchmark, false)
	}
	model := exante.NewModel(&book)
	if model.Reason != "" {
		return nil, fmt.Errorf("%w: %s", ErrNoModel, model.Reason)
	}
	days := model.Days()
	out.From, out.To, out.Days = days[0], days[len(days)-1], len(days)-1
	out.Covariance = model.ReturnCovariance(places)
	for _, row := range out.Covariance {
		for j := range row {
			row[j] *= tradingDays
		}
	}
	for k, i := range places {
		out.Assets[k].Reason = model.Exposures[i].Reason
		r.weighable(&out.Assets[k])
	}
	out.betas()
	r.riskFreeOf(out)
	return out, nil
}

// weighable fills in what a piece costs and what it returned.
func (r *runner) weighable(w *Weighable) {
	w.Mean, w.MeanError, w.Rate = math.NaN(), math.NaN(), 1
	if w.Cash {
		return
	}
	if w.Holding != nil {
		if h := w.Holding; h.Value.Known() && !h.Quantity.IsZero() {
			w.Price = h.worth.Float64() / h.Quantity.Float64()
			w.Rate = h.Rate.Or(money.One).Float64()
		}
	} else if worth := r.valuer.Holding(w.Symbol, money.One, r.AsOf); worth.Known {
		w.Price, w.Rate = worth.Amount.Float64(), worth.Rate.Or(money.One).Float64()
	}
	if w.Instrument.Class == instrument.Option || w.Instrument.Class == instrument.Private {
		return
	}
	w.Mean, w.MeanError, w.MeanDays = r.meanReturn(w.Symbol, w.Instrument)
}

// meanReturn is the arithmetic mean of the daily total returns in the base currency, for a
// year of trading days, with the standard error that their spread gives it.
func (r *runner) meanReturn(symbol string, known instrument.Instrument) (mean, deviation float64, n int) {
	s := r.totalReturn(symbol)
	if s == nil {
		return math.NaN(), math.NaN(), 0
	}
	major, _ := known.Currency.Major()
	var rates []float64
	if major != "" && major != r.Book.Base {
		conversion, err := r.Panel.Conversion(major, r.Book.Base)
		if err != nil {
			return math.NaN(), math.NaN(), 0
		}
		rates = conversion.Filled(s.Dates)
	}
	returns := pastReturns(s, rates, r.AsOf-meanWindow, r.AsOf)
	if len(returns) < meanLeast {
		return math.NaN(), math.NaN(), len(returns)
	}
	sum, squares := 0.0, 0.0
	for _, x := range returns {
		sum += x
	}
	mean = sum / float64(len(returns))
	for _, x := range returns {
		squares += float64((x - mean) * (x - mean))
	}
	deviation = math.Sqrt(squares/float64(len(returns)-1)) / math.Sqrt(float64(len(returns)))
	return mean * tradingDays, deviation * tradingDays, len(returns)
}

// pastReturns are the returns of a series, times its exchange rate where one is given, on
// the days in (from, to].
func pastReturns(s *market.Series, rates []float64, from, to date.Date) (out []float64) {
	before := math.NaN()
	for i, day := range s.Dates {
		if day > to {
			break
		}
		v := s.Values[i]
		if rates != nil {
			v *= rates[i]
		}
		if day > from && before > 0 && v-v == 0 {
			out = append(out, v/before-1)
		}
		before = v
	}
	return out
}

// betas are those to the benchmark, of the model.
func (w *WeightModel) betas() {
	for i := range w.Assets {
		w.Assets[i].Beta = math.NaN()
		if b := w.Benchmark; b >= 0 && w.Covariance[b][b] > 0 && w.Assets[i].Reason == "" {
			w.Assets[i].Beta = w.Covariance[i][b] / w.Covariance[b][b]
		}
	}
}

// riskFreeOf reads the rate of the as-of day.
func (r *runner) riskFreeOf(w *WeightModel) {
	if s := r.Panel.Rate(r.RiskFree); s != nil {
		if rate, _, ok := s.At(r.AsOf); ok {
			w.RiskFree = rate
			return
		}
	}
	w.Reasons = append(w.Reasons, "no risk-free rate is stored: it counts as 0")
}
