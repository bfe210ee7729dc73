package main

import (
	"fmt"
	"os"
	"runtime"
	"strings"
	"time"
)

// table is the figures of a run as Markdown.
func (b *bench) table(chosen []line, turns int) string {
	var t strings.Builder
	fmt.Fprintf(&t, "%s, %s; %s; the least of %d turns.\n", time.Now().UTC().Format("2 January 2006"), machine(), strings.Join(append([]string{runtime.Version()}, b.versions...), ", "), turns)
	met, missed, untold := 0, 0, 0
	for i, l := range chosen {
		if i == 0 || l.part != "" {
			part := l.part
			for j := i; part == "" && j >= 0; j-- {
				part = chosen[j].part
			}
			if part != "" {
				fmt.Fprintf(&t, "\n### %s\n", part)
			}
			t.WriteString("\n| Task | Ours | Peer, this run | Peer, recorded | Ours is | Asked | Met |\n| --- | ---: | ---: | ---: | ---: | --- | --- |\n")
		}
		f := b.figures[l.name]
		verdict := "–"
		switch asked, ok := l.verdict(f); {
		case !asked:
		case ok:
			verdict = "yes"
			met++
		case f.disturbed && f.processor <= l.seconds*float64(runtime.NumCPU()): // alone it may be met
			verdict = "busy"
			untold++
		default:
			verdict = "**no**"
			missed++
		}
		fmt.Fprintf(&t, "| %s | %s | %s | %s | %s | %s | %s |\n", l.name, l.ours(f), l.peers(f), l.record(), l.ratio(f), l.asked(), verdict)
	}
	fmt.Fprintf(&t, "\n%d targets met, %d missed.", met, missed)
	if untold > 0 {
		fmt.Fprintf(&t, " %d marked busy are not judged: they are measured on the wall, and other work was on the machine all the time; their processor time is in brackets.", untold)
	}
	t.WriteString("\n")
	return t.String()
}

// machine is the kind of machine, in general words.
func machine() string {
	kind := runtime.GOARCH
	if text, err := os.ReadFile("/proc/cpuinfo"); err == nil {
		for row := range strings.Lines(string(text)) {
			if name, value, ok := strings.Cut(row, ":"); ok && strings.TrimSpace(name) == "model name" {
				kind = strings.TrimSpace(value)
				break
			}
		}
	}
	return fmt.Sprintf("%d cores, %s, %s", runtime.NumCPU(), kind, runtime.GOOS)
}

// reference is the peer's time that a ratio is held against: of this run, else as recorded.
func (l line) reference(f *figure) float64 {
	if f.peers > 0 {
		return f.peers
	}
	return l.recorded
}

// verdict tells whether anything is asked of a line, and whether it is met.
func (l line) verdict(f *figure) (asked, met bool) {
	met = true
	if l.seconds > 0 {
		asked, met = true, met && f.ours <= l.seconds
	}
	if l.faster > 0 {
		asked, met = true, met && f.ours*l.faster <= l.reference(f)
	}
	if l.megabyte > 0 {
		asked, met = true, met && f.memory > 0 && f.memory <= l.megabyte*1e6
	}
	if l.accuracy != "" && f.peerHas {
		asked, met = true, met && f.errorKnown && f.error <= f.peerError
	}
	return asked, met
}

func (l line) asked() string {
	var all []string
	if l.seconds > 0 {
		all = append(all, "≤ "+duration(l.seconds))
	}
	switch {
	case l.faster >= 1:
		all = append(all, fmt.Sprintf("≥ %v × as fast", l.faster))
	case l.faster > 0:
		all = append(all, fmt.Sprintf("within %v ×", 1/l.faster))
	}
	if l.megabyte > 0 {
		all = append(all, fmt.Sprintf("≤ %.0f MB", l.megabyte))
	}
	if l.accuracy != "" {
		all = append(all, "no larger an error")
	}
	if all == nil {
		return "–"
	}
	return strings.Join(all, ", ")
}

func (l line) ours(f *figure) string {
	s := duration(f.ours)
	if l.items > 0 {
		s += ", " + duration(f.ours/l.items) + " each"
	}
	if f.processor > 0 {
		s += " (processors " + duration(f.processor) + ")"
	}
	if (l.megabyte > 0 || l.process != nil) && f.memory > 0 {
		s += fmt.Sprintf(", %.0f MB", f.memory/1e6)
	}
	if f.errorKnown {
		s += ", error " + part(f.error)
	}
	return s
}

func (l line) peers(f *figure) string {
	if f.peers == 0 {
		return "–"
	}
	s := duration(f.peers)
	if f.peerHas {
		s += ", error " + part(f.peerError)
	}
	return s
}

func (l line) record() string {
	switch {
	case l.peer == "":
		return "–"
	case l.recorded == 0:
		return l.peer
	}
	return duration(l.recorded) + ", " + l.peer
}

// ratio is how many times as fast as the peer ours is; in brackets against its record,
// which is of another machine.
func (l line) ratio(f *figure) string {
	switch {
	case f.peers > 0:
		return times(f.peers/f.ours) + " × as fast"
	case l.recorded > 0:
		return "(" + times(l.recorded/f.ours) + " ×)"
	}
	return "–"
}

func times(r float64) string {
	switch {
	case r < 10:
		return fmt.Sprintf("%.2g", r)
	default:
		return fmt.Sprintf("%.0f", r)
	}
}

func part(e float64) string { return fmt.Sprintf("%.1e", e) }

// duration says a time to three digits.
func duration(seconds float64) string {
	for _, u := range []struct {
		least float64
		name  string
	}{{1, "s"}, {1e-3, "ms"}, {1e-6, "µs"}} {
		if seconds >= u.least {
			return fmt.Sprintf("%.3g %s", seconds/u.least, u.name)
		}
	}
	return fmt.Sprintf("%.3g ns", seconds*1e9)
}
