// Package explain says in words what the figures of an analysis mean and how they
// are made: one entry a method, the key every figure carries.
//
// Model: an entry is text for a reader. Its formula is in the words of the page; the
// numbers put into it come with the figure, as its inputs. Conventions are those of
// finance/performance and finance/risk.
package explain

// Method is what is said of one way of making a figure.
type Method struct {
	Name    string // what the figure is called
	Means   string // what it tells
	Formula string
	How     string // the convention behind it
}

// Of is the entry of a method's key; ok is false for a figure that needs no words.
func Of(key string) (m Method, ok bool) {
	m, ok = methods[key]
	return m, ok
}

const (
	oneSession    = "From one session to the next, money paid in or out taken out."
	dailyReturns  = "From the daily time-weighted returns of the period, weekends compounded into the next session; a year has 252 sessions."
	todaysBook    = "From today's holdings at their last prices. Options count with their market value."
	backcast      = "Today's holdings, put back onto the last 252 sessions of their prices, dividends and exchange rates included."
	bookedRates   = "From the tax lots, costs of trading included, at the exchange rates of their bookings."
	periodGains   = "Over the period, by lots; the parts add up exactly to the change in value."
	linkedReturns = "Daily returns linked. Money that comes in counts from the start of its day, money that leaves until its end; a day without capital has no return."
)

