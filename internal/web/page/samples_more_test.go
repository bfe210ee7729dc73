package page_test

import (
	"github.com/a-h/templ"

	"github.com/foliosight/foliosight/internal/web/page"
	"github.com/foliosight/foliosight/internal/web/view"
)

func sampleImport(theme string) templ.Component {
	p := samplePage("Import", "/transactions", theme)
	p.Crumbs = []view.Link{{Label: "Transactions", Href: "/transactions"}}
	tag := map[string]view.Tag{"new": {Text: "new", Kind: "good", Icon: "plus"}, "dup": {Text: "duplicate", Icon: "copy"}, "bad": {Text: "refused", Kind: "bad", Icon: "circle-x"}}
	return page.ImportPreview(view.ImportPreview{
		Page: p, File: "flex-2025-06.csv · 148 rows · recognised as Interactive Brokers, Flex", Base: "USD",
		Kinds: []view.Choice{{Label: "All", Count: "148", Current: true, Href: "?"}, {Label: "New", Count: "131", Href: "?k"}, {Label: "Duplicate", Count: "14", Href: "?d"}, {Label: "Refused", Count: "3", Href: "?r"}},
		Rows: []view.ImportRow{
			{Tag: tag["bad"], Class: "refused", Line: "line 7", Date: "25 Jun 2025", Type: "Sell", Instrument: "ZM", Quantity: "−4,000", Price: "78.20", Amount: "312,800.00", Reason: "You would sell more than is open: 0 long, 2,000 short.", Wrong: "quantity"},
			{Tag: tag["bad"], Class: "refused", Line: "line 9", Date: "31 Jun 2025", Type: "Dividend", Instrument: "XOM", Price: "0.99", Amount: "−1,980.00", Reason: "31 June is not a date.", Cure: "Write the day the dividend was paid.", Wrong: "date"},
			{Tag: tag["new"], Date: "27 Jun 2025", Type: "Buy", Instrument: "AAPL", Quantity: "120", Price: "203.92", Amount: "−24,470.40"},
			{Tag: tag["dup"], Class: "dim", Date: "26 Jun 2025", Type: "Dividend", Instrument: "JPM", Price: "1.40", Amount: "1,400.00", Reason: "Same reference as in the import of 27 Jun."},
		},
		Shown: "Showing 4 of 148 rows.", More: "?all", Back: "/import", Foot: "Can be undone as a whole", Refused: "/x",
		Into:    []view.Row{{Name: "Portfolio", Value: "Long/short demo"}, {Name: "Account", Value: "Prime"}},
		Changes: []view.Row{{Name: "Cash, USD", Value: "+38,112.60", Money: true, Tone: view.Gain}, {Name: "Holdings changed", Value: "9"}, {Name: "Lots opened", Value: "14"}, {Name: "Realised", Value: "−3,670.00", Tone: view.Loss, Money: true}},
		Checks:  []view.Check{{Text: "Dates in order", OK: true}, {Text: "Cash agrees with the file", OK: true}, {Text: "Closing positions", Note: "ZM differs by −4,000 until the refused sale is settled."}},
		Confirm: &view.Action{Label: "Import 131 transactions", Href: "/import/x"},
	})
}

func sampleFirstRun(theme string) templ.Component {
	return page.FirstRun(view.FirstRun{Base: sampleBase(theme), Form: view.Form{Action: "/first-run", Submit: "Create and continue", Fields: []view.Field{
		{Name: "name", Label: "Name", Kind: "text", Value: "Mara Keller"}, {Name: "email", Label: "Email", Kind: "email", Value: "mara@keller", Error: "An address needs a domain, like mara@keller.ch"},
		{Name: "password", Label: "Password", Kind: "password", Help: "At least 12 characters; a sentence is easiest to remember."}}},
		Explore: &view.Link{Label: "Explore the demo", Note: "Three portfolios, simulated prices", Href: "/explore"}})
}

