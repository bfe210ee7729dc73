package alphavantage

import (
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/foliosight/foliosight/internal/marketdata"
)

// The wordings are those quoted in public issues and tests: RomelTorres/alpha_vantage 211
// and 289, beancount/beanprice 124, home-assistant/core 109153, finance-quote 104, and in
// the tests of clients of 2025 and 2026.
func TestNoticesAreRecognised(t *testing.T) {
	for _, c := range []struct {
		body      string
		reason    marketdata.Reason
		window    time.Duration
		parameter string
	}{
		{`{"Note": "Thank you for using Alpha Vantage! Our standard API call frequency is 5 calls per minute and 500 calls per day. Please visit https://www.alphavantage.co/premium/ if you would like to target a higher API call frequency."}`, marketdata.Limited, marketdata.Minute, ""},
		{`{"Information": "We have detected your API key as ABCDEFGH12345678 and our standard API rate limit is 25 requests per day. Please subscribe to any of the premium plans at https://www.alphavantage.co/premium/ to instantly remove all daily rate limits."}`, marketdata.Limited, marketdata.Day, ""},
		{`{"Information": "Thank you for using Alpha Vantage! Our standard API rate limit is 25 requests per day. Please subscribe to any of the premium plans at https://www.alphavantage.co/premium/ to instantly remove all daily rate limits."}`, marketdata.Limited, marketdata.Day, ""},
		{`{"Information": "Thank you for using Alpha Vantage! Please consider spreading out your free API requests more sparingly (1 request per second). You may subscribe to any of the premium plans at https://www.alphavantage.co/premium/ to lift the free key rate limit (25 requests per day), raise the per-second burst limit, and instantly unlock all premium endpoints"}`, marketdata.Limited, marketdata.Second, ""},
		{`{"Information": "Thank you for using Alpha Vantage! Please consider spreading out your free API requests more sparingly. You may subscribe to any of the premium plans at https://www.alphavantage.co/premium/ to lift the free key rate limit (25 requests per day) and instantly unlock all premium endpoints"}`, marketdata.Limited, marketdata.Second, ""},
		{`{"Information": "Burst pattern detected. Please consider spreading out your API requests more evenly across a 1-minute window and query no more than 30 requests per second."}`, marketdata.Limited, marketdata.Second, ""},
		{`{"Information": "Minute-level rate limit exceed. Please stay under the number of API requests per minute for your premium subscription plan."}`, marketdata.Limited, marketdata.Minute, ""},
		{`{"Information": "Thank you for using Alpha Vantage! Please contact premium@alphavantage.co if you are targeting a higher API call volume."}`, marketdata.Limited, 0, ""},
		{`{"Note": "Something that nobody has seen before."}`, marketdata.Limited, 0, ""},
		{`{"Information": "Thank you for using Alpha Vantage! This is a premium endpoint. You may subscribe to any of the premium plans at https://www.alphavantage.co/premium/ to instantly unlock all premium endpoints"}`, marketdata.NotInPlan, 0, ""},
		{`{"Information": "Thank you for using Alpha Vantage! The **outputsize=full** parameter value is a premium feature for the TIME_SERIES_DAILY endpoint. You may subscribe to any of the premium plans at https://www.alphavantage.co/premium/ to instantly unlock all premium features"}`, marketdata.NotInPlan, 0, "outputsize"},
		{`{"Information": "The **demo** API key is for demo purposes only. Please claim your free API key at (https://www.alphavantage.co/support/#api-key) to explore our full API offerings. It takes fewer than 20 seconds."}`, marketdata.BadKey, 0, ""},
		{`{"Error Message": "the parameter apikey is invalid or missing. Please claim your free API key on (https://www.alphavantage.co/support/#api-key). It should take less than 20 seconds."}`, marketdata.BadKey, 0, ""},
		{`{"Error Message": "Invalid API call. Please retry or visit the documentation (https://www.alphavantage.co/documentation/) for GLOBAL_QUOTE."}`, marketdata.NotFound, 0, ""},
		{`{"Error Message": "This API function (GLOBAL_QUOTES) does not exist."}`, marketdata.Refused, 0, ""},
		{`{"detail": "Could not satisfy the request Accept header."}`, marketdata.Refused, 0, ""},
		{`{"Information": "The service is temporarily unavailable for maintenance."}`, marketdata.Failed, 0, ""},
		{"  \ufeff", marketdata.Garbled, 0, ""},
		{"<!DOCTYPE html><html><title>502 Bad Gateway</title></html>", marketdata.Garbled, 0, ""},
		{"Too many requests", marketdata.Limited, 0, ""},
		{"hello", marketdata.Garbled, 0, ""},
		{`{"Note": "Thank you for using Alpha Vant`, marketdata.Garbled, 0, ""},
		{`{"Global Quote": {}}`, marketdata.NotFound, 0, ""},
		{`{}`, marketdata.NotFound, 0, ""},
		{`[]`, marketdata.Garbled, 0, ""},
	} {
		_, next, refused := read(t, marketdata.Request{Kind: marketdata.Quotes, Instrument: of("MSFT")}, c.body)
		if refused == nil {
			t.Errorf("%s is taken for data", c.body)
			continue
		}
		if refused.Reason != c.reason || refused.Window != c.window || refused.Parameter != c.parameter || next != nil {
			t.Errorf("%s\n is %s of the window %v, parameter %q, then %v; want %s, %v, %q and no call", c.body, refused.Reason, refused.Window, refused.Parameter, next, c.reason, c.window, c.parameter)
		}
		if strings.Contains(refused.Error(), "ABCDEFGH12345678") {
			t.Errorf("the key is in %q", refused)
		}
		if c.reason == marketdata.Garbled && refused.Place == "" {
			t.Errorf("%s: no place", c.body)
		}
	}
}

