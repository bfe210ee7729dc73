package ibkrflex

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/finance/money"
	"github.com/foliosight/foliosight/internal/importer"
)

// element is an entry: an element with attributes inside a statement.
type element struct {
	name      string
	attrs     []xml.Attr
	line      int
	ordinal   int // among those of its name in its statement
	position  int // among all of its statement
	statement *statement
	fault     *ledger.Fault // the first value that could not be read
}

func parse(content []byte) ([]*statement, *ledger.Fault) {
	var statements []*statement
	var s *statement
	counts := map[string]int{}
	root, rejected := "", ""
	decoder := importer.NewElements(content, importer.MaxDepth)
	for {
		token, err := decoder.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		line, _ := decoder.InputPos()
		var deep *ledger.Fault
		if errors.As(err, &deep) {
			return nil, deep
		}
		if err != nil {
			return nil, &ledger.Fault{Row: line, Problem: "is not well-formed XML (" + err.Error() + ")", Cure: "download the statement again", Err: err}
		}
		if text, ok := token.(xml.CharData); ok && root == "FlexStatementResponse" {
			rejected += string(text) + " "
		}
		start, ok := token.(xml.StartElement)
		if !ok {
			continue
		}
		if root == "" {
			root = start.Name.Local
		}
		switch {
		case start.Name.Local == "FlexStatement":
			s = &statement{number: len(statements) + 1}
			statements = append(statements, s)
			counts = map[string]int{}
			for _, a := range start.Attr {
				if a.Name.Local == "accountId" {
					s.account = strings.TrimSpace(a.Value)
				}
			}
		case s != nil && len(start.Attr) > 0:
			counts[start.Name.Local]++
			s.elements = append(s.elements, &element{name: start.Name.Local, attrs: start.Attr, line: line,
				ordinal: counts[start.Name.Local], position: len(s.elements), statement: s})
		}
	}
	switch {
	case root == "FlexStatementResponse":
		return nil, &ledger.Fault{Problem: "is IBKR's answer to a request, not the statement: " + strings.Join(strings.Fields(rejected), " "),
			Cure: "wait a minute and download the statement itself"}
	case len(statements) == 0:
		return nil, &ledger.Fault{Field: "content", Value: root, Problem: "has no FlexStatement", Cure: "give the XML file of a Flex Query; in Client Portal run the query with format XML"}
	}
	return statements, nil
}

// place is where the entry is, for people.
func (e *element) place() string {
	return fmt.Sprintf("FlexStatement %d (%s), %s %d (line %d)", e.statement.number, e.statement.account, e.name, e.ordinal, e.line)
}

// words is the entry in a few words.
func (e *element) words() string {
	var words []string
	for _, name := range []string{"type", "transactionType", "buySell", "quantity", "symbol", "amount", "currency", "description"} {
		if v := e.text(name); v != "" {
			words = append(words, v)
		}
	}
	return strings.Join(append([]string{e.name}, words...), " ")
}

// text is the first attribute of the names that says something.
func (e *element) text(names ...string) string {
	for _, name := range names {
		for _, a := range e.attrs {
			if a.Name.Local != name {
				continue
			}
			switch v := strings.TrimSpace(a.Value); v {
			case "", "--", "-", "N/A", "n/a":
			default:
				return v
			}
		}
	}
	return ""
}

// number is the first of the attributes that says something; unknown where none does.
func (e *element) number(names ...string) money.Optional {
	text := e.text(names...)
	if text == "" {
		return money.Optional{}
	}
	d, err := money.Parse(text)
	if err == nil {
		err = d.CheckBounds()
	}
	if err != nil {
		e.wrong(names[0], text, "is not a number", "set the query to write numbers plainly, such as 1234.5", err)
		return money.Optional{}
	}
	return money.Some(d)
}

func (e *element) wrong(field, value, problem, cure string, err error) {
	if e.fault == nil {
		e.fault = &ledger.Fault{Field: field, Value: value, Problem: problem, Cure: cure, Err: err}
	}
}

// currency is the currency of the entry, in its main unit, and how many of what the
// entry counts in make one.
func (e *element) currency(names ...string) (money.Currency, money.Decimal) {
	text := e.text(names...)
	c, err := money.ParseCurrency(text)
	if err != nil {
		e.wrong(names[0], text, "is not a currency", "add the currency to the query", err)
		return "", money.One
	}
	major, parts := c.Major()
	return major, money.Int(parts)
}