func sampleEmpty(theme string) templ.Component {
	p := samplePage("Overview", "/overview", theme)
	p.Narrow, p.Simulated, p.AsOf = true, "", view.AsOf{State: "none", Text: "No data yet"}
	return page.Overview(view.Overview{Page: p, Start: &view.Start{
		Title: "Good morning, Mara", Text: "Bring in your first transactions and this page fills itself: value, gain, return and risk.",
		Upload: "/import", Format: "CSV, OFX or XML from your broker, or any table with dates and amounts. You see every row before it is booked.",
		Ways: []view.Link{{Icon: "pencil-line", Label: "Enter by hand", Note: "One holding is enough to begin.", Href: "/add"}, {Icon: "tag", Label: "Upload prices", Note: "Date, symbol, close.", Href: "/prices"}, {Icon: "compass", Label: "Explore the demo", Note: "Three portfolios, simulated prices.", Href: "/demo"}},
		Done: "2 of 4", Steps: []view.StartStep{{Text: "Owner created", Done: true, Note: "09:14"}, {Text: "Base currency: Swiss franc", Done: true}, {Text: "Import the first file", Note: "next", Href: "/import"}, {Text: "Choose a benchmark", Note: "optional", Href: "/settings"}},
	}})
}

func sampleTransactions(theme string) templ.Component {
	p := samplePage("Transactions", "/transactions", theme)
	p.Toast = &view.Toast{Text: "131 transactions imported", Undo: &view.Action{Label: "Undo", Href: "/undo"}}
	row := func(id, day, what, symbol, name, quantity, price, fee, amount string) view.TransactionRow {
		return view.TransactionRow{ID: id, Date: day, Type: what, Symbol: symbol, Name: name, Account: "Prime", Quantity: quantity, Price: price, Fee: fee, Amount: amount, Currency: "USD", Href: "?open=" + id, Edit: "/edit", Delete: view.Action{Href: "/delete"}}
	}
	open := row("1", "27 Jun 2025", "Buy", "AAPL", "Apple Inc.", "120", "203.92", "1.00", "−24,471.40")
	open.Open, open.Tag = true, &view.Tag{Text: "corrected"}
	open.Detail = &view.TransactionDetail{Terms: []view.Term{{Label: "Cash", Text: "−24,471.40 USD in Prime"}, {Label: "Source", Text: "flex-2025-06.csv, line 14"}, {Label: "Note", Text: "–"}}, History: []view.Correction{{When: "28 Jun 2025, 10:12", Who: "M. Keller", What: "Price 203.29 became 203.92"}, {When: "27 Jun 2025, 18:02", Who: "import", What: "Booked"}}}
	return page.Transactions(view.Transactions{
		Page: p, Count: "1,214 transactions", Add: "/add", Import: "/import", Export: "/x.csv", Older: "?older",
		Filter: []view.Field{{Name: "q", Label: "Symbol", Kind: "search", Hint: "Symbol"}, {Name: "type", Label: "Type", Kind: "select", Options: []view.Option{{Label: "Any type"}, {Value: "buy", Label: "Buy"}}}, {Name: "account", Label: "Account", Kind: "select", Options: []view.Option{{Label: "All accounts"}}}},
		Months: []view.TransactionMonth{{Label: "June 2025", Note: "12", Rows: []view.TransactionRow{open, row("2", "26 Jun 2025", "Sell", "AMD", "Advanced Micro Devices", "−200", "143.65", "1.00", "28,729.00"), row("3", "24 Jun 2025", "Interest", "USD", "", "", "", "", "1,204.18")}},
			{Label: "May 2025", Note: "31", Rows: []view.TransactionRow{row("4", "23 May 2025", "Sell to open", "MSFT 19 Sep 25 450 P", "", "−20", "5.00", "13.00", "9,987.00")}}},
		Imports: []view.ImportBatch{{When: "27 Jun 2025, 18:02", File: "flex-2025-06.csv", Format: "Interactive Brokers, Flex", Count: "131 transactions", Href: "?", Undo: &view.Action{Label: "Undo", Href: "/undo"}}},
	})
}

func sampleTransactionForm(theme string) templ.Component {
	p := samplePage("Add", "/transactions", theme)
	p.Crumbs = []view.Link{{Label: "Transactions", Href: "/transactions"}}
	return page.TransactionForm(view.TransactionForm{Page: p, Title: "Add a transaction",
		Types: []view.TypeGroup{{Label: "Trades", Types: []view.Option{{Value: "buy", Label: "Buy"}, {Value: "sell", Label: "Sell"}}}, {Label: "Cash", Types: []view.Option{{Value: "deposit", Label: "Deposit"}}}},
		Side:  []view.Term{{Label: "Nothing is overwritten.", Text: "A correction keeps the earlier entry; you can see it under History and undo it."}},
		Form: view.Form{Action: "/add", Submit: "Book transaction", Cancel: "/transactions", Errors: []view.Link{{Label: "Price: 100 times the last close", Href: "#f-price"}}, Fields: []view.Field{
			{Name: "date", Label: "Date", Kind: "date", Width: "w3", Value: "2025-06-27"}, {Name: "symbol", Label: "Instrument", Kind: "text", Width: "w3", For: "buy sell", Value: "NVDA"},
			{Name: "quantity", Label: "Quantity", Kind: "number", Unit: "shares", For: "buy sell", Value: "1,360"}, {Name: "price", Label: "Price", Kind: "number", Unit: "USD", For: "buy sell", Value: "15798", Error: "100 times the last close of 157.98. Did you mean 157.98?"}, {Name: "fee", Label: "Fee", Kind: "number", Unit: "USD"}}}})
}

