package simulated

import (
	"strings"

	"github.com/foliosight/foliosight/finance/instrument"
	"github.com/foliosight/foliosight/finance/money"
)

// holdings are what the funds of the simulated market hold: symbols of its shares and
// funds, and of the securities in others, each with its percentage. They are made up and
// stay the same; what they leave over is the rest of the fund, of which nothing is known.
// Funds without a line do not publish what they hold.
var holdings = map[string]string{
	"SPY":   "NVDA 6.8 MSFT 6.4 AAPL 6.1 AMZN 3.9 META 2.8 GOOGL 2.3 GOOG 1.9 TSLA 1.9 BRK-B 1.7 JPM 1.5 V 1.1 UNH 0.8 XOM 0.8 JNJ 0.8 HD 0.7 PG 0.7 NFLX 0.7 AMD 0.5 GE 0.5 C 0.3 F 0.1",
	"VTI":   "NVDA 6.0 MSFT 5.6 AAPL 5.4 AMZN 3.4 META 2.4 GOOGL 2.0 GOOG 1.7 TSLA 1.6 BRK-B 1.5 JPM 1.3 V 1.0 UNH 0.7 XOM 0.7 JNJ 0.7 HD 0.6 PG 0.6 NFLX 0.6 AMD 0.4 GE 0.4 C 0.2 F 0.1 ROKU 0.1",
	"QQQ":   "NVDA 8.9 MSFT 8.3 AAPL 7.8 AMZN 5.4 META 3.6 TSLA 3.1 GOOGL 2.6 GOOG 2.4 NFLX 2.2 AMD 1.5 SHOP 0.8 ASML 0.3 ZM 0.1",
	"IWM":   "ROKU 0.4 PTON 0.2",
	"VTV":   "BRK-B 3.6 JPM 3.3 XOM 2.3 UNH 2.0 JNJ 2.0 PG 1.9 HD 1.8 V 0.9 C 0.8 GE 0.6 F 0.3",
	"VUG":   "MSFT 11.2 NVDA 10.9 AAPL 10.6 AMZN 6.6 META 4.6 TSLA 3.4 GOOGL 3.2 GOOG 2.7 V 2.0 NFLX 1.4 AMD 0.9 HD 0.8",
	"MTUM":  "NVDA 5.9 META 5.1 NFLX 4.6 JPM 4.4 GE 3.9 TSLA 3.2 BRK-B 2.9 MSFT 2.4",
	"QUAL":  "MSFT 6.1 NVDA 5.9 AAPL 5.6 META 4.9 V 4.2 GOOGL 2.4 GOOG 2.1 JNJ 2.0 UNH 1.8 PG 1.7 HD 1.4",
	"USMV":  "JNJ 1.7 BRK-B 1.6 PG 1.5 V 1.4 MSFT 1.3 XOM 1.2",
	"XLK":   "NVDA 14.6 MSFT 13.9 AAPL 12.8 AMD 2.6",
	"XLC":   "META 19.5 GOOGL 11.2 GOOG 9.4 NFLX 7.1 ROKU 0.4",
	"XLY":   "AMZN 22.9 TSLA 17.0 HD 6.9 F 1.3",
	"XLP":   "PG 15.1",
	"XLF":   "BRK-B 12.6 JPM 10.9 V 7.9 C 2.2",
	"XLV":   "UNH 7.4 JNJ 7.1",
	"XLE":   "XOM 22.8",
	"XLI":   "GE 5.2",
	"EFA":   "ASML 1.7 SAP 1.4 SIE 0.9",
	"VEA":   "ASML 1.5 SAP 1.2 SIE 0.8 SHOP 0.5",
	"VTIAX": "VEA 73 EEM 26",
	"EUNL":  "NVDA 4.9 MSFT 4.5 AAPL 4.4 AMZN 2.8 META 2.0 GOOGL 1.6 GOOG 1.4 TSLA 1.3 JPM 1.1 BRK-B 1.0 V 0.8 ASML 0.5 UNH 0.6 XOM 0.6 JNJ 0.6 HD 0.5 PG 0.5 SAP 0.4 SIE 0.3 SHOP 0.2",
	"FCNTX": "META 14.8 NVDA 9.2 BRK-B 8.1 MSFT 6.9 AMZN 6.1 AAPL 4.4 NFLX 3.2 GOOGL 3.0 GOOG 2.3 V 1.6 JPM 1.2 TSLA 0.7 UNH 0.5 GE 0.4",
	"FMAGX": "NVDA 9.4 MSFT 9.0 AAPL 5.8 AMZN 5.3 META 5.0 GOOGL 3.1 V 2.2 NFLX 2.0 GE 1.9 JPM 1.3 HD 1.1",
	"GLD":   "GOLD-BAR 100",
	"BIL":   "UST 100",
	"SHY":   "UST 99.7",
	"IEF":   "UST 99.6",
	"TLT":   "UST 99.5",
	"TIP":   "UST 99.6",
	"BND":   "UST 46.5 FNMA 9.1 GNMA 5.9 FHLMC 5.4 JPM-BOND 0.7 C-BOND 0.5 AAPL-BOND 0.3",
	"FXNAX": "UST 44.9 FNMA 10.2 GNMA 6.3 FHLMC 6.1 JPM-BOND 0.8 C-BOND 0.5 AAPL-BOND 0.2",
	"LQD":   "JPM-BOND 3.1 C-BOND 2.2 AAPL-BOND 1.6",
}

