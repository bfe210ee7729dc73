package alphavantage

import (
	"strings"
	"sync"
	"time"

	"github.com/foliosight/foliosight/finance/date"
)

// exchange is one that the source covers: how it is written behind a symbol there and
// here, its market identifier code, zone and the minute of its close.
//
// The suffixes are those of the documentation's examples (LON, TRT, TRV, DEX, BSE, SHH,
// SHZ), of answers to searches (FRK, SAO, HKG) and of the list in Moneydance's Quote
// Loader (PAR, AMS, LIS, BRU; August 2026). The closes are those of the source's
// MARKET_STATUS of 2026-05-17, Amsterdam and Brussels as Paris.
type exchange struct {
	theirs, ours, mic, country, zone string
	close                            int // minutes after midnight
}

var exchanges = []exchange{
	{"LON", "L", "XLON", "GB", "Europe/London", 16*60 + 30},
	{"TRT", "TO", "XTSE", "CA", "America/Toronto", 16 * 60},
	{"TRV", "V", "XTSX", "CA", "America/Toronto", 16 * 60},
	{"DEX", "DE", "XETR", "DE", "Europe/Berlin", 20 * 60},
	{"FRK", "F", "XFRA", "DE", "Europe/Berlin", 20 * 60},
	{"PAR", "PA", "XPAR", "FR", "Europe/Paris", 17*60 + 30},
	{"AMS", "AS", "XAMS", "NL", "Europe/Amsterdam", 17*60 + 30},
	{"BRU", "BR", "XBRU", "BE", "Europe/Brussels", 17*60 + 30},
	{"LIS", "LS", "XLIS", "PT", "Europe/Lisbon", 16*60 + 30},
	{"BSE", "BO", "XBOM", "IN", "Asia/Kolkata", 15*60 + 30},
	{"SHH", "SS", "XSHG", "CN", "Asia/Shanghai", 15 * 60},
	{"SHZ", "SZ", "XSHE", "CN", "Asia/Shanghai", 15 * 60},
	{"HKG", "HK", "XHKG", "HK", "Asia/Hong_Kong", 16 * 60},
	{"SAO", "SA", "BVMF", "BR", "America/Sao_Paulo", 17*60 + 30},
}

// unitedStates is where symbols without a suffix trade. It answers which of the
// exchanges only in OVERVIEW and LISTING_STATUS.
var unitedStates = exchange{country: "US", zone: "America/New_York", close: 16*60 + 15}

// elsewhere are our suffixes of exchanges that the source does not cover.
var elsewhere = map[string]bool{
	"T": true, "AX": true, "SW": true, "MI": true, "MC": true, "ST": true, "CO": true, "HE": true, "OL": true, "VI": true,
	"WA": true, "IS": true, "AT": true, "JO": true, "MX": true, "NS": true, "NZ": true, "SI": true, "KS": true, "KQ": true,
	"TW": true, "TWO": true, "TA": true, "IR": true, "PR": true, "BD": true, "JK": true, "BK": true, "KL": true, "SR": true, "QA": true,
	"SN": true, "BA": true, "CN": true, "NE": true, "MU": true, "SG": true, "BE": true, "DU": true, "HM": true, "HA": true,
}

var american = map[string]bool{
	"XNYS": true, "XNAS": true, "XASE": true, "ARCX": true, "BATS": true, "XNGS": true, "XNCM": true, "XNMS": true, "IEXG": true, "OTCM": true, "PINX": true, "OOTC": true,
}

// theirs writes our symbol as the source does: VOD.L is VOD.LON, BRK.B is BRK-B. mic is
// where it trades, or empty. ok is false for exchanges that the source does not cover.
func theirs(symbol, mic string) (s string, ok bool) {
	symbol = strings.ToUpper(strings.TrimSpace(symbol))
	if symbol == "" || strings.ContainsAny(symbol, " \t\n,:^=/") {
		return "", false
	}
	if i := strings.LastIndexByte(symbol, '.'); i > 0 && !american[mic] {
		root, suffix := symbol[:i], symbol[i+1:]
		for _, e := range exchanges {
			if e.ours == suffix && (mic == "" || mic == e.mic) || e.theirs == suffix {
				return strings.ReplaceAll(root, ".", "-") + "." + e.theirs, true
			}
		}
		if elsewhere[suffix] {
			return "", false
		}
	} else if i < 0 && mic != "" && !american[mic] {
		for _, e := range exchanges {
			if e.mic == mic {
				return symbol + "." + e.theirs, true
			}
		}
		return "", false
	}
	return strings.ReplaceAll(symbol, ".", "-"), true
}

// ours writes a symbol of the source as we do. A class of shares is set off by a point.
func ours(symbol string) string {
	root, suffix, two := strings.Cut(symbol, ".")
	if two {
		for _, e := range exchanges {
			if e.theirs == suffix {
				return root + "." + e.ours
			}
		}
		return symbol
	}
	if i := len(symbol) - 2; i > 0 && symbol[i] == '-' && strings.IndexByte(symbol, '-') == i && symbol[i+1] >= 'A' && symbol[i+1] <= 'Z' {
		return symbol[:i] + "." + symbol[i+1:]
	}
	return symbol
}

// place is the exchange of a symbol of the source.
func place(symbol string) exchange {
	if _, suffix, two := strings.Cut(symbol, "."); two {
		for _, e := range exchanges {
			if e.theirs == suffix {
				return e
			}
		}
	}
	return unitedStates
}

// zones are those loaded: loading reads a file.
var zones sync.Map

func zone(name string) *time.Location {
	if z, ok := zones.Load(name); ok {
		return z.(*time.Location)
	}
	z, err := time.LoadLocation(name)
	if err != nil {
		z = time.UTC
	}
	zones.Store(name, z)
	return z
}

// over reports whether the trading day d of e was over at a moment.
func (e exchange) over(d date.Date, at time.Time) bool {
	local := at.In(zone(e.zone))
	today := date.FromTime(local)
	return d < today || d == today && local.Hour()*60+local.Minute() >= e.close
}
