-- Pages of tickets, and a no that holds for a session. Owned by the policy module.

-- Both columns run the same way, so that one comparison of both finds where a page goes on.
CREATE INDEX approval_paged ON policy.approval (tenant, state, requested_at DESC, id DESC);
DROP INDEX policy.approval_listed;
CREATE INDEX approval_newest ON policy.approval (tenant, requested_at DESC, id DESC);
-- What has some yeses and waits for others: few among many that wait.
CREATE INDEX approval_partly ON policy.approval (tenant, requested_at DESC, id DESC)
    WHERE state = 'pending' AND cardinality(approved_by) > 0;
-- What waits for one person, among what waits for others. Without a list of its own to be worked off by whoever reads next.
CREATE INDEX approval_asked ON policy.approval USING gin (approvers) WITH (fastupdate = off) WHERE state = 'pending';

ALTER TABLE policy.approval
    -- Whose question it is, as labels of sessions know it: the key that an operator made, and the session, empty for all of the key's.
    -- NULL in tickets from before these columns.
    ADD COLUMN session_key text,
    ADD COLUMN session text,
    -- Until when a no refuses the same call of that session; NULL where it only holds for a time.
    ADD COLUMN session_refused_until timestamptz;
