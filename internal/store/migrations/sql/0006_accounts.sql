-- How people come in and stay in: invitations, refresh tokens, tokens for programs,
-- second factors, passkeys, sign-in with other providers, resets by mail; what is sent
-- to them; what is switched on for them. Of tokens and codes only SHA-256 is kept; what
-- must be read again (secrets of second factors, messages, signing keys) is sealed.
--
-- Kinds, for the policies of PostgreSQL:
--   per user: refresh_tokens, personal_tokens, recovery_codes, second_factors, passkeys,
--             linked_identities, mail_tokens, outbox
--   tenant-wide: invites
--   global, without a tenant: challenges, attempts, signing_keys, features
-- The gate's questions, before there is a user (sqlstore/gate_account.go), read:
--   SessionByID      sessions, users       by tenant, user and id, as a signed token names them
--   RefreshOf        refresh_tokens, sessions, users   by token_hash
--   PersonalTokenOf  personal_tokens, users            by token_hash
--   InviteOf         invites                           by token_hash
--   Accept           invites, then inserts into users (and tenants where it founds one)
--   MailTokenOf      mail_tokens, users                by token_hash and kind
--   PasskeyOf        passkeys, users                   by credential_id
--   LinkedTo         linked_identities, users          by issuer and subject
--   ClaimOutbox      updates outbox (due, attempts) of all tenants, returns ids
-- Challenges, attempts and signing keys are global: the gate reads and writes them plainly.

-- +goose Up
ALTER TABLE users ADD COLUMN country text NOT NULL DEFAULT '';
ALTER TABLE users ADD COLUMN cost_method text NOT NULL DEFAULT '';
ALTER TABLE users ADD COLUMN tier text NOT NULL DEFAULT '';
ALTER TABLE users ADD COLUMN verified ts_text; -- when the e-mail address was proved

-- Until when the token itself is good, where the session is kept longer for the sake of
-- its refresh tokens; NULL: as long as the session.
ALTER TABLE sessions ADD COLUMN token_until ts_text;

CREATE TABLE refresh_tokens (
    tenant_id  id_text    NOT NULL,
    id         id_text    NOT NULL,
    user_id    id_text    NOT NULL,
    session_id id_text    NOT NULL, -- the family: what one sign-in led to
    token_hash bytes_blob NOT NULL,
    created    ts_text    NOT NULL,
    expires    ts_text    NOT NULL,
    used       ts_text,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, session_id) REFERENCES sessions (tenant_id, id) ON DELETE CASCADE
);
CREATE UNIQUE INDEX refresh_tokens_hash ON refresh_tokens (token_hash);
CREATE INDEX refresh_tokens_session ON refresh_tokens (tenant_id, session_id);

CREATE TABLE personal_tokens (
    tenant_id  id_text    NOT NULL,
    id         id_text    NOT NULL,
    user_id    id_text    NOT NULL,
    name       text       NOT NULL,
    token_hash bytes_blob NOT NULL,
    scope      text       NOT NULL CHECK (scope IN ('read', 'trade', 'manage', 'admin')),
    created    ts_text    NOT NULL,
    expires    ts_text    NOT NULL,
    last_used  ts_text,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, id) ON DELETE CASCADE
);
CREATE UNIQUE INDEX personal_tokens_hash ON personal_tokens (token_hash);
CREATE INDEX personal_tokens_user ON personal_tokens (tenant_id, user_id);

CREATE TABLE invites (
    tenant_id  id_text    NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
    id         id_text    NOT NULL,
    email      text       NOT NULL, -- empty: whoever has the link
    role       text       NOT NULL CHECK (role IN ('owner', 'member')),
    founds     boolean    NOT NULL, -- a tenant of one's own instead of this one
    token_hash bytes_blob NOT NULL,
    created_by id_text    NOT NULL,
    created    ts_text    NOT NULL,
    expires    ts_text    NOT NULL,
    accepted   ts_text,
    PRIMARY KEY (tenant_id, id)
);
CREATE UNIQUE INDEX invites_hash ON invites (token_hash);

CREATE TABLE second_factors (
    tenant_id id_text    NOT NULL,
    user_id   id_text    NOT NULL,
    secret    bytes_blob NOT NULL, -- sealed
    created   ts_text    NOT NULL,
    confirmed ts_text,             -- NULL: not in force yet
    last_step bigint     NOT NULL, -- of the last code taken: a code works once
    PRIMARY KEY (tenant_id, user_id),
    FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, id) ON DELETE CASCADE
);

