-- Rules of guests: of users of other tenants to whom a portfolio was granted, and what
-- those rules raised. The rows lie with the portfolio, are the guest's alone, and end
-- with the grant, in whichever way that ends. Kinds: all have rules of their own
-- (catalogue.go).
-- The gate's questions (sqlstore/alert_guests.go): ClaimGuestDeliveries updates due and
-- attempts of all tenants and returns ids.

-- +goose Up
CREATE TABLE guest_rules (
    tenant_id    id_text   NOT NULL, -- of the portfolio
    id           id_text   NOT NULL,
    user_id      id_text   NOT NULL, -- the guest
    home_id      id_text   NOT NULL, -- tenant of the guest, where the channels are
    portfolio_id id_text   NOT NULL,
    kind         text      NOT NULL,
    name         text      NOT NULL,
    subject      text      NOT NULL,
    below        boolean   NOT NULL,
    threshold    dec_text  NOT NULL,
    band         dec_text  NOT NULL,
    severity     text      NOT NULL CHECK (severity IN ('info', 'warning', 'critical')),
    quiet_from   text      NOT NULL,
    quiet_to     text      NOT NULL,
    channels     json_text NOT NULL, -- ids of the guest's channels at home
    eager        boolean   NOT NULL,
    enabled      boolean   NOT NULL,
    revision     bigint    NOT NULL,
    created      ts_text   NOT NULL,
    changed      ts_text   NOT NULL,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, portfolio_id, user_id) REFERENCES grants (tenant_id, portfolio_id, user_id) ON DELETE CASCADE
);
CREATE INDEX guest_rules_grant ON guest_rules (tenant_id, portfolio_id, user_id);
CREATE INDEX guest_rules_user ON guest_rules (user_id, id);

-- As alerts. What a rule raised is kept as long as the grant lasts, also without the rule.
CREATE TABLE guest_alerts (
    tenant_id         id_text   NOT NULL,
    id                id_text   NOT NULL,
    user_id           id_text   NOT NULL,
    portfolio_id      id_text   NOT NULL,
    rule_key          text      NOT NULL, -- id of the rule
    kind              text      NOT NULL,
    subject           text      NOT NULL,
    title             text      NOT NULL,
    severity          text      NOT NULL,
    unit              text      NOT NULL,
    below             boolean   NOT NULL,
    state             text      NOT NULL CHECK (state IN ('raised', 'acknowledged', 'resolved')),
    armed             boolean   NOT NULL,
    threshold         dec_text  NOT NULL,
    value             dec_text  NOT NULL,
    last_value        dec_text  NOT NULL,
    first_day         date_text NOT NULL,
    last_day          date_text NOT NULL,
    ledger            bigint    NOT NULL,
    market_shared     bigint    NOT NULL,
    market_own        bigint    NOT NULL,
    unchecked         text      NOT NULL,
    raised            ts_text   NOT NULL,
    acknowledged      ts_text,
    acknowledged_by   id_text,
    acknowledged_why  text      NOT NULL,
    resolved          ts_text,
    resolved_by       id_text,
    resolved_why      text      NOT NULL,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, portfolio_id, user_id) REFERENCES grants (tenant_id, portfolio_id, user_id) ON DELETE CASCADE
);
CREATE UNIQUE INDEX guest_alerts_open ON guest_alerts (tenant_id, portfolio_id, user_id, rule_key, subject) WHERE state <> 'resolved';
CREATE INDEX guest_alerts_grant ON guest_alerts (tenant_id, portfolio_id, user_id);
CREATE INDEX guest_alerts_user ON guest_alerts (user_id, id);
CREATE INDEX guest_alerts_raised ON guest_alerts (user_id) WHERE state = 'raised';

-- As alert_checks.
CREATE TABLE guest_checks (
    tenant_id    id_text   NOT NULL,
    user_id      id_text   NOT NULL,
    portfolio_id id_text   NOT NULL,
    rule_key     id_text   NOT NULL, -- id of the rule, with which it goes
    day          date_text NOT NULL,
    at           ts_text   NOT NULL,
    ledger       bigint    NOT NULL,
    readings     json_text NOT NULL,
    PRIMARY KEY (tenant_id, rule_key),
    FOREIGN KEY (tenant_id, rule_key) REFERENCES guest_rules (tenant_id, id) ON DELETE CASCADE
);

-- As alert_deliveries; the channel is in another tenant, so there is no reference.
CREATE TABLE guest_deliveries (
    tenant_id    id_text NOT NULL,
    id           id_text NOT NULL, -- and the key of the message at home
    user_id      id_text NOT NULL,
    home_id      id_text NOT NULL, -- tenant of the channel
    portfolio_id id_text NOT NULL,
    alert_id     id_text NOT NULL,
    channel_id   id_text NOT NULL,
    rule_id      id_text NOT NULL,
    event        text    NOT NULL CHECK (event IN ('raised', 'resolved')),
    created      ts_text NOT NULL,
    expires      ts_text NOT NULL,
    due          ts_text NOT NULL,
    attempts     bigint  NOT NULL,
    reason       text    NOT NULL,
    sent         ts_text,
    failed       ts_text,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, alert_id) REFERENCES guest_alerts (tenant_id, id) ON DELETE CASCADE
);
CREATE INDEX guest_deliveries_due ON guest_deliveries (due) WHERE sent IS NULL AND failed IS NULL;
CREATE INDEX guest_deliveries_alert ON guest_deliveries (tenant_id, alert_id);
CREATE INDEX guest_deliveries_expires ON guest_deliveries (tenant_id, expires);

CREATE TABLE guest_attempts (
    tenant_id   id_text NOT NULL,
    delivery_id id_text NOT NULL,
    attempt     bigint  NOT NULL,
    user_id     id_text NOT NULL,
    at          ts_text NOT NULL,
    reason      text    NOT NULL, -- empty: it went out
    PRIMARY KEY (tenant_id, delivery_id, attempt),
    FOREIGN KEY (tenant_id, delivery_id) REFERENCES guest_deliveries (tenant_id, id) ON DELETE CASCADE
);

-- +goose Down
DROP TABLE guest_attempts;
DROP TABLE guest_deliveries;
DROP TABLE guest_checks;
DROP TABLE guest_alerts;
DROP TABLE guest_rules;
