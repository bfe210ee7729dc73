package analysis

const (
	quotedCloses = "In the quotation currency, at closes as traded; splits are taken out of what lies before them."
	ownTarget    = "your target and the stored prices"
)

// researchExplanations are those of quotes, target prices and comparisons.
var researchExplanations = map[string]Explanation{
	"last_price":   {"Last price", "The last close that is stored.", "close of the last day with a price", quotedCloses, "the stored prices"},
	"price_change": {"Change of the price", "What the price did since the close before.", "close − close before / split ratio", quotedCloses, "the stored prices"},
	"year_low":     {"Low of 52 weeks", "The lowest close of the 52 weeks up to the last price.", "min close / split ratio", quotedCloses, "the stored prices"},
	"year_high":    {"High of 52 weeks", "The highest close of the 52 weeks up to the last price.", "max close / split ratio", quotedCloses, "the stored prices"},
	"year_place":   {"Place in the range of 52 weeks", "Where the last price stands between the lowest and the highest close: 0 at the low, 1 at the high.", "(price − low) / (high − low)", quotedCloses, "the stored prices"},

	"target_price":        {"Target price", "The price of one piece that you expect, in today's pieces.", "target as set / ratio of the splits since", "", "your target"},
	"target_return":       {"Expected return", "What the price would gain by reaching your target.", "target / last price − 1", "Dividends left out. It carries your expectation through; it is no forecast.", ownTarget},
	"target_annual":       {"Expected return a year", "The yearly rate at which the price would reach your target on its day.", "(target / last price)^(365 / days to the target's date) − 1", "Nothing shorter than a year is annualised.", ownTarget},
	"target_dividends":    {"Dividends until then", "What one piece would pay until the target's date if its dividends went on as in the last twelve months.", "Σ dividends of twelve months × days / 365", "Where no dividends are stored it is not known.", "the stored dividends"},
	"target_total_return": {"Expected return with dividends", "What price and dividends together would bring by the target's date.", "(target + dividends until then) / last price − 1", "Dividends are not reinvested.", ownTarget},

	"compared_return":      {"Return of the period", "What the instrument brought over the period, in the currency of the comparison.", "value at the end / value at the start − 1", "Dividends reinvested on their ex-date where they are stored; closes otherwise, and then it says so. Exchange rates of each day.", "the stored prices, dividends and exchange rates"},
	"compared_annual":      {"Return a year", "The yearly rate that compounds to the return of the period.", "(1 + return)^(365 / days) − 1", "Nothing shorter than a year is annualised.", bacon},
	"compared_volatility":  {"Volatility", "How much the daily returns scatter, a year.", "sd of daily returns × √252", "n − 1; days on which the instrument has a close, within the window.", bacon},
	"compared_drawdown":    {"Deepest fall", "The deepest fall from a peak within the window.", "min (growth / highest growth so far − 1)", "From daily closes; negative.", bacon},
	"compared_beta":        {"Beta to the benchmark", "By how much the instrument moved, on average, when the benchmark moved by one.", "cov(r, b) / var(b)", "Daily returns of the days that both have, within the window.", bacon},
	"compared_correlation": {"Correlation", "How closely the daily returns of two move together; −1 to 1.", "cov / (sd × sd)", "Pearson, of the days that both have, within the window. Markets that close at different hours look less alike than they are.", bacon},
}
