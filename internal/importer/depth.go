package importer

import (
	"bytes"
	"encoding/xml"
	"fmt"

	"github.com/foliosight/foliosight/finance/ledger"
)

// Elements reads XML token by token and counts how deep it is. Each open element costs a
// hundred bytes of memory, so that a megabyte of "<a>" packed into a kilobyte would take
// the machine where nobody counts. Entities of a document's own are not known to
// encoding/xml, hence nothing is expanded.
type Elements struct {
	*xml.Decoder
	most, depth int
}

// NewElements reads content whose elements are nested no deeper than most.
func NewElements(content []byte, most int) *Elements {
	return &Elements{Decoder: xml.NewDecoder(bytes.NewReader(content)), most: most}
}

// Token is the next token; one that is nested too deep is a *ledger.Fault.
func (e *Elements) Token() (xml.Token, error) {
	token, err := e.Decoder.Token()
	switch token.(type) {
	case xml.StartElement:
		e.depth++
	case xml.EndElement:
		e.depth--
	}
	if e.depth > e.most {
		line, _ := e.InputPos()
		return nil, &ledger.Fault{Row: line, Problem: fmt.Sprintf("elements are nested more than %d deep", e.most), Cure: "export the file again"}
	}
	return token, err
}
