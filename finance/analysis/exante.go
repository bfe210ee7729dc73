package analysis

import "github.com/foliosight/foliosight/finance/date"

// ExAnte is the risk of today's holdings, all from one factor model: what volatility,
// value at risk, tracking error, scenarios and their parts say adds up because they
// read the same betas and the same covariance. What is Realised is measured on the
// portfolio as it was, and stands apart in Risk.
type ExAnte struct {
	Model       Model       `json:"model"`
	Volatility  Outlook     `json:"volatility"`
	Factors     []Factor    `json:"factors"`
	Sources     Sources     `json:"sources"`
	Positions   []Position  `json:"positions"` // largest share of risk first
	Parametric  []TailRow   `json:"parametric"`
	Active      Active      `json:"active"`
	Backtest    Backtest    `json:"backtest"`
	Correlation Correlation `json:"correlation"`
	Greeks      Greeks      `json:"greeks"`
	Rates       RatesRisk   `json:"rates"`
	Liquidity   Liquidity   `json:"liquidity"`
	Scenarios   []Scenario  `json:"scenarios"` // in the library's order
}

// Model says what the factor model rests on. Without one, Reason says why, and what
// needs it is unavailable.
type Model struct {
	Factors   []ModelFactor `json:"factors"`
	From      date.Date     `json:"from,omitzero"`
	To        date.Date     `json:"to,omitzero"`
	Days      int           `json:"days"`      // returns in the window
	Condition float64       `json:"condition"` // condition number of the standardised factors
	Covered   Figure        `json:"covered"`   // share of the gross exposure that is modelled
	R2        Figure        `json:"r2"`        // share of the variance that factors explain
	LeftOut   []LeftOut     `json:"left_out,omitempty"`
	Limited   []string      `json:"limited,omitempty"` // fitted on a part of the window
	Notes     []string      `json:"notes,omitempty"`
	Reason    string        `json:"reason,omitempty"`
}

// ModelFactor is a factor: what it is made of and how much it moves.
type ModelFactor struct {
	Key        string `json:"key"`   // market, value, rates, fx:EUR, …
	Label      string `json:"label"` // for a reader
	Kind       string `json:"kind"`  // market, style, rates, credit, currency, volatility
	Proxy      string `json:"proxy"` // the series it is measured by
	Volatility Figure `json:"volatility"`
}

// LeftOut is a holding outside the model, and why.
type LeftOut struct {
	Symbol string `json:"symbol"`
	Value  Figure `json:"value"`
	Reason string `json:"reason"`
}

// Outlook is how much today's holdings move: expected, and of late. All a year, as a
// fraction of the total value.
type Outlook struct {
	Model      Figure `json:"model"`      // of the factor model
	EWMA       Figure `json:"ewma"`       // expected for the next day, exponentially weighted
	Realised21 Figure `json:"realised21"` // of the last 21 days
	Realised63 Figure `json:"realised63"`
	Percentile Figure `json:"percentile"`      // of Realised21 among its own readings of the window
	Trend      string `json:"trend,omitempty"` // rising, falling, steady
}

// Factor is the portfolio's exposure to one factor.
type Factor struct {
	Key         string `json:"key"`
	Label       string `json:"label"`
	Kind        string `json:"kind"`
	Beta        Figure `json:"beta"` // of the total value; for rates the change for a yield change of 1
	Low         Figure `json:"low"`  // 95 % interval
	High        Figure `json:"high"`
	T           Figure `json:"t"`
	Significant bool   `json:"significant"` // |t| of 2 and more
	Money       Figure `json:"money"`       // beta × value
	Share       Figure `json:"share"`       // of the variance; shares and the specific part sum to one
}

// Sources is where risk comes from. Shares are of the variance and sum to one in each
// list, the specific part included.
type Sources struct {
	Total    Figure   `json:"total"` // volatility a year, as a fraction of the value
	ByFactor []Source `json:"by_factor"`
	BySector []Source `json:"by_sector"`
}

