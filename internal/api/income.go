package api

import (
	"context"
	"time"

	"github.com/foliosight/foliosight/finance/analysis"
	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/money"
	"github.com/foliosight/foliosight/internal/service"
	"github.com/foliosight/foliosight/internal/store"
)

// Receiving says what income came, what is to come, and what of it is to be booked.
type Receiving interface {
	Income(ctx context.Context, c service.Caller, q service.Question) (*analysis.Income, error)
	Proposals(ctx context.Context, c service.Caller, f store.ProposalFilter) (store.ProposalPage, error)
	Proposal(ctx context.Context, c service.Caller, portfolio, id string) (store.Proposal, error)
	FindIncome(ctx context.Context, c service.Caller, portfolio string) (service.IncomeFound, error)
	ConfirmIncome(ctx context.Context, c service.Caller, portfolio, id string, terms service.IncomeTerms) (service.ConfirmedIncome, error)
	RejectIncome(ctx context.Context, c service.Caller, portfolio, id, why string) (store.Proposal, error)
	ReopenIncome(ctx context.Context, c service.Caller, portfolio, id string) (store.Proposal, error)
}

// IncomeProposal is income that a holding should have brought, to be confirmed by somebody.
type IncomeProposal struct {
	ID          string         `json:"id" doc:"Id of the proposal."`
	Portfolio   string         `json:"portfolio_id" doc:"Id of the portfolio."`
	Account     string         `json:"account" doc:"The account that held." example:"depot"`
	Symbol      string         `json:"symbol" doc:"What was held." example:"ACME"`
	ExDate      date.Date      `json:"ex_date" doc:"Who held at the close before is entitled."`
	PayDate     date.Date      `json:"pay_date,omitzero" doc:"When it is paid; absent: not known."`
	PerShare    money.Decimal  `json:"per_share" doc:"Before tax, in currency."`
	Currency    money.Currency `json:"currency" doc:"Of all amounts."`
	Quantity    money.Decimal  `json:"quantity" doc:"Held at the close before the ex-date; negative: sold short."`
	Gross       money.Decimal  `json:"gross" doc:"Before tax; negative: owed by a short position."`
	Withholding *money.Decimal `json:"withholding" doc:"Tax that will be kept back, where the last payments all lost the same share; null: not known."`
	Source      string         `json:"source" doc:"Who says so." example:"fmp"`
	Kind        string         `json:"kind" enum:"dividend,special,drip" doc:"drip: the last payment was reinvested, so that this one may be too."`
	Status      string         `json:"status" enum:"open,confirmed,edited,rejected" doc:"What became of it; edited: booked on other terms."`
	Transaction string         `json:"transaction_id,omitempty" doc:"Id of the booking that was made of it."`
	Note        string         `json:"note,omitempty" doc:"Why it was rejected." example:"The broker lent the shares"`
	Proposed    time.Time      `json:"proposed_at" doc:"When it was found first."`
	Decided     time.Time      `json:"decided_at,omitzero" doc:"When it was decided."`
	DecidedBy   string         `json:"decided_by,omitempty" doc:"Id of who decided."`
}

func incomeProposalOf(p store.Proposal) IncomeProposal {
	out := IncomeProposal{ID: p.ID, Portfolio: p.Portfolio, Account: p.Account, Symbol: p.Symbol, ExDate: p.ExDate, PerShare: p.Amount, Currency: p.Currency, Quantity: p.Quantity, Gross: p.Gross,
		Source: p.Source, Kind: string(p.Kind), Status: string(p.Status), Transaction: p.Transaction, Note: p.Note, Proposed: p.Proposed, Decided: p.Decided, DecidedBy: p.DecidedBy}
	if !p.PayDate.IsNone() {
		out.PayDate = p.PayDate
	}
	if p.Withholding.Known {
		out.Withholding = &p.Withholding.Decimal
	}
	return out
}

// IncomeProposalList is a page of proposals.
type IncomeProposalList struct {
	Items []IncomeProposal `json:"items" nullable:"false" doc:"The latest ex-date first."`
	Next  string           `json:"next,omitempty" doc:"Cursor of the next page; absent on the last."`
}

