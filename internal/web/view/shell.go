package view

// Base is what every document begins with.
type Base struct {
	Lang   string
	Theme  string // system, light, dark
	Assets Assets
	Sheets []string // addresses of further style sheets, of this page and its like alone
	// Scripts are addresses of further modules, of this page and its like alone.
	Scripts []string
}

// Assets are the addresses of scripts, styles and the typeface.
type Assets struct {
	Style, Icon, Font string
	Figures           string // style sheet of drawn tables
	Instrument        string // style sheet of the page of an instrument
	Risk              string // style sheet of the risk pages, which have drawn tables too
	Account           string // style sheet of settings and administration
	AccountScript     string // and their module
	Data, DataScript  string // of the pages about market data
	App, Htmx, Charts string
	Modules           []string // loaded early, because App imports them
}

// Page is what every page has around its content.
type Page struct {
	Base
	Title      string
	Crumbs     []Link // before the title
	Private    bool
	Portfolio  string // name of the chosen portfolio
	Subtitle   string // under the title on a phone
	Switcher   Switcher
	Nav        []NavGroup
	Alerts     NavItem // in the top bar and at the foot; without an address there is none
	Foot       []Link
	Bottom     []Link
	Person     Person
	AsOf       AsOf
	Simulated  string // the sentence, when prices are simulated
	Standing   string // the sentence, while there is maintenance
	Toast      *Toast
	PaletteURL string
	Here       string // this page's own address, to come back to
	Wide       bool
	Narrow     bool
	Version    string
}

// Switcher chooses the portfolio.
type Switcher struct {
	Initials, Name, Note string
	Items                []Link
	New                  string // address to create one
}

// NavGroup is a labelled part of the sidebar.
type NavGroup struct {
	Label string
	Items []NavItem
}

// NavItem is a page in the sidebar; Count only where something waits.
type NavItem struct {
	Link
	Count     string
	CountTone Tone
}

// Person is who is signed in.
type Person struct{ Initials, Name, Role string }

// AsOf says of when the figures are.
type AsOf struct {
	State string // live, stale, none
	Text  string
}

// Toast is what was just done, with its way back.
type Toast struct {
	Text string
	Undo *Action
	Link *Link
}

// Action is a button that posts.
type Action struct {
	Label  string
	Href   string
	Fields []Hidden
	Danger bool
	Icon   string
}

// Hidden is a value a form carries unseen.
type Hidden struct{ Name, Value string }

// Palette is the list of the command palette.
type Palette struct {
	Page   Page
	Query  string
	Groups []PaletteGroup
}

// PaletteGroup is Instruments, Do or Go to.
type PaletteGroup struct {
	Label string
	Items []PaletteItem
}

// PaletteItem is a line of the palette.
type PaletteItem struct {
	Link
	Search string // what typing is matched against
	Price  string
	Change string
	Tone   Tone
}

// Problem is a page that says what went wrong.
type Problem struct {
	Page      Page
	Status    string // "404"
	Title     string
	Text      string
	Cure      string
	Reference string // to find it in the log
	Ways      []Link
}
