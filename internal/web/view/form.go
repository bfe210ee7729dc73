package view

// Field is one thing to fill in.
type Field struct {
	Name    string
	ID      string // of the element, where a page has several of the name; else Name
	Label   string
	Kind    string // text, number, date, email, password, select, area, file, hidden
	Value   string
	Unit    string
	Help    string
	Error   string
	Hint    string // placeholder
	Options []Option
	List    string // id of a datalist in Options
	Find    string // address of suggestions while typing, into List
	Width   string // grid class: "", w3, w4, w6
	For     string // transaction types it belongs to, space separated; "" is all
	Need    bool
	Focus   bool
	Auto    string // autocomplete
}

// Option of a select or a datalist.
type Option struct {
	Value, Label string
	Selected     bool
	Disabled     bool
}

// Form is a set of fields with its actions.
type Form struct {
	Action  string
	Fields  []Field
	Hidden  []Hidden
	Submit  string
	Cancel  string // address
	Errors  []Link // summary, each linked to its field
	Delete  *Action
	Upload  bool
	Warning string
	Danger  bool // the submit takes something away
	Quiet   bool // another way is the main one of the page
}

// FirstRun creates the owner or explores.
type FirstRun struct {
	Base
	Form     Form
	Explore  *Link
	NeedCode bool
}

// Demo says how to get into the demonstration.
type Demo struct{ Email, Password string }
