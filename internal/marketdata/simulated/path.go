package simulated

import (
	"math"
	"time"

	"github.com/foliosight/foliosight/finance/calendar"
	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/instrument"
	"github.com/foliosight/foliosight/finance/money"
)

// draw makes the whole history of one instrument.
func (m *Market) draw(s *spec) Listing {
	at := m.world.axis.sessions(s.exchange)
	r := m.returns(s)
	l := Listing{Instrument: instrument.Instrument{
		Symbol: s.symbol, Currency: s.currency, Class: s.class, Name: s.name,
		Exchange: s.exchange, Sector: s.sector, Country: s.country, Issuer: issuer(s), Simulated: true,
	}}
	days := m.world.axis.days
	p := &l.Prices
	p.Dates = make([]date.Date, len(at))
	for k, i := range at {
		p.Dates[k] = days[i]
	}
	if s.split.new != 0 {
		cal, _ := calendar.For(s.exchange)
		l.Splits = []Split{{Date: cal.First(m.AsOf - date.Date(s.split.daysAgo)), New: s.split.new, Old: s.split.old}}
	}
	m.walk(s, at, r, &l)
	return l
}

// returns are the daily log returns with dividends, on the axis.
func (m *Market) returns(s *spec) []float64 {
	w := m.world
	n := len(w.axis.days)
	r := w.ordinary(newStream(m.Seed, "own "+s.symbol), s.own, 0)
	if s.class == instrument.Equity {
		m.surprise(s, r)
		settle(r)
	}
	for _, l := range s.loads {
		f := w.moves[l.on]
		for i := range r {
			r[i] += float64(l.by * f[i])
		}
	}
	if s.carry > 0 {
		y := w.yields.of[s.carry-1]
		for i := range r {
			r[i] += y[i] / tradingDays
		}
	}
	drift := s.growth / tradingDays
	if !s.free {
		sum := 0.0
		for _, x := range r {
			sum += x
		}
		drift = (s.growth - sum) / float64(n)
	}
	drift += s.yield / tradingDays
	for i := range r {
		r[i] += drift
	}
	return r
}

// settle lets what is a company's own fade within a year or so, so that its price
// keeps near the course that its drift and the factors set.
func settle(own []float64) {
	level := 0.0
	for i, x := range own {
		next := float64(0.9945*level) + x
		own[i] = next - level
		level = next
	}
}

// surprise adds the four days a year on which a company reports.
func (m *Market) surprise(s *spec, r []float64) {
	rng := newStream(m.Seed, "reports "+s.symbol)
	phase := int(rng.uniform() * 60)
	for i := len(r) - 1 - phase; i >= 0; i -= 63 {
		r[i] += float64(float64(0.14*s.own) * rng.normal())
	}
}

// walk turns returns into prices as traded, with the dividends they pay on the way.
func (m *Market) walk(s *spec, at []int, r []float64, l *Listing) {
	n := len(at)
	p := &l.Prices
	p.Open, p.High, p.Low, p.Close = make([]float64, n), make([]float64, n), make([]float64, n), make([]float64, n)
	p.Volume = make([]float64, n)
	rng := newStream(m.Seed, "day "+s.symbol)
	ex := m.exDates(s, p.Dates)

	x := m.start(s, r) // the price in today's shares
	previous, from := x, 0
	for k, i := range at {
		step := 0.0
		for ; from <= i; from++ {
			if from > 0 {
				step += r[from]
			}
		}
		grown := float64(x * exp(step))
		perShare := 1.0 // today's shares in one of that day's
		if len(l.Splits) > 0 && p.Dates[k] < l.Splits[0].Date {
			perShare = float64(l.Splits[0].New) / float64(l.Splits[0].Old)
		}
		if pay, ok := ex[p.Dates[k]]; ok {
			if paid := m.dividend(s, i, x, perShare); paid > 0 {
				grown -= paid / perShare
				l.Dividends = append(l.Dividends, Dividend{Ex: p.Dates[k], Pay: pay, Amount: decimal(paid)})
			}
		}
		x = max(grown, 0.05)
		m.day(s, k, i, p, previous*perShare, x*perShare, step, rng)
		previous = x
	}
}

