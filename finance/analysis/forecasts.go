package analysis

import (
	"fmt"

	"github.com/foliosight/foliosight/finance/risk"
	"github.com/foliosight/foliosight/finance/volatility"
)

// VolatilityForecast is what one model says of the coming days.
type VolatilityForecast struct {
	Model string           `json:"model"` // sample, ewma, garch, gjr, har
	Says  string           `json:"says"`  // what it forecasts, for a reader
	Terms []VolatilityTerm `json:"terms"`
}

// VolatilityTerm is the mean volatility of the next so many days, a year.
type VolatilityTerm struct {
	Days       int    `json:"days"`
	Volatility Figure `json:"volatility"`
}

// forecastDays are the horizons of a forecast.
var forecastDays = []int{1, 5, 21, 63}

// Forecasts fits models of volatility to the history of today's holdings. It takes some
// milliseconds, so it is asked for apart.
func (p *Prepared) Forecasts() []VolatilityForecast {
	out, _ := p.ForecastsUntil(func() bool { return false }) // is never told to stop
	return out
}

// ForecastsUntil gives up with risk.ErrStopped when stop, asked before each model, says so.
func (p *Prepared) ForecastsUntil(stop func() bool) ([]VolatilityForecast, error) {
	r := p.runner
	value, why := r.totalValue(), ""
	switch {
	case value <= 0:
		why = "the total value is not positive"
	case len(r.pnl) < tailMinimum:
		why = fmt.Sprintf("%d days of history, at least %d are needed", len(r.pnl), tailMinimum)
	}
	returns := make([]float64, len(r.pnl))
	for i, x := range r.pnl {
		returns[i] = x / value
	}
	most := forecastDays[len(forecastDays)-1]
	models := []struct {
		model, says string
		fit         func() (volatility.Forecast, risk.Reason)
	}{
		{"sample", "the same volatility for ever: the mean of the window", func() (volatility.Forecast, risk.Reason) {
			m, reason := volatility.Sample(returns)
			return m.Forecast(most), reason
		}},
		{"ewma", "the last days' volatility, for ever (decay 0.94)", func() (volatility.Forecast, risk.Reason) {
			m, reason, err := volatility.EWMA(returns, volatility.DailyDecay)
			if err != nil { // the decay is a constant
				panic("analysis: " + err.Error())
			}
			return m.Forecast(most), reason
		}},
		{"garch", "variance that returns to its long-run level", func() (volatility.Forecast, risk.Reason) {
			m, reason := volatility.FitGARCH(returns)
			return m.Forecast(most), reason
		}},
		{"gjr", "the same, with falls counting more than rises", func() (volatility.Forecast, risk.Reason) {
			m, reason := volatility.FitGJR(returns)
			return m.Forecast(most), reason
		}},
		{"har", "squared daily returns from those of the last day, week and month", func() (volatility.Forecast, risk.Reason) {
			m, reason := volatility.FitHAR(returns)
			if reason != "" {
				return nil, reason
			}
			return m.Forecast(most), ""
		}},
	}
	var out []VolatilityForecast
	for _, m := range models {
		row := VolatilityForecast{Model: m.model, Says: m.says}
		if stop() {
			return nil, fmt.Errorf("before %s: %w", m.model, risk.ErrStopped)
		}
		var forecast volatility.Forecast
		reason := risk.Reason("")
		if why == "" {
			forecast, reason = m.fit()
		}
		for _, days := range forecastDays {
			f := Unknown(Fraction, r.AsOf, "volatility_forecast", why)
			switch {
			case why != "":
			case reason != "":
				f = Unknown(Fraction, r.AsOf, "volatility_forecast", riskReason(reason))
			default:
				f = r.historical(forecast.Annual(days, tradingDays), "volatility_forecast")
			}
			row.Terms = append(row.Terms, VolatilityTerm{days, f})
		}
		out = append(out, row)
	}
	return out, nil
}
