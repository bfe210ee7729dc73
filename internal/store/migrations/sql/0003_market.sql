-- Market data. tenant_id 00000000-0000-0000-0000-000000000000 marks what all tenants
-- share. A series is kept as blocks, one a year; what a batch replaces moves to the
-- history with the versions between which it held (version <= v < until).

-- +goose Up
CREATE TABLE market_versions (
    tenant_id id_text NOT NULL,
    version   bigint  NOT NULL,
    committed ts_text NOT NULL,
    user_id   id_text NOT NULL,
    source    text    NOT NULL,
    reason    text    NOT NULL,
    PRIMARY KEY (tenant_id, version)
);

CREATE TABLE instruments (
    tenant_id id_text   NOT NULL,
    source    text      NOT NULL,
    symbol    text      NOT NULL,
    details   json_text NOT NULL,
    version   bigint    NOT NULL,
    PRIMARY KEY (tenant_id, symbol, source)
);

CREATE TABLE instruments_history (
    tenant_id id_text   NOT NULL,
    source    text      NOT NULL,
    symbol    text      NOT NULL,
    details   json_text NOT NULL,
    version   bigint    NOT NULL,
    until     bigint    NOT NULL,
    PRIMARY KEY (tenant_id, symbol, source, version)
);

CREATE TABLE series (
    tenant_id id_text   NOT NULL,
    kind      text      NOT NULL,
    symbol    text      NOT NULL,
    source    text      NOT NULL,
    currency  text      NOT NULL,
    first     date_text NOT NULL,
    last      date_text NOT NULL,
    count     bigint    NOT NULL,
    version   bigint    NOT NULL,
    updated   ts_text   NOT NULL,
    PRIMARY KEY (tenant_id, kind, symbol, source)
);

CREATE TABLE blocks (
    tenant_id id_text    NOT NULL,
    kind      text       NOT NULL,
    symbol    text       NOT NULL,
    source    text       NOT NULL,
    year      bigint     NOT NULL, -- 0: the block is not of one year
    version   bigint     NOT NULL,
    body      bytes_blob NOT NULL,
    PRIMARY KEY (tenant_id, kind, symbol, source, year)
);

CREATE TABLE blocks_history (
    tenant_id id_text    NOT NULL,
    kind      text       NOT NULL,
    symbol    text       NOT NULL,
    source    text       NOT NULL,
    year      bigint     NOT NULL,
    version   bigint     NOT NULL,
    until     bigint     NOT NULL,
    body      bytes_blob NOT NULL,
    PRIMARY KEY (tenant_id, kind, symbol, source, year, version)
);

-- What people enter themselves, exact to the digit.
CREATE TABLE own_prices (
    tenant_id  id_text   NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
    symbol     text      NOT NULL,
    date       date_text NOT NULL,
    entered    bigint    NOT NULL,
    superseded bigint    NOT NULL DEFAULT 0,
    price      dec_text  NOT NULL,
    currency   text      NOT NULL,
    valuation  boolean   NOT NULL,
    note       text      NOT NULL,
    user_id    id_text   NOT NULL,
    PRIMARY KEY (tenant_id, symbol, date, entered)
);

-- +goose Down
DROP TABLE own_prices;
DROP TABLE blocks_history;
DROP TABLE blocks;
DROP TABLE series;
DROP TABLE instruments_history;
DROP TABLE instruments;
DROP TABLE market_versions;