// IncomeTerms are what is booked where it is not what was proposed.
type IncomeTerms struct {
	Date        string         `json:"date,omitempty" format:"date" doc:"When the money came; the pay date unless given, else the ex-date." example:"2025-06-16"`
	Gross       money.Optional `json:"gross,omitzero" doc:"Before tax and fees."`
	Withholding money.Optional `json:"withholding,omitzero" doc:"Tax kept back."`
	Fees        money.Optional `json:"fees,omitzero" doc:"Fees kept back."`
	Currency    string         `json:"currency,omitempty" maxLength:"8" doc:"Of the three; that of the proposal unless given." example:"EUR"`
	CashAccount string         `json:"cash_account,omitempty" maxLength:"100" doc:"Where the money came, where that is another account." example:"giro"`
	Note        string         `json:"note,omitempty" maxLength:"500" doc:"Note of the booking."`
	Reinvest    *Reinvestment  `json:"reinvest,omitempty" doc:"Buys for what came; absent: it stays cash."`
}

// Reinvestment says at what a dividend was reinvested.
type Reinvestment struct {
	Price    money.Optional `json:"price,omitzero" doc:"Of a share, in the currency of the dividend; the close of the day unless given."`
	Quantity money.Optional `json:"quantity,omitzero" doc:"Bought; what came divided by the price unless given."`
}

func (t *IncomeTerms) terms() (service.IncomeTerms, error) {
	out := service.IncomeTerms{Gross: t.Gross, Withholding: t.Withholding, Fees: t.Fees, Currency: money.Currency(t.Currency), CashAccount: t.CashAccount, Note: t.Note}
	if t.Reinvest != nil {
		out.Reinvest = &service.Reinvest{Price: t.Reinvest.Price, Quantity: t.Reinvest.Quantity}
	}
	var err error
	out.Date, err = day("date", t.Date)
	return out, err
}

// IncomeConfirmed is a proposal with the booking that was made of it.
type IncomeConfirmed struct {
	Proposal      IncomeProposal `json:"proposal" doc:"As it was decided."`
	IDs           []string       `json:"ids" nullable:"false" doc:"Ids of the bookings: the dividend, and the purchase where it was reinvested."`
	LedgerVersion int64          `json:"ledger_version" doc:"Version of the ledger that they came in with." example:"13"`
}

// IncomeLooked is what came of looking for income.
type IncomeLooked struct {
	Added   int    `json:"added" doc:"New proposals." example:"2"`
	Changed int    `json:"changed" doc:"Open ones whose terms are others now." example:"0"`
	Same    int    `json:"same" doc:"As they were, or decided already." example:"3"`
	Dropped int    `json:"dropped" doc:"Open ones that no longer stand." example:"0"`
	Summary string `json:"summary" doc:"All of it in a sentence." example:"2 proposed, 0 changed, 3 as before, 0 dropped"`
}

// OfProposal names a proposal in the address.
type OfProposal struct {
	OfPortfolio
	Proposal string `path:"proposal" maxLength:"36" doc:"Id of the proposal."`
}

type proposalOut struct{ Body IncomeProposal }

