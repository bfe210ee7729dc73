// Package portfolioperformance reads the XML files of the program Portfolio
// Performance.
//
// Model: the file is a graph that XStream wrote as a tree: what is met a second time
// is a reference (a path such as ../../security[2], or an id). Accounts hold cash,
// portfolios hold securities; a purchase is two entries, one in each, tied by a cross
// entry, and becomes one booking. A row is one entry of an account or a portfolio, or
// one event of a security, in the order in which the file lists them.
//
// Units: integers with implied decimals. Amounts have 2. Shares have 0 up to version
// 2, 5 up to 25, 6 up to 48, 8 from 49 on; quotes have 2 up to version 29, 4 up to 48,
// 8 from 49 on. Amounts are positive, the type gives the direction; as in the ledger, a
// purchase's amount includes fees and taxes, a sale's and a dividend's is net of them.
// Before version 29 a file knows no currencies.
//
// Splits: the program computes holdings without regard to its split events; entering a
// split there rewrites the shares and quotes before it. The ledger keeps what was
// traded, so shares and quotes before a split are put back and the split is booked.
//
// Source: the program's own reader and the migrations in it, by which the history of
// the versions above is known.
package portfolioperformance

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"

	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/finance/money"
	"github.com/foliosight/foliosight/internal/importer"
)

// Format reads Portfolio Performance files.
var Format importer.Format = format{}

type format struct{}

func (format) Name() string  { return "portfolio-performance" }
func (format) Label() string { return "Portfolio Performance (XML)" }

func (format) Detect(name string, head []byte) int {
	if refusal(head) != nil && !bytes.HasPrefix(head, zipMagic) {
		return 100
	}
	text := bytes.TrimLeft(head, "\ufeff \t\r\n")
	if bytes.HasPrefix(text, []byte("<?xml")) {
		if i := bytes.Index(text, []byte("?>")); i >= 0 {
			text = bytes.TrimLeft(text[i+2:], " \t\r\n")
		}
	}
	switch {
	case !bytes.HasPrefix(text, []byte("<client>")) && !bytes.HasPrefix(text, []byte("<client ")):
		return 0
	case bytes.Contains(text, []byte("<version>")):
		return 100
	}
	return 50
}

// lastVersion is the newest file version whose layout is known.
const lastVersion = 70

func (format) Read(_ string, content []byte, opts importer.Options) (*importer.File, error) {
	if fault := refusal(content); fault != nil {
		return nil, ledger.Faults{fault}
	}
	root, fault := parse(content)
	if fault != nil {
		return nil, ledger.Faults{fault}
	}
	c := &client{root: root, file: &importer.File{Format: format{}.Name()}, opts: opts,
		accounts: map[*node]string{}, owners: map[*node]*node{}, symbols: map[*node]string{}}
	if fault := c.readHeader(); fault != nil {
		return nil, ledger.Faults{fault}
	}
	c.readAccounts()
	c.readSecurities()
	c.readSplits()
	c.readTaxonomies()
	c.readEntries()
	c.readEvents()
	c.readQuotes()
	return c.file, nil
}

var zipMagic = []byte("PK\x03\x04")

// refusal recognises the program's files that are no XML.
func refusal(content []byte) *ledger.Fault {
	const cure = `open it in Portfolio Performance and save it with "Save as" as XML, without password and uncompressed`
	switch {
	case bytes.HasPrefix(content, []byte("PORTFOLIO\x00")), bytes.HasPrefix(content, []byte("PORTFOLIO\x01")): // and the length of the key
		return &ledger.Fault{Problem: "is an encrypted Portfolio Performance file", Cure: cure}
	case bytes.HasPrefix(content, []byte("PPPBV")):
		return &ledger.Fault{Problem: "is a binary Portfolio Performance file", Cure: cure}
	case bytes.HasPrefix(content, zipMagic):
		return &ledger.Fault{Problem: "is a compressed file", Cure: cure}
	}
	return nil
}

