-- Rates of currencies by the day, bills that come after a hold was charged whole, overruns of every unit, and what brakes count on all
-- gateways. Owned by the policy module.

-- How much of a currency a dollar is, from that day on. Of all tenants: small, and kept in memory by every replica.
CREATE TABLE policy.exchange_rate (
    currency text    NOT NULL CHECK (currency ~ '^[a-z]{3}$'),
    from_day date    NOT NULL,
    per_usd  numeric NOT NULL CHECK (per_usd > 0),
    PRIMARY KEY (currency, from_day)
);
INSERT INTO policy.exchange_rate (currency, from_day, per_usd)
    SELECT DISTINCT ON (unit, rate_date) unit, rate_date, rate FROM policy.budget
    WHERE rate IS NOT NULL ORDER BY unit, rate_date, retired_at NULLS FIRST, created_at DESC;
CREATE TRIGGER rate_changed AFTER INSERT OR UPDATE OR DELETE ON policy.exchange_rate
    FOR EACH STATEMENT EXECUTE FUNCTION policy.count_budget_change();
-- With its check, which is about these two.
ALTER TABLE policy.budget DROP COLUMN rate, DROP COLUMN rate_date;

-- What a provider billed above a hold that had been charged whole before: once for a hold, which the primary key promises. In the order
-- of the hold's budgets where these count different things, as in a posting.
CREATE TABLE policy.late_bill (
    tenant        text        NOT NULL,
    call_id       uuid        NOT NULL,
    overrun_nanos bigint      NOT NULL CHECK (overrun_nanos >= 0),
    overruns      bigint[],
    at            timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant, call_id)
);
CREATE INDEX late_bill_at ON policy.late_bill (at);

-- Tokens and calls may be above what was held while the money is not.
DROP INDEX policy.posting_overrun;
CREATE INDEX posting_overrun ON policy.later_posting (at) WHERE overrun_nanos > 0 OR 0 < ANY (overruns);
DROP INDEX policy.hold_overrun;
CREATE INDEX hold_overrun ON policy.hold (created_at) WHERE overrun_nanos > 0 OR 0 < ANY (overruns);
CREATE VIEW policy.overrun AS
    SELECT tenant, call_id, amount_nanos, overrun_nanos, overruns, at FROM policy.later_posting
    WHERE overrun_nanos > 0 OR 0 < ANY (overruns)
    UNION ALL
    SELECT tenant, call_id, charged_nanos, overrun_nanos, overruns, created_at FROM policy.hold
    WHERE overrun_nanos > 0 OR 0 < ANY (overruns)
    UNION ALL
    SELECT l.tenant, l.call_id, h.amount_nanos, l.overrun_nanos, l.overruns, l.at
    FROM policy.late_bill l JOIN policy.hold h ON h.tenant = l.tenant AND h.call_id = l.call_id;

-- What each gateway saw of members that have a brake. Worth nothing after a crash, so it is not logged: brakes count anew then.
CREATE UNLOGGED TABLE policy.brake_count (
    tenant     text        NOT NULL,
    member     text        NOT NULL,
    replica    uuid        NOT NULL,
    -- The tool and a digest of its arguments; empty for what was spent.
    call       text        NOT NULL,
    -- When such calls ran, or when pieces of time begin in which something was spent.
    times      timestamptz[] NOT NULL,
    nanos      bigint[]    NOT NULL DEFAULT '{}',
    -- Nothing before counts any more, on any gateway: the member was paused then.
    since      timestamptz,
    touched_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant, member, replica, call)
);
CREATE INDEX brake_count_by_touch ON policy.brake_count (touched_at);

GRANT SELECT, INSERT, UPDATE, DELETE ON policy.exchange_rate, policy.brake_count TO portreeve_app;
GRANT SELECT, INSERT ON policy.late_bill TO portreeve_app;
GRANT SELECT ON policy.overrun TO portreeve_app;
