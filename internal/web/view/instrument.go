package view

// Instrument is everything of one instrument: its price with what was traded, what is held
// of it, and what sources and people say of it.
type Instrument struct {
	Page
	Badge     string
	Name      string
	About     string // exchange, currency, sector, identifiers
	Price     string // "–" when unknown
	Unit      string
	Change    string
	Part      string
	Tone      Tone
	Of        string // of when the price is
	Mark      Mark
	MarkText  string
	Ways      []Link // the last is the main one
	Strip     []Figure
	Parts     []Link // of the page
	Chart     Chart
	Views     []Choice // price, as traded, total return
	Events    []string // kinds of events in the chart: buy, sell, dividend, split
	ChartFoot string
	Profile   string // what it is, by ProfileOf
	ProfileOf string
	Target    TargetCard
	Facts     FactsCard
	Lots      []LotsView
	LotsNote  string
	LotsMiss  string // why there are none
	Bookings  PartTable
	Revenue   *Revenue
	Reports   []ReportView
	ReportsOf string // whose statements they are
	ReportsNo string // why there are none
	Results   PartTable
	ResultsNo string
	News      []NewsItem
	NewsNo    string
	Notes     []NoteItem
	NoteForm  *Form
	Options   PartTable
	Values    PartTable // entered by hand
	Data      []Row     // quality of the series, and how each part is supplied
	DataNote  string
	Held      PartTable
}

// PartTable is a table of one part of a page; without rows it is not shown.
type PartTable struct {
	Caption string
	Note    string
	Head    []Column
	Rows    [][]PartCell
	Foot    []PartCell
}

// PartCell is a cell of it.
type PartCell struct {
	Text  string
	Note  string
	Href  string
	Tone  Tone
	Right bool
	Money bool
	Class string
}

// LotsView is one tab of the lots.
type LotsView struct {
	Label string
	Table PartTable
	Empty string
}

// TargetCard is a target price against the price.
type TargetCard struct {
	Note     string
	Price    string // empty: there is none
	Expected string
	Tone     Tone
	Now      float64 // places on the line, 0 to 100
	Aim      float64
	NowText  string
	AimText  string
	Rows     []Row
	Missing  string
	History  PartTable
	Form     *Form
	Drop     *Action
}

// FactsCard are the fundamentals that a source states.
type FactsCard struct {
	Note    string
	Rows    []Row
	Missing string
}

// Revenue is a small chart of the revenue by quarter or year.
type Revenue struct {
	Title, Note, Summary string
	Bars                 []RevenueBar
}

// RevenueBar is one bar, in a box of 300 × 190.
type RevenueBar struct {
	X, Y, W, H  float64
	Value, Name string
	ValueY      float64
	Last        bool
}

// ReportView is one tab of the statements.
type ReportView struct {
	Label  string
	Tables []PartTable
	Empty  string
}

// NewsItem is an article.
type NewsItem struct{ Title, Href, Meta, Summary string }

// NoteItem is what somebody wrote about the instrument.
type NoteItem struct {
	Text, Meta string
	Delete     *Action
}
