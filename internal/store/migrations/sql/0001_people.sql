-- Who there is. Types are the domains of migrations.go, so that one text serves both
-- databases; every key of a tenant's table starts with the tenant.

-- +goose Up
CREATE TABLE tenants (
    id             id_text PRIMARY KEY,
    name           text    NOT NULL,
    created        ts_text NOT NULL,
    event_sequence bigint  NOT NULL DEFAULT 0, -- head of the audit chain
    event_hash     bytes_blob
);

CREATE TABLE users (
    tenant_id     id_text NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
    id            id_text NOT NULL,
    email         text    NOT NULL,
    email_key     text    NOT NULL, -- folded to lower case
    name          text    NOT NULL,
    role          text    NOT NULL CHECK (role IN ('owner', 'member')),
    password_hash text    NOT NULL,
    base_currency text    NOT NULL,
    locale        text    NOT NULL,
    time_zone     text    NOT NULL,
    created       ts_text NOT NULL,
    disabled      boolean NOT NULL DEFAULT false,
    PRIMARY KEY (tenant_id, id)
);
CREATE UNIQUE INDEX users_email ON users (email_key);

CREATE TABLE sessions (
    tenant_id  id_text    NOT NULL,
    id         id_text    NOT NULL,
    user_id    id_text    NOT NULL,
    token_hash bytes_blob NOT NULL,
    created    ts_text    NOT NULL,
    last_seen  ts_text    NOT NULL,
    expires    ts_text    NOT NULL,
    agent      text       NOT NULL,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, id) ON DELETE CASCADE
);
CREATE UNIQUE INDEX sessions_token ON sessions (token_hash);
CREATE INDEX sessions_user ON sessions (tenant_id, user_id);

-- +goose Down
DROP TABLE sessions;
DROP TABLE users;
DROP TABLE tenants;
