package api

import (
	"reflect"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"github.com/foliosight/foliosight/finance/analysis"
	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/instrument"
	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/finance/money"
	"github.com/foliosight/foliosight/internal/service"
)

// The tags, in the order of the documentation.
const (
	tagPeople       = "Signing in"
	tagPortfolios   = "Portfolios"
	tagAlerts       = "Alerts"
	tagSharing      = "Sharing"
	tagAudit        = "Audit trail"
	tagTransactions = "Transactions"
	tagImports      = "Imports"
	tagIncome       = "Income"
	tagPrices       = "Prices"
	tagMarket       = "Market data"
	tagResearch     = "Research"
	tagAnalysis     = "Analysis"
	tagJobs         = "Jobs and snapshots"
	tagCalc         = "Calculations"
	tagSeeds        = "Addresses of the originals"
	tagHousehold    = "People"
	tagHealth       = "Health"
)

var tags = []*huma.Tag{
	{Name: tagPeople, Description: "Who asks. A session is a cookie for browsers and a bearer token for programs; both come with signing in."},
	{Name: tagAlerts, Description: "Rules hold figures against thresholds, every night, after bookings and when asked. What they find is raised, acknowledged and resolved, and told by mail, webhook and Slack."},
	{Name: tagPortfolios, Description: "A portfolio is one ledger with its base currency, lot rules, benchmark and accounts."},
	{Name: tagSharing, Description: "Who else sees a portfolio: people by their address, links that end, households that look at portfolios together, and the clients of an advisor. What ends has ended with the next request."},
	{Name: tagAudit, Description: "What was done, by whom and when, as a chain of hashes that shows any change to it."},
	{Name: tagTransactions, Description: "Bookings. Nothing is overwritten: an edit supersedes, and each change raises the version of the ledger by one."},
	{Name: tagImports, Description: "Files of brokers and other programs. Look at a preview first; an import is one unit and can be undone."},
	{Name: tagIncome, Description: "Dividends and interest: what came, what is announced and estimated, and what holders were entitled to and is still to be booked."},
	{Name: tagPrices, Description: "Prices, splits, dividends and exchange rates from files, and prices and valuations that you enter yourself."},
	{Name: tagMarket, Description: "Where prices, rates and reference data come from by themselves: the sources with their limits, how good each series is, and having them asked. Reading never asks a source."},
	{Name: tagResearch, Description: "Finding instruments, watchlists, target prices, notes and comparisons. All of it from what is stored: nothing here waits for a provider."},
	{Name: tagAnalysis, Description: "Every figure of a portfolio. Each carries its unit, date, method and status; what cannot be known is null with its reasons."},
	{Name: tagJobs, Description: "Work in the background: the nightly analysis of each portfolio, and the snapshots that it leaves: what was shown on a day."},
	{Name: tagCalc, Description: "The engines by themselves: one request in, one answer out, nothing stored."},
	{Name: tagSeeds, Description: "The addresses of the programs that this one takes the place of: the body of the new resource and, beside it, the fields they promise, as JSON numbers. What is not known is null, and says why under unknown."},
	{Name: tagHousehold, Description: "The people of a household or firm, invitations, and what is switched on. Most of it is for owners."},
	{Name: tagHealth, Description: "Whether the server is there. These answers never wait for a calculation."},
}

var idempotencyKey = &huma.Param{
	Name: keyHeader, In: "header", Example: "9f0c2a57-import-january",
	Description: "A name of your choice for this write, at most 200 characters. Sent again within a day, the same request with the same key is not carried out again; it gets the answer of the first, with `Idempotency-Replayed: true`.",
	Schema:      &huma.Schema{Type: huma.TypeString},
}

