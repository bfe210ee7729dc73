package view

// Transactions is the ledger as a list.
type Transactions struct {
	Page    Page
	Filter  []Field
	Active  []Filter
	Months  []TransactionMonth
	Count   string
	Older   string // address of the next page
	Newer   string
	Add     string
	Import  string
	Export  string
	Imports []ImportBatch
	Empty   *Empty
}

// TransactionMonth is a group row with its transactions.
type TransactionMonth struct {
	Label string
	Note  string
	Rows  []TransactionRow
}

// TransactionRow is one booked transaction.
type TransactionRow struct {
	ID, Date, Type, Symbol, Name, Account string
	Quantity, Price, Fee, Amount          string
	Currency                              string
	Note                                  string
	Tag                                   *Tag   // corrected, imported
	Tags                                  []Link // each to the bookings that bear it
	Open                                  bool
	Href                                  string // opens the detail
	Page                                  string // all about the instrument; empty where it is of none
	Detail                                *TransactionDetail
	Edit                                  string
	Delete                                Action
}

// TransactionDetail is what opens under a transaction.
type TransactionDetail struct {
	Terms   []Term
	History []Correction
}

// Correction is an earlier state of a transaction.
type Correction struct {
	When, Who, What string
}

// TransactionForm adds or edits.
type TransactionForm struct {
	Page  Page
	Title string
	Form  Form
	Types []TypeGroup
	Side  []Term
}

// TypeGroup is a labelled set of transaction types.
type TypeGroup struct {
	Label string
	Types []Option
}

// ImportBatch is an import that can be undone as a whole.
type ImportBatch struct {
	When, File, Format, Count string
	Undo                      *Action
	Undone                    string // when it was undone
	Href                      string // its transactions
}

// ImportUpload is the first step.
type ImportUpload struct {
	Page    Page
	Form    Form
	Formats []Term
	Batches []ImportBatch
	Error   *Refusal
}

// Refusal says where a file is wrong and how to mend it.
type Refusal struct {
	File, Place, Text, Cure string
}

// ImportPreview is the second step: nothing is booked yet.
type ImportPreview struct {
	Page    Page
	File    string // "flex-2025-06.csv · 148 rows · recognised as …"
	Kinds   []Choice
	Rows    []ImportRow
	Shown   string // "Showing 12 of 148."
	More    string
	Into    []Row
	Changes []Row
	Checks  []Check
	Back    string
	Confirm *Action
	Why     string // why it cannot be confirmed
	Foot    string
	Base    string
	Refused string // address of the refused rows as CSV
}

// ImportRow is one row of the file.
type ImportRow struct {
	Tag                                                   Tag
	Class                                                 string // dim for duplicates, refused
	Line, Date, Type, Instrument, Quantity, Price, Amount string
	Reason                                                string
	Cure                                                  string
	Wrong                                                 string // field at fault: date, type, instrument, quantity, price, amount
}

// Check is something that was verified.
type Check struct {
	Text, Note string
	OK         bool
}
