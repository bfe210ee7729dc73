package api

import (
	"cmp"
	"context"
	"time"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/internal/service"
)

// SupplyItem is how it stands with one series, or with what else is asked of a symbol.
type SupplyItem struct {
	Kind      string        `json:"kind" doc:"What is asked for: bars (prices), splits, dividends, fx, rates, profiles, statements, earnings, news or holdings." example:"bars"`
	Symbol    string        `json:"symbol" doc:"Symbol, pair or rate." example:"AAPL"`
	Name      string        `json:"name,omitempty" doc:"Of the instrument." example:"Apple Inc."`
	Use       string        `json:"use,omitempty" enum:"held,model,fx,rate,past" doc:"What the figures of the portfolio need it for: what is held; benchmark and models; exchange rates; interest; what was held. Absent where no portfolio was asked about." example:"held"`
	State     string        `json:"state" enum:"current,late,refused,never,unasked" doc:"current: there through the last session that is over; late: sessions are missing at its end; refused: the last attempt gave nothing; never: not asked for yet; unasked: nobody needs it any more." example:"current"`
	Reason    string        `json:"reason" doc:"The state in a sentence, with the cure where there is one." example:"up to date, through 2026-05-29"`
	Refusal   string        `json:"refusal,omitempty" doc:"What sort of refusal the last attempt met; absent: none." example:"limited"`
	Source    string        `json:"source,omitempty" doc:"Who brought what is stored, of several the one that figures prefer; absent: nothing is stored." example:"yahoo"`
	Provider  string        `json:"provider,omitempty" doc:"Who was asked last." example:"yahoo"`
	File      bool          `json:"by_file" doc:"Whether nobody is asked for it: it came by file, by hand or from the simulated market." example:"false"`
	Needed    bool          `json:"needed" doc:"Whether it is kept up to date." example:"true"`
	First     date.Date     `json:"first,omitzero" doc:"First day that is covered."`
	Last      date.Date     `json:"last,omitzero" doc:"Last day that is covered."`
	Age       *int          `json:"age" doc:"Sessions that are over after the last day; 0: none, null: not known." example:"0"`
	Calendar  string        `json:"calendar,omitempty" doc:"Whose sessions those are, or weekdays." example:"XNYS"`
	Score     *int          `json:"score" doc:"Quality, 0 to 100; null: not known." example:"98"`
	Scored    *SupplyScored `json:"scored,omitempty" doc:"What the score is made of."`
	HeldBack  int           `json:"held_back" doc:"Values that wait for a decision; see held-back." example:"0"`
	Asked     time.Time     `json:"asked,omitzero" doc:"When it was asked for last; absent: never."`
	Succeeded time.Time     `json:"succeeded,omitzero" doc:"When it came last; absent: never."`
	Failures  int           `json:"failures" doc:"Attempts in a row that gave nothing." example:"0"`
	Due       time.Time     `json:"due,omitzero" doc:"When it is asked for next; absent: not by itself."`
}

// SupplyScored is what a score counts, in sessions.
type SupplyScored struct {
	From     date.Date           `json:"from" doc:"First session that counts."`
	To       date.Date           `json:"to" doc:"Last session that counts."`
	Sessions int                 `json:"sessions" doc:"Sessions in all." example:"2514"`
	Stale    int                 `json:"stale" doc:"Missing at the end." example:"0"`
	Missing  int                 `json:"missing" doc:"Missing between." example:"3"`
	Suspect  int                 `json:"suspect" doc:"Held back." example:"1"`
	Doubtful int                 `json:"doubtful" doc:"Doubted, and used as they came." example:"2"`
	Findings []SupplyFindingItem `json:"findings" nullable:"false" doc:"The latest that were found, the newest first."`
}

// SupplyFindingItem is what a check said of a series.
type SupplyFindingItem struct {
	Kind     string    `json:"kind" doc:"What sort of thing is wrong." example:"unit-mixup"`
	Severity string    `json:"severity" doc:"suspect: held back; doubtful: only shown." example:"suspect"`
	From     date.Date `json:"from" doc:"First day."`
	To       date.Date `json:"to" doc:"Last day."`
	Reason   string    `json:"reason" doc:"The same in a sentence." example:"a tenth of the day before"`
}

