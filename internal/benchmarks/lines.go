package main

// line is one task of the table.
type line struct {
	part string // heading, on the first line of its part
	name string

	pkg, benchmark string   // of ours: package and benchmark, as go test names it
	process        []string // or arguments of the program, with {} for the folder of a workload
	folder         string   // the workload
	allCores       bool     // measured by the wall, on all cores
	once           bool     // long: measured in the first turn alone
	requests       string   // count of the loop where it is not by time
	needs          string   // an environment variable without which it is left out
	metric         string   // the figure, where it is not the time of a turn: in milliseconds
	items          float64  // what a turn holds, to tell the time of one; 0 is not told

	seconds  float64 // target: at most; 0 is none
	faster   float64 // target: at least so many times as fast as the peer; 0 is none
	megabyte float64 // target: at most; 0 is none
	accuracy string  // metric of our error, which is to be no larger than the peer's

	peer     string  // who it is
	key      string  // what scripts/peers calls it; "" where it cannot run here
	recorded float64 // its time as recorded on the machine of the records; 0 is none
}

// lines are what is asked for. A ratio below one says that the peer may be so much faster.
var lines = []line{
	{part: "Beside a peer, one core each", name: "12 metrics of 1,000 portfolios × 2,520 days (ours: all of the standard set)",
		pkg: "finance/risk", benchmark: "BenchmarkMeasure1000x2520", faster: 5, peer: "numpy, vectorised", key: "metrics", recorded: 0.4289},
	{name: "8-factor OLS, 5,000 positions × 252 days: betas, t, R²",
		pkg: "finance/factor", benchmark: "BenchmarkFitMany5000x252x8", faster: 1, peer: "numpy, shared QR", key: "ols", recorded: 0.0081},
	{name: "covariance, 500 × 1,260",
		pkg: "finance/covariance", benchmark: "BenchmarkEstimators500x1260/sample", faster: 0.25, peer: "numpy, OpenBLAS", key: "covariance", recorded: 0.0087},
	{name: "historical VaR and ES, 10,000 portfolios of 50 of 500 names × 1,260 days",
		pkg: "finance/risk", benchmark: "BenchmarkTails10000x50x1260", faster: 1.5, peer: "numpy, OpenBLAS", key: "tails", recorded: 0.3711},
	{name: "European price with all greeks",
		pkg: "finance/option", benchmark: "BenchmarkEuropeanMany", seconds: 200e-9, peer: "QuantLib, bare kernel, 5 greeks", key: "european_kernel", recorded: 213.9e-9},
	{name: "the same, as a user of QuantLib writes it",
		pkg: "finance/option", benchmark: "BenchmarkEuropeanMany", seconds: 200e-9, peer: "QuantLib, objects", key: "european_objects", recorded: 4510e-9},
	{name: "American price",
		pkg: "finance/option", benchmark: "BenchmarkAmericanCases", seconds: 24e-6, accuracy: "rmse/strike", peer: "QuantLib, QdFp fast", key: "american_qdfp_fast", recorded: 23.93e-6},
	{name: "implied volatility",
		pkg: "finance/option", benchmark: "BenchmarkImpliedVolatilityMany", seconds: 366e-9, peer: "Let's Be Rational", recorded: 365.7e-9},
	{name: "implied volatility, the same volatilities to 1e-12",
		pkg: "finance/option", benchmark: "BenchmarkImpliedVolatilityMany", seconds: 366e-9, peer: "QuantLib", key: "implied", recorded: 1336.2e-9},
	{name: "bond of 10 years: yield, duration, convexity",
		pkg: "finance/bond", benchmark: "BenchmarkFromClean/10_years", seconds: 5e-6, peer: "QuantLib, there without the yield", key: "bond", recorded: 118.25e-6},
	{name: "bond of 30 years: yield, duration, convexity",
		pkg: "finance/bond", benchmark: "BenchmarkFromClean/30_years", seconds: 5e-6, peer: "QuantLib", key: "bond_30"},
	{name: "XIRR of 50 flows",
		pkg: "finance/performance", benchmark: "BenchmarkXIRR/50_flows_of_a_saver", seconds: 5e-6, peer: "scipy, brentq", key: "xirr", recorded: 130e-6},
	{name: "hierarchical risk parity of 500 names",
		pkg: "finance/optimize", benchmark: "BenchmarkHierarchical500", seconds: 0.050, peer: "PyPortfolioOpt", recorded: 1.0608},
	{name: "minimum variance of 500 names",
		pkg: "finance/optimize", benchmark: "BenchmarkMinVolatility500", seconds: 0.055, peer: "cvxopt", key: "minimum_variance", recorded: 0.0545},
	{name: "principal components of 500 names",
		pkg: "finance/covariance", benchmark: "BenchmarkPCA500", peer: "numpy, LAPACK", key: "pca", recorded: 0.0244},

	{part: "The standard analysis, 30 positions long and short with options", name: "one book, its panel in memory, one core",
		pkg: "finance/analysis", benchmark: "BenchmarkLongShort", seconds: 0.010},
	{name: "1,000 books that share a panel, folded and analysed", pkg: "finance/analysis", benchmark: "BenchmarkManyPortfolios/1000", allCores: true, requests: "1x", items: 1000, megabyte: 1500},
	{name: "2,500", pkg: "finance/analysis", benchmark: "BenchmarkManyPortfolios/2500", allCores: true, once: true, requests: "1x", items: 2500, megabyte: 1500},
	{name: "5,000", pkg: "finance/analysis", benchmark: "BenchmarkManyPortfolios/5000", allCores: true, once: true, requests: "1x", items: 5000, megabyte: 1500},
	{name: "10,000", pkg: "finance/analysis", benchmark: "BenchmarkManyPortfolios/10000", allCores: true, once: true, requests: "1x", items: 10000, seconds: 60, megabyte: 1500},
	{name: "asked apart: Monte Carlo, 100,000 paths, options in full", pkg: "finance/analysis", benchmark: "BenchmarkAskedApart/simulation", seconds: 2},
	{name: "asked apart: every model of volatility, fitted", pkg: "finance/analysis", benchmark: "BenchmarkAskedApart/forecasts", seconds: 2},
	{name: "asked apart: GARCH(1,1) of 1,500 days", pkg: "finance/volatility", benchmark: "BenchmarkFitGARCH1500", seconds: 2, peer: "arch, recursion in Python, 2,520 days", recorded: 0.5644},
	{name: "asked apart: 504 days × 10 American options in full", pkg: "finance/risk", benchmark: "BenchmarkRevalueOptions", seconds: 2},

	{part: "One analyze process, from files", name: "1,900 transactions × 60 symbols × 8 years",
		process: analyze, folder: "Home", allCores: true, seconds: 0.060, peer: "Ghostfolio: 12 to 28 s"},
	{name: "14,400 × 250 × 12 years", process: analyze, folder: "Office", allCores: true, seconds: 0.3, megabyte: 200, peer: "Ghostfolio, 6.5 GB", recorded: 286},
	{name: "L: 100,000 × 500 × 10 years", process: analyze, folder: "L", allCores: true, seconds: 1, megabyte: 500, peer: "beancount, monthly values and XIRR", recorded: 20.856},

	{part: "Workload L in memory", name: "daily values, TWR and XIRR",
		pkg: "finance/analysis", benchmark: "BenchmarkReturnsFromMemory", seconds: 0.063, faster: 1, peer: "numpy, vectorised", key: "valuation", recorded: 0.0628},
	{name: "exact lots and gains", pkg: "finance/analysis", benchmark: "BenchmarkLotsAndGains", allCores: true, requests: "5x", seconds: 0.150},
	{name: "another period of the same portfolio, 5 years", pkg: "finance/analysis", benchmark: "BenchmarkSecondPeriod/5Y", seconds: 0.005},
	{name: "a filter: one account of ten, for the first time", pkg: "finance/analysis", benchmark: "BenchmarkNode/account", allCores: true, seconds: 0.005},
	{name: "fold of the whole ledger", pkg: "finance/portfolio", benchmark: "BenchmarkFold", allCores: true},
	{name: "fold after an edit in the last week", pkg: "finance/portfolio", benchmark: "BenchmarkRefold/last_week", allCores: true},

	{part: "Served, with 14,400 transactions stored", name: "overview, slowest of a hundred requests",
		pkg: "internal/e2e", benchmark: "BenchmarkPages/overview", allCores: true, once: true, requests: "500x", metric: "p99-ms", seconds: 0.020},

	{part: "The new day of 5,000 symbols, from a source that answers at once", name: "into SQLite",
		pkg: "internal/e2e/both", benchmark: "BenchmarkDailySync/SQLite", allCores: true, once: true, requests: "1x", items: 5000, megabyte: 200},
	{name: "into PostgreSQL, whose own process is not counted", needs: "FOLIOSIGHT_TEST_POSTGRES",
		pkg: "internal/e2e/both", benchmark: "BenchmarkDailySync/PostgreSQL", allCores: true, once: true, requests: "1x", items: 5000, megabyte: 200},
}

var analyze = []string{"analyze", "{}/transactions.csv", "--prices", "{}/prices.csv", "--prices", "{}/bench.csv", "--benchmark", "BENCH"}
