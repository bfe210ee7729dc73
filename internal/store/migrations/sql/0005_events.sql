-- Contents of events say whose they are, so that a policy on them need not look at
-- events, which has policies itself; and the portfolios of a user are found by the user.

-- +goose Up
ALTER TABLE event_contents ADD COLUMN user_id id_text;
ALTER TABLE event_contents ADD COLUMN portfolio_id id_text;
UPDATE event_contents SET
    user_id = (SELECT e.user_id FROM events e WHERE e.tenant_id = event_contents.tenant_id AND e.sequence = event_contents.sequence),
    portfolio_id = (SELECT e.portfolio_id FROM events e WHERE e.tenant_id = event_contents.tenant_id AND e.sequence = event_contents.sequence);

CREATE INDEX portfolios_owner ON portfolios (tenant_id, owner_id, id);

-- +goose Down
DROP INDEX portfolios_owner;
ALTER TABLE event_contents DROP COLUMN portfolio_id;
ALTER TABLE event_contents DROP COLUMN user_id;
