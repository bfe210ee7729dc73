package polygon

import (
	"fmt"
	"math"
	"strings"

	"github.com/foliosight/foliosight/finance/instrument"
	"github.com/foliosight/foliosight/finance/money"
	"github.com/foliosight/foliosight/internal/marketdata"
)

// listing is a row of the reference of tickers, short in a list and long by itself.
type listing struct {
	ticker, name, market, kind, exchange string
	currencyName, currencyCode, base     string
	figi, industry, website, about       string
	listed, delisted                     string
	active                               *bool
	capital, shares                      money.Optional
	capitalText, sharesText              string
}

func (t *listing) next(s *scanner) {
	*t = listing{}
	s.object(func(key []byte) {
		switch string(key) {
		case "ticker":
			t.ticker = words(s)
		case "name":
			t.name = words(s)
		case "market":
			t.market = words(s)
		case "type":
			t.kind = words(s)
		case "primary_exchange":
			t.exchange = words(s)
		case "currency_name":
			t.currencyName = words(s)
		case "currency_symbol":
			t.currencyCode = words(s)
		case "base_currency_symbol":
			t.base = words(s)
		case "composite_figi":
			t.figi = words(s)
		case "sic_description":
			t.industry = words(s)
		case "homepage_url":
			t.website = words(s)
		case "description":
			t.about = words(s)
		case "list_date":
			t.listed = words(s)
		case "delisted_utc":
			t.delisted = words(s)
		case "active":
			t.active = s.flag()
		case "market_cap":
			t.capital, t.capitalText = exact(s)
		case "share_class_shares_outstanding":
			t.shares, t.sharesText = exact(s)
		default:
			s.Skip()
		}
	})
}

// classes are our words for the source's types. A preferred share is a share; an
// exchange-traded note, a warrant, a right, a unit, a structured product, a basket and a
// liquidating trust are none of ours and stay unknown.
var classes = map[string]instrument.Class{
	"CS": instrument.Equity, "OS": instrument.Equity, "PFD": instrument.Equity, "ADRC": instrument.Equity, "ADRP": instrument.Equity,
	"GDR": instrument.Equity, "NYRS": instrument.Equity,
	"ETF": instrument.ETF, "ETS": instrument.ETF, "ETV": instrument.ETF, "FUND": instrument.Fund, "BOND": instrument.Bond,
	"INDEX": instrument.Index,
}

// markets are the classes of whole markets.
var markets = map[string]instrument.Class{"crypto": instrument.Crypto, "fx": instrument.Currency, "indices": instrument.Index}

// instrument is the listing in our words; ok is false where it has no symbol of ours.
func (t *listing) instrument() (i instrument.Instrument, ok bool) {
	i = instrument.Instrument{Symbol: t.ticker, Name: t.name, FIGI: t.figi}
	if class, whole := markets[t.market]; whole {
		i.Class = class
	} else {
		i.Class = classes[t.kind]
	}
	if len(t.exchange) == 4 && plain(t.exchange, "") {
		i.Exchange = t.exchange
	}
	if c, err := money.ParseCurrency(t.currencyCode); err == nil {
		i.Currency = c
	} else if c, err := money.ParseCurrency(t.currencyName); err == nil && len(t.currencyName) == 3 {
		i.Currency = c
	}
	switch t.market {
	case "crypto":
		base := t.base
		if base == "" {
			base = strings.TrimSuffix(strings.TrimPrefix(t.ticker, cryptoPrefix), string(i.Currency))
		}
		i.Symbol = base + "-" + string(i.Currency)
		ok = base != "" && i.Currency != ""
	case "fx":
		pair := strings.TrimPrefix(t.ticker, pairPrefix)
		ok = len(pair) == 6
		if ok {
			i.Symbol = pair[:3] + "/" + pair[3:]
		}
	case "indices":
		i.Symbol = strings.TrimPrefix(t.ticker, indexPrefix)
		ok = i.Symbol != ""
	default:
		ok = i.Symbol != ""
	}
	return i, ok
}

