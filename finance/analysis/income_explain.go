package analysis

const forward = "What is announced, and the last year's regular payments repeated a year later at today's quantity where nothing is announced. Specials are not repeated, and a payer that is overdue gives nothing."

// incomeExplanations are those of the figures of an Income.
var incomeExplanations = map[string]Explanation{
	"income_received":         {"Received in the last twelve months", "Dividends, coupons and interest as booked, before taxes; interest paid taken off.", "Σ amount + fees + taxes", "At the rate recorded on the booking, else the market's of its day.", yourBookings},
	"income_before":           {"Received in the twelve months before", "The same a year earlier.", "Σ amount + fees + taxes", "", yourBookings},
	"income_growth":           {"Growth of the income", "By how much the last twelve months exceed the twelve months before.", "received / received a year earlier − 1", "In the base currency, purchases and sales included.", yourBookings},
	"income_withheld":         {"Taxes kept back", "Taxes on dividends, coupons and interest, as booked with them.", "Σ taxes", "Those booked apart from a payment are not in it.", yourBookings},
	"income_month":            {"Received in the month", "Dividends, coupons and interest booked in the month, before taxes.", "Σ amount + fees + taxes", "", yourBookings},
	"income_year":             {"Received in the year", "Dividends, coupons and interest booked in the year, before taxes.", "Σ amount + fees + taxes", "", yourBookings},
	"income_dividends":        {"Dividends and coupons", "What holdings paid, before taxes; what a short position paid taken off.", "Σ amount + fees + taxes", "", yourBookings},
	"income_interest":         {"Interest", "Interest received on cash, less interest paid.", "Σ received − Σ paid", "", yourBookings},
	"income_expected":         {"Expected in the next twelve months", "What the dividends and coupons of today's holdings may come to, before taxes.", "Σ quantity × payment a share × exchange rate of today", forward, "the stored dividends and your transactions"},
	"income_month_expected":   {"Expected in the month", "What may be paid in the month, before taxes.", "Σ quantity × payment a share × exchange rate of today", forward, "the stored dividends and your transactions"},
	"income_announced":        {"Announced", "Payments that were declared: those whose ex-date is over, and those to come if you hold until then.", "Σ quantity × payment a share × exchange rate of today", "", "the stored dividends"},
	"income_estimated":        {"Estimated", "Regular payments of the last year once more.", "Σ quantity today × payment a share of a year ago × exchange rate of today", forward, "the stored dividends and your transactions"},
	"income_yield":            {"Yield", "What is expected in the next twelve months as a share of today's value, cash left out.", "expected / value", forward, "the stored dividends and prices"},
	"income_on_cost":          {"Yield on cost", "What is expected in the next twelve months as a share of what was paid.", "expected / cost", forward, "the stored dividends and your transactions"},
	"income_per_share_growth": {"Growth of the dividend", "By how much the regular payments a share of the last year exceed those of the year before.", "Σ last year / Σ year before − 1", "So many payments as come in a year, in the payer's currency, splits taken out.", "the stored dividends"},
	"income_payment":          {"Payment to come", "What this payment may bring, before taxes.", "quantity × payment a share × exchange rate of today", "Of an announced one for who holds at the close before the ex-date.", "the stored dividends"},
}
