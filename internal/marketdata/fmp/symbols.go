package fmp

import (
	"strings"
	"time"

	"github.com/foliosight/foliosight/finance/calendar"
	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/instrument"
	"github.com/foliosight/foliosight/finance/money"
)

// exchange is a market by the source's short code.
type exchange struct {
	mic    string // ISO 10383; empty where the code stands for several markets
	suffix string // of its symbols, with the dot
	zone   string // IANA
}

// exchanges are the markets by the codes that the source gives in "exchange" (older:
// "exchangeShortName"), with the suffixes of its available-exchanges list. AMEX is what it
// calls both NYSE American and NYSE Arca, so that only the full name tells them apart.
var exchanges = map[string]exchange{
	"NASDAQ": {"XNAS", "", newYork}, "NYSE": {"XNYS", "", newYork}, "AMEX": {"", "", newYork},
	"CBOE": {"BATS", "", newYork}, "BATS": {"BATS", "", newYork}, "OTC": {"OTCM", "", newYork}, "PNK": {"OTCM", "", newYork},
	"TSX": {"XTSE", ".TO", "America/Toronto"}, "TSXV": {"XTSX", ".V", "America/Toronto"},
	"NEO": {"NEOE", ".NE", "America/Toronto"}, "CNQ": {"XCNQ", ".CN", "America/Toronto"},
	"LSE": {"XLON", ".L", "Europe/London"}, "IOB": {"XLON", ".IL", "Europe/London"},
	"XETRA": {"XETR", ".DE", "Europe/Berlin"}, "FSX": {"XFRA", ".F", "Europe/Berlin"}, "STU": {"XSTU", ".SG", "Europe/Berlin"},
	"MUN": {"XMUN", ".MU", "Europe/Berlin"}, "BER": {"XBER", ".BE", "Europe/Berlin"}, "DUS": {"XDUS", ".DU", "Europe/Berlin"},
	"HAM": {"XHAM", ".HM", "Europe/Berlin"}, "PAR": {"XPAR", ".PA", "Europe/Paris"}, "AMS": {"XAMS", ".AS", "Europe/Amsterdam"},
	"BRU": {"XBRU", ".BR", "Europe/Brussels"}, "LIS": {"XLIS", ".LS", "Europe/Lisbon"}, "MIL": {"XMIL", ".MI", "Europe/Rome"},
	"BME": {"XMAD", ".MC", "Europe/Madrid"}, "SIX": {"XSWX", ".SW", "Europe/Zurich"}, "VIE": {"XWBO", ".VI", "Europe/Vienna"},
	"STO": {"XSTO", ".ST", "Europe/Stockholm"}, "HEL": {"XHEL", ".HE", "Europe/Helsinki"}, "CPH": {"XCSE", ".CO", "Europe/Copenhagen"},
	"OSL": {"XOSL", ".OL", "Europe/Oslo"}, "ICE": {"XICE", ".IC", "Atlantic/Reykjavik"}, "WSE": {"XWAR", ".WA", "Europe/Warsaw"},
	"PRA": {"XPRA", ".PR", "Europe/Prague"}, "BUD": {"XBUD", ".BD", "Europe/Budapest"}, "ATH": {"XATH", ".AT", "Europe/Athens"},
	"IST": {"XIST", ".IS", "Europe/Istanbul"}, "TLV": {"XTAE", ".TA", "Asia/Jerusalem"}, "SAU": {"XSAU", ".SR", "Asia/Riyadh"},
	"JNB": {"XJSE", ".JO", "Africa/Johannesburg"}, "JPX": {"XTKS", ".T", "Asia/Tokyo"}, "HKSE": {"XHKG", ".HK", "Asia/Hong_Kong"},
	"SHH": {"XSHG", ".SS", "Asia/Shanghai"}, "SHZ": {"XSHE", ".SZ", "Asia/Shanghai"}, "KSC": {"XKRX", ".KS", "Asia/Seoul"},
	"KOE": {"XKOS", ".KQ", "Asia/Seoul"}, "TAI": {"XTAI", ".TW", "Asia/Taipei"}, "TWO": {"ROCO", ".TWO", "Asia/Taipei"},
	"NSE": {"XNSE", ".NS", "Asia/Kolkata"}, "BSE": {"XBOM", ".BO", "Asia/Kolkata"}, "SES": {"XSES", ".SI", "Asia/Singapore"},
	"SET": {"XBKK", ".BK", "Asia/Bangkok"}, "KLS": {"XKLS", ".KL", "Asia/Kuala_Lumpur"}, "JKT": {"XIDX", ".JK", "Asia/Jakarta"},
	"ASX": {"XASX", ".AX", "Australia/Sydney"}, "NZE": {"XNZE", ".NZ", "Pacific/Auckland"},
	"SAO": {"BVMF", ".SA", "America/Sao_Paulo"}, "MEX": {"XMEX", ".MX", "America/Mexico_City"},
	"BUE": {"XBUE", ".BA", "America/Argentina/Buenos_Aires"}, "SGO": {"XSGO", ".SN", "America/Santiago"},
	"CRYPTO": {"", "", "UTC"}, "CCC": {"", "", "UTC"},
}

const newYork = "America/New_York"

// byMIC and bySuffix find a market by what we know of it.
var byMIC, bySuffix = func() (map[string]exchange, map[string]exchange) {
	mics := map[string]exchange{"ARCX": {"ARCX", "", newYork}, "XASE": {"XASE", "", newYork}}
	suffixes := map[string]exchange{}
	for _, e := range exchanges {
		if e.mic != "" && e.suffix != ".IL" {
			mics[e.mic] = e
		}
		if e.suffix != "" {
			suffixes[e.suffix] = e
		}
	}
	return mics, suffixes
}()