func (s *server) income() {
	addRendered(s, route{method: "GET", path: "/portfolios/{portfolio}/income", id: "income", tag: tagIncome, errors: []int{404, 422, 503}, summary: "What was received and is expected",
		about: "Dividends, coupons and interest as booked, by month, year, holding and account; payments of the coming year, announced and estimated apart; yields on value and on cost. What nobody says anything of is null with its reason. Of the question the portfolios, account, currency, as_of and known_on count."},
		func(ctx context.Context, c service.Caller, in *questionIn) (*analysis.Income, error) {
			q, err := in.question()
			if err != nil {
				return nil, err
			}
			return s.svc.Income(ctx, c, q)
		}, func(x *analysis.Income) *analysis.Income { return x })
	add(s, route{method: "GET", path: "/portfolios/{portfolio}/income/proposals", id: "list-income-proposals", tag: tagIncome, errors: []int{404, 422}, summary: "Income to be booked", about: "Dividends that holders were entitled to and that are not in the ledger, and what became of earlier ones."},
		func(ctx context.Context, c service.Caller, in *struct {
			Portfolio string   `path:"portfolio" doc:"Id of a portfolio, or all for those of your own." example:"all"`
			Status    []string `query:"status" doc:"open, confirmed, edited or rejected, several separated by commas."`
			Symbol    string   `query:"symbol" maxLength:"100" doc:"Those of one symbol." example:"ACME"`
			Cursor    string   `query:"cursor" maxLength:"200" doc:"next of the page before."`
			Limit     int      `query:"limit" minimum:"1" maximum:"1000" default:"100" doc:"At most so many."`
		}) (*struct{ Body IncomeProposalList }, error) {
			f := store.ProposalFilter{Portfolio: in.Portfolio, Symbol: in.Symbol, After: in.Cursor, Limit: in.Limit}
			if in.Portfolio == allPortfolios {
				f.Portfolio = ""
			}
			for _, one := range in.Status {
				f.Statuses = append(f.Statuses, store.ProposalStatus(one))
			}
			page, err := s.svc.Proposals(ctx, c, f)
			out := IncomeProposalList{Items: make([]IncomeProposal, len(page.Proposals)), Next: page.Next}
			for i, p := range page.Proposals {
				out.Items[i] = incomeProposalOf(p)
			}
			return &struct{ Body IncomeProposalList }{out}, err
		})
	add(s, route{method: "GET", path: "/portfolios/{portfolio}/income/proposals/{proposal}", id: "get-income-proposal", tag: tagIncome, errors: []int{404}, summary: "One proposal", about: "As it is kept."},
		func(ctx context.Context, c service.Caller, in *OfProposal) (*proposalOut, error) {
			p, err := s.svc.Proposal(ctx, c, in.Portfolio, in.Proposal)
			return &proposalOut{incomeProposalOf(p)}, err
		})
	s.decideIncome()
}

func (s *server) decideIncome() {
	add(s, route{method: "POST", path: "/portfolios/{portfolio}/income/find", id: "find-income", tag: tagIncome, errors: []int{403, 404}, summary: "Look for income now", about: "It is done after new market data, after imports and every night too. The same a second time changes nothing."},
		func(ctx context.Context, c service.Caller, in *struct{ OfPortfolio }) (*struct{ Body IncomeLooked }, error) {
			f, err := s.svc.FindIncome(ctx, c, in.Portfolio)
			return &struct{ Body IncomeLooked }{IncomeLooked{Added: f.Added, Changed: f.Changed, Same: f.Same, Dropped: f.Dropped, Summary: f.String()}}, err
		})
	add(s, route{method: "POST", path: "/portfolios/{portfolio}/income/proposals/{proposal}/confirm", id: "confirm-income", tag: tagIncome, errors: []int{403, 404, 409, 422}, summary: "Book a proposal",
		about: "As proposed, or on the terms that are given. It is booked once: confirmed again, even at the same time or on other terms, nothing is booked and the answer is that of the first. One that was rejected, that was booked by hand meanwhile, or whose day lies in a closed period: 409."},
		func(ctx context.Context, c service.Caller, in *struct {
			OfProposal
			Body IncomeTerms
		}) (*struct{ Body IncomeConfirmed }, error) {
			terms, err := in.Body.terms()
			if err != nil {
				return nil, err
			}
			done, err := s.svc.ConfirmIncome(ctx, c, in.Portfolio, in.Proposal, terms)
			return &struct{ Body IncomeConfirmed }{IncomeConfirmed{incomeProposalOf(done.Proposal), append([]string{}, done.IDs...), done.Version.Version}}, err
		})
	add(s, route{method: "POST", path: "/portfolios/{portfolio}/income/proposals/{proposal}/reject", id: "reject-income", tag: tagIncome, errors: []int{403, 404, 409, 422}, summary: "Reject a proposal", about: "Takes a reason. It is not proposed again unless it is opened again. One that was booked: 409."},
		func(ctx context.Context, c service.Caller, in *struct {
			OfProposal
			Body struct {
				Reason string `json:"reason" minLength:"1" maxLength:"500" doc:"Why nothing is to be booked." example:"The broker lent the shares"`
			}
		}) (*proposalOut, error) {
			p, err := s.svc.RejectIncome(ctx, c, in.Portfolio, in.Proposal, in.Body.Reason)
			return &proposalOut{incomeProposalOf(p)}, err
		})
	add(s, route{method: "POST", path: "/portfolios/{portfolio}/income/proposals/{proposal}/reopen", id: "reopen-income", tag: tagIncome, errors: []int{403, 404, 409}, summary: "Open a proposal again", about: "One that was rejected, or whose booking was deleted. While that stands: 409."},
		func(ctx context.Context, c service.Caller, in *OfProposal) (*proposalOut, error) {
			p, err := s.svc.ReopenIncome(ctx, c, in.Portfolio, in.Proposal)
			return &proposalOut{incomeProposalOf(p)}, err
		})
}

