-- Answers that are kept for an idempotency key may hold what is shown once: a token, a
-- webhook's secret. They are kept sealed, apart from the body, which is empty then; where
-- there is no key to seal with, of such an answer the fact alone is kept. A program of the
-- version before repeats a sealed answer without its body.

-- +goose Up
ALTER TABLE answers ADD COLUMN sealed bytes_blob; -- NULL: the body is as it is
ALTER TABLE answers ADD COLUMN withheld boolean NOT NULL DEFAULT false;

-- +goose Down
ALTER TABLE answers DROP COLUMN withheld;
ALTER TABLE answers DROP COLUMN sealed;
