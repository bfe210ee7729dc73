package analysis

const (
	kupiec      = "Kupiec 1998, Stress testing in a value at risk framework"
	asDisplayed = "Parts are rounded so that they add up to their total as it is written."
)

// partExplanations are those of numbers that stand in an Analysis or follow from it
// without being figures of their own: cells of lists and matrices, counts, differences
// and what is put together. Pages name them as the method of the figures they show.
var partExplanations = map[string]Explanation{
	"limits_kept":  {"Limits kept", "How many of your limits hold.", "number of limits with |figure| ≤ limit", "A figure that is not known keeps no limit. Beta and volatility are those that the factor model expects of these holdings; where there is none, those of the period's returns.", "your limits and today's holdings"},
	"count":        {"Number of days", "On how many days of the window there was a return to measure.", "number of daily returns", "", "the stored prices"},
	"risk_joined":  {"Share of risk of the smaller ones", "The parts of the variance that the smaller ones add, together.", "Σ covariance with the portfolio / variance", "Shares sum to one.", grinold},
	"risk_total":   {"All of the risk", "The shares of all parts.", "Σ shares of the variance", asDisplayed, grinold},
	"factor_per":   {"Exposure in the table", "The exposure as the table counts it: of a yield for a rise of one percentage point.", "Σ exposure × beta of the holding / total value × size of the move", modelDays, grinold},
	"pair":         {"Correlation of the pair", "How closely the daily returns of the two holdings move together; −1 to 1.", "cov / (sd × sd)", "Pearson, on daily total returns in the base currency, on the days that both have.", modelPrice},
	"condition":    {"Condition number", "How hard the factors are to tell apart: beyond about 30 their betas are not to be relied on one by one.", "largest / smallest singular value of the factors' moves, each scaled to length one", "The intercept left out.", "Belsley, Kuh and Welsch 1980"},
	"breaches":     {"Breaches", "On how many days the loss was larger than the value at risk stated the day before.", "number of days with return < −VaR of the day before", "", jorion},
	"past_return":  {"Return of the day", "What today's holdings would have gained or lost on that day.", "Σ value × total return of the day / total value", "Today's holdings put back onto history; options priced anew.", modelPrice},
	"past_var":     {"Value at risk stated for the day", "The loss that was said, the day before, not to be exceeded.", "quantile of what was known until the day before", "One day; positive is a loss.", jorion},
	"past_beyond":  {"Beyond the value at risk", "By how much the loss of the day exceeded what had been stated.", "return of the day + VaR of the day before", "In percentage points of the value.", jorion},
	"others_added": {"The smaller ones together", "What these lines add up to.", "Σ of the lines", "Each line is explained where it stands by itself.", bookingsAndPrices},

	"simulated_paths": {"Paths that ended there", "How many of the simulated paths ended with a gain or loss between these bounds.", "number of paths with from ≤ gain or loss < up to", "The outermost bounds hold all that lies beyond.", jorion},
	"simulated_rest":  {"Part of the others", "The mean loss of all other holdings on the paths of the tail.", "Σ means of their losses on the tail's paths", "With the holdings that are shown it adds up to the expected shortfall.", jorion},

	"month_excess":     {"Ahead in the month", "How far the return of the month lies above or below the benchmark's.", "return of the month − return of the benchmark", "In percentage points.", bacon},
	"year_excess":      {"Ahead in the year", "How far the return of the year lies above or below the benchmark's.", "return of the year − return of the benchmark", "In percentage points.", bacon},
	"drawdown_depth":   {"Depth of the fall", "How far the portfolio fell from its peak before it recovered, payments taken out.", "growth at the lowest / growth at the peak − 1", "From daily closes; negative.", bacon},
	"drawdown_days":    {"Length of the fall", "How long it took from the peak until it was reached again, or until now.", "day of recovery − day of the peak", "Calendar days.", bacon},
	"difference_group": {"Part of a side of the book", "What the holdings of this side added to the change in value: realised and unrealised, income and costs apart.", "Σ realised + Σ unrealised", "What was held at the start counts from its value then.", bookingsAndPrices},
	"difference_costs": {"Fees and taxes", "What fees and taxes took from the value.", "−(Σ fees + Σ taxes)", "Refunds taken off.", yourBookings},
	"difference_gain":  {"Income", "Dividends, coupons and interest of the period, before taxes.", "Σ dividends + Σ interest", "", yourBookings},
	"difference_rest":  {"Other gains", "What belongs to no side of the book that is shown.", "realised + unrealised − Σ of the sides", "", bookingsAndPrices},
	"contribution_sum": {"Currency and both together", "What the move of the exchange rate added: on what was held overnight, and on the gains of the day.", "currency part + part of both together", "Linked as the contribution.", bacon},

	"scenario_part":     {"Part of the gain or loss", "What this position, sector or factor would gain or lose in the scenario.", "value × Σ betas × moves; options and bonds priced anew", "Factors that are not shocked move as expected, given those that are. " + asDisplayed, kupiec},
	"scenario_group":    {"Part of a sector", "What the holdings of this sector would gain or lose in the scenario.", "Σ gains and losses of its holdings", asDisplayed, kupiec},
	"scenario_factor":   {"Part of a factor", "What the move of this factor alone would do to today's holdings.", "Σ exposure × beta × move of the factor", "What options, bonds and replays add beyond that stands apart. " + asDisplayed, kupiec},
	"scenario_value":    {"Value before", "What the position is worth today, in the base currency.", "quantity × price × contract size × exchange rate", asDisplayed, bookingsAndPrices},
	"scenario_move":     {"Move of the position", "What the position would gain or lose as a share of its own value.", "gain or loss / value", "", kupiec},
	"scenario_shock":    {"Move that is fixed", "How far the scenario moves this: it is given, not estimated.", "as the scenario says", "Of yields the change, in basis points; of volatilities and prices the change as a share.", "the scenario's own definition"},
	"scenario_implied":  {"Move that follows", "How far this is expected to move, given what is shocked.", "E(move | shocks) = Σ₂₁ Σ₁₁⁻¹ shocks", "Conditional expectation under the daily covariance of the factors.", kupiec},
	"scenario_path":     {"Since the start of the replay", "What today's holdings would have gained or lost until that day, as a share of today's value.", "Σ value × (growth since the start − 1) / total value", "Prices of those days; what did not trade then moves by its betas.", modelPrice},
	"what_if_change":    {"Difference that the trades make", "The figure after the trades less the figure as it is, as both are written.", "after − now", "As if traded at the close of the last day with prices.", "your transactions, the trades that are tried and the stored prices"},
	"allocation_weight": {"Weight of the group", "What is held in this sector or currency as a share of the total value.", "Σ value / total value", "Of the net value: shorts are negative. Rounded to basis points so that all add up to one.", bookingsAndPrices},
	"not_held":          {"Nothing is held", "There is none of it, so its figure is zero.", "0", "", yourBookings},
}
