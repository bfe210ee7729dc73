package page_test

import (
	"math"
	"math/rand/v2"

	"github.com/a-h/templ"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/internal/web/assets"
	"github.com/foliosight/foliosight/internal/web/chart"
	"github.com/foliosight/foliosight/internal/web/format"
	"github.com/foliosight/foliosight/internal/web/page"
	"github.com/foliosight/foliosight/internal/web/view"
)

// The samples are pages with made-up figures, to look at and to test the
// templates with.

var files = func() *assets.Files {
	f, err := assets.Load()
	if err != nil {
		panic(err)
	}
	return f
}()

func sampleBase(theme string) view.Base {
	return view.Base{Lang: "en", Theme: theme, Assets: files.View()}
}

func samplePage(title, at, theme string) view.Page {
	link := func(label, href, icon, key string) view.Link {
		return view.Link{Label: label, Href: href, Icon: icon, Key: key, Current: href == at}
	}
	main := []view.Link{
		link("Overview", "/overview", "layout-dashboard", "g o"), link("Holdings", "/holdings", "layers", "g h"),
		link("Performance", "/performance", "chart-line", "g p"), link("Transactions", "/transactions", "arrow-left-right", "g t"),
	}
	data := []view.Link{link("Prices & valuations", "/prices", "tag", "g v"), link("Data status", "/status", "database", "g d")}
	page := view.Page{
		Base: sampleBase(theme), Title: title, Portfolio: "Long/short demo", Subtitle: "Long/short demo · 30 Jun 2025",
		Switcher: view.Switcher{Initials: "LS", Name: "Long/short demo", Note: "3 accounts · USD", New: "/portfolios/new", Items: []view.Link{
			{Label: "All portfolios", Note: "3 portfolios · USD", Href: "/overview"}, {Label: "Long/short demo", Note: "3 accounts · USD", Href: "/overview", Current: true},
		}},
		Foot:   append(data, link("Settings", "/settings", "settings", "g s")),
		Person: view.Person{Initials: "MK", Name: "M. Keller", Role: "Owner"},
		AsOf:   view.AsOf{State: "live", Text: "As of the close of 30 Jun 2025"}, PaletteURL: "/palette", Here: at,
		Simulated: "Simulated prices: this portfolio lives in a market that never was. Figures are right for it and mean nothing outside.",
	}
	var group view.NavGroup
	for _, l := range main {
		item := view.NavItem{Link: l}
		if l.Label == "Transactions" {
			item.Count = "3"
		}
		group.Items = append(group.Items, item)
	}
	page.Nav = []view.NavGroup{group}
	page.Bottom = append(main, view.Link{Label: "More", Href: "/palette", Icon: "menu"})
	return page
}

