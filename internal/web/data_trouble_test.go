package web_test

import (
	"context"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/finance/money"
	"github.com/foliosight/foliosight/internal/marketdata"
	"github.com/foliosight/foliosight/internal/service"
	"github.com/foliosight/foliosight/internal/store"
)

// refusedFeed is a series of which nothing is stored, as a source gave nothing.
func refusedFeed(symbol string, why marketdata.Reason, provider string, due time.Time) service.Feed {
	x := service.Feed{Use: service.FeedHeld, Booked: true}
	x.Kind, x.Symbol, x.State, x.Reason, x.Provider, x.Says = "bars", symbol, service.SupplyRefused, string(why), provider, why.Plainly()
	x.Needed, x.Asked, x.Due, x.First, x.Last = true, noon, due, date.None, date.None
	return x
}

// TestReasonsAreGrouped looks at the page where seven series are not in the plan of one
// source, two are not known to another, and one is refused alone: each reason is said once,
// the one of most series first, with those series by name or by number, and not again
// beside each of them.
func TestReasonsAreGrouped(t *testing.T) {
	f := newFake()
	later := noon.AddDate(100, 0, 0)
	for _, symbol := range []string{"AAA", "BBB", "CCC", "DDD", "EEE", "FFF", "GGG"} {
		f.supply.feeds = append(f.supply.feeds, refusedFeed(symbol, marketdata.NotInPlan, "polygon", later))
	}
	f.supply.feeds = append(f.supply.feeds, refusedFeed("XA", marketdata.NotFound, "yahoo", later), refusedFeed("XB", marketdata.NotFound, "yahoo", later.Add(time.Hour)), refusedFeed("ODD", marketdata.Garbled, "stooq", noon))
	w := visit(t, f, "GET", "/p/fund/data", nil, nil)
	text := words(w)
	list := regexp.MustCompile(`(?s)<ul class="reasons".*?</ul>`).FindAllString(w.Body.String(), -1)
	if len(list) != 1 || strings.Count(list[0], "<li>") != 3 {
		t.Fatalf("there are not three reasons in one list: %s", list)
	}
	last := -1
	for _, want := range []string{"Polygon: the plan of this key does not include it 7 series, again 20 Nov 2126, 13:00", "Yahoo: it does not know this symbol XA, XB, again 20 Nov 2126, 13:00", "Stooq: the answer cannot be read ODD, asked for next"} {
		at := strings.Index(text, want)
		if at <= last {
			t.Errorf("%q stands at %d, after %d: %s", want, at, last, text)
		}
		last = max(at, last)
	}
	for reason, times := range map[string]int{"plan of this key": 1, "does not know this symbol": 1, "answer cannot be read": 1} {
		if got := strings.Count(text, reason); got != times {
			t.Errorf("%q is said %d times, not %d", reason, got, times)
		}
	}
}

// TestAnAbsentNetworkIsSaidAtTheTop looks at the page where no source can be reached: it is
// said once, with the hosts, with how old what is shown is, and when it is tried again. Where
// one of them answers it is no matter of the network.
func TestAnAbsentNetworkIsSaidAtTheTop(t *testing.T) {
	f := newFake()
	later := noon.AddDate(100, 0, 0)
	provider := func(name, host string, away bool) service.MarketProvider {
		p := service.MarketProvider{Asked: true, First: date.None, Last: date.None}
		p.Provider, p.Host, p.Unreached = name, host, away
		return p
	}
	f.supply.feeds = []service.Feed{refusedFeed("AAA", marketdata.Unreached, "yahoo", later), refusedFeed("BBB", marketdata.Unreached, "stooq", later), refusedFeed("XA", marketdata.NotFound, "yahoo", later), refusedFeed("XB", marketdata.NotFound, "yahoo", later)}
	f.supply.providers = []service.MarketProvider{provider("yahoo", "query1.finance.yahoo.com", true), provider("stooq", "stooq.com", true)}
	const tried = "No provider could be reached: is there a network? Tried query1.finance.yahoo.com and stooq.com. "
	text := words(visit(t, f, "GET", "/p/fund/data", nil, nil))
	contains(t, "nothing stored", text, tried+"No price is stored yet. It is tried again 20 Nov 2126, 13:00.", "Yahoo: it does not know this symbol XA, XB")
	if n := strings.Count(strings.ToLower(text), "no provider could be reached"); n != 1 {
		t.Errorf("it is said %d times", n)
	}

	old := f.supply.feeds[0]
	old.Kept = store.SeriesInfo{Kind: store.Prices, Symbol: "AAA", Source: "yahoo", First: asOf - 900, Last: date.Must(2026, 10, 30), Count: 600}
	f.supply.feeds[0] = old
	contains(t, "something stored", words(visit(t, f, "GET", "/p/fund/data", nil, nil)), tried+"Figures use what is stored: the newest price is of 30 Oct 2026.")

	f.supply.providers = f.supply.providers[:0:0]
	f.supply.providers = append(f.supply.providers, provider("yahoo", "query1.finance.yahoo.com", false))
	text = words(visit(t, f, "GET", "/p/fund/data", nil, nil))
	if strings.Contains(text, "Tried ") || !strings.Contains(text, "No provider could be reached: is there a network? AAA, BBB") {
		t.Errorf("while one can be reached: %s", text)
	}
}

