package quality

import (
	"fmt"
	"math"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/market"
	"github.com/foliosight/foliosight/finance/series"
)

const (
	// leastCommon is how many days two sources must share to be compared.
	leastCommon = 10
	// sameLevel is by how much two sources of one instrument may differ throughout: the
	// last trade and the closing auction.
	sameLevel = 0.005
	// breakAt is a step of the ratio of two sources that makes a new stretch.
	breakAt = 0.15
	// differs is from where single days are shown. In the files it is met on few days, nearly
	// all of them of autumn 2008, when the last trade and the official close lay apart.
	differs       = 0.01
	differsScales = 8.0
	// wrong is from where one of the two is suspect, if it alone strays from its own course.
	wrong = 0.05
)

// FXRate is an exchange rate that could have been mixed up between two sources.
type FXRate struct {
	Name   string // "USD/EUR"
	Series *market.Series
}

// Compare says where a series and the same instrument by another source differ, and
// which of the two it seems to be; findings are about a, and Expected is what other says.
// rates are exchange rates that may explain a constant difference.
func Compare(a, other Series, c Context, rates ...FXRate) []Finding {
	a, _ = a.ascending()
	other, _ = other.ascending()
	p := pairUp(&a, &other)
	if len(p.days) < leastCommon {
		return nil
	}
	if f, ok := p.shifted(); ok {
		return []Finding{f}
	}
	var found []Finding
	for _, s := range p.stretches() {
		if f, ok := p.level(s[0], s[1], &c, rates); ok {
			found = append(found, f)
		}
		found = append(found, p.singles(s[0], s[1], &c)...)
	}
	return order(found)
}

// pair is two sources on the days that both have.
type pair struct {
	a, b   *Series
	days   []date.Date
	ra, rb []int     // rows
	gap    []float64 // logarithm of a over b
}

func pairUp(a, b *Series) *pair {
	p := &pair{a: a, b: b}
	for i, j := 0, 0; i < len(a.Dates) && j < len(b.Dates); {
		switch d, e := a.Dates[i], b.Dates[j]; {
		case d < e:
			i++
		case d > e:
			j++
		default:
			if x, y := a.Close[i], b.Close[j]; x > 0 && y > 0 {
				p.days, p.ra, p.rb, p.gap = append(p.days, d), append(p.ra, i), append(p.rb, j), append(p.gap, logRatio(x, y))
			}
			i, j = i+1, j+1
		}
	}
	return p
}

// finding is one about the common days [from, to) of the pair.
func (p *pair) finding(k Kind, s Severity, from, to int) Finding {
	return Finding{Kind: k, Severity: s, From: p.days[from], To: p.days[to-1], Count: to - from, Seen: p.a.Close[p.ra[from]], Expected: p.b.Close[p.rb[from]]}
}

func (p *pair) other() string {
	if p.b.Source != "" {
		return p.b.Source
	}
	return "the other source"
}

// shifted finds that one of the two is a day late: their moves agree when one is moved by
// a row, and not as they are.
func (p *pair) shifted() (Finding, bool) {
	typical := func(by int) float64 {
		var off []float64
		for k := 2; k < len(p.days)-1; k++ {
			i, j := p.ra[k], p.rb[k]+by
			if i < 1 || j < 1 || j >= len(p.b.Close) || !(p.a.Close[i-1] > 0 && p.b.Close[j] > 0 && p.b.Close[j-1] > 0) {
				continue
			}
			off = append(off, math.Abs(logRatio(p.a.Close[i], p.a.Close[i-1])-logRatio(p.b.Close[j], p.b.Close[j-1])))
		}
		if len(off) < leastCommon {
			return math.NaN()
		}
		// The upper quartile: many days of a bond or a peg do not move at all.
		series.Select(off, 3*len(off)/4)
		return off[3*len(off)/4]
	}
	now := typical(0)
	for _, by := range []int{-1, 1} {
		// Row k of a says what row k+by of b says: a is a day late where by is −1.
		if then := typical(by); then < now/5 && now > 1e-3 {
			f := p.finding(ShiftedDays, Suspect, 0, len(p.days))
			f.Correction = Correction{Remedy: Shift, Days: by}
			where := "later"
			if by > 0 {
				where = "earlier"
			}
			f.Reason = fmt.Sprintf("its values are those that %s has, one session %s", p.other(), where)
			return f, true
		}
	}
	return Finding{}, false
}

// stretches cuts the common days where the ratio of the two takes a step that stays; one
// that is gone within a few days is a matter of those days.
func (p *pair) stretches() (all [][2]int) {
	from, level := 0, p.gap[0]
	for k := 1; k < len(p.gap); k++ {
		if math.Abs(p.gap[k]-level) < breakAt {
			level = p.gap[k]
			continue
		}
		stays := true
		for j := k + 1; j < min(len(p.gap), k+longest+1); j++ {
			stays = stays && math.Abs(p.gap[j]-level) >= breakAt/2
		}
		if stays {
			all = append(all, [2]int{from, k})
			from, level = k, p.gap[k]
		}
	}
	return append(all, [2]int{from, len(p.gap)})
}

func (p *pair) middle(from, to int, less func(k int) float64) (median, spread float64) {
	work := make([]float64, 0, to-from)
	for k := from; k < to; k++ {
		if x := p.gap[k] - less(k); known(x) {
			work = append(work, x)
		}
	}
	if len(work) == 0 {
		return math.NaN(), math.NaN()
	}
	series.Select(work, len(work)/2)
	median = work[len(work)/2]
	for i := range work {
		work[i] = math.Abs(work[i] - median)
	}
	return median, size(work)
}

