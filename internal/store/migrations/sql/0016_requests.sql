-- How requests went: sums an hour, method and route, of all processes together, kept for
-- ninety days; and what was measured when somebody said "this is how it should be". Kind:
-- global; a route is a pattern of addresses and names nobody.

-- +goose Up
CREATE TABLE request_hours (
    hour       ts_text NOT NULL,
    route      text    NOT NULL,
    method     text    NOT NULL,
    requests   bigint  NOT NULL,
    refused    bigint  NOT NULL, -- answered 4xx
    failed     bigint  NOT NULL, -- answered 5xx, or not at all
    total_us   bigint  NOT NULL,
    longest_us bigint  NOT NULL,
    over_100   bigint  NOT NULL, -- took so many milliseconds or more
    over_250   bigint  NOT NULL,
    over_500   bigint  NOT NULL,
    over_1000  bigint  NOT NULL,
    over_5000  bigint  NOT NULL,
    PRIMARY KEY (hour, route, method)
);

CREATE TABLE baselines (
    id       id_text   NOT NULL PRIMARY KEY,
    taken    ts_text   NOT NULL,
    by_whom  text      NOT NULL, -- account and machine
    contents json_text NOT NULL
);
CREATE INDEX baselines_taken ON baselines (taken);

-- +goose Down
DROP TABLE baselines;
DROP TABLE request_hours;