// sectorShares are the sectors of broad funds in percent, of which the lists above name
// the largest holdings only, in the order of sectorsStated.
var sectorShares = map[string]string{
	"SPY": "31.5 9.4 10.3 6.0 13.6 10.4 3.3 8.5 2.2 2.6 2.2",
	"VTI": "30.1 8.9 10.6 5.6 14.2 10.8 3.5 9.6 1.7 2.4 2.6",
}

var sectorsStated = []string{tech, comm, disc, stap, fin, hlth, ener, indu, matl, util, reit}

// sectorsOf are the sectors of a fund; nil where it does not state them.
func sectorsOf(symbol string) (all []instrument.SectorShare) {
	for i, text := range strings.Fields(sectorShares[symbol]) {
		all = append(all, instrument.SectorShare{Sector: sectorsStated[i], Weight: money.MustParse(text).Mul(money.New(1, 2))})
	}
	return all
}

// others are securities that funds hold and that do not trade in the simulated market.
var others = map[string]instrument.Constituent{
	"GOOG":      {Symbol: "GOOG", Name: "Alphabet Inc. Class C", Issuer: "Alphabet Inc.", Sector: comm, Country: "US", Currency: "USD"},
	"GOLD-BAR":  {Name: "Gold bullion", Sector: metals},
	"UST":       {Name: "U.S. Treasury securities", Issuer: "United States Treasury", Sector: bonds, Country: "US", Currency: "USD"},
	"FNMA":      {Name: "Fannie Mae mortgage pools", Issuer: "Fannie Mae", Sector: bonds, Country: "US", Currency: "USD"},
	"GNMA":      {Name: "Ginnie Mae mortgage pools", Issuer: "Ginnie Mae", Sector: bonds, Country: "US", Currency: "USD"},
	"FHLMC":     {Name: "Freddie Mac mortgage pools", Issuer: "Freddie Mac", Sector: bonds, Country: "US", Currency: "USD"},
	"JPM-BOND":  {Name: "JPMorgan Chase & Co. bonds", Issuer: "JPMorgan Chase & Co.", Sector: bonds, Country: "US", Currency: "USD"},
	"C-BOND":    {Name: "Citigroup Inc. bonds", Issuer: "Citigroup Inc.", Sector: bonds, Country: "US", Currency: "USD"},
	"AAPL-BOND": {Name: "Apple Inc. bonds", Issuer: "Apple Inc.", Sector: bonds, Country: "US", Currency: "USD"},
}

// publishHoldings gives each fund what it held at the end of last month.
func (m *Market) publishHoldings() {
	for i := range m.Listings {
		l := &m.Listings[i]
		list := strings.Fields(holdings[l.Symbol])
		if len(list) == 0 {
			continue
		}
		c := &instrument.Composition{AsOf: m.AsOf.StartOfMonth() - 1, Source: Source, Sectors: sectorsOf(l.Symbol)}
		for k := 0; k+1 < len(list); k += 2 {
			held := m.constituent(list[k])
			held.Weight = money.MustParse(list[k+1]).Mul(money.New(1, 2))
			c.Constituents = append(c.Constituents, held)
		}
		l.Composition = c
	}
}

func (m *Market) constituent(symbol string) instrument.Constituent {
	if c, ok := others[symbol]; ok {
		return c
	}
	l, ok := m.Get(symbol)
	if !ok {
		panic("simulated: no fund can hold " + symbol)
	}
	return instrument.Constituent{Symbol: symbol, Name: l.Name, Issuer: l.Issuer, Sector: l.Sector, Country: l.Country, Currency: l.Currency}
}

// issuer is the company behind a class of its shares.
func issuer(s *spec) string {
	if s.class != instrument.Equity {
		return ""
	}
	company, _, _ := strings.Cut(s.name, " Class ")
	return company
}