func sampleOverview(theme string) templ.Component {
	explain := func(id, name, precise string) *view.Explain {
		return &view.Explain{ID: id, Name: name, Precise: precise, Unit: "USD", Money: true, Status: view.Estimated,
			Formula: []string{"value = Σ quantity × price × rate + cash", "4,199,621.60 = 3,395,451.60 + 804,170.00"},
			Terms: []view.Term{{Label: "Means", Text: "What everything held would bring at the last prices, cash included."}, {Label: "Method", Text: "Market value at the close; private assets by statement."},
				{Label: "Inputs", Text: "30 price series, 3 valuations, 1 exchange rate"}, {Label: "Coverage", Text: "100% of holdings; 12.6% estimated"}, {Label: "As of", Text: "30 Jun 2025, ledger version 1,214"}},
			Link: &view.Link{Label: "Open in Holdings", Href: "/holdings"}}
	}
	part := func(text string) view.Part { return view.Part{Text: text, Strong: true} }
	v := view.Overview{
		Page:  samplePage("Overview", "/overview", theme),
		Value: view.Figure{Label: "Total value", Text: "4,199,621", Unit: "USD", Money: true, Mark: view.Estimated, MarkText: "12.6% of value by statement", Explain: explain("x-value", "Total value", "4,199,621.60")},
		Cents: ".60", Change: view.Figure{Text: "+16,888.25", Tone: view.Gain, Money: true}, ChangePart: view.Figure{Text: "+0.40%"}, ChangeNote: "on 30 Jun 2025",
		Strip: []view.Figure{
			{Label: "Gain since start", Text: "+849,622", Tone: view.Gain, Money: true, Note: "on 3,350,000 paid in", Explain: explain("x-gain", "Gain since start", "+849,621.60")},
			{Label: "Return, time-weighted", Text: "+14.24%", Note: "1 year"}, {Label: "Return, money-weighted", Text: "+16.39%", Note: "a year, since start"},
			{Label: "Against S&P 500", Text: "−0.43 pp", Tone: view.Loss, Note: "1 year · +3.45 pp this year"},
		},
		Chart: view.Chart{ID: "value", Title: "Value", Source: "/charts/value", Height: "value", Summary: "Value over a year.",
			Legend: []view.Legend{{Label: "Portfolio", Kind: "own"}, {Label: "S&P 500, same flows", Kind: "bench"}, {Label: "Paid in", Kind: "paid"}},
			Kinds:  []view.Choice{{Label: "Value", Href: "?kind=value", Current: true, Source: "/charts/value"}, {Label: "Return", Href: "?kind=return", Source: "/charts/return"}},
			Periods: []view.Choice{{Label: "1M", Href: "?period=1M", Source: "/charts/value?period=1M"}, {Label: "3M", Href: "?period=3M", Source: "/charts/value"}, {Label: "YTD", Href: "?", Source: "/charts/value"},
				{Label: "1Y", Href: "?period=1Y", Current: true, Source: "/charts/value?period=1Y"}, {Label: "5Y", Disabled: true, Why: "the portfolio is one and a half years old"}, {Label: "Max", Href: "?", Source: "/charts/value"}},
			Table: &view.Table{Caption: "Value by month", Head: []string{"Month", "Portfolio", "S&P 500"}, Rows: [][]string{{"Jun 2025", "4,199,622", "4,210,114"}}}, Export: "/charts/value.csv"},
		Briefing: view.Briefing{Date: "Mon 30 June", Tag: &view.Tag{Text: "simulated", Mark: view.Simulated}, Items: []view.BriefItem{
			{Icon: "trending-up", Parts: []view.Part{view.Words("Up "), {Text: "+16,888", Strong: true, Money: true}, view.Words(" today. AAPL and NVDA gave "), part("+22,581"), view.Words(", AMZN and TSLA took "), part("−10,235"), view.Words(".")}},
			{Icon: "triangle-alert", Parts: []view.Part{part("NVDA is 30.1% of value"), view.Words(", three positions make 48%. The effective number of positions is "), part("8.4"), view.Words(".")}},
			{Icon: "calendar-clock", Parts: []view.Part{view.Words("VIX 25 calls expire in "), part("16 days"), view.Words(", "), {Text: "−20,800", Strong: true, Tone: view.Loss}, view.Words(" so far.")}},
			{Icon: "hand-coins", Parts: []view.Part{part("1,690.00"), view.Words(" of dividends received in June, "), part("12,300.00"), view.Words(" in the last twelve months.")}},
			{Icon: "scale", Parts: []view.Part{view.Words("Ahead of the S&P 500 by "), part("+3.45 pp"), view.Words(" this year, with 24% less volatility.")}},
		}, Foot: "Every figure opens its calculation."},
		Risk: view.RiskStrip{Note: "from 252 daily returns", Items: []view.RiskItem{
			{Figure: view.Figure{Label: "Net exposure", Text: "68.3%", Note: "limit 80%"}, Limit: view.Limit{Share: 68, Has: true}},
			{Figure: view.Figure{Label: "Gross exposure", Text: "145.7%", Note: "limit 150%"}, Limit: view.Limit{Share: 77.7, Has: true}},
			{Figure: view.Figure{Label: "Beta to S&P 500", Text: "0.64", Note: "252 days, R² 0.71"}, Limit: view.Limit{Share: 60}},
			{Figure: view.Figure{Label: "Volatility, 1 year", Text: "13.8%", Note: "S&P 500 16.9%"}, Limit: view.Limit{Share: 65}},
			{Figure: view.Figure{Label: "VaR 95%, 1 day", Text: "51,997", Money: true, Note: "1.24% · historical", Mark: view.Partial, MarkText: "3 private assets left out", Explain: explain("x-var", "VaR 95%, 1 day", "51,996.87")}, Limit: view.Limit{Share: 66}},
			{Figure: view.Figure{Label: "Largest position", Text: "NVDA 30.1%", Note: "over the 25% limit", NoteTone: view.Warn}, Limit: view.Limit{Share: 96, Over: true, Has: true}},
		}},
		Allocation: view.Allocation{Views: []view.AllocationView{
			{Label: "Class", Slices: []view.Slice{{From: 0, Share: 58, Fill: "fill-1"}, {From: 58.5, Share: 21, Fill: "fill-4", Hatched: true}, {From: 80, Share: 1, Fill: "fill-3"}, {From: 81.5, Share: 7, Fill: "fill-2"}, {From: 89, Share: 11, Fill: "fill-rest"}},
				Rows: []view.Row{{Name: "US equity, long", Swatch: "fill-1", Value: "4,371,062", Money: true, Aside: "104.1%"}, {Name: "Equity, short", Swatch: "fill-4", Hatched: true, Value: "−1,544,971", Money: true, Aside: "−36.8%"},
					{Name: "Options", Swatch: "fill-3", Value: "41,045", Money: true, Aside: "1.0%"}, {Name: "Private assets", Mark: view.Estimated, MarkText: "by statement", Swatch: "fill-2", Value: "528,316", Money: true, Aside: "12.6%"},
					{Name: "Cash", Swatch: "fill-rest", Value: "804,170", Money: true, Aside: "19.1%"}, {Name: "Total", Value: "4,199,622", Money: true, Aside: "100.0%", Total: true}}},
			{Label: "Sector", Rows: []view.Row{{Name: "Technology", Value: "2,115,000", Aside: "50.4%"}}}, {Label: "Currency", Rows: []view.Row{{Name: "USD", Value: "4,199,622", Aside: "100.0%"}}},
		}},
		Movers: view.Movers{Note: "30 Jun 2025, USD and price", Items: []view.Mover{
			{Symbol: "NVDA", Share: 90, Money: "+16,465", Part: "+1.32%", Tone: view.Gain}, {Symbol: "AAPL", Share: 33, Money: "+6,116", Part: "+2.03%", Tone: view.Gain}, {Symbol: "TSLA 350 C", Share: 18, Money: "+3,384", Part: "−9.10%", Tone: view.Gain},
			{Symbol: "GOOGL", Share: -22, Money: "−4,142", Part: "−1.29%", Tone: view.Loss}, {Symbol: "NFLX", Note: "short", Share: -26, Money: "−4,764", Part: "+1.20%", Tone: view.Loss}, {Symbol: "AMZN", Share: -30, Money: "−5,471", Part: "−1.75%", Tone: view.Loss}}},
		Data: view.DataCard{Tag: view.Tag{Text: "Healthy", Kind: "good"}, Href: "/status", Rows: []view.Row{
			{Name: "Prices", Dot: "live", Value: "30 of 30 · 30 Jun", Tone: view.Quiet}, {Name: "Exchange rates", Dot: "live", Value: "EUR/USD · 30 Jun", Tone: view.Quiet}, {Name: "Dividends and splits", Dot: "live", Value: "up to date", Tone: view.Quiet},
			{Name: "Private valuations", Lead: view.Estimated, Value: "3 estimated", Tone: view.Quiet}, {Name: "Real-asset trust", Dot: "stale", Value: "appraised 181 days ago", Tone: view.Quiet}, {Name: "Transactions", Dot: "live", Value: "1,214 booked", Href: "/transactions"}}},
	}
	return page.Overview(v)
}

