-- Most calls end before their hold is written, or with it: their hold and what became of it are one row, where they were two rows with
-- three entries of indexes, which was more than half of what budgets cost the database. What resolves a hold that is there already
-- still is a row of its own, since holds are never updated. Owned by the policy module.
ALTER TABLE policy.hold
    -- What the call came to, where that was known when the hold was written. All are NULL where it was not.
    ADD COLUMN resolved text CHECK (resolved IN ('settled', 'released', 'assumed')),
    ADD COLUMN charged_nanos bigint CHECK (charged_nanos >= 0),
    ADD COLUMN overrun_nanos bigint CHECK (overrun_nanos >= 0),
    ADD COLUMN charged_amounts bigint[],
    ADD COLUMN overruns bigint[],
    ADD CONSTRAINT resolved_whole CHECK (num_nulls(resolved, charged_nanos, overrun_nanos) IN (0, 3));

-- Only what is open can expire.
DROP INDEX policy.hold_by_expiry;
CREATE INDEX hold_by_expiry ON policy.hold (expires_at) WHERE resolved IS NULL;
CREATE INDEX hold_overrun ON policy.hold (created_at) WHERE overrun_nanos > 0;

-- A posting that came with its hold may be taken over too.
ALTER TABLE policy.posting_taken_over DROP CONSTRAINT posting_taken_over_tenant_call_id_fkey;

ALTER TABLE policy.posting RENAME TO later_posting;
CREATE VIEW policy.posting AS
    SELECT tenant, call_id, kind, amount_nanos, overrun_nanos, at, amounts, overruns FROM policy.later_posting
    UNION ALL
    SELECT tenant, call_id, resolved, charged_nanos, overrun_nanos, created_at, charged_amounts, overruns
    FROM policy.hold WHERE resolved IS NOT NULL;
GRANT SELECT ON policy.posting TO portreeve_app;
