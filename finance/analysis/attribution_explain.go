package analysis

// brinson is the source of the effects.
const brinson = "Brinson and Fachler 1985; Brinson, Hood and Beebower 1986; Carino 1999; Menchero 2000"

// attributionExplanations are those of attributions, keyed by Figure.Method.
var attributionExplanations = map[string]Explanation{
	"attribution":                  {"Attribution", "Where the return over the benchmark came from.", "Σ effects = portfolio − benchmark", "Day by day with the weights at the start of the day, linked.", brinson},
	"attribution_portfolio":        {"Return of the portfolio", "Its time-weighted return over the days that are attributed.", "Π (1 + return of the day) − 1", "", bacon},
	"attribution_benchmark":        {"Return of the benchmark", "Its return over the same days.", "Π (1 + return of the day) − 1", "", bacon},
	"attribution_active":           {"Active return", "What the portfolio returned over the benchmark.", "portfolio − benchmark", "Of the compounded returns; all effects add up to it.", bacon},
	"attribution_unmatched":        {"What the sectors miss", "By how much the benchmark's own return is above that of its sectors, a year.", "mean of (benchmark − Σ weight × return of the sector) × 252", "Each sector's return is moved by it, so that the sectors add up to the benchmark: allocation stays as it is, selection bears it.", brinson},
	"attribution_weight":           {"Mean weight in the portfolio", "How much of the portfolio's capital worked in it, on the mean of the days.", "mean of (value before + inflow) / capital of the portfolio", "A short position is negative.", bacon},
	"attribution_benchmark_weight": {"Weight in the benchmark", "The share of the benchmark's value in it.", "weight of the list of holdings, carried on and back with the sectors' returns", "Mean over the days, or of the list's own day where said.", brinson},
	"attribution_allocation":       {"Allocation", "What came from holding more or less of it than the benchmark.", "(weight − benchmark weight) × (sector's return − benchmark's return)", "In the model of Brinson, Hood and Beebower without the benchmark's return.", brinson},
	"attribution_selection":        {"Selection", "What came from holding other things within it.", "benchmark weight × (own return in it − sector's return)", "By currency with interaction: own weight × the difference.", brinson},
	"attribution_interaction":      {"Interaction", "What came from both together.", "(weight − benchmark weight) × (own return in it − sector's return)", "", brinson},
	"attribution_exchange":         {"Exchange rates", "What came from holding more or less of the currency than the benchmark, with what exchange rates did to local returns.", "(weight − benchmark weight) × (move of the currency − the benchmark's) + difference of weight × local return × move", "Of the split by currency only.", "Karnosky and Singer 1994"},
	"attribution_total":            {"Effect", "What it added to the return over the benchmark.", "allocation + selection + interaction (+ exchange rates)", "All rows add up to the active return.", brinson},
}
