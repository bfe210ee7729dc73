package main

import (
	"fmt"
	"io"
	"strings"
)

// plotFolder is where plots lie, beside the page.
const plotFolder = "validation"

// Page is what is written.
type Page struct{ Sections []*Section }

// Section answers one question.
type Section struct {
	Title    string
	Question string
	Data     string
	Method   string
	Tables   []Table
	Plots    []Plot
	Checks   []Check
	Reading  []string // what the figures say, weak points named
}

// Table is rows of text under a caption. The first column is left-aligned, the others to
// the right.
type Table struct {
	Caption string
	Head    []string
	Rows    [][]string
}

// Check is a claim that could have failed: what was expected, what was found.
type Check struct {
	Claim, Found string
	Held         bool
	Why          string // it did not hold, and what follows
}

// Plot is a picture of a section.
type Plot struct {
	File, Caption string
	Draw          func() []byte
}

// Render draws the picture.
func (p Plot) Render() []byte { return p.Draw() }

// add puts a row of values into the table.
func (t *Table) add(cells ...string) { t.Rows = append(t.Rows, cells) }

// check records a claim.
func (s *Section) check(held bool, claim, found string, args ...any) {
	s.Checks = append(s.Checks, Check{Claim: claim, Found: fmt.Sprintf(found, args...), Held: held})
}

// argue says why the last claim did not hold, if it did not.
func (s *Section) argue(format string, args ...any) {
	if c := &s.Checks[len(s.Checks)-1]; !c.Held {
		c.Why = fmt.Sprintf(format, args...)
	}
}

// read adds a sentence or two to the reading.
func (s *Section) read(format string, args ...any) {
	s.Reading = append(s.Reading, fmt.Sprintf(format, args...))
}

// held counts the checks that held.
func (p *Page) held() (held, all int) {
	for _, s := range p.Sections {
		for _, c := range s.Checks {
			all++
			if c.Held {
				held++
			}
		}
	}
	return held, all
}

func verdict(held bool) string {
	if held {
		return "held"
	}
	return "**did not hold**"
}

// Verdicts lists the claims and whether they held.
func (p *Page) Verdicts(w io.Writer) {
	for _, s := range p.Sections {
		for _, c := range s.Checks {
			fmt.Fprintf(w, "%-14s %s: %s (%s)\n", strings.Trim(verdict(c.Held), "*"), s.Title, c.Claim, c.Found)
		}
	}
	held, all := p.held()
	fmt.Fprintf(w, "%d of %d expectations held\n", held, all)
}

// Write writes the page as Markdown.
func (p *Page) Write(w io.Writer) error {
	var b strings.Builder
	b.WriteString("# The engines against real markets\n\n")
	b.WriteString("Made by `make validation DATA=DIR` from market data that are not part of the repository; the program is internal/validation. ")
	b.WriteString("The same data give the same page. Every section states what was expected of it; an expectation that did not hold stays here and is discussed.\n\n")
	held, all := p.held()
	fmt.Fprintf(&b, "**%d of %d expectations held.**\n\n", held, all)
	for i, s := range p.Sections {
		good := 0
		for _, c := range s.Checks {
			if c.Held {
				good++
			}
		}
		fmt.Fprintf(&b, "%d. [%s](#%s): %d of %d\n", i+1, s.Title, anchor(fmt.Sprintf("%d. %s", i+1, s.Title)), good, len(s.Checks))
	}
	p.arguments(&b)
	for i, s := range p.Sections {
		fmt.Fprintf(&b, "\n## %d. %s\n\n", i+1, s.Title)
		s.write(&b)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// arguments lists what did not hold, each with its reason.
func (p *Page) arguments(b *strings.Builder) {
	if held, all := p.held(); held == all {
		return
	}
	b.WriteString("\nWhat did not hold, and why:\n\n")
	for i, s := range p.Sections {
		for _, c := range s.Checks {
			if !c.Held {
				why := c.Why
				if why == "" {
					why = "not explained yet."
				}
				fmt.Fprintf(b, "- Section %d, %s (%s): %s\n", i+1, c.Claim, c.Found, why)
			}
		}
	}
}

func (s *Section) write(b *strings.Builder) {
	fmt.Fprintf(b, "**Question.** %s\n\n**Data.** %s\n\n**Method.** %s\n", s.Question, s.Data, s.Method)
	for _, t := range s.Tables {
		t.write(b)
	}
	for _, p := range s.Plots {
		fmt.Fprintf(b, "\n![%s](%s/%s)\n", p.Caption, plotFolder, p.File)
	}
	b.WriteString("\n| expected | found | |\n|---|---|---|\n")
	for _, c := range s.Checks {
		fmt.Fprintf(b, "| %s | %s | %s |\n", c.Claim, c.Found, verdict(c.Held))
	}
	fmt.Fprintf(b, "\n**Reading.** %s\n", strings.Join(s.Reading, " "))
}

func (t *Table) write(b *strings.Builder) {
	fmt.Fprintf(b, "\n%s:\n\n| %s |\n|---%s|\n", t.Caption, strings.Join(t.Head, " | "), strings.Repeat("|---:", len(t.Head)-1))
	for _, row := range t.Rows {
		fmt.Fprintf(b, "| %s |\n", strings.Join(row, " | "))
	}
}

// anchor is the name under which Markdown viewers know a heading.
func anchor(title string) string {
	var b strings.Builder
	for _, r := range strings.ToLower(title) {
		switch {
		case r == ' ' || r == '-':
			b.WriteByte('-')
		case r >= 'a' && r <= 'z' || r >= '0' && r <= '9':
			b.WriteRune(r)
		}
	}
	return b.String()
}

// fixed writes a number with so many places, "–" for one that is not known, and zero
// without a sign.
func fixed(x float64, places int) string {
	if x-x != 0 {
		return "–"
	}
	s := fmt.Sprintf("%.*f", places, x)
	if strings.Trim(s, "-0.") == "" {
		s = strings.TrimPrefix(s, "-")
	}
	return s
}

// percent writes a fraction in percent.
func percent(x float64, places int) string {
	if x-x != 0 {
		return "–"
	}
	return fixed(100*x, places) + " %"
}
