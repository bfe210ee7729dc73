package view

// WhatIf tries trades: what the portfolio is, and what it would be.
type WhatIf struct {
	Page     Page
	Empty    *Empty
	Action   string
	Trades   []TradeField // the last one is blank
	Symbols  []Option     // suggested
	Accounts []Option
	Errors   []Link
	Note     string // "2 trades, nothing is booked"
	Tried    bool   // there are trades, and they can be made
	Compare  []CompareRow
	Against  string // what is compared: "USD, 30 Jun 2025"
	Words    []Part // what happens to cash, what is realised
	Export   string
	Clear    string
	Sections []CompareSection
	Starts   []Link // trades to begin with
	As       string // the manner in which numbers are typed
	Suggest  *Suggest
}

// TradeField is a trade as it is typed.
type TradeField struct {
	N                       int // from 1
	Side                    []Option
	Symbol, Quantity, Price string
	Fee, Account, Lot       string
	Held, Last              string // hints in the empty fields
	Name                    string // what it is, and what it comes to
	Amount                  string
	Remove                  string // address without it
	Errors                  map[string]string
	More                    bool // fee, account or lot are shown
}

// CompareRow is a figure before and after.
type CompareRow struct {
	Name       string
	Now, After Figure
	Change     string
	ChangeHow  *Explain
	Tone       Tone // of Change, where it is a gain or a loss
	Head       bool // begins a group
	Changed    bool
	Total      bool
	Mark       Mark
	MarkText   string
}

// CompareSection is a part of the analysis, before and after.
type CompareSection struct {
	Label string
	Head  [4]string
	Rows  []CompareRow
	Note  string
	Empty string
}
