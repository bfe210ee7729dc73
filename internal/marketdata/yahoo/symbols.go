package yahoo

import (
	"fmt"
	"strings"

	"github.com/foliosight/foliosight/finance/instrument"
	"github.com/foliosight/foliosight/internal/marketdata"
)

// suffixes are the markets that Yahoo writes behind a point, with their market identifier
// codes (Yahoo help, "Exchanges and data providers", SLN2310; ISO 10383).
var suffixes = map[string]string{
	"L": "XLON", "IL": "XLON", "T": "XTKS", "TO": "XTSE", "V": "XTSX", "CN": "XCNQ", "NE": "NEOE", "DE": "XETR", "F": "XFRA",
	"SG": "XSTU", "MU": "XMUN", "BE": "XBER", "DU": "XDUS", "HM": "XHAM", "HA": "XHAN", "PA": "XPAR", "AS": "XAMS", "BR": "XBRU",
	"LS": "XLIS", "IR": "XDUB", "MI": "XMIL", "MC": "XMAD", "SW": "XSWX", "VI": "XWBO", "ST": "XSTO", "OL": "XOSL", "CO": "XCSE",
	"HE": "XHEL", "IC": "XICE", "AT": "XATH", "WA": "XWAR", "PR": "XPRA", "BD": "XBUD", "IS": "XIST", "TA": "XTAE", "JO": "XJSE",
	"SA": "BVMF", "MX": "XMEX", "BA": "XBUE", "SN": "XSGO", "HK": "XHKG", "SS": "XSHG", "SZ": "XSHE", "TW": "XTAI", "TWO": "ROCO",
	"KS": "XKRX", "KQ": "XKOS", "SI": "XSES", "KL": "XKLS", "BK": "XBKK", "JK": "XIDX", "NS": "XNSE", "BO": "XBOM", "AX": "XASX",
	"NZ": "XNZE", "SR": "XSAU", "QA": "DSMD", "TL": "XTAL", "RG": "XRIS", "VS": "XLIT",
}

// behind is the suffix of a market; where it has several, the usual one.
var behind = func() map[string]string {
	m := map[string]string{}
	for suffix, mic := range suffixes {
		if suffix != "IL" {
			m[mic] = suffix
		}
	}
	return m
}()

// american are the markets whose symbols have no suffix.
var american = map[string]bool{
	"XNAS": true, "XNGS": true, "XNMS": true, "XNCM": true, "XNYS": true, "XASE": true, "ARCX": true, "BATS": true, "IEXG": true,
	"OTCM": true, "OTCB": true, "OTCQ": true, "PINX": true, "XOTC": true,
}

// theirs is an instrument's symbol as Yahoo writes it: BRK.B is BRK-B, 7203.T and VOD.L
// stay, VOD listed at XLON is VOD.L, a crypto-currency is BTC-USD.
func theirs(i instrument.Instrument) (string, error) {
	s := strings.ToUpper(strings.TrimSpace(i.Symbol))
	if s == "" || len(s) > 32 || strings.ContainsAny(s, " /?#%&\\\"<>") && i.Class != instrument.Crypto {
		return "", fmt.Errorf("symbol %q: %w", i.Symbol, ErrNotOffered)
	}
	switch i.Class {
	case instrument.Private:
		return "", fmt.Errorf("%s is not listed: %w", s, ErrNotOffered)
	case instrument.Bond:
		return "", fmt.Errorf("%s is a bond: %w", s, ErrNotOffered)
	case instrument.Crypto:
		s = strings.ReplaceAll(s, "/", "-")
		if !strings.Contains(s, "-") {
			if i.Currency == "" {
				return "", fmt.Errorf("%s in no stated currency: %w", s, ErrNotOffered)
			}
			s += "-" + string(i.Currency)
		}
		return s, nil
	}
	if strings.HasPrefix(s, "^") || strings.Contains(s, "=") {
		return s, nil
	}
	if american[i.Exchange] {
		return strings.ReplaceAll(s, ".", "-"), nil
	}
	if at := strings.LastIndexByte(s, '.'); at > 0 && suffixes[s[at+1:]] != "" {
		return strings.ReplaceAll(s[:at], ".", "-") + s[at:], nil
	}
	s = strings.ReplaceAll(s, ".", "-")
	if suffix := behind[i.Exchange]; suffix != "" {
		s += "." + suffix
	}
	return s, nil
}

// ours is the symbol that stands for one of Yahoo's of the class Yahoo says: BRK-B, a share,
// is BRK.B. Where the class is not said, one or two letters are a class of shares or a
// preferred share; more are the currency of a pair.
func ours(symbol string, class instrument.Class) string {
	at := strings.LastIndexByte(symbol, '-')
	if at <= 0 || strings.Contains(symbol, ".") || suffixes[symbol[at+1:]] != "" {
		return symbol
	}
	switch class {
	case instrument.Equity, instrument.ETF:
	case instrument.Unknown:
		if len(symbol)-at-1 > 2 {
			return symbol
		}
	default:
		return symbol
	}
	return symbol[:at] + "." + symbol[at+1:]
}

func pairSymbol(p marketdata.Pair) (string, error) {
	if !code(p.Base) || !code(p.Quote) || p.Base == p.Quote {
		return "", fmt.Errorf("exchange rate %s: %w", p, ErrNotOffered)
	}
	return p.Base + p.Quote + "=X", nil
}

func code(s string) bool {
	return len(s) == 3 && strings.Trim(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == "" && !minor[s]
}

// minor are units that prices are quoted in and rates are not.
var minor = map[string]bool{"GBX": true, "ZAC": true, "ILA": true}

// classes are the kinds of instruments as Yahoo names them.
var classes = map[string]instrument.Class{
	"EQUITY": instrument.Equity, "ETF": instrument.ETF, "MUTUALFUND": instrument.Fund, "MONEYMARKET": instrument.Fund,
	"INDEX": instrument.Index, "CURRENCY": instrument.Currency, "CRYPTOCURRENCY": instrument.Crypto,
	"FUTURE": instrument.Future, "OPTION": instrument.Option,
}

// markets are Yahoo's codes of exchanges as market identifier codes, those that are sure.
var markets = map[string]string{
	"NMS": "XNAS", "NGM": "XNAS", "NCM": "XNAS", "NYQ": "XNYS", "ASE": "XASE", "PCX": "ARCX", "BTS": "BATS", "LSE": "XLON",
	"TOR": "XTSE", "VAN": "XTSX", "NEO": "NEOE", "GER": "XETR", "FRA": "XFRA", "STU": "XSTU", "MUN": "XMUN", "BER": "XBER",
	"DUS": "XDUS", "HAM": "XHAM", "PAR": "XPAR", "AMS": "XAMS", "BRU": "XBRU", "LIS": "XLIS", "MIL": "XMIL", "MCE": "XMAD",
	"EBS": "XSWX", "VIE": "XWBO", "STO": "XSTO", "OSL": "XOSL", "CPH": "XCSE", "HEL": "XHEL", "JPX": "XTKS", "HKG": "XHKG",
	"ASX": "XASX", "NZE": "XNZE", "SES": "XSES", "KSC": "XKRX", "TAI": "XTAI", "SHH": "XSHG", "SHZ": "XSHE", "NSI": "XNSE",
	"BSE": "XBOM", "SAO": "BVMF", "MEX": "XMEX", "JNB": "XJSE", "WSE": "XWAR", "TLV": "XTAE",
}
