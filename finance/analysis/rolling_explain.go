package analysis

// rollingExplanations are those of measures over a moving window, keyed by Figure.Method.
var rollingExplanations = withMedians(map[string]Explanation{
	"rolling_return":      {"Return of the window", "How much the portfolio grew over the sessions of the window, whatever was paid in or out.", "Π (1 + return of the session) − 1", rollingConvention + " Not a yearly figure.", bacon},
	"rolling_volatility":  {"Volatility of the window", "How much the daily returns of the window varied, as a yearly figure.", "standard deviation of the window's daily returns × √252", rollingConvention + " n − 1.", bacon},
	"rolling_sharpe":      {"Sharpe ratio of the window", "Return above the risk-free rate for each unit of volatility, over the window.", "mean excess return / standard deviation of excess return × √252", rollingConvention + " The risk-free rate as a rate per day, subtracted.", "Sharpe 1994"},
	"rolling_beta":        {"Beta of the window", "How much the portfolio moved for a move of the benchmark, over the window.", "cov(return, benchmark) / var(benchmark)", rollingConvention + " Of plain daily returns.", bacon},
	"rolling_correlation": {"Correlation of the window", "How closely portfolio and benchmark moved together over the window.", "cov / (sd × sd)", rollingConvention + " Pearson.", bacon},
})

const rollingConvention = "Sessions with a price of something held; a window may begin before the period does."

// withMedians adds the median of each measure over the period.
func withMedians(all map[string]Explanation) map[string]Explanation {
	out := make(map[string]Explanation, 2*len(all))
	for method, e := range all {
		out[method] = e
		out[method+"_median"] = Explanation{"Median of the period", "What it was as often more as less over the windows that end in the period. " + e.Means, "median of (" + e.Formula + ")", e.Convention, e.Source}
	}
	return out
}
