-- Money a replica may hold from memory: set aside here before it is given away there. Owned by the policy module.
ALTER TABLE policy.budget_window
    ADD COLUMN leased_nanos bigint NOT NULL DEFAULT 0 CHECK (leased_nanos >= 0),
    -- Until then no replica leases: a call was short of what leases of others set aside.
    ADD COLUMN recalled_until timestamptz;

ALTER TABLE policy.budget_window
    DROP CONSTRAINT never_past_the_limit,
    ADD CONSTRAINT never_past_the_limit CHECK (held_nanos + settled_nanos + leased_nanos <= limit_nanos);

-- What one run of one gateway process has set aside of one window. The sum over a window's rows is its leased_nanos.
CREATE TABLE policy.lease (
    tenant     text        NOT NULL,
    budget_id  text        NOT NULL,
    starts_at  timestamptz NOT NULL,
    replica    uuid        NOT NULL,
    nanos      bigint      NOT NULL CHECK (nanos >= 0),
    touched_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant, budget_id, starts_at, replica),
    FOREIGN KEY (tenant, budget_id, starts_at) REFERENCES policy.budget_window (tenant, budget_id, starts_at)
);
CREATE INDEX lease_by_touch ON policy.lease (touched_at);

-- Deleting is for leases of nothing that nobody touches any more.
GRANT SELECT, INSERT, UPDATE, DELETE ON policy.lease TO portreeve_app;
