package analysis

import (
	"fmt"
	"math"
	"strings"

	"github.com/foliosight/foliosight/finance/exante"
	"github.com/foliosight/foliosight/finance/factor"
	"github.com/foliosight/foliosight/finance/risk"
)

var rootYear = math.Sqrt(tradingDays)

// factorLabels name factors for a reader.
var factorLabels = map[string]string{
	factor.Market: "Market", factor.Size: "Size", factor.Value: "Value", factor.Momentum: "Momentum", factor.Quality: "Quality",
	factor.LowVolatility: "Low volatility", factor.Growth: "Growth", factor.Rates: "10-year yield", factor.Credit: "Credit",
	factor.HighYield: "High yield", factor.ImpliedVolatility: "Implied volatility",
}

// FactorLabel names a factor for a reader.
func FactorLabel(name string) string {
	if c, ok := factor.CurrencyOf(name); ok {
		return c
	}
	if l, ok := factorLabels[name]; ok {
		return l
	}
	return name
}

// kindLabels name the groups of factors, in the order in which they are shown.
var kindLabels = []struct {
	kind  exante.Kind
	label string
}{{exante.KindMarket, "Market"}, {exante.KindStyle, "Styles"}, {exante.KindRates, "Interest rates"}, {exante.KindCredit, "Credit"},
	{exante.KindCurrency, "Currencies"}, {exante.KindVolatility, "Implied volatility"}}

// describeModel says what the model rests on and leaves out.
func (r *runner) describeModel(out *ExAnte) {
	m, d := r.model, &out.Model
	d.Reason = m.Reason
	if note := m.Book.Market.Note; note != "" {
		d.Notes = append(d.Notes, note)
	}
	for _, x := range m.Book.Market.Missing {
		d.Notes = append(d.Notes, fmt.Sprintf("without the factor %s: %s", strings.ToLower(FactorLabel(x.Factor)), x.Why))
	}
	d.Notes = append(d.Notes, m.Unmoved...)
	d.Covered = Unknown(Fraction, r.AsOf, "model_coverage", "nothing is held")
	if m.Gross > 0 {
		d.Covered = Measure(m.Covered/m.Gross, Fraction, r.AsOf, "model_coverage")
		var unpriced []string
		for i := range r.out.Holdings {
			if h := &r.out.Holdings[i]; !h.Value.Known() {
				unpriced = append(unpriced, h.Symbol)
			}
		}
		if len(unpriced) > 0 {
			d.Covered = d.Covered.With(Partial, "without "+list(unpriced)+", whose value is not known")
		}
	}
	d.R2 = r.unmodelled(Fraction, "model_r2")
	for i := range m.Exposures {
		e := &m.Exposures[i]
		switch {
		case e.Reason != "":
			d.LeftOut = append(d.LeftOut, LeftOut{Symbol: m.Book.Holdings[i].Symbol, Reason: e.Reason, Value: r.behind(i)})
		case e.Asset != nil && e.Asset.Known < len(e.Asset.Returns)*9/10:
			d.Limited = append(d.Limited, m.Book.Holdings[i].Symbol)
		}
	}
	if m.Reason != "" {
		return
	}
	days := m.Days()
	d.From, d.To, d.Days = days[0], days[len(days)-1], len(days)-1
	d.Condition = m.Book.Market.Design.Condition
	for k, f := range m.Factors {
		d.Factors = append(d.Factors, ModelFactor{Key: f.Name, Label: FactorLabel(f.Name), Kind: string(f.Kind), Proxy: f.Proxy,
			Volatility: Measure(math.Sqrt(m.Factor.Covariance[k][k])*rootYear, Fraction, r.AsOf, "factor_volatility")})
	}
	if m.Parts.Variance() > 0 {
		d.R2 = r.modelled(1-m.SpecificShare(), Fraction, "model_r2")
	}
}

