package e2e

import (
	"html"
	"io"
	"maps"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/finance/money"
	"github.com/foliosight/foliosight/internal/app"
	"github.com/foliosight/foliosight/internal/config"
	"github.com/foliosight/foliosight/internal/service"
	"github.com/foliosight/foliosight/internal/store"
)

// withoutFigures are the pages of a portfolio that show nothing that could be old: forms, a
// menu, what was booked, and how far bringing in is.
var withoutFigures = []string{"transactions", "transactions-new", "import", "edit", "go", "accounts", "lot-rules", "closings", "sharing", "compare", "fetch"}

// Somebody has a portfolio with prices up to 16 June 2025. There is no network: every source
// of market data is at an address of this machine where nobody listens, and no key is set.
// Bringing in is tried, and fails. Still every page answers, and every page that shows a
// figure says the day of the newest price it rests on.
func TestUnplugged(t *testing.T) {
	refuses := nobodyListens(t)
	flags := map[string]string{"data": t.TempDir(), "MARKET_DATA": "on"}
	for name := range bases {
		flags[name+"_BASE_URL"] = refuses
	}
	portfolio := furnished(t, flags)
	site := serve(t, flags)
	v := unscripted{t: t, base: site.URL}
	v.signsIn()
	home := "/p/" + portfolio
	if got, _ := v.gets(home + "/data"); !strings.Contains(got, "European Central Bank") {
		t.Fatal("sources are not on: ", got)
	}
	v.posts(home+"/fetch", nil)
	end := time.Now().Add(20 * time.Second)
	for {
		text, _ := v.gets(home + "/data")
		if strings.Contains(text, "No provider could be reached: is there a network?") {
			if !strings.Contains(text, "the newest price is of 16 Jun 2025") {
				t.Errorf("the page does not say how old what is stored is: %s", text)
			}
			break
		}
		if time.Now().After(end) {
			t.Fatalf("nothing is said of the network: %s", text)
		}
		time.Sleep(50 * time.Millisecond)
	}
	pages := PagesOf(home)
	pages["instrument"], pages["compared"] = home+"/instruments/ACME", home+"/compare?symbols=ACME,BOLT"
	pages["fetch"] = home + "/fetch"
	for _, name := range slices.Sorted(maps.Keys(pages)) {
		text, status := v.gets(pages[name])
		if status != http.StatusOK {
			t.Errorf("%s: status %d: %s", name, status, text)
		}
		if !slices.Contains(withoutFigures, name) && !tellsAge(text) {
			t.Errorf("%s does not say of which day its newest price is: %s", name, text)
		}
	}
}

// tellsAge reports whether a page says of which day the newest price is.
func tellsAge(text string) bool { return strings.Contains(text, "16 Jun 2025") }

// nobodyListens is an address of this machine at which connections are refused.
func nobodyListens(t *testing.T) string {
	t.Helper()
	var config net.ListenConfig
	l, err := config.Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := "http://" + l.Addr().String()
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	return address
}

// furnished makes a person with a portfolio of two shares and their prices, one of which is
// watched too, before the program serves, and returns the portfolio's id.
func furnished(t *testing.T, flags map[string]string) string {
	t.Helper()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	cfg, err := config.Load(config.Input{Environ: []string{"HOME=/nowhere", "MARKET_DATA=off"}, Flags: map[string]string{"data": flags["data"]}})
	must(err)
	ctx := t.Context()
	house, err := app.Open(ctx, cfg, app.Outside{Version: "test"})
	must(err)
	defer house.Close()
	in, err := house.SetUp(ctx, service.NewOwner{Name: "Mara Keller", Email: demoEmail, Password: goodPassword, BaseCurrency: "USD"})
	must(err)
	p, err := house.CreatePortfolio(ctx, in.Caller, service.NewPortfolio{Name: "Savings"})
	must(err)
	amount := func(n int64) money.Optional { return money.Some(money.Int(n)) }
	first := date.Must(2025, 1, 6)
	_, err = house.Book(ctx, in.Caller, p.ID, store.AnyVersion, []ledger.Transaction{
		{Date: first, Account: "Depot", Type: ledger.Deposit, Amount: amount(20_000), Currency: "USD"},
		{Date: first, Account: "Depot", Type: ledger.Buy, Symbol: "ACME", Quantity: amount(100), Price: amount(50), Currency: "USD"},
		{Date: first, Account: "Depot", Type: ledger.Buy, Symbol: "BOLT", Quantity: amount(50), Price: amount(80), Currency: "USD"},
	})
	must(err)
	var rows strings.Builder
	rows.WriteString("date,symbol,close\n")
	for i, day := 0, first; day <= date.Must(2025, 6, 16); i, day = i+1, day+1 {
		if !day.IsWeekend() {
			rows.WriteString(day.String() + ",ACME," + plain(int64(5000+i*13%400)) + "\n" + day.String() + ",BOLT," + plain(int64(8000+i*29%700)) + "\n")
		}
	}
	_, err = house.ImportPrices(ctx, in.Caller, []service.File{{Name: "closes.csv", Content: []byte(rows.String())}}, service.PriceOptions{})
	must(err)
	list, err := house.CreateWatchlist(ctx, in.Caller, "Ideas")
	must(err)
	_, err = house.Watch(ctx, in.Caller, list.ID, "ACME", "")
	must(err)
	return p.ID
}

const goodPassword = "correct horse battery"

// unscripted asks for pages as a browser without scripts does.
type unscripted struct {
	t      *testing.T
	base   string
	client http.Client
}

func (v *unscripted) signsIn() {
	v.t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		v.t.Fatal(err)
	}
	v.client = http.Client{Jar: jar, Timeout: 20 * time.Second}
	v.posts("/sign-in", url.Values{"email": {demoEmail}, "password": {goodPassword}})
}

func (v *unscripted) posts(path string, form url.Values) {
	v.t.Helper()
	if text, status := v.asks(http.MethodPost, path, form.Encode()); status != http.StatusOK {
		v.t.Fatalf("%s: status %d: %s", path, status, text)
	}
}

func (v *unscripted) gets(path string) (text string, status int) {
	v.t.Helper()
	return v.asks(http.MethodGet, path, "")
}

var (
	unseen = regexp.MustCompile(`(?s)<(script|style|template)\b.*?</(script|style|template)>|<[^>]*>`)
	blanks = regexp.MustCompile(`\s+`)
)

// asks returns what a page says, without its tags.
func (v *unscripted) asks(method, path, form string) (text string, status int) {
	v.t.Helper()
	r, err := http.NewRequestWithContext(v.t.Context(), method, v.base+path, strings.NewReader(form))
	if err != nil {
		v.t.Fatal(err)
	}
	if method == http.MethodPost {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	answer, err := v.client.Do(r)
	if err != nil {
		v.t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		v.t.Fatal(err)
	}
	return blanks.ReplaceAllString(html.UnescapeString(unseen.ReplaceAllString(string(body), " ")), " "), answer.StatusCode
}
