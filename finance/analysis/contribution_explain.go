package analysis

// contributionExplanations are those of contributions, keyed by Figure.Method.
var contributionExplanations = map[string]Explanation{
	"contribution":          {"Contribution to the return", "What it added to the time-weighted return of the portfolio. All contributions add up to that return.", "Σ days: gain of the day / (value before + inflow) of the portfolio × k of the day / k of the period, k = ln(1 + r) / r", "Days are linked after Carino; where everything was lost on a day, after Frongello. Income and costs of a holding are in its gain, taxes with cash.", "Carino, Combining Attribution Effects Over Time, 1999; Frongello 2002"},
	"contribution_weight":   {"Mean weight", "How much of the portfolio's capital worked in it, on the mean of the days.", "mean of (value before + inflow) / (value before + inflow of the portfolio)", "A short position is negative.", bacon},
	"contribution_return":   {"Return of the holding", "What it earned on its own capital over the days on which it had some.", "Π (1 + gain / capital) − 1", "Of a short position: positive where money was made.", bacon},
	"contribution_gain":     {"Gain of the holding", "What it earned in money on the days that the return counts.", "Σ value − value before − inflow + outflow", "Dividends and fees of the holding are in it.", bookingsAndPrices},
	"contribution_local":    {"Of that, in its own currency", "What would have been added had exchange rates stood still.", "(gain − value before × move of the currency) / (1 + move of the currency), linked as the contribution", "The three parts add up to the contribution.", bacon},
	"contribution_fx":       {"Of that, currency", "What the move of its currency did to what was held overnight.", "value before × move of the currency, linked as the contribution", "The three parts add up to the contribution.", bacon},
	"contribution_cross":    {"Of that, both together", "What the move of the currency did to the gain of the day.", "local gain × move of the currency, linked as the contribution", "The three parts add up to the contribution.", bacon},
	"contribution_unlinked": {"Gained outside the return", "What was gained on days on which no capital was invested, which neither the return nor the contributions hold.", "Σ gains of days without a return", "", bookingsAndPrices},
}