// modelled makes a figure of the model, with what the model leaves out.
func (r *runner) modelled(x float64, unit Unit, method string) Figure {
	var f Figure
	if unit == r.unit() {
		f = r.measured(x, method)
	} else {
		f = Measure(x, unit, r.AsOf, method)
	}
	d := &r.out.ExAnte.Model
	f = f.From("Days of history", itoa(d.Days)).From("From", d.From.String()).From("To", d.To.String())
	return r.qualified(f)
}

// qualified adds what the model leaves out or estimates.
func (r *runner) qualified(f Figure) Figure {
	f = doubted(f, r.doubtsOfHistory(r.out.ExAnte.Model.From)...)
	if r.hasOptions() {
		f = f.With(Estimated, r.deltaReason())
	}
	var names []string
	for _, o := range r.out.ExAnte.Model.LeftOut {
		names = append(names, o.Symbol)
	}
	if len(names) > 0 {
		f = f.With(Partial, "without "+list(names)+", outside the factor model")
	}
	for _, why := range r.model.Unmoved {
		f = f.With(Partial, "without the risk of a currency: "+why)
	}
	return f
}

func (r *runner) hasOptions() bool {
	for _, p := range r.options {
		if p.why == "" && !p.expired {
			return true
		}
	}
	return false
}

// unmodelled is a figure that the lack of a model makes unknown.
func (r *runner) unmodelled(unit Unit, method string) Figure {
	why := r.model.Reason
	if why == "" {
		why = "the holdings do not vary"
	}
	return Unknown(unit, r.AsOf, method, why)
}

// ofTotal is money of the model as a share of the total value.
func (r *runner) ofTotal(x float64, method string) Figure {
	if v := r.totalValue(); v > 0 {
		return r.modelled(x/v, Fraction, method)
	}
	return Unknown(Fraction, r.AsOf, method, "the total value is not positive")
}

// factors are the exposures with their intervals.
func (r *runner) factors(out *ExAnte) {
	m := r.model
	if m.Reason != "" {
		return
	}
	errors, err := m.Errors()
	value, variance := r.totalValue(), m.Parts.Variance()
	for k, f := range m.Factors {
		row := Factor{Key: f.Name, Label: FactorLabel(f.Name), Kind: string(f.Kind)}
		x := m.Parts.Exposure[k]
		row.Money = r.modelled(x, r.unit(), "factor_money")
		row.Beta = r.ofTotal(x, "factor_beta")
		row.Beta.Unit = Ratio
		row.Share = r.unmodelled(Fraction, "factor_share")
		if variance > 0 {
			row.Share = r.modelled(m.FactorShare(k), Fraction, "factor_share")
		}
		if e := errors[k]; err == nil && e > 0 && value > 0 {
			row.Low, row.High = r.modelled((x-1.959963984540054*e)/value, Ratio, "factor_interval"), r.modelled((x+1.959963984540054*e)/value, Ratio, "factor_interval")
			row.T = r.modelled(x/e, Ratio, "factor_t")
			row.Significant = math.Abs(x/e) >= 2
		} else {
			why := "it is held, not estimated"
			if f.Kind != exante.KindCurrency && f.Kind != exante.KindVolatility {
				why = "the regression leaves nothing to judge it by"
			}
			for _, u := range []*Figure{&row.Low, &row.High} {
				*u = Unknown(Ratio, r.AsOf, "factor_interval", why)
			}
			row.T = Unknown(Ratio, r.AsOf, "factor_t", why)
		}
		out.Factors = append(out.Factors, row)
	}
}