// TestSourcesAreNamedAsPeopleKnowThem looks at what a source says of its limit, as the
// machinery words it: with its own short name, and the day as machines write it.
func TestSourcesAreNamedAsPeopleKnowThem(t *testing.T) {
	f := newFake()
	p := service.MarketProvider{Asked: true, Says: "left alone until 2126-11-20 13:00:00 UTC", First: date.None, Last: date.None}
	p.Provider, p.Host, p.PausedUntil, p.LastRefusal = "alphavantage", "www.alphavantage.co", noon.AddDate(100, 0, 0).Add(time.Hour), noon
	p.Refused = `alphavantage (TIME_SERIES_DAILY): its limit of calls is reached since 2026-11-20: "see www.alphavantage.co/premium"`
	f.supply.providers = []service.MarketProvider{p}
	text := words(visit(t, f, "GET", "/p/fund/data", nil, nil))
	contains(t, "the source", text, "Left alone until 20 Nov 2126, 14:00.", `Alpha Vantage (TIME_SERIES_DAILY): its limit of calls is reached since 20 Nov 2026: "see www.alphavantage.co/premium"`)
	if strings.Contains(text, "alphavantage (") || strings.Contains(text, "2126-11-20") {
		t.Errorf("it speaks as machines do: %s", text)
	}
}

// unpricedPages are the real pages of a portfolio in which a share was bought on a day, that
// has no price, beside 4,000 in cash.
func unpricedPages(t *testing.T, bought date.Date) *realHouse {
	t.Helper()
	h := realPages(t)
	ctx := context.Background()
	p, err := h.svc.CreatePortfolio(ctx, h.caller, service.NewPortfolio{Name: "Bare"})
	if err != nil {
		t.Fatal(err)
	}
	amount := func(n int64) money.Optional { return money.Some(money.Int(n)) }
	_, err = h.svc.Book(ctx, h.caller, p.ID, store.AnyVersion, []ledger.Transaction{
		{Date: bought, Account: "Depot", Type: ledger.Deposit, Amount: amount(5000), Currency: "USD"},
		{Date: bought, Account: "Depot", Type: ledger.Buy, Symbol: "QQZZ", Quantity: amount(10), Price: amount(100), Currency: "USD"}})
	if err != nil {
		t.Fatal(err)
	}
	h.portfolios["long/short"] = p.ID
	return h
}

// TestWhatHasNoPriceHasNoSum looks at holdings and at the state of the data where the one
// holding has no price: its side and the note of prices know no value, and none is made up.
func TestWhatHasNoPriceHasNoSum(t *testing.T) {
	h := unpricedPages(t, date.Must(2025, 6, 16))
	html := h.open("/holdings", nil).Body.String()
	groups := regexp.MustCompile(`(?s)<tr class="group">.*?</tr>`).FindAllString(html, -1)
	if len(groups) != 2 {
		t.Fatalf("%d groups, not what is held and cash", len(groups))
	}
	cells := func(row string) (all []string) {
		for _, m := range regexp.MustCompile(`<td class="r[^>]*>([^<]*)</td>`).FindAllStringSubmatch(row, -1) {
			all = append(all, m[1])
		}
		return all
	}
	if held := strings.Join(cells(groups[0]), "|"); strings.ContainsAny(held, "0123456789") || !strings.Contains(groups[0], `<td class="r m pb">–</td>`) {
		t.Errorf("what is held has the sums %s", held)
	}
	if !strings.Contains(groups[1], `<td class="r m pb">4,000</td>`) {
		t.Errorf("cash has the sums %q", cells(groups[1]))
	}
	text := words(h.open("/data", nil))
	contains(t, "data", text, "Prices 0 of 1 none is stored", "Totals leave it out.")
	if strings.Contains(text, "up to date on") {
		t.Error("it is said on which day no price is up to date")
	}
}

// TestIncomeOfADayLongPastSaysSo looks at income where the last booking was long ago and
// nothing has a price, and where it was last week.
func TestIncomeOfADayLongPastSaysSo(t *testing.T) {
	text := words(unpricedPages(t, date.Must(2025, 6, 16)).open("/income", nil))
	contains(t, "long ago", text, "These figures are as of 16 Jun 2025, the day of the last booking, because no holding has a price.",
		"counted from that day, not from today", "Received, 12 months to 16 Jun 2025", "Expected, 12 months from 16 Jun 2025")
	text = words(unpricedPages(t, asOf-7).open("/income", nil))
	contains(t, "last week", text, "Received, last 12 months")
	if strings.Contains(text, "These figures are as of") || strings.Contains(text, "12 months to") {
		t.Error("figures of last week are called old")
	}
}
