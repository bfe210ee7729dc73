package analysis

// weightExplanations are those of figures about weights that are chosen: of proposals.
var weightExplanations = map[string]Explanation{
	"expected_return":   {"Expected return", "What it is expected to return in a year. Nobody knows it: an equilibrium, your own views, or a mean of the past stands in.", "risk-free rate + beta × premium of the benchmark; moved by views; or mean of daily returns × 252", "The premium is 2.5 times the benchmark's variance unless you say what you expect. A mean of the past is that of up to five years; its standard error is a few times the difference it is used for.", "He and Litterman 1999, The intuition behind Black–Litterman model portfolios"},
	"expected_sharpe":   {"Sharpe ratio, expected", "Expected return over cash for one unit of volatility.", "(expected return − risk-free rate) / volatility", "Both a year; the volatility is the factor model's.", "Sharpe 1994"},
	"proposed_weight":   {"Proposed weight", "The weight that serves the objective best within the constraints, or what whole shares and the least trade make of it.", "", "Of the net value; shorts are negative.", "Markowitz 1952; the objective's own source stands in the guide"},
	"proposed_gross":    {"Gross exposure", "Longs and shorts together, as a share of the value.", "Σ |value| / total value", "", bookingsAndPrices},
	"proposed_cash":     {"Cash", "The share of the value that is cash in the base currency.", "1 − Σ weights", "", bookingsAndPrices},
	"proposed_turnover": {"Turnover", "Half of what is bought and sold, as a share of the value.", "(Σ purchases + Σ sales) / 2 / total value", "", bookingsAndPrices},
	"trading_costs":     {"Cost of the trades", "What the trades cost, by the fee and the rate that you gave.", "Σ (fee + rate × |value|)", "Taken from the cash.", "the costs that you gave"},
	"proposed_gain":     {"Gain that is realised", "What the lots that are closed gain.", "Σ (price − cost of a piece) × pieces", "In the base currency at the rate of the purchase; of a short sale the other way round.", bookingsAndPrices},
	"proposed_tax":      {"Tax on what is realised", "What the realised gains are taxed at, by the rates that you gave.", "short-term rate × short-term gain + long-term rate × long-term gain", "Losses are set against gains; a loss in all is taxed at nothing. Allowances, wash sales and other income are not known here.", "the rates that you gave"},
}
