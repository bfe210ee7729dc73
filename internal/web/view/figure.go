// Package view holds what the pages show, finished: every number is already
// written in the reader's locale, every colour and mark already decided.
//
// Model: a handler asks a service for figures, turns them into these structs
// once, and hands them to a template, which decides nothing. An unknown figure
// is Text "–" with its Reason; it is never a zero.
package view

// Tone says how a figure is coloured. Only what changed has a tone; levels
// stay plain.
type Tone string

// The tones, named as their style classes.
const (
	Plain Tone = ""
	Gain  Tone = "gain"
	Loss  Tone = "loss"
	Quiet Tone = "muted"
	Warn  Tone = "warn"
)

// Mark is the quality of a figure; a complete one has none.
type Mark string

// The marks, named as their style classes.
const (
	Complete  Mark = ""
	Stale     Mark = "stale"
	Partial   Mark = "partial"
	Estimated Mark = "estimated"
	Simulated Mark = "simulated"
)

// Figure is a number with all that is needed to show and explain it.
type Figure struct {
	Label    string
	Text     string // finished, "–" when unknown
	Unit     string // "USD", when nothing near says it
	Tone     Tone
	Money    bool // hidden in privacy mode
	Note     string
	NoteTone Tone
	Mark     Mark
	MarkText string   // since when, what is missing, why
	Reason   string   // why it is unknown
	Explain  *Explain // nil when there is nothing to open
}

// Known says whether there is a number.
func (f Figure) Known() bool { return f.Reason == "" }

// Explain is how a figure was made.
type Explain struct {
	ID      string // unique on the page, for the popover
	Href    string // where it is fetched when it is asked for; then the rest is empty
	Name    string
	Status  Mark
	Precise string // in full precision
	Unit    string
	Money   bool
	Formula []string // lines, with the numbers put in
	Terms   []Term   // Means, Method, Inputs, Coverage, As of …
	Link    *Link    // where more of it is shown
}

// How is an explanation that was asked for; Explain is nil where no figure has that key.
type How struct {
	Page    Page
	Explain *Explain
	Back    Link
}

// Term is a labelled text.
type Term struct{ Label, Text string }

// Link is an address with its words.
type Link struct {
	Label   string
	Href    string
	Icon    string
	Note    string
	Key     string // keyboard shortcut, when it has one
	Current bool
}

// Part is a piece of a sentence; a strong part is a figure or a name.
type Part struct {
	Text   string
	Strong bool
	Money  bool
	Tone   Tone
	Href   string
}

// Words is a sentence without emphasis.
func Words(text string) Part { return Part{Text: text} }

// Row is a label with a value, and sometimes a second value.
type Row struct {
	Name     string
	Icon     string // leads the row
	Dot      string // "live", "stale": leads the row instead of an icon
	Lead     Mark   // leads the row instead of an icon
	Mark     Mark
	MarkText string
	Swatch   string // fill class of a coloured square
	Hatched  bool
	Value    string
	Money    bool
	Tone     Tone
	Aside    string
	Href     string // makes the value a link
	Explain  *Explain
	Total    bool
}

// Tag is a small coloured word.
type Tag struct {
	Text string
	Kind string // "", good, warn, bad, draft
	Icon string
	Mark Mark
}

// Choice is one of a segmented control or of a set of filters.
type Choice struct {
	Label    string
	Href     string
	Count    string
	Current  bool
	Disabled bool
	Why      string // why it is disabled
	Source   string // for charts: the address of the data
}

// Limit is a bar towards a limit. Shares are of the bar's width, 0 to 100;
// the tick stands at 80.
type Limit struct {
	Share float64
	Over  bool
	Has   bool // a limit is set
	Text  string
}

// Chart is a place for a chart with all that stands around it.
type Chart struct {
	ID      string
	Title   string
	Note    string
	Source  string // address of its data
	Height  string // "value", "tall", "medium"
	Summary string // one sentence, read aloud
	Legend  []Legend
	Kinds   []Choice // Value / Return
	Periods []Choice
	Table   *Table // the same, as a table
	Export  string // address of the data as CSV
}

// Legend names a line of a chart.
type Legend struct {
	Label string
	Kind  string // own, bench, paid
}

// Table is a plain table: small ones beside charts.
type Table struct {
	Caption string
	Head    []string
	Rows    [][]string
	Figures [][]Figure // of the cells behind the first, where they can be asked
}

// Empty is what stands where there is nothing yet.
type Empty struct {
	Icon  string
	Title string
	Text  string
	Ways  []Link // the first is the main one
}

// Notice is a message above the content.
type Notice struct {
	Kind  string // "", warn, bad
	Icon  string
	Text  string
	Items []Link // what it is about, each linked to its place
}
