package main

import (
	"encoding/json"
	"fmt"
	"math"
	"strings"
	"testing"
	"time"
)

// pricedYear is a ledger of two shares and a year of prices on which they and their market
// move: LOUD three times as much as SOFT.
func pricedYear(t *testing.T) (ledger, prices string) {
	t.Helper()
	var b strings.Builder
	b.WriteString("date,symbol,close\n")
	level := map[string]float64{"SPY": 400, "SOFT": 100, "LOUD": 50}
	i := 0
	for day := time.Date(2023, 1, 2, 0, 0, 0, 0, time.UTC); day.Before(time.Date(2024, 6, 29, 0, 0, 0, 0, time.UTC)); day = day.AddDate(0, 0, 1) {
		if day.Weekday() == time.Saturday || day.Weekday() == time.Sunday {
			continue
		}
		market := []float64{0.01, -0.009, 0.004, -0.0045}[i%4]
		own := []float64{0.002, -0.002, 0.002, 0, -0.002, 0.001, -0.001}[i%7]
		i++
		for symbol, move := range map[string]float64{"SPY": market, "SOFT": 0.5*market + own, "LOUD": 1.5*market - own} {
			level[symbol] *= 1 + move
			fmt.Fprintf(&b, "%s,%s,%.4f\n", day.Format("2006-01-02"), symbol, level[symbol])
		}
	}
	booked := "date,type,symbol,quantity,price,amount,currency,account\n2023-01-03,deposit,,,,20000,USD,Main\n2023-01-03,buy,LOUD,100,40,,USD,Main\n2024-01-03,buy,LOUD,100,60,,USD,Main\n2024-01-03,buy,SOFT,50,100,,USD,Main\n"
	return file(t, "booked.csv", booked), file(t, "prices.csv", b.String())
}

func TestScenariosCommand(t *testing.T) {
	home(t)
	ledger, prices := pricedYear(t)
	foliosight(t, "scenarios", ledger, "--prices", prices).is(0, "Market crash −35%", "")
	foliosight(t, "scenarios", ledger, "--prices", prices, "--id=market_down_10").is(0, "By position", "")
	var own struct {
		Scenarios []struct {
			PnL       struct{ Value json.Number }
			Positions []struct {
				Symbol     string
				Value, PnL float64
			}
		}
	}
	answer := foliosight(t, "scenarios", ledger, "--prices", prices, "--shock=symbol:LOUD=-0.5", "--alone", "--json").is(0, `"scenarios"`, "").result
	if err := json.Unmarshal([]byte(answer), &own); err != nil {
		t.Fatal(err)
	}
	for _, p := range own.Scenarios[0].Positions { // half of it is lost, and nothing else moves
		want := 0.0
		if p.Symbol == "LOUD" {
			want = -p.Value / 2
		}
		if math.Abs(p.PnL-want) > 1e-6*math.Abs(p.Value) {
			t.Errorf("%s loses %v, want %v", p.Symbol, p.PnL, want)
		}
	}
	foliosight(t, "scenarios", ledger, "--prices", prices, "--reverse=0.1").is(0, "-10.00%", "")
	foliosight(t, "scenarios", ledger).is(0, "There is no factor model", "")
	foliosight(t, "scenarios", ledger, "--prices", prices, "--id=none").is(1, "", "there is no scenario")
	foliosight(t, "scenarios", ledger, "--shock=market").is(2, "", "KIND:ON=MOVE")
	foliosight(t, "scenarios", ledger, "--prices", prices, "--shock=sector:Nothing=-0.5").is(0, "nothing of Nothing is held", "")
}

func TestWhatIfCommand(t *testing.T) {
	home(t)
	ledger, prices := pricedYear(t)
	with := func(more ...string) []string {
		return append([]string{"what-if", ledger, "--prices", prices, "--benchmark=SPY"}, more...)
	}
	// 50 of the lot that cost 60 a piece, sold at 61: a gain of 50.
	foliosight(t, with("--trade=sell 50 LOUD @ 61 lot 2024-01-03", "--limit=largest_position=0.1")...).is(0, "50.00 short-term and 0.00 long-term", "")
	foliosight(t, with("--trade=sell 500 LOUD")...).is(1, "", "more than is open")
	foliosight(t, with("--trade=sell")...).is(2, "", "it is no trade")
	foliosight(t, with()...).is(2, "", "--suggest")
	foliosight(t, with("--suggest=min_volatility", "--cash=much")...).is(2, "", "--cash")
	foliosight(t, with("--suggest=min_volatility", "--cash=0.99", "--turnover=0.01")...).is(1, "", "turnover of at most 1.0%")

	var got struct {
		Trades        []struct{ Side, Symbol string }
		Before, After struct {
			ExAnte struct {
				Volatility struct{ Model struct{ Value float64 } }
			} `json:"ex_ante"`
		}
		Proposal struct {
			After struct{ Volatility struct{ Value float64 } }
		}
	}
	answer := foliosight(t, with("--suggest=min_volatility", "--consider=SPY", "--json")...).is(0, "proposal", "").result
	if err := json.Unmarshal([]byte(answer), &got); err != nil {
		t.Fatal(err)
	}
	before, after, said := got.Before.ExAnte.Volatility.Model.Value, got.After.ExAnte.Volatility.Model.Value, got.Proposal.After.Volatility.Value
	if len(got.Trades) < 2 || !(after < before) || math.Abs(after-said) > 1e-6 {
		t.Errorf("%d trades take the volatility from %v to %v, said %v", len(got.Trades), before, after, said)
	}
	foliosight(t, with("--suggest=limits", "--limit=largest_position=0.2")...).is(0, "holds", "")
	foliosight(t, with("--suggest=targets", "--weight=LOUD=0.3", "--weight=SOFT=0.3")...).is(0, "Before and after", "")
}