// Source is one part of the risk.
type Source struct {
	Name       string `json:"name"`
	Volatility Figure `json:"volatility"` // a year, if it were alone
	Share      Figure `json:"share"`      // of the variance; negative: it hedges
}

// Position is one holding's part in the risk. Components sum to the value at risk of
// the model at 95 %, one day.
type Position struct {
	Symbol      string `json:"symbol"`
	Name        string `json:"name,omitempty"`
	Group       Group  `json:"group"`
	Value       Figure `json:"value"`
	Weight      Figure `json:"weight"` // of the total value
	Exposure    Figure `json:"exposure"`
	Share       Figure `json:"share"` // of the variance
	Component   Figure `json:"component"`
	Marginal    Figure `json:"marginal"`    // change of the VaR for one unit of money more
	Incremental Figure `json:"incremental"` // VaR with it less VaR without it
	Volatility  Figure `json:"volatility"`  // its own, a year
	MarketBeta  Figure `json:"market_beta"`
	R2          Figure `json:"r2"`
	Days        int    `json:"days"`             // returns fitted
	Reason      string `json:"reason,omitempty"` // why it is outside the model
}

// Active is risk against the benchmark, from the same model.
type Active struct {
	TrackingError Figure `json:"tracking_error"` // a year
	Beta          Figure `json:"beta"`           // to the benchmark, of the model
}

// Backtest holds the value at risk of each past day, as it would have been stated the
// day before for today's holdings, against what they did. All series run parallel to
// Days; fractions of today's value.
type Backtest struct {
	Method       string      `json:"method"`
	Confidence   float64     `json:"confidence"`
	Days         []date.Date `json:"days"`
	Return       Numbers     `json:"return"`
	Limit        Numbers     `json:"limit"` // −VaR, negative
	Breaches     []int       `json:"breaches"`
	Expected     Figure      `json:"expected"`
	Kupiec       Figure      `json:"kupiec_p"`
	Independence Figure      `json:"independence_p"`
	Zone         string      `json:"zone,omitempty"` // green, yellow, red
	Accepted     bool        `json:"accepted"`       // neither test rejects at 5 %
	Reason       string      `json:"reason,omitempty"`
}

// Correlation is how the largest holdings move together, ordered by cluster. Shorts
// stand with their price's sign: a short that moves with the longs hedges them.
type Correlation struct {
	Symbols  []string  `json:"symbols"`
	Matrix   []Numbers `json:"matrix"`
	Clusters []Cluster `json:"clusters"` // consecutive in Symbols
	Mean     Figure    `json:"mean"`     // of all pairs
	Days     int       `json:"days"`
	Of       int       `json:"of"` // holdings that could be compared
	Omitted  []LeftOut `json:"omitted,omitempty"`
	Reason   string    `json:"reason,omitempty"`
	Bets     Figure    `json:"effective_bets"` // number of independent bets, minimum torsion
	Ratio    Figure    `json:"diversification_ratio"`
}

// Cluster is a group of holdings that move together.
type Cluster struct {
	Name    string   `json:"name"`
	Symbols []string `json:"symbols"`
	Mean    Figure   `json:"mean"` // correlation of its pairs; unavailable for one alone
	Net     Figure   `json:"net"`  // value, shorts taken off
	Share   Figure   `json:"share"`
}

// Greeks are the options' sensitivities in the base currency.
type Greeks struct {
	Rows   []GreekRow `json:"rows"`
	Delta  Figure     `json:"delta"` // money for a move of 100 % of the underlyings
	Gamma  Figure     `json:"gamma"` // change of Delta for a move of 1 % of the underlyings
	Theta  Figure     `json:"theta"` // money a calendar day
	Vega   Figure     `json:"vega"`  // money a volatility point
	Rho    Figure     `json:"rho"`   // money a basis point
	Reason string     `json:"reason,omitempty"`
}

// GreekRow is one option.
type GreekRow struct {
	Symbol     string    `json:"symbol"`
	Underlying string    `json:"underlying"`
	Expiry     date.Date `json:"expiry,omitzero"`
	Spot       Figure    `json:"spot"` // of the underlying, in the option's currency
	Volatility Figure    `json:"volatility"`
	Delta      Figure    `json:"delta"`
	Gamma      Figure    `json:"gamma"`
	Theta      Figure    `json:"theta"`
	Vega       Figure    `json:"vega"`
	Rho        Figure    `json:"rho"`
}

