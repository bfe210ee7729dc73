-- Rules on figures, what they raised, and how it was told. Kinds: alerts and alert_checks
-- are per portfolio; alert_channels and alert_attempts are per user; alert_rules and
-- alert_deliveries have rules of their own (catalogue.go).
-- The gate's question ClaimDeliveries updates alert_deliveries (due, attempts) of all
-- tenants and returns ids.

-- +goose Up
CREATE TABLE alert_channels (
    tenant_id id_text    NOT NULL,
    id        id_text    NOT NULL,
    user_id   id_text    NOT NULL,
    kind      text       NOT NULL CHECK (kind IN ('mail', 'webhook', 'slack')),
    name      text       NOT NULL,
    shown     text       NOT NULL, -- where it leads, as far as it is no secret: a host, an address
    target    bytes_blob NOT NULL, -- sealed: address and signing secret
    enabled   boolean    NOT NULL,
    created   ts_text    NOT NULL,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, id) ON DELETE CASCADE
);
CREATE INDEX alert_channels_user ON alert_channels (tenant_id, user_id);

CREATE TABLE alert_rules (
    tenant_id    id_text   NOT NULL,
    id           id_text   NOT NULL,
    user_id      id_text   NOT NULL, -- whose it is, and whose channels it uses
    portfolio_id id_text,            -- NULL: every portfolio that the user owns
    kind         text      NOT NULL,
    name         text      NOT NULL,
    subject      text      NOT NULL, -- a symbol, a sector or a scenario; empty: each
    below        boolean   NOT NULL, -- fires under the threshold instead of over it
    threshold    dec_text  NOT NULL,
    band         dec_text  NOT NULL, -- how far back it goes before the rule is armed again
    severity     text      NOT NULL CHECK (severity IN ('info', 'warning', 'critical')),
    quiet_from   text      NOT NULL, -- hh:mm in the user's time zone; empty: never quiet
    quiet_to     text      NOT NULL,
    channels     json_text NOT NULL, -- ids of the user's channels
    eager        boolean   NOT NULL, -- also looked at after bookings and new prices
    enabled      boolean   NOT NULL,
    revision     bigint    NOT NULL,
    created      ts_text   NOT NULL,
    changed      ts_text   NOT NULL,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, id) ON DELETE CASCADE,
    FOREIGN KEY (tenant_id, portfolio_id) REFERENCES portfolios (tenant_id, id) ON DELETE CASCADE
);
CREATE INDEX alert_rules_user ON alert_rules (tenant_id, user_id);
CREATE INDEX alert_rules_portfolio ON alert_rules (tenant_id, portfolio_id);

-- One row each time that a rule is raised about something. It goes from raised over
-- acknowledged to resolved, or straight there.
CREATE TABLE alerts (
    tenant_id         id_text   NOT NULL,
    id                id_text   NOT NULL,
    portfolio_id      id_text   NOT NULL,
    rule_key          text      NOT NULL, -- id of the rule; 'limits': the portfolio's own
    kind              text      NOT NULL,
    subject           text      NOT NULL,
    title             text      NOT NULL,
    severity          text      NOT NULL,
    unit              text      NOT NULL,
    below             boolean   NOT NULL,
    state             text      NOT NULL CHECK (state IN ('raised', 'acknowledged', 'resolved')),
    armed             boolean   NOT NULL, -- may be raised again
    threshold         dec_text  NOT NULL, -- of the last check
    value             dec_text  NOT NULL, -- when it was raised
    last_value        dec_text  NOT NULL, -- of the last check at which it was known
    first_day         date_text NOT NULL,
    last_day          date_text NOT NULL,
    ledger            bigint    NOT NULL, -- versions that the last value rests on
    market_shared     bigint    NOT NULL,
    market_own        bigint    NOT NULL,
    unchecked         text      NOT NULL, -- why the last check could not be made
    raised            ts_text   NOT NULL,
    acknowledged      ts_text,
    acknowledged_by   id_text,
    acknowledged_why  text      NOT NULL,
    resolved          ts_text,
    resolved_by       id_text,            -- NULL: the figure went back
    resolved_why      text      NOT NULL,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, portfolio_id) REFERENCES portfolios (tenant_id, id) ON DELETE CASCADE
);
CREATE UNIQUE INDEX alerts_open ON alerts (tenant_id, portfolio_id, rule_key, subject) WHERE state <> 'resolved';
CREATE INDEX alerts_raised ON alerts (tenant_id) WHERE state = 'raised';
CREATE INDEX alerts_portfolio ON alerts (tenant_id, portfolio_id, id);

-- What stood against a rule when it was last looked at.
CREATE TABLE alert_checks (
    tenant_id    id_text   NOT NULL,
    portfolio_id id_text   NOT NULL,
    rule_key     text      NOT NULL,
    day          date_text NOT NULL,
    at           ts_text   NOT NULL,
    ledger       bigint    NOT NULL,
    readings     json_text NOT NULL,
    PRIMARY KEY (tenant_id, portfolio_id, rule_key),
    FOREIGN KEY (tenant_id, portfolio_id) REFERENCES portfolios (tenant_id, id) ON DELETE CASCADE
);

CREATE TABLE alert_deliveries (
    tenant_id    id_text NOT NULL,
    id           id_text NOT NULL,
    user_id      id_text NOT NULL, -- whose channel it is
    portfolio_id id_text NOT NULL,
    alert_id     id_text NOT NULL,
    channel_id   id_text NOT NULL,
    rule_id      id_text NOT NULL, -- that says to tell it, and when not to
    event        text    NOT NULL CHECK (event IN ('raised', 'resolved')),
    created      ts_text NOT NULL,
    expires      ts_text NOT NULL, -- kept until then
    due          ts_text NOT NULL,
    attempts     bigint  NOT NULL,
    reason       text    NOT NULL, -- why the last attempt failed
    sent         ts_text,
    failed       ts_text,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, alert_id) REFERENCES alerts (tenant_id, id) ON DELETE CASCADE,
    FOREIGN KEY (tenant_id, channel_id) REFERENCES alert_channels (tenant_id, id) ON DELETE CASCADE,
    FOREIGN KEY (tenant_id, portfolio_id) REFERENCES portfolios (tenant_id, id) ON DELETE CASCADE
);
CREATE INDEX alert_deliveries_due ON alert_deliveries (due) WHERE sent IS NULL AND failed IS NULL;
CREATE INDEX alert_deliveries_alert ON alert_deliveries (tenant_id, alert_id);
CREATE INDEX alert_deliveries_expires ON alert_deliveries (tenant_id, expires);

CREATE TABLE alert_attempts (
    tenant_id   id_text NOT NULL,
    delivery_id id_text NOT NULL,
    attempt     bigint  NOT NULL,
    user_id     id_text NOT NULL,
    at          ts_text NOT NULL,
    reason      text    NOT NULL, -- empty: it went out
    PRIMARY KEY (tenant_id, delivery_id, attempt),
    FOREIGN KEY (tenant_id, delivery_id) REFERENCES alert_deliveries (tenant_id, id) ON DELETE CASCADE
);

-- +goose Down
DROP TABLE alert_attempts;
DROP TABLE alert_deliveries;
DROP TABLE alert_checks;
DROP TABLE alerts;
DROP TABLE alert_rules;
DROP TABLE alert_channels;
