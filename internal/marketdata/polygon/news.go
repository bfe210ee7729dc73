package polygon

import (
	"time"

	"github.com/foliosight/foliosight/internal/marketdata"
)

// moods are the source's words for how an article speaks of a ticker, on the scale of an
// Article: its ends and its middle, the source has nothing between.
var moods = map[string]float64{"positive": 1, "neutral": 0, "negative": -1}

// readNews reads articles. The source rates each of the tickers of an article and not
// the article itself.
func readNews(body []byte, r marketdata.Request) (*scanner, envelope, answer) {
	var (
		a answer
		l left
	)
	s, e := whole(body, "results", func(s *scanner) {
		a.rows++
		n, published := article(s)
		when, err := time.Parse(time.RFC3339, published)
		switch {
		case n.Title == "" || n.ID == "":
			l.out("row %d: no title or no address", a.rows)
			return
		case err != nil:
			l.out("row %d, published_utc: %q is not a time", a.rows, published)
			return
		case r.Limit > 0 && len(a.d.News) >= r.Limit:
			return
		}
		n.Published = when.UTC()
		a.d.News = append(a.d.News, n)
	})
	a.d.Left = l.all()
	return s, e, a
}

func article(s *scanner) (n marketdata.Article, published string) {
	var rated map[string]float64
	s.object(func(key []byte) {
		switch string(key) {
		case "id":
			n.ID = words(s)
		case "title":
			n.Title = words(s)
		case "description":
			n.Summary = words(s)
		case "article_url":
			n.Address = words(s)
		case "image_url":
			n.Image = words(s)
		case "published_utc":
			published = words(s)
		case "publisher":
			s.object(func(key []byte) {
				if string(key) == "name" {
					n.Publisher = words(s)
					return
				}
				s.Skip()
			})
		case "tickers":
			s.array(func() {
				if t := words(s); t != "" {
					n.Symbols = append(n.Symbols, marketdata.Mention{Symbol: t})
				}
			})
		case "insights":
			s.array(func() {
				symbol, mood := insight(s)
				if v, ok := moods[mood]; ok {
					if rated == nil {
						rated = make(map[string]float64)
					}
					rated[symbol] = v
				}
			})
		default:
			s.Skip()
		}
	})
	for i, m := range n.Symbols {
		if v, ok := rated[m.Symbol]; ok {
			n.Symbols[i].Sentiment = &v
		}
	}
	if n.ID == "" {
		n.ID = n.Address
	}
	return n, published
}

func insight(s *scanner) (symbol, mood string) {
	s.object(func(key []byte) {
		switch string(key) {
		case "ticker":
			symbol = words(s)
		case "sentiment":
			mood = words(s)
		default:
			s.Skip()
		}
	})
	return symbol, mood
}