func samplePrices(theme string) templ.Component {
	return page.Prices(view.Prices{Page: samplePage("Prices & valuations", "/prices", theme),
		Form:   view.Form{Action: "/prices", Submit: "Save price", Fields: []view.Field{{Name: "symbol", Label: "Instrument", Kind: "text"}, {Name: "date", Label: "Date", Kind: "date"}, {Name: "price", Label: "Price", Kind: "number", Unit: "USD"}, {Name: "note", Label: "Note", Kind: "text", Width: "w6", Hint: "Where it is from"}}},
		Upload: view.Form{Action: "/prices/file", Submit: "Read the file", Upload: true, Fields: []view.Field{{Name: "file", Label: "File", Kind: "file", Width: "w6", Help: "CSV, plain or gzip: date, symbol, close and what else there is."}}},
		Manual: []view.ManualPrice{{Symbol: "PCF2", Date: "31 Mar 2025", Price: "1.0639", Currency: "USD", Kind: "valuation", Note: "statement", Delete: view.Action{Label: "Delete", Href: "/x"}}},
		Kinds:  []view.Choice{{Label: "All", Current: true, Href: "?"}, {Label: "Stale", Count: "1", Href: "?stale"}}, Shown: "33 instruments",
		Rows: []view.PriceRow{{Symbol: "NVDA", Name: "NVIDIA Corp.", Class: "Equity", Price: "157.98", Currency: "USD", AsOf: "30 Jun 2025", Source: "simulated", Range: "1 Jul 2019 – 30 Jun 2025", Enter: "?symbol=NVDA"}, {Symbol: "RAT", Name: "Real-asset trust", Class: "Private", Price: "106.63", Currency: "USD", AsOf: "31 Dec 2024", Mark: view.Stale, MarkText: "181 days old", Source: "by hand", Enter: "?"}}})
}

