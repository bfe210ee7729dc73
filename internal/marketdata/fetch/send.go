package fetch

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/internal/marketdata"
	"github.com/foliosight/foliosight/internal/outbound"
)

// agent is what we call ourselves. Some sources turn away whoever is not a browser.
const agent = "Mozilla/5.0 (compatible; FolioSight/1.0)"

// send sends a call and reads its answer. A response is nil unless something answered; a
// refusal then says what kept it from being whole.
func (f *Fetcher) send(ctx context.Context, call marketdata.Call, key string) (*marketdata.Response, *marketdata.Refusal) {
	request, refused := f.request(ctx, call, key)
	if refused != nil {
		return nil, refused
	}
	client, most := f.usual, int64(usualBody)
	if call.Large {
		client, most = f.large, largeBody
	}
	answer, err := client.Do(request)
	if err != nil {
		refused := f.refuse(call.Endpoint, marketdata.Failed, f.scrub(unreached(err), key))
		if away(err) {
			refused.Reason, refused.Host = marketdata.Unreached, f.base.Host
		}
		return nil, refused
	}
	defer answer.Body.Close()
	response := &marketdata.Response{Status: answer.StatusCode, Header: answer.Header}
	if answer.StatusCode >= 300 && answer.StatusCode < 400 {
		return response, f.refuse(call.Endpoint, marketdata.Failed, f.elsewhere(answer))
	}
	var body bytes.Buffer
	if n := answer.ContentLength; n > 0 {
		body.Grow(int(min(n, 16<<20)) + bytes.MinRead)
	}
	_, err = body.ReadFrom(answer.Body)
	response.Body, response.At = body.Bytes(), f.options.Now()
	switch {
	case err == nil:
		return response, f.unmarked(answer, call, body.Bytes())
	case errors.Is(err, outbound.ErrLarge):
		return response, f.refuse(call.Endpoint, marketdata.Refused, fmt.Sprintf("its answer is longer than %d MB", most>>20))
	}
	refused = f.refuse(call.Endpoint, marketdata.Garbled, cut(err))
	refused.Place = fmt.Sprintf("byte %d", body.Len())
	return response, refused
}

// request writes the call for the network.
func (f *Fetcher) request(ctx context.Context, call marketdata.Call, key string) (*http.Request, *marketdata.Refusal) {
	wrong := func(why string) (*http.Request, *marketdata.Refusal) {
		return nil, f.refuse(call.Endpoint, marketdata.Refused, why)
	}
	path, query, _ := strings.Cut(call.Path, "?")
	if !strings.HasPrefix(path, "/") {
		return wrong("the call has no path")
	}
	u, err := url.Parse(f.base.String() + path)
	if err != nil || u.Host != f.base.Host || u.Scheme != f.base.Scheme || u.User != nil {
		return wrong("the call does not go to the source's address")
	}
	u.RawQuery = strings.Trim(query+"&"+call.Query.Encode(), "&")
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
	if err != nil {
		return wrong("the call cannot be written as an address")
	}
	request.Header.Set("User-Agent", agent)
	request.Header.Set("Accept", "application/json, text/csv, */*;q=0.5")
	f.provider.Sign(request, key)
	if request.URL.Host != f.base.Host || request.URL.Scheme != f.base.Scheme {
		return wrong("the signed call does not go to the source's address")
	}
	return request, nil
}

// elsewhere says where an answer points. It is not followed: the key would go with it.
func (f *Fetcher) elsewhere(answer *http.Response) string {
	to := "another address"
	if u, err := url.Parse(answer.Header.Get("Location")); err == nil && u.Host != "" {
		to = u.Host
	}
	return fmt.Sprintf("it points to %s (HTTP %d), which is not followed; set the base address if it has moved", to, answer.StatusCode)
}

// unmarked refuses an answer of which nobody can say whether it is whole: one that ends
// with the connection and is neither JSON nor XML nor an archive, which would show that
// they were cut.
func (f *Fetcher) unmarked(answer *http.Response, call marketdata.Call, body []byte) *marketdata.Refusal {
	marked := answer.ContentLength >= 0 || len(answer.TransferEncoding) > 0 || answer.Uncompressed
	start := bytes.TrimLeft(body, "\ufeff \t\r\n")
	if marked || answer.StatusCode >= 400 || bytes.HasPrefix(start, []byte("PK")) || len(start) > 0 && (start[0] == '{' || start[0] == '[' || start[0] == '<') {
		return nil
	}
	refused := f.refuse(call.Endpoint, marketdata.Garbled, "the answer does not say where it ends, so that it may have been cut")
	refused.Place = fmt.Sprintf("byte %d", len(body))
	return refused
}

