-- New days of many series of one kind and source, a row a delivery, until they are folded
-- into the blocks of each series. A row counts for a series where it is of a later version
-- than the series' block of that year. Kind: market data.

-- +goose Up
CREATE TABLE days (
    tenant_id id_text    NOT NULL,
    kind      text       NOT NULL,
    source    text       NOT NULL,
    day       date_text  NOT NULL,
    version   bigint     NOT NULL, -- of the market, in which it came
    folded    bigint     NOT NULL, -- from this version on the blocks have it; 0: they do not
    until     bigint     NOT NULL, -- the version in which its source was dropped; 0: it was not
    body      bytes_blob NOT NULL, -- symbols and their values
    PRIMARY KEY (tenant_id, kind, source, day, version)
);
CREATE INDEX days_pending ON days (tenant_id, kind) WHERE folded = 0 AND until = 0;

-- +goose Down
DROP TABLE days;