// when is the day of the first attribute that says one, and its time where it has one.
func (e *element) when(names ...string) (date.Date, ledger.Clock) {
	text := e.text(names...)
	if text == "" {
		e.wrong(names[0], "", "there is no date", "add "+names[0]+" to the query", nil)
		return date.None, 0
	}
	day, clock, err := parseWhen(text)
	if err != nil {
		e.wrong(names[0], text, err.Error(), "set the query's date format to yyyyMMdd and its time format to HHmmss", err)
	}
	return day, clock
}

var errDate = errors.New("is not a date that can be told for sure")

// parseWhen reads yyyyMMdd, yyyy-MM-dd and dd-MMM-yy, each alone or followed by a time
// (HHmmss, HH:mm:ss) after ';', ',', a space or 'T'. Layouts with slashes are refused:
// 03/04/2024 is a day in March or in April.
func parseWhen(text string) (date.Date, ledger.Clock, error) {
	dayText, clockText := text, ""
	if i := strings.IndexAny(text, ";, T"); i > 0 {
		dayText, clockText = text[:i], strings.TrimLeft(text[i:], ";, T")
	}
	var day date.Date
	var err error
	switch {
	case len(dayText) == 8 && strings.IndexByte(dayText, '-') < 0:
		day, err = date.ParseCompact(dayText)
	case len(dayText) == 9 && dayText[2] == '-' && dayText[6] == '-':
		day, err = shortDate(dayText)
	default:
		day, err = date.Parse(dayText)
	}
	if err != nil {
		return date.None, 0, errDate
	}
	clockText, _, _ = strings.Cut(clockText, " ") // a time zone may follow
	if len(clockText) == 6 && strings.IndexByte(clockText, ':') < 0 {
		clockText = clockText[:2] + ":" + clockText[2:4] + ":" + clockText[4:]
	}
	clock, err := ledger.ParseClock(clockText)
	if err != nil {
		clock = 0 // a day without a time is enough
	}
	return day, clock, nil
}

var months = "JanFebMarAprMayJunJulAugSepOctNovDec"

// shortDate reads dd-MMM-yy of this century.
func shortDate(text string) (date.Date, error) {
	i := strings.Index(strings.ToLower(months), strings.ToLower(text[3:6]))
	if i < 0 || i%3 != 0 {
		return date.None, errDate
	}
	return date.ParseCompact(fmt.Sprintf("20%s%02d%s", text[7:9], i/3+1, text[0:2]))
}

// account is the account of the entry, else of its statement.
func (e *element) account() string {
	if own := e.text("accountId"); own != "" {
		return own
	}
	return e.statement.account
}

// id is the reference IBKR gave, empty where it is none (some are blacked out).
func (e *element) id() string {
	for _, name := range []string{"transactionID", "tradeID", "ibExecID", "execID"} {
		if id := e.text(name); strings.ContainsAny(id, "0123456789") {
			return id
		}
	}
	return ""
}

// source is what recognises the booking when it is imported again.
func (e *element) source() string {
	if id := e.id(); id != "" {
		return strings.ToLower(e.name) + ":" + id
	}
	return ""
}

// identity recognises an entry that overlapping statements repeat; empty without an id.
func (e *element) identity() string {
	if e.id() == "" {
		return ""
	}
	key := []string{e.name, e.account(), e.id(), e.text("levelOfDetail")}
	for _, name := range []string{"symbol", "quantity", "tradePrice", "price", "amount", "proceeds", "dateTime", "tradeDate", "currency", "openDateTime", "type"} {
		key = append(key, e.text(name))
	}
	return strings.Join(key, "|")
}

// codes are the notes and codes of the entry, such as P, O, Ex.
func (e *element) codes() []string {
	return strings.FieldsFunc(e.text("notes", "code", "notesAndCodes"), func(r rune) bool { return r == ';' || r == ',' || r == ' ' })
}

func (e *element) has(codes ...string) bool {
	for _, own := range e.codes() {
		for _, c := range codes {
			if own == c {
				return true
			}
		}
	}
	return false
}

// isReference reports whether the entry only describes something.
func (e *element) isReference() bool {
	switch e.name {
	case "AccountInformation", "SecurityInfo", "ConversionRate":
		return true
	}
	return false
}
