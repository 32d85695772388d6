-- Nearly all calls of a caller are held under the same windows of the same budgets. These are written once and named by the hold, which is
-- half as long without them. Owned by the policy module.
CREATE TABLE policy.chain (
    -- Made of the content, so that replicas that write the same chain write the same row.
    id            uuid          PRIMARY KEY,
    tenant        text          NOT NULL,
    budget_ids    text[]        NOT NULL,
    window_starts timestamptz[] NOT NULL,
    CHECK (cardinality(budget_ids) = cardinality(window_starts))
);

ALTER TABLE policy.hold
    -- Written in the hold's own transaction or before it. No foreign key: it would look for the chain once more with every call.
    ADD COLUMN chain uuid,
    ALTER COLUMN budget_ids DROP NOT NULL,
    ALTER COLUMN window_starts DROP NOT NULL,
    DROP CONSTRAINT hold_check,
    ADD CONSTRAINT windows_known CHECK (num_nonnulls(chain, budget_ids) = 1
        AND num_nonnulls(budget_ids, window_starts) <> 1);

-- Holds with their windows, also those from before chains were.
CREATE VIEW policy.held_call AS
    SELECT h.tenant, h.call_id, h.amount_nanos, h.amounts, h.created_at, h.expires_at, h.resolved,
        coalesce(h.budget_ids, c.budget_ids) AS budget_ids, coalesce(h.window_starts, c.window_starts) AS window_starts
    FROM policy.hold h LEFT JOIN policy.chain c ON c.id = h.chain;

GRANT SELECT, INSERT ON policy.chain TO portreeve_app;
GRANT SELECT ON policy.held_call TO portreeve_app;
