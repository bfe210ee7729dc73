package ledger

import (
	"fmt"
	"strings"
)

// Fault is something wrong with one value of what was given: it names the place and
// says how to put it right. Row counts from 1 as the user sees the file (lines of a
// text file, entries of a list); 0 where the fault is of the whole.
type Fault struct {
	File    string `json:"file,omitempty"`
	Row     int    `json:"row,omitempty"`
	ID      string `json:"id,omitempty"` // the transaction's own id, where it has one
	Field   string `json:"field,omitempty"`
	Value   string `json:"value,omitempty"`
	Problem string `json:"problem"`
	Cure    string `json:"cure,omitempty"`
	// Err is the domain error behind it, for errors.Is.
	Err error `json:"-"`
}

// Error is one line: place, problem, cure.
func (f *Fault) Error() string {
	var b strings.Builder
	if f.File != "" {
		b.WriteString(f.File + ": ")
	}
	if f.Row > 0 {
		fmt.Fprintf(&b, "row %d: ", f.Row)
	}
	if f.ID != "" {
		fmt.Fprintf(&b, "transaction %s: ", f.ID)
	}
	if f.Field != "" {
		b.WriteString(f.Field)
		if f.Value != "" {
			fmt.Fprintf(&b, " %q", f.Value)
		}
		b.WriteString(": ")
	}
	b.WriteString(f.Problem)
	if f.Cure != "" {
		b.WriteString("; " + f.Cure)
	}
	return b.String()
}

// Unwrap returns the domain error behind the fault.
func (f *Fault) Unwrap() error { return f.Err }

// Faults are all the faults found in one input.
type Faults []*Fault

// Error names the first fault and how many more there are.
func (fs Faults) Error() string {
	switch len(fs) {
	case 0:
		return "no faults"
	case 1:
		return fs[0].Error()
	}
	return fmt.Sprintf("%s (and %d more)", fs[0].Error(), len(fs)-1)
}

// Unwrap gives each fault to errors.Is and errors.As.
func (fs Faults) Unwrap() []error {
	errs := make([]error, len(fs))
	for i, f := range fs {
		errs[i] = f
	}
	return errs
}
