-- What is kept beside the books: the audit trail, answers to repeated requests, and
-- small settings. The chain holds hashes; contents lie apart and may be erased.

-- +goose Up
CREATE TABLE events (
    tenant_id    id_text    NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
    sequence     bigint     NOT NULL,
    at           ts_text    NOT NULL,
    user_id      id_text    NOT NULL,
    action       text       NOT NULL,
    object       text       NOT NULL,
    portfolio_id id_text,
    before_hash  bytes_blob,
    after_hash   bytes_blob,
    prev_hash    bytes_blob,
    hash         bytes_blob NOT NULL,
    PRIMARY KEY (tenant_id, sequence)
);

CREATE TABLE event_contents (
    tenant_id id_text NOT NULL,
    sequence  bigint  NOT NULL,
    before    text, -- not jsonb: the hash is of these very bytes
    after     text,
    PRIMARY KEY (tenant_id, sequence),
    FOREIGN KEY (tenant_id, sequence) REFERENCES events (tenant_id, sequence) ON DELETE CASCADE
);

CREATE TABLE answers (
    tenant_id    id_text    NOT NULL,
    user_id      id_text    NOT NULL,
    key          text       NOT NULL,
    method       text       NOT NULL,
    path         text       NOT NULL,
    request_hash bytes_blob NOT NULL,
    status       bigint     NOT NULL,
    header       json_text  NOT NULL,
    body         bytes_blob NOT NULL,
    expires      ts_text    NOT NULL,
    PRIMARY KEY (tenant_id, user_id, key)
);

-- user_id 00000000-0000-0000-0000-000000000000: the tenant's.
CREATE TABLE settings (
    tenant_id id_text   NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
    user_id   id_text   NOT NULL,
    key       text      NOT NULL,
    value     json_text NOT NULL,
    PRIMARY KEY (tenant_id, user_id, key)
);

-- +goose Down
DROP TABLE settings;
DROP TABLE answers;
DROP TABLE event_contents;
DROP TABLE events;
