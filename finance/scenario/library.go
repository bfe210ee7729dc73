package scenario

import (
	"slices"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/factor"
)

// Library is the scenarios that every book is asked: those of typed shocks, then the
// replays. Moves of styles are beyond the market and the styles before them, so the
// ones named after 2000, 2008 and 2020 are sketches in these terms; the replays are
// what happened. Sector scenarios are made for a book, by Sectors.
func Library() []Scenario { return append(typed(), Replays()...) }

const sketch = "A sketch in round numbers; styles move beyond the market. The replay of the same days is what happened."

// typed are the scenarios of fixed shocks.
func typed() []Scenario {
	on := func(name string, move float64) Shock { return Shock{ShockFactor, name, move} }
	market := func(move float64) []Shock { return []Shock{on(factor.Market, move)} }
	yields := func(move float64) []Shock { return []Shock{{ShockCurve, "", move}} }
	const none = ""
	return []Scenario{
		{"market_up_5", "Market +5%", KindMarket, Base, market(0.05), nil, false, none},
		{"market_down_5", "Market −5%", KindMarket, Base, market(-0.05), nil, false, none},
		{"rates_up_50bp", "Yields +50 bp", KindRates, Base, yields(0.005), nil, false, none},
		{"rates_down_50bp", "Yields −50 bp", KindRates, Base, yields(-0.005), nil, false, none},
		{"market_up_10", "Market +10%", KindMarket, Moderate, market(0.10), nil, false, none},
		{"market_down_10", "Market −10%", KindMarket, Moderate, market(-0.10), nil, false, none},
		{"market_crash_35", "Market crash −35%", KindMarket, Severe, market(-0.35), nil, false, none},
		{"market_rally_25", "Market rally +25%", KindMarket, Severe, market(0.25), nil, false, none},
		{"rates_up_25bp", "Yields +25 bp", KindRates, Mild, yields(0.0025), nil, false, none},
		{"rates_down_25bp", "Yields −25 bp", KindRates, Mild, yields(-0.0025), nil, false, none},
		{"rates_up_100bp", "Yields +100 bp", KindRates, Moderate, yields(0.01), nil, false, none},
		{"rates_down_100bp", "Yields −100 bp", KindRates, Moderate, yields(-0.01), nil, false, none},
		{"rate_spike_300bp", "Yields +300 bp", KindRates, Severe, yields(0.03), nil, false, none},
		{"value_rotation_20", "Value rotation", KindStyles, Moderate, []Shock{on(factor.Value, 0.20), on(factor.Growth, -0.10)}, nil, false, none},
		{"growth_rally_15", "Growth rally", KindStyles, Moderate, []Shock{on(factor.Growth, 0.15), on(factor.Momentum, 0.10)}, nil, false, none},
		{"small_cap_outperformance_10", "Small caps lead", KindStyles, Mild, []Shock{on(factor.Size, 0.10)}, nil, false, none},
		{"quality_flight_12", "Flight to quality", KindStyles, Mild, []Shock{on(factor.Quality, 0.12), on(factor.Market, -0.05)}, nil, false, none},
		{"vix_spike_150", "Volatility spike", KindVolatility, Severe, []Shock{on(factor.LowVolatility, -0.25), on(factor.Market, -0.15)}, nil, false,
			"The market and low-volatility shares fall; implied volatilities rise as is usual then."},
		{"liquidity_crisis", "Liquidity crisis", KindVolatility, Severe,
			[]Shock{on(factor.Market, -0.20), on(factor.LowVolatility, -0.30), on(factor.Quality, 0.15), on(factor.Size, -0.10)}, nil, false, none},
		{"financial_crisis_2008", "2008, sketched", KindMarket, Extreme,
			[]Shock{on(factor.Market, -0.45), on(factor.Value, -0.30), on(factor.Size, -0.25), on(factor.Quality, 0.20), on(factor.LowVolatility, -0.35)}, nil, false, sketch},
		{"covid_crash_2020", "March 2020, sketched", KindMarket, Extreme,
			[]Shock{on(factor.Market, -0.35), on(factor.Growth, 0.15), on(factor.Value, -0.40), on(factor.Size, -0.30), on(factor.Quality, 0.10)}, nil, false, sketch},
		{"dotcom_crash_2000", "2000 to 2002, sketched", KindMarket, Extreme,
			[]Shock{on(factor.Market, -0.45), on(factor.Growth, -0.60), on(factor.Value, 0.20), on(factor.Momentum, -0.50), on(factor.Quality, 0.15)}, nil, false,
			"A sketch in round numbers; styles move beyond the market."},

		{"implied_volatility_up_50", "Implied volatility +50%, prices flat", KindVolatility, Moderate, []Shock{{ShockVolatility, "", 0.5}}, nil, true,
			"Only options change in value: nothing else moves along."},
		{"credit_spreads_up_150bp", "Credit spreads +150 bp", KindCredit, Severe, []Shock{on(factor.Credit, -0.12)}, nil, false,
			"Investment grade at a spread duration of eight years: 150 bp cost 12% against governments."},
		{"high_yield_spreads_up_500bp", "High-yield spreads +500 bp", KindCredit, Severe, []Shock{on(factor.HighYield, -0.175)}, nil, false,
			"High yield at a spread duration of three and a half years: 500 bp cost 17.5% against governments."},
		{"dollar_up_5", "Dollar +5%", KindCurrency, Mild, []Shock{{ShockCurrency, "USD", 0.05}}, nil, false,
			"For a book kept in dollars: against every other currency."},
		{"dollar_down_5", "Dollar −5%", KindCurrency, Mild, []Shock{{ShockCurrency, "USD", -0.05}}, nil, false,
			"For a book kept in dollars: against every other currency."},
		{"short_squeeze_25", "Short squeeze +25%", KindMarket, Severe, []Shock{{ShockSide, "short", 0.25}}, nil, true,
			"What is held short rises by a quarter; the rest stays."},
	}
}

