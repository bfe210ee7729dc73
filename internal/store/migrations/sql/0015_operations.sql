-- What was done to look after the installation: checks, backups, upkeep, incidents. A row
-- a run, written when it has ended and never changed. Kind: global; a report names things
-- of the installation, never what belongs to a tenant. The gate reads and appends plainly.

-- +goose Up
CREATE TABLE operations (
    id      id_text   NOT NULL PRIMARY KEY,
    command text      NOT NULL, -- as it is typed: audit security --full
    began   ts_text   NOT NULL,
    ended   ts_text   NOT NULL,
    outcome text      NOT NULL CHECK (outcome IN ('fine', 'finding', 'unknown')),
    by_whom text      NOT NULL, -- account and machine, or the schedule
    report  json_text NOT NULL
);
CREATE INDEX operations_command ON operations (command, began);
CREATE INDEX operations_began ON operations (began);

-- +goose Down
DROP TABLE operations;
