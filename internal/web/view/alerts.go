package view

// Alerts is what was raised, with the ways to see to it.
type Alerts struct {
	Page
	States []Choice // which are shown
	Pages  []Choice // alerts, limits, rules, channels
	Groups []AlertGroup
	Older  *Link
	Check  []Action // a button for each portfolio that may be checked now
	Empty  *Empty
	Why    string // what is said of what is open, where nothing is
}

// AlertGroup is a part of the list: a severity, or the history.
type AlertGroup struct {
	Label string
	Items []AlertRow
}

// AlertRow is one alert.
type AlertRow struct {
	Title     string
	Href      string
	Tag       Tag // state
	Severity  Tag // empty text: none
	Portfolio string
	Since     string
	Note      string // what became of it, or why it could not be checked
	Warn      bool
	See       *Action // acknowledge
}

// AlertPage is one alert.
type AlertPage struct {
	Page
	Row         AlertRow
	Facts       []Fact
	History     []AlertEvent
	Deliveries  []AlertDelivery
	Acknowledge *Form
	Resolve     *Form
}

// Fact is a name and what it is.
type Fact struct {
	Label, Text string
	Href        string // empty: no link
}

// AlertEvent is one step in the life of an alert.
type AlertEvent struct {
	At, What, Who, Why string
}

// AlertDelivery is how an alert was told through one channel.
type AlertDelivery struct {
	Channel, Event, State, Reason string
	Bad                           bool
}

// AlertRules is the rules and the channels of a person.
type AlertRules struct {
	Page
	Pages    []Choice
	Rules    []RuleRow
	New      Link
	Empty    *Empty
	Channels []ChannelRow
	Add      Form
	Secret   *Secret // of a webhook that was just added
}

// Secret is shown once.
type Secret struct{ Name, Text string }

// RuleRow is one rule.
type RuleRow struct {
	Name, Href, About, Where, Tells string
	Tag                             Tag
	Readings                        string // what stood against it
	Warn                            bool
}

// ChannelRow is one channel.
type ChannelRow struct {
	Name, Kind, Shown string
	Tag               Tag
	Actions           []Action
}

// RuleForm makes or changes a rule.
type RuleForm struct {
	Page
	Kinds []Choice // of a new one
	Title string
	About string
	Form  Form
}

// LimitsPage is the limits of portfolios with what stands against them.
type LimitsPage struct {
	Page
	Pages      []Choice
	Portfolios []PortfolioLimits
	Empty      *Empty
}

// PortfolioLimits are the limits of one portfolio.
type PortfolioLimits struct {
	Name   string
	Href   string
	Change *Link
	Check  *Action
	Note   string
	Rows   []LimitRow
}

// LimitRow is one limit.
type LimitRow struct {
	Name, Value, Limit string
	Bar                string // width class of what is filled, of 80 % at the limit
	Over               bool
	Reason             string // why the value is not known
	State              Tag
	Alert              *Link
}
