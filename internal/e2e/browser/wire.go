package browser

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"sync"
	"time"

	"github.com/chromedp/cdproto/audits"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
)

// Weight is what a page cost to load.
type Weight struct {
	Bytes    int64
	Requests map[string]int64 // bytes by path
}

// wire listens to a tab.
type wire struct {
	mu       sync.Mutex
	troubles []string
	under    map[network.RequestID]request // under way
	changed  time.Time                     // when the last one began or ended
	weight   Weight
}

type request struct {
	path   string
	loader cdp.LoaderID // the document it belongs to
}

func newWire() *wire {
	return &wire{under: map[network.RequestID]request{}, changed: time.Now(), weight: Weight{Requests: map[string]int64{}}}
}

// hear takes one event of the tab. It runs in the tab's own loop.
func (w *wire) hear(event any) {
	w.mu.Lock()
	defer w.mu.Unlock()
	switch e := event.(type) {
	case *runtime.EventConsoleAPICalled:
		if e.Type == "error" || e.Type == "warning" || e.Type == "assert" {
			w.trouble("console.%s: %s", e.Type, argument(e.Args))
		}
	case *runtime.EventExceptionThrown:
		text := e.ExceptionDetails.Text
		if x := e.ExceptionDetails.Exception; x != nil {
			text += " " + x.Description
		}
		w.trouble("exception: %s", text)
	case *log.EventEntryAdded:
		if e.Entry.Level == "error" || e.Entry.Level == "warning" {
			w.trouble("log %s: %s %s", e.Entry.Source, e.Entry.Text, e.Entry.URL)
		}
	case *audits.EventIssueAdded:
		if d := e.Issue.Details; d != nil && d.ContentSecurityPolicyIssueDetails != nil {
			w.trouble("content security policy: %s %s", d.ContentSecurityPolicyIssueDetails.ViolatedDirective, d.ContentSecurityPolicyIssueDetails.BlockedURL)
		}
	case *network.EventRequestWillBeSent:
		w.under[e.RequestID], w.changed = request{pathOf(e.Request.URL), e.LoaderID}, time.Now()
	case *page.EventFrameNavigated: // nothing more is heard of what the page before it was loading
		maps.DeleteFunc(w.under, func(_ network.RequestID, r request) bool {
			return e.Frame.ParentID == "" && r.loader != e.Frame.LoaderID
		})
	case *network.EventResponseReceived:
		if e.Response.Status >= 400 {
			w.trouble("%s answered %d", e.Response.URL, e.Response.Status)
		}
	case *network.EventLoadingFinished:
		w.weight.Bytes += int64(e.EncodedDataLength)
		w.weight.Requests[w.under[e.RequestID].path] += int64(e.EncodedDataLength)
		w.end(e.RequestID)
	case *network.EventLoadingFailed:
		if !e.Canceled {
			w.trouble("%s failed: %s %s", w.under[e.RequestID].path, e.ErrorText, e.BlockedReason)
		}
		w.end(e.RequestID)
	}
}

func (w *wire) trouble(format string, args ...any) {
	w.troubles = append(w.troubles, fmt.Sprintf(format, args...))
}

func (w *wire) end(id network.RequestID) {
	delete(w.under, id)
	w.changed = time.Now()
}

// calm is how long no request may be under way for a page to be at rest.
const calm = 80 * time.Millisecond

func (w *wire) quiet(ctx context.Context, patience time.Duration) error {
	ctx, cancel := context.WithTimeoutCause(ctx, patience, errors.New("requests are still under way"))
	defer cancel()
	w.mu.Lock()
	w.changed = time.Now() // what was just done may only now be sending its request
	w.mu.Unlock()
	for {
		w.mu.Lock()
		rest := len(w.under) == 0 && time.Since(w.changed) > calm
		w.mu.Unlock()
		if rest {
			return nil
		}
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-time.After(10 * time.Millisecond):
		}
	}
}

func (w *wire) troublesSoFar() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	all := w.troubles
	w.troubles = nil
	return all
}

func (w *wire) weightSoFar() Weight {
	w.mu.Lock()
	defer w.mu.Unlock()
	all := w.weight
	w.weight = Weight{Requests: map[string]int64{}}
	return all
}

func argument(args []*runtime.RemoteObject) string {
	text := ""
	for _, a := range args {
		text += " " + string(a.Value) + a.Description
	}
	return text
}

func pathOf(address string) string {
	if u, err := url.Parse(address); err == nil && u.Scheme != "data" {
		return u.RequestURI()
	}
	return "data:"
}
