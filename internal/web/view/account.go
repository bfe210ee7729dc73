package view

// Account is a page of settings, of a portfolio's settings or of administration: the
// list of the pages beside it, and its sections one below the other.
type Account struct {
	Page     Page
	Label    string // of the list, for those who cannot see it
	Pages    []Link
	SignOut  bool
	Lead     string // a sentence above the sections
	Sections []Subject
	Theme    string // the chosen one, on the page that has the choice
	Keys     []Link
}

// Subject is one section of such a page: what it says, then what one can do.
type Subject struct {
	ID      string
	Title   string
	Note    string
	Text    []string
	Notice  *Notice
	Terms   []Term
	Picture *QR
	Secret  *ShownOnce
	Filter  *Form // of the list, as a query
	List    *List
	Form    *Form
	Fold    string // the form opens under these words; "" shows it
	Theme   bool   // the choice of the theme belongs here
	Passkey *Passkey
	Actions []Action
	Links   []Link
}

// List is a table of things with what can be done to each.
type List struct {
	Caption string
	Head    []string
	Rows    []ListRow
	Empty   string // what is said where there are none
	Older   string // address of the next page
	Newest  string // address of the first page
}

// ListRow is one of them.
type ListRow struct {
	Cells   []Cell
	Detail  []Term // opens under the row's first cell
	Form    *Form  // in one line
	Actions []Action
	Links   []Link
}

// Cell is a value with a smaller line below it.
type Cell struct {
	Text, Note string
	Tag        *Tag
}

// ShownOnce is a secret that is shown once.
type ShownOnce struct {
	Label string
	Lines []string
	Print bool
}

// QR is a code to be photographed: dark modules as an SVG path in a square of Size modules.
type QR struct {
	Path  string
	Size  int
	Label string
}

// Passkey begins to make one, or to sign in with one; it needs script.
type Passkey struct {
	Begin, Finish string // addresses
	Label         string
	Name          *Field // of the new one
	Password      *Field // asked for where the sign-in was long ago
	To            string // page to go to after signing in
}

// Door is a page for those who are not signed in.
type Door struct {
	Base
	Title   string
	Lead    string
	Notice  *Notice
	Form    *Form
	Passkey *Passkey
	Others  []Link // other providers
	Demo    *Demo
	Ways    []Link // below
}
