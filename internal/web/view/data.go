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

// DataStatus is how current and complete the inputs are, who is asked for them, and what
// is not believed until somebody decides.
type DataStatus struct {
	Page      Page
	Strip     []Figure
	Notice    *Notice // nobody is asked, or nothing came for days
	Issues    []DataIssue
	Clean     string
	Fetch     *Fetch
	Versions  []Term
	Held      []HeldRow
	HeldNone  string // what is said where nothing is held back
	Decided   []HeldRow
	Reasons   []Reason
	Series    []FeedRow
	Uses      []Choice
	Shown     string // how many of how many
	More      *Link  // the rest of them
	Providers []ProviderRow
	Sources   string   // who is asked, in a sentence
	Away      []string // hosts of those that could not be reached
	Imports   []ImportBatch
}

// FeedRow is a series that figures use.
type FeedRow struct {
	Symbol, Name, Kind, Source, Newest, Age string
	Score                                   Figure
	State                                   Tag
	Says, Next                              string
	Cure                                    *Link
}

// HeldRow is a value that is kept out of its series.
type HeldRow struct {
	ID, Symbol, Kind, Source, Day string
	Value, Expected               string
	Finding, Reason, Found        string
	Outcome                       Tag    // of one that is decided
	Who                           string // decided it, when, and why
	Accept, Drop, Undo            *Action
	Correct                       *Form
	Own                           *Link // where a price of one's own is entered, for who may not decide
}

// ProviderRow is a source of market data.
type ProviderRow struct {
	Name, Host, What string
	State            Tag
	Says             string
	Terms            []Term
	Quotas           []Quota
	Key              *Form
	Forget           *Action
}

// Quota is how much of a limit is used.
type Quota struct {
	Label, Used, Resets string
	Share               float64 // of the bar, 0 to 100; the limit stands at 80
	Full                bool
}

// Fetch is bringing in what is missing: what is under way, what it came to, and the way
// to begin.
type Fetch struct {
	Title   string
	Says    string
	Why     string // nothing can be fetched
	Begin   *Action
	Stop    *Action
	Share   float64 // done, 0 to 100
	Counted string  // "12 of 40 series"
	Running bool
	Whole   bool   // it ended, and nothing is missing
	Watch   string // address of this part of the page, to be read again while it runs
	Then    *Link  // where the figures are
	Waits   bool   // it goes on by itself later
	Reasons []Reason
	Lacking []Row
	Rest    string // how many more lack something
}

// Reason is why series got nothing, said once for all of them.
type Reason struct {
	Text  string
	Which string // how many series, or their names
	Again string // when they are asked for next
}

// Fetching is the page that brings in what an import needs.
type Fetching struct {
	Page  Page
	Lead  string
	Fetch Fetch
}

// DataIssue is something that keeps figures from being complete.
type DataIssue struct {
	Mark        Mark
	Title, Text string
	Effect      string
	Cure        *Link
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
