package main

import (
	"bufio"
	"context"
	"encoding/json"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"
)

const closes = "date,symbol,close\n2024-01-02,ACME,99\n2024-01-03,ACME,101\n2024-06-03,ACME,131\n2024-06-28,ACME,140\n"

// The figures of trades, by hand: cash 10,000 − 1,001 + 519 = 9,518; 6 × 140 = 840; so
// the value is 10,358 and the gain 358. Realised 519 − 4 × 100.10 = 118.60, unrealised
// 840 − 6 × 100.10 = 239.40: together 358.
func TestAnalyze(t *testing.T) {
	home(t)
	ledger, prices := file(t, "trades.csv", trades), file(t, "closes.csv", closes)
	table := foliosight(t, "analyze", ledger, "--prices", prices).is(0, "10,358.00", "").result
	for _, figure := range []string{"2024-06-28", "358.00", "239.40", "118.60", "9,518.00", "ACME"} {
		if !strings.Contains(table, figure) {
			t.Errorf("the table does not say %s:\n%s", figure, table)
		}
	}
	foliosight(t, "analyze", ledger, "--prices", prices, "--format=markdown").is(0, "| ACME |", "")
	foliosight(t, "analyze", ledger, "--prices", prices, "--as-of=2024-06-03").is(0, "10,304.00", "") // 9,518 + 6 × 131

	var a struct {
		AsOf    string `json:"as_of"`
		Summary struct {
			Value, Gain, Realised struct {
				Value  json.RawMessage
				Status string
			}
		}
	}
	answer := foliosight(t, "analyze", ledger, "--prices", prices, "--format=json").is(0, `"as_of":"2024-06-28"`, "").result
	if err := json.Unmarshal([]byte(answer), &a); err != nil {
		t.Fatalf("%v in\n%s", err, answer)
	}
	if v := strings.Trim(string(a.Summary.Value.Value), `"`); v != "10358" || a.Summary.Value.Status != "complete" {
		t.Errorf("the value is %s, %s", v, a.Summary.Value.Status)
	}
}

// What cannot be analysed is refused, naming file, row, value and cure; wrong flags are
// wrong usage.
func TestAnalyzeRefuses(t *testing.T) {
	home(t)
	ledger := file(t, "trades.csv", trades)
	foliosight(t, "analyze", file(t, "faulty.csv", faulty)).is(1, "", "2024-13-02")
	foliosight(t, "analyze", ledger, "--as-of=soon").is(2, "", "--as-of")
	foliosight(t, "analyze", ledger, "--currency=€").is(2, "", "--currency")
	foliosight(t, "analyze", ledger, "--format=pdf").is(2, "", "--format")
	foliosight(t, "analyze", "/nowhere/trades.csv").is(2, "", "/nowhere/trades.csv")
	foliosight(t, "analyze", ledger).is(0, "no price", "") // unknown is said, and fails nothing
}

func TestCalc(t *testing.T) {
	home(t)
	// 1,070 back for 1,000 after 366 days: 1.07^(365/366) − 1 = 6.980221 %.
	requests := file(t, "xirr.json", `{"flows":[["2024-01-01",-1000],["2025-01-01",1070]]}`+"\n")
	foliosight(t, "calc", "xirr", requests).is(0, "0.0698022", "")
	foliosight(t, "calc", "astrology", requests).is(2, "", "astrology")
}

func TestVersion(t *testing.T) { foliosight(t, "version").is(0, "foliosight ", "") }

// The server says where it is, answers there, and ends when it is told to.
func TestServe(t *testing.T) {
	home(t)
	read, write, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	before, errors := os.Stdout, os.Stderr
	os.Stdout = write
	if os.Stderr, err = os.Open(os.DevNull); err != nil {
		t.Fatal(err)
	}
	defer func() { os.Stdout, os.Stderr = before, errors }()
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan int, 1)
	go func() { ended <- run(ctx, []string{"serve", "--demo", "--listen=127.0.0.1:0", "--as-of=2026-09-30"}) }()
	lines := bufio.NewScanner(read)
	address := ""
	for address == "" && lines.Scan() {
		if _, after, found := strings.Cut(lines.Text(), "http://"); found {
			address = "http://" + after
		}
	}
	answer, err := http.Get(address + "/health")
	if err != nil || answer.StatusCode != http.StatusOK {
		t.Errorf("%s/health: %v %v", address, answer, err)
	}
	if err == nil {
		answer.Body.Close()
	}
	stop()
	select {
	case status := <-ended:
		if status != 0 {
			t.Errorf("it ended with status %d", status)
		}
	case <-time.After(15 * time.Second):
		t.Error("it does not end")
	}
	write.Close()
}
