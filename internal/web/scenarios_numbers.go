package web

import (
	"net/http"
	"net/url"
	"strings"
)

// Numbers stand in the address of the page in plain form, whatever the reader's manner, so
// that an address means the same to everybody. A form says in which manner it was typed
// ("as") and is sent on to such an address.

// numberFields are the fields of the forms that hold numbers.
func (p *scenariosPage) numberFields() []string {
	return append(p.fieldNames(), "move", "loss")
}

// plainly is the address of a form that was filled in, with plain numbers; none where it
// is no form, or where a number cannot be read.
func (p *scenariosPage) plainly() (to string, ok bool) {
	if p.Method != http.MethodGet || !p.Form.Has("as") {
		return "", false
	}
	from, q := p.typedIn(), url.Values{}
	for name, list := range p.URL.Query() {
		q[name] = append([]string(nil), list...)
	}
	q.Del("as")
	for _, name := range p.numberFields() {
		for i, text := range q[name] {
			if text = strings.TrimSpace(text); text == "" {
				continue
			}
			d, err := from.Parse(strings.TrimSpace(strings.TrimSuffix(text, "%")))
			if err != nil {
				return "", false
			}
			q[name][i] = d.String()
		}
	}
	return p.address("/scenarios") + "?" + q.Encode(), true
}

// typedNumber writes a number of the request in the reader's manner; what cannot be read
// stays as it was typed.
func (p *scenariosPage) typedNumber(text string) string {
	text = strings.TrimSpace(text)
	d, err := p.typedIn().Parse(strings.TrimSpace(strings.TrimSuffix(text, "%")))
	if err != nil {
		return text
	}
	return p.locale.Input(d)
}
