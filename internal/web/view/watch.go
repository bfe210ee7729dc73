package view

// Watchlist is the lists of what somebody watches, one of them open.
type Watchlist struct {
	Page
	Lists []Choice
	Open  *WatchedList // nil: there is none
	New   *Form        // begins a list
	Empty *Empty
}

// WatchedList is one list.
type WatchedList struct {
	Name    string
	Note    string // whose it is, how many
	Rows    []WatchRow
	Empty   *Empty
	Compare *Link
	Find    *Find // nil: it cannot be changed
	Edit    *WatchEdit
	Rename  *Form
	Delete  *Action
}

// WatchRow is one instrument of a list.
type WatchRow struct {
	ID, Symbol, Name string
	Href             string
	Note             string
	Simulated        bool
	Price            Figure
	Day              Figure
	Spark            string // SVG path in a box of 54 × 18
	SparkEnd         [2]float64
	Low, High        string // of 52 weeks
	Place            float64
	HasPlace         bool
	Target           string
	By               string // the target's day
	Expected         Figure
	Annual           string
	Notes            string
	Edit             string // address; empty: it cannot be changed
	Open             bool
}

// Find looks for an instrument.
type Find struct {
	Action string // address of the page with what was found
	Source string // address of suggestions while typing
	Keep   []Hidden
	Label  string
	Submit string
	Query  string
	Asked  bool // something was typed
	Found  []FoundRow
	None   string // what is said where nothing was found
	Anyway *Action
	Ask    *Action // has the sources asked for what was typed
}

// FoundRow is one of those found.
type FoundRow struct {
	Symbol, Name string
	Note         string // how it was found, since when there are prices
	There        bool   // it is in the list already
	Add          Action
	Href         string // instead of Add: a link
}

// WatchEdit is what is said and done with one instrument of a list.
type WatchEdit struct {
	Symbol string
	Target *Form
	Drop   *Action // takes the target back
	Note   *Form
	Ways   []Action // up, down, out
	Close  string
	Page   string
}

// Comparison is instruments side by side.
type Comparison struct {
	Page
	Find    *Find
	Chosen  []Filter // each takes itself out
	Windows []Choice
	Chart   *Chart
	Legend  []LineKey
	Head    []ComparedHead
	Groups  []ComparedGroup
	Pairs   *Table
	Foot    string
	Empty   *Empty
	Errors  []string
}

// LineKey names a line of the chart by its colour.
type LineKey struct {
	Series int // from 1
	Label  string
}

// ComparedHead is the column of one instrument.
type ComparedHead struct{ Symbol, Name, Href string }

// ComparedGroup is rows of one kind.
type ComparedGroup struct {
	Label string
	Rows  []ComparedRow
}

// ComparedRow is one measure of all.
type ComparedRow struct {
	Label   string
	Note    string
	Figures []Figure
}
