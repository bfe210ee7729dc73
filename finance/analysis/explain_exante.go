package analysis

const (
	grinold    = "Grinold and Kahn, Active Portfolio Management, 2nd ed., chapter 3"
	hull       = "Hull, Options, Futures and Other Derivatives"
	modelDays  = "Betas by least squares on all factors at once and the factors' sample covariance, both on the last 252 trading days; what factors leave is unrelated between names."
	modelPrice = "the stored prices and today's holdings"
)

// exAnteExplanations are those of the risk of today's holdings, keyed by Figure.Method.
var exAnteExplanations = map[string]Explanation{
	"model_coverage":       {"Covered by the model", "The share of the gross exposure whose risk the factor model knows.", "Σ |modelled exposure| / Σ |exposure|", "Options with their delta-adjusted exposure. What is left out is named with its reason.", modelPrice},
	"model_r2":             {"Explained by factors", "The share of the variance that the factors explain; the rest is specific to single positions.", "1 − specific variance / variance", modelDays, grinold},
	"model_volatility":     {"Expected volatility", "How much today's holdings are expected to vary, a year, by the factor model.", "√(x′Fx + Σ s²) × √252 / total value", modelDays, grinold},
	"model_tracking_error": {"Expected tracking error", "How much today's holdings are expected to vary against the benchmark, a year.", "√(active x′Fx + Σ active s²) × √252 / total value", "The same model, with the benchmark held short for the total value.", grinold},
	"model_beta":           {"Beta to the benchmark, of today's holdings", "How much today's holdings are expected to move for a move of the benchmark.", "cov(holdings, benchmark) / var(benchmark)", "From the factor model; the realised beta measures the portfolio as it was.", grinold},
	"factor_volatility":    {"Volatility of the factor", "How much the factor itself moves, a year.", "standard deviation of daily moves × √252", "Of a yield: the change of the yield.", modelPrice},
	"factor_beta":          {"Exposure to the factor", "How much the total value moves for a move of the factor by one.", "Σ exposure × beta of the holding / total value", modelDays + " For the yield: the return for a change of one hundred percentage points, about minus the duration.", grinold},
	"factor_money":         {"Exposure in money", "The money that moves with the factor.", "Σ exposure × beta of the holding", modelDays, grinold},
	"factor_interval":      {"95% interval", "Where the exposure lies with a probability of 95%, given the noise of the regression.", "exposure ± 1.96 × standard error", "Errors robust to unequal variance and autocorrelation (Newey and West), of the regression of the holdings' history.", "Newey and West 1987"},
	"factor_t":             {"t-statistic", "How many standard errors the exposure lies away from zero; beyond two it is hardly chance.", "exposure / standard error", "Of a single holding: the classical error.", "Newey and West 1987"},
	"factor_share":         {"Share of risk", "The part of the variance that the exposure to this factor adds; negative: it hedges.", "x (F x) / variance", "With the specific part, shares sum to one.", grinold},
	"risk_share":           {"Share of risk", "The part of the variance that this adds; negative: it hedges.", "covariance with the portfolio / variance", "Shares sum to one.", grinold},
	"source_volatility":    {"Volatility alone", "How much this part alone would move the total value, a year. Parts do not add up, as they offset one another.", "√(its own variance) × √252 / total value", modelDays, grinold},
	"var_parametric":       {"Value at risk, of the factor model", "A loss that today's holdings exceed on so few days if moves are normal.", "z × √(x′Fx + Σ s²) × √days", "Mean zero; several days by the square root of time; options with delta and vega; positive is a loss.", jorion},
	"es_parametric":        {"Expected shortfall, of the factor model", "The mean loss beyond the value at risk if moves are normal.", "volatility × φ(z) / (1 − confidence) × √days", "Mean zero; positive is a loss.", jorion},
	"exposure":             {"Exposure", "The money that moves with the price: the value, of an option delta × underlying price × contract size × contracts.", "value, or delta × underlying × units", "", modelPrice},
	"component_var":        {"Part of the value at risk", "What this holding adds to the value at risk; all parts sum to it.", "share of risk × value at risk", "95%, one day, of the factor model.", "Litterman 1996, Hot spots and hedges"},
	"marginal_var":         {"Marginal value at risk", "How much the value at risk changes for one more unit of money in this holding.", "part of the value at risk / value", "95%, one day, of the factor model.", jorion},
	"incremental_var":      {"Incremental value at risk", "The value at risk with this holding less that without it, its value in cash.", "VaR − VaR without it", "95%, one day, of the factor model, computed anew without it.", jorion},
	"position_volatility":  {"Volatility of the holding", "How much this holding alone varies, a year, as a fraction of its value.", "√(its own variance) × √252 / |value|", modelDays, grinold},
	"market_beta":          {"Beta to the market", "How much this holding moves for a move of the market.", "exposure × beta / value", modelDays, grinold},
	"position_r2":          {"Explained by factors", "The share of its price's variance that the factors explain.", "1 − residual variance / variance", modelDays, grinold},

	"ewma_volatility":       {"Volatility expected tomorrow", "What the last weeks say of the next day, as a yearly figure.", "√(0.94 × variance before + 0.06 × last return²) × √252", "Of today's holdings put back onto history; recent days count most.", "RiskMetrics 1996"},
	"realised21":            {"Volatility of the last 21 days", "How much today's holdings varied over the last month, a year.", "standard deviation of 21 daily returns × √252", "Of today's holdings put back onto history.", bacon},
	"realised63":            {"Volatility of the last 63 days", "How much today's holdings varied over the last quarter, a year.", "standard deviation of 63 daily returns × √252", "Of today's holdings put back onto history.", bacon},
	"volatility_percentile": {"Against the past year", "The share of the past year's readings that lay at or below the last one.", "readings ≤ last / readings", "Readings are 21-day volatilities, one a day.", modelPrice},

	"volatility_forecast":    {"Expected volatility", "What a model says of the volatility of the coming days, as a yearly figure.", "√(mean of the expected variances × 252)", "Fitted on today's holdings put back onto history; what each model forecasts is said beside it.", "RiskMetrics 1996; Bollerslev 1986; Glosten, Jagannathan and Runkle 1993; Corsi 2009"},
	"var_simulated":          {"Value at risk, simulated", "A loss that today's holdings exceed on so few of the simulated paths.", "quantile of the profits and losses of the paths", "Factors jointly normal by the model's covariance, what is specific independent; options and bonds priced anew on every path; positive is a loss.", jorion},
	"var_simulated_interval": {"Noise of the simulation", "Where the value at risk of endless simulation lies with a probability of 95%.", "the losses at the ranks n·p ± 1.96 √(n·p·(1−p))", "", jorion},
	"es_simulated":           {"Expected shortfall, simulated", "The mean loss of the paths at or beyond the value at risk.", "mean of the losses of the tail", "Positive is a loss.", jorion},
	"es_simulated_interval":  {"Noise of the simulated shortfall", "Where the expected shortfall of endless simulation lies with a probability of 95%.", "ES ± 1.96 √((variance of the tail's losses + confidence × (ES − VaR)²) / (paths × (1 − confidence)))", "Paths count as independent; mirrored pairs make it a little smaller.", "Manistre and Hancock 2005, Variance of the CTE estimator"},
	"component_es":           {"Part of the expected shortfall", "This holding's mean loss on the paths of the tail; all parts sum to the shortfall.", "mean of its losses on the tail's paths", "", jorion},
	"simulated_mean":         {"Mean of the paths", "What the paths gain on average: what curvature adds, as factors have a mean of zero.", "Σ profit / paths", "", jorion},
	"simulated_deviation":    {"Deviation of the paths", "How much the profits of the paths vary, in money over the horizon.", "standard deviation of the profits", "", jorion},

	"expected_breaches": {"Expected breaches", "How many days the loss should have exceeded the value at risk.", "(1 − confidence) × days", "", "Kupiec 1995"},
	"kupiec_p":          {"Number of breaches", "How likely a number of breaches so far from the expected one is if the model is right. Below 0.05 the model is rejected.", "likelihood ratio of the observed share, χ² with one degree", "", "Kupiec 1995"},
	"independence_p":    {"Independence of breaches", "How likely breaches in such clusters are if the model is right. Below 0.05 the model is rejected.", "likelihood ratio of a Markov chain, χ² with one degree", "", "Christoffersen 1998"},

	"mean_correlation":      {"Mean correlation", "How closely these holdings move together, on average.", "mean of the correlations of all pairs", "Pearson, on daily total returns in the base currency, on the days that both have.", modelPrice},
	"effective_bets":        {"Effective number of bets", "Into how many independent bets the risk falls, at most the number of names.", "exp(−Σ p ln p), p the shares of minimum-torsion bets", "It says how evenly the risk is spread over what tells the names apart: equal parts of names that move alike count fully. How much they move alike is in the diversification ratio.", "Meucci, Santangelo and Deguest 2015"},
	"diversification_ratio": {"Diversification ratio", "The volatility that the names have one by one over that which they have together.", "Σ |w| σ / σ of the portfolio", "", "Choueifaty and Coignard 2008"},
	"cluster_value":         {"Value of the cluster", "What the holdings of this cluster are worth, shorts taken off, options included.", "Σ market value", "", bookingsAndPrices},
	"cluster_share":         {"Weight of the cluster", "The cluster's value as a share of the total value.", "value / total value", "", bookingsAndPrices},

	"delta":              {"Delta", "What the options gain for a move of their underlyings by 100%, in proportion.", "Σ delta × underlying price × units", "At the volatility that the option's own price implies; American where the contract is.", hull},
	"gamma":              {"Gamma", "How much the delta changes for a move of the underlyings by 1%.", "Σ gamma × underlying price² × units / 100", "", hull},
	"theta":              {"Theta", "What a calendar day that passes changes, all else equal.", "Σ theta × units / 365", "", hull},
	"vega":               {"Vega", "What one volatility point more changes.", "Σ vega × units / 100", "", hull},
	"rho":                {"Rho", "What interest rates one basis point higher change.", "Σ rho × units / 10,000", "", hull},
	"underlying_price":   {"Price of the underlying", "The last known close of what the option is on.", "last known close", "", "the stored prices"},
	"implied_volatility": {"Implied volatility", "The volatility at which the model's price is the option's own.", "model price(volatility) = price", "Black–Scholes–Merton, American where the contract is, without dividends.", "Jäckel 2015, Let's Be Rational; Andersen, Lake and Offengenden 2016"},

	"dv01":                {"DV01", "The loss for yields one basis point higher; negative is a gain.", "duration × value / 10,000", "Of a bond with known terms by its cash flows, of everything else by its fitted answer to the ten-year yield.", "Fabozzi, Bond Markets, Analysis and Strategies"},
	"regression_duration": {"Duration, fitted", "How much the price falls for a rise of the ten-year yield, in percent for a percentage point.", "−beta to the yield's change", modelDays, grinold},
	"bond_duration":       {"Modified duration", "How much the price falls for a rise of its yield, in percent for a percentage point.", "−dP/dy / P", "From the bond's cash flows at the yield that its price implies.", "Fabozzi, Bond Markets, Analysis and Strategies"},

	"days_to_sell": {"Days to sell", "How long it takes to close the position without trading more than a fifth of the usual volume.", "|quantity| / (20% × usual volume a day)", "The usual volume is the median of 30 days.", "Almgren and others 2005"},
	"impact_cost":  {"Cost of selling", "What selling within a day is expected to cost, by its own impact on the price.", "|value| × volatility a day × √(quantity / usual volume a day)", "Square-root impact with a coefficient of one.", "Almgren and others 2005"},
	"sold_within":  {"Sold within", "The share of the gross value that can be turned into cash in so many days.", "Σ min(1, days / days to sell) × |value| / Σ |value|", "", "Almgren and others 2005"},

	"scenario_pnl":      {"Gain or loss in the scenario", "What today's holdings would gain or lose.", "Σ value × betas × moves; options and bonds priced anew", "Factors that are not shocked move as expected, given those that are. Nothing is clipped.", "Kupiec 1998, Stress testing in a value at risk framework"},
	"scenario_share":    {"Share of the value", "The gain or loss as a share of the total value.", "gain or loss / total value", "", "Kupiec 1998, Stress testing in a value at risk framework"},
	"scenario_direct":   {"Of that, directly", "The gain or loss if only what is shocked moves.", "Σ value × betas × shocks; options and bonds priced anew", "", "Kupiec 1998, Stress testing in a value at risk framework"},
	"scenario_distance": {"How far from ordinary", "How many ordinary days the shocks amount to: about one is usual, far more has not been seen in the window.", "√(s′ Σ⁻¹ s)", "Mahalanobis distance under the daily covariance of the factors.", "Breuer and others 2009"},
}
