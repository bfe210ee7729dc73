package e2e

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"github.com/foliosight/foliosight/finance/analysis"
	"github.com/foliosight/foliosight/finance/calendar"
	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/exante"
	"github.com/foliosight/foliosight/internal/e2e/browser"
	"github.com/foliosight/foliosight/internal/marketdata/replay"
	"github.com/foliosight/foliosight/internal/web/format"
)

// replayed is a market of two companies, with what risk is measured by, up to the last
// session that is over by now wherever this runs. Something is wrong with the last close of
// each: that of BOLT is 1.62 times what it was the day before, that of NUTS is in cents.
type replayed struct {
	*replay.Market
	sessions []date.Date
	last     date.Date
}

func newReplayed(t *testing.T) replayed {
	t.Helper()
	york, known := calendar.For("XNYS")
	if !known {
		t.Fatal("there is no calendar of New York")
	}
	m := replayed{last: york.Previous(date.FromTime(time.Now().UTC().Add(-12 * time.Hour)))}
	first := m.last - 3*366
	m.sessions = york.Sessions(first, m.last)
	m.Market = replay.NewMarket(5, append(append([]string{"BOLT", "NUTS"}, exante.Symbols()...), analysis.SectorFunds()...), first, m.last)
	for symbol, rows := range m.Bars {
		kept := rows[:0]
		for _, r := range rows {
			if york.IsSession(r.Day) {
				kept = append(kept, r)
			}
		}
		m.Bars[symbol] = kept
	}
	m.Rates["DGS3MO"] = m.Rates["DGS10"]
	for symbol, times := range map[string]float64{"BOLT": 1.62, "NUTS": 100} {
		rows := m.Bars[symbol]
		before, odd := rows[len(rows)-2], &rows[len(rows)-1]
		odd.Open, odd.High, odd.Low, odd.Close, odd.Volume = times*before.Open, times*before.High, times*before.Low, round(times*before.Close), before.Volume
	}
	day := m.last - 20
	m.About = map[string]replay.About{"BOLT": {Name: "Bolts and Rivets Inc.", Exchange: "NYSE", Sector: "Industrials", Country: "US", ISIN: "US0000000001",
		Reports:  []replay.Report{{End: day.AddMonths(-3), Told: day.AddMonths(-2), Revenue: 812_000_000, EPS: 1.31}, {End: day.AddMonths(-11), Told: day.AddMonths(-10), Annual: true, Revenue: 3_100_000_000, EPS: 4.9}},
		Articles: []replay.Article{{Address: "https://example.org/bolts", Title: "Bolts hold what rivets promised", At: day.Time().Add(15 * time.Hour)}}}}
	return m
}

func round(x float64) float64 { return float64(int64(100*x+0.5)) / 100 }

// cents are those of a close so many sessions before the last.
func (m replayed) cents(symbol string, before int) int64 {
	rows := m.Bars[symbol]
	return int64(100*rows[len(rows)-1-before].Close + 0.5)
}

// inCents writes an amount as a page does.
func inCents(c int64) string {
	whole := fmt.Sprint(c / 100)
	for at := len(whole) - 3; at > 0; at -= 3 {
		whole = whole[:at] + "," + whole[at:]
	}
	return fmt.Sprintf("%s.%02d", whole, c%100)
}

