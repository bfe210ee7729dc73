package replay

import (
	"math/rand/v2"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/foliosight/foliosight/finance/date"
)

// Kind is what goes wrong with a request.
type Kind string

// The faults. Amount of a Fault is what it says beside them.
const (
	None        Kind = ""                    // nothing goes wrong
	Delay       Kind = "delay"               // the answer comes after Amount
	Cut         Kind = "cut"                 // the connection is cut before an answer
	Half        Kind = "half body"           // and is cut within the body, whose length was said
	HalfChunked Kind = "half body in chunks" // and within a body of chunks
	HalfOpen    Kind = "half open body"      // a body that ends with the connection is cut
	HalfWhole   Kind = "half JSON"           // half a body comes with the length of the half; a table comes whole
	TooMany     Kind = "429"                 // without a word when to come again
	TooManyFor  Kind = "429 with seconds"    // Retry-After: Amount
	TooManyTill Kind = "429 with a date"     // Retry-After: now and Amount
	Down        Kind = "5xx"                 //
	DownFor     Kind = "503 with seconds"    // Retry-After: Amount
	Page        Kind = "HTML"                // with status 200
	Noise       Kind = "noise"               // with status 200
	Void        Kind = "empty body"          // with status 200
	Notice      Kind = "limit notice"        // in the source's words, with status 200 where it does so
	Payment     Kind = "402 text"            //
	Later       Kind = "days to come"        // all days are moved 20 years on
	OneLater    Kind = "a day to come"       // one day is
	Drip        Kind = "drip"                // the body comes slowly, in Amount
	Elsewhere   Kind = "redirect"            // to another host
)

// Fault is what goes wrong with a request.
type Fault struct {
	Kind   Kind
	Amount time.Duration
}

// Script says what goes wrong with the request of a number, counted from 0.
type Script func(n int, provider string) Fault

// Calm is the script in which nothing goes wrong.
func Calm(int, string) Fault { return Fault{} }

// faults are those that Seeded draws from.
var faults = []Kind{Delay, Cut, Half, HalfChunked, HalfOpen, HalfWhole, TooMany, TooManyFor, TooManyTill, Down, Down, DownFor, Page, Noise, Void, Notice, Payment, Later, OneLater, Drip, Elsewhere}

// Seeded is a script in which a share of the requests goes wrong, one way or another. slow
// is how long the slowest take, as one in eight of the slow ones does. It says the same
// each time it is asked in the same order.
func Seeded(seed uint64, share float64, slow time.Duration) Script {
	var mu sync.Mutex
	r := rand.New(rand.NewPCG(seed, 0xFA017))
	return func(int, string) Fault {
		mu.Lock()
		defer mu.Unlock()
		if r.Float64() >= share {
			return Fault{}
		}
		f := Fault{Kind: faults[r.IntN(len(faults))]}
		switch f.Kind {
		case Delay, Drip:
			f.Amount = slow
			if r.IntN(8) > 0 {
				f.Amount = time.Duration(r.Int64N(int64(slow)/16 + 1))
			}
		case TooManyFor, TooManyTill, DownFor:
			f.Amount = time.Duration(1+r.IntN(90)) * time.Second
		}
		return f
	}
}

// notices are how each source says that there were too many calls.
var notices = map[string]answer{
	"yahoo": {http.StatusTooManyRequests, "text/html", []byte("Edge: Too Many Requests"), false},
	"alphavantage": {http.StatusOK, "application/json", []byte(`{"Information": "Thank you for using Alpha Vantage! This is a burst: our standard API rate limit is 25 requests per day. ` +
		`Please subscribe to any of the premium plans at https://www.alphavantage.co/premium/ to instantly remove all daily rate limits."}`), false},
	"polygon":    {http.StatusTooManyRequests, "application/json", []byte(`{"status":"ERROR","request_id":"1","error":"You've exceeded the maximum requests per minute, please wait or upgrade your subscription to continue."}`), false},
	"fmp":        {http.StatusTooManyRequests, "application/json", []byte(`{"Error Message": "Limit Reach . Please upgrade your plan or visit our documentation for more details at https://site.financialmodelingprep.com/"}`), false},
	"tradefeeds": {http.StatusOK, "application/json", []byte(`{"status":{"code":403,"message":"You have no credits left","details":""},"result":null}`), false},
	"stooq":      {http.StatusOK, "text/html", []byte("Exceeded the daily hits limit"), false},
	"ecb":        {http.StatusTooManyRequests, "text/plain", []byte("Too many requests"), false},
	"fred":       {http.StatusTooManyRequests, "application/json", []byte(`{"error_code":429,"error_message":"Too Many Requests.  Exceeded Rate Limit"}`), false},
}

// moved are days twenty years on.
func moved(day date.Date) date.Date { return day.AddYears(20) }

// days is what a fault does to the days that are told.
func (f Fault) days(rows []Row) []Row {
	for i := range rows {
		if f.Kind == Later || f.Kind == OneLater && i == len(rows)/2 {
			rows[i].Day = moved(rows[i].Day)
		}
	}
	return rows
}

// instead is the answer that a fault puts in place of the true one, and whether it does.
func (f Fault) instead(provider string, n int) (answer, bool) {
	switch f.Kind {
	case TooMany, TooManyFor, TooManyTill:
		return answer{http.StatusTooManyRequests, "text/plain", []byte("Too Many Requests"), false}, true
	case Down:
		return answer{[]int{500, 502, 503, 504}[n%4], "text/html", []byte("<html><head><title>Out of order</title></head><body>" + strings.Repeat("sorry ", n%5) + "</body></html>"), false}, true
	case DownFor:
		return answer{http.StatusServiceUnavailable, "text/plain", []byte("maintenance"), false}, true
	case Page:
		return answer{http.StatusOK, "text/html", []byte("<!DOCTYPE html><html><head><title>One moment, please</title></head><body><script>challenge()</script></body></html>"), false}, true
	case Noise:
		return answer{http.StatusOK, "application/json", []byte([]string{"\x00\x01\xfe\xff\x80", `{"a":[1,2`, `[]`, `{"results":"none"}`, "null", `{"chart":{"result":7}}`, "Date,Open\r\n1;2;3"}[n%7]), false}, true
	case Void:
		return answer{http.StatusOK, "application/json", nil, false}, true
	case Notice:
		return notices[provider], true
	case Payment:
		return answer{http.StatusPaymentRequired, "text/plain", []byte("Premium Query Parameter: this is not available under your current subscription, please upgrade your plan"), false}, true
	}
	return answer{}, false
}

// wait is the Retry-After that goes with a fault, empty for none.
func (f Fault) wait(now time.Time) string {
	switch f.Kind {
	case TooManyFor, DownFor:
		return strconv.Itoa(int(f.Amount / time.Second))
	case TooManyTill:
		return now.UTC().Add(f.Amount + time.Second).Format(http.TimeFormat)
	}
	return ""
}