// Where CSV was asked for the notice is JSON all the same.
func TestNoticeInsteadOfCSV(t *testing.T) {
	r := marketdata.Request{Kind: marketdata.Earnings, Instrument: of("IBM"), Part: "coming"}
	_, _, refused := read(t, r, `{"Information": "our standard API rate limit is 25 requests per day."}`)
	if refused == nil || refused.Reason != marketdata.Limited || refused.Window != marketdata.Day {
		t.Errorf("got %v", refused)
	}
}

func TestStatuses(t *testing.T) {
	for _, c := range []struct {
		status int
		after  string
		body   string
		reason marketdata.Reason
		wait   time.Duration
	}{
		{429, "30", "", marketdata.Limited, 30 * time.Second},
		{429, "Sun, 17 May 2026 12:02:00 GMT", "slow down", marketdata.Limited, 2 * time.Minute},
		{503, "5", "<html>", marketdata.Failed, 5 * time.Second},
		{502, "", `{"Global Quote": {"05. price": "1"}}`, marketdata.Failed, 0},
		{403, "", "<html>blocked", marketdata.Failed, 0},
		{401, "", "", marketdata.BadKey, 0},
		{402, "", "pay", marketdata.NotInPlan, 0},
		{404, "", "", marketdata.Refused, 0},
		{406, "", `{"detail": "Could not satisfy the request Accept header."}`, marketdata.Refused, 0},
		{302, "", "", marketdata.Failed, 0},
		{204, "", "", marketdata.Garbled, 0},
	} {
		r := marketdata.Request{Kind: marketdata.Quotes, Instrument: of("MSFT")}
		a := marketdata.Response{Status: c.status, Header: http.Header{"Retry-After": {c.after}}, Body: []byte(c.body), At: noon}
		_, _, err := New().Read(r, ask(t, New(), r), a)
		var refused *marketdata.Refusal
		if !errors.As(err, &refused) || refused.Reason != c.reason || refused.RetryAfter != c.wait || refused.Endpoint != "GLOBAL_QUOTE" {
			t.Errorf("HTTP %d is %#v, want %s after %v", c.status, refused, c.reason, c.wait)
		}
	}
}

func TestKeysAreTakenOut(t *testing.T) {
	for said, want := range map[string]string{
		"detected your API key as abc123 and our limit":           "detected your API key as … and our limit",
		"at https://x/query?apikey=Q1&symbol=IBM":                 "at https://x/query?apikey=…&symbol=IBM",
		"your key ZYXW9876ABCD1234 is":                            "your key … is",
		"Please visit the documentation for TIME_SERIES_DAILY.":   "Please visit the documentation for TIME_SERIES_DAILY.",
		"API key: S3CRET, more":                                   "API key: …, more",
		"claim your free API key at (https://www.alphavantage.co": "claim your free API key at (https://www.alphavantage.co",
	} {
		if got := keyless(said); got != want {
			t.Errorf("%q is said as %q, want %q", said, got, want)
		}
	}
}
