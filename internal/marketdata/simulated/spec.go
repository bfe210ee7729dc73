package simulated

import (
	"github.com/foliosight/foliosight/finance/instrument"
	"github.com/foliosight/foliosight/finance/money"
)

// payout is how often an instrument pays.
type payout int

const (
	never     payout = 0
	yearly    payout = 1
	quarterly payout = 4
	monthly   payout = 12
)

// spec is the character of one instrument, from which its path is drawn.
type spec struct {
	symbol, name string
	class        instrument.Class
	sector       string
	country      string
	currency     money.Currency
	exchange     string

	last   float64 // about where the price ends, in today's shares
	growth float64 // log change of the price over the six years, beside the factors' own; see free
	free   bool    // growth is a drift a year on top of the factors, not a target
	loads  []load
	own    float64 // annual volatility of its own

	yield  float64 // paid out a year, as a part of the price
	pays   payout
	month  int // 0, 1, 2: which month of the quarter goes ex; for yearly payers the month less one
	carry  int // for bond funds, 1 + the tenor whose yield it earns and pays out
	volume float64

	split split
}

// split is a division of shares so many days before the as-of date.
type split struct {
	daysAgo  int
	new, old int64
}

const (
	tech     = "Information Technology"
	comm     = "Communication Services"
	disc     = "Consumer Discretionary"
	stap     = "Consumer Staples"
	fin      = "Financials"
	hlth     = "Health Care"
	ener     = "Energy"
	indu     = "Industrials"
	matl     = "Materials"
	util     = "Utilities"
	reit     = "Real Estate"
	broad    = "Diversified"
	bonds    = "Fixed Income"
	metals   = "Precious Metals"
	goods    = "Commodities"
	volIndex = "Volatility"
)

