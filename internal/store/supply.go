package store

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"time"

	"github.com/foliosight/foliosight/finance/date"
)

// Window is one of a source's limits as it stands for a call: what is taken now counts
// from Begun until Until, and what counts never comes to more than Most. A limit with a
// fixed beginning (a day of New York) has that day's bounds; for one on any span of a
// length see Rolling.
type Window struct {
	Name         string // one a limit of the provider: "minute"
	Begun, Until time.Time
	Most         int64
	Cost         int64 // 1 for a call, or its credits
}

// Rolling is the window of a limit on any span of a length. What is taken is counted by
// parts of the span, a sixtieth or a second, and counts until the span after the end of
// its part: up to one part too long, never too short.
func Rolling(name string, span time.Duration, now time.Time, most, cost int64) Window {
	part := max(span/60, time.Second)
	begun := now.UTC().Truncate(part)
	return Window{Name: name, Begun: begun, Until: begun.Add(part + span), Most: most, Cost: cost}
}

// Allowance is what counts against a limit of a provider now.
type Allowance struct {
	Provider string
	Name     string
	Begun    time.Time // of the first that counts
	Until    time.Time // when none of it counts any more
	Used     int64
}

// Provider is how a source of market data fares.
type Provider struct {
	Name      string
	Succeeded time.Time // last; zero: never
	Refused   time.Time // last; zero: never
	Endpoint  string    // that refused last
	Reason    string    // of that refusal
	Words     string    // of that refusal
	Failures  int       // in a row, since the last success
	OpenUntil time.Time // the circuit is open: it is left alone until then; zero: closed
	Lacks     []Lack
}

// Lack is something that the plan of a key does not include; it holds for that key only.
type Lack struct {
	Kind        string    `json:"kind"`                // of requests; empty: the key itself is not accepted
	Parameter   string    `json:"parameter,omitempty"` // only with this value of a parameter; empty: the whole kind
	Fingerprint string    `json:"fingerprint"`         // of the key
	At          time.Time `json:"at"`
}

// ProviderKey is the key of a source as it was set by an operator.
type ProviderKey struct {
	Provider    string
	Sealed      []byte
	Fingerprint string // tells keys apart and gives none of it away
	Plan        string // the provider's name of it; empty: the usual one
	SetBy       string // on reading
	SetAt       time.Time
}

// Need is a subject that somebody holds or watches.
type Need struct {
	Kind   string
	Symbol string
	// Due is when it is to be asked for at the latest. Zero leaves it when it is, and a
	// subject that is new or was not needed is due at once.
	Due time.Time
}

// Supply is how it stands with one subject: a series, or what else is asked of a symbol.
type Supply struct {
	Kind        string // of requests
	Symbol      string
	Provider    string    // asked last; empty: none was
	Asked       time.Time // last; zero: never
	Succeeded   time.Time // last; zero: never
	Failures    int       // in a row, since the last success
	Reason      string    // why the last attempt gave nothing; empty: it did
	Words       string
	Due         time.Time       // to be asked again; zero: not by itself
	First, Last date.Date       // what is covered; None: nothing
	Score       *int            // quality, 0 to 100; nil: not known
	Parts       json.RawMessage // of the score
	Needed      bool
}

// SupplyStatus is how the last attempt went.
type SupplyStatus string

// The statuses.
const (
	SupplyGood    SupplyStatus = "good"
	SupplyRefused SupplyStatus = "refused"
	SupplyNever   SupplyStatus = "never" // not asked yet
)

// SupplyFilter selects supplies; the zero value selects all.
type SupplyFilter struct {
	Kind   string
	Status SupplyStatus
	Prefix string // of the symbol
	// Symbols are the only ones, where there are any.
	Symbols []string
	Needed  bool   // only what is needed
	After   string // the Next of the page before
	Limit   int    // 0: 100
}

// SupplyPage is a part of what a filter selects, by kind and symbol.
type SupplyPage struct {
	Supplies []Supply
	Next     string // cursor; empty: this was the last page
}

// SupplyCursor is the cursor after a supply: for a page that ends in the middle of one.
func SupplyCursor(kind, symbol string) string {
	return base64.RawURLEncoding.EncodeToString([]byte(kind + "\x00" + symbol))
}

// Bar is a day's values; NaN is not known.
type Bar struct {
	Open, High, Low, Close, Volume, Adjusted float64
}

