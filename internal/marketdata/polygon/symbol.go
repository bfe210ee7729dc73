package polygon

import (
	"fmt"
	"strings"

	"github.com/foliosight/foliosight/finance/instrument"
	"github.com/foliosight/foliosight/finance/money"
)

// The source writes the kind of a thing before its ticker, except for shares and funds.
const (
	optionPrefix = "O:"
	cryptoPrefix = "X:"
	pairPrefix   = "C:"
	indexPrefix  = "I:"
)

// american are the markets whose shares and funds the source covers (ISO 10383).
var american = map[string]bool{
	"XNYS": true, "XNAS": true, "XASE": true, "ARCX": true, "BATS": true, "IEXG": true,
	"XNMS": true, "XNGS": true, "XNCM": true, "XCHI": true, "XPHL": true, "XBOS": true,
	"EDGA": true, "EDGX": true, "BATY": true, "BATZ": true, "MEMX": true,
	"OTCM": true, "OTCQ": true, "OTCB": true, "PINX": true, "OOTC": true, "XOTC": true, "PSGM": true,
}

// foreign are the one-letter endings of other exchanges in our symbols, which look like
// classes of shares: London, Tokyo, Frankfurt, Toronto's Venture.
var foreign = map[string]bool{"L": true, "T": true, "F": true, "V": true}

// ticker is how the source calls an instrument. The error says why it has no name there.
func ticker(i instrument.Instrument) (string, error) {
	no := func(why string) (string, error) {
		return "", fmt.Errorf("polygon does not cover %q: %s", i.Symbol, why)
	}
	switch {
	case i.Symbol == "":
		return "", fmt.Errorf("polygon: no symbol given")
	case i.Simulated:
		return no("it is of the simulated market")
	}
	switch i.Class {
	case instrument.Crypto:
		base, quote, ok := coin(i)
		if !ok {
			return no("neither its symbol (BTC-USD) nor its currency says which pair is meant")
		}
		return cryptoPrefix + base + quote, nil
	case instrument.Option:
		o, err := instrument.ParseOCC(i.Symbol)
		if err != nil {
			return no("an option is asked by its OCC symbol")
		}
		return optionPrefix + o.Symbol, nil
	case instrument.Index:
		if !plain(i.Symbol, ".") {
			return no("an index is asked by the plain name of its calculator: SPX, NDX")
		}
		return indexPrefix + i.Symbol, nil
	case instrument.Unknown:
		if o, err := instrument.ParseOCC(i.Symbol); err == nil {
			return optionPrefix + o.Symbol, nil
		}
	case instrument.Equity, instrument.ETF, instrument.Fund:
	default:
		return no("it has shares, funds, options, crypto-currencies and indices, not a " + string(i.Class))
	}
	return share(i, no)
}

// share is the ticker of an American share or fund.
func share(i instrument.Instrument, no func(string) (string, error)) (string, error) {
	symbol := strings.ReplaceAll(i.Symbol, "-", ".")
	if !plain(symbol, ".") {
		return no("tickers of American exchanges have letters, digits and a point for the class: BRK.B")
	}
	if i.Exchange != "" && !american[i.Exchange] {
		return no("it is listed at " + i.Exchange + ", and the source has American markets only")
	}
	if i.Currency != "" && i.Currency != "USD" {
		return no("it is quoted in " + string(i.Currency) + ", and the source's shares are in USD")
	}
	if i.Exchange == "" && i.Currency == "" {
		_, ending, has := strings.Cut(symbol, ".")
		if has && (foreign[ending] || len(ending) > 1 && ending != "WS" && ending != "RT") {
			return no("it looks like a listing outside America; with its exchange or currency it can be asked")
		}
	}
	return symbol, nil
}

// coin is the two sides of a crypto-currency's price: of "BTC-USD" or "BTC/USD", or of
// "BTC" quoted in USD.
func coin(i instrument.Instrument) (base, quote string, ok bool) {
	symbol := strings.TrimPrefix(strings.ToUpper(i.Symbol), cryptoPrefix)
	base, quote, cut := strings.Cut(strings.ReplaceAll(symbol, "/", "-"), "-")
	if !cut {
		quote = string(i.Currency)
		base = strings.TrimSuffix(symbol, quote)
	}
	if i.Currency != "" && quote != string(i.Currency) {
		return "", "", false
	}
	return base, quote, base != "" && quote != "" && plain(base, "") && plain(quote, "")
}

// pairTicker is the source's name of an exchange rate: "C:EURUSD". Minor units are for
// who asks to take out.
func pairTicker(base, quote string) (string, error) {
	for _, c := range []string{base, quote} {
		if len(c) != 3 || !plain(c, "") || strings.ToUpper(c) != c {
			return "", fmt.Errorf("polygon: %q is not the code of a currency (want two of three letters, such as EUR and USD)", c)
		}
	}
	if base == quote {
		return "", fmt.Errorf("polygon: the rate of %s to itself is not asked", base)
	}
	return pairPrefix + base + quote, nil
}

// plain reports whether s has only letters, digits and the bytes of more.
func plain(s, more string) bool {
	for i := range len(s) {
		c := s[i]
		if !(c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || strings.IndexByte(more, c) >= 0) {
			return false
		}
	}
	return s != "" && len(s) <= 32
}

// quoted is the currency that prices of a ticker are in: an American share, fund or
// option in USD, a crypto-currency in its second side; of an index what we know.
func quoted(i instrument.Instrument, theirs string) money.Currency {
	switch {
	case strings.HasPrefix(theirs, cryptoPrefix):
		_, quote, _ := coin(i)
		return money.Currency(quote)
	case strings.HasPrefix(theirs, indexPrefix):
		return i.Currency
	}
	return "USD"
}

// clockOf is the clock that a ticker keeps.
func clockOf(theirs string) clock {
	return clock{utc: strings.HasPrefix(theirs, cryptoPrefix) || strings.HasPrefix(theirs, pairPrefix)}
}
