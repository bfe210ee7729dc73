package fmp

import (
	"time"

	"github.com/foliosight/foliosight/internal/marketdata"
)

// news reads articles, in New York time. They are not rated.
func (x *answer) news() (marketdata.Delivery, *marketdata.Call, *marketdata.Refusal) {
	var d marketdata.Delivery
	seen := map[string]bool{}
	ref := x.rows(func(s *scanner, _ string) {
		var out marketdata.Article
		var symbol, site string
		s.object(func(key []byte, v token) {
			switch string(key) {
			case "symbol":
				symbol = v.str()
			case "publishedDate", "date":
				out.Published = published(v.str())
			case "publisher":
				out.Publisher = v.str()
			case "site":
				site = v.str()
			case "title":
				out.Title = v.str()
			case "text":
				out.Summary = v.str()
			case "image":
				out.Image = v.str()
			case "url":
				out.Address = v.str()
			}
		})
		out.ID = out.Address
		if out.Publisher == "" {
			out.Publisher = site
		}
		if symbol != "" {
			out.Symbols = []marketdata.Mention{{Symbol: x.ours(symbol)}}
		}
		switch {
		case s.fault != "":
		case out.Title == "" || out.Address == "" || out.Published.IsZero():
			x.notes.add("row %d: an article without its title, address or time", s.row)
		case !x.response.At.IsZero() && out.Published.After(x.response.At.Add(24*time.Hour)):
			x.notes.add("row %d: %s is to come", s.row, out.Published.Format(time.RFC3339))
		case seen[out.ID]:
			x.notes.add("row %d: the article comes twice", s.row)
		default:
			seen[out.ID] = true
			d.News = append(d.News, out)
		}
	})
	if ref == nil && len(d.News) == 0 {
		ref = x.empty()
	}
	return d, nil, ref
}

// published reads a time of New York, or one that states its zone; zero for neither.
func published(s string) time.Time {
	if t, err := time.Parse(time.RFC3339, s); err == nil {
		return t.UTC()
	}
	zone, err := time.LoadLocation(newYork)
	if err != nil {
		return time.Time{}
	}
	t, err := time.ParseInLocation(time.DateTime, s, zone)
	if err != nil {
		return time.Time{}
	}
	return t.UTC()
}
