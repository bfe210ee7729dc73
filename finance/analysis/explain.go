package analysis

import (
	"maps"
	"slices"
)

// Explanation says how a figure is made. Its inputs and coverage are on the figure.
type Explanation struct {
	Name       string `json:"name"`
	Means      string `json:"means"`
	Formula    string `json:"formula"`
	Convention string `json:"convention,omitempty"`
	Source     string `json:"source,omitempty"`
}

// Explain returns the explanation of a figure's method.
func Explain(method string) (Explanation, bool) {
	for _, part := range allExplanations {
		if e, ok := part[method]; ok {
			return e, true
		}
	}
	return Explanation{}, false
}

// allExplanations are the maps that explanations stand in.
var allExplanations = []map[string]Explanation{explanations, exAnteExplanations, contributionExplanations, attributionExplanations, concentrationExplanations, rollingExplanations, partExplanations, weightExplanations, incomeExplanations, researchExplanations}

// Methods lists every method that is explained, sorted.
func Methods() []string {
	var all []string
	for _, part := range allExplanations {
		all = slices.AppendSeq(all, maps.Keys(part))
	}
	slices.Sort(all)
	return all
}

const (
	bacon             = "Bacon, Practical Portfolio Performance Measurement and Attribution, 2nd ed."
	jorion            = "Jorion, Value at Risk, 3rd ed."
	yourBookings      = "your transactions"
	notionalSides     = "Bought calls and sold puts are long, bought puts and sold calls short, at their full notional whatever their delta."
	bookingsAndPrices = "your transactions and the stored prices"
)