func sampleStatus(theme string) templ.Component {
	return page.DataStatus(view.DataStatus{Page: samplePage("Data status", "/status", theme),
		Strip:    []view.Figure{{Label: "Prices", Text: "30 of 33", Note: "newest 30 Jun 2025"}, {Label: "Exchange rates", Text: "1 of 1", Note: "EUR/USD"}, {Label: "Estimated", Text: "12.6%", Note: "of value, by statement"}, {Label: "Transactions", Text: "1,214", Note: "ledger version 88"}},
		Issues:   []view.DataIssue{{Mark: view.Stale, Title: "Real-asset trust", Text: "Last valued 181 days ago.", Effect: "106,633 of value, 2.5%", Cure: &view.Link{Label: "Enter a valuation", Href: "/prices"}}},
		Versions: []view.Term{{Label: "Ledger", Text: "88"}, {Label: "Market", Text: "4"}},
		Fetch:    &view.Fetch{Title: "Market data", Says: "Bringing in prices.", Running: true, Share: 40, Counted: "2 of 5 series", Watch: "/fetch", Stop: &view.Action{Label: "Stop", Href: "/x"}, Lacking: []view.Row{{Name: "SAP.DE", Lead: view.Partial, Value: "not asked for yet"}}, Rest: "and 2 more"},
		Held: []view.HeldRow{{ID: "h1", Symbol: "NVDA", Day: "27 Jun 2025", Source: "Polygon", Value: "15.78", Expected: "157.75", Finding: "unit mixed up", Reason: "A tenth of the day before.", Found: "found 28 Jun 2025, 06:10",
			Accept: &view.Action{Label: "Accept", Href: "/x"}, Drop: &view.Action{Label: "Drop this value", Href: "/x", Danger: true},
			Correct: &view.Form{Action: "/x", Submit: "Correct it", Fields: []view.Field{{Name: "corrected", ID: "corrected-h1", Label: "The close that is to stand", Kind: "number", Value: "157.75", Error: "Not a number."}}, Errors: []view.Link{{Label: "Not a number.", Href: "#f-corrected-h1"}}}},
			{ID: "h2", Symbol: "AAPL", Day: "26 Jun 2025", Value: "0.00", Expected: "–", Finding: "not positive", Own: &view.Link{Label: "Enter a price of your own", Href: "/prices"}}},
		Decided: []view.HeldRow{{ID: "h3", Symbol: "MSFT", Day: "2 Jun 2025", Value: "461.97", Expected: "430.00", Finding: "jump", Outcome: view.Tag{Text: "accepted"}, Who: "3 Jun 2025 by you: it was news", Undo: &view.Action{Label: "Take back", Href: "/x"}}},
		Uses:    []view.Choice{{Label: "In use", Count: "2", Href: "?", Current: true}}, Shown: "2 series", More: &view.Link{Label: "Show all 90", Href: "?all=1"},
		Series: []view.FeedRow{{Symbol: "NVDA", Name: "NVIDIA Corp.", Source: "Polygon", Newest: "30 Jun 2025", Age: "up to date", State: view.Tag{Text: "suspect", Kind: "warn"}, Says: "1 value is held back.", Next: "Next attempt 1 Jul 2025, 22:30.",
			Score: view.Figure{Label: "Score of NVDA", Text: "99", Explain: &view.Explain{ID: "score-0", Name: "Score of NVDA", Precise: "99", Unit: "of 100", Formula: []string{"100 × (1,508 − 0 − 0 − 1) ÷ 1,508"}, Terms: []view.Term{{Label: "Suspect", Text: "1"}}}}},
			{Symbol: "SAP.DE", Kind: "prices", Source: "–", Newest: "–", Age: "–", State: view.Tag{Text: "refused", Kind: "warn"}, Says: "The plan of the key does not include it.", Score: view.Figure{Text: "–", Reason: "not rated"}, Cure: &view.Link{Label: "Enter a price", Href: "/prices"}}},
		Sources: "Polygon is asked",
		Providers: []view.ProviderRow{{Name: "Polygon", What: "prices", State: view.Tag{Text: "answers", Kind: "good"}, Says: "It answers.", Terms: []view.Term{{Label: "Key", Text: "set here"}}, Quotas: []view.Quota{{Label: "5 calls a minute", Used: "5 used", Share: 100, Full: true, Resets: "begins anew at noon"}},
			Key: &view.Form{Action: "/x", Submit: "Replace the key", Fields: []view.Field{{Name: "key", ID: "key-polygon", Label: "Key of Polygon", Kind: "password"}}}, Forget: &view.Action{Label: "Forget the key", Href: "/x", Danger: true}}}})
}

func sampleSettings(theme string) templ.Component {
	p := samplePage("Settings", "/settings", theme)
	remove := view.Action{Label: "End", Href: "/x", Danger: true, Fields: []view.Hidden{{Name: "id", Value: "1"}}}
	return page.Account(view.Account{Page: p, Theme: theme, Label: "Settings", SignOut: true, Lead: "A sentence above.", Pages: []view.Link{{Label: "Profile", Href: "/settings", Icon: "pencil-line", Current: true}, {Label: "Security", Href: "/x", Icon: "lock"}},
		Sections: []view.Subject{
			{ID: "profile", Title: "Profile", Form: &view.Form{Action: "/settings/me", Submit: "Save", Fields: []view.Field{{Name: "name", Label: "Name", Kind: "text", Width: "w6", Value: "Mara Keller"}, {Name: "mail", Label: "Mail", Kind: "check", Hint: "Send it"}}}},
			{ID: "theme", Title: "Theme", Theme: true, Terms: []view.Term{{Label: "Version", Text: "0.1"}}, Links: []view.Link{{Label: "Documentation", Href: "/docs", Icon: "book-open"}}},
			{ID: "totp", Title: "Set up", Picture: &view.QR{Path: "M4 4h3v1h-3z", Size: 29, Label: "The code"}, Secret: &view.ShownOnce{Label: "Recovery codes", Lines: []string{"abcd-efgh", "ijkl-mnop"}, Print: true}},
			{ID: "passkeys", Title: "Passkeys", Text: []string{"What they are."}, List: &view.List{Caption: "Passkeys", Head: []string{"Device", "Added"}, Empty: "None.", Older: "?older", Newest: "?"},
				Passkey: &view.Passkey{Begin: "/b", Finish: "/f", Label: "Add a passkey", Name: &view.Field{Name: "name", ID: "passkey-name", Label: "Which device?", Kind: "text"}, Password: &view.Field{Name: "password", ID: "passkey-password", Label: "Password", Kind: "password"}}},
			{ID: "sessions", Title: "Sessions", Filter: &view.Form{Action: "/x", Submit: "Show", Cancel: "/x", Fields: []view.Field{{Name: "day", Label: "Day", Kind: "date"}}}, Notice: &view.Notice{Icon: "check", Text: "It holds."},
				List: &view.List{Caption: "Sessions", Head: []string{"Browser", "Seen"}, Rows: []view.ListRow{
					{Cells: []view.Cell{{Text: "Firefox on Linux", Tag: &view.Tag{Text: "this one", Kind: "draft"}}, {Text: "today", Note: "to the hour"}}, Detail: []view.Term{{Label: "After", Text: "{}"}}},
					{Cells: []view.Cell{{Text: "Chrome"}, {Text: "yesterday"}}, Actions: []view.Action{remove}, Links: []view.Link{{Label: "Change", Href: "?x"}}, Form: &view.Form{Action: "/x", Submit: "Set", Fields: []view.Field{{Name: "role", Label: "Role", Kind: "select", Options: []view.Option{{Value: "a", Label: "A"}}}}}}}},
				Form: &view.Form{Action: "/x", Submit: "Delete", Danger: true}, Fold: "Open", Actions: []view.Action{remove}},
		},
		Keys: []view.Link{{Label: "Search or jump to", Key: "/"}, {Label: "Overview", Key: "g o"}}})
}

