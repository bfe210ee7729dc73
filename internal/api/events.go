package api

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"github.com/foliosight/foliosight/internal/service"
)

// Watching tells what changed.
type Watching interface {
	Marks(ctx context.Context, c service.Caller) (service.Marks, error)
}

// How a stream of events behaves.
const (
	looksABeat   = 15               // looks between signs of life, at each of which the session is checked
	writeWithin  = 10 * time.Second // for one event to reach the client
	comeBackIn   = 2 * time.Second  // asked of a client whose stream ended
	streamsAUser = 8                // at once
)

// PortfolioMark is the state of a portfolio.
type PortfolioMark struct {
	ID            string `json:"id" doc:"Id of the portfolio." example:"0199f3a2-7c55-7d3a-9d0a-3c1f5c9b7a10"`
	LedgerVersion int64  `json:"ledger_version" doc:"Version of its ledger." example:"12"`
	Revision      int64  `json:"revision" doc:"Revision of its settings." example:"1"`
	Archived      bool   `json:"archived" doc:"Whether it is archived."`
}

// MarketMark is the state of the market data.
type MarketMark struct {
	MarketVersion int64 `json:"market_version" doc:"Version of the shared ones." example:"3"`
	OwnVersion    int64 `json:"own_version" doc:"Version of your own." example:"1"`
}

// StateEvent is everything at once.
type StateEvent struct {
	MarketMark
	Portfolios []PortfolioMark `json:"portfolios" nullable:"false" doc:"Those you see."`
}

// GoneEvent names a portfolio that is gone, or no longer yours to see.
type GoneEvent struct {
	ID string `json:"id" doc:"Id of the portfolio." example:"0199f3a2-7c55-7d3a-9d0a-3c1f5c9b7a10"`
}

func stateOfMarks(m service.Marks) StateEvent {
	out := StateEvent{MarketMark: MarketMark{m.Market.Shared, m.Market.Own}, Portfolios: []PortfolioMark{}}
	for _, p := range m.Portfolios {
		out.Portfolios = append(out.Portfolios, PortfolioMark{p.ID, p.Version, p.Revision, !p.Archived.IsZero()})
	}
	return out
}

// id names a state, so that a client that comes back with it is told only what is new.
func (e StateEvent) id() string {
	b, _ := json.Marshal(e) // plain values can always be written
	sum := sha256.Sum256(b)
	return base64.RawURLEncoding.EncodeToString(sum[:12])
}

// event is one event of a stream.
type event struct {
	name string
	data any
}

// since are the events that lead from one state to the next.
func (e StateEvent) since(before StateEvent) (out []event) {
	if e.MarketMark != before.MarketMark {
		out = append(out, event{"market", e.MarketMark})
	}
	known := map[string]PortfolioMark{}
	for _, p := range before.Portfolios {
		known[p.ID] = p
	}
	for _, p := range e.Portfolios {
		if known[p.ID] != p {
			out = append(out, event{"portfolio", p})
		}
		delete(known, p.ID)
	}
	for _, p := range before.Portfolios {
		if _, gone := known[p.ID]; gone {
			out = append(out, event{"gone", GoneEvent{p.ID}})
		}
	}
	return out
}

// stream writes events to a client.
type stream struct {
	w       io.Writer
	control *http.ResponseController
}

func (s *stream) send(id string, e event) error {
	b, err := json.Marshal(e.data)
	if err != nil {
		return err
	}
	if id != "" {
		id = "id: " + id + "\n"
	}
	return s.write(fmt.Sprintf("event: %s\n%sdata: %s\n\n", e.name, id, b))
}

func (s *stream) write(text string) error {
	_ = s.control.SetWriteDeadline(time.Now().Add(writeWithin)) // not every connection can
	if _, err := io.WriteString(s.w, text); err != nil {
		return err
	}
	return s.control.Flush()
}

// openStream begins an answer of events.
func openStream(w http.ResponseWriter) (*stream, error) {
	h := w.Header()
	h.Set("Content-Type", "text/event-stream")
	h.Set("X-Accel-Buffering", "no") // nginx passes it on at once
	w.WriteHeader(http.StatusOK)
	s := &stream{w, http.NewResponseController(w)}
	_ = s.control.SetReadDeadline(time.Time{}) // nothing more is read; not every connection can
	return s, s.write(fmt.Sprintf("retry: %d\n\n", comeBackIn.Milliseconds()))
}

func (s *server) events() {
	add(s, route{method: "GET", path: "/events", id: "events", tag: tagPortfolios, stream: true, media: "text/event-stream",
		answer:  streamed("Server-sent events.", "event: portfolio\nid: c2hvcnQ\ndata: {\"id\":\"0199f3a2-7c55-7d3a-9d0a-3c1f5c9b7a10\",\"ledger_version\":13,\"revision\":1,\"archived\":false}\n\n"),
		summary: "What changes, as it changes",
		about:   "Server-sent events. `state` says the versions of everything you see, at the beginning; then `portfolio` and `market` tell of each that changed, whoever changed it, and `gone` of a portfolio that went. A client that comes back with Last-Event-ID gets `state` only if something changed meanwhile. Figures are to be read again where a version moved. A comment every 15 seconds shows that the stream lives; it ends with the session."},
		func(ctx context.Context, c service.Caller, in *struct {
			Last string `header:"Last-Event-ID" doc:"The id of the last event that came, as browsers send it."`
		}) (*renderedOut, error) {
			done, ok := s.streaming.enter(c.User)
			if !ok {
				return nil, errStreams
			}
			marks, err := s.svc.Marks(ctx, c)
			if err != nil {
				done()
				return nil, err
			}
			return &renderedOut{func(hc huma.Context) {
				defer done()
				r, w := humago.Unwrap(hc)
				if out, err := openStream(w); err == nil {
					s.watch(r, c, out, in.Last, stateOfMarks(marks))
				}
			}}, nil
		})
}

// watch tells of changes until the client goes away, the session or the server ends.
func (s *server) watch(r *http.Request, c service.Caller, out *stream, last string, now StateEvent) {
	ctx := r.Context()
	if id := now.id(); id != last {
		if out.send(id, event{"state", now}) != nil {
			return
		}
	}
	looks := time.NewTicker(s.LookEvery)
	defer looks.Stop()
	for n := 1; ; n++ {
		select {
		case <-ctx.Done():
			return
		case <-s.Stopping:
			return
		case <-looks.C:
			if n%looksABeat == 0 {
				if _, err := s.authenticate(r); err != nil || out.write(": alive\n\n") != nil {
					return
				}
			}
			marks, err := s.svc.Marks(ctx, c)
			if err != nil {
				return // the client comes back, and is told then
			}
			next := stateOfMarks(marks)
			news := next.since(now)
			for i, e := range news {
				id := ""
				if i == len(news)-1 {
					id = next.id() // the state is reached with the last of them
				}
				if out.send(id, e) != nil {
					return
				}
			}
			now = next
		}
	}
}
