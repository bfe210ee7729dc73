package option

import (
	"math"
	"os"
	"strconv"
	"strings"
	"testing"
)

// americanCase is an American option with prices that others have computed.
type americanCase struct {
	terms           Terms
	reference, fast float64 // QuantLib 1.29: its high-precision scheme and its fast one
}

// americanCases reads testdata/american.tsv, which scripts/peers/quantlib.cpp wrote and
// prices too: puts and calls in and out of the money, of a day to ten years, volatilities
// of 7 to 118 %.
func americanCases(t testing.TB) []americanCase {
	t.Helper()
	text, err := os.ReadFile("testdata/american.tsv")
	if err != nil {
		t.Fatal(err)
	}
	var list []americanCase
	for row := range strings.Lines(string(text)) {
		if strings.HasPrefix(row, "#") {
			continue
		}
		words := strings.Fields(row)
		number := make([]float64, 9)
		for i := 1; i < len(number); i++ {
			if number[i], err = strconv.ParseFloat(words[i], 64); err != nil {
				t.Fatalf("%q: %v", row, err)
			}
		}
		c := americanCase{Terms{Call, number[1], number[2], number[3] / 365, number[4], number[5], number[6]}, number[7], number[8]}
		if words[0] == "put" {
			c.terms.Kind = Put
		}
		list = append(list, c)
	}
	if len(list) < 200 {
		t.Fatalf("%d cases", len(list))
	}
	return list
}

// highOrder prices an American option by the equations that AmericanPrice solves, with
// nothing else in common: many nodes and points, and plain fixed-point iteration (system A
// where rate and yield are near, else B; Andersen, Lake and Offengenden 2016) until it
// stands still.
type highOrder struct {
	order, points int
	t             Terms // of a put
	top           float64
	z, h          []float64 // nodes on [−1, 1], the first at expiry, and ln(B/X)² there
	x, w          []float64 // quadrature on [−1, 1]
}

func highOrderPrice(t Terms, order, points int) float64 {
	if t.Kind == Call {
		t = Terms{Put, t.Strike, t.Spot, t.Years, t.DividendYield, t.Rate, t.Volatility}
	}
	european := European(t).Price
	if t.Rate <= 0 {
		return european
	}
	o := highOrder{order: order, points: points, t: t, top: t.Strike}
	if t.DividendYield > t.Rate {
		o.top *= t.Rate / t.DividendYield
	}
	for k := -o.points / 2; k <= o.points/2; k++ { // tanh-sinh quadrature
		step := 6.2 / float64(o.points)
		at := step * float64(k)
		o.x = append(o.x, math.Tanh(math.Pi/2*math.Sinh(at)))
		o.w = append(o.w, step*math.Pi/2*math.Cosh(at)/math.Pow(math.Cosh(math.Pi/2*math.Sinh(at)), 2))
	}
	o.z, o.h = make([]float64, o.order+1), make([]float64, o.order+1)
	start := o.top
	for i := range o.z {
		o.z[i] = -math.Cos(float64(i) * math.Pi / float64(o.order))
		if i > 0 {
			tau := t.Years * math.Pow((1+o.z[i])/2, 2)
			start = quadraticBoundary(t, tau, start, 8)
			o.h[i] = math.Pow(math.Log(start/o.top), 2)
		}
	}
	for range 400 {
		if o.sweep() < 1e-13 {
			break
		}
	}
	return max(european+o.premium(), t.Intrinsic())
}

// depth is −ln(B(τ)/X) by barycentric interpolation.
func (o *highOrder) depth(tau float64) float64 {
	at := 2*math.Sqrt(math.Max(tau, 0)/o.t.Years) - 1
	var over, under float64
	for j, z := range o.z {
		if at == z {
			return math.Sqrt(o.h[j])
		}
		c := float64(1-2*(j%2)) / (at - z)
		if j == 0 || j == o.order {
			c /= 2
		}
		over += c * o.h[j]
		under += c
	}
	return math.Sqrt(math.Max(over/under, 0))
}