func samplePortfolios(theme string) templ.Component {
	card := func(initials, name string) view.PortfolioCard {
		return view.PortfolioCard{Initials: initials, Name: name, Note: "3 accounts · USD", Href: "/overview", Edit: "/edit", Simulated: true, Value: view.Figure{Label: "Value", Text: "4,199,622", Unit: "USD", Money: true}, Change: view.Figure{Text: "+16,888", Tone: view.Gain, Note: "on 30 Jun 2025"}}
	}
	all := card("All", "All portfolios")
	all.Edit = ""
	return page.Portfolios(view.Portfolios{Page: samplePage("Portfolios", "/portfolios", theme), New: "/new", All: &all, Items: []view.PortfolioCard{card("LS", "Long/short"), card("BS", "Balanced saver"), card("HN", "High net worth")}})
}

func samplePalette(theme string) view.Palette {
	return view.Palette{Page: samplePage("Search", "/palette", theme), Groups: []view.PaletteGroup{
		{Label: "Instruments", Items: []view.PaletteItem{{Link: view.Link{Label: "NVDA", Note: "NVIDIA Corp. · held", Href: "/holdings", Icon: "chart-line"}, Search: "NVDA NVIDIA", Price: "157.98", Change: "+1.32%", Tone: view.Gain}}},
		{Label: "Do", Items: []view.PaletteItem{{Link: view.Link{Label: "Add a transaction", Href: "/add", Icon: "plus", Key: "n"}, Search: "add transaction"}}},
		{Label: "Go to", Items: []view.PaletteItem{{Link: view.Link{Label: "Performance", Href: "/performance", Icon: "chart-line", Key: "g p"}, Search: "performance"}}}}}
}

func sampleProblem(theme string) templ.Component {
	return page.Problem(view.Problem{Page: samplePage("Not found", "", theme), Status: "404", Title: "There is no such page", Text: "It may have been moved or deleted.", Ways: []view.Link{{Label: "Go to the overview", Href: "/"}}})
}

func sampleSignIn(theme string) templ.Component {
	return page.Door(view.Door{Base: sampleBase(theme), Title: "Sign in", Lead: "Once more.", Demo: &view.Demo{Email: "demo@example.org", Password: "demonstration"}, Notice: &view.Notice{Kind: "bad", Icon: "circle-alert", Text: "This email address and password do not belong together."},
		Form:    &view.Form{Action: "/sign-in", Submit: "Sign in", Fields: []view.Field{{Name: "email", Label: "Email", Kind: "email"}, {Name: "password", Label: "Password", Kind: "password"}}},
		Passkey: &view.Passkey{Begin: "/b", Finish: "/f", Label: "Sign in with a passkey"}, Others: []view.Link{{Label: "Continue with Work", Href: "/x"}}, Ways: []view.Link{{Label: "Forgotten your password?", Href: "/forgotten"}}})
}