const about = `The same figures as on the pages, from the same services.

**Numbers.** Exact ones (quantities, prices, amounts) are strings such as ` + "`\"203.92\"`" + `; measured ones (returns, risk) are JSON numbers. Rates are fractions: 0.05 is five percent. What is not known is null and says why; it is never 0.

**Days and times.** Days are ` + "`YYYY-MM-DD`" + `, times RFC 3339 in UTC. A period excludes its first day and includes its last.

**Signing in.** POST /api/v1/auth/login gives an access token. Send it as ` + "`Authorization: Bearer …`" + `; browsers get a cookie. Before it ends, exchange the refresh token for fresh ones.

**Tokens for programs.** POST /api/v1/auth/tokens makes one with a scope (read, trade, manage, admin; each includes the ones before it) and an end. What an operation needs stands at it; an operation that needs a ` + "`session`" + ` takes none of them.

**Versions.** Each change of a ledger raises its version. Reads give it as ETag; send it back as If-Match and a write is refused with 409 if somebody was quicker. Without If-Match the write goes ahead.

**Lists.** Pages have ` + "`items`" + ` and ` + "`next`" + `; send the latter as ` + "`cursor`" + ` for the next page. No ` + "`next`" + ` means it was the last.

**Problems.** RFC 9457 (application/problem+json), with every wrong value, its place and its cure under ` + "`errors`" + `.`

// describe is the head of the OpenAPI document, and how types appear in it.
func describe(o Options) huma.Config {
	config := huma.DefaultConfig("FolioSight", o.Version)
	config.Info.Description = about
	config.Info.License = &huma.License{Name: "Apache-2.0", Identifier: "Apache-2.0"}
	config.Tags = tags
	config.DocsPath, config.OpenAPIPath, config.SchemasPath = "", "", ""
	config.CreateHooks = nil // no schema links in answers
	config.Transformers = nil
	registry := huma.NewMapRegistry("#/components/schemas/", func(t reflect.Type, hint string) string {
		return strings.TrimSuffix(huma.DefaultSchemaNamer(t, hint), "Schema")
	})
	for from, to := range aliases {
		registry.RegisterTypeAlias(from, to)
	}
	config.Components.Schemas = registry
	config.Components.SecuritySchemes = map[string]*huma.SecurityScheme{
		"session": {Type: "apiKey", In: "cookie", Name: service.SessionCookie(o.Secure), Description: "The session's cookie, set by signing in; for browsers. Over https its name begins with __Host-."},
		"bearer":  {Type: "http", Scheme: "bearer", Description: "The token that signing in gives; for programs."},
	}
	return config
}

// aliases say how the types of finance appear in the document: as what their JSON is.
var aliases = map[reflect.Type]reflect.Type{
	reflect.TypeFor[money.Decimal]():         reflect.TypeFor[decimalSchema](),
	reflect.TypeFor[money.Optional]():        reflect.TypeFor[optionalSchema](),
	reflect.TypeFor[money.Currency]():        reflect.TypeFor[currencySchema](),
	reflect.TypeFor[date.Date]():             reflect.TypeFor[dateSchema](),
	reflect.TypeFor[analysis.Figure]():       reflect.TypeFor[FigureSchema](),
	reflect.TypeFor[analysis.Numbers]():      reflect.TypeFor[numbersSchema](),
	reflect.TypeFor[ledger.Transaction]():    reflect.TypeFor[TransactionSchema](),
	reflect.TypeFor[ledger.Ratio]():          reflect.TypeFor[ratioSchema](),
	reflect.TypeFor[ledger.Policy]():         reflect.TypeFor[PolicySchema](),
	reflect.TypeFor[instrument.Instrument](): reflect.TypeFor[InstrumentSchema](),
	reflect.TypeFor[booking]():               reflect.TypeFor[BookingSchema](),
}

const decimalPattern = `^-?[0-9]{1,20}(\.[0-9]{1,18})?$`

type decimalSchema struct{}

func (decimalSchema) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{Type: huma.TypeString, Pattern: decimalPattern, PatternDescription: "an exact number such as 12.50", Examples: []any{"12.5"}, Description: "An exact number."}
}

