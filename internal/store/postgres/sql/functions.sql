-- What the policies ask. Who asks is set once a transaction by enter_as and forgotten at
-- its end; where nothing is set, nobody asks and nothing is seen.

CREATE OR REPLACE FUNCTION app_tenant() RETURNS uuid LANGUAGE sql STABLE
    AS $$ SELECT NULLIF(current_setting('app.tenant_id', true), '')::uuid $$;
CREATE OR REPLACE FUNCTION app_user() RETURNS uuid LANGUAGE sql STABLE
    AS $$ SELECT NULLIF(current_setting('app.user_id', true), '')::uuid $$;
CREATE OR REPLACE FUNCTION app_role() RETURNS text LANGUAGE sql STABLE
    AS $$ SELECT COALESCE(current_setting('app.role', true), '') $$;
CREATE OR REPLACE FUNCTION app_operator() RETURNS boolean LANGUAGE sql STABLE
    AS $$ SELECT COALESCE(current_setting('app.operator', true), '') = 'on' $$;
-- The tenant of what all tenants share.
CREATE OR REPLACE FUNCTION app_shared() RETURNS uuid LANGUAGE sql IMMUTABLE
    AS $$ SELECT '00000000-0000-0000-0000-000000000000'::uuid $$;
-- The portfolios that see_portfolio found in this transaction, by what may be done.
CREATE OR REPLACE FUNCTION app_seen(needed text) RETURNS uuid[] LANGUAGE sql STABLE
    AS $$ SELECT ('{' || COALESCE(current_setting('app.seen_' || needed, true), '') || '}')::uuid[] $$;

CREATE OR REPLACE FUNCTION role_rank(role text) RETURNS integer LANGUAGE sql IMMUTABLE
    AS $$ SELECT CASE role WHEN 'view' THEN 1 WHEN 'trade' THEN 2 WHEN 'manage' THEN 3 ELSE 0 END $$;
CREATE OR REPLACE FUNCTION digest_text(content text) RETURNS bytea LANGUAGE sql IMMUTABLE STRICT
    AS $$ SELECT sha256(convert_to(content, 'UTF8')) $$;

-- enter_as says what a user is to a tenant (owner, member, guest, disabled, or nothing)
-- and lets the transaction see what that may see.
CREATE OR REPLACE FUNCTION enter_as(tenant uuid, person uuid, operator boolean) RETURNS text LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = foliosight, pg_temp AS $$
DECLARE
    standing text;
    inside boolean;
BEGIN
    SELECT CASE WHEN u.disabled THEN 'disabled' ELSE u.role END INTO standing FROM users u WHERE u.tenant_id = tenant AND u.id = person;
    IF standing IS NULL AND EXISTS (SELECT 1 FROM grants g WHERE g.tenant_id = tenant AND g.user_id = person) THEN
        standing := 'guest';
    END IF;
    inside := COALESCE(standing, '') IN ('owner', 'member', 'guest');
    PERFORM set_config('app.tenant_id', CASE WHEN inside THEN tenant::text ELSE '' END, true),
        set_config('app.user_id', CASE WHEN inside THEN person::text ELSE '' END, true),
        set_config('app.role', CASE WHEN inside THEN standing ELSE '' END, true),
        set_config('app.operator', CASE WHEN inside AND operator THEN 'on' ELSE '' END, true);
    RETURN COALESCE(standing, '');
END $$;

-- enter_new lets the transaction write for a tenant or a user that is only being made.
CREATE OR REPLACE FUNCTION enter_new(tenant uuid, person uuid) RETURNS void LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = foliosight, pg_temp AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM users u WHERE u.tenant_id = tenant AND u.id = person) THEN
        RAISE unique_violation USING MESSAGE = 'this user is there already';
    END IF;
    PERFORM set_config('app.tenant_id', tenant::text, true), set_config('app.user_id', person::text, true),
        set_config('app.role', 'owner', true), set_config('app.operator', '', true);
END $$;

-- granted_portfolios are those of the tenant that were granted to who asks.
CREATE OR REPLACE FUNCTION granted_portfolios(needed text) RETURNS SETOF uuid LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = foliosight, pg_temp
    AS $$ SELECT g.portfolio_id FROM grants g WHERE g.tenant_id = app_tenant() AND g.user_id = app_user() AND role_rank(g.role) >= role_rank(needed) $$;

-- visible_portfolios are one's own and those.
CREATE OR REPLACE FUNCTION visible_portfolios(needed text) RETURNS SETOF uuid LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = foliosight, pg_temp
    AS $$ SELECT p.id FROM portfolios p WHERE p.tenant_id = app_tenant() AND p.owner_id = app_user() AND app_role() IN ('owner', 'member')
        UNION ALL
        SELECT g.portfolio_id FROM grants g WHERE g.tenant_id = app_tenant() AND g.user_id = app_user() AND role_rank(g.role) >= role_rank(needed) $$;

-- see_portfolio says who owns a portfolio that who asks may see, and which role was
-- granted on it, and remembers for the policies that this was asked.
CREATE OR REPLACE FUNCTION see_portfolio(wanted uuid) RETURNS TABLE (owner_id uuid, role text) LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = foliosight, pg_temp AS $$
#variable_conflict use_column
DECLARE
    own boolean;
    found_owner uuid;
    granted text;
BEGIN
    SELECT p.owner_id, g.role INTO found_owner, granted FROM portfolios p
        LEFT JOIN grants g ON g.tenant_id = p.tenant_id AND g.portfolio_id = p.id AND g.user_id = app_user()
        WHERE p.tenant_id = app_tenant() AND p.id = wanted;
    own := found_owner = app_user() AND app_role() IN ('owner', 'member');
    IF found_owner IS NULL OR NOT own AND granted IS NULL THEN
        RETURN;
    END IF;
    PERFORM set_config('app.seen_view', array_to_string(array_append(app_seen('view'), wanted), ','), true);
    IF own OR role_rank(granted) >= 2 THEN
        PERFORM set_config('app.seen_trade', array_to_string(array_append(app_seen('trade'), wanted), ','), true);
    END IF;
    RETURN QUERY SELECT found_owner, granted;
END $$;