func init() {
	for name, text := range map[string]string{
		"Income": "What was received, and what may be expected of the dividends to come. Before tax and in the base currency; what a short position owes is negative.", "IncomeMonth": "A calendar month: received until the as-of day, expected after it.",
		"IncomeYear": "A calendar year.", "IncomeHolding": "What one symbol brought and may bring.", "IncomeAccount": "What came into one account.", "IncomePayment": "A payment to come.",
	} {
		objects[name] = text
	}
	for name, text := range map[string]string{
		"Income.received": "In the last twelve months.", "Income.before": "In the twelve months before those.", "Income.growth": "Of the one over the other.", "Income.withheld": "Taxes kept back of what was received.",
		"Income.expected": "Dividends and coupons of the next twelve months.", "Income.announced": "The part that is announced.", "Income.estimated": "The part that repeats the last year.", "Income.yield": "Expected on the value of the holdings.",
		"Income.yield_on_cost": "Expected on what they cost.", "Income.months": "Without gaps, the coming twelve too.", "Income.years": "From the first payment on.", "Income.holdings": "What is expected most of first.", "Income.accounts": "By name.",
		"Income.payments": "To come, by day.", "Income.simulated": "Whether prices and dividends are those of the simulated market.",
		"IncomeMonth.dividends": "Dividends and coupons received.", "IncomeMonth.interest": "Interest received, less what was paid.", "IncomeMonth.received": "Both.", "IncomeMonth.announced": "Announced payments of the month.",
		"IncomeMonth.estimated": "Estimated ones.", "IncomeMonth.expected": "Both.",
		"IncomeYear.dividends": "Dividends and coupons received.", "IncomeYear.interest": "Interest received, less what was paid.", "IncomeYear.received": "Both.", "IncomeYear.withheld": "Taxes kept back.", "IncomeYear.partial": "Whether the books begin or end in it.",
		"IncomeHolding.held": "Whether it is still held.", "IncomeHolding.value": "Market value.", "received_all": "Ever received.", "IncomeHolding.received": "In the last twelve months.", "IncomeHolding.expected": "In the next twelve months.",
		"IncomeHolding.per_share": "Of that, for a share of today, in currency.", "IncomeHolding.currency": "In which it pays.", "IncomeHolding.yield": "Expected on its value.", "IncomeHolding.yield_on_cost": "Expected on what it cost.",
		"IncomeHolding.growth": "Of the regular payments a share, the last year on the year before.", "IncomeHolding.payer": "pays, once, stopped, never or unclear.", "IncomeHolding.reason": "Why nothing is estimated.", "IncomeHolding.next": "Day of the next payment.",
		"IncomeHolding.symbol": "Symbol; empty: interest on cash.", "IncomeHolding.quantity": "Held today; negative: short.",
		"IncomeAccount.received": "In the last twelve months.",
		"IncomePayment.ex_date":  "Who holds at the close before is entitled; absent: not known.", "IncomePayment.date": "When it is paid, or goes ex where that is all that is known.", "IncomePayment.paid": "Whether date is a pay date.",
		"IncomePayment.per_share": "Of a share, in currency.", "IncomePayment.currency": "In which it is paid.", "IncomePayment.quantity": "That is paid on.", "IncomePayment.gross": "Before tax, in currency.", "IncomePayment.amount": "In the base currency, at today's rate.",
		"IncomePayment.basis": "entitled: the ex-date is over; announced: declared, for who holds until then; estimated: a payment of the last year once more.", "IncomePayment.special": "Not one of the regular payments.",
		"IncomePayment.like": "Ex-date of the payment that an estimate repeats.",
	} {
		words[name] = text
	}
}