// start is the first price, from which the path ends about where it should.
func (m *Market) start(s *spec, r []float64) float64 {
	sum, paid := 0.0, 0.0
	for i, x := range r {
		if i > 0 {
			sum += x
		}
		paid += s.yield / tradingDays
		if s.carry > 0 {
			paid += m.world.yields.of[s.carry-1][i] / tradingDays
		}
	}
	return s.last * exp(paid-sum)
}

// day fills in one day's four prices and its volume.
func (m *Market) day(s *spec, k, i int, p *Prices, previous, closing, step float64, rng stream) {
	u1, u2, u3, u4 := rng.uniform(), rng.uniform(), rng.uniform(), rng.uniform()
	c := max(round(closing, 2), 0.01)
	p.Close[k] = c
	if s.class == instrument.Fund {
		p.Open[k], p.High[k], p.Low[k] = c, c, c
		return
	}
	wild := (float64(0.5*s.own) + float64(0.4*m.world.vol[i])) / math.Sqrt(tradingDays)
	open := previous + float64((0.2+float64(0.6*u1))*(closing-previous)) + float64(0.4*previous*wild*(u2-0.5))
	o := max(round(open, 2), 0.01)
	p.Open[k] = o
	p.High[k] = round(max(o, c)*(1+float64(wild*u3)), 2)
	p.Low[k] = max(round(min(o, c)*(1-float64(wild*u4)), 2), 0.01)
	p.High[k], p.Low[k] = max(p.High[k], o, c), min(p.Low[k], o, c)
	busy := 0.65 + float64(0.5*u1) + min(float64(12*math.Abs(step)), 2.5)
	p.Volume[k] = math.Floor(float64(s.volume*1e4)*busy) * 100
}

// exDates gives the days on which the instrument goes ex, with the day it pays.
func (m *Market) exDates(s *spec, sessions []date.Date) map[date.Date]date.Date {
	if s.pays == never {
		return nil
	}
	cal, _ := calendar.For(s.exchange)
	ex := map[date.Date]date.Date{}
	for y := m.First.Year(); y <= m.AsOf.Year(); y++ {
		for month := 1; month <= 12; month++ {
			day, wait := 10+len(s.symbol), 21
			switch s.pays {
			case monthly:
				day, wait = 1, 4
			case quarterly:
				if (month-1)%3 != s.month {
					continue
				}
			case yearly:
				if month-1 != s.month {
					continue
				}
				wait = 3
			}
			d := cal.First(date.Must(y, time.Month(month), day))
			ex[d] = cal.First(d + date.Date(wait))
		}
	}
	delete(ex, sessions[0]) // nobody held it before
	return ex
}

// dividend is what one share of that day pays. A company keeps its dividend for a
// year and sets it by its price's trend; a fund passes on what it earned.
func (m *Market) dividend(s *spec, i int, x, perShare float64) float64 {
	if s.carry > 0 {
		return round(x*m.world.yields.of[s.carry-1][i]/12, 4)
	}
	if s.class != instrument.Equity {
		return round(x*s.yield/float64(s.pays), 3)
	}
	trend := s.last * exp(-s.growth*math.Floor(m.world.axis.yearsAgo(i))/years)
	places := 2
	if trend*s.yield < 0.5 { // pays less than half a unit a year
		places = 3
	}
	return round(trend*perShare*s.yield/float64(s.pays), places)
}

// decimal is the exact number that a rounded price was meant to be.
func decimal(x float64) money.Decimal {
	d, err := money.FromFloat(x)
	if err != nil {
		panic("simulated: " + err.Error()) // a path that left the numbers is our mistake
	}
	return d
}