// read reads an answer. A reader that panics is a bug of ours that costs one answer.
func (f *Fetcher) read(r marketdata.Request, call marketdata.Call, a marketdata.Response, key string) (d marketdata.Delivery, next *marketdata.Call, err error) {
	defer func() {
		if broken := recover(); broken != nil {
			f.options.Log.Error("a reader broke", "provider", f.Name(), "endpoint", call.Endpoint, "kind", string(r.Kind), "bytes", len(a.Body))
			d, next, err = marketdata.Delivery{}, nil, f.refuse(call.Endpoint, marketdata.Garbled, "our reader of it broke")
		}
	}()
	d, next, err = f.provider.Read(r, call, a)
	refused := asRefusal(err)
	switch {
	case err == nil && (a.Status >= 200 && a.Status < 300 || next != nil): // a lesser call may follow a refusal
		return d, next, nil
	case err == nil:
		refused = f.refuse(call.Endpoint, byStatus(a.Status), fmt.Sprintf("HTTP %d", a.Status))
	case refused == nil:
		refused = f.refuse(call.Endpoint, marketdata.Garbled, err.Error())
	}
	clean := *refused
	if clean.Reason == marketdata.Empty && f.speaksOfDaysToCome(r, call, a) {
		clean.Reason, clean.Said, clean.Place = marketdata.Garbled, "the answer is of days that are to come", "dates"
	}
	clean.Provider, clean.Said, clean.Place = f.Name(), f.scrub(clean.Said, key), f.scrub(clean.Place, key)
	if clean.Endpoint == "" {
		clean.Endpoint = call.Endpoint
	}
	if clean.RetryAfter == 0 && clean.Temporary() {
		clean.RetryAfter = marketdata.RetryAfter(a.Header, a.At)
	}
	return marketdata.Delivery{}, nil, &clean
}

// speaksOfDaysToCome reports whether an answer that has nothing for the days asked has
// some for days after today. Readers leave such days out; a source that moved its days
// would else seem to know that there is nothing. What it says is read once more without
// any bounds.
func (f *Fetcher) speaksOfDaysToCome(r marketdata.Request, call marketdata.Call, a marketdata.Response) bool {
	if r.Kind != marketdata.Bars && r.Kind != marketdata.FX && r.Kind != marketdata.Rates {
		return false
	}
	latest := marketdata.Latest(a.At)
	r.From, r.To, a.At = 0, 0, time.Time{}
	d, _, err := f.provider.Read(r, call, a)
	later := func(day date.Date) bool { return day > latest }
	return err == nil && (slices.ContainsFunc(d.Bars, func(s marketdata.BarSeries) bool { return slices.ContainsFunc(s.Dates, later) }) ||
		slices.ContainsFunc(slices.Concat(d.FX, d.Rates), func(s marketdata.RateSeries) bool { return slices.ContainsFunc(s.Dates, later) }))
}

// byStatus is what a status means where the reader of a source says nothing about it.
func byStatus(status int) marketdata.Reason {
	switch {
	case status == http.StatusTooManyRequests:
		return marketdata.Limited
	case status == http.StatusUnauthorized:
		return marketdata.BadKey
	case status == http.StatusPaymentRequired:
		return marketdata.NotInPlan
	case status == http.StatusNotFound:
		return marketdata.NotFound
	case status >= 400 && status < 500 && status != http.StatusRequestTimeout && status != http.StatusForbidden:
		return marketdata.Refused
	}
	return marketdata.Failed
}

// unreached says in plain words why no answer came. Errors of the network name the whole
// address, with the key in it, so that none of their words is passed on.
func unreached(err error) string {
	var name *net.DNSError
	var unknown *net.OpError
	switch {
	case errors.Is(err, outbound.ErrPrivate):
		return "its address is not on the public internet; set it as the base address if it is meant"
	case errors.Is(err, context.Canceled):
		return "given up before an answer came"
	case errors.Is(err, context.DeadlineExceeded) || errors.Is(err, os.ErrDeadlineExceeded) || timedOut(err):
		return "no answer in time"
	case errors.As(err, &name):
		return "the name of its address is not known, or there is no network"
	case errors.Is(err, syscall.ECONNREFUSED):
		return "the connection is refused"
	case errors.Is(err, syscall.ECONNRESET), errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, syscall.EPIPE):
		return "the connection was cut before an answer came"
	case strings.Contains(err.Error(), "tls:") || strings.Contains(err.Error(), "x509:"):
		return "its certificate is not accepted"
	case errors.As(err, &unknown):
		return "it cannot be reached (" + unknown.Op + ")"
	}
	return "what came is no HTTP, or it cannot be reached"
}

// away reports whether there was no connection at all, so that no call went out.
func away(err error) bool {
	var dialing *net.OpError
	return errors.As(err, &dialing) && dialing.Op == "dial" && !errors.Is(err, outbound.ErrPrivate) && !errors.Is(err, context.Canceled)
}

func timedOut(err error) bool {
	var t interface{ Timeout() bool }
	return errors.As(err, &t) && t.Timeout()
}

// cut says why an answer ended before its end.
func cut(err error) string {
	switch {
	case errors.Is(err, context.Canceled):
		return "given up within the answer"
	case errors.Is(err, context.DeadlineExceeded) || timedOut(err):
		return "the answer did not end in time"
	}
	return "the connection was cut within the answer"
}
