package view

// Performance is how the portfolio grew.
type Performance struct {
	Page         Page
	Periods      []Choice
	Range        string
	Benchmarks   []Link
	Benchmark    string
	Chart        Chart
	TWR, MWR     Figure
	Words        []Part
	Against      []Row
	AgainstNote  string
	AgainstTitle string
	Months       Months
	Table        []PeriodRow
	TableTo      string
	TableFoot    string
	Difference   Waterfall
	Rolling      *RollingCard
	RollingLater string // address of the page with Rolling, where it has none yet
	Attribution  *FiguresCard
	// AttributionLater is the address of the page with Attribution, where it has none yet.
	AttributionLater string
	Contribution     *FiguresCard
	Later            string // address of the page with Contribution, where it has none yet
	Empty            *Empty
}

// RollingCard is measures over a moving window: one of them drawn, all of them stated.
type RollingCard struct {
	Card
	Windows []Choice
	Chart   Chart
	Summary FigureTable
}

// Months is the table of monthly returns.
type Months struct {
	Views  []MonthsView
	Chosen int // the view shown first
	Note   string
}

// MonthsView is returns, excess returns, or both.
type MonthsView struct {
	Label  string
	Blocks [][]MonthsRow
	Note   string
}

// MonthsRow is a year: twelve cells and the year's own.
type MonthsRow struct {
	Year  string
	Cells [12]MonthCell
	Total Figure
	Title string
}

// MonthCell is a month; Class tints it.
type MonthCell struct {
	Figure
	Class, Title string
}

// PeriodRow is a line of the periods table.
type PeriodRow struct {
	Name                               string
	Own, Benchmark, Active, Volatility Figure
	Reason                             string
}

// Waterfall is what made the difference between two values, drawn on the
// server. Coordinates are in a box of Width × Height.
type Waterfall struct {
	Title, Note   string
	Width, Height float64
	Grid          []GridLine
	Steps         []Step
	Rows          []Row // the same as a table
	Check         string
	Summary       string
}

// GridLine is a horizontal line with its label.
type GridLine struct {
	Y     float64
	Label string
}

// Step is one bar of a waterfall.
type Step struct {
	X, Y, W, H   float64
	Label, Value string
	Fill         string
	Hatched      bool
	Tone         Tone
	LinkY        float64 // height at which it hands over to the next
	LinkTo       float64 // x of the next bar, 0 for none
	Title        string
	How          string // address of its explanation
}
