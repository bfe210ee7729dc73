package view

// Income is what came, what is to come, and what waits to be booked.
type Income struct {
	Page      Page
	Empty     *Empty
	Notice    *Notice // what the figures are of, where it is not today
	Strip     []Figure
	Open      ProposalList
	Decided   ProposalList
	Find      *Action // look for income now
	Bars      IncomeBars
	Table     *Table   // the bars as a table
	Exports   []Link   // CSV
	Coming    []Coming // by month
	ComingSum string
	Holdings  []IncomeRow
	Columns   []Column // of the table by holding, behind the first
	Rest      string   // holdings that bring nothing and are left out
	Years     *Table
	Accounts  *Table
	Foot      string
}

// ProposalList is a list of proposed income.
type ProposalList struct {
	Title string
	Note  string
	Rows  []ProposalRow
	More  string // what is not shown
}

// ProposalRow is one proposal.
type ProposalRow struct {
	Symbol  string
	Name    string
	Href    string // edits or rejects it; empty: one may only look
	When    string
	Where   string
	Made    string // how the amount comes about
	Gross   string
	Tax     string
	Net     string
	Unit    string
	Tag     *Tag
	Note    string
	Confirm *Action
	Reopen  *Action
	Booking *Link
}

// IncomeBars are months as stacked columns: received, announced and estimated.
type IncomeBars struct {
	Title, Note, Summary string
	Width, Height        float64
	Zero                 float64 // height of the line of zero
	Grid                 []GridLine
	Months               []IncomeBar
	Today                float64 // where the coming months begin
	Legend               []Row
}

// IncomeBar is a month.
type IncomeBar struct {
	X, W   float64
	Label  string
	Year   bool // Label is that of a year
	Title  string
	Value  string
	ValueY float64
	Parts  []IncomePart
}

// IncomePart is a part of a column.
type IncomePart struct {
	Y, H    float64
	Fill    string
	Hatched bool
}

// Coming is a month of payments to come.
type Coming struct {
	Month string
	Sum   string
	Open  bool
	Days  []ComingDay
}

// ComingDay is an ex-date or a payment.
type ComingDay struct {
	Day    string
	Symbol string
	Name   string
	What   string
	Tag    *Tag
	Amount *Figure // nil: an ex-date, on which no money moves
	Title  string
}

// IncomeRow is what a holding brought and may bring.
type IncomeRow struct {
	Symbol string
	Name   string
	Reason string // why nothing is estimated
	Cells  []IncomeCell
}

// IncomeCell is a figure or plain words, with the classes of its column.
type IncomeCell struct {
	Figure Figure
	Class  string
}

// IncomeEntry confirms a proposal on other terms, or rejects it.
type IncomeEntry struct {
	Page    Page
	Row     ProposalRow
	Facts   []Fact
	Confirm *Form
	Reject  *Form
}
