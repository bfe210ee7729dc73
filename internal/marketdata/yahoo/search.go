package yahoo

import (
	"fmt"
	"math"
	"strings"
	"time"

	"github.com/foliosight/foliosight/finance/instrument"
	"github.com/foliosight/foliosight/internal/marketdata"
	"github.com/foliosight/foliosight/internal/marketdata/jsonscan"
)

// readSearch reads what a v1 search found, and its news. Its scores have no scale and are
// not given; the order is Yahoo's.
func readSearch(r marketdata.Request, a marketdata.Response) (d marketdata.Delivery, err error) {
	quotes, strangers := false, 0
	s := jsonscan.New(a.Body)
	s.Object(func(name []byte) {
		switch string(name) {
		case "quotes":
			quotes = true
			if s.Null() {
				return
			}
			s.Array(func() {
				q := readQuote(s)
				if q.texts["symbol"] == "" {
					strangers++
					return
				}
				d.Found = append(d.Found, q.candidate())
			})
		case "news":
			if s.Null() {
				return
			}
			s.Array(func() {
				article, why := readArticle(s)
				if why != "" {
					d.Left = append(d.Left, why)
					return
				}
				d.News = append(d.News, article)
			})
		}
	})
	s.End()
	if err := broken(s, "search"); err != nil {
		return marketdata.Delivery{}, err
	}
	if !quotes {
		return marketdata.Delivery{}, garbled("quotes", "")
	}
	if strangers > 0 {
		d.Left = append(d.Left, fmt.Sprintf("%d that are not traded", strangers))
	}
	if r.Limit > 0 {
		d.Found, d.News = d.Found[:min(len(d.Found), r.Limit)], d.News[:min(len(d.News), r.Limit)]
	}
	switch {
	case r.Kind == marketdata.Search && len(d.Found) == 0:
		return marketdata.Delivery{}, refusal(marketdata.NotFound, "")
	case r.Kind == marketdata.News && len(d.News) == 0:
		return marketdata.Delivery{}, refusal(marketdata.Empty, "")
	}
	return d, nil
}

func (q quote) candidate() marketdata.Candidate {
	class := classes[q.texts["quoteType"]]
	i := instrument.Instrument{Symbol: ours(q.texts["symbol"], class), Class: class, Name: strings.TrimSpace(q.name()), Exchange: markets[q.texts["exchange"]], Sector: q.texts["sector"]}
	if class == instrument.Option {
		if terms, err := instrument.ParseOCC(q.texts["symbol"]); err == nil {
			terms.Name = i.Name
			i = terms
		}
	}
	exchange := q.texts["exchDisp"]
	if exchange == "" {
		exchange = q.texts["exchange"]
	}
	return marketdata.Candidate{Instrument: i, Score: math.NaN(), Exchange: exchange}
}

// readArticle reads one piece of news, or says why it is left out.
func readArticle(s *jsonscan.Scanner) (n marketdata.Article, why string) {
	var published int64
	s.Object(func(name []byte) {
		switch string(name) {
		case "uuid":
			n.ID = word(s)
		case "title":
			n.Title = word(s)
		case "summary":
			n.Summary = word(s)
		case "publisher":
			n.Publisher = word(s)
		case "link":
			n.Address = word(s)
		case "providerPublishTime":
			published = seconds(s)
		case "relatedTickers":
			if s.Null() {
				return
			}
			s.Array(func() {
				if symbol := word(s); symbol != "" {
					n.Symbols = append(n.Symbols, marketdata.Mention{Symbol: ours(symbol, instrument.Unknown)})
				}
			})
		case "thumbnail":
			n.Image = picture(s)
		}
	})
	if n.Title == "" || n.ID == "" && n.Address == "" || published <= 0 || !strings.HasPrefix(n.Address, "https://") && !strings.HasPrefix(n.Address, "http://") {
		return n, fmt.Sprintf("news %q: no title, address or time", n.ID)
	}
	if n.ID == "" {
		n.ID = n.Address
	}
	n.Published = time.Unix(published, 0).UTC()
	return n, ""
}

// picture is the address of the smallest form of a picture, the last that is listed.
func picture(s *jsonscan.Scanner) (address string) {
	if s.Null() {
		return ""
	}
	s.Object(func(name []byte) {
		if string(name) != "resolutions" || s.Null() {
			return
		}
		s.Array(func() {
			s.Object(func(name []byte) {
				if string(name) != "url" {
					return
				}
				if a := word(s); strings.HasPrefix(a, "https://") {
					address = a
				}
			})
		})
	})
	return address
}