// sources are the groups of factors and the sectors.
func (r *runner) sources(out *ExAnte) {
	m := r.model
	if m.Reason != "" || m.Parts.Variance() == 0 {
		out.Sources.Total = r.unmodelled(Fraction, "model_volatility")
		return
	}
	out.Sources.Total = r.ofTotal(m.Volatility()*rootYear, "model_volatility")
	for _, group := range kindLabels {
		share, any := 0.0, false
		for k, f := range m.Factors {
			if f.Kind == group.kind {
				share += m.FactorShare(k)
				any = true
			}
		}
		if !any {
			continue
		}
		alone := m.FactorsAlone(func(k int) bool { return m.Factors[k].Kind == group.kind })
		out.Sources.ByFactor = append(out.Sources.ByFactor, r.source(group.label, alone, share))
	}
	specific := math.Sqrt(math.Max(m.Parts.Whole.Specific, 0))
	out.Sources.ByFactor = append(out.Sources.ByFactor, r.source("Specific to positions", specific, m.SpecificShare()))
	r.sectorSources(out)
}

func (r *runner) source(name string, deviation, share float64) Source {
	return Source{Name: name, Volatility: r.ofTotal(deviation*rootYear, "source_volatility"), Share: r.modelled(share, Fraction, "risk_share")}
}

// sectorSources groups holdings by sector, the largest share of risk first.
func (r *runner) sectorSources(out *ExAnte) {
	m := r.model
	sector := func(i int) string {
		h := &m.Book.Holdings[i]
		switch {
		case h.Cash:
			return "Cash"
		case strings.TrimSpace(h.Sector) == "":
			return "Sector unknown"
		}
		return h.Sector
	}
	shares := map[string]float64{}
	var order []string
	for i := range m.Exposures {
		if m.Exposures[i].Reason != "" {
			continue
		}
		name := sector(i)
		if _, ok := shares[name]; !ok {
			order = append(order, name)
		}
		shares[name] += m.Share(i)
	}
	sortBy(order, func(name string) float64 { return -shares[name] })
	for _, name := range order {
		if name == "Cash" && shares[name] == 0 {
			continue
		}
		alone := m.Alone(func(i int) bool { return sector(i) == name })
		out.Sources.BySector = append(out.Sources.BySector, r.source(name, alone, shares[name]))
	}
}

// parametric is value at risk and shortfall of the model, normal with mean zero.
func (r *runner) parametric(out *ExAnte) {
	for _, horizon := range []int{1, 10} {
		for _, confidence := range []float64{0.95, 0.99} {
			row := TailRow{Method: "parametric", Confidence: confidence, Horizon: horizon}
			if r.model.Reason != "" {
				row.VaR, row.ES, row.VaRShare = r.unmodelled(r.unit(), "var_parametric"), r.unmodelled(r.unit(), "es_parametric"), r.unmodelled(Fraction, "var_parametric")
			} else {
				t := risk.NormalTailOf(0, r.model.Volatility()*math.Sqrt(float64(horizon)), confidence)
				row.VaR, row.ES = r.modelled(t.VaR.Value, r.unit(), "var_parametric"), r.modelled(t.ES.Value, r.unit(), "es_parametric")
				row.VaRShare = r.ofTotal(t.VaR.Value, "var_parametric")
			}
			out.Parametric = append(out.Parametric, row)
		}
	}
}

// active is risk against the benchmark.
func (r *runner) active(out *ExAnte) {
	a := &out.Active
	if r.model.Reason != "" {
		a.TrackingError, a.Beta = r.unmodelled(Fraction, "model_tracking_error"), r.unmodelled(Ratio, "model_beta")
		return
	}
	deviation, beta, err := r.model.TrackingError()
	switch {
	case err != nil:
		a.TrackingError, a.Beta = Unknown(Fraction, r.AsOf, "model_tracking_error", err.Error()), Unknown(Ratio, r.AsOf, "model_beta", err.Error())
	case !(r.totalValue() > 0):
		a.TrackingError, a.Beta = r.ofTotal(0, "model_tracking_error"), r.ofTotal(0, "model_beta")
	default:
		a.TrackingError = r.ofTotal(deviation*rootYear, "model_tracking_error")
		a.Beta = r.modelled(beta, Ratio, "model_beta")
	}
}
