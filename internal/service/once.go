package service

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"time"

	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/internal/secret"
	"github.com/foliosight/foliosight/internal/store"
)

// keepAnswers is how long a repeated request gets the answer of the first.
const keepAnswers = 24 * time.Hour

// Once runs a write that carries an idempotency key: the first time fn runs, and what
// it writes and the answer are committed together; after that the kept answer is given
// without running anything. An error of fn is kept by nobody, so that the request can
// be made again. Answers lie sealed where there is a key to seal with; without one, of
// those that have a secret the fact alone is kept, and a repetition is ErrWithheld. The
// same key for another request is ErrReused.
func (s *Service) Once(ctx context.Context, c Caller, r Request, fn func(context.Context) (Response, error)) (out Response, err error) {
	if r.Key == "" {
		return fn(ctx)
	}
	if len(r.Key) > 200 {
		return out, &ledger.Fault{Field: "Idempotency-Key", Value: r.Key[:40] + "…", Problem: "it is too long", Cure: "use at most 200 characters"}
	}
	sum := sha256.Sum256(r.Body)
	// What fn writes asks for its scope itself; the answer may be kept by everybody.
	err = s.writes(ctx, c.about(r.Portfolio), ScopeRead, func(ctx context.Context, tx store.Tx) error {
		now := s.now()
		kept, err := tx.Answered(ctx, r.Key, now)
		if err == nil {
			if kept.Method != r.Method || kept.Path != r.Path || string(kept.RequestHash) != string(sum[:]) {
				return ErrReused
			}
			out = Response{Status: kept.Status, Repeated: true}
			if out.Body, err = s.openAnswer(tx.Identity(), kept); err != nil {
				return err
			}
			return json.Unmarshal(kept.Header, &out.Header)
		}
		if !errors.Is(err, store.ErrNotFound) {
			return err
		}
		if out, err = fn(ctx); err != nil {
			return err
		}
		header, err := json.Marshal(out.Header)
		if err != nil {
			return err
		}
		kept = store.Answer{Key: r.Key, Method: r.Method, Path: r.Path, RequestHash: sum[:], Status: out.Status, Header: header, Expires: now.Add(keepAnswers)}
		switch {
		case s.accounts.Secrets != nil:
			kept.Sealed, err = s.accounts.Secrets.Seal(answerPlace(tx.Identity(), r.Key), out.Body)
		case r.Secret:
			kept.Withheld = true
		default:
			kept.Body = out.Body
		}
		if err != nil {
			return err
		}
		return tx.KeepAnswer(ctx, kept)
	})
	return out, err
}

// openAnswer is the body of a kept answer. One that an earlier key sealed, which is not
// given any more, is as one that was not kept.
func (s *Service) openAnswer(id store.Identity, kept store.Answer) ([]byte, error) {
	switch {
	case kept.Withheld, kept.Sealed != nil && s.accounts.Secrets == nil:
		return nil, ErrWithheld
	case kept.Sealed == nil:
		return kept.Body, nil
	}
	body, err := s.accounts.Secrets.Open(answerPlace(id, kept.Key), kept.Sealed)
	if errors.Is(err, secret.ErrUnknown) {
		err = ErrWithheld
	}
	return body, err
}

func answerPlace(id store.Identity, key string) secret.Place {
	return secret.Answers.At(id.Tenant, id.User, key)
}
