package store

import (
	"context"
	"time"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/money"
)

// Proposal is income that a holding should bring, to be confirmed by somebody. There is
// one of a portfolio, account, symbol and ex-date, however often it is found.
type Proposal struct {
	ID          string
	Portfolio   string
	Account     string
	Symbol      string
	ExDate      date.Date
	PayDate     date.Date     // zero or None: not known
	Amount      money.Decimal // a share, before tax
	Currency    money.Currency
	Quantity    money.Decimal // held before the ex-date
	Gross       money.Decimal
	Withholding money.Optional // not known is not zero
	Source      string         // who says so
	Kind        ProposalKind
	Status      ProposalStatus
	Transaction string // id of the booking's first row, once confirmed
	Note        string // why it was rejected
	Proposed    time.Time
	Decided     time.Time // zero: open
	DecidedBy   string
}

// ProposalKind is what sort of income it is.
type ProposalKind string

// The kinds.
const (
	ProposedDividend ProposalKind = "dividend"
	ProposedSpecial  ProposalKind = "special"
	ProposedDRIP     ProposalKind = "drip" // reinvested
)

// ProposalStatus is what became of it.
type ProposalStatus string

// The statuses.
const (
	ProposalOpen      ProposalStatus = "open"
	ProposalConfirmed ProposalStatus = "confirmed" // booked as proposed
	ProposalEdited    ProposalStatus = "edited"    // booked otherwise
	ProposalRejected  ProposalStatus = "rejected"
)

// ProposalFilter selects proposals; the zero value selects those of all visible
// portfolios.
type ProposalFilter struct {
	Portfolio string
	Symbol    string
	Statuses  []ProposalStatus // nil: all
	From, To  date.Date        // ex-dates, inclusive; zero or None: open
	After     string           // the Next of the page before
	Limit     int              // 0: 100
}

// ProposalPage is a part of what a filter selects, the latest ex-date first.
type ProposalPage struct {
	Proposals []Proposal
	Next      string // cursor; empty: this was the last page
}

// Proposed counts what became of proposals that were found.
type Proposed struct {
	Added   int
	Changed int // open ones whose terms are others now
	Same    int // as they were, or decided already
}

// IncomeReader reads the proposals of visible portfolios.
type IncomeReader interface {
	Proposals(ctx context.Context, f ProposalFilter) (ProposalPage, error)
	Proposal(ctx context.Context, id string) (Proposal, error)
}

// IncomeWriter changes those of portfolios that the identity may trade in.
type IncomeWriter interface {
	// Propose enters what was found. What is open takes on the terms given now; what was
	// decided stays as it was decided.
	Propose(ctx context.Context, all []Proposal) (Proposed, error)
	// ConfirmProposal says that a proposal becomes the booking of an id, in the transaction
	// that appends that booking. first reports that nobody had confirmed it before: only
	// then is the booking to be made. Else it gives the proposal with the booking that was
	// made. A rejected one: ErrStale.
	ConfirmProposal(ctx context.Context, id, transaction string, edited bool) (p Proposal, first bool, err error)
	// RejectProposal closes an open one without a booking; a confirmed one: ErrStale.
	RejectProposal(ctx context.Context, id, why string) (Proposal, error)
	// ReopenProposal opens a rejected one again, or a confirmed one whose booking is no
	// longer in the ledger; while it is: ErrStale.
	ReopenProposal(ctx context.Context, id string) (Proposal, error)
	// DropProposals takes away open ones that no longer stand: those of a portfolio with
	// an ex-date from a day on that are not among the ids to keep.
	DropProposals(ctx context.Context, portfolio string, from date.Date, keep []string) (int, error)
}
