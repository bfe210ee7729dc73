package view

// Scenarios is what scenarios do to today's holdings.
type Scenarios struct {
	Page    Page
	Empty   *Empty
	Shows   []Choice // Library, Replays, Mine, Reverse
	New     string   // address of the form for an own scenario
	Try     string   // address where trades are tried
	Export  string
	Tornado *Tornado
	Own     *OwnShocks
	Reverse *ReverseForm
	Chosen  *ChosenScenario
	Nothing *Empty // in the place of what is chosen
}

// Bar lies on one side of zero; places are parts of a width of 100.
type Bar struct {
	From, Width float64
	Fill        string
	Cut         bool // it is longer than drawn
}

// Tornado is scenarios by what they cost, the worst first.
type Tornado struct {
	Title, Note string
	Base        string
	Zero        float64 // place of the line
	Rows        []TornadoRow
	Unknown     []Row // those that cannot be evaluated, with the reason as value
	More        *Link // shows all of them
	Foot        string
	Empty       *Empty
}

// TornadoRow is one scenario.
type TornadoRow struct {
	ID, Name, Kind string
	Href           string
	Current        bool
	Bar            Bar
	PnL, Share     Figure
}

// ChosenScenario is one scenario with all that it says.
type ChosenScenario struct {
	ID, Name, Note   string
	Tags             []Tag
	PnL, Share       Figure
	Direct, Distance Figure
	Distanced        string // the distance in words
	Words            []Part // the moves in one sentence
	Moves            []MoveRow
	Counts           string // what was replayed, proxied, left out
	LeftOut          []Row
	Missing          string // why it cannot be evaluated
	Caveats          []string
	Keep             *KeepForm
	Edit             string
	Delete           *Action
	Path             *ScenarioPath
	Parts            []ScenarioParts
	PartsTitle       string
	PartsNote        string
	More             *Link // shows all positions
}

// MoveRow is what a factor does.
type MoveRow struct {
	Name  string
	Move  Figure
	Why   string // shocked, or follows from what is
	Quiet bool
}

// KeepForm keeps a scenario that was tried.
type KeepForm struct {
	Action string
	Name   string
	Error  string
	Hidden []Hidden
	Submit string
}

// ScenarioParts is one way of splitting the gain or loss; rows add up to the total as
// displayed.
type ScenarioParts struct {
	Label  string
	Head   string
	Values bool // of positions: with value and move
	Zero   float64
	Rows   []PartRow
	Total  PartRow
	Note   string
}

// PartRow is a position, a sector or a factor.
type PartRow struct {
	Name, Note, Kind string
	Value, Move      Figure
	Bar              Bar
	PnL, Share       Figure
	Quiet            bool
}

// ScenarioPath is a replay day by day, drawn in a box of 1000 × 100.
type ScenarioPath struct {
	Title, Note string
	Summary     string
	Line, Area  string // SVG paths
	Zero        float64
	Grid        []GridLine
	Days        []PlacedWord // along the bottom
	Last        Figure
	LastY       float64
	Tone        Tone
	Low         string // the lowest point in words
	Table       Table
}

// PlacedWord is a word at a place, 0 to 100.
type PlacedWord struct {
	X     float64
	Label string
}

// OwnShocks is the form of an own scenario.
type OwnShocks struct {
	As      string // the manner in which numbers are typed
	Action  string
	Title   string
	ID      string // of the kept one that is changed
	Name    string
	Errors  []Link
	Groups  []ShockGroup
	Others  []OtherShock // the last one is blank
	Symbols []Option
	Alone   bool
	Cancel  string
}

// ShockGroup is a labelled set of fields of the form.
type ShockGroup struct {
	Label, Help string
	Fields      []Field
}

// OtherShock is a shock of a sector, an instrument, a currency or a side.
type OtherShock struct {
	N        int
	Kinds    []Option
	On, Move string
	Errors   map[string]string
}

// ReverseForm asks for a loss.
type ReverseForm struct {
	As     string // the manner in which numbers are typed
	Action string
	Loss   string
	Units  []Option
	Error  string
	Offers []Link
}