// statement writes what a broker says of two purchases, and returns it with their cost in cents.
func (m replayed) statement(t *testing.T) (path string, cost int64) {
	t.Helper()
	day := m.sessions[len(m.sessions)-200]
	compact := strings.ReplaceAll(day.String(), "-", "")
	var trades strings.Builder
	for i, symbol := range []string{"BOLT", "NUTS"} {
		price := m.cents(symbol, 199)
		cost += 10 * price
		fmt.Fprintf(&trades, `<Trade accountId="U1" currency="USD" assetCategory="STK" subCategory="COMMON" fxRateToBase="1" symbol="%[1]s" description="%[1]s INC" conid="200%[2]d" isin="US000000000%[2]d" listingExchange="NYSE" multiplier="1" tradeID="%[2]d" transactionID="3%[2]d" tradeDate="%[3]s" tradeTime="101500" settleDateTarget="%[3]s" transactionType="ExchTrade" exchange="NYSE" quantity="10" tradePrice="%[4]s" proceeds="-%[5]s" taxes="0" ibCommission="0" ibCommissionCurrency="USD" netCash="-%[5]s" closePrice="%[4]s" openCloseIndicator="O" buySell="BUY" levelOfDetail="EXECUTION" />`+"\n",
			symbol, i+1, compact, plain(price), plain(10*price))
	}
	text := fmt.Sprintf(`<FlexQueryResponse queryName="Activity" type="AF"><FlexStatements count="1"><FlexStatement accountId="U1" fromDate="%[1]s" toDate="%[1]s" period="LastBusinessDay" whenGenerated="%[1]s;233000">
<AccountInformation accountId="U1" acctAlias="" currency="USD" name="Mara Keller" />
<Trades>
%[2]s</Trades>
<CashTransactions>
<CashTransaction accountId="U1" currency="USD" fxRateToBase="1" assetCategory="" symbol="" description="CASH RECEIPTS / ELECTRONIC FUND TRANSFERS" conid="" dateTime="%[1]s" settleDate="%[1]s" amount="20000" type="Deposits/Withdrawals" transactionID="9" reportDate="%[1]s" levelOfDetail="DETAIL" />
</CashTransactions>
</FlexStatement></FlexStatements></FlexQueryResponse>`, compact, trades.String())
	path = filepath.Join(t.TempDir(), "broker.xml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path, cost
}

func plain(c int64) string { return fmt.Sprintf("%d.%02d", c/100, c%100) }

// calls are how a source answers: Stooq has had enough and says so with a status and when to
// come again, Alpha Vantage in a body of status 200, and Polygon takes its time.
func calls(_ int, provider string) replay.Fault {
	switch provider {
	case "stooq":
		return replay.Fault{Kind: replay.TooManyFor, Amount: 3 * time.Hour}
	case "alphavantage":
		return replay.Fault{Kind: replay.Notice}
	case "polygon":
		return replay.Fault{Kind: replay.Delay, Amount: 80 * time.Millisecond}
	}
	return replay.Fault{}
}

// Somebody imports a broker's file. What it needs comes in while they look, from the source
// that answers; of the others the page says what they said. Two closes are not believed: one
// is accepted and one corrected, and what the portfolio is worth follows. The instrument, and
// the list of what is watched, show what came.
//
// The figures, in cents: 20,000.00 less the cost is in cash; of either there are 10. What is
// held back counts with the close before it.
func TestMarketDataComeIn(t *testing.T) {
	market := newReplayed(t)
	server, err := replay.Start(market.Market, calls, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { server.Close() })
	flags := map[string]string{"data": t.TempDir(), "MARKET_DATA": "on", "POLYGON_RATE_LIMIT": "100000", "FMP_PLAN": "starter",
		"MARKET_DATA_ORDER": "fx: ecb; rates: fred; bars: stooq, alphavantage, polygon, yahoo; splits,dividends: polygon; *: fmp"}
	for _, name := range []string{"VANTAGE", "POLYGON", "FMP", "FRED", "TRADEFEEDS"} {
		flags[name+"_API_KEY"] = "key"
	}
	for name, source := range bases {
		flags[name+"_BASE_URL"] = server.Base(source)
	}
	site := serve(t, flags)
	screen := browser.Screen{Width: 1440, Height: 1136}
	b := startBrowser(t)
	r := open(t, b, screen)
	file, cost := market.statement(t)
	r.begins(site.URL)
	r.chooses("main input[type=file]", file)
	r.sees("Import 3 transactions")
	r.must(r.Do(chromedp.Click(chromedp.CSS(".card-foot .btn.primary"), chromedp.NodeVisible)))
	r.looksAfterFetch()
	home, err := r.Text(`location.origin + location.pathname`)
	r.must(err)
	cash := 20_000_00 - cost
	worth := func(bolt, nuts int64) string { return inCents(cash + 10*bolt + 10*nuts) }
	r.sees(worth(market.cents("BOLT", 1), market.cents("NUTS", 1)))
	r.calm("the overview when all is there")

	r.goTo(home + "/data")
	r.seesSeries()
	r.seesRefusals()
	r.inOrder("data status", screen)
	r.presses(r.held("BOLT") + " form button")
	r.sees("BOLT of " + format.Date(market.last) + " accepted")
	r.goTo(home)
	r.sees(worth(market.cents("BOLT", 0), market.cents("NUTS", 1)))
	r.goTo(home + "/data")
	nuts := r.held("NUTS")
	r.presses(nuts + " details:has([name=corrected]) > summary")
	r.fills("corrected", "158.25", "note", "the exchange")
	r.presses(nuts + " details:has([name=corrected]) button[type=submit]")
	r.sees("NUTS of "+format.Date(market.last)+" corrected to 158.25", "No value waits for a decision")
	r.holds(`document.querySelector(".feeds").innerText.includes("suspect") === false`)
	r.goTo(home)
	r.sees(worth(market.cents("BOLT", 0), 158_25))
	r.calm("after the decisions")

	r.goTo(home + "/instruments/BOLT")
	r.sees("Financial Modeling Prep", "Anvils", "Bolts hold what rivets promised", "Revenue")
	r.holds(`["3,100.0", "812.0"].every(millions => document.querySelector("main").textContent.includes(millions))`)
	r.must(r.Until(`document.querySelectorAll("#price .marks .buy").length === 1 && document.querySelectorAll("#price .marks circle").length > 1`))
	r.holds(`[...document.querySelectorAll("#price .chart svg path")].some(line => line.getAttribute("d").length > 500)`)
	r.sees(inCents(market.cents("BOLT", 0)), "Close of "+format.Date(market.last))
	r.inOrder("an instrument", screen)

	r.goTo(home + "/watchlist")
	r.fills("name", "Ideas")
	r.presses(`form[action$="/watchlist"][method=post] button[type=submit]`)
	r.fills("q", "bolt")
	r.presses("#find button[type=submit]")
	r.presses(`#find button[aria-label="Add BOLT"]`)
	r.sees("BOLT added")
	r.must(r.Until(`document.querySelector("#w-BOLT").innerText.includes(` + quote(inCents(market.cents("BOLT", 0))) + `)`))
	r.inOrder("the watchlist", screen)
	r.calm("all of it")
}

// seesSeries looks at the list of series: each has a source, how old it is, and a score.
func (r reader) seesSeries() {
	r.t.Helper()
	r.holds(`document.querySelectorAll(".feeds tbody tr").length === 3`)
	r.holds(`[...document.querySelectorAll(".feeds tbody tr")].every(row => {
		const [source, newest, age, score] = [...row.querySelectorAll("td")].map(cell => cell.innerText.trim());
		return /^(Polygon|FRED)$/.test(source) && /^\d+ \w+ \d{4}$/.test(newest) && /^(up to date|\d+ sessions?)$/.test(age) && Number(score) > 50 && Number(score) <= 100;
	})`)
	r.holds(`["BOLT", "NUTS"].every(symbol => [...document.querySelectorAll(".feeds tbody tr")].some(row => row.innerText.includes(symbol) && row.innerText.includes("suspect") && row.innerText.includes("1 value is held back")))`)
}

// seesRefusals looks at the sources that did not answer: each says what its limit is, how much of
// it is used, and what it said last.
func (r reader) seesRefusals() {
	r.t.Helper()
	for source, texts := range map[string][]string{
		"Stooq":         {"waits", "150 calls a day", "its limit of calls is reached", "Too Many Requests", "left alone until"},
		"Alpha Vantage": {"waits", "25 calls a day", "1 used", "its limit of calls is reached", "our standard API rate limit is 25 requests per day", "left alone until"},
		"Polygon":       {"100000 calls a minute", "Last success", "newest day"},
	} {
		for _, text := range texts {
			if err := r.Until(`[...document.querySelectorAll("#providers li")].some(one => one.querySelector("h3").innerText === ` + quote(source) + ` && one.innerText.includes(` + quote(text) + `))`); err != nil {
				r.must(fmt.Errorf("%s does not say %q: %w", source, text, err))
			}
		}
	}
}

// held is where a value of a symbol waits for a decision.
func (r reader) held(symbol string) (selector string) {
	r.t.Helper()
	id, err := r.Text(`[...document.querySelectorAll("#held > ul > li")].find(one => one.querySelector(".sym").innerText === ` + quote(symbol) + `).id`)
	r.must(err)
	return "#" + id
}

// begins is the first minute: an owner and a portfolio.
func (r reader) begins(url string) {
	r.t.Helper()
	r.goTo(url)
	r.fills("name", "Mara Keller", "email", "mara@example.org", "password", "correct horse battery", "currency", "USD")
	r.presses("main button[type=submit]")
	r.sees("New portfolio")
	r.fills("name", "Savings")
	r.presses("main button[type=submit]")
	r.sees("Drop your broker’s file here")
}

// looksAfterFetch sees the number of series that came go up until the page moves on to the
// figures by itself.
func (r reader) looksAfterFetch() {
	r.t.Helper()
	r.must(r.Until(`location.pathname.endsWith("/fetch") && document.querySelector("[data-fetch][data-running]") !== null`))
	r.inOrder("bringing in", browser.Screen{Width: 1440, Height: 1136})
	r.must(r.Until(`(window.counts ??= new Set(), window.counts.add(document.querySelector("[data-fetch] .fetch-head .note")?.innerText), window.counts.size > 2)`))
	r.calm("bringing in")
	r.must(r.Until(`!location.pathname.endsWith("/fetch")`))
}

// bases are the sources by what the settings of their addresses begin with.
var bases = map[string]string{"VANTAGE": "alphavantage", "POLYGON": "polygon", "FMP": "fmp", "FRED": "fred", "TRADEFEEDS": "tradefeeds", "YAHOO": "yahoo", "STOOQ": "stooq", "ECB": "ecb"}
