package alphavantage

import (
	"fmt"
	"strconv"
	"time"

	"github.com/foliosight/foliosight/internal/marketdata"
)

// mostNews is how many articles NEWS_SENTIMENT gives at once.
const mostNews = 1000

func askNews(r marketdata.Request, symbol string) marketdata.Call {
	c := call("NEWS_SENTIMENT", "tickers", symbol, "sort", "LATEST")
	if r.Limit > 0 {
		c.Query.Set("limit", strconv.Itoa(min(r.Limit, mostNews)))
	}
	if r.From != 0 {
		c.Query.Set("time_from", r.From.Time().Format("20060102T1504"))
	}
	if r.To != 0 {
		c.Query.Set("time_to", r.To.Time().Add(24*time.Hour-time.Minute).Format("20060102T1504"))
	}
	return c
}

// news reads NEWS_SENTIMENT. The zone of its times is not said; they are taken for UTC.
func (o *answer) news(body []byte) *marketdata.Refusal {
	s, found := newScanner(body), false
	s.Object(func(key []byte) {
		if string(key) != "feed" {
			s.Skip()
			return
		}
		found = true
		s.Array(func() { o.article(s) })
	})
	switch bad := s.end(); {
	case bad != nil:
		return o.garbled(bad)
	case !found:
		return o.garbled(&fault{"start", `there is no "feed"`})
	case len(o.delivery.News) == 0:
		return o.refuse(marketdata.Empty, "it lists no articles")
	}
	if n := o.request.Limit; n > 0 && len(o.delivery.News) > n {
		o.delivery.News = o.delivery.News[:n]
	}
	return nil
}

func (o *answer) article(s scanner) {
	r, top := &record{}, &record{}
	var a marketdata.Article
	s.Object(func(key []byte) {
		switch c := s.Peek(); {
		case c == '[' && string(key) == "ticker_sentiment":
			s.each(r, func() *fault {
				m := marketdata.Mention{Symbol: ours(words(r.get("ticker")))}
				var bad *fault
				if m.Relevance, bad = score(r, "relevance_score", 0); bad != nil {
					return bad
				}
				if m.Sentiment, bad = score(r, "ticker_sentiment_score", -1); bad != nil {
					return bad
				}
				if m.Symbol != "" {
					a.Symbols = append(a.Symbols, m)
				}
				return nil
			})
		case c == '[' || c == '{':
			s.Skip()
		default:
			top.keys, top.values = append(top.keys, key), append(top.values, s.text())
		}
	})
	if s.Err() != nil {
		return
	}
	a.Title, a.Summary, a.Address = words(top.get("title")), words(top.get("summary")), words(top.get("url"))
	a.ID, a.Publisher, a.Image = a.Address, words(top.get("source")), words(top.get("banner_image"))
	var bad *fault
	if a.Sentiment, bad = score(top, "overall_sentiment_score", -1); bad != nil {
		s.stop(bad)
		return
	}
	at, err := published(string(top.get("time_published")))
	switch {
	case err != nil:
		s.stop(&fault{"time_published", fmt.Sprintf("%q is no time", clip(top.get("time_published")))})
	case a.Title == "" || a.Address == "":
		o.leave("an article of %s: it has no title, or no address", at.Format(time.DateTime))
	default:
		a.Published = at
		o.delivery.News = append(o.delivery.News, a)
	}
}

func published(text string) (time.Time, error) {
	at, err := time.Parse("20060102T150405", text)
	if err != nil {
		at, err = time.Parse("20060102T1504", text)
	}
	return at, err
}

// score reads a figure from least to 1; nil where it is not rated or outside of that.
func score(r *record, name string, least float64) (*float64, *fault) {
	v := 0.0
	if bad := r.number(&v, name); bad != nil {
		return nil, bad
	}
	if !(v >= least && v <= 1) {
		return nil, nil
	}
	return &v, nil
}
