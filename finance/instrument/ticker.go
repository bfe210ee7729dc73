package instrument

import "strings"

// suffixes are how tickers of an exchange end in the widespread form TICKER.SUFFIX
// (Refinitiv's exchange codes, which public quote pages use), by market identifier code
// (ISO 10383). Tickers of the United States have none.
var suffixes = map[string]string{
	"XLON": "L", "XETR": "DE", "XFRA": "F", "XPAR": "PA", "XAMS": "AS", "XBRU": "BR", "XLIS": "LS", "XMIL": "MI", "XMAD": "MC", "XDUB": "IR",
	"XSWX": "SW", "XWBO": "VI", "XSTO": "ST", "XOSL": "OL", "XCSE": "CO", "XHEL": "HE", "XTSE": "TO", "XTSX": "V",
	"XTKS": "T", "XHKG": "HK", "XASX": "AX", "XNZE": "NZ", "XSES": "SI", "XKRX": "KS", "XTAI": "TW", "XNSE": "NS", "XBOM": "BO", "XJSE": "JO",
}

// exchanges are the market identifier codes by suffix.
var exchanges = func() map[string]string {
	out := map[string]string{}
	for mic, suffix := range suffixes {
		out[suffix] = mic
	}
	return out
}()

// SplitTicker takes the exchange off a ticker that ends in one ("VOD.L" gives VOD and
// XLON). One without an ending of an exchange ("BRK.B") comes back whole. An ending says
// where the form is used, not that such an instrument exists: that is for a list of them.
func SplitTicker(ticker string) (bare, exchange string) {
	if i := strings.LastIndexByte(ticker, '.'); i > 0 {
		if mic, ok := exchanges[strings.ToUpper(ticker[i+1:])]; ok {
			return ticker[:i], mic
		}
	}
	return ticker, ""
}

// TickerForms are the other ways in which the ticker of an instrument is written: with
// and without the suffix of its exchange, and share classes after a dot, a hyphen, a
// stroke, a blank or nothing ("BRK.B", "BRK-B", "BRK/B", "BRK B", "BRKB").
func TickerForms(symbol, exchange string) []string {
	var forms []string
	add := func(s string) {
		for _, f := range append(forms, symbol) {
			if f == s {
				return
			}
		}
		forms = append(forms, s)
	}
	bare, of := SplitTicker(symbol)
	if of != "" && (exchange == "" || exchange == of) {
		add(bare)
	} else {
		bare = symbol
		if suffix := suffixes[exchange]; suffix != "" {
			add(symbol + "." + suffix)
		}
	}
	if i := strings.LastIndexAny(bare, ".-/ "); i > 0 && i < len(bare)-1 && len(bare)-i <= 4 {
		for _, between := range []string{".", "-", "/", " ", ""} {
			add(bare[:i] + between + bare[i+1:])
		}
	}
	return forms
}