type optionalSchema struct{}

func (optionalSchema) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{Type: huma.TypeString, Nullable: true, Pattern: decimalPattern, PatternDescription: "an exact number such as 12.50", Examples: []any{"12.5"}, Description: "An exact number; null where it is not known."}
}

type currencySchema struct{}

func (currencySchema) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{Type: huma.TypeString, Pattern: `^[A-Z0-9]{3,8}$`, PatternDescription: "a currency code in capitals such as EUR", Examples: []any{"EUR"}, Description: "ISO 4217 code, or the common code of a crypto-currency."}
}

type dateSchema struct{}

func (dateSchema) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{Type: huma.TypeString, Format: "date", Examples: []any{"2025-06-30"}, Description: "A day."}
}

type ratioSchema struct{}

func (ratioSchema) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{Type: huma.TypeString, Pattern: `^[0-9.]+(:[0-9.]+)?$`, PatternDescription: "new:old such as 2:1", Examples: []any{"2:1"}, Description: "New pieces for old ones."}
}

type numbersSchema struct{}

func (numbersSchema) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{Type: huma.TypeArray, Nullable: true, Items: &huma.Schema{Type: huma.TypeNumber, Format: "double", Nullable: true}, Description: "One number a day, beside `days`; null where it is not known."}
}

// FigureSchema is how a figure appears.
type FigureSchema struct {
	Value   figureValue         `json:"value" doc:"A string for money, a number for what is measured, null where it is not known."`
	Unit    string              `json:"unit" doc:"A currency's code, or fraction, ratio, days, count." example:"EUR"`
	AsOf    dateSchema          `json:"as_of,omitempty" doc:"The day it is of."`
	Method  string              `json:"method" doc:"Key of its explanation: GET /api/v1/explain/{method}." example:"value"`
	Status  string              `json:"status" enum:"complete,estimated,stale,partial,unavailable" doc:"How far it can be relied on."`
	Reasons []string            `json:"reasons,omitempty" doc:"Why it is not complete." example:"[\"no price of PRIV since 2024-03-01\"]"`
	Inputs  []figureInputSchema `json:"inputs,omitempty" doc:"Numbers that it was made of."`
}

type figureInputSchema struct {
	Label string `json:"label" doc:"What it is."`
	Value string `json:"value" doc:"Its text."`
}

type figureValue struct{}

func (figureValue) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{OneOf: []*huma.Schema{{Type: huma.TypeString, Pattern: decimalPattern}, {Type: huma.TypeNumber}, {Type: "null"}}, Examples: []any{"10250.40"}}
}

// PolicySchema is how the lot rules of a portfolio appear.
type PolicySchema struct {
	Method           string            `json:"method,omitempty" enum:"STRICT,STRICT_WITH_SIZE,FIFO,LIFO,HIFO,AVERAGE,NONE,FIFOALL,LIFOALL,HIFOALL,AVERAGEALL" doc:"How a sale chooses among lots; FIFO unless given. The …ALL methods order over all accounts." example:"FIFO"`
	MethodPerAccount map[string]string `json:"method_per_account,omitempty" doc:"Another method for single accounts."`
	FeesInCostBasis  *bool             `json:"fees_in_cost_basis,omitempty" doc:"Whether fees add to cost and come off proceeds (true unless given) or are expensed."`
	OnOversold       string            `json:"on_oversold,omitempty" enum:"error,zero_cost,short" doc:"What a sale of more than is held does; error unless given." example:"error"`
}

