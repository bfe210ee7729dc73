package analysis

const (
	herfindahl  = "Herfindahl and Hirschman"
	behindFunds = "Options count on their underlying with their delta-adjusted exposure, funds on what they hold where that is known; what is not known stays under the fund's own name. Cash apart."
	netOfName   = "The weight of a name is its net exposure, long or short, as a share of the sum over all names: what is long through one holding and short through another is not at risk."
	fundLists   = "the lists of holdings that funds publish, and today's holdings"
	asHeld      = "Each fund is one name; options count on their underlying with their delta-adjusted exposure. "
)

// concentrationExplanations are those of concentration, keyed by Figure.Method.
var concentrationExplanations = map[string]Explanation{
	"hhi":              {"Concentration (HHI)", "Between 0 and 1; one name alone is 1.", "Σ weight²", "Weights of the gross exposure, by instrument, cash apart.", herfindahl},
	"effective_number": {"Effective number of names", "How many equal positions would be as concentrated.", "1 / Σ weight²", "", herfindahl},
	"top3":             {"Three largest", "The share of the three largest positions in the gross exposure.", "Σ three largest weights", "", bookingsAndPrices},
	"top10":            {"Ten largest", "The share of the ten largest positions in the gross exposure.", "Σ ten largest weights", "", bookingsAndPrices},
	"largest":          {"Largest position", "The share of the largest position in the gross exposure.", "largest weight", "", bookingsAndPrices},
	"concentration":    {"Concentration", "How much hangs on few names.", "from the weights of all names", "Weights of the gross exposure, by instrument, cash apart.", bookingsAndPrices},

	"look_through_exposure":  {"Exposure behind the funds", "What would move with this name, issuer, sector, country or currency: what you hold of it yourself and what funds hold of it for you.", "Σ own exposure + Σ exposure to fund × weight in the fund", behindFunds, fundLists},
	"look_through_weight":    {"Weight behind the funds", "The exposure as a share of the total value; negative: short.", "net exposure / total value", behindFunds, fundLists},
	"look_through_long":      {"Long, behind the funds", "All long exposure by name.", "Σ positive exposures", behindFunds + " The lines of every list add up to it.", fundLists},
	"look_through_short":     {"Short, behind the funds", "All short exposure by name; negative.", "Σ negative exposures", behindFunds + " The lines of every list add up to it.", fundLists},
	"look_through_net":       {"Net, behind the funds", "Long less short.", "Σ exposures", behindFunds + " The lines of every list add up to it.", fundLists},
	"look_through_gross":     {"Gross, behind the funds", "Both sides added up.", "Σ |exposure|", behindFunds + " The lines of every list add up to it.", fundLists},
	"look_through_known":     {"Funds looked through", "The share of what is held in funds of which it is known what it is invested in.", "Σ |exposure to fund| × known share of the fund / Σ |exposure to fund|", "Funds held by funds are looked through too, five deep. A list older than 400 days is stale.", fundLists},
	"fund_known":             {"Known of this fund", "The share of the fund of which it is known what it is invested in.", "Σ weights of its list, less what nested funds leave unknown", "A list older than 400 days is stale.", "the list of holdings that the fund publishes"},
	"look_through_hhi":       {"Concentration (HHI), behind the funds", "Between 0 and 1; one name alone is 1.", "Σ weight²", netOfName + " " + behindFunds, herfindahl},
	"look_through_effective": {"Effective number of names, behind the funds", "How many equal names would be as concentrated.", "1 / Σ weight²", netOfName + " What is not known of a fund is one name, so the true number is higher.", herfindahl},
	"look_through_top3":      {"Three largest, behind the funds", "The weight of the three largest names.", "Σ three largest weights", netOfName + " " + behindFunds, fundLists},
	"look_through_top10":     {"Ten largest, behind the funds", "The weight of the ten largest names.", "Σ ten largest weights", netOfName + " " + behindFunds, fundLists},
	"as_held_hhi":            {"Concentration (HHI), by name", "Between 0 and 1; one name alone is 1.", "Σ weight²", asHeld + netOfName, herfindahl},
	"as_held_effective":      {"Effective number of names, by name", "How many equal names would be as concentrated.", "1 / Σ weight²", asHeld + netOfName, herfindahl},
	"as_held_top3":           {"Three largest, by name", "The weight of the three largest names.", "Σ three largest weights", asHeld + netOfName, bookingsAndPrices},
	"as_held_top10":          {"Ten largest, by name", "The weight of the ten largest names.", "Σ ten largest weights", asHeld + netOfName, bookingsAndPrices},
}
