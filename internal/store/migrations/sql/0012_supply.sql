-- Where market data come from and how well, what is written about instruments, and what
-- comes of it for those who hold them. Kinds: allowances, providers, supplies, documents,
-- mentions, aliases and held_values are market data (shared, or a tenant's own);
-- provider_keys are for operators; watchlists, watchlist_entries, targets and
-- research_notes have rules of their own; income_proposals are per portfolio.

-- +goose Up
-- What was taken of a source's calls. A row counts until it ends; rows that end are gone.
CREATE TABLE allowances (
    tenant_id id_text NOT NULL,
    provider  text    NOT NULL,
    name      text    NOT NULL, -- of the limit: minute, day, credits
    begun     ts_text NOT NULL,
    until     ts_text NOT NULL,
    used      bigint  NOT NULL,
    PRIMARY KEY (tenant_id, provider, name, begun, until)
);

CREATE TABLE providers (
    tenant_id  id_text   NOT NULL,
    name       text      NOT NULL,
    succeeded  ts_text,             -- last
    refused    ts_text,             -- last
    endpoint   text      NOT NULL,  -- that refused
    reason     text      NOT NULL,
    words      text      NOT NULL,
    failures   bigint    NOT NULL,  -- in a row, since the last success
    open_until ts_text,             -- it is left alone until then
    lacks      json_text NOT NULL,  -- what the plan of a key does not have
    PRIMARY KEY (tenant_id, name)
);

CREATE TABLE provider_keys (
    tenant_id   id_text    NOT NULL,
    name        text       NOT NULL, -- of the provider
    sealed      bytes_blob NOT NULL,
    fingerprint text       NOT NULL,
    plan        text       NOT NULL,
    set_by      id_text    NOT NULL,
    set_at      ts_text    NOT NULL,
    PRIMARY KEY (tenant_id, name)
);

CREATE TABLE supplies (
    tenant_id id_text   NOT NULL,
    kind      text      NOT NULL,
    symbol    text      NOT NULL,
    provider  text      NOT NULL, -- asked last
    asked     ts_text,
    succeeded ts_text,
    failures  bigint    NOT NULL, -- in a row
    reason    text      NOT NULL, -- why the last attempt gave nothing; empty: it did
    words     text      NOT NULL,
    due       ts_text,            -- to be asked again; NULL: not by itself
    first     date_text,          -- what is covered
    last      date_text,
    score     bigint,             -- 0 to 100; NULL: not known
    parts     json_text NOT NULL, -- of the score
    needed    boolean   NOT NULL, -- somebody holds or watches it
    PRIMARY KEY (tenant_id, kind, symbol)
);
CREATE INDEX supplies_due ON supplies (tenant_id, due) WHERE needed;

-- Values that were not believed. One row a value: what a source says of a day.
CREATE TABLE held_values (
    tenant_id id_text   NOT NULL,
    id        id_text   NOT NULL,
    kind      text      NOT NULL,
    symbol    text      NOT NULL,
    source    text      NOT NULL,
    day       date_text NOT NULL,
    figures   json_text NOT NULL, -- the bar, what was expected, and what it was corrected to
    finding   text      NOT NULL,
    reason    text      NOT NULL,
    found     ts_text   NOT NULL,
    decision  text      NOT NULL CHECK (decision IN ('open', 'accepted', 'corrected', 'dropped')),
    decided   ts_text,
    user_id   id_text,            -- who decided
    note      text      NOT NULL,
    PRIMARY KEY (tenant_id, id)
);
CREATE UNIQUE INDEX held_values_day ON held_values (tenant_id, kind, symbol, source, day);
CREATE INDEX held_values_open ON held_values (tenant_id, id) WHERE decision = 'open';

-- Profiles, statements, earnings, news and what funds hold, as a source gave them.
CREATE TABLE documents (
    tenant_id id_text    NOT NULL,
    kind      text       NOT NULL,
    symbol    text       NOT NULL, -- empty for news: see mentions
    source    text       NOT NULL,
    doc_key   text       NOT NULL, -- the source's, within kind and symbol
    as_of     date_text,
    at        ts_text,             -- when it was published, where that is known
    fetched   ts_text    NOT NULL, -- when it was first fetched as it is
    digest    bytes_blob NOT NULL, -- SHA-256 of the body as it was given
    body      json_text  NOT NULL,
    PRIMARY KEY (tenant_id, kind, symbol, source, doc_key)
);
CREATE INDEX documents_at ON documents (tenant_id, kind, at);

CREATE TABLE mentions (
    tenant_id id_text NOT NULL,
    symbol    text    NOT NULL,
    source    text    NOT NULL,
    doc_key   text    NOT NULL,
    at        ts_text NOT NULL,
    PRIMARY KEY (tenant_id, symbol, source, doc_key)
);
CREATE INDEX mentions_at ON mentions (tenant_id, symbol, at);
CREATE INDEX mentions_document ON mentions (tenant_id, source, doc_key);

-- What an instrument was called, from a day and until before another.
CREATE TABLE aliases (
    tenant_id id_text   NOT NULL,
    scheme    text      NOT NULL, -- ticker, isin, figi, cusip, a provider's name …
    value     text      NOT NULL,
    first     date_text NOT NULL, -- 1583-01-01: since ever
    until     date_text,          -- NULL: still
    symbol    text      NOT NULL,
    source    text      NOT NULL,
    PRIMARY KEY (tenant_id, scheme, value, first)
);
CREATE INDEX aliases_symbol ON aliases (tenant_id, symbol);

CREATE TABLE watchlists (
    tenant_id id_text NOT NULL,
    id        id_text NOT NULL,
    user_id   id_text NOT NULL,
    name      text    NOT NULL,
    shared    boolean NOT NULL, -- the tenant's other members see it
    position  bigint  NOT NULL,
    revision  bigint  NOT NULL,
    created   ts_text NOT NULL,
    changed   ts_text NOT NULL,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, id) ON DELETE CASCADE
);
CREATE UNIQUE INDEX watchlists_name ON watchlists (tenant_id, user_id, name);