// InstrumentSchema is how an instrument appears.
type InstrumentSchema struct {
	Symbol     string         `json:"symbol" doc:"What it is called in the ledger." example:"AAPL"`
	Currency   currencySchema `json:"currency" doc:"What its prices are quoted in; may be a minor unit such as GBX."`
	Class      string         `json:"type,omitempty" enum:"equity,etf,fund,bond,option,future,crypto,commodity,private,index,currency" doc:"What kind of thing it is; absent where it is not known."`
	Name       string         `json:"name,omitempty" doc:"Its name." example:"Apple Inc."`
	ISIN       string         `json:"isin,omitempty" doc:"ISIN." example:"US0378331005"`
	CUSIP      string         `json:"cusip,omitempty" doc:"CUSIP."`
	FIGI       string         `json:"figi,omitempty" doc:"FIGI."`
	Exchange   string         `json:"exchange,omitempty" doc:"Market identifier code, ISO 10383." example:"XNAS"`
	Sector     string         `json:"sector,omitempty" doc:"Sector." example:"Technology"`
	Country    string         `json:"country,omitempty" doc:"ISO 3166 alpha-2." example:"US"`
	Issuer     string         `json:"issuer,omitempty" doc:"Who issued it; share classes of one company have one issuer." example:"Apple Inc."`
	Multiplier optionalSchema `json:"multiplier,omitempty" doc:"Units of the quoted price that one piece stands for: 100 for a standard option."`
	Underlying string         `json:"underlying,omitempty" doc:"Of an option: what it is on."`
	Strike     optionalSchema `json:"strike,omitempty" doc:"Of an option: the strike."`
	Expiry     dateSchema     `json:"expiry,omitempty" doc:"Of an option: the last day."`
	Right      string         `json:"right,omitempty" enum:"call,put" doc:"Of an option: call or put."`
	Coupon     optionalSchema `json:"coupon,omitempty" doc:"Of a bond: the coupon, a fraction a year; 0 of a zero-coupon bond."`
	Frequency  int            `json:"coupon_frequency,omitempty" doc:"Of a bond: coupons a year; of a zero-coupon bond how often its yield compounds." example:"2"`
	DayCount   string         `json:"day_count,omitempty" enum:"30/360,ActActICMA,Act/365F,Act/360" doc:"Of a bond: its day count."`
	Maturity   dateSchema     `json:"maturity,omitempty" doc:"Of a bond: the day it is repaid."`
	IssueDate  dateSchema     `json:"issue_date,omitempty" doc:"Of a bond: the day interest starts, where it is known."`
	PriceQuote string         `json:"price_quote,omitempty" enum:"clean,dirty" doc:"Of a bond: whether its prices, in percent of par, leave accrued interest out (clean, unless given) or contain it."`
	Simulated  bool           `json:"simulated,omitempty" doc:"Whether it belongs to the simulated market."`

	Composition *CompositionSchema `json:"composition,omitempty" doc:"Of a fund: what it holds, where that is known. Analyses leave it out and show what it leads to."`
}

// CompositionSchema is how the holdings of a fund appear.
type CompositionSchema struct {
	AsOf         dateSchema          `json:"as_of,omitempty" doc:"The day of the holdings, where it is known."`
	Source       string              `json:"source,omitempty" doc:"Who says so."`
	Constituents []ConstituentSchema `json:"constituents" doc:"What it holds; what the weights leave over is not known."`
}

// ConstituentSchema is how one holding of a fund appears.
type ConstituentSchema struct {
	Symbol   string         `json:"symbol,omitempty" doc:"Symbol; one of symbol, ISIN and name is needed." example:"AAPL"`
	ISIN     string         `json:"isin,omitempty" doc:"ISIN." example:"US0378331005"`
	Name     string         `json:"name,omitempty" doc:"Name." example:"Apple Inc."`
	Issuer   string         `json:"issuer,omitempty" doc:"Who issued it." example:"Apple Inc."`
	Sector   string         `json:"sector,omitempty" doc:"Sector." example:"Technology"`
	Country  string         `json:"country,omitempty" doc:"ISO 3166 alpha-2." example:"US"`
	Currency currencySchema `json:"currency,omitempty" doc:"What it is quoted in."`
	Weight   decimalSchema  `json:"weight" doc:"Share of the fund's value: 0.05 is five percent."`
}
