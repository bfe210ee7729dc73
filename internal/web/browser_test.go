package web_test

import (
	"context"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"

	"github.com/foliosight/foliosight/internal/service"
	"github.com/foliosight/foliosight/internal/store/sqlite"
	"github.com/foliosight/foliosight/internal/web"
)

// browser is a real one on real services over an empty database. Everything its
// console says in anger is collected and fails the test.
type browser struct {
	t    *testing.T
	ctx  context.Context
	base string

	mu    sync.Mutex
	anger []string
}

func newBrowser(t *testing.T, seed func(*service.Service)) *browser {
	t.Helper()
	if testing.Short() {
		t.Skip("a browser takes its time")
	}
	path := ""
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "chrome"} {
		if found, err := exec.LookPath(name); err == nil {
			path = found
			break
		}
	}
	if path == "" {
		t.Skip("there is no Chromium on this machine")
	}
	st, err := sqlite.Open(t.Context(), sqlite.Options{Path: filepath.Join(t.TempDir(), "books.db")})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = st.Close() })
	svc := service.New(service.Options{Store: st})
	if seed != nil {
		seed(svc)
	}
	handler, err := web.New(svc, web.Options{Version: "test", Database: "SQLite"})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.DisableGPU, chromedp.UserDataDir(t.TempDir()),
		chromedp.Flag("disable-background-networking", true), chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-quic", true), chromedp.WindowSize(1440, 1000))
	allocator, stop := chromedp.NewExecAllocator(context.Background(), options...)
	t.Cleanup(stop)
	ctx, cancel := chromedp.NewContext(allocator)
	t.Cleanup(cancel)
	ctx, cancel = context.WithTimeout(ctx, 60*time.Second)
	t.Cleanup(cancel)
	b := &browser{t: t, ctx: ctx, base: server.URL}
	b.do(chromedp.Sleep(0))
	messages := chromedp.Console(ctx)
	go func() {
		for m, err := range messages {
			if err != nil {
				return
			}
			if m.Type == chromedp.ConsoleError || m.Type == chromedp.ConsoleException || m.Type == chromedp.ConsoleWarning {
				b.mu.Lock()
				b.anger = append(b.anger, m.Text)
				b.mu.Unlock()
			}
		}
	}()
	return b
}

func (b *browser) do(steps ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	if err := chromedp.Do(b.ctx, steps...); err != nil {
		b.t.Fatal(err)
	}
}

func (b *browser) open(address string) { b.t.Helper(); b.do(chromedp.Navigate(b.base + address)) }

// value runs an expression in the page.
func (b *browser) value(expression string) string {
	b.t.Helper()
	got, err := chromedp.Run(b.ctx, chromedp.Evaluate[string](expression))
	if err != nil {
		b.t.Fatalf("%s: %v", expression, err)
	}
	return got
}

