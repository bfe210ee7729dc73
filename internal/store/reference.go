package store

import (
	"context"
	"encoding/json"
	"time"

	"github.com/foliosight/foliosight/finance/date"
)

// DocumentKind is what a document is.
type DocumentKind string

// The kinds of documents.
const (
	ProfileDocument   DocumentKind = "profile"
	StatementDocument DocumentKind = "statement"
	EarningsDocument  DocumentKind = "earnings"
	HoldingsDocument  DocumentKind = "holdings"
	ArticleDocument   DocumentKind = "article"
	// SearchDocument is a text that sources are asked for, by its sum, with what came of it;
	// CandidateDocument an instrument that a source named then.
	SearchDocument    DocumentKind = "search"
	CandidateDocument DocumentKind = "candidate"
)

// Document is something that a source says of an instrument, as it was fetched.
type Document struct {
	Kind    DocumentKind
	Symbol  string    // empty for articles, which name theirs in Symbols
	Source  string    // the provider's name
	Key     string    // what it is, within kind, symbol and source: "income/annual/2025-12-31"
	AsOf    date.Date // the day it speaks of; zero or None: not said
	At      time.Time // when it was published; articles need it
	Fetched time.Time // when it was first fetched as it is
	Symbols []string  // of an article: those that it is about; written, not read
	Body    json.RawMessage
}

// DocumentQuery selects documents that are not articles.
type DocumentQuery struct {
	Kind    DocumentKind
	Symbols []string // nil: all
	Source  string   // empty: every one
	Newest  int      // of each symbol at most so many, by AsOf and then Fetched; 0: all
}

// ArticleQuery selects news.
type ArticleQuery struct {
	Symbols []string // about any of these; nil: about anything
	After   string   // the Next of the page before
	Limit   int      // 0: 50
}

// ArticlePage is a part of the news, the newest first.
type ArticlePage struct {
	Articles []Document
	Next     string // cursor; empty: this was the last page
}

// Alias is a name of an instrument: under a scheme (ticker, ISIN, FIGI …) a value means a
// symbol, from a day on and until before another.
type Alias struct {
	Scheme string
	Value  string
	Symbol string
	From   date.Date // zero or None: since ever
	Until  date.Date // the first day that it does not hold; zero or None: still
	Source string    // who says so
}

// TickerScheme is the scheme of the symbols that exchanges give.
const TickerScheme = "ticker"

// ReferenceReader reads what sources say of instruments.
type ReferenceReader interface {
	// Documents by symbol, of each the newest first.
	Documents(ctx context.Context, q DocumentQuery) ([]Document, error)
	Articles(ctx context.Context, q ArticleQuery) (ArticlePage, error)
	// Mentioned are the symbols that articles of a source are about, by the articles' keys;
	// one that is not there, or is about nothing, is absent.
	Mentioned(ctx context.Context, source string, keys []string) (map[string][]string, error)
	// Resolve is the symbol that a value means on a day; else ErrNotFound.
	Resolve(ctx context.Context, scheme, value string, on date.Date) (string, error)
	// Meanings are the symbols that a value means or meant, by day.
	Meanings(ctx context.Context, scheme, value string) ([]Alias, error)
	// Aliases are all names that a symbol has or had, by scheme and day.
	Aliases(ctx context.Context, symbol string) ([]Alias, error)
}

// ReferenceWriter writes it; it is for operators.
type ReferenceWriter interface {
	// PutDocuments writes those whose contents are not what is there already, and returns
	// how many those were.
	PutDocuments(ctx context.Context, all []Document) (changed int, err error)
	// DropDocuments takes away what a source said of a symbol for days after one, but for the
	// keys that it says still: what was expected and is not any more.
	DropDocuments(ctx context.Context, kind DocumentKind, symbol, source string, after date.Date, but []string) (int, error)
	// DropArticles takes away news published before t.
	DropArticles(ctx context.Context, t time.Time) (int, error)
	// PutAliases enters names and returns how many were new or changed. Where a value meant
	// another symbol before, that holds until the new one's first day; where it means
	// another later, the new one holds until then. What holds already in all of that time
	// changes nothing.
	PutAliases(ctx context.Context, all []Alias) (changed int, err error)
	// RenameSymbol says that an instrument is called otherwise from a day on: its earlier
	// names, the one given up among them, mean the new symbol, each in its time.
	RenameSymbol(ctx context.Context, old, new string, on date.Date, source string) error
}
