package api

import (
	"context"
	"time"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/instrument"
	"github.com/foliosight/foliosight/internal/service"
)

// SourceSearch is a text that the sources of market data are asked for.
type SourceSearch struct {
	Text       string           `json:"q" doc:"The text, as it goes out." example:"acme"`
	Day        date.Date        `json:"day" doc:"The day, in UTC: for one text they are asked once a day."`
	State      string           `json:"state" enum:"none,queued,running,stuck,retrying,done,failed,cancelled" doc:"How far it has come. none: nobody asked for it today."`
	Why        string           `json:"why,omitempty" doc:"Why nobody can be asked; absent: somebody can."`
	Began      *time.Time       `json:"began,omitempty" doc:"When it was asked for."`
	Ended      *time.Time       `json:"ended,omitempty" doc:"When the sources answered, or refused."`
	Next       *time.Time       `json:"next,omitempty" doc:"When they can be asked again; where the state is not an end, it goes on by itself then."`
	Provider   string           `json:"provider,omitempty" doc:"The source that answered." example:"yahoo"`
	Reason     string           `json:"reason,omitempty" doc:"Why nothing came; absent: it did, or the sources know nothing like it." example:"limited"`
	Says       string           `json:"says,omitempty" doc:"The same in plain words."`
	Candidates []NamedCandidate `json:"candidates" nullable:"false" doc:"What the source named, in its order."`
}

// NamedCandidate is an instrument that a source named.
type NamedCandidate struct {
	Instrument instrument.Instrument `json:"instrument" doc:"What the source says it is. What it does not say is not known."`
	Exchange   string                `json:"exchange,omitempty" doc:"The source's own word for where it is listed, where that is no market identifier code."`
	Score      *float64              `json:"score,omitempty" doc:"The source's, from 0 to 1; absent: it gives none."`
	Delisted   bool                  `json:"delisted" doc:"The source says that it is not listed any more."`
	Stored     bool                  `json:"stored" doc:"Something is stored under the symbol already."`
	Source     string                `json:"source" doc:"Who named it." example:"yahoo"`
	On         date.Date             `json:"named_on" doc:"When."`
}

func sourceSearchOf(a *service.SourceSearch) SourceSearch {
	when := func(t time.Time) *time.Time {
		if t.IsZero() {
			return nil
		}
		t = t.UTC()
		return &t
	}
	out := SourceSearch{Text: a.Text, Day: a.Day, State: string(a.State), Why: a.Why, Began: when(a.Began), Ended: when(a.Ended), Next: when(a.Next), Provider: a.Provider, Reason: a.Reason, Says: a.Said, Candidates: []NamedCandidate{}}
	if out.State == "" {
		out.State = "none"
	}
	for i := range a.Candidates {
		c := &a.Candidates[i]
		out.Candidates = append(out.Candidates, NamedCandidate{c.Instrument, c.Listed, c.Score, c.Delisted, c.Stored, c.Source, c.On})
	}
	return out
}

// askingSources has the sources asked for what nothing stored is like.
func (s *server) askingSources() {
	add(s, route{method: "POST", path: "/instruments/search", id: "ask-sources", tag: tagResearch, status: 202, across: true, errors: []int{403, 422}, summary: "Have the sources asked", about: "For what nothing stored is like: the sources of market data are asked what a text may mean, in the background, within their limits and after prices; once for a text and day, whoever asks. The text goes out to them. What they name is found by searches afterwards. How far it has come: GET /instruments/search/asked."},
		func(ctx context.Context, c service.Caller, in *struct {
			Body struct {
				Text string `json:"q" minLength:"2" maxLength:"200" doc:"A symbol, a name, or an ISIN; at most 60 letters." example:"acme"`
			}
		}) (*struct{ Body SourceSearch }, error) {
			a, err := s.svc.AskSources(ctx, c, in.Body.Text)
			return &struct{ Body SourceSearch }{sourceSearchOf(&a)}, err
		})
	add(s, route{method: "GET", path: "/instruments/search/asked", id: "asked-sources", tag: tagResearch, errors: []int{422}, summary: "What the sources name", about: "How far asking the sources for a text has come today, and what they named. It asks nobody."},
		func(ctx context.Context, c service.Caller, in *struct {
			Text string `query:"q" required:"true" maxLength:"200" doc:"The text." example:"acme"`
		}) (*struct{ Body SourceSearch }, error) {
			a, err := s.svc.SourceSearch(ctx, c, in.Text)
			return &struct{ Body SourceSearch }{sourceSearchOf(&a)}, err
		})
}