CREATE TABLE watchlist_entries (
    tenant_id    id_text NOT NULL,
    watchlist_id id_text NOT NULL,
    symbol       text    NOT NULL,
    user_id      id_text NOT NULL, -- the list's
    shared       boolean NOT NULL, -- as the list is
    position     bigint  NOT NULL,
    note         text    NOT NULL,
    added        ts_text NOT NULL,
    PRIMARY KEY (tenant_id, watchlist_id, symbol),
    FOREIGN KEY (tenant_id, watchlist_id) REFERENCES watchlists (tenant_id, id) ON DELETE CASCADE
);
CREATE INDEX watchlist_entries_user ON watchlist_entries (tenant_id, user_id);

-- The last row of a user and symbol is in force; one without a price takes the target back.
CREATE TABLE targets (
    tenant_id id_text NOT NULL,
    user_id   id_text NOT NULL,
    symbol    text    NOT NULL,
    sequence  bigint  NOT NULL,
    price     dec_text,
    currency  text    NOT NULL,
    horizon   date_text,
    note      text    NOT NULL,
    set_at    ts_text NOT NULL,
    PRIMARY KEY (tenant_id, user_id, symbol, sequence),
    FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, id) ON DELETE CASCADE
);

CREATE TABLE research_notes (
    tenant_id id_text NOT NULL,
    id        id_text NOT NULL,
    user_id   id_text NOT NULL,
    symbol    text    NOT NULL,
    body      text    NOT NULL, -- Markdown
    shared    boolean NOT NULL, -- the tenant's other members see it
    revision  bigint  NOT NULL,
    created   ts_text NOT NULL,
    edited    ts_text NOT NULL,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, id) ON DELETE CASCADE
);
CREATE INDEX research_notes_symbol ON research_notes (tenant_id, symbol);
CREATE INDEX research_notes_user ON research_notes (tenant_id, user_id);

-- Income that a holding should bring. One row for a position and ex-date, whatever is
-- found of it and however often.
CREATE TABLE income_proposals (
    tenant_id      id_text   NOT NULL,
    id             id_text   NOT NULL,
    portfolio_id   id_text   NOT NULL,
    account        text      NOT NULL,
    symbol         text      NOT NULL,
    ex_date        date_text NOT NULL,
    pay_date       date_text,
    amount         dec_text  NOT NULL, -- a share
    currency       text      NOT NULL,
    quantity       dec_text  NOT NULL, -- held on the ex-date
    gross          dec_text  NOT NULL,
    withholding    dec_text,           -- NULL: not known
    source         text      NOT NULL,
    kind           text      NOT NULL CHECK (kind IN ('dividend', 'special', 'drip')),
    status         text      NOT NULL CHECK (status IN ('open', 'confirmed', 'edited', 'rejected')),
    transaction_id id_text,            -- the booking that was made of it
    note           text      NOT NULL,
    proposed       ts_text   NOT NULL,
    decided        ts_text,
    decided_by     id_text,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, portfolio_id) REFERENCES portfolios (tenant_id, id) ON DELETE CASCADE
);
CREATE UNIQUE INDEX income_proposals_position ON income_proposals (tenant_id, portfolio_id, account, symbol, ex_date);
CREATE INDEX income_proposals_open ON income_proposals (tenant_id, portfolio_id) WHERE status = 'open';

-- +goose Down
DROP TABLE income_proposals;
DROP TABLE research_notes;
DROP TABLE targets;
DROP TABLE watchlist_entries;
DROP TABLE watchlists;
DROP TABLE aliases;
DROP TABLE mentions;
DROP TABLE documents;
DROP TABLE held_values;
DROP TABLE supplies;
DROP TABLE provider_keys;
DROP TABLE providers;
DROP TABLE allowances;
