package pricefile

import "strings"

// CountryCode is the ISO 3166 alpha-2 code of a country that is written as its code or
// by its English name, as fund managers write it; empty where it is none of those in
// which funds commonly invest.
func CountryCode(text string) string {
	if len(text) == 2 {
		if code := strings.ToUpper(text); code[0] >= 'A' && code[0] <= 'Z' && code[1] >= 'A' && code[1] <= 'Z' {
			return code
		}
	}
	return countries[strings.ToLower(text)]
}

// countries are those of the MSCI ACWI, and where funds and their holdings are domiciled.
var countries = map[string]string{
	"argentina": "AR", "australia": "AU", "austria": "AT", "belgium": "BE", "bermuda": "BM", "brazil": "BR", "canada": "CA",
	"cayman islands": "KY", "chile": "CL", "china": "CN", "colombia": "CO", "czech republic": "CZ", "czechia": "CZ", "denmark": "DK",
	"egypt": "EG", "finland": "FI", "france": "FR", "germany": "DE", "greece": "GR", "guernsey": "GG", "hong kong": "HK",
	"hungary": "HU", "india": "IN", "indonesia": "ID", "ireland": "IE", "isle of man": "IM", "israel": "IL", "italy": "IT",
	"japan": "JP", "jersey": "JE", "korea": "KR", "korea (south)": "KR", "kuwait": "KW", "liechtenstein": "LI", "luxembourg": "LU",
	"malaysia": "MY", "mexico": "MX", "netherlands": "NL", "new zealand": "NZ", "norway": "NO", "pakistan": "PK", "panama": "PA",
	"peru": "PE", "philippines": "PH", "poland": "PL", "portugal": "PT", "puerto rico": "PR", "qatar": "QA", "russia": "RU",
	"russian federation": "RU", "saudi arabia": "SA", "singapore": "SG", "south africa": "ZA", "south korea": "KR", "spain": "ES",
	"sweden": "SE", "switzerland": "CH", "taiwan": "TW", "thailand": "TH", "turkey": "TR", "türkiye": "TR", "united arab emirates": "AE",
	"united kingdom": "GB", "united states": "US", "united states of america": "US", "usa": "US", "vietnam": "VN",
}