// shares are the single companies. A line reads: symbol, name, sector, exchange;
// last price and log growth; loads on the market and the factors; own volatility;
// yield and its month; volume in millions.
var shares = []spec{
	share("AAPL", "Apple Inc.", tech, "XNAS", 262, 0.72, 0.19, 0.0042, 1, 52, at(market, 1.12), at(technology, 0.55), at(quality, 0.8), at(size, -0.3)),
	share("MSFT", "Microsoft Corporation", tech, "XNAS", 492, 0.78, 0.17, 0.0070, 1, 22, at(market, 1.04), at(technology, 0.70), at(quality, 0.9), at(value, -0.4)),
	share("AMZN", "Amazon.com, Inc.", disc, "XNAS", 228, 0.38, 0.24, 0, 0, 41, at(market, 1.22), at(technology, 0.40), at(discretionary, 0.55), at(value, -0.7)),
	share("GOOGL", "Alphabet Inc. Class A", comm, "XNAS", 238, 0.82, 0.21, 0.0036, 2, 30, at(market, 1.08), at(technology, 0.35), at(communication, 0.60), at(value, -0.3)),
	share("META", "Meta Platforms, Inc.", comm, "XNAS", 640, 0.80, 0.29, 0.0032, 2, 14, at(market, 1.20), at(technology, 0.40), at(communication, 0.75), at(momentum, 0.3)),
	nvidia(),
	share("TSLA", "Tesla, Inc.", disc, "XNAS", 372, 0.50, 0.44, 0, 0, 88, at(market, 1.75), at(discretionary, 0.9), at(technology, 0.3), at(value, -0.9), at(momentum, 0.4)),
	share("AMD", "Advanced Micro Devices, Inc.", tech, "XNAS", 188, 0.70, 0.38, 0, 0, 48, at(market, 1.62), at(technology, 1.05), at(value, -0.5), at(momentum, 0.3)),
	share("NFLX", "Netflix, Inc.", comm, "XNAS", 505, 0.10, 0.32, 0, 0, 4.2, at(market, 1.15), at(communication, 0.6), at(technology, 0.3), at(value, -0.6)),
	share("SHOP", "Shopify Inc.", tech, "XNYS", 92, -0.18, 0.44, 0, 0, 9.5, at(market, 1.70), at(technology, 0.9), at(value, -1.0), at(size, 0.4)),
	share("ZM", "Zoom Communications, Inc.", tech, "XNAS", 66, -1.75, 0.36, 0, 0, 3.1, at(market, 0.85), at(technology, 0.6), at(value, -0.7), at(momentum, -0.5)),
	share("PTON", "Peloton Interactive, Inc.", disc, "XNAS", 7.8, -2.45, 0.62, 0, 0, 12, at(market, 1.60), at(discretionary, 0.8), at(momentum, -0.9), at(size, 0.9)),
	share("ROKU", "Roku, Inc.", comm, "XNAS", 68, -1.15, 0.50, 0, 0, 4.4, at(market, 1.65), at(communication, 0.8), at(value, -0.8), at(size, 0.6)),
	share("JPM", "JPMorgan Chase & Co.", fin, "XNYS", 268, 0.78, 0.16, 0.0215, 0, 9.8, at(market, 1.06), at(financials, 0.95), at(value, 0.6)),
	share("C", "Citigroup Inc.", fin, "XNYS", 71, 0.28, 0.21, 0.0300, 1, 13, at(market, 1.25), at(financials, 1.10), at(value, 0.9)),
	share("V", "Visa Inc.", fin, "XNYS", 338, 0.45, 0.13, 0.0075, 1, 6.4, at(market, 0.92), at(financials, 0.45), at(quality, 0.9), at(calm, 0.3)),
	share("BRK-B", "Berkshire Hathaway Inc. Class B", fin, "XNYS", 488, 0.72, 0.11, 0, 0, 3.9, at(market, 0.82), at(financials, 0.50), at(value, 0.5), at(calm, 0.4)),
	share("JNJ", "Johnson & Johnson", hlth, "XNYS", 178, 0.22, 0.12, 0.0290, 1, 7.6, at(market, 0.55), at(health, 0.80), at(calm, 0.9), at(quality, 0.4)),
	share("UNH", "UnitedHealth Group Incorporated", hlth, "XNYS", 452, 0.28, 0.22, 0.0165, 2, 5.5, at(market, 0.68), at(health, 0.85), at(quality, 0.3)),
	share("HD", "The Home Depot, Inc.", disc, "XNYS", 388, 0.38, 0.15, 0.0235, 2, 3.6, at(market, 1.00), at(discretionary, 0.80), at(quality, 0.6)),
	share("PG", "The Procter & Gamble Company", stap, "XNYS", 168, 0.21, 0.11, 0.0240, 0, 6.7, at(market, 0.48), at(staples, 0.90), at(calm, 0.9), at(quality, 0.5)),
	share("XOM", "Exxon Mobil Corporation", ener, "XNYS", 116, 0.95, 0.14, 0.0340, 1, 16, at(market, 0.80), at(energy, 1.00), at(commodities, 0.15), at(value, 0.6)),
	share("F", "Ford Motor Company", disc, "XNYS", 10.9, 0.22, 0.26, 0.0480, 1, 58, at(market, 1.35), at(discretionary, 0.8), at(value, 1.1)),
	share("GE", "General Electric Company (GE Aerospace)", indu, "XNYS", 212, 1.20, 0.21, 0.0065, 2, 5.6, at(market, 1.15), at(industrials, 1.2), at(momentum, 0.4)),
	european("SAP", "SAP SE", tech, 228, 0.72, 0.17, 0.0100, 1.6, at(market, 0.95), at(technology, 0.55), at(europe, 0.9), at(quality, 0.5)),
	european("ASML", "ASML Holding N.V.", tech, 742, 0.62, 0.26, 0.0090, 0.1, at(market, 1.30), at(technology, 1.00), at(europe, 0.6)),
	european("SIE", "Siemens AG", indu, 226, 0.68, 0.17, 0.0230, 1.2, at(market, 1.05), at(industrials, 1.00), at(europe, 1.0)),
}