// readSearch reads a list of tickers.
func readSearch(body []byte, r marketdata.Request) (*scanner, envelope, answer) {
	var (
		t listing
		a answer
		l left
	)
	cusip, isin := identifier(r.Text)
	s, e := whole(body, "results", func(s *scanner) {
		t.next(s)
		a.rows++
		i, ok := t.instrument()
		if !ok {
			l.out("row %d: %q has no symbol of ours", a.rows, t.ticker)
			return
		}
		i.CUSIP, i.ISIN = cusip, isin
		exchange := ""
		if i.Exchange == "" {
			exchange = t.exchange
		}
		if r.Limit > 0 && len(a.d.Found) >= r.Limit {
			return
		}
		a.d.Found = append(a.d.Found, marketdata.Candidate{
			Instrument: i, Score: math.NaN(), Exchange: exchange,
			Delisted: t.active != nil && !*t.active || dayOf(t.delisted) != 0,
		})
	})
	a.d.Left = l.all()
	return s, e, a
}

// readProfile reads what one ticker is.
func readProfile(body []byte, r marketdata.Request, theirs string) (*scanner, envelope, answer) {
	var (
		t listing
		a answer
		l left
	)
	s, e := whole(body, "results", func(s *scanner) {
		t.next(s)
		a.rows++
	})
	if a.rows == 0 || !s.ok() {
		return s, e, a
	}
	if t.ticker != theirs {
		a.wrong = fmt.Sprintf("results, ticker: %q answers for %q", t.ticker, theirs)
		return s, e, a
	}
	i, _ := t.instrument()
	i.Symbol = r.Instrument.Symbol
	p := marketdata.Profile{
		Instrument: i, Industry: t.industry, Description: t.about, Website: t.website,
		Listed: dayOf(t.listed), Delisted: dayOf(t.delisted), Active: t.active,
	}
	figure := func(name, text string, value money.Optional, unit string) {
		switch {
		case value.Known && value.Decimal.Sign() > 0:
			p.Figures = append(p.Figures, marketdata.Fact{Name: name, Value: value.Decimal, Unit: unit})
		case text != "" && text != "nothing":
			l.out("%s: %s is not one", name, text)
		}
	}
	if i.Currency != "" {
		figure("market_cap", t.capitalText, t.capital, string(i.Currency))
	}
	figure("shares_outstanding", t.sharesText, t.shares, "shares")
	a.d.Profiles, a.d.Left = []marketdata.Profile{p}, l.all()
	return s, e, a
}

// identifier finds a CUSIP in what is searched, by itself or within an American or
// Canadian ISIN; both are recognised by their check digits.
func identifier(text string) (cusip, isin string) {
	text = strings.ToUpper(strings.TrimSpace(text))
	if len(text) == 12 && (strings.HasPrefix(text, "US") || strings.HasPrefix(text, "CA")) && isISIN(text) && isCUSIP(text[2:11]) {
		return text[2:11], text
	}
	if len(text) == 9 && isCUSIP(text) {
		return text, ""
	}
	return "", ""
}

// isCUSIP checks the ninth character (ANSI X9.6: double every second value, add the
// digits of all, up to ten). Those of letters only are words.
func isCUSIP(s string) bool {
	sum, digits := 0, 0
	for i := range 8 {
		v := 0
		switch c := s[i]; {
		case c >= '0' && c <= '9':
			v = int(c - '0')
			digits++
		case c >= 'A' && c <= 'Z':
			v = int(c-'A') + 10
		default:
			return false
		}
		if i%2 == 1 {
			v *= 2
		}
		sum += v/10 + v%10
	}
	return digits > 0 && s[8] == byte('0'+(10-sum%10)%10)
}

// isISIN checks the last digit (ISO 6166: letters as two digits, then Luhn).
func isISIN(s string) bool {
	var digits []int
	for i := range len(s) {
		switch c := s[i]; {
		case c >= '0' && c <= '9':
			digits = append(digits, int(c-'0'))
		case c >= 'A' && c <= 'Z':
			digits = append(digits, int(c-'A'+10)/10, int(c-'A'+10)%10)
		default:
			return false
		}
	}
	sum := 0
	for i := range digits {
		v := digits[len(digits)-1-i]
		if i%2 == 1 {
			v *= 2
		}
		sum += v/10 + v%10
	}
	return sum%10 == 0
}
