package view

// Overview answers "how am I doing?".
type Overview struct {
	Page       Page
	Greeting   string // only with Start
	Start      *Start // an empty portfolio: what to do next
	Value      Figure // Text without the cents
	Cents      string // ".60"
	Change     Figure // money
	ChangePart Figure // the same as a rate
	ChangeNote string // "today", "on 30 Jun 2025"
	Strip      []Figure
	Chart      Chart
	Briefing   Briefing
	Risk       RiskStrip
	Allocation Allocation
	Movers     Movers
	Data       DataCard
}

// Start is the empty portfolio.
type Start struct {
	Title, Text string
	Upload      string
	Format      string
	Ways        []Link
	Steps       []StartStep
	Done        string // "2 of 5"
}

// StartStep is something already done or still to do.
type StartStep struct {
	Text, Note string
	Href       string
	Done       bool
}

// Briefing is what is worth knowing, most important first.
type Briefing struct {
	Date  string
	Tag   *Tag
	Items []BriefItem
	Foot  string
}

// BriefItem is one sentence.
type BriefItem struct {
	Icon  string
	Parts []Part
}

// RiskStrip is the row of risk figures with their limits.
type RiskStrip struct {
	Note  string
	Items []RiskItem
}

// RiskItem is a figure with its limit bar.
type RiskItem struct {
	Figure
	Limit Limit
}

// Allocation is the split of value, seen in several ways.
type Allocation struct {
	Views []AllocationView
}

// AllocationView is one way of splitting.
type AllocationView struct {
	Label  string
	Slices []Slice
	Rows   []Row // the last is the total
	Note   string
}

// Slice is a piece of the stacked bar; From and Share are 0 to 100.
type Slice struct {
	From, Share float64
	Fill        string
	Hatched     bool
}

// Movers is what moved most on the day.
type Movers struct {
	Note  string
	Empty string
	Items []Mover
}

// Mover is one holding's day; Share is of half the bar, −100 to 100.
type Mover struct {
	Symbol, Note string
	Href         string
	Share        float64
	Money        string
	Part         string
	Tone         Tone
}

// DataCard says how current and complete the inputs are.
type DataCard struct {
	Tag  Tag
	Rows []Row
	Href string
}