// sweep is one iteration at all nodes; it returns the largest change of ln B.
func (o *highOrder) sweep() (moved float64) {
	r, q, sigma := o.t.Rate, o.t.DividendYield, o.t.Volatility
	density := func(d float64) float64 { return math.Exp(-d*d/2) / math.Sqrt(2*math.Pi) }
	next := make([]float64, len(o.h))
	for i := 1; i < len(o.z); i++ {
		tau := o.t.Years * math.Pow((1+o.z[i])/2, 2)
		at := -math.Sqrt(o.h[i])
		d := func(ratio, time float64) (minus, plus float64) {
			v := sigma * math.Sqrt(time)
			minus = (ratio+(r-q)*time)/v - v/2
			return minus, minus + v
		}
		minus, plus := d(at+math.Log(o.top/o.t.Strike), tau)
		near := math.Abs(r-q) < 0.001 // system A: smooth where B wavers
		n, m := normal(minus), normal(plus)
		if near {
			v := sigma * math.Sqrt(tau)
			n, m = density(minus)/v, density(plus)/v+normal(plus)
		}
		for k, y := range o.x {
			s := math.Sqrt(tau) * (1 + y) / 2 // √(τ−u), so that dw = 2 s ds
			time := s * s
			u := tau - time
			minus, plus := d(at+o.depth(u), time)
			weight := o.w[k] * math.Sqrt(tau) * s
			if near {
				v := sigma * s
				n += weight * r * math.Exp(r*u) * density(minus) / v
				m += weight * q * math.Exp(q*u) * (density(plus)/v + normal(plus))
				continue
			}
			n += weight * r * math.Exp(r*u) * normal(minus)
			m += weight * q * math.Exp(q*u) * normal(plus)
		}
		b := math.Log(o.t.Strike/o.top) - (r-q)*tau + math.Log(n/m)
		b = math.Min(b, 0)
		moved = math.Max(moved, math.Abs(b-at))
		next[i] = b * b
	}
	copy(o.h, next)
	return moved
}

// premium is what early exercise adds to the European price.
func (o *highOrder) premium() (sum float64) {
	r, q, sigma, s := o.t.Rate, o.t.DividendYield, o.t.Volatility, o.t.Spot
	if s <= o.top*math.Exp(-o.depth(o.t.Years)) {
		return math.Inf(-1) // exercised now
	}
	for k, y := range o.x {
		x := math.Sqrt(o.t.Years) * (1 + y) / 2
		w := x * x
		v := sigma * x
		d := (math.Log(s/o.top)+o.depth(o.t.Years-w)+(r-q)*w)/v - v/2
		sum += o.w[k] * math.Sqrt(o.t.Years) * x * (r*o.t.Strike*math.Exp(-r*w)*normal(-d) - q*s*math.Exp(-q*w)*normal(-d-v))
	}
	return sum
}

// Andersen, Lake and Offengenden, High-performance American option pricing, Journal of
// Computational Finance 20 (2016), table 2: the premium of an American put over the
// European one at spot and strike 100, rate and yield 5 %, volatility 25 %, one year.
func TestPublishedPremium(t *testing.T) {
	const published = 0.106952702747
	terms := Terms{Put, 100, 100, 1, 0.05, 0.05, 0.25}
	european := European(terms).Price
	if got := highOrderPrice(terms, 32, 100) - european; math.Abs(got-published) > 1e-10 {
		t.Errorf("the reference has %.12f, off by %.2g", got, got-published)
	}
	if got := AmericanPrice(terms) - european; math.Abs(got-published) > 2e-4 { // 2e-6 of the strike
		t.Errorf("the price has %.12f, off by %.2g", got, got-published)
	}
}

// Two solvers to high order, ours and QuantLib's, agree, so that either is a reference.
func TestReferencesAgree(t *testing.T) {
	for i, c := range americanCases(t) {
		if i%4 > 0 { // all of them take seconds, and agree to 2e-8
			continue
		}
		if got := highOrderPrice(c.terms, 24, 80); math.Abs(got-c.reference) > 5e-8*c.terms.Strike {
			t.Errorf("%+v: %.10f, QuantLib %.10f: %.2g of the strike", c.terms, got, c.reference, (got-c.reference)/c.terms.Strike)
		}
	}
}

// americanErrors are the differences from the reference in parts of the strike: root mean
// square and largest of ours, and of the peer's fast scheme.
func americanErrors(cases []americanCase) (rmse, largest, fastRMSE, fastLargest float64) {
	for _, c := range cases {
		ours := math.Abs(AmericanPrice(c.terms)-c.reference) / c.terms.Strike
		fast := math.Abs(c.fast-c.reference) / c.terms.Strike
		rmse += float64(ours * ours)
		fastRMSE += float64(fast * fast)
		largest, fastLargest = math.Max(largest, ours), math.Max(fastLargest, fast)
	}
	n := float64(len(cases))
	return math.Sqrt(rmse / n), largest, math.Sqrt(fastRMSE / n), fastLargest
}

// The quick scheme of the peer is what the time of a price is compared with, so its
// accuracy is the least we have.
func TestAmericanNearerThanTheFastScheme(t *testing.T) {
	rmse, largest, fastRMSE, fastLargest := americanErrors(americanCases(t))
	t.Logf("rmse %.2g and at most %.2g of the strike; the fast scheme has %.2g and %.2g", rmse, largest, fastRMSE, fastLargest)
	if rmse > fastRMSE/2 || largest > fastLargest || largest > 1.5e-5 {
		t.Errorf("rmse %.2g and at most %.2g of the strike; the fast scheme has %.2g and %.2g", rmse, largest, fastRMSE, fastLargest)
	}
}
