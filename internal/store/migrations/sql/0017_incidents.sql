-- What all processes look at every second (maintenance, when caches were last cleared),
-- and what each said to it; incidents with what was looked at, found and done. Kind:
-- global; an incident names things of the installation, never what belongs to a tenant.

-- +goose Up
CREATE TABLE marks (
    name     text      NOT NULL PRIMARY KEY, -- maintenance, caches
    version  bigint    NOT NULL, -- one more with each change
    contents json_text NOT NULL,
    changed  ts_text   NOT NULL,
    by_whom  text      NOT NULL -- account and machine
);

-- What a process did when it saw a mark. Answers to earlier versions go with the next change.
CREATE TABLE mark_answers (
    name     text      NOT NULL,
    version  bigint    NOT NULL,
    process  text      NOT NULL, -- machine and number of the process
    at       ts_text   NOT NULL,
    contents json_text NOT NULL,
    PRIMARY KEY (name, version, process),
    FOREIGN KEY (name) REFERENCES marks (name) ON DELETE CASCADE
);

CREATE TABLE incidents (
    id       text    NOT NULL PRIMARY KEY, -- INC-20260717-101500
    kind     text    NOT NULL, -- service-down, database-issue, security-breach, performance-degradation
    severity text    NOT NULL CHECK (severity IN ('critical', 'major', 'minor')),
    state    text    NOT NULL CHECK (state IN ('open', 'mitigated', 'closed')),
    opened   ts_text NOT NULL,
    by_whom  text    NOT NULL, -- account and machine
    closed   ts_text,
    cause    text    NOT NULL -- empty until it is closed
);
CREATE INDEX incidents_opened ON incidents (opened);

-- The timeline, appended to and never changed.
CREATE TABLE incident_entries (
    id       id_text   NOT NULL PRIMARY KEY,
    incident text      NOT NULL,
    at       ts_text   NOT NULL,
    by_whom  text      NOT NULL,
    contents json_text NOT NULL,
    FOREIGN KEY (incident) REFERENCES incidents (id)
);
CREATE INDEX incident_entries_incident ON incident_entries (incident, at);

-- +goose Down
DROP TABLE incident_entries;
DROP TABLE incidents;
DROP TABLE mark_answers;
DROP TABLE marks;
