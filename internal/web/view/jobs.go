package view

// Jobs is the work in the background.
type Jobs struct {
	Page   Page
	States []Choice // filters
	Rows   []JobRow
	Older  string // address of the next page; empty: this was the last
	Empty  *Empty
}

// JobRow is one job.
type JobRow struct {
	Kind    string
	About   string // portfolio or exchange
	Day     string
	State   Tag
	Attempt string // "2 of 8"
	When    string
	Said    string // why it failed, or what it did
	Href    string
	Actions []Action
}

// Job is one job with its steps.
type Job struct {
	Page  Page
	Row   JobRow
	Terms []Term
	Steps []JobStep
}

// JobStep is one part of a job.
type JobStep struct {
	Name   string
	Status Tag
	Took   string
	Said   string
}
