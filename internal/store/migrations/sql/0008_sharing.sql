-- Sharing beyond the tenant. A link or a household is a guest like any other: its id is
-- the user of a grant, which ends with it, so that access and policies need no other way.
--   per portfolio, for those who manage it: shares, links
--   per portfolio, entered by who manages it: contributions
--   per user (founder_id): households, household_people
-- The gate's questions (sqlstore/gate_sharing.go) answer with ids alone.

-- +goose Up
CREATE TABLE shares (
    tenant_id    id_text NOT NULL,
    portfolio_id id_text NOT NULL,
    id           id_text NOT NULL,
    email        text    NOT NULL,
    email_key    text    NOT NULL, -- folded to lower case
    role         text    NOT NULL CHECK (role IN ('view', 'trade', 'manage')),
    created_by   id_text NOT NULL,
    created      ts_text NOT NULL,
    user_id      id_text,          -- who took it up; their grant ends with this row
    PRIMARY KEY (tenant_id, portfolio_id, id),
    FOREIGN KEY (tenant_id, portfolio_id) REFERENCES portfolios (tenant_id, id) ON DELETE CASCADE
);
CREATE UNIQUE INDEX shares_email ON shares (tenant_id, portfolio_id, email_key);
CREATE INDEX shares_open ON shares (email_key);

CREATE TABLE links (
    tenant_id    id_text    NOT NULL,
    portfolio_id id_text    NOT NULL,
    id           id_text    NOT NULL, -- and the user of its grant
    token_hash   bytes_blob NOT NULL,
    label        text       NOT NULL,
    shows        text       NOT NULL CHECK (shows IN ('everything', 'percentages')),
    created_by   id_text    NOT NULL,
    created      ts_text    NOT NULL,
    expires      ts_text    NOT NULL,
    revoked      ts_text,
    last_used    ts_text,
    views        bigint     NOT NULL,
    PRIMARY KEY (tenant_id, portfolio_id, id),
    FOREIGN KEY (tenant_id, portfolio_id) REFERENCES portfolios (tenant_id, id) ON DELETE CASCADE
);
CREATE UNIQUE INDEX links_token ON links (token_hash);

CREATE TABLE households (
    tenant_id  id_text NOT NULL,
    id         id_text NOT NULL, -- and the user of the grants on what is contributed
    founder_id id_text NOT NULL,
    name       text    NOT NULL,
    created    ts_text NOT NULL,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, founder_id) REFERENCES users (tenant_id, id) ON DELETE CASCADE
);
CREATE UNIQUE INDEX households_id ON households (id);

CREATE TABLE household_people (
    tenant_id    id_text NOT NULL, -- of the household
    household_id id_text NOT NULL,
    id           id_text NOT NULL,
    founder_id   id_text NOT NULL,
    email        text    NOT NULL,
    email_key    text    NOT NULL,
    name         text    NOT NULL, -- as they were called when they joined
    user_id      id_text,          -- NULL until they join
    created      ts_text NOT NULL,
    joined       ts_text,
    PRIMARY KEY (tenant_id, household_id, id),
    FOREIGN KEY (tenant_id, household_id) REFERENCES households (tenant_id, id) ON DELETE CASCADE
);
CREATE UNIQUE INDEX household_people_email ON household_people (tenant_id, household_id, email_key);
CREATE INDEX household_people_open ON household_people (email_key);
CREATE INDEX household_people_user ON household_people (user_id);

CREATE TABLE contributions (
    tenant_id    id_text NOT NULL, -- of who contributes
    household_id id_text NOT NULL,
    portfolio_id id_text NOT NULL,
    user_id      id_text NOT NULL,
    shows        text    NOT NULL CHECK (shows IN ('everything', 'together')),
    created      ts_text NOT NULL,
    PRIMARY KEY (tenant_id, household_id, portfolio_id),
    FOREIGN KEY (tenant_id, portfolio_id) REFERENCES portfolios (tenant_id, id) ON DELETE CASCADE
);
CREATE INDEX contributions_household ON contributions (household_id);
CREATE INDEX contributions_portfolio ON contributions (tenant_id, portfolio_id);

-- Where a portfolio is, and what somebody was granted anywhere.
CREATE INDEX portfolios_id ON portfolios (id);
CREATE INDEX grants_anywhere ON grants (user_id);

-- +goose Down
DROP INDEX grants_anywhere;
DROP INDEX portfolios_id;
DROP TABLE contributions;
DROP TABLE household_people;
DROP TABLE households;
DROP TABLE links;
DROP TABLE shares;