// client is a file while it is read.
type client struct {
	root    *node
	file    *importer.File
	opts    importer.Options
	version int
	shares  int32 // implied decimals
	quotes  int32
	// oldCurrency is the currency of everything where the file knows none.
	oldCurrency money.Currency

	accounts   map[*node]string // accounts and portfolios by what they are called in the ledger
	owners     map[*node]*node  // entry to its account or portfolio
	securities []*node
	symbols    map[*node]string
	splits     map[*node][]split
}

func (c *client) readHeader() *ledger.Fault {
	text := c.root.text("version")
	version, err := strconv.Atoi(text)
	if c.root.name != "client" || err != nil || version < 1 {
		return &ledger.Fault{Field: "version", Value: text, Problem: "is not a version of the Portfolio Performance file format", Cure: "give the XML file that the program saved", Err: err}
	}
	if version > lastVersion {
		return &ledger.Fault{Field: "version", Value: text, Problem: fmt.Sprintf("is newer than %d, the newest that is known here", lastVersion),
			Cure: "export the bookings as CSV and import that"}
	}
	if entries := c.root.child("ledger").find("entries"); entries != nil && len(entries.children) > 0 {
		return &ledger.Fault{Field: "ledger", Problem: "the file keeps its bookings in the program's new ledger layout, which is not read here", Cure: "export the bookings as CSV and import that"}
	}
	c.version = version
	c.shares, c.quotes = 8, 8
	if version <= 48 {
		c.shares, c.quotes = 6, 4
	}
	if version <= 29 {
		c.quotes = 2
	}
	if version <= 25 {
		c.shares = 5
	}
	if version <= 2 {
		c.shares = 0
	}
	if base, err := money.ParseCurrency(c.root.text("baseCurrency")); err == nil {
		c.file.BaseCurrency = base
	}
	if version < 29 {
		c.oldCurrency = c.opts.BaseCurrency
		if c.oldCurrency == "" {
			c.oldCurrency = "EUR"
		}
		c.file.BaseCurrency = c.oldCurrency
		c.file.Notes = append(c.file.Notes, fmt.Sprintf("The file is of version %d, which knows no currencies: all amounts are taken as %s.", version, c.oldCurrency))
	}
	return nil
}

// readAccounts names accounts and portfolios. An account and a portfolio of one name
// become one account; two accounts (or two portfolios) of one name are told apart.
func (c *client) readAccounts() {
	listed := map[string]int{}
	for _, kind := range []string{"account", "portfolio"} {
		taken := map[string]bool{}
		for _, item := range c.root.child(kind + "s").items(kind) {
			if _, known := c.accounts[item]; known {
				continue
			}
			name := strings.TrimSpace(item.text("name"))
			if name == "" {
				name = kind
			}
			currency := c.currency(item)
			unique := name
			if taken[unique] && currency != "" {
				unique = fmt.Sprintf("%s %s", name, currency)
			}
			for n := 2; taken[unique]; n++ {
				unique = fmt.Sprintf("%s (%d)", name, n)
			}
			taken[unique] = true
			c.accounts[item] = unique
			for _, entry := range item.child("transactions").items(kind + "-transaction") {
				c.owners[entry] = item
			}
			if at, ok := listed[unique]; ok {
				if c.file.Accounts[at].Currency == "" {
					c.file.Accounts[at].Currency = currency
				}
				continue
			}
			listed[unique] = len(c.file.Accounts)
			c.file.Accounts = append(c.file.Accounts, ledger.Account{Name: unique, Currency: currency})
		}
	}
}

// currency is the currency of an account, a security or an entry; empty for none.
func (c *client) currency(n *node) money.Currency {
	if c.oldCurrency != "" {
		return c.oldCurrency
	}
	currency, err := money.ParseCurrency(n.text("currencyCode"))
	if err != nil {
		return ""
	}
	return currency
}
