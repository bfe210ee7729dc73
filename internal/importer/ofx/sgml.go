package ofx

import (
	"bytes"
	"fmt"
	"html"
	"strings"

	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/internal/importer"
)

// element is an aggregate (with children) or a field (with a value).
type element struct {
	name     string
	value    string
	children []*element
	line     int
}

// leaves are the fields that banks leave empty and unclosed in SGML; without text they
// must not swallow what follows.
var leaves = func() map[string]bool {
	m := map[string]bool{}
	for _, n := range strings.Fields(`TRNTYPE DTPOSTED DTUSER DTAVAIL TRNAMT FITID CHECKNUM REFNUM NAME MEMO SIC PAYEEID BALAMT DTASOF CURDEF CURSYM CURRATE
		BANKID BRANCHID ACCTID ACCTTYPE BROKERID DTSTART DTEND DTTRADE DTSETTLE UNITS UNITPRICE COMMISSION FEES TAXES LOAD MARKUP TOTAL WITHHOLDING
		SUBACCTSEC SUBACCTFUND BUYTYPE SELLTYPE OPTBUYTYPE OPTSELLTYPE INCOMETYPE UNIQUEID UNIQUEIDTYPE SECNAME TICKER FIID CODE SEVERITY MESSAGE
		DTSERVER LANGUAGE ORG FID TRNUID HELDINACCT POSTYPE MKTVAL DTPRICEASOF AVAILCASH MARGINBALANCE SHORTBALANCE ACCRDINT`) {
		m[n] = true
	}
	return m
}()

// parse reads the tags from <OFX> on. Closing tags are optional for fields, as in OFX
// 1.x; a closing tag without its opening one is passed over, as some banks write them.
func parse(text []byte) (*element, error) {
	start := bytes.Index(bytes.ToUpper(text), []byte("<OFX>"))
	if start < 0 {
		return nil, &ledger.Fault{Row: 1, Field: "OFX", Problem: "there is no <OFX> in the file", Cure: "export it again as OFX or QFX"}
	}
	p := parser{text: text, pos: start, line: 1 + bytes.Count(text[:start], []byte{'\n'}), closed: closedNames(text)}
	root := &element{name: "OFX", line: p.line}
	p.stack = []*element{root}
	p.pos += len("<OFX>")
	for len(p.stack) > 0 && p.pos < len(text) {
		if err := p.tag(); err != nil {
			return nil, err
		}
	}
	return root, nil
}

// closedNames are the names that have a closing tag anywhere.
func closedNames(text []byte) map[string]bool {
	closed := map[string]bool{}
	for {
		i := bytes.Index(text, []byte("</"))
		if i < 0 {
			return closed
		}
		text = text[i+2:]
		if j := bytes.IndexByte(text, '>'); j > 0 && j < 40 {
			closed[strings.ToUpper(string(bytes.TrimSpace(text[:j])))] = true
		}
	}
}

type parser struct {
	text   []byte
	pos    int
	line   int
	stack  []*element
	closed map[string]bool
}

// advance moves to a position and counts the lines passed.
func (p *parser) advance(to int) {
	p.line += bytes.Count(p.text[p.pos:to], []byte{'\n'})
	p.pos = to
}

// until moves past the next end marker, or to the end of the text.
func (p *parser) until(end string) {
	if i := bytes.Index(p.text[p.pos:], []byte(end)); i >= 0 {
		p.advance(p.pos + i + len(end))
		return
	}
	p.advance(len(p.text))
}

// tag reads the next tag and the text after it.
func (p *parser) tag() error {
	i := bytes.IndexByte(p.text[p.pos:], '<')
	if i < 0 {
		p.advance(len(p.text))
		return nil
	}
	p.advance(p.pos + i)
	rest := p.text[p.pos:]
	switch {
	case bytes.HasPrefix(rest, []byte("<!--")):
		p.until("-->")
		return nil
	case bytes.HasPrefix(rest, []byte("<?")), bytes.HasPrefix(rest, []byte("<!")):
		p.until(">")
		return nil
	}
	end := bytes.IndexByte(rest, '>')
	if end < 0 || end > 200 {
		return &ledger.Fault{Row: p.line, Field: "tag", Value: clip(string(rest)), Problem: "a tag is not closed with >", Cure: "export the file again"}
	}
	inner := strings.TrimSpace(string(rest[1:end]))
	line := p.line
	p.advance(p.pos + end + 1)
	if name, ok := strings.CutPrefix(inner, "/"); ok {
		p.close(strings.ToUpper(strings.TrimSpace(name)))
		return nil
	}
	empty := strings.HasSuffix(inner, "/")
	name, _, _ := strings.Cut(strings.TrimSuffix(inner, "/"), " ")
	e := &element{name: strings.ToUpper(name), line: line}
	parent := p.stack[len(p.stack)-1]
	parent.children = append(parent.children, e)
	if empty {
		return nil
	}
	e.value = p.value()
	if e.value != "" || leaves[e.name] || !p.closed[e.name] {
		return nil
	}
	if len(p.stack) >= importer.MaxDepth {
		return &ledger.Fault{Row: line, Field: e.name, Problem: fmt.Sprintf("the elements are nested more than %d deep", importer.MaxDepth), Cure: "export the file again"}
	}
	p.stack = append(p.stack, e)
	return nil
}

// value is the text up to the next tag, comments left out.
func (p *parser) value() string {
	var b strings.Builder
	for p.pos < len(p.text) {
		rest := p.text[p.pos:]
		i := bytes.IndexByte(rest, '<')
		if i < 0 {
			i = len(rest)
		}
		b.Write(rest[:i])
		p.advance(p.pos + i)
		switch rest = rest[i:]; {
		case bytes.HasPrefix(rest, []byte("<![CDATA[")):
			p.advance(p.pos + len("<![CDATA["))
			from := p.pos
			p.until("]]>")
			b.Write(bytes.TrimSuffix(p.text[from:p.pos], []byte("]]>")))
			continue
		case bytes.HasPrefix(rest, []byte("<!--")):
			p.until("-->")
			continue
		}
		break
	}
	return strings.TrimSpace(html.UnescapeString(b.String()))
}

// close ends the nearest open element of that name and what is open within it.
func (p *parser) close(name string) {
	for i := len(p.stack) - 1; i >= 0; i-- {
		if p.stack[i].name == name {
			p.stack = p.stack[:i]
			return
		}
	}
}

// child is the first child of that name; nil where there is none.
func (e *element) child(name string) *element {
	if e == nil {
		return nil
	}
	for _, c := range e.children {
		if c.name == name {
			return c
		}
	}
	return nil
}

// path goes down by names.
func (e *element) path(names ...string) *element {
	for _, n := range names {
		e = e.child(n)
	}
	return e
}

// text is the value of a child; empty where there is none.
func (e *element) text(name string) string {
	if c := e.child(name); c != nil {
		return c.value
	}
	return ""
}

// all are the descendants of these names, in the order of the file; within one that
// is found nothing more is looked for.
func (e *element) all(names ...string) []*element {
	var found []*element
	for _, c := range e.children {
		match := false
		for _, n := range names {
			match = match || c.name == n
		}
		if match {
			found = append(found, c)
		} else {
			found = append(found, c.all(names...)...)
		}
	}
	return found
}

func clip(s string) string {
	if len(s) > 60 {
		return strings.ToValidUTF8(s[:60], "") + "…"
	}
	return s
}
