package view

// Suggest is the form that asks for trades, and what is suggested.
type Suggest struct {
	Action    string
	As        string // the manner in which numbers are typed
	Open      bool
	Objective Field // chosen among them
	About     string
	Fields    []Field // of the objective
	Limits    []Field // constraints
	Limited   bool    // some are set
	Trading   []Field // costs, shares, lots and tax
	Traded    bool    // some are set
	Hidden    []Hidden
	Submit    string
	Errors    []Link
	Refused   *Notice // why nothing can be suggested
	Result    *Suggested
	Clear     string
}

// Suggested is a proposal.
type Suggested struct {
	Title     string
	Note      string // the window of the model
	Plot      *FrontierPlot
	Unmarked  string // why there is none, or what it lacks
	Points    Table
	Weights   Table
	Why       []Row // what is not traded, and why
	Lots      *Table
	Choices   Table // realised by either choice of lots
	ChosenBy  string
	LotsEmpty string
	Notes     []string
}

// FrontierPlot is the efficient frontier, drawn in a square of 1000, and portfolios marked
// on it. Places are in percent of the width from the left and of the height from the top.
type FrontierPlot struct {
	Line    string
	Marks   []FrontierMark
	Across  []Tick // volatility
	Up      []Tick // expected return
	Summary string
}

// FrontierMark is one portfolio.
type FrontierMark struct {
	X, Y  float64
	Kind  string // now, wished, calm, best
	Label string
	Title string
	Left  bool // the label stands to the left of the mark
	Below bool // and below it
}
