package view

// Prices is manual prices, valuations and price files.
type Prices struct {
	Page   Page
	Form   Form
	Upload Form
	Rows   []PriceRow
	Manual []ManualPrice
	Kinds  []Choice
	Shown  string
	Empty  *Empty
}

// PriceRow is an instrument with its newest price.
type PriceRow struct {
	Symbol, Name, Class, Price, Currency, AsOf, Source, Range string
	Mark                                                      Mark
	MarkText                                                  string
	Tag                                                       *Tag
	Enter                                                     string // address to enter a price
}

// ManualPrice is a price entered by hand.
type ManualPrice struct {
	Symbol, Date, Price, Currency, Kind, Note string
	Delete                                    Action
}

// DataStatus is how current and complete the inputs are.
type DataStatus struct {
	Page     Page
	Strip    []Figure
	Feeds    []Row
	Issues   []DataIssue
	Coverage []CoverageRow
	Imports  []ImportBatch
	Versions []Term
	Clean    string
}

// DataIssue is something that keeps figures from being complete.
type DataIssue struct {
	Mark        Mark
	Title, Text string
	Effect      string
	Cure        *Link
}

// CoverageRow is an instrument's prices.
type CoverageRow struct {
	Symbol, Name, From, To, Days, Missing, Source string
	Mark                                          Mark
	MarkText                                      string
}

// Portfolios lists them.
type Portfolios struct {
	Page  Page
	Items []PortfolioCard
	All   *PortfolioCard
	New   string
	Empty *Empty
}

// PortfolioCard is one portfolio of the list.
type PortfolioCard struct {
	Initials, Name, Note string
	Href                 string
	Edit                 string
	Value, Change        Figure
	Simulated            bool
}

// PortfolioForm creates or edits a portfolio.
type PortfolioForm struct {
	Page  Page
	Pages []Link // those of the portfolio's settings; none for a new one
	Title string
	Form  Form
}
