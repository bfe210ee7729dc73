package instrument

import (
	"slices"
	"strings"
)

// sectors are the eleven sectors of the Global Industry Classification Standard, by the
// names that MSCI and S&P give them: the one taxonomy of sectors here.
var sectors = []string{"Communication Services", "Consumer Discretionary", "Consumer Staples", "Energy", "Financials", "Health Care", "Industrials", "Information Technology", "Materials", "Real Estate", "Utilities"}

// sectorWords are what sources call them otherwise: Morningstar's names, which Yahoo and
// Financial Modeling Prep use, and shortened forms. Groups that cut across sectors
// ("Manufacturing", "Trade & Services") are none of them.
var sectorWords = map[string]string{
	"technology": "Information Technology", "tech": "Information Technology", "infotech": "Information Technology",
	"communications": "Communication Services", "communication": "Communication Services", "telecommunications": "Communication Services", "telecommunication services": "Communication Services", "telecom": "Communication Services",
	"consumer cyclical": "Consumer Discretionary", "consumer defensive": "Consumer Staples", "financial": "Financials", "financial services": "Financials", "finance": "Financials",
	"healthcare": "Health Care", "basic materials": "Materials", "industrial": "Industrials", "realestate": "Real Estate", "utility": "Utilities",
}

// SectorOf is the sector that a source's word means; empty where it is none.
func SectorOf(word string) string {
	word = strings.ToLower(strings.Join(strings.Fields(strings.ReplaceAll(word, "_", " ")), " "))
	if usual, ok := sectorWords[word]; ok {
		return usual
	}
	if i := slices.IndexFunc(sectors, func(s string) bool { return strings.ToLower(s) == word }); i >= 0 {
		return sectors[i]
	}
	return ""
}