var methods = map[string]Method{
	"value":                    {"Total value", "What everything held would bring at its last prices, with cash, less what is owed.", "Σ quantity × price × contract size × exchange rate + cash", "Prices as traded, at the close; what has no market is taken at its last valuation."},
	"holdings_value":           {"Value of holdings", "Everything held at its last price, without cash.", "Σ quantity × price × contract size × exchange rate", "Prices as traded, at the close."},
	"holding_value":            {"Value of a holding", "What it would bring at its last price. A short is negative.", "quantity × price × contract size × exchange rate", "Price as traded, at the close."},
	"cash":                     {"Cash", "Cash in all accounts; negative where it is borrowed.", "Σ balance × exchange rate", "Balances follow from the bookings."},
	"day_change":               {"Change on the day", "What the last session did to the value, money paid in or out taken out.", "value − value of the session before − paid in + paid out", oneSession},
	"day_return":               {"Return of the day", "The same as a rate of the capital at work.", "change ÷ (value of the session before + paid in)", oneSession},
	"paid_in":                  {"Paid in", "Money and securities brought in from outside, less what was taken out, since the first booking.", "Σ inflows − Σ outflows", "Deliveries count with their value on the day. Dividends, interest and fees stay inside."},
	"gain":                     {"Gain since start", "What the portfolio made of what was paid in.", "value − paid in", "Realised and unrealised gains, income, costs and currency together."},
	"cost":                     {"Cost", "What was paid for what is held now.", "Σ quantity × cost of each lot", bookedRates},
	"unrealised":               {"Unrealised gain", "What selling everything at the last prices would add to what was paid for it, before taxes.", "value − cost", bookedRates},
	"unrealised_return":        {"Unrealised gain, % of cost", "The unrealised gain beside what was paid.", "unrealised gain ÷ |cost|", bookedRates},
	"realised":                 {"Realised gain", "What sales and other disposals brought beyond their cost, so far.", "Σ proceeds − cost of the lots sold", bookedRates},
	"income":                   {"Income", "Dividends and interest received so far, before taxes.", "Σ dividends + interest", "At the exchange rates of their bookings."},
	"time_weighted":            {"Return, time-weighted", "How the decisions did, whatever was paid in or out meanwhile.", "Π (1 + return of each day) − 1", linkedReturns},
	"time_weighted_annual":     {"Return, time-weighted, a year", "The same, as a yearly rate.", "(1 + return)^(365 ÷ days) − 1", linkedReturns + " Given for a year and more only."},
	"money_weighted":           {"Return, money-weighted", "The yearly rate at which your payments became this value (XIRR).", "the rate at which all payments and the value, discounted, sum to zero", "Actual days over 365; all roots are looked for. Under a year the rate is given and flagged."},
	"benchmark_return":         {"Return of the benchmark", "What the benchmark did in the same time.", "level at the end ÷ level at the start − 1", "Total return where dividends are known, in the portfolio's currency."},
	"benchmark_annual":         {"Return of the benchmark, a year", "The same, as a yearly rate.", "(1 + return)^(365 ÷ days) − 1", "Given for a year and more only."},
	"active_return":            {"Against the benchmark", "How far ahead of the benchmark, or behind.", "time-weighted return − return of the benchmark", "A difference in percentage points."},
	"benchmark_money_weighted": {"Benchmark, money-weighted", "The yearly rate had every payment gone into the benchmark.", "the rate at which all payments and the benchmark's value sum to zero", "The benchmark is bought and sold at the close of each payment's day."},
	"benchmark_value":          {"Benchmark with the same flows", "What the same payments would be worth in the benchmark.", "Σ units bought with each payment × level at the end", "Bought and sold at the close of each payment's day."},
	"ahead_by":                 {"Ahead of the benchmark by", "The portfolio's value beside the benchmark's with the same payments.", "value − value of the benchmark with the same flows", "Bought and sold at the close of each payment's day."},
	"initial_value":            {"Value at the start", "Value at the close of the day before the period.", "Σ quantity × price × rate + cash", periodGains},
	"final_value":              {"Value at the end", "Value at the close of the period.", "Σ quantity × price × rate + cash", periodGains},
	"transfers":                {"Paid in, net", "Money and securities from outside in the period, less what left.", "Σ inflows − Σ outflows", periodGains},
	"period_realised":          {"Realised in the period", "Gains of what was sold, counted from the period's start or the purchase.", "Σ proceeds − value at the start or cost", periodGains},
	"period_unrealised":        {"Unrealised in the period", "Gains of what is still held, counted from the period's start or the purchase.", "Σ value at the end − value at the start or cost", periodGains},
	"dividends":                {"Dividends", "Dividends and distributions of the period, before taxes.", "Σ dividends", periodGains},
	"interest":                 {"Interest", "Interest of the period, received less paid.", "Σ interest received − paid", periodGains},
	"fees":                     {"Fees", "Fees of the period.", "Σ fees", periodGains},
	"taxes":                    {"Taxes", "Taxes of the period.", "Σ taxes", periodGains},
	"currency_gain":            {"Currency", "What exchange rates did to cash in other currencies.", "change in value − all other parts", periodGains},
	"period_gain":              {"Gain of the period", "Change in value less what was paid in.", "value at the end − value at the start − paid in + paid out", periodGains},
	"holding_change":           {"What it contributed", "Gains, dividends and costs of the holding in the period.", "realised + unrealised + dividends − costs", periodGains},
	"month_return":             {"Return of the month", "Time-weighted return of the month.", "Π (1 + return of each day) − 1", linkedReturns},
	"year_return":              {"Return of the year", "Time-weighted return of the calendar year.", "Π (1 + return of each month) − 1", linkedReturns},
	"weight":                   {"Weight", "Its share of the total value.", "value ÷ total value", todaysBook},
	"price_return":             {"Change of the price", "What the price did from one session to the next, splits and dividends taken out.", "(price + dividend) ÷ price before − 1", oneSession},
	"volatility":               {"Volatility", "How much the returns vary, as a yearly rate. About two years in three lie within one volatility of the mean.", "standard deviation of daily returns × √252", dailyReturns + " Standard deviation with n − 1."},
	"sharpe":                   {"Sharpe ratio", "Return beyond the risk-free rate for each unit of volatility.", "mean daily excess return ÷ its standard deviation × √252", dailyReturns},
	"sortino":                  {"Sortino ratio", "Return beyond the risk-free rate for each unit of bad volatility.", "mean daily excess return ÷ downside deviation × √252", dailyReturns},
	"max_drawdown":             {"Deepest drawdown", "The largest fall from a high to a low that followed.", "min (level ÷ highest level before − 1)", dailyReturns},
	"current_drawdown":         {"Below its high", "How far the level is below its highest so far.", "level ÷ highest level − 1", dailyReturns},
	"beta":                     {"Beta", "How much the portfolio moves when the benchmark moves by one.", "covariance with the benchmark ÷ variance of the benchmark", dailyReturns},
	"tracking_error":           {"Tracking error", "How much the difference from the benchmark varies, a year.", "standard deviation of (return − benchmark) × √252", dailyReturns},
	"information_ratio":        {"Information ratio", "What the distance from the benchmark brought for its variation.", "mean daily active return ÷ its standard deviation × √252", dailyReturns},
	"correlation":              {"Correlation", "How closely the portfolio moves with the benchmark, −1 to 1.", "covariance ÷ product of the standard deviations", dailyReturns},
	"best_day":                 {"Best day", "The highest daily return.", "max of daily returns", dailyReturns},
	"worst_day":                {"Worst day", "The lowest daily return.", "min of daily returns", dailyReturns},
	"risk_free":                {"Risk-free rate", "Mean of the rate of the sessions measured, a year.", "mean rate", "Subtracted as a rate per session."},
	"var_historical":           {"Value at risk", "On 19 days of 20 (95%) or 99 of 100 the loss is smaller.", "the loss that the worst 5% or 1% of days begin with", backcast},
	"es_historical":            {"Expected shortfall", "The mean loss of the days beyond the value at risk.", "mean of the worst 5% or 1% of days", backcast},
	"var_normal":               {"Value at risk, normal", "The same from mean and volatility, as if returns were normal.", "z × volatility − mean", backcast},
	"es_normal":                {"Expected shortfall, normal", "The mean loss beyond it, as if returns were normal.", "φ(z) ÷ (1 − confidence) × volatility − mean", backcast},
	"coverage":                 {"Coverage", "Share of the gross exposure with a full history.", "covered ÷ gross exposure", backcast},
	"long_exposure":            {"Long", "What is held, without cash.", "Σ positive values", todaysBook},
	"short_exposure":           {"Short", "What is owed in securities.", "Σ negative values", todaysBook},
	"gross_exposure":           {"Gross exposure", "Everything at work on either side, beside the value.", "(long + |short|) ÷ total value", todaysBook},
	"net_exposure":             {"Net exposure", "What remains at work when the sides are set against each other, beside the value.", "(long − |short|) ÷ total value", todaysBook},
	"delta_adjusted_exposure":  {"Net exposure, delta-adjusted", "Net exposure with options counted as the shares they move like.", "Σ value of others + Σ delta × price of the underlying × contract size × contracts", "Deltas by Black, Scholes and Merton."},
	"options_delta":            {"Options, delta-adjusted", "What the options move like, as an amount of their underlyings.", "Σ delta × price of the underlying × contract size × contracts", "Deltas by Black, Scholes and Merton."},
	"options_notional":         {"Options, notional", "What the contracts stand for, whichever way they move.", "Σ |contracts| × contract size × price of the underlying", todaysBook},
	"costs":                    {"Costs", "Fees and taxes of the holding in the period.", "Σ fees + taxes", periodGains},
	"hhi":                      {"Concentration", "Sum of squared weights: 1 is one name.", "Σ weight²", "Weights of the gross exposure."},
	"effective_number":         {"Effective number of positions", "As many equal positions would be as concentrated.", "1 ÷ Σ weight²", "Weights of the gross exposure."},
	"top3":                     {"Three largest", "Share of the three largest positions.", "Σ of the three largest weights", "Weights of the gross exposure."},
	"top10":                    {"Ten largest", "Share of the ten largest positions.", "Σ of the ten largest weights", "Weights of the gross exposure."},
	"largest":                  {"Largest position", "Share of the largest position.", "largest |value| ÷ gross exposure", "Weights of the gross exposure."},
}

func init() {
	for _, name := range []string{"long", "short", "gross", "net"} {
		methods[name+"_exposure_share"] = methods[name+"_exposure"]
	}
}