// Replays are stretches of the past with large moves, from close to close.
func Replays() []Scenario {
	list := []struct {
		id, name, from, to string
		severity           Severity
		note               string
	}{
		{"replay_2008", "Financial crisis, September 2008 to March 2009", "2008-09-12", "2009-03-09", Extreme, "From the last close before Lehman Brothers failed to the market's low."},
		{"replay_2011", "Downgrade, July to August 2011", "2011-07-22", "2011-08-08", Severe, "Debt ceiling, euro area, and the downgrade of the United States."},
		{"replay_2018", "Fourth quarter of 2018", "2018-09-20", "2018-12-24", Severe, "From the market's high to its low on Christmas Eve."},
		{"replay_2020", "Covid crash, February to March 2020", "2020-02-19", "2020-03-23", Extreme, "From the market's high to its low."},
		{"replay_2022", "Inflation and rates, 2022", "2022-01-03", "2022-10-12", Severe, "Shares and bonds fell together."},
		{"replay_2025", "Tariffs, April 2025", "2025-04-02", "2025-04-08", Severe, "The four sessions after the announcement."},
	}
	out := make([]Scenario, len(list))
	for i, r := range list {
		out[i] = Scenario{ID: r.id, Name: r.name, Kind: KindReplay, Severity: r.severity, Note: r.note,
			Replay: &Replay{Name: r.id, From: date.MustParse(r.from), To: date.MustParse(r.to)}}
	}
	return out
}

// Sectors are scenarios in which one sector that the book holds returns move, a
// sector a scenario, in alphabetical order.
func Sectors(book *Book, move float64) (out []Scenario) {
	var names []string
	for _, p := range book.Positions {
		if p.Asset >= 0 {
			if s := book.Assets[p.Asset].Sector; s != "" && !slices.Contains(names, s) {
				names = append(names, s)
			}
		}
	}
	slices.Sort(names)
	for _, s := range names {
		out = append(out, Scenario{ID: "sector_" + slug(s), Name: s + percent(move), Kind: KindSector, Severity: Severe,
			Shocks: []Shock{{ShockSector, s, move}}, Note: "Its holdings all return this; the rest moves as is usual then."})
	}
	return out
}
