package service

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"time"

	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/internal/store"
)

// keepAnswers is how long a repeated request gets the answer of the first.
const keepAnswers = 24 * time.Hour

// Once runs a write that carries an idempotency key: the first time fn runs, and what
// it writes and the answer are committed together; after that the kept answer is given
// without running anything. An error of fn is kept by nobody, so that the request can
// be made again. The same key for another request is ErrReused.
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
			out = Response{Status: kept.Status, Body: kept.Body, Repeated: true}
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
		return tx.KeepAnswer(ctx, store.Answer{Key: r.Key, Method: r.Method, Path: r.Path, RequestHash: sum[:], Status: out.Status, Header: header, Body: out.Body, Expires: now.Add(keepAnswers)})
	})
	return out, err
}