// RatesRisk is what a change of yields does.
type RatesRisk struct {
	DV01   Figure    `json:"dv01"` // loss for yields one basis point higher, positive
	Rows   []RateRow `json:"rows"`
	Reason string    `json:"reason,omitempty"`
}

// RateRow is one holding's interest-rate risk.
type RateRow struct {
	Symbol   string `json:"symbol"`
	Method   string `json:"method"` // cash_flows or regression
	Duration Figure `json:"duration"`
	DV01     Figure `json:"dv01"`
	T        Figure `json:"t"` // of the regression
}

// Liquidity is how fast and at what cost holdings could be sold.
type Liquidity struct {
	Participation float64        `json:"participation"` // share of the usual volume that one trades
	Rows          []LiquidityRow `json:"rows"`          // slowest first
	Within        []Within       `json:"within"`
	Cost          Figure         `json:"cost"` // of selling all, square-root impact
	Unknown       []LeftOut      `json:"unknown,omitempty"`
	Reason        string         `json:"reason,omitempty"`
}

// LiquidityRow is one holding.
type LiquidityRow struct {
	Symbol string `json:"symbol"`
	Value  Figure `json:"value"`
	Days   Figure `json:"days"`
	Cost   Figure `json:"cost"`
}

// Within is the share of the gross value that can be sold in so many days.
type Within struct {
	Days  int    `json:"days"`
	Share Figure `json:"share"`
}

// Scenario is what one scenario does to today's holdings. Lists add up to PnL.
type Scenario struct {
	ID        string             `json:"id"`
	Name      string             `json:"name"`
	Kind      string             `json:"kind"` // market, rates, styles, volatility, credit, currency, sector, replay, own
	Severity  string             `json:"severity,omitempty"`
	Note      string             `json:"note,omitempty"`
	Shocks    []ScenarioShock    `json:"shocks"`
	From      date.Date          `json:"from,omitzero"` // of a replay
	To        date.Date          `json:"to,omitzero"`
	PnL       Figure             `json:"pnl"`
	Share     Figure             `json:"share"`  // of the value
	Direct    Figure             `json:"direct"` // shocked factors alone
	Distance  Figure             `json:"distance"`
	Positions []ScenarioPosition `json:"positions"`
	Factors   []ScenarioPart     `json:"factors"`
	Sectors   []ScenarioPart     `json:"sectors"`
	LeftOut   []LeftOut          `json:"left_out,omitempty"`
	Proxied   []string           `json:"proxied,omitempty"` // of a replay: what did not trade then and moved by its betas
	Path      *ScenarioPath      `json:"path,omitempty"`    // of a replay
}

// ScenarioShock is one thing a scenario fixes, or what it makes of a factor.
type ScenarioShock struct {
	On      string  `json:"on"`      // label for a reader
	Move    float64 `json:"move"`    // fraction; of rates the change of the yield
	Unit    string  `json:"unit"`    // fraction or yield
	Implied bool    `json:"implied"` // expected, given the shocks
}

// ScenarioPosition is what happens to one holding.
type ScenarioPosition struct {
	Symbol string  `json:"symbol"`
	Group  Group   `json:"group"`
	Value  float64 `json:"value"`
	Move   float64 `json:"move"` // of its value
	PnL    float64 `json:"pnl"`
	Method string  `json:"method"` // linear, option, bond, replayed, proxied
}

// ScenarioPart is the part of a factor or a sector.
type ScenarioPart struct {
	Name string  `json:"name"`
	PnL  float64 `json:"pnl"`
}

// ScenarioPath is a replay day by day: what today's holdings would have gained or lost
// since its start, as a fraction of today's value.
type ScenarioPath struct {
	Days []date.Date `json:"days"`
	PnL  Numbers     `json:"pnl"`
}
