package service

import (
	"context"
	"net/http"
	"time"

	"github.com/foliosight/foliosight/internal/store"
)

// A session ends when it was not used for a while, and whatever its use when it is so
// old: then one signs in anew. Programs that exchange refresh tokens have a longer time.

// SessionCookie is the name of the cookie that both faces keep the session's token in.
// Over https it has the prefix with which browsers take it from this host alone, and over
// https alone: neither a neighbour's subdomain nor an open connection can plant one.
func SessionCookie(secure bool) string {
	if secure {
		return securePrefix + plainCookie
	}
	return plainCookie
}

const (
	securePrefix = "__Host-"
	plainCookie  = "foliosight"
)

// SessionOfCookie is the token in a request's cookie; empty: there is none. One with the
// prefix is good everywhere, the plain one only where nothing is served over https.
func SessionOfCookie(r *http.Request, secure bool) string {
	c, err := r.Cookie(SessionCookie(true))
	if err != nil && !secure {
		c, err = r.Cookie(SessionCookie(false))
	}
	if err != nil {
		return ""
	}
	return c.Value
}

// lastDay is when a session ends however much it is used.
func (s *Service) lastDay(session store.Session) time.Time {
	if !session.TokenUntil.IsZero() { // a program's, with refresh tokens
		return session.Created.Add(s.accounts.RefreshMost)
	}
	return session.Created.Add(s.accounts.SessionMost)
}

// lasts is until when a session's own token is good that is used now.
func (s *Service) lasts(created, now time.Time) time.Time {
	return earlier(now.Add(s.accounts.sessions), created.Add(s.accounts.SessionMost))
}

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

// ownSession is a session of the identity's own.
func ownSession(ctx context.Context, v store.View, id string) (store.Session, error) {
	all, err := v.Sessions(ctx)
	for _, one := range all {
		if one.ID == id {
			return one, nil
		}
	}
	if err == nil {
		err = store.ErrNotFound
	}
	return store.Session{}, err
}