func supplyItemOf(f *service.Feed) SupplyItem {
	out := SupplyItem{Kind: f.Kind, Symbol: f.Symbol, Name: f.Name, Use: string(f.Use), State: string(f.State), Reason: f.Says, Refusal: f.Reason, Source: f.Kept.Source, Provider: f.Provider,
		File: f.Files, Needed: f.Needed, First: some(f.First), Last: some(f.Last), Calendar: f.Calendar, Score: f.Score, HeldBack: f.Held,
		Asked: f.Asked, Succeeded: f.Succeeded, Failures: f.Failures, Due: f.Due}
	if f.Age >= 0 {
		out.Age = &f.Age
	}
	if x := f.Scored; x != nil {
		out.Scored = &SupplyScored{From: x.From, To: x.To, Sessions: x.Sessions, Stale: x.Stale, Missing: x.Missing, Suspect: x.Suspect, Doubtful: x.Doubtful, Findings: make([]SupplyFindingItem, len(x.Findings))}
		for i, one := range x.Findings {
			out.Scored.Findings[i] = SupplyFindingItem(one)
		}
	}
	return out
}

// SupplyList is a page of series.
type SupplyList struct {
	Items []SupplyItem `json:"items" nullable:"false" doc:"By kind and symbol; of portfolios what is held first."`
	Next  string       `json:"next,omitempty" doc:"Cursor of the next page; absent on the last."`
}

// SyncWish is what is asked for at once.
type SyncWish struct {
	Portfolio string   `json:"portfolio,omitempty" maxLength:"40" doc:"One that you book in; who runs the installation needs none."`
	Symbols   []string `json:"symbols,omitempty" maxItems:"500" nullable:"false" doc:"Only for who runs the installation: asked for whether they are due or not; else what is due." example:"[\"AAPL\",\"EUR/USD\"]"`
}

func (s *server) supply() {
	add(s, route{method: "GET", path: "/supply", id: "list-supply", tag: tagMarket, errors: []int{404, 422}, summary: "How good the market data are",
		about: "Each series that is or should be supplied, with its source, its age in sessions of its exchange, its score, its state and the reason. With a portfolio: what its figures need, series of files and of the simulated market included. Without: all that sources are asked for that you hold, watch or compare with; everything for who runs the installation."},
		func(ctx context.Context, c service.Caller, in *struct {
			Portfolio string `query:"portfolio" maxLength:"40" doc:"Id of a portfolio, or all for those you see together." example:"all"`
			Kind      string `query:"kind" maxLength:"20" doc:"Those of this kind." example:"bars"`
			State     string `query:"state" enum:"current,late,refused,never,unasked" doc:"Those in this state." example:"late"`
			Symbol    string `query:"symbol" maxLength:"100" doc:"Those whose symbol begins so." example:"AA"`
			Cursor    string `query:"cursor" maxLength:"400" doc:"next of the page before."`
			Limit     int    `query:"limit" minimum:"1" maximum:"500" default:"100" doc:"At most so many."`
		}) (*struct{ Body SupplyList }, error) {
			page, err := s.svc.FeedPage(ctx, c, service.FeedFilter{Portfolio: in.Portfolio, Kind: in.Kind, State: service.SupplyState(in.State), Prefix: in.Symbol, After: in.Cursor, Limit: in.Limit})
			out := SupplyList{Items: make([]SupplyItem, len(page.Feeds)), Next: page.Next}
			for i := range page.Feeds {
				out.Items[i] = supplyItemOf(&page.Feeds[i])
			}
			return &struct{ Body SupplyList }{out}, err
		})
	add(s, route{method: "POST", path: "/sync", id: "sync", tag: tagMarket, status: 202, class: classHeavy, errors: []int{403, 404, 422, 503}, summary: "Have market data asked for",
		about: "The sources are asked in the background, within their limits, for what is needed and not there; the job says how far it is. There is one for all: while one is under way it is that one that is answered, and nobody is asked twice. For who runs the installation, and, with a portfolio, for who books in it. It takes along what is named meanwhile; what it asked for already comes with the next one, within the hour."},
		func(ctx context.Context, c service.Caller, in *struct{ Body *SyncWish }) (*jobOut, error) {
			wish := cmp.Or(in.Body, &SyncWish{})
			j, err := s.svc.SyncNow(ctx, c, service.SyncWish{Portfolio: wish.Portfolio, Symbols: wish.Symbols})
			return &jobOut{jobOf(j)}, err
		})
}
