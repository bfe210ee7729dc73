package fred

import (
	"encoding/xml"
	"fmt"
	"math"
	"strconv"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/internal/marketdata"
	"github.com/foliosight/foliosight/internal/marketdata/jsonscan"
)

// values is a page of them as it stands in an answer.
type values struct {
	units                string // "lin": as they are
	count, offset, limit int
	came                 int // rows, those without a value included
	dates                []date.Date
	values               []float64
}

// readObservations reads a page of values; next asks for the one after it.
func readObservations(r marketdata.Request, c marketdata.Call, a marketdata.Response) (d marketdata.Delivery, next *marketdata.Call, refusal *marketdata.Refusal) {
	places, unit := shift(c.Carry)
	v := values{count: -1}
	if isXML(a.Body) {
		refusal = v.readXML(a.Body, places)
	} else {
		refusal = v.readJSON(a.Body, places)
	}
	if refusal != nil {
		return d, nil, refusal
	}
	if v.units != "" && v.units != "lin" {
		return d, nil, garbled("units", v.units+", asked was lin")
	}
	if v.limit <= 0 {
		v.limit = most
	}
	// An answer for another page than was asked must not lead in circles.
	if asked, _ := strconv.Atoi(c.Query.Get("offset")); v.offset != asked {
		return d, nil, garbled("offset", fmt.Sprintf("%d, asked was %d", v.offset, asked))
	}
	if due := min(v.count-v.offset, v.limit); v.count >= 0 && v.came < due {
		d.Left = append(d.Left, fmt.Sprintf("%d values: FRED counts %d of them, %d came", due-v.came, due, v.came))
	}
	s := marketdata.RateSeries{Name: r.Series, Dates: v.dates, Values: v.values, Unit: unit}
	d.Left = append(d.Left, s.Order(r.From, r.To, marketdata.Latest(a.At))...)
	if len(s.Dates) > 0 {
		d.Rates = []marketdata.RateSeries{s}
	}
	if after := v.offset + v.limit; v.count > after && v.came > 0 {
		return d, observations(r, c.Carry, after), nil
	}
	if len(s.Dates) == 0 && v.offset == 0 {
		return d, nil, &marketdata.Refusal{Reason: marketdata.Empty}
	}
	return d, nil, nil
}

func (v *values) add(day, value []byte, places int) *marketdata.Refusal {
	v.came++
	on, ok := dayOf(day)
	if !ok {
		return garbled(fmt.Sprintf("observation %d, date", v.came), string(day))
	}
	if missing(value) {
		return nil
	}
	x := jsonscan.Shifted(value, places)
	if math.IsNaN(x) {
		return garbled(fmt.Sprintf("observation %d, value", v.came), string(value))
	}
	v.dates, v.values = append(v.dates, on), append(v.values, x)
	return nil
}

func dayOf(b []byte) (date.Date, bool) {
	if len(b) != 10 || b[4] != '-' || b[7] != '-' {
		return 0, false
	}
	d, err := date.Parse(string(b))
	return d, err == nil
}

// missing reports whether a value says that there is none.
func missing(value []byte) bool {
	switch string(value) {
	case ".", "", "NaN", "#N/A", "ND", "NA":
		return true
	}
	return false
}

func (v *values) readJSON(body []byte, places int) (refusal *marketdata.Refusal) {
	found := false
	s := jsonscan.New(body)
	count := func(to *int) {
		if c := s.Peek(); c-'0' <= 9 {
			*to, _ = strconv.Atoi(string(s.Number()))
		}
	}
	s.Object(func(name []byte) {
		switch string(name) {
		case "units":
			if s.Peek() == '"' {
				v.units = string(s.Text())
			}
		case "count":
			count(&v.count)
		case "offset":
			count(&v.offset)
		case "limit":
			count(&v.limit)
		case "observations":
			found = true
			s.Array(func() {
				var day, value []byte
				s.Object(func(name []byte) {
					switch string(name) {
					case "date":
						day = s.Text()
					case "value":
						if s.Null() {
							value = nil
						} else if s.Peek() == '"' {
							value = s.Text()
						} else {
							value = s.Number()
						}
					}
				})
				if refusal == nil && s.Err() == nil {
					refusal = v.add(day, value, places)
				}
			})
		}
	})
	s.End()
	switch err := s.Err(); {
	case err != nil:
		return garbled(fmt.Sprintf("observation %d, %v", v.came+1, err), "")
	case refusal != nil:
		return refusal
	case !found:
		return garbled("observations", "")
	}
	return nil
}

func (v *values) readXML(body []byte, places int) *marketdata.Refusal {
	var e struct {
		XMLName xml.Name `xml:"observations"`
		Units   string   `xml:"units,attr"`
		Count   int      `xml:"count,attr"`
		Offset  int      `xml:"offset,attr"`
		Limit   int      `xml:"limit,attr"`
		Rows    []struct {
			Date  string `xml:"date,attr"`
			Value string `xml:"value,attr"`
		} `xml:"observation"`
	}
	if err := xml.Unmarshal(body, &e); err != nil {
		return garbled("observations", err.Error())
	}
	v.units, v.count, v.offset, v.limit = e.Units, e.Count, e.Offset, e.Limit
	for _, row := range e.Rows {
		if refusal := v.add([]byte(row.Date), []byte(row.Value), places); refusal != nil {
			return refusal
		}
	}
	return nil
}