func sampleHoldings(theme string) templ.Component {
	r := rand.New(rand.NewPCG(1, 2))
	row := func(symbol, name, quantity, price, day, value, weight string, share float64, cost, gain, part string, short bool) view.HoldingRow {
		h := view.HoldingRow{ID: symbol, Symbol: symbol, Name: name, Quantity: quantity, Price: price, Day: day, Value: value, Weight: weight, WeightShare: share, Cost: cost, Unrealised: gain, Part: part, Short: short, Href: "/holdings?open=" + symbol, Tone: view.Gain, DayTone: view.Gain}
		if []rune(gain)[0] == '−' {
			h.Tone = view.Loss
		}
		if []rune(day)[0] == '−' {
			h.DayTone = view.Loss
		}
		values, level := make([]float64, 30), 100.0
		for i := range values {
			level += r.Float64() - 0.45
			values[i] = level
		}
		h.Spark, h.SparkEnd = chart.Spark(values)
		return h
	}
	nvda := row("NVDA", "NVIDIA Corp.", "8,000", "157.98", "+1.32%", "1,263,840", "30.1%", 100, "70.00", "+703,840", "+125.7%", false)
	nvda.Tag = &view.Tag{Text: "over 25%", Kind: "warn"}
	nvda.Open, nvda.Lots = true, &view.Lots{ID: "NVDA", Columns: 10, Foot: "Quantities and costs are after the 10:1 split of 10 Jun 2024.", Links: []view.Link{{Label: "Transactions of NVDA", Href: "/transactions"}}, Rows: []view.LotRow{
		{Opened: "25 Jan 2024", Quantity: "4,800", UnitCost: "61.60", Cost: "295,680.00", Value: "758,304.00", Gain: "+462,624.00", Part: "+156.5%", Tone: view.Gain, Term: "Long-term", Account: "Prime"},
		{Opened: "22 Feb 2024", Quantity: "2,400", UnitCost: "78.54", Cost: "188,496.00", Value: "379,152.00", Gain: "+190,656.00", Part: "+101.1%", Tone: view.Gain, Term: "Long-term", Account: "Prime"}}}
	column := func(label, class string, right bool) view.Column {
		return view.Column{Label: label, Class: class, Right: right, Href: "/holdings?sort=" + label}
	}
	value := column("Value", "", true)
	value.Sort = "descending"
	spark := column("30 days", "drop-1", false)
	spark.Href = ""
	private := view.HoldingRow{ID: "p2", Symbol: "Private credit fund II", Name: "Statement 31 Mar 2025", Quantity: "–", Price: "–", Day: "–", Value: "218,112", Mark: view.Estimated, MarkText: "statement of 31 Mar 2025", Weight: "5.2%", WeightShare: 17, Cost: "205,000", Unrealised: "+13,112", Part: "+6.4%", Tone: view.Gain}
	return page.Holdings(view.Holdings{
		Page: samplePage("Holdings", "/holdings", theme), Base: "USD",
		Strip:   []view.Figure{{Label: "Net value", Text: "4,199,622", Money: true, Note: "USD, cash included"}, {Label: "Long", Text: "4,371,062", Money: true, Note: "104.1% of value"}, {Label: "Short", Text: "−1,544,971", Money: true, Note: "−36.8% of value"}, {Label: "Unrealised gain", Text: "+562,452", Tone: view.Gain, Money: true, Note: "realised +245,389"}, {Label: "Today", Text: "+16,888", Tone: view.Gain, Money: true, Note: "+0.40% · 30 of 30 prices"}},
		Kinds:   []view.Choice{{Label: "All", Count: "33", Current: true, Href: "?"}, {Label: "Long", Count: "13", Href: "?kind=long"}, {Label: "Short", Count: "9", Href: "?"}, {Label: "Options", Count: "8", Href: "?"}, {Label: "Private", Count: "3", Href: "?"}},
		Filters: []view.Filter{{Label: "Group: Side", ID: "group", Menu: []view.Link{{Label: "Side", Href: "?", Current: true}, {Label: "Sector", Href: "?"}}}, {Label: "Account: Prime", Active: true, Href: "?"}},
		Columns: []view.Column{column("Instrument", "", false), column("Quantity", "drop-3", true), column("Price", "drop-3", true), column("Day", "", true), spark, value, column("Weight", "", true), column("Cost", "drop-2", true), column("Unrealised", "", true), column("%", "drop-2", true)},
		Sections: []view.Section{
			{ID: "long", Name: "Long", Note: "13", Href: "?", Sum: view.HoldingRow{Day: "+16,063", DayTone: view.Gain, Value: "4,371,062", Weight: "104.1%", Unrealised: "+1,099,362", Part: "+33.6%", Tone: view.Gain}, Rows: []view.HoldingRow{nvda,
				row("MSFT", "Microsoft Corp.", "1,000", "496.59", "+0.31%", "496,590", "11.8%", 39, "420.00", "+76,590", "+18.2%", false), row("META", "Meta Platforms", "500", "737.59", "+0.61%", "368,795", "8.8%", 29, "530.00", "+103,795", "+39.2%", false),
				row("GOOGL", "Alphabet Inc. A", "1,800", "176.07", "−1.29%", "316,926", "7.5%", 25, "160.00", "+28,926", "+10.0%", false), row("AAPL", "Apple Inc.", "1,500", "204.94", "+2.03%", "307,410", "7.3%", 24, "225.00", "−30,090", "−8.9%", false)}},
			{ID: "short", Name: "Short", Note: "9", Href: "?", Sum: view.HoldingRow{Day: "−4,909", DayTone: view.Loss, Value: "−1,544,971", Weight: "−36.8%", Unrealised: "−494,971", Part: "−47.1%", Tone: view.Loss}, Rows: []view.HoldingRow{row("NFLX", "Netflix Inc.", "−300", "1,339.13", "+1.20%", "−401,739", "−9.6%", 32, "490.00", "−254,739", "−173.3%", true)}},
			{ID: "private", Name: "Private", Note: "3 · valued by statement", Href: "?", Sum: view.HoldingRow{Day: "–", Value: "528,316", Weight: "12.6%", Unrealised: "+29,316", Part: "+5.9%", Tone: view.Gain}, Rows: []view.HoldingRow{private}},
		},
		Total: view.HoldingRow{Symbol: "Total", Day: "+16,888", DayTone: view.Gain, Value: "4,199,622", Weight: "100.0%", Unrealised: "+565,366", Tone: view.Gain}, Add: "/add", Export: "/x.csv",
	})
}

