package view

// Asked is the page of a text that the sources of market data are asked for.
type Asked struct {
	Page
	Part AskedPart
	Back Link
}

// AskedPart is how far that has come, and what they named.
type AskedPart struct {
	Title   string
	Says    string
	Running bool
	Watch   string // address of this part of the page, to be read again while it runs
	Begin   *Action
	Found   []FoundRow
	Note    string // whose word the rows are
}
