package pricefile

import (
	"bytes"
	"sync"

	"github.com/foliosight/foliosight/finance/ledger"
)

// chunk is a run of whole lines of the body. Large bodies are read as two chunks at
// once.
type chunk struct {
	text  []byte
	line  int // number of its first line
	row   int // where its rows go in the columns
	room  int // how many lines it has, at most that many rows
	rows  int // how many it had
	fault ledger.Faults
}

// twoAtOnce is the size from which a second goroutine is worth its start.
const twoAtOnce = 1 << 20

// chunksOf cuts the body at line ends; total is the number of lines, an upper bound of
// the rows.
func (t *table) chunksOf() (chunks []chunk, total int) {
	body := t.body
	cut := len(body)
	if len(body) >= twoAtOnce {
		if i := bytes.IndexByte(body[len(body)/2:], '\n'); i >= 0 {
			cut = len(body)/2 + i + 1
		}
	}
	line := t.firstLine
	for _, text := range [][]byte{body[:cut], body[cut:]} {
		if len(text) == 0 {
			continue
		}
		lines := bytes.Count(text, []byte("\n"))
		if text[len(text)-1] != '\n' {
			lines++
		}
		chunks = append(chunks, chunk{text: text, line: line, row: total, room: lines})
		line += lines
		total += lines
	}
	return chunks, total
}

// eachChunk runs f on all chunks at once and returns the faults in file order.
func eachChunk(chunks []chunk, f func(i int, c *chunk)) ledger.Faults {
	var wait sync.WaitGroup
	for i := range chunks[1:] {
		wait.Go(func() { f(i+1, &chunks[i+1]) })
	}
	f(0, &chunks[0])
	wait.Wait()
	var faults ledger.Faults
	for i := range chunks {
		faults = append(faults, chunks[i].fault...)
	}
	return faults[:min(len(faults), maxFaults)]
}

// skipBlank returns the start of the next line that is not blank, counting lines.
func skipBlank(b []byte, i int, line *int) int {
	for i < len(b) {
		j := i
		for j < len(b) && (b[j] == ' ' || b[j] == '\t' || b[j] == '\r') {
			j++
		}
		if j == len(b) {
			return j
		}
		if b[j] != '\n' {
			return i
		}
		*line++
		i = j + 1
	}
	return i
}

// restOfLine is where the line that holds b[i] ends.
func restOfLine(b []byte, i int) int {
	if j := bytes.IndexByte(b[i:], '\n'); j >= 0 {
		return i + j
	}
	return len(b)
}

func (c *chunk) fail(line int, f *ledger.Fault) bool {
	f.Row = line
	c.fault = append(c.fault, f)
	return len(c.fault) < maxFaults
}

// atLineEnd reports whether b[i] ends a line, after the optional last empty field.
func atLineEnd(b []byte, i int, separator byte) bool {
	if i < len(b) && b[i] == separator {
		i++
	}
	if i < len(b) && b[i] == '\r' {
		i++
	}
	return i >= len(b) || b[i] == '\n'
}