// explanations are keyed by Figure.Method.
var explanations = map[string]Explanation{
	"value":             {"Total value", "What everything would bring at the last known prices: securities, options, private assets and cash, shorts taken off.", "Σ quantity × price × contract size × exchange rate + Σ cash × exchange rate", "Closing prices, the last known on or before the day. A holding without a price is left out and named.", bookingsAndPrices},
	"holdings_value":    {"Value of the holdings", "The total value without cash.", "Σ quantity × price × contract size × exchange rate", "", bookingsAndPrices},
	"holding_value":     {"Market value", "What this holding would bring at its last known price; negative for a short position.", "quantity × price × contract size × exchange rate", "Closing price, the last known on or before the day.", bookingsAndPrices},
	"cash":              {"Cash", "Cash in all accounts, foreign currencies converted.", "Σ balance × exchange rate", "", yourBookings},
	"weight":            {"Weight", "The share of the total value.", "value / total value", "Of the net value: shorts are negative, so longs can add up to more than one.", bookingsAndPrices},
	"day_change":        {"Change of the last day", "What prices and exchange rates did to the value since the close before, payments in and out taken off.", "value − value before − inflows + outflows", "From the close of the last trading day before.", bookingsAndPrices},
	"day_return":        {"Return of the last day", "The change of the last day as a share of what was invested.", "(value + outflows) / (value before + inflows) − 1", "", bookingsAndPrices},
	"price_return":      {"Price change", "What the price did on the last trading day.", "price / price before × split ratio − 1", "", "the stored prices"},
	"paid_in":           {"Paid in, net", "Money and securities that came from outside, less what went out, since the first booking.", "Σ inflows − Σ outflows", "Deliveries count with the amount booked. What has no price yet does not count until it has one.", yourBookings},
	"gain":              {"Gain since the start", "What the portfolio made so far, everything included.", "total value − paid in, net", "", bookingsAndPrices},
	"cost":              {"Cost", "What was paid for what is held, fees and taxes included; foreign purchases at the rate of their day.", "Σ lots: cost × exchange rate of the purchase", "Lots are matched by the portfolio's lot method.", yourBookings},
	"unrealised":        {"Unrealised gain", "What would be gained by selling now, currency effect included.", "market value − cost", "", bookingsAndPrices},
	"unrealised_return": {"Unrealised gain in percent", "The unrealised gain as a share of what was paid.", "unrealised gain / |cost|", "", bookingsAndPrices},
	"currency_effect":   {"Of that, currency", "The part of the unrealised gain that exchange rates made since the purchases.", "Σ lots: cost in the quotation currency × (exchange rate now − exchange rate of the purchase)", "The rest of the unrealised gain is the price's, at today's rate.", bookingsAndPrices},
	"realised":          {"Realised gain", "What sales brought beyond what was paid, costs taken off, each side at the exchange rate of its day.", "Σ disposals: proceeds − fees − cost", "Lots are matched by the portfolio's lot method. Dividends are not in it.", yourBookings},
	"proceeds":          {"Proceeds", "What closing the lot brought, costs taken off; of a short lot what closing it cost, as a negative amount.", "(price × quantity − fees − taxes) × exchange rate of the sale", "", yourBookings},
	"realised_return":   {"Realised gain in percent", "The realised gain as a share of what the closed lot had cost.", "realised gain / |cost|", "", yourBookings},
	"income":            {"Income", "Dividends, coupons and interest received so far, before taxes and fees.", "Σ amount + fees + taxes", "", yourBookings},

	"time_weighted":            {"Time-weighted return (TWR)", "How well the money was invested, whatever was paid in or out and when.", "Π (value + outflow) / (value before + inflow) − 1, day by day", "Daily links; inflows count at the start of their day, outflows at its end. Days without capital are left out.", bacon},
	"time_weighted_annual":     {"Time-weighted return a year", "The yearly rate that compounds to the return of the period.", "(1 + TWR)^(365 / days) − 1", "Days count from the first on which something was invested. Nothing shorter than a year is annualised unless asked for.", bacon + " and GIPS 2020"},
	"money_weighted":           {"Money-weighted return (XIRR)", "The yearly rate your own money earned, with the moments at which you paid in and out.", "Σ flow × (1 + rate)^(−days / 365) = 0", "Actual days over 365. Every rate that fits is looked for; the one nearest zero is shown.", bacon},
	"benchmark_return":         {"Return of the benchmark", "What the benchmark itself did over the same days.", "index at the end / index at the start − 1", "Total return where dividends are known: reinvested on their ex-date.", "the stored prices"},
	"benchmark_annual":         {"Return of the benchmark a year", "The yearly rate that compounds to the benchmark's return.", "(1 + return)^(365 / days) − 1", "", bacon},
	"active_return":            {"Against the benchmark", "How far the time-weighted return lies above or below the benchmark's.", "TWR − return of the benchmark", "A difference of two percentages, in percentage points.", bacon},
	"money_weighted_period":    {"Money-weighted return of the period", "What your own money earned in the period, not stretched to a year.", "(1 + XIRR)^(days / 365) − 1", "Shown for periods under a year, beside the time-weighted return of the same days.", bacon},
	"benchmark_money_weighted": {"Money-weighted return of the benchmark", "The yearly rate had the same flows gone into the benchmark.", "XIRR of the same flows with the benchmark's final value", "Flows buy at the close of their day.", bacon},
	"benchmark_value":          {"Same flows in the benchmark", "What you would have, had every payment gone into the benchmark.", "Σ flow / index on its day × index now", "Flows buy and sell at the close of their day.", "the stored prices"},
	"ahead_by":                 {"Ahead of the benchmark", "Your value less what the same flows would have become.", "value − value of the same flows in the benchmark", "", bookingsAndPrices},
	"period_gain":              {"Gain of the period", "The change in value of the period, payments taken off.", "value at the end − value at the start − inflows + outflows", "", bookingsAndPrices},
	"month_return":             {"Return of the month", "The time-weighted return of a calendar month.", "Π (1 + daily return) − 1", "", bacon},
	"year_return":              {"Return of the year", "The months of a calendar year, compounded.", "Π (1 + monthly return) − 1", "", bacon},

	"change":            {"What made the difference", "Where the change in value of the period came from; the parts add up exactly.", "final = initial + paid in + realised + unrealised + dividends + interest − fees − taxes + currency", "", bookingsAndPrices},
	"initial_value":     {"Value at the start", "The value at the close of the day the period begins with.", "Σ quantity × price × contract size × exchange rate + cash", "", bookingsAndPrices},
	"final_value":       {"Value at the end", "The value at the close of the last day of the period.", "Σ quantity × price × contract size × exchange rate + cash", "", bookingsAndPrices},
	"transfers":         {"Paid in, net", "What came from outside in the period less what went out.", "Σ inflows − Σ outflows", "", yourBookings},
	"period_realised":   {"Realised in the period", "Capital gains of what was sold in the period; what was held at its start counts from its value then.", "Σ sales: gross proceeds − cost or start value", "Before fees and taxes, which stand apart.", bookingsAndPrices},
	"period_unrealised": {"Unrealised in the period", "Capital gains of what is held at the end, from its purchase or from its value at the start of the period.", "value at the end − cost or start value", "Before fees and taxes, which stand apart.", bookingsAndPrices},
	"dividends":         {"Dividends", "Dividends and coupons of the period, before taxes.", "Σ amount + fees + taxes", "", yourBookings},
	"interest":          {"Interest", "Interest received less interest paid in the period, before taxes.", "Σ received − Σ paid", "", yourBookings},
	"fees":              {"Fees", "Fees of trades and fees that stand alone, refunds taken off.", "Σ fees", "", yourBookings},
	"taxes":             {"Taxes", "Taxes withheld and taxes that stand alone, refunds taken off.", "Σ taxes", "", yourBookings},
	"costs":             {"Costs", "Fees and taxes of this holding.", "Σ fees + Σ taxes", "", yourBookings},
	"currency_gain":     {"Currency", "What exchange rates did to foreign cash, and rates booked apart from the market's. Their effect on securities is part of capital gains.", "foreign cash at the end − at the start − what moved it", "", bookingsAndPrices},
	"holding_change":    {"Part of this holding", "What this holding added to the change in value.", "realised + unrealised + dividends − fees − taxes", "", bookingsAndPrices},

	"volatility":        {"Volatility", "How much the daily returns vary, as a yearly figure.", "standard deviation of daily returns × √252", "n − 1; trading days only, weekend prices counted into the next session.", bacon},
	"sharpe":            {"Sharpe ratio", "Return above the risk-free rate for each unit of volatility.", "mean excess return / standard deviation of excess return × √252", "The risk-free rate as a rate per day, subtracted.", "Sharpe 1994"},
	"sortino":           {"Sortino ratio", "Return for each unit of downside deviation.", "mean return × 252 / downside deviation", "Downside against zero, over all days, annualised.", bacon},
	"max_drawdown":      {"Deepest drawdown", "The largest fall from a peak within the period, payments taken out.", "min (growth / highest growth before − 1)", "From daily closes; negative.", bacon},
	"current_drawdown":  {"Current drawdown", "How far the portfolio lies below its highest point of the period.", "growth / highest growth − 1", "", bacon},
	"best_day":          {"Best day", "The highest daily return of the period.", "max (daily return)", "", bookingsAndPrices},
	"worst_day":         {"Worst day", "The lowest daily return of the period.", "min (daily return)", "", bookingsAndPrices},
	"beta":              {"Beta", "How much the portfolio moved for a move of the benchmark.", "cov(return, benchmark) / var(benchmark)", "Of plain daily returns.", bacon},
	"tracking_error":    {"Tracking error", "How much the difference to the benchmark varies, a year.", "standard deviation of (return − benchmark) × √252", "", bacon},
	"information_ratio": {"Information ratio", "Active return for each unit of tracking error.", "mean (return − benchmark) / its standard deviation × √252", "", bacon},
	"correlation":       {"Correlation with the benchmark", "How closely the daily returns move together.", "cov / (sd × sd)", "Pearson.", bacon},
	"risk_free":         {"Risk-free rate", "The mean of the chosen interest rate over the sessions measured.", "mean of the yearly rate", "", "the stored rates"},
	"realised_risk":     {"Risk of the period", "Measured on the daily returns of the period.", "value of the day / (value before + inflow) − 1, session by session", "", bookingsAndPrices},

	"var_historical": {"Value at risk, historical", "A loss that today's holdings would have exceeded on so many days of the history.", "quantile of the profits and losses of today's holdings on past days", "The last 252 days: a longer window answers later to a change of volatility. One day; positive is a loss; linear interpolation between order statistics. Today's values × past total returns in the base currency; options priced anew.", jorion},
	"es_historical":  {"Expected shortfall, historical", "The mean loss on the days at or beyond the value at risk.", "mean of the profits and losses not above the quantile", "One day; positive is a loss.", jorion},
	"var_filtered":   {"Value at risk, volatility-filtered", "A loss that today's holdings would exceed on so many days if the past came again with tomorrow's volatility.", "quantile of (profit or loss of a day × volatility expected for tomorrow / volatility expected for that day)", "Up to 1,000 days, as far as all holdings have prices, at least 252 where there are so many; volatility with exponential weights, decay 0.94, after 49 days of warming up; one day; positive is a loss. Of the methods here the one whose breaches came closest to what is promised on real portfolios.", "Hull and White 1998"},
	"es_filtered":    {"Expected shortfall, volatility-filtered", "The mean loss on the days at or beyond the value at risk, with tomorrow's volatility.", "mean of the scaled profits and losses not above the quantile", "As the value at risk.", "Hull and White 1998"},
	"var_normal":     {"Value at risk, normal", "The same under a normal distribution with the history's mean and deviation.", "−(mean + z × standard deviation)", "The last 252 days; one day; positive is a loss; n − 1.", jorion},
	"es_normal":      {"Expected shortfall, normal", "The mean loss beyond the value at risk under a normal distribution.", "−mean + standard deviation × φ(z) / (1 − confidence)", "One day; positive is a loss.", jorion},
	"coverage":       {"Coverage", "The share of the gross exposure whose history is known.", "Σ |value| × known days / days, over Σ |value|", "", bookingsAndPrices},

	"long_exposure":                 {"Long exposure", "The value of everything held long, cash apart.", "Σ positive market values", "Options with their market value.", bookingsAndPrices},
	"short_exposure":                {"Short exposure", "The value of everything sold short; negative.", "Σ negative market values", "", bookingsAndPrices},
	"gross_exposure":                {"Gross exposure", "Both sides added up.", "Σ |market value|", "", bookingsAndPrices},
	"net_exposure":                  {"Net exposure", "Long less short.", "Σ market value", "", bookingsAndPrices},
	"long_exposure_share":           {"Long exposure", "Long exposure as a share of the total value.", "long exposure / total value", "", bookingsAndPrices},
	"short_exposure_share":          {"Short exposure", "Short exposure as a share of the total value; negative.", "short exposure / total value", "", bookingsAndPrices},
	"gross_exposure_share":          {"Gross exposure", "Gross exposure as a share of the total value.", "gross exposure / total value", "", bookingsAndPrices},
	"net_exposure_share":            {"Net exposure", "Net exposure as a share of the total value.", "net exposure / total value", "", bookingsAndPrices},
	"delta_adjusted_exposure":       {"Delta-adjusted exposure", "Net exposure with each option counted as the shares it moves like.", "Σ market value + Σ delta × underlying price × contract size × contracts", "Black–Scholes–Merton delta at the volatility implied by the option's own price.", "Hull, Options, Futures and Other Derivatives"},
	"delta_adjusted_exposure_share": {"Delta-adjusted exposure", "Delta-adjusted exposure as a share of the total value.", "delta-adjusted exposure / total value", "", "Hull, Options, Futures and Other Derivatives"},
	"long_notional":                 {"Long exposure at notional", "Everything held long, with each option that gains on a rise at what its underlyings are worth.", "Σ positive of market value, or of underlying price × contract size × contracts", notionalSides, bookingsAndPrices},
	"short_notional":                {"Short exposure at notional", "Everything sold short, with each option that gains on a fall at what its underlyings are worth; negative.", "Σ negative of market value, or of underlying price × contract size × contracts", notionalSides, bookingsAndPrices},
	"gross_notional":                {"Gross exposure at notional", "Both sides added up, options at what their underlyings are worth.", "Σ |market value or notional|", notionalSides, bookingsAndPrices},
	"net_notional":                  {"Net exposure at notional", "Long less short, options at what their underlyings are worth.", "Σ market value or notional", notionalSides, bookingsAndPrices},
	"long_notional_share":           {"Long exposure at notional", "Long exposure at notional as a share of the total value.", "long exposure / total value", notionalSides, bookingsAndPrices},
	"short_notional_share":          {"Short exposure at notional", "Short exposure at notional as a share of the total value; negative.", "short exposure / total value", notionalSides, bookingsAndPrices},
	"gross_notional_share":          {"Gross exposure at notional", "Gross exposure at notional as a share of the total value.", "gross exposure / total value", notionalSides, bookingsAndPrices},
	"net_notional_share":            {"Net exposure at notional", "Net exposure at notional as a share of the total value.", "net exposure / total value", notionalSides, bookingsAndPrices},
	"options_delta":                 {"Delta exposure of the options", "The options' part of the delta-adjusted exposure.", "Σ delta × underlying price × contract size × contracts", "", "Hull, Options, Futures and Other Derivatives"},
	"options_notional":              {"Notional of the options", "What the options' underlyings are worth, both sides added.", "Σ underlying price × contract size × |contracts|", "", bookingsAndPrices},
}