// funds are the funds and exchange-traded funds, the proxies of the factors among them.
var funds = []spec{
	etf("SPY", "SPDR S&P 500 ETF Trust", broad, 652, 0, 0.004, 0.0125, quarterly, 62, at(market, 1)),
	etf("VTI", "Vanguard Total Stock Market ETF", broad, 322, 0, 0.005, 0.0130, quarterly, 3.4, at(market, 1.01), at(size, 0.12)),
	etf("QQQ", "Invesco QQQ Trust", tech, 588, 0.012, 0.02, 0.0056, quarterly, 46, at(market, 1.10), at(technology, 0.62), at(value, -0.35), at(communication, 0.2)),
	etf("IWM", "iShares Russell 2000 ETF", broad, 238, -0.005, 0.03, 0.0115, quarterly, 29, at(market, 1.14), at(size, 1.00), at(quality, -0.4)),
	etf("IJR", "iShares Core S&P Small-Cap ETF", broad, 118, 0, 0.03, 0.0150, quarterly, 4.8, at(market, 1.10), at(size, 0.95), at(value, 0.35)),
	etf("VTV", "Vanguard Value ETF", broad, 184, 0, 0.01, 0.0215, quarterly, 2.3, at(market, 0.92), at(value, 0.95), at(calm, 0.2)),
	etf("VUG", "Vanguard Growth ETF", broad, 462, 0.004, 0.015, 0.0045, quarterly, 1.1, at(market, 1.08), at(value, -0.85), at(technology, 0.35)),
	etf("MTUM", "iShares MSCI USA Momentum Factor ETF", broad, 242, 0, 0.02, 0.0090, quarterly, 0.8, at(market, 1.02), at(momentum, 1.00)),
	etf("QUAL", "iShares MSCI USA Quality Factor ETF", broad, 192, 0, 0.01, 0.0105, quarterly, 1.3, at(market, 0.99), at(quality, 1.00)),
	etf("USMV", "iShares MSCI USA Min Vol Factor ETF", broad, 95, 0.010, 0.01, 0.0160, quarterly, 2.6, at(market, 0.72), at(calm, 1.00)),
	etf("SIZE", "iShares MSCI USA Size Factor ETF", broad, 158, 0, 0.015, 0.0140, quarterly, 0.1, at(market, 1.04), at(size, 0.55), at(value, 0.2)),
	etf("XLK", "Technology Select Sector SPDR Fund", tech, 268, 0.002, 0.01, 0.0065, quarterly, 6.2, at(market, 1.10), at(technology, 1.00)),
	etf("XLC", "Communication Services Select Sector SPDR Fund", comm, 112, 0, 0.01, 0.0085, quarterly, 5.4, at(market, 1.02), at(communication, 1.00)),
	etf("XLY", "Consumer Discretionary Select Sector SPDR Fund", disc, 232, 0, 0.01, 0.0080, quarterly, 3.9, at(market, 1.12), at(discretionary, 1.00)),
	etf("XLP", "Consumer Staples Select Sector SPDR Fund", stap, 82, 0.010, 0.01, 0.0260, quarterly, 11, at(market, 0.55), at(staples, 1.00)),
	etf("XLF", "Financial Select Sector SPDR Fund", fin, 53, 0, 0.01, 0.0140, quarterly, 38, at(market, 1.02), at(financials, 1.00)),
	etf("XLV", "Health Care Select Sector SPDR Fund", hlth, 146, 0.010, 0.01, 0.0160, quarterly, 9.1, at(market, 0.70), at(health, 1.00)),
	etf("XLE", "Energy Select Sector SPDR Fund", ener, 92, 0.02, 0.02, 0.0330, quarterly, 17, at(market, 0.85), at(energy, 1.00)),
	etf("XLI", "Industrial Select Sector SPDR Fund", indu, 152, 0, 0.01, 0.0130, quarterly, 9.0, at(market, 1.04), at(industrials, 1.00)),
	etf("XLB", "Materials Select Sector SPDR Fund", matl, 91, 0, 0.01, 0.0190, quarterly, 5.7, at(market, 1.02), at(materials, 1.00)),
	etf("XLU", "Utilities Select Sector SPDR Fund", util, 83, 0.010, 0.01, 0.0280, quarterly, 13, at(market, 0.48), at(utilities, 1.00), at(yield10, -2)),
	etf("XLRE", "Real Estate Select Sector SPDR Fund", reit, 42, 0.005, 0.01, 0.0340, quarterly, 6.3, at(market, 0.90), at(realEstate, 1.00), at(yield10, -3)),
	etf("VNQ", "Vanguard Real Estate ETF", reit, 91, 0.005, 0.02, 0.0380, quarterly, 4.1, at(market, 0.92), at(realEstate, 1.02), at(yield10, -3)),
	etf("EFA", "iShares MSCI EAFE ETF", broad, 90, 0.005, 0.02, 0.0280, quarterly, 15, at(market, 0.92), at(europe, 0.75)),
	etf("VEA", "Vanguard FTSE Developed Markets ETF", broad, 58, 0.005, 0.02, 0.0290, quarterly, 12, at(market, 0.92), at(europe, 0.70)),
	etf("EEM", "iShares MSCI Emerging Markets ETF", broad, 50, 0, 0.03, 0.0240, yearly, 31, at(market, 0.85), at(emerging, 1.00)),
	etf("GLD", "SPDR Gold Shares", metals, 262, 0, 0.02, 0, never, 8.4, at(gold, 1), at(market, 0.05), at(yield10, -3)),
	etf("DBC", "Invesco DB Commodity Index Tracking Fund", goods, 22.4, 0, 0.02, 0, never, 1.3, at(commodities, 1), at(market, 0.22), at(energy, 0.2)),
	etf("DJP", "iPath Bloomberg Commodity Index Total Return ETN", goods, 33.6, 0.01, 0.02, 0, never, 0.2, at(commodities, 0.88), at(market, 0.18), at(energy, 0.12), at(gold, 0.1)),
	bondFund("BIL", "SPDR Bloomberg 1-3 Month T-Bill ETF", 91.5, tenor3M, 6.8, 0.001),
	bondFund("SHY", "iShares 1-3 Year Treasury Bond ETF", 82.4, tenor2Y, 4.3, 0.003, at(yield2, -1.85)),
	bondFund("IEF", "iShares 7-10 Year Treasury Bond ETF", 95.8, tenor10Y, 7.2, 0.004, at(yield10, -7.2)),
	bondFund("TLT", "iShares 20+ Year Treasury Bond ETF", 89.6, tenor30Y, 34, 0.006, at(yield30, -16.4)),
	bondFund("TIP", "iShares TIPS Bond ETF", 109.6, tenor5Y, 2.4, 0.008, at(yield10, -5.8), at(commodities, 0.04)),
	bondFund("BND", "Vanguard Total Bond Market ETF", 73.8, tenor10Y, 6.1, 0.004, at(yield10, -5.9), at(credit, 0.15)),
	bondFund("LQD", "iShares iBoxx $ Investment Grade Corporate Bond ETF", 110.4, tenor10Y, 23, 0.006, at(yield10, -8.1), at(credit, 0.70), at(market, 0.08)),
	bondFund("HYG", "iShares iBoxx $ High Yield Corporate Bond ETF", 80.2, tenor5Y, 36, 0.008, at(yield10, -2.4), at(credit, 1.00), at(market, 0.28)),
	mutual("FXNAX", "Fidelity U.S. Bond Index Fund", bonds, 10.46, 0, 0.003, 0, monthly, tenor10Y+1, at(yield10, -5.9), at(credit, 0.12)),
	mutual("FCNTX", "Fidelity Contrafund", broad, 22.6, 0.015, 0.025, 0.045, yearly, 0, at(market, 1.06), at(technology, 0.35), at(value, -0.35), at(momentum, 0.15)),
	mutual("FMAGX", "Fidelity Magellan Fund", broad, 15.4, 0.010, 0.025, 0.050, yearly, 0, at(market, 1.08), at(technology, 0.30), at(value, -0.40)),
	mutual("VTIAX", "Vanguard Total International Stock Index Fund Admiral", broad, 38.2, 0.005, 0.02, 0.028, quarterly, 0, at(market, 0.90), at(europe, 0.55), at(emerging, 0.30)),
	worldFund(),
}