func nothing(int) float64 { return 0 }

// level says what a constant ratio of the two over a stretch is.
func (p *pair) level(from, to int, c *Context, rates []FXRate) (Finding, bool) {
	median, spread := p.middle(from, to, nothing)
	if math.Abs(median) <= max(sameLevel, 3*spread/math.Sqrt(float64(to-from))) && spread < breakAt {
		return Finding{}, false
	}
	times := math.Exp(median)
	put := func(k Kind, s Severity, by float64, reason string, args ...any) (Finding, bool) {
		f := p.finding(k, s, from, to)
		f.Correction = Correction{Remedy: Multiply, Factor: by}
		f.Reason = fmt.Sprintf(reason, args...)
		return f, true
	}
	if math.Abs(math.Abs(median)-hundred) <= 0.02 {
		return put(UnitMixup, Suspect, math.Round(100/times*100)/1e4, "it is %.4g times what %s has: one of the two is in pence, the other in pounds, or the like", times, p.other())
	}
	if p.a.quantity() == FX {
		// a times b is 1 where one of the two is the other way round.
		if twice, s := p.middle(from, to, func(k int) float64 { return 2 * math.Log(p.a.Close[p.ra[k]]) }); math.Abs(twice) <= 0.01 && s <= 0.02 {
			f := p.finding(Inverted, Suspect, from, to)
			f.Correction, f.Reason = Correction{Remedy: Invert}, fmt.Sprintf("it is the rate of %s the wrong way round", p.other())
			return f, true
		}
	}
	for _, r := range rates {
		for _, sign := range []float64{1, -1} {
			log := func(k int) float64 {
				v, _, ok := r.Series.At(p.days[k])
				if !ok || v <= 0 {
					return math.NaN()
				}
				return sign * math.Log(v)
			}
			// Better explained by the rate than by a constant, and by nothing else.
			if rest, s := p.middle(from, to, log); math.Abs(rest) <= 0.01 && s <= min(0.01, max(spread, 0.002)) {
				f, _ := put(CurrencyMixup, Suspect, 1/times, "it is what %s has times the rate %s: one of the two is in another currency than stated", p.other(), r.Name)
				f.Correction = Correction{Remedy: Convert}
				if sign < 0 {
					f.Reason = fmt.Sprintf("it is what %s has over the rate %s: one of the two is in another currency than stated", p.other(), r.Name)
				}
				return f, true
			}
		}
	}
	if spread > breakAt {
		f := p.finding(LevelMismatch, Suspect, from, to)
		f.Reason = fmt.Sprintf("it has nothing to do with what %s says: another instrument by the same symbol", p.other())
		return f, true
	}
	if k := c.Actions.SplitFactor(p.days[to-1], date.Date(1<<30)); k != 1 && math.Abs(math.Abs(median)-math.Abs(math.Log(k))) <= sameLevel {
		return put(BasisMismatch, Suspect, 1/times, "it is %.4g times what %s has, which is what the splits after %s come to: one of the two is adjusted for them", times, p.other(), p.days[to-1])
	}
	if k, simple := splitSize(times, sameLevel/2.5); k != 0 && simple {
		return put(BasisMismatch, Suspect, 1/k, "it is %.4g times what %s has: one of the two is adjusted for a split of %s", times, p.other(), ratioOf(k))
	}
	return put(LevelMismatch, Doubtful, 1/times, "it is %.4g times what %s has throughout: adjusted for a spin-off or for dividends, or of another place of trading", times, p.other())
}

// singles are the days of a stretch on which the two differ more than they use to.
func (p *pair) singles(from, to int, c *Context) (found []Finding) {
	median, spread := p.middle(from, to, nothing)
	if spread > breakAt {
		return nil
	}
	for k := from; k < to; k++ {
		off := p.gap[k] - median
		if math.Abs(off) < max(differs, differsScales*spread) {
			continue
		}
		f := p.finding(Disagreement, Doubtful, k, k+1)
		f.Expected *= math.Exp(median)
		f.Reason = fmt.Sprintf("%s here, %s by %s, %s apart", figure(f.Seen), figure(f.Expected), p.other(), percent(math.Exp(math.Abs(off))-1))
		mine, theirs := p.strays(p.a, p.ra[k], c), p.strays(p.b, p.rb[k], c)
		if math.Abs(off) >= wrong && mine > 2*theirs && mine >= 0.5*math.Abs(off) {
			f.Severity, f.Correction = Suspect, Correction{Remedy: Multiply, Factor: f.Expected / f.Seen}
			f.Reason += "; the other one lies on the course of the days around, this one does not"
		} else if theirs > 2*mine {
			f.Reason += "; this one lies on the course of the days around"
		}
		found = append(found, f)
	}
	return found
}

// strays is how far the close of a row lies from between those before and after it, less
// what the market explains.
func (p *pair) strays(s *Series, row int, c *Context) float64 {
	if row < 1 || row+1 >= len(s.Close) || !(s.Close[row-1] > 0 && s.Close[row+1] > 0) {
		return math.NaN()
	}
	in := strange(logRatio(s.Close[row], s.Close[row-1]), c.Market.Move(s.Dates[row-1], s.Dates[row]))
	out := strange(logRatio(s.Close[row], s.Close[row+1]), -c.Market.Move(s.Dates[row], s.Dates[row+1]))
	if in*out < 0 {
		return 0 // on the way from one to the other
	}
	return min(math.Abs(in), math.Abs(out))
}
