package view

// Risk is what today's holdings may lose, and where that comes from. A card that is nil
// is not shown.
type Risk struct {
	Page        Page
	Empty       *Empty
	Strip       []Figure
	SetLimits   *Link // where limits are set, while there are none
	Exposure    *FiguresCard
	Sources     *SourcesCard
	Factors     *FiguresCard
	Backtest    *BacktestCard
	Correlation *HeatCard
	Clusters    *FiguresCard
	Shares      *FiguresCard
	Tail        *FiguresCard
	Outlook     *FiguresCard
	Forecasts   *Forecasts // in the card of Outlook
	Simulation  *Simulation
	Names       *FiguresCard // concentration
	Liquidity   *FiguresCard
	Greeks      *FiguresCard
	Rates       *FiguresCard
	Model       *FiguresCard
}

// Card is what stands around a part of a page.
type Card struct {
	ID, Title, Note string
	Mark            Mark // of all its figures
	MarkText        string
	Tag             *Tag
	Foot            string
	Keys            []Key  // what colours and marks mean, before the foot's words
	Table           *Table // the same as a table, behind "Table"
	Export          string // address of everything as a file
	Missing         *Missing
}

// Key says what a mark of a drawing means.
type Key struct {
	Label string
	Kind  string // a fill class, or dot, hollow, limit, line, breach
}

// Missing says why there is nothing to show and what helps.
type Missing struct {
	Reason string
	Cure   string
	Way    *Link
}

// FiguresCard is a card of tables of figures; of several one is seen at a time.
type FiguresCard struct {
	Card
	Small   []Figure // a row of figures above
	Tables  []FigureTable
	Stacked bool  // all tables are seen, one under the other
	After   []Row // lines below
}

// Forecasts is what models say of the coming volatility, once they are asked.
type Forecasts struct {
	Action string // where they are asked for
	Table  *FigureTable
	Foot   string

	Mark     Mark // of all its figures
	MarkText string
}

// Simulation is Monte Carlo: its form, and what came of it once it is asked for.
type Simulation struct {
	Card
	Action                     string
	Paths, Horizon, Confidence []Option
	Error                      string // what is wrong with what was asked
	Waiting                    string // said while it runs
	Losses                     *FigureTable
	Histogram                  *Histogram
	Parts                      *FigureTable
}

// Histogram counts paths by their profit, losses on the left. Places are of its width and
// height, 0 to 100.
type Histogram struct {
	Summary string
	Bars    []PathsBar
	Marks   []Place
	Ticks   []Tick
	Zero    float64
}

// PathsBar is a bar of a histogram that stands on its ground.
type PathsBar struct {
	X, Width, Height float64
	Tail             bool // beyond the value at risk
	Title            string
	How              string // address of its explanation
}

// Place is a line across a histogram with its words.
type Place struct {
	X, Y  float64 // of the words
	From  float64 // of the line, where it is not at the words
	Label string
	Kind  string // var, es
	End   bool   // the words stand before the line
	How   string
}

// At is where the line stands.
func (p Place) At() float64 {
	if p.From > 0 {
		return p.From
	}
	return p.X
}

// SourcesCard is where risk comes from, seen in several ways, each a bar and its table.
type SourcesCard struct {
	Card
	Views []SourcesView
}

// SourcesView is one way of splitting.
type SourcesView struct {
	Slices []Slice
	FigureTable
}

// FigureTable is a table whose cells are figures; a row may begin with a drawing.
type FigureTable struct {
	Label   string // of its tab
	Caption string
	Head    []Heading
	Rows    []FigureRow
	Total   *FigureRow
	Note    string
	Bars    bool // rows are drawn: no lines between them
	Axis    []Tick
	Missing *Missing
}

// Heading is the head of a column. The first is of the names.
type Heading struct {
	Label string
	Title string
	Wide  bool // left out on a phone
	Hush  bool // for screen readers alone
}

// FigureRow is a line of a FigureTable.
type FigureRow struct {
	Name, Note, Title string
	NoteTone          Tone
	Mark              Mark // of all its figures
	MarkText          string
	Swatch            string
	Hatched           bool
	Drawn             *Drawing
	Cells             []Figure
}

// Drawing is the picture of a row. Places are of its width, 0 to 100.
type Drawing struct {
	Grid  []float64
	Zero  float64
	Spans []Span
	Tick  float64 // of a limit; 0 none
	Dot   *Dot
}

// Span is a bar.
type Span struct {
	From, Width float64
	Y, H        float64 // in pixels from the middle of the row
	Fill        string
	Hatched     bool
}

// Dot is an estimate with its interval.
type Dot struct {
	At, Low, High float64
	Hollow        bool // not significant
}

// Tick is a place on an axis with its words.
type Tick struct {
	At     float64
	Label  string
	Strong bool
	Second bool // left out where there is little room
}

// BacktestCard is the value at risk of each day against what happened.
type BacktestCard struct {
	Card
	Plot  Backtest
	Stats []Figure
}

// Backtest is the drawing: places are of its width and height, 0 to 100.
type Backtest struct {
	Summary  string
	Levels   []Tick // horizontal lines, from above
	Months   []Tick
	Zero     float64
	Days     string // path of the days, in a box of 1000 × 1000
	Line     string // path of the value at risk
	Breaches []Breach
	Dense    bool
}

// Breach is a day that lost more than the value at risk.
type Breach struct {
	X, Y  float64
	Title string
}

// HeatCard is the correlation of the largest holdings.
type HeatCard struct {
	Card
	Heat  Heat
	Stats []Figure
}

// Heat is the lower triangle of a matrix, in cells of 1 × 1.
type Heat struct {
	Size    int
	Names   []string
	Cells   []HeatCell
	Under   string   // path of the triangle with its diagonal
	Outline []string // a path around each cluster
	Summary string
	Low     string // words at the ends of the scale
	High    string
}

// HeatCell is one pair; Strength 0 to 1 is how full its colour is.
type HeatCell struct {
	X, Y     int
	Negative bool
	Unknown  bool
	Strength float64
	Title    string
	How      string // address of its explanation
}