func at(f factor, by float64) load { return load{f, by} }

// share is a company that trades in New York, pays quarterly or (yield 0) never.
func share(symbol, name, sector, exchange string, last, growth, own, yield float64, month int, volume float64, loads ...load) spec {
	s := spec{symbol: symbol, name: name, class: instrument.Equity, sector: sector, country: "US", currency: "USD", exchange: exchange,
		last: last, growth: growth, own: own, yield: yield, month: month, volume: volume, loads: loads}
	if yield > 0 {
		s.pays = quarterly
	}
	switch symbol {
	case "SHOP":
		s.country = "CA"
	}
	return s
}

// nvidia divided its shares ten for one in the year before last: the prices
// before are ten times those after, and so is what it paid.
func nvidia() spec {
	s := share("NVDA", "NVIDIA Corporation", tech, "XNAS", 178, 2.35, 0.36, 0.0003, 2, 190,
		at(market, 1.70), at(technology, 1.15), at(momentum, 0.6), at(value, -0.5))
	s.split = split{daysAgo: 430, new: 10, old: 1}
	return s
}

// european is a company that trades on Xetra in euro and pays once a year, in spring.
func european(symbol, name, sector string, last, growth, own, yield, volume float64, loads ...load) spec {
	s := share(symbol, name, sector, "XETR", last, growth, own, yield, 4, volume, loads...)
	s.country, s.currency, s.pays = "DE", "EUR", yearly
	if symbol == "ASML" {
		s.country = "NL"
	}
	return s
}

