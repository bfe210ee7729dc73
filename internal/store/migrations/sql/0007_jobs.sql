-- What jobs did about a portfolio and a day, step by step, the snapshots they took, and
-- files that were uploaded and are not booked yet. Kinds for the catalogue: job_runs,
-- job_steps and snapshots are per portfolio, import_drafts are per user.

-- +goose Up
CREATE TABLE job_runs (
    tenant_id     id_text   NOT NULL,
    portfolio_id  id_text   NOT NULL,
    kind          text      NOT NULL,
    day           date_text NOT NULL,
    job           bigint    NOT NULL, -- of the queue, which forgets it sooner
    attempt       bigint    NOT NULL,
    state         text      NOT NULL CHECK (state IN ('running', 'done', 'failed', 'cancelled')),
    reason        text      NOT NULL,
    started       ts_text   NOT NULL,
    ended         ts_text,
    ledger        bigint    NOT NULL, -- the versions that it works on, through every attempt
    market_shared bigint    NOT NULL,
    market_own    bigint    NOT NULL,
    engine        text      NOT NULL,
    PRIMARY KEY (tenant_id, portfolio_id, kind, day),
    FOREIGN KEY (tenant_id, portfolio_id) REFERENCES portfolios (tenant_id, id) ON DELETE CASCADE
);

CREATE TABLE job_steps (
    tenant_id    id_text   NOT NULL,
    portfolio_id id_text   NOT NULL,
    kind         text      NOT NULL,
    day          date_text NOT NULL,
    position     bigint    NOT NULL,
    name         text      NOT NULL,
    status       text      NOT NULL,
    reason       text      NOT NULL,
    started      ts_text   NOT NULL,
    ended        ts_text   NOT NULL,
    output       bytes_blob, -- what a later step needs while the run is under way
    PRIMARY KEY (tenant_id, portfolio_id, kind, day, position),
    FOREIGN KEY (tenant_id, portfolio_id, kind, day) REFERENCES job_runs (tenant_id, portfolio_id, kind, day) ON DELETE CASCADE
);

-- Never updated. A day has a new revision when the versions it rests on are others.
CREATE TABLE snapshots (
    tenant_id     id_text    NOT NULL,
    portfolio_id  id_text    NOT NULL,
    day           date_text  NOT NULL,
    revision      bigint     NOT NULL,
    taken         ts_text    NOT NULL,
    ledger        bigint     NOT NULL,
    market_shared bigint     NOT NULL,
    market_own    bigint     NOT NULL,
    settings      bigint     NOT NULL, -- revision of the portfolio's settings
    engine        text       NOT NULL,
    format        text       NOT NULL, -- of the document and its compression
    sha256        bytes_blob NOT NULL, -- of the document before compression
    size          bigint     NOT NULL,
    body          bytes_blob NOT NULL,
    PRIMARY KEY (tenant_id, portfolio_id, day, revision),
    FOREIGN KEY (tenant_id, portfolio_id) REFERENCES portfolios (tenant_id, id) ON DELETE CASCADE
);

CREATE TABLE import_drafts (
    tenant_id id_text    NOT NULL,
    user_id   id_text    NOT NULL,
    id        id_text    NOT NULL,
    created   ts_text    NOT NULL,
    expires   ts_text    NOT NULL,
    size      bigint     NOT NULL, -- of the body, for the limit of each user
    body      bytes_blob NOT NULL, -- compressed
    PRIMARY KEY (tenant_id, user_id, id),
    FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, id) ON DELETE CASCADE
);
CREATE INDEX import_drafts_expires ON import_drafts (tenant_id, expires);

-- +goose Down
DROP TABLE import_drafts;
DROP TABLE snapshots;
DROP TABLE job_steps;
DROP TABLE job_runs;
