package api

import "github.com/danielgtaylor/huma/v2"

// describeProperties gives words to the properties of types that have no room for
// them: those of finance. "Schema.property" wins over "property".
func describeProperties(schemas map[string]*huma.Schema) {
	for name, s := range schemas {
		if s.Description == "" {
			s.Description = objects[name]
		}
		for property, p := range s.Properties {
			if text := words[name+"."+property]; text != "" {
				p.Description = text
			} else if p.Description == "" {
				p.Description = words[property]
			}
		}
	}
}

// objects say what the objects of finance are.
var objects = map[string]string{
	"Analysis":        "Every figure of a portfolio, or of an account or holding in it.",
	"Figure":          "One number: what it is, as of when, made how, and how far it can be relied on.",
	"Summary":         "How am I doing?",
	"Returns":         "The returns of the period, each named.",
	"Change":          "Where the change in value of the period came from. It adds up exactly: final = initial + transfers + realised + unrealised + dividends + interest − fees − taxes + currency.",
	"Holding":         "One instrument as it is held.",
	"Lot":             "One tax lot of a holding.",
	"Slice":           "One part of an allocation; the weights of its list add up to exactly one. It is of the net value, so shorts are negative and longs may exceed one.",
	"Series":          "The daily figures of the period. All run parallel to days; null is unknown.",
	"Problem":         "What went wrong, as RFC 9457.",
	"Instrument":      "What is known of something that can be held.",
	"Window":          "Which history today's holdings were put back onto, and what is missing.",
	"Exposure":        "How much is at work on either side.",
	"Sides":           "Exposure with each option at what its underlyings are worth, on the side it gains on.",
	"Concentration":   "How much hangs on few names; weights are of the gross exposure.",
	"LookThrough":     "What the holdings, cash apart, are exposed to: options on their underlyings with their delta, funds on what they hold where that is known. Every list adds up to long, short, net and gross to the cent.",
	"NameMeasures":    "How much hangs on few names; the weight of a name is its net exposure, on either side, as a share of the sum over all names.",
	"Exposed":         "The exposure to one name, issuer, sector, country or currency. net = long + short = direct + indirect; gross = long − short.",
	"FundKnown":       "A fund that is held, itself or through options, and how well it is known what it holds.",
	"Realised":        "The measures of the period's daily returns.",
	"TailRow":         "Value at risk and expected shortfall of one method, confidence and horizon, as positive losses.",
	"Gap":             "A stretch of time that the value of a holding is left out of.",
	"Transaction":     "A booking.",
	"Booking":         "A booking as it is kept.",
	"DataStatus":      "How good the data behind the figures are.",
	"Policy":          "How lots are kept.",
	"RateStatus":      "An exchange rate in use.",
	"PeriodRow":       "A standard period up to the as-of day.",
	"MonthRow":        "The return of a calendar month.",
	"YearRow":         "The return of a calendar year.",
	"DrawdownRow":     "One fall from a peak.",
	"Contribution":    "What each holding added to the time-weighted return. Every list adds up to it, and in each line local, fx and cross add up to the contribution.",
	"Attribution":     "Where the return over the benchmark came from. Every list of effects adds up to active.",
	"AttributionList": "Effects by group under one model and way of linking.",
	"AttributionRow":  "The effects of one group.",
	"BenchmarkSector": "Where weight and return of a sector of the benchmark come from.",
	"SectorShare":     "The weight of a sector in a fund.",
	"ContributionRow": "What one holding, or a group of them, added to the return.",
	"Rolling":         "Measures over a window that moves through the period; a number a session, null where there is none.",
	"RollingItem":     "One measure: as it is, between what it was, and what it was as often more as less.",
	"Mover":           "A holding and what its price did on the last day.",
	"CashBalance":     "Cash of one currency in one account.",
	"Allocation":      "The value split in several ways.",
	"ClosedRow":       "A symbol that is held no more.",
	"ChangeRow":       "One holding's part of the change in value.",
	"Benchmark":       "What the portfolio is compared with.",
	"Period":          "A stretch of time (start, end] with the word for it.",
	"Risk":            "What is risked.",
	"Money":           "An amount of a currency.",
	"Fault":           "One value that is wrong, with its place and its cure.",
	"AccountQuantity": "How much of a holding lies in an account.",
}