CREATE TABLE recovery_codes (
    tenant_id id_text    NOT NULL,
    user_id   id_text    NOT NULL,
    code_hash bytes_blob NOT NULL,
    used      ts_text,
    PRIMARY KEY (tenant_id, user_id, code_hash),
    FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, id) ON DELETE CASCADE
);

CREATE TABLE passkeys (
    tenant_id     id_text    NOT NULL,
    id            id_text    NOT NULL,
    user_id       id_text    NOT NULL,
    credential_id bytes_blob NOT NULL,
    name          text       NOT NULL,
    credential    json_text  NOT NULL, -- public key and counters, as the library keeps them
    created       ts_text    NOT NULL,
    last_used     ts_text,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, id) ON DELETE CASCADE
);
CREATE UNIQUE INDEX passkeys_credential ON passkeys (credential_id);
CREATE INDEX passkeys_user ON passkeys (tenant_id, user_id);

CREATE TABLE linked_identities (
    tenant_id id_text NOT NULL,
    id        id_text NOT NULL,
    user_id   id_text NOT NULL,
    issuer    text    NOT NULL,
    subject   text    NOT NULL,
    email     text    NOT NULL,
    created   ts_text NOT NULL,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, id) ON DELETE CASCADE
);
CREATE UNIQUE INDEX linked_identities_subject ON linked_identities (issuer, subject);
CREATE INDEX linked_identities_user ON linked_identities (tenant_id, user_id);

CREATE TABLE mail_tokens (
    tenant_id  id_text    NOT NULL,
    id         id_text    NOT NULL,
    user_id    id_text    NOT NULL,
    kind       text       NOT NULL CHECK (kind IN ('reset', 'verify')),
    email      text       NOT NULL, -- the address it was sent to
    token_hash bytes_blob NOT NULL,
    created    ts_text    NOT NULL,
    expires    ts_text    NOT NULL,
    used       ts_text,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, id) ON DELETE CASCADE
);
CREATE UNIQUE INDEX mail_tokens_hash ON mail_tokens (token_hash);

CREATE TABLE outbox (
    tenant_id id_text    NOT NULL,
    id        id_text    NOT NULL,
    user_id   id_text    NOT NULL,
    channel   text       NOT NULL, -- mail
    purpose   text       NOT NULL, -- password-reset, invitation …
    message   bytes_blob NOT NULL, -- sealed
    created   ts_text    NOT NULL,
    expires   ts_text    NOT NULL, -- not worth sending afterwards
    due       ts_text    NOT NULL,
    attempts  bigint     NOT NULL,
    reason    text       NOT NULL, -- why the last attempt failed
    sent      ts_text,
    failed    ts_text,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, id) ON DELETE CASCADE
);
CREATE INDEX outbox_due ON outbox (due) WHERE sent IS NULL AND failed IS NULL;

-- What is begun and not finished yet: a second factor, a passkey, a sign-in elsewhere.
CREATE TABLE challenges (
    token_hash bytes_blob NOT NULL PRIMARY KEY,
    kind       text       NOT NULL,
    data       bytes_blob NOT NULL, -- sealed with the token itself
    tries      bigint     NOT NULL,
    expires    ts_text    NOT NULL
);

-- Attempts that failed, by account and by address, as hashes of either.
CREATE TABLE attempts (
    key_hash bytes_blob NOT NULL PRIMARY KEY,
    failures bigint     NOT NULL,
    until    ts_text    NOT NULL, -- none before
    last     ts_text    NOT NULL
);

CREATE TABLE signing_keys (
    id      id_text    NOT NULL PRIMARY KEY,
    secret  bytes_blob NOT NULL, -- sealed
    created ts_text    NOT NULL,
    retired ts_text              -- verifies what it signed, signs no more
);

CREATE TABLE features (
    name    text    NOT NULL PRIMARY KEY,
    enabled boolean NOT NULL,
    percent bigint  NOT NULL,
    changed ts_text NOT NULL
);

-- +goose Down
DROP TABLE features;
DROP TABLE signing_keys;
DROP TABLE attempts;
DROP TABLE challenges;
DROP TABLE outbox;
DROP TABLE mail_tokens;
DROP TABLE linked_identities;
DROP TABLE passkeys;
DROP TABLE recovery_codes;
DROP TABLE second_factors;
DROP TABLE invites;
DROP TABLE personal_tokens;
DROP TABLE refresh_tokens;
ALTER TABLE sessions DROP COLUMN token_until;
ALTER TABLE users DROP COLUMN verified;
ALTER TABLE users DROP COLUMN tier;
ALTER TABLE users DROP COLUMN cost_method;
ALTER TABLE users DROP COLUMN country;