func samplePerformance(theme string) templ.Component {
	months := func(seed uint64) []view.MonthsRow {
		r := rand.New(rand.NewPCG(seed, 3))
		var rows []view.MonthsRow
		for _, year := range []string{"2025", "2024"} {
			row := view.MonthsRow{Year: year, Total: view.Figure{Text: "+9.2"}}
			for i := range row.Cells {
				if year == "2025" && i > 5 {
					row.Cells[i] = view.MonthCell{Figure: view.Figure{Text: "·"}, Class: "none"}
					continue
				}
				f := r.NormFloat64() * 0.035
				row.Cells[i] = view.MonthCell{Figure: view.Figure{Text: format.English.SignedFloat(100*f, 1)}, Class: chart.HeatClass(f)}
			}
			rows = append(rows, row)
		}
		return rows
	}
	line := func(name, own, bench, active, vol string, tone view.Tone) view.PeriodRow {
		return view.PeriodRow{Name: name, Own: view.Figure{Text: own, Tone: view.Gain}, Benchmark: view.Figure{Text: bench}, Active: view.Figure{Text: active, Tone: tone}, Volatility: view.Figure{Text: vol}}
	}
	return page.Performance(view.Performance{
		Page: samplePage("Performance", "/performance", theme), Range: "2 Jan 2024 – 30 Jun 2025", Benchmark: "S&P 500 total return",
		Periods:    []view.Choice{{Label: "1M", Href: "?"}, {Label: "3M", Href: "?"}, {Label: "YTD", Href: "?"}, {Label: "1Y", Href: "?"}, {Label: "5Y", Disabled: true, Why: "too young"}, {Label: "Max", Href: "?", Current: true}},
		Benchmarks: []view.Link{{Label: "S&P 500 total return", Current: true, Href: "?"}},
		Chart:      view.Chart{ID: "growth", Title: "Return and drawdown", Note: "time-weighted", Source: "/charts/growth", Height: "tall", Summary: "Return and drawdown.", Legend: []view.Legend{{Label: "Portfolio", Kind: "own"}, {Label: "S&P 500", Kind: "bench"}}},
		TWR:        view.Figure{Label: "Time-weighted", Text: "+16.50%", Note: "a year · +25.62% in all"}, MWR: view.Figure{Label: "Money-weighted", Text: "+16.39%", Note: "a year · XIRR, act/365"},
		Words:        []view.Part{view.Words("The first measures the decisions, whatever you paid in. The second measures your money. Your payments cost "), {Text: "0.11 pp", Strong: true}, view.Words(" a year.")},
		AgainstTitle: "Against the benchmark",
		Against:      []view.Row{{Name: "Active return, a year", Value: "−4.46 pp", Tone: view.Loss}, {Name: "Tracking error", Value: "9.9%"}, {Name: "Information ratio", Value: "−0.45"}, {Name: "Beta", Value: "0.65"}, {Name: "Sharpe ratio, rf 4.5%", Value: "0.90"}, {Name: "Deepest drawdown", Value: "−11.0%", Aside: "−19.6%"}},
		Months:       view.Months{Chosen: 1, Views: []view.MonthsView{{Label: "Return", Blocks: [][]view.MonthsRow{months(1)}, Note: "Return, %."}, {Label: "Both", Blocks: [][]view.MonthsRow{months(1), months(2)}, Note: "Above: return, %. Below: ahead of or behind the S&P 500, pp. 13 of 18 months were positive."}}},
		Table:        []view.PeriodRow{line("1 month", "+3.27%", "+4.64%", "−1.37", "–", view.Loss), line("3 months", "+7.45%", "+10.49%", "−3.04", "19.7%", view.Loss), line("Year to date", "+9.23%", "+5.78%", "+3.45", "15.9%", view.Gain), line("1 year", "+14.24%", "+14.67%", "−0.43", "13.8%", view.Loss), line("Since start", "+25.62%", "+32.87%", "−7.25", "13.0%", view.Loss)},
		TableTo:      "To 30 Jun 2025", TableFoot: "Nothing shorter than a year is annualised.",
		Difference: chart.Waterfall("What made the difference", "USD since 2 Jan 2024, realised and unrealised", "Start", 3200000, []chart.Difference{{Name: "Paid in, net", Amount: 150000}, {Name: "Long", Amount: 1418000}, {Name: "Short", Amount: -648000}, {Name: "Options", Amount: 9000}, {Name: "Private", Amount: 29000}, {Name: "Income", Amount: 61000}, {Name: "Costs", Amount: -22000}, {Name: "Currency", Amount: 3000}}, "Value now", format.English),
	})
}

