package main

import (
	"os"
	"strconv"
	"strings"
	"time"
)

const (
	watched   = 3 * time.Second // how long the machine is looked at
	quietPart = 0.75            // of its processors' time idle: then it is quiet
	otherPart = 0.15            // of its processors' time that others may take beside a measurement
)

// awaitQuiet waits until nothing else keeps the machine busy, for what is measured on the
// wall, as long as there is patience left. It is false where the machine stayed busy.
func (b *bench) awaitQuiet() (quiet bool) {
	for {
		from, ok := processors()
		if !ok {
			return true // this system does not tell
		}
		select {
		case <-b.ctx.Done():
			return false
		case <-time.After(watched):
		}
		to, _ := processors()
		if to.idleSince(from) >= quietPart {
			return true
		}
		if b.patience -= watched; b.patience <= 0 {
			return false
		}
	}
}

// perSecond is how many ticks a processor has in a second, on every Linux that there is.
const perSecond = 100

// othersAtWork reports whether more than ours, which took so many seconds of processor
// time, was at work since from.
func othersAtWork(from, to ticks, ours float64) bool {
	all := to.all - from.all
	others := all - (to.idle - from.idle) - ours*perSecond
	return all > 0 && others > otherPart*all
}

// ticks are the time of all processors since the machine started, in the system's unit.
type ticks struct{ idle, all float64 }

func (t ticks) idleSince(from ticks) float64 {
	if t.all <= from.all {
		return 0
	}
	return (t.idle - from.idle) / (t.all - from.all)
}

// processors reads /proc/stat.
func processors() (ticks, bool) {
	text, err := os.ReadFile("/proc/stat")
	if err != nil {
		return ticks{}, false
	}
	row, _, _ := strings.Cut(string(text), "\n")
	return parseTicks(row)
}

// parseTicks reads the line "cpu user nice system idle iowait …": idle is idle and iowait.
func parseTicks(row string) (t ticks, ok bool) {
	words := strings.Fields(row)
	if len(words) < 6 || words[0] != "cpu" {
		return t, false
	}
	for i, w := range words[1:] {
		v, err := strconv.ParseFloat(w, 64)
		if err != nil {
			return ticks{}, false
		}
		if i < 8 { // those of guests are in user and nice already
			t.all += v
		}
		if i == 3 || i == 4 {
			t.idle += v
		}
	}
	return t, true
}