// words say what properties are.
var words = map[string]string{
	"account": "Account.", "symbol": "Symbol.", "name": "Name.", "currency": "Currency.", "amount": "Amount.", "weight": "Share of the total value.",
	"value": "Value, in the base currency.", "year": "Calendar year.", "month": "Calendar month, 1 to 12.", "method": "Method.", "reason": "Why.", "country": "By country.",
	"benchmark": "The same of the benchmark.", "quantity": "Quantity; negative when short.", "label": "Label.", "return": "Time-weighted return.", "group": "Side of the book: long, short, options, private or cash.",
	"realised": "Gain realised by disposals, costs taken off.", "unrealised": "Gain of what is held.", "income": "Dividends, coupons and interest received, gross.",
	"cost": "What was paid, costs included, at the exchange rates of the bookings.", "gain": "Gain.", "as_of": "The day that was asked for.",
	"valued_on": "The last day with an observed price.", "first_booking": "Day of the first booking.", "base_currency": "What totals are in.",

	"Analysis.name": "Of the portfolio.", "Analysis.bookings": "Bookings in it.", "Analysis.period": "The period that was asked for.", "Analysis.ledger_version": "Version of the ledger.",
	"Analysis.market_version": "Version of the market data.", "Analysis.engine": "Version of what computes; it changes whenever a figure for the same inputs does.",
	"Analysis.simulated": "Whether prices are those of the simulated market.", "Analysis.benchmark": "What it is compared with.", "movers": "Holdings whose prices moved most on the last day.",

	"summary": "How am I doing?", "returns": "The returns of the period.", "change": "Where the change in value came from.", "holdings": "What is held.", "cash": "Cash.",
	"allocation": "The value split in several ways.", "series": "Day by day.", "months": "Calendar months.", "years": "Calendar years.", "periods": "Standard periods.",
	"drawdowns": "The deepest falls from a peak.", "risk": "What is risked.", "data": "How good the data are.", "closed": "Symbols that are held no more.",

	"Summary.cash": "Cash in all accounts, in the base currency.", "Summary.holdings": "Value of all that is not cash.", "day_change": "What the last day did to it, payments taken out.", "day_return": "The same as a return.",
	"Holding.day_return": "What its price did on the last day, splits and dividends taken out.", "paid_in": "Inflows less outflows since the first booking.", "Summary.gain": "Value less what was paid in.",
	"Summary.cost": "Of what is held, costs included, at the exchange rates of the bookings.",

	"time_weighted": "How well the money was invested, whatever was paid in or out and when.", "time_weighted_annual": "The same a year; not under one year unless asked for.",
	"money_weighted": "The yearly rate your own money earned (act/365).", "Returns.benchmark": "Return of the benchmark.", "benchmark_annual": "The same a year.", "active": "Time-weighted return less that of the benchmark.",
	"benchmark_money_weighted": "The yearly rate had the same flows gone into the benchmark.", "benchmark_value": "What the same flows would have become in the benchmark.", "ahead_by": "Value less that.",

	"initial": "Value at the start.", "transfers": "Payments and deliveries in, less those out.", "dividends": "Dividends, gross.", "interest": "Interest, received less paid.", "fees": "Fees.", "taxes": "Taxes.",
	"Change.currency": "Effect of exchange rates on cash.", "final": "Value at the end.", "by_holding": "The parts of single holdings.", "costs": "Fees and taxes, positive.", "total": "Realised, unrealised and dividends less costs.",

	"instrument": "What it is.", "accounts": "How much of it lies where.", "price": "Last price, in the instrument's currency; null where it is not known.", "price_date": "Day of the price.", "price_age": "Sessions since; 0 is up to date.",
	"ClosedLot.note": "What is unusual about it.", "ClosedLot.proceeds": "What closing it brought, costs taken off.", "ClosedLot.type": "Of the closing booking.",
	"Quote.age": "Sessions since the price; 0 is up to date.", "Quote.year_high": "The highest close of 52 weeks, in today's pieces.", "Quote.year_low": "The lowest close of 52 weeks, in today's pieces.", "Quote.year_place": "Where the price stands between them: 0 at the low, 1 at the high.",
	"Holding.rate": "The base currency for one unit of the instrument's.", "unit_cost": "Cost of one piece, in the currency of the lots.", "currency_effect": "The part of the unrealised gain that exchange rates made.", "unrealised_return": "Unrealised gain as a share of the cost.", "lots": "Its tax lots, the oldest first.", "spark": "The last 30 closes, split-adjusted.",
	"Holding.value": "Market value in the base currency, negative when short.", "opened": "Since when it counts.", "gain_return": "Gain as a share of the cost.", "long_term": "Held more than 365 days.",

	"class": "By class of instrument.", "sector": "By sector.", "Allocation.currency": "By currency.", "Allocation.account": "By account.", "Allocation.group": "By side of the book.", "key": "What it is a part for.", "count": "Holdings in it.",
	"Slice.value": "Its value.", "Slice.weight": "Its share of the net value, in whole basis points.",
	"short": "Whether it is held short.", "Mover.change": "What that did to the value.", "Mover.return": "What its price did.",
	"days": "Days.", "Series.value": "Value.", "Series.paid_in": "Starting value of the period and payments since.", "flow": "Payments of the day, inflow positive.", "Series.benchmark": "What the same flows would be worth in the benchmark.",
	"Series.return": "Return so far, time-weighted.", "benchmark_return": "The same of the benchmark.", "drawdown": "Below the highest so far, negative.", "benchmark_drawdown": "The same of the benchmark.",
	"partial": "Whether it is not whole.", "period": "The period.", "volatility": "Standard deviation of the daily returns, a year.",
	"peak": "Day of the peak.", "trough": "Deepest day.", "recovery": "Day on which the peak was reached again; absent while it is not.", "depth": "How deep, negative.", "DrawdownRow.days": "From peak to recovery, or so far.",
	"closed_on": "When it was closed.", "ClosedRow.closed": "Last day it was held.",

	"priced": "Holdings with a price that is up to date.", "DataStatus.holdings": "Holdings in all.", "stale": "Symbols whose price is old.", "unpriced": "Symbols without a price.", "estimated": "Symbols with a private valuation.", "gaps": "What totals leave out, and when.",
	"rates": "Exchange rates in use.", "last_price": "Last day with a price.", "market_splits": "Splits applied from the market's list.", "path": "How it was found: directly, inverted or through a third currency.", "observed": "Day of the rate.", "open": "Whether it is still left out on the last day.",
	"from": "First day.", "to": "Last day.", "start": "First day, not included.", "end": "Last day.", "Period.label": "The word for it.",
	"Benchmark.symbol": "Its symbol.", "Benchmark.name": "Its name.", "basis": "Whether dividends are in it: total return or price.",

	"Risk.realised": "What the returns of the period showed.", "tail": "What a bad day may cost.", "window": "What the tail figures rest on.", "exposure": "How much is at work on either side.", "concentration": "How much hangs on few names.",
	"Realised.days": "Daily returns measured.", "benchmark_volatility": "The same of the benchmark.", "sharpe": "Mean excess return over its standard deviation, a year.", "sortino": "Mean return over the downside deviation, a year.", "max_drawdown": "Deepest fall from a peak, negative.",
	"benchmark_max_drawdown": "The same of the benchmark.", "current_drawdown": "Below the highest so far, negative.", "beta": "How much it moves with the benchmark.", "tracking_error": "Standard deviation of the active return, a year.", "information_ratio": "Mean active return over its standard deviation.",
	"correlation": "With the benchmark.", "best_day": "Best daily return.", "worst_day": "Worst daily return.", "risk_free": "Mean risk-free rate a year, of the days measured.",
	"confidence": "Confidence, such as 0.99.", "horizon_days": "Horizon in days.", "TailRow.method": "historical or normal.", "var": "Value at risk: a positive loss.", "es": "Expected shortfall: a positive loss.", "var_share": "Value at risk as a share of the value.",
	"Window.days": "Days of history.", "covered": "Share of the gross exposure with a full history.", "excluded": "Symbols without a history.", "Window.options": "Options that count with their delta.", "Window.partial": "Symbols with a part of it.",
	"long": "Value of the long side.", "Exposure.short": "Value of the short side, negative.", "Sides.short": "Value of the short side, negative.", "gross": "Long and short added up without their signs.", "net": "Long and short added up.", "long_share": "Long as a share of the value.", "short_share": "Short as a share of the value.",
	"gross_share": "Gross as a share of the value.", "net_share": "Net as a share of the value.", "delta_adjusted": "Net, options at delta × underlying price × contract size.", "delta_adjusted_share": "The same as a share of the value.", "options_delta": "The options' part of it.", "at_notional": "The exposure with each option at what its underlyings are worth, on the side it gains on.", "options_notional": "Underlying price × contract size of all options.",
	"hhi": "Sum of the squared weights; one name gives 1.", "effective": "1 / HHI: the number of names of equal size that would be as concentrated.", "top3": "Share of the three largest.", "top10": "Share of the ten largest.", "largest": "The largest name.", "largest_share": "Its share.",
	"look_through": "The same by what stands behind funds and options.", "LookThrough.known": "Share of what is held in funds of which it is known what it is invested in.", "LookThrough.as_of": "Day of the oldest list of holdings that was read.", "funds": "The funds that are held.",
	"as_held": "Each fund counted as one name.", "through": "What funds hold counted by name.", "names": "By security, the largest; a last line without a key gathers the others.", "issuers": "By issuer.", "sectors": "By sector.", "countries": "By country.", "currencies": "By currency of quotation.",
	"Exposed.key": "Symbol, else ISIN or name; or the group. Empty for what gathers the others.", "Exposed.name": "What the security is called.", "Exposed.rest": "What a fund holds and is not known.", "Exposed.count": "Names in it.", "Exposed.long": "Long exposure.", "Exposed.short": "Short exposure, negative.",
	"Exposed.net": "Long and short together.", "Exposed.gross": "Long less short.", "Exposed.direct": "Net of what is held itself.", "Exposed.indirect": "Net of what funds hold.", "Exposed.share": "Share of the gross exposure.", "Exposed.weight": "Net as a share of the total value; null where that is not positive.",
	"FundKnown.known": "Share of the fund of which it is known what it is invested in.", "FundKnown.as_of": "Day of its list of holdings.", "FundKnown.source": "Who says so.", "FundKnown.reason": "Why not all of it is known.", "FundKnown.exposure": "Exposure to the fund.",
	"LookThrough.short": "Short exposure, negative.",

	"means": "What it means.", "formula": "Its formula.", "convention": "The convention chosen.", "source": "Where the formula or the data come from.", "MethodExplanation.name": "What the figure is called.",
	"Money.amount": "The amount.", "Money.currency": "Its currency.",

	"Attribution.days": "Days with a return on both sides.", "Attribution.portfolio": "Time-weighted return of the portfolio.", "Attribution.benchmark": "Return of the benchmark over the same days.", "Attribution.active": "Portfolio less benchmark.",
	"splits": "By sector: Brinson–Fachler and Brinson–Hood–Beebower, each linked after Carino and after Menchero. Cash and short positions are groups of their own.", "Attribution.currency": "By currency: allocation and selection of local returns, and what exchange rates did.",
	"Attribution.sectors": "The benchmark's sectors.", "weights_of": "Day of the benchmark's sector weights, which are carried on and back with the sectors' returns.", "unmatched": "By how much the benchmark's own return is above that of its sectors, a year; selection bears it.",
	"Attribution.notes": "What the reader should know of it.", "Attribution.reason": "Why there is nothing by sector.", "AttributionList.model": "brinson_fachler or brinson_hood_beebower.", "AttributionList.linking": "carino or menchero.", "AttributionList.rows": "The largest effect first.", "AttributionList.total": "All rows together: the active return.", "AttributionList.reason": "Why there is none.",
	"AttributionRow.key": "Sector, with \", short\" where it is held short; cash; or currency.", "AttributionRow.weight": "Mean weight in the portfolio.", "benchmark_weight": "Mean weight in the benchmark.", "selection": "From holding other things within it.",
	"AttributionRow.allocation": "From holding more or less of it than the benchmark.", "interaction": "From both together.", "exchange": "From exchange rates; by currency only.", "AttributionRow.total": "All effects of the group.",
	"BenchmarkSector.sector": "Name of the sector.", "BenchmarkSector.weight": "On the day of the weights.", "by": "Whose returns stand for it.", "SectorShare.sector": "Name of the sector.", "SectorShare.weight": "Fraction of the fund.", "Composition.sectors": "Sectors of the whole fund, as its manager states them.",
	"TailRow.days": "Days of history that it rests on.", "TailRow.from": "Close from which they begin.",
	"Contribution.return": "Time-weighted return of the period, which is split.", "Contribution.linking": "How days are joined: carino, or frongello where everything was lost on one.", "Contribution.days": "Days with a return.",
	"Contribution.holdings": "What each holding added, the largest first; with rest they add up to the return.", "rest": "Cash, and costs that belong to no holding.", "Contribution.sector": "By sector, cash and costs as cash.", "Contribution.class": "By class, cash and costs as cash.",
	"Contribution.currency": "By currency, with what each did to cash.", "effects": "All lines together.", "unlinked": "Gained on days on which nothing was invested, which no return holds.", "link_note": "Why days are joined otherwise than usual.", "Contribution.reason": "Why there is nothing to split.",
	"ContributionRow.key": "Symbol, or name of the group.", "ContributionRow.currency": "What the holding is quoted in.", "contribution": "Part of the return.", "ContributionRow.weight": "Mean share of the capital; a short position negative.",
	"ContributionRow.return": "Return of the holding itself.", "ContributionRow.gain": "What it earned, in the base currency.", "ContributionRow.local": "Part earned in its own currency.", "ContributionRow.fx": "Part that its currency made.", "ContributionRow.cross": "Part of both together.",

	"Analysis.ex_ante": "The risk of today's holdings.", "RiskAnswer.ex_ante": "The risk of today's holdings, from one factor model.",
	"ExAnte.model": "What the factor model rests on.", "ExAnte.factors": "Exposures to the factors.", "ExAnte.sources": "Where risk comes from.", "ExAnte.positions": "Each holding's part, the largest first.",
	"ExAnte.parametric": "Value at risk and shortfall of the model.", "ExAnte.backtest": "Value at risk of past days against what today's holdings did.", "ExAnte.greeks": "Sensitivities of the options.",
	"ExAnte.liquidity": "How fast holdings could be sold.", "ExAnte.scenarios": "What scenarios do, in the library's order.",
	"Model.factors": "Its factors.", "Model.condition": "Condition number of the standardised factors.", "Model.r2": "Share of the variance that factors explain.", "Model.left_out": "Holdings outside the model.",
	"Model.limited": "Holdings fitted on a part of the window.", "Model.notes": "Factors that are missing, and why.", "ModelFactor.kind": "market, style, rates, credit, currency or volatility.", "ModelFactor.proxy": "The series it is measured by.",
	"Outlook.model": "Expected by the factor model, a year.", "Outlook.ewma": "Expected for the next day, as a yearly figure.", "Outlook.realised21": "Of the last 21 days, a year.", "Outlook.realised63": "Of the last 63 days, a year.",
	"Outlook.percentile": "Share of the past year's readings at or below the last.", "Outlook.trend": "rising, falling or steady.",
	"Factor.kind": "market, style, rates, credit, currency or volatility.", "Factor.low": "Lower end of the 95% interval.", "Factor.high": "Upper end of it.", "Factor.t": "Exposure over its standard error.",
	"Factor.significant": "Whether |t| is 2 or more.", "Factor.money": "Money that moves with the factor.", "Factor.share": "Share of the variance.",
	"Sources.by_factor": "By group of factors, and what is specific; shares sum to one.", "Sources.by_sector": "By sector; shares sum to one.", "Source.share": "Share of the variance; negative when it hedges.",
	"Position.share": "Share of the variance; negative when it hedges.", "Position.component": "Its part of the value at risk; parts sum to it.", "Position.marginal": "Change of the value at risk for one unit of money more.",
	"Position.incremental": "Value at risk with it less without it.", "Position.market_beta": "Beta to the market.", "Position.r2": "Share of its price's variance that factors explain.",
	"Backtest.breaches": "Places of the days whose loss was above the value at risk.", "Backtest.expected": "Breaches expected.", "Backtest.kupiec_p": "p-value of their number.", "Backtest.independence_p": "p-value of their independence.",
	"Backtest.zone": "green, yellow or red.", "Backtest.accepted": "Whether neither test rejects at 5%.",
	"Correlation.symbols": "The holdings compared, ordered by cluster.", "Correlation.matrix": "A row a symbol.", "Correlation.clusters": "Groups that move together, consecutive in symbols.", "Correlation.mean": "Mean of all pairs.",
	"Correlation.of": "Holdings that could be compared.", "Correlation.omitted": "Holdings left out of the comparison.", "Correlation.effective_bets": "Number of independent bets.", "Correlation.diversification_ratio": "Volatilities added up over that of the whole.",
	"Cluster.symbols": "Its members.", "Cluster.mean": "Mean correlation of its pairs.", "Cluster.share": "Its value as a share of the total.",
	"Greeks.rows": "Each option.", "underlying": "What the option is on.", "GreekRow.spot": "Price of the underlying.",
	"Greeks.delta": "Money for a move of the underlyings by 100%.", "Greeks.gamma": "Change of delta for a move by 1%.", "Greeks.theta": "Money a calendar day.", "Greeks.vega": "Money a volatility point.", "Greeks.rho": "Money a basis point.",
	"GreekRow.delta": "Money for a move of the underlying by 100%.", "GreekRow.gamma": "Change of delta for a move by 1%.", "GreekRow.theta": "Money a calendar day.", "GreekRow.vega": "Money a volatility point.", "GreekRow.rho": "Money a basis point.",
	"RatesRisk.rows": "Each holding, the largest first.", "dv01": "Loss for yields one basis point higher.", "RateRow.duration": "Percent for a percentage point.", "RateRow.t": "t-statistic of the regression.",
	"Liquidity.participation": "Share of the usual volume that one trades.", "Liquidity.rows": "Each holding, the slowest first.", "Liquidity.within": "What can be sold in so many days.", "Liquidity.unknown": "Holdings without a known volume.", "Within.share": "Share of the gross value.",
	"Scenario.id": "Its name in addresses.", "Scenario.kind": "market, rates, styles, volatility, credit, currency, sector, replay or own.", "Scenario.severity": "base, mild, moderate, severe or extreme.", "Scenario.note": "What to know of its numbers.",
	"Scenario.shocks": "What it fixes, and what follows.", "Scenario.pnl": "Gain, or loss when negative.", "Scenario.share": "The same as a share of the value.", "Scenario.direct": "From what is shocked alone.", "Scenario.distance": "How many ordinary days the shocks amount to.",
	"Scenario.positions": "By holding; they add up.", "Scenario.factors": "By factor; they add up.", "Scenario.sectors": "By sector; they add up.", "Scenario.proxied": "Of a replay: what did not trade then and moved by its betas times the factors.", "Scenario.left_out": "Holdings it does not cover.",
	"ScenarioShock.on": "What moves.", "ScenarioShock.move": "By how much; of yields the change.", "ScenarioShock.unit": "fraction or yield.", "ScenarioShock.implied": "Whether it is expected, given the shocks.",
	"ScenarioPosition.move": "Of its value.", "pnl": "Gain, or loss when negative.",

	"Rolling.window": "Sessions of a window.", "Rolling.sessions": "Sessions with a return since the first booking.", "Rolling.days": "Sessions of the period, on each of which a window ends.", "Rolling.return": "Compounded over the window.", "Rolling.volatility": "A year.", "Rolling.sharpe": "A year.",
	"Rolling.beta": "To the benchmark.", "Rolling.correlation": "With the benchmark.", "Rolling.benchmark_return": "Of the benchmark, compounded over the window.", "Rolling.benchmark_volatility": "Of the benchmark, a year.", "Rolling.summary": "A measure each: return, volatility, sharpe, beta, correlation.", "Rolling.reason": "Why no window is full.",
	"RollingItem.measure": "return, volatility, sharpe, beta or correlation.", "RollingItem.latest": "Of the window that ends with the period.", "RollingItem.lowest": "The lowest of the period.", "RollingItem.lowest_on": "When that window ended.", "RollingItem.highest": "The highest of the period.", "RollingItem.highest_on": "When that window ended.", "RollingItem.median": "As often more as less.",
	"VolatilityForecast.model": "sample, ewma, garch, gjr or har.", "VolatilityForecast.says": "What it forecasts.", "VolatilityForecast.terms": "By horizon.", "VolatilityTerm.days": "Trading days ahead.", "VolatilityTerm.volatility": "Mean of these days, a year.",
	"Simulated.paths": "Paths drawn.", "Simulated.seed": "Seed of the paths.", "Simulated.low": "Lower end of the simulation's noise, 95%.", "Simulated.high": "Upper end of it.", "es_low": "Lower end of the noise of es, 95%.", "es_high": "Upper end of it.", "repriced": "Holdings priced anew on every path: options and bonds.", "Simulated.mean": "Mean profit of the paths.",
	"Simulated.volatility": "Deviation of the profits, in money over the horizon.", "Simulated.parts": "Each holding's part of the shortfall, the largest first.", "Simulated.histogram": "How many paths ended where.",
	"SimulatedPosition.component": "Its mean loss on the paths of the tail.", "Bin.low": "From this profit.", "Bin.high": "Up to this one.", "Bin.paths": "Paths in between.",
}
