package alert

import (
	"fmt"
	"testing"

	"pgregory.net/rapid"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/money"
)

// machine is one rule with the alerts that came of it, kept as the store keeps them.
type machine struct {
	standing map[string]*Standing
	raised   map[string]int
	resolved map[string]int
}

func newMachine() *machine {
	return &machine{standing: map[string]*Standing{}, raised: map[string]int{}, resolved: map[string]int{}}
}

// do does what was decided and returns how much of it was a change.
func (m *machine) do(t interface{ Fatalf(string, ...any) }, readings []Reading) (changes int) {
	var all []Standing
	for _, subject := range []string{"A", "B"} {
		if s := m.standing[subject]; s != nil {
			all = append(all, *s)
		}
	}
	for _, d := range Decide(readings, all) {
		subject := d.Reading.Subject
		s := m.standing[subject]
		switch d.Step {
		case Raise:
			if s != nil && s.Open {
				t.Fatalf("%s is raised while it is open", subject)
			}
			if s != nil && !s.Armed {
				t.Fatalf("%s is raised though it was not armed again", subject)
			}
			m.standing[subject] = &Standing{Subject: subject, Open: true}
			m.raised[subject]++
			changes++
		case Resolve:
			if s == nil || !s.Open {
				t.Fatalf("%s is resolved though it is not open", subject)
			}
			s.Open, s.Armed = false, true
			m.resolved[subject]++
			changes++
		case Rearm:
			if s == nil || s.Open || s.Armed {
				t.Fatalf("%s is armed again: %+v", subject, s)
			}
			s.Armed = true
			changes++
		case Keep:
			if s == nil || !s.Open {
				t.Fatalf("%s is kept though it is not open", subject)
			}
		}
	}
	return changes
}

// Under any sequence of figures, known and unknown, gone and back, and of resolutions by
// hand: every alert is resolved at most once before the next is raised, within the band
// nothing changes, and the same figures a second time change nothing.
func TestLaws(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		below, inclusive := rapid.Bool().Draw(t, "below"), rapid.Bool().Draw(t, "inclusive")
		band := int64(rapid.IntRange(0, 5).Draw(t, "band"))
		m := newMachine()
		for range rapid.IntRange(1, 40).Draw(t, "steps") {
			var readings []Reading
			for _, subject := range []string{"A", "B"} {
				if rapid.IntRange(0, 5).Draw(t, "gone") == 0 {
					continue
				}
				r := Reading{Subject: subject, Threshold: money.New(10, 0), Band: money.New(band, 0), Below: below, Inclusive: inclusive, Reason: "no price"}
				if rapid.IntRange(0, 5).Draw(t, "unknown") > 0 {
					r.Value, r.Reason = money.Some(money.New(int64(rapid.IntRange(0, 20).Draw(t, "value")), 0)), ""
				}
				readings = append(readings, r)
			}
			before := fmt.Sprint(m.raised, m.resolved)
			open := map[string]bool{}
			for subject, s := range m.standing {
				open[subject] = s.Open
			}
			m.do(t, readings)
			for _, r := range readings {
				if r.Crossed() && r.Back() {
					t.Fatalf("%s is over and back at once", r.Value.Decimal)
				}
				s := m.standing[r.Subject]
				still := s != nil && s.Open
				if !r.Crossed() && !r.Back() && still != open[r.Subject] {
					t.Fatalf("%v of %s, in the band or unknown, changed open from %v to %v (%s)", r.Value, r.Subject, open[r.Subject], still, before)
				}
			}
			if again := m.do(t, readings); again != 0 {
				t.Fatalf("the same readings changed %d things the second time", again)
			}
			for _, subject := range []string{"A", "B"} {
				if n := m.raised[subject] - m.resolved[subject]; n < 0 || n > 1 {
					t.Fatalf("%s was raised %d times and resolved %d times", subject, m.raised[subject], m.resolved[subject])
				}
				if s := m.standing[subject]; s != nil && s.Open && rapid.IntRange(0, 9).Draw(t, "by hand") == 0 {
					s.Open, s.Armed = false, false
					m.resolved[subject]++
				}
			}
		}
	})
}

// A figure that trembles about its threshold raises one alert; one that was resolved by
// hand is not raised again before the figure went back.
func TestHysteresis(t *testing.T) {
	m := newMachine()
	at := func(tenths int64) int {
		return m.do(t, []Reading{{Subject: "A", Value: money.Some(money.New(tenths, 1)), Threshold: money.New(10, 0), Band: money.New(1, 0)}})
	}
	for i, c := range []struct {
		tenths           int64
		raised, resolved int
	}{
		{100, 0, 0}, // at the threshold is not over it
		{101, 1, 0},
		{99, 1, 0}, // back under, within the band
		{101, 1, 0},
		{91, 1, 0},
		{90, 1, 1}, // the whole band
		{99, 1, 1},
		{102, 2, 1},
	} {
		at(c.tenths)
		if m.raised["A"] != c.raised || m.resolved["A"] != c.resolved {
			t.Fatalf("row %d: raised %d, resolved %d", i, m.raised["A"], m.resolved["A"])
		}
	}
	m.standing["A"].Open = false // by hand, not armed
	if at(105); m.raised["A"] != 2 {
		t.Error("raised again while the figure never went back")
	}
	at(80)
	if at(105); m.raised["A"] != 3 {
		t.Error("not raised after it went back and over again")
	}
}

func TestSentence(t *testing.T) {
	d := money.MustParse
	for _, c := range []struct {
		kind Kind
		r    Reading
		want string
	}{
		{Position, Reading{Label: "ACME", Value: money.Some(d("0.12541")), Unit: Fraction, Threshold: d("0.1")}, "ACME is 12.54% of the value, over 10%"},
		{Position, Reading{Label: "ACME", Value: money.Some(d("0.095")), Unit: Fraction, Threshold: d("0.1")}, "ACME is 9.5% of the value, against 10%"},
		{Price, Reading{Label: "ACME", Value: money.Some(d("101.25")), Unit: InPrice, Note: "USD", Threshold: d("100"), Inclusive: true}, "ACME is at 101.25 USD, at or over 100"},
		{Price, Reading{Label: "ACME", Reason: "there is no price of ACME"}, "ACME could not be checked: there is no price of ACME"},
		{Expiry, Reading{Label: "ACME240621C", Value: money.Some(d("1")), Unit: Days, Note: "2024-06-21", Threshold: d("5"), Below: true}, "ACME240621C expires in 1 day, on 2024-06-21"},
		{Stress, Reading{Label: "The worst scenario", Value: money.Some(d("0.41")), Unit: Fraction, Note: "2008", Threshold: d("0.3")}, "The worst scenario, 2008, loses 41%, over 30%"},
		{Job, Reading{Label: "The nightly analysis", Value: money.Some(d("2")), Unit: Attempts, Threshold: d("1"), Inclusive: true, Day: date.MustParse("2024-01-02")}, "The nightly analysis failed: 2 attempts in a row"},
	} {
		if got := Sentence(c.kind, c.r); got != c.want {
			t.Errorf("got  %s\nwant %s", got, c.want)
		}
	}
}
