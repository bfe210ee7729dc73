-- Portfolios and their ledgers. Rows of transactions are only ever added; a row says
-- in which version of its ledger it came (entered) and went (superseded, 0: in force).

-- +goose Up
CREATE TABLE portfolios (
    tenant_id id_text   NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
    id        id_text   NOT NULL,
    owner_id  id_text   NOT NULL,
    name      text      NOT NULL,
    base      text      NOT NULL,
    policy    json_text NOT NULL,
    benchmark text      NOT NULL,
    simulated boolean   NOT NULL,
    settings  json_text NOT NULL,
    revision  bigint    NOT NULL,
    version   bigint    NOT NULL, -- of the ledger
    sequence  bigint    NOT NULL, -- last entry order given out
    created   ts_text   NOT NULL,
    archived  ts_text,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, owner_id) REFERENCES users (tenant_id, id)
);
CREATE UNIQUE INDEX portfolios_name ON portfolios (tenant_id, owner_id, name) WHERE archived IS NULL;

-- The user of a grant may belong to another tenant, so there is no reference.
CREATE TABLE grants (
    tenant_id    id_text NOT NULL,
    portfolio_id id_text NOT NULL,
    user_id      id_text NOT NULL,
    role         text    NOT NULL CHECK (role IN ('view', 'trade', 'manage')),
    created      ts_text NOT NULL,
    PRIMARY KEY (tenant_id, portfolio_id, user_id),
    FOREIGN KEY (tenant_id, portfolio_id) REFERENCES portfolios (tenant_id, id) ON DELETE CASCADE
);
CREATE INDEX grants_user ON grants (tenant_id, user_id);

CREATE TABLE accounts (
    tenant_id    id_text NOT NULL,
    portfolio_id id_text NOT NULL,
    name         text    NOT NULL,
    label        text    NOT NULL,
    currency     text    NOT NULL,
    institution  text    NOT NULL,
    PRIMARY KEY (tenant_id, portfolio_id, name),
    FOREIGN KEY (tenant_id, portfolio_id) REFERENCES portfolios (tenant_id, id) ON DELETE CASCADE
);

CREATE TABLE versions (
    tenant_id    id_text NOT NULL,
    portfolio_id id_text NOT NULL,
    version      bigint  NOT NULL,
    committed    ts_text NOT NULL,
    user_id      id_text NOT NULL,
    kind         text    NOT NULL,
    reason       text    NOT NULL,
    import_id    id_text,
    first_date   date_text NOT NULL,
    entered      bigint  NOT NULL,
    removed      bigint  NOT NULL,
    PRIMARY KEY (tenant_id, portfolio_id, version),
    FOREIGN KEY (tenant_id, portfolio_id) REFERENCES portfolios (tenant_id, id) ON DELETE CASCADE
);

CREATE TABLE imports (
    tenant_id    id_text NOT NULL,
    portfolio_id id_text NOT NULL,
    id           id_text NOT NULL,
    file         text    NOT NULL,
    sha256       text    NOT NULL,
    format       text    NOT NULL,
    rows_read    bigint  NOT NULL,
    booked       bigint  NOT NULL,
    present      bigint  NOT NULL,
    refused      bigint  NOT NULL,
    ignored      bigint  NOT NULL,
    version      bigint  NOT NULL,
    undone       bigint  NOT NULL,
    user_id      id_text NOT NULL,
    created      ts_text NOT NULL,
    PRIMARY KEY (tenant_id, portfolio_id, id),
    FOREIGN KEY (tenant_id, portfolio_id) REFERENCES portfolios (tenant_id, id) ON DELETE CASCADE
);

CREATE TABLE transactions (
    tenant_id    id_text   NOT NULL,
    portfolio_id id_text   NOT NULL,
    id           id_text   NOT NULL,
    origin_id    id_text   NOT NULL,
    replaces_id  id_text,
    sequence     bigint    NOT NULL,
    entered      bigint    NOT NULL,
    superseded   bigint    NOT NULL DEFAULT 0,
    import_id    id_text,
    date         date_text NOT NULL,
    clock        bigint,
    type         text      NOT NULL,
    account      text,
    cash_account text,
    to_account   text,
    symbol       text,
    to_symbol    text,
    quantity     dec_text,
    price        dec_text,
    amount       dec_text,
    currency     text,
    fees         dec_text,
    taxes        dec_text,
    details      json_text, -- what few bookings have: ratio, lot spec, foreign gross …
    note         text,
    source       text,
    PRIMARY KEY (tenant_id, portfolio_id, id),
    FOREIGN KEY (tenant_id, portfolio_id) REFERENCES portfolios (tenant_id, id) ON DELETE CASCADE
);
CREATE INDEX transactions_order ON transactions (tenant_id, portfolio_id, sequence, entered);
CREATE INDEX transactions_date ON transactions (tenant_id, portfolio_id, date, sequence, entered, superseded);
CREATE INDEX transactions_import ON transactions (tenant_id, portfolio_id, import_id) WHERE import_id IS NOT NULL;
CREATE INDEX transactions_entered ON transactions (tenant_id, portfolio_id, entered, sequence);
CREATE INDEX transactions_superseded ON transactions (tenant_id, portfolio_id, superseded, sequence) WHERE superseded > 0;

-- +goose Down
DROP TABLE transactions;
DROP TABLE imports;
DROP TABLE versions;
DROP TABLE accounts;
DROP TABLE grants;
DROP TABLE portfolios;
