package fred

import (
	"encoding/xml"
	"math"
	"strings"

	"github.com/foliosight/foliosight/finance/instrument"
	"github.com/foliosight/foliosight/internal/marketdata"
	"github.com/foliosight/foliosight/internal/marketdata/jsonscan"
)

// series is what FRED says of one.
type series struct {
	id, title, units, frequency string
}

// readSeries reads the answer of fred/series and of fred/series/search, in JSON or XML.
func readSeries(body []byte) (list []series, refusal *marketdata.Refusal) {
	if body[0] == '<' || isXML(body) {
		var e struct {
			XMLName xml.Name `xml:"seriess"`
			Series  []struct {
				ID        string `xml:"id,attr"`
				Title     string `xml:"title,attr"`
				Units     string `xml:"units,attr"`
				Frequency string `xml:"frequency,attr"`
			} `xml:"series"`
		}
		if err := xml.Unmarshal(body, &e); err != nil {
			return nil, garbled("seriess", err.Error())
		}
		for _, s := range e.Series {
			list = append(list, series{s.ID, s.Title, s.Units, s.Frequency})
		}
		return list, nil
	}
	found := false
	s := jsonscan.New(body)
	s.Object(func(name []byte) {
		if string(name) != "seriess" {
			return
		}
		found = true
		s.Array(func() {
			var one series
			s.Object(func(name []byte) {
				if s.Peek() != '"' {
					return
				}
				switch string(name) {
				case "id":
					one.id = string(s.Text())
				case "title":
					one.title = string(s.Text())
				case "units":
					one.units = string(s.Text())
				case "frequency":
					one.frequency = string(s.Text())
				}
			})
			list = append(list, one)
		})
	})
	s.End()
	if err := s.Err(); err != nil {
		return nil, garbled("seriess, "+err.Error(), "")
	}
	if !found {
		return nil, garbled("seriess", "")
	}
	return list, nil
}

func isXML(body []byte) bool {
	return strings.HasPrefix(strings.TrimLeft(string(body[:min(len(body), 16)]), "\ufeff \r\n\t"), "<")
}

// candidate is the series as something that may have been meant. It is no instrument; its
// name stands where the symbol would.
func (s series) candidate() marketdata.Candidate {
	name := s.title
	if s.frequency != "" || s.units != "" {
		name += " (" + strings.Trim(s.units+", "+s.frequency, ", ") + ")"
	}
	return marketdata.Candidate{Instrument: instrument.Instrument{Symbol: s.id, Name: name}, Score: math.NaN(), Exchange: "FRED"}
}

// shift is by how many places the decimal point of a value moves to the left, and the unit
// of what comes out.
func shift(units string) (places int, unit string) {
	low := strings.ToLower(strings.TrimSpace(units))
	switch {
	case low == "%" || strings.HasPrefix(low, "percent"):
		return 2, "fraction"
	case strings.HasPrefix(low, "basis point"):
		return 4, "fraction"
	case low == "index" || strings.HasPrefix(low, "index "):
		return 0, "index"
	}
	return 0, units
}