// HeldValue is a value that is kept out of a series until somebody decides. There is one
// of a source, series and day.
type HeldValue struct {
	ID        string
	Own       bool // of the tenant's own series
	Kind      SeriesKind
	Symbol    string
	Source    string
	Day       date.Date
	Bar       Bar
	Finding   string  // what sort of thing is wrong with it
	Reason    string  // in words
	Expected  float64 // the close that was expected; NaN: nothing can be said
	Found     time.Time
	Decision  Decision
	Corrected float64   // the close it was corrected to; NaN: it was not
	Decided   time.Time // zero: open
	By        string    // user id
	Note      string
}

// Decision is what was decided about a value that is held back.
type Decision string

// The decisions.
const (
	HeldOpen      Decision = "open"
	HeldAccepted  Decision = "accepted"  // it stands as it is
	HeldCorrected Decision = "corrected" // another close stands
	HeldDropped   Decision = "dropped"   // the day has no value
)

// HeldFilter selects held values; the zero value selects all.
type HeldFilter struct {
	Kind     SeriesKind
	Symbol   string
	Source   string
	Decision Decision
	Before   string // id of the last of the page before
	Limit    int    // 0: 100
}

// Verdict decides about a held value.
type Verdict struct {
	Decision  Decision // HeldOpen takes an earlier decision back
	Corrected float64  // the close, with HeldCorrected
	Note      string
}

// SupplyReader reads where market data come from and how well.
type SupplyReader interface {
	// Allowances are what counts now, by provider and name.
	Allowances(ctx context.Context) ([]Allowance, error)
	// Providers by name; one that was never asked is not among them.
	Providers(ctx context.Context) ([]Provider, error)
	// ProviderKeys are for operators.
	ProviderKeys(ctx context.Context) ([]ProviderKey, error)
	Supplies(ctx context.Context, f SupplyFilter) (SupplyPage, error)
	// Supply is one; else ErrNotFound.
	Supply(ctx context.Context, kind, symbol string) (Supply, error)
	// SuppliesDue are those needed that are due by t, the longest due first, at most limit.
	SuppliesDue(ctx context.Context, t time.Time, limit int) ([]Supply, error)
	// HeldValues, the newest found first: shared ones and the tenant's own.
	HeldValues(ctx context.Context, f HeldFilter) ([]HeldValue, error)
	HeldValue(ctx context.Context, id string) (HeldValue, error)
}

// SupplyWriter writes it. All of it but the tenant's own held values is for operators.
// What is measured (allowances, providers, supplies, what is held back) is no event of the
// audit trail; keys and decisions are.
type SupplyWriter interface {
	// TakeAllowance takes from all windows or from none. Where one has too little left,
	// ok is false and free is when all have enough if nobody else takes it first. It is
	// exact over all processes that share the database, and wants a transaction of its own:
	// what is rolled back was not taken.
	TakeAllowance(ctx context.Context, provider string, windows []Window) (ok bool, free time.Time, err error)
	// SettleAllowance has what was taken count until another time: of each window of was,
	// as it was taken, the cost counts until the Until of the window of the same place in
	// now. It is for a call of which it is known by now when it arrived; one of which it is
	// known that it never left has a Cost of 0 there, and is given back. What counts no more
	// stays so.
	SettleAllowance(ctx context.Context, provider string, was, now []Window) error
	// UpdateProvider changes what is known of a provider while nobody else does.
	UpdateProvider(ctx context.Context, name string, change func(*Provider)) (Provider, error)
	// SetProviderKey sets or replaces a key and closes the provider's circuit.
	SetProviderKey(ctx context.Context, k ProviderKey) error
	DropProviderKey(ctx context.Context, provider string) error
	// PutSupplies writes how it stands with subjects. Whether they are needed stays as it
	// is; a new one is not.
	PutSupplies(ctx context.Context, all []Supply) error
	// NeedSupplies marks subjects as needed, Unneed as not needed any more.
	NeedSupplies(ctx context.Context, all []Need) error
	UnneedSupplies(ctx context.Context, all []Need) error
	// HoldValues keeps values back. One that is there stays as it was decided while the
	// source says the same; where it says something else, the question is open again. It
	// returns those that are open now. What is new raises the market version, as figures
	// say what is held back under them.
	HoldValues(ctx context.Context, all []HeldValue) ([]HeldValue, error)
	// DecideHeld decides about one; that the series follows is for the caller to see to, in
	// the same transaction. It raises the market version. A decision that is there already:
	// ErrStale.
	DecideHeld(ctx context.Context, id string, v Verdict) (HeldValue, error)
}