// micOf is the market identifier code of an exchange by the source's code and name,
// empty where these do not settle it.
func micOf(code, name string) string {
	if e, ok := exchanges[strings.ToUpper(code)]; ok && e.mic != "" {
		return e.mic
	}
	switch name := strings.ToLower(name); {
	case !strings.EqualFold(code, "AMEX") && !strings.EqualFold(code, "ETF"):
	case strings.Contains(name, "arca"):
		return "ARCX"
	case strings.Contains(name, "american"), strings.Contains(name, "nyse mkt"):
		return "XASE"
	}
	return ""
}

// Theirs is the source's symbol of an instrument. Share classes are written with a hyphen
// there (BRK-B, RCI-B.TO), pairs of crypto-currencies without a separator (BTCUSD); the
// suffixes of exchanges are ours, and added where the exchange is known and has one.
func Theirs(i instrument.Instrument) string {
	s := strings.ToUpper(strings.TrimSpace(i.Symbol))
	if i.Class == instrument.Crypto {
		base, quote, pair := cut(s, "-/")
		switch {
		case pair:
			return base + quote
		case i.Currency != "" && !strings.HasSuffix(s, string(i.Currency)):
			return s + string(i.Currency)
		}
		return s
	}
	if strings.HasPrefix(s, "^") {
		return s
	}
	stem, suffix := split(s, i.Exchange)
	if suffix == "" {
		suffix = byMIC[i.Exchange].suffix
	}
	return strings.ReplaceAll(stem, ".", "-") + suffix
}

// Ours is our symbol for one of the source's: BRK.B for BRK-B. A hyphen in a symbol with
// the suffix of an exchange (VOLV-B.ST) is how that exchange writes it, and stays.
func Ours(theirs string) string {
	s := strings.ToUpper(strings.TrimSpace(theirs))
	if at := strings.LastIndexByte(s, '-'); at > 0 && len(s)-at <= 4 && !strings.Contains(s, ".") {
		return s[:at] + "." + s[at+1:]
	}
	return s
}

// split takes the suffix of an exchange off a symbol. A dot before letters that are no
// suffix, or in a symbol of an exchange that has none, belongs to the stem: BRK.B.
func split(symbol, mic string) (stem, suffix string) {
	at := strings.LastIndexByte(symbol, '.')
	if at <= 0 {
		return symbol, ""
	}
	of, known := bySuffix[symbol[at:]]
	if _, sure := byMIC[mic]; !known || sure && of.mic != mic {
		return symbol, ""
	}
	return symbol[:at], symbol[at:]
}

func cut(s, separators string) (before, after string, found bool) {
	if at := strings.IndexAny(s, separators); at > 0 {
		return s[:at], s[at+1:], true
	}
	return s, "", false
}

// zoneOf is where an instrument trades: by the source's code of its exchange, else by its
// market identifier code or the suffix of its symbol, else, for a bare symbol of a known
// class, nowhere that is known.
func zoneOf(code string, i instrument.Instrument, theirs string) *time.Location {
	e, ok := exchanges[strings.ToUpper(code)]
	if !ok {
		e, ok = byMIC[i.Exchange]
	}
	if !ok {
		_, suffix := split(theirs, i.Exchange)
		e, ok = bySuffix[suffix]
	}
	switch {
	case ok:
	case i.Class == instrument.Crypto:
		e.zone = "UTC"
	default:
		return nil
	}
	zone, err := time.LoadLocation(e.zone)
	if err != nil {
		return nil
	}
	return zone
}

// unfinished reports whether the trading day was still open at a moment. What trades
// around the clock has its day until midnight UTC; where the exchange's hours are not
// known, a day is unfinished until it is over there.
func unfinished(day date.Date, at time.Time, i instrument.Instrument, theirs string) bool {
	if at.IsZero() {
		return false
	}
	zone := zoneOf("", i, theirs)
	if zone == nil {
		zone = time.UTC
	}
	local := at.In(zone)
	today := date.FromTime(local)
	if day != today {
		return day > today
	}
	mic := i.Exchange
	if mic == "" {
		_, suffix := split(theirs, "")
		mic = bySuffix[suffix].mic
	}
	if c, ok := calendar.For(mic); ok && mic != "" {
		if end, ok := c.CloseOn(day); ok {
			return local.Hour()*60+local.Minute() < end
		}
	}
	return true
}

// currencyOf reads a code of the source, which writes pence as GBp; empty where it gives none.
func currencyOf(s string) money.Currency {
	c, err := money.ParseCurrency(s)
	if err != nil {
		return ""
	}
	return c
}

// classOf is what the source says an instrument is: by its flags of a profile, or by the
// code of the markets that trade one class only.
func classOf(code string, etf, fund *bool) instrument.Class {
	switch strings.ToUpper(code) {
	case "CRYPTO", "CCC":
		return instrument.Crypto
	case "FOREX", "CCY":
		return instrument.Currency
	case "COMMODITY":
		return instrument.Commodity
	case "INDEX":
		return instrument.Index
	case "ETF":
		return instrument.ETF
	case "MUTUAL_FUND":
		return instrument.Fund
	}
	switch {
	case etf != nil && *etf:
		return instrument.ETF
	case fund != nil && *fund:
		return instrument.Fund
	case etf != nil && fund != nil:
		return instrument.Equity
	}
	return instrument.Unknown
}