// sees waits until the page says something.
func (b *browser) sees(text string) {
	b.t.Helper()
	page := ""
	for range 100 {
		page = b.value(`document.body ? document.body.innerText : ""`)
		if strings.Contains(page, text) {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	b.t.Fatalf("the page does not say %q but:\n%s", text, page)
}

// fill puts values into fields by their names; submit presses the button of a form.
func (b *browser) fill(pairs ...string) {
	b.t.Helper()
	for i := 0; i+1 < len(pairs); i += 2 {
		b.do(chromedp.SetValue(chromedp.CSS("[name="+pairs[i]+"]"), pairs[i+1]))
	}
}

func (b *browser) press(selector string) {
	b.t.Helper()
	b.until(`document.readyState === "complete" && document.querySelector(` + strconv.Quote(selector) + `)`)
	var err error
	for range 3 { // a node may be replaced between being found and being pressed
		if err = chromedp.Do(b.ctx, chromedp.Click(chromedp.CSS(selector))); err == nil {
			return
		}
	}
	b.t.Fatalf("press %s: %v", selector, err)
}

func (b *browser) file(name, content string) string {
	path := filepath.Join(b.t.TempDir(), name)
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		b.t.Fatal(err)
	}
	return path
}

const brokerFile = `date,account,type,symbol,quantity,price,amount,fee,currency
2025-01-02,Main,deposit,,,,10000.00,,USD
2025-01-03,Main,buy,ACME,50,100.00,,1.00,USD
2025-03-03,Main,sell,ACME,20,120.00,,1.00,USD
2025-04-01,Main,dividend,ACME,,,15.00,,USD
2025-31-01,Main,buy,ACME,1,100.00,,,USD
`

const priceFile = `date,symbol,close
2025-01-02,ACME,99.00
2025-01-03,ACME,101.00
2025-02-03,ACME,110.00
2025-03-03,ACME,121.00
2025-04-01,ACME,118.00
2025-04-02,ACME,125.00
`

// The main way through the product, in a real browser: create the owner, make a
// portfolio, bring in prices and a broker's file with a fault, see the value, undo it.
func TestImportInABrowser(t *testing.T) {
	b := newBrowser(t, nil)
	b.open("/")
	b.sees("Create the owner")
	b.fill("name", "Mara Keller", "email", "mara@example.org", "password", "correct horse battery", "currency", "USD")
	b.press("button[type=submit]")
	b.sees("New portfolio")
	b.fill("name", "Savings")
	b.press("main button[type=submit]")
	b.sees("Drop your broker’s file here")

	b.press(`a[href$="/prices"]`)
	b.sees("Upload a price file")
	b.do(chromedp.SetUploadFiles(chromedp.CSS("input[type=file]"), []string{b.file("prices.csv", priceFile)}))
	b.press(`form[action$="/prices/file"] button[type=submit]`)
	b.sees("6 days added")

	b.press(`.nav a[href$="/transactions"]`)
	b.press(`a[href$="/import"]`)
	b.sees("What can be read")
	b.do(chromedp.SetUploadFiles(chromedp.CSS("input[type=file]"), []string{b.file("broker.csv", brokerFile)}))
	b.sees("Import 4 transactions, leave out 1")
	b.sees("refused")
	b.press(`.card-foot button.primary`)
	b.sees("4 transactions imported")

	// 10,000 − 5,001 + 2,399 + 15 in cash and 30 × 125.
	b.press(`.nav a:first-child`)
	b.sees("11,163.00")
	b.sees("+1,163")
	for range 100 {
		if b.value(`String(document.querySelectorAll(".chart svg path").length > 3)`) == "true" {
			break
		}
		time.Sleep(50 * time.Millisecond)
	}
	if drawn := b.value(`String(document.querySelectorAll(".chart svg path").length > 3)`); drawn != "true" {
		t.Error("the chart of value was not drawn")
	}
	b.press(`[popovertarget="how-1"]`)
	b.sees("What everything would bring")
	b.press(`#how-1 [aria-label=Close]`)
	b.press(`.nav a[href*="/holdings"]`)
	b.press(`[data-toggle-row]`)
	b.sees("Lot opened")
	b.sees("30 × 125.00 = 3,750.00 USD")

	b.press(`.nav a[href*="/transactions"]`)
	b.sees("Undo import")
	b.press(`form[action$="/undo"] button`)
	b.sees("Import undone: 4 transactions taken back")
	b.press(`.nav a:first-child`)
	b.sees("Drop your broker’s file here")

	for _, page := range []string{"/performance", "/prices", "/data", "/go", "/edit", "/transactions/new"} {
		b.open(strings.TrimPrefix(b.value(`document.querySelector(".nav a").href`), b.base) + page)
		b.sees("FolioSight")
	}
	b.open("/settings")
	b.press(`input[value=dark] + *, label:has(input[value=dark])`)
	if theme := b.value(`document.documentElement.dataset.theme`); theme != "dark" {
		t.Errorf("theme %q", theme)
	}
	b.calm()
}

// calm fails when the console has complained.
func (b *browser) calm() {
	b.t.Helper()
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, message := range b.anger {
		b.t.Errorf("the console says: %s", message)
	}
}

// until waits until an expression is true.
func (b *browser) until(expression string) {
	b.t.Helper()
	for range 100 {
		if b.value(`String(!!(`+expression+`))`) == "true" {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	b.t.Errorf("never true: %s", expression)
}

// Every page on the demonstration, wide and narrow: nothing complains, nothing scrolls
// sideways, charts are drawn, sorting and periods change in place.
func TestEveryPageInABrowser(t *testing.T) {
	var token string
	b := newBrowser(t, func(svc *service.Service) {
		in, err := svc.SetUp(t.Context(), service.NewOwner{Name: "Mara Keller", Email: "mara@example.org", Password: "correct horse battery", BaseCurrency: "USD"})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := svc.SeedDemo(t.Context(), in.Caller, asOf); err != nil {
			t.Fatal(err)
		}
		token = in.Token
	})
	if _, err := chromedp.Call(b.ctx, network.SetCookie, network.SetCookieParams{Name: "foliosight", Value: token, URL: b.base}); err != nil {
		t.Fatal(err)
	}
	b.open("/portfolios")
	home := b.value(`[...document.querySelectorAll(".portfolio-card .switch-name a")].find((a) => a.textContent.includes("fund")).getAttribute("href")`)
	for _, width := range []int64{1440, 390} {
		if _, err := chromedp.Call(b.ctx, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{Width: width, Height: 900, DeviceScaleFactor: 1, Mobile: width < 760}); err != nil {
			t.Fatal(err)
		}
		for _, page := range []string{home, home + "/holdings", home + "/performance", home + "/transactions", home + "/transactions/new", home + "/import", home + "/prices", home + "/data", home + "/edit", "/settings", "/portfolios", "/p/all"} {
			b.open(page)
			b.until(`document.readyState === "complete"`)
			if wide := b.value(`String(document.documentElement.scrollWidth - innerWidth)`); strings.TrimLeft(wide, "-0") != "" && !strings.HasPrefix(wide, "-") {
				t.Errorf("%s at %d px is %s px too wide", page, width, wide)
			}
			if strings.HasSuffix(page, "/performance") || page == home {
				b.until(`document.querySelectorAll(".chart svg path").length > 3`)
			}
		}
	}
	if _, err := chromedp.Call(b.ctx, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{Width: 1440, Height: 900, DeviceScaleFactor: 1}); err != nil {
		t.Fatal(err)
	}
	b.open(home + "/holdings")
	b.value(`window.same = "page"`)
	b.press(`thead th:nth-child(1) a`)
	b.until(`location.search.includes("sort=symbol") && document.querySelector("tr[data-row] .sym").textContent === "AAPL" && window.same === "page"`)
	b.open(home)
	b.value(`window.same = "page"`)
	b.until(`document.querySelectorAll(".chart svg path").length > 3`)
	before := b.value(`document.querySelector(".chart").getAttribute("aria-label")`)
	b.press(`.chart-foot a[href*="period=3M"]`)
	b.until(`location.search.includes("period=3M") && window.same === "page" && document.querySelector(".chart").getAttribute("aria-label") !== ` + strconv.Quote(before))
	b.do(chromedp.KeyEvent("/"))
	b.until(`document.activeElement.matches("[data-palette-input]")`)
	b.do(chromedp.KeyEvent("nvda"))
	b.until(`document.querySelector("#palette [data-active]").textContent.includes("NVIDIA")`)
	b.calm()
}