// sampleSpec is a chart of made-up lines.
func sampleSpec(name string) chart.Spec {
	r := rand.New(rand.NewPCG(5, 5))
	count := 252
	var days []date.Date
	for d := date.Must(2024, 7, 1); len(days) < count; d++ {
		if !d.IsWeekend() {
			days = append(days, d)
		}
	}
	own, bench, paid := make([]float64, count), make([]float64, count), make([]float64, count)
	a, b := 3_520_000.0, 3_520_000.0
	for i := range own {
		shock := r.NormFloat64()
		a *= 1 + 0.0007 + 0.006*shock + 0.004*r.NormFloat64()
		b *= 1 + 0.0006 + 0.009*shock
		paid[i] = 3_450_000
		if i == 10 {
			a, b = a+250_000, b+250_000
		}
		if i >= 170 {
			paid[i] = 3_350_000
		}
		if i == 170 {
			a, b = a-100_000, b-100_000
		}
		own[i], bench[i] = a, b
	}
	paid[0] = math.NaN()
	if name == "value" {
		return chart.Value{Days: days, Own: own, Benchmark: bench, PaidIn: paid, Name: "S&P 500", Currency: "USD", PaidName: "Paid in", Flows: []chart.Flow{{On: days[10], Amount: 250_000}, {On: days[170], Amount: -100_000}}}.Spec(format.English)
	}
	for i := range own {
		own[i], bench[i] = own[i]/3_520_000-1, bench[i]/3_520_000-1
	}
	g := chart.Growth{Days: days, Own: own, Benchmark: bench, Name: "S&P 500"}
	if name == "growth" {
		depth := func(list []float64) []float64 {
			high, out := 0.0, make([]float64, len(list))
			for i, f := range list {
				high = math.Max(high, f)
				out[i] = (1+f)/(1+high) - 1
			}
			return out
		}
		g.OwnDepth, g.BenchmarkDepth = depth(own), depth(bench)
		return g.WithDrawdown(format.English)
	}
	return g.Spec(format.English)
}