// etf drifts so much a year beside its factors.
func etf(symbol, name, sector string, last, drift, own, yield float64, pays payout, volume float64, loads ...load) spec {
	return spec{symbol: symbol, name: name, class: instrument.ETF, sector: sector, country: "US", currency: "USD", exchange: "ARCX",
		last: last, growth: drift, free: true, own: own, yield: yield, pays: pays, month: 2, volume: volume, loads: loads}
}

// bondFund earns the yield of its tenor and pays it out monthly.
func bondFund(symbol, name string, last float64, tenor int, volume, own float64, loads ...load) spec {
	s := etf(symbol, name, bonds, last, -0.0006, own, 0, monthly, volume, loads...)
	s.carry = tenor + 1
	return s
}

// mutual is a fund with one price a day and no volume.
func mutual(symbol, name, sector string, last, drift, own, yield float64, pays payout, carry int, loads ...load) spec {
	s := etf(symbol, name, sector, last, drift, own, yield, pays, 0, loads...)
	s.class, s.exchange, s.carry, s.month = instrument.Fund, "XNAS", carry, 11
	if pays == quarterly {
		s.month = 2
	}
	return s
}

// worldFund is a European fund of world shares in euro that keeps its dividends.
func worldFund() spec {
	s := etf("EUNL", "iShares Core MSCI World UCITS ETF", broad, 104, 0.012, 0.015, 0, never, 0.4, at(market, 0.94), at(europe, 0.25))
	s.currency, s.country, s.exchange = "EUR", "IE", "XETR"
	return s
}
