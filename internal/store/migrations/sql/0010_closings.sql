-- Closed periods. Rows are only ever added, the last of a portfolio counts; one without
-- a day opens the books again. Per portfolio.

-- +goose Up
CREATE TABLE closings (
    tenant_id    id_text NOT NULL,
    portfolio_id id_text NOT NULL,
    sequence     bigint  NOT NULL, -- from 1
    through      date_text,        -- the last closed day
    reason       text    NOT NULL,
    user_id      id_text NOT NULL,
    at           ts_text NOT NULL,
    PRIMARY KEY (tenant_id, portfolio_id, sequence),
    FOREIGN KEY (tenant_id, portfolio_id) REFERENCES portfolios (tenant_id, id) ON DELETE CASCADE
);

-- +goose Down
DROP TABLE closings;
