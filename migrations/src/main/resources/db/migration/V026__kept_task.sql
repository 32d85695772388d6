-- Calls that wait for a person as tasks of the gateway's own, and what became of them, until their callers' time to ask is over.
-- Owned by the hub. What would run stands in the approval; what ran stands here, sealed.
CREATE TABLE hub.kept_task (
    tenant          text        NOT NULL,
    id              uuid        NOT NULL,
    -- Whose it is: this member with this key, and nobody else.
    member          text        NOT NULL,
    key_id          text        NOT NULL,
    server          text        NOT NULL,
    tool            text        NOT NULL,
    definition_hash text        NOT NULL,
    begun_by        uuid        NOT NULL,
    -- The approval it waits for; null where nobody had to be asked.
    ticket          uuid,
    state           text        NOT NULL CHECK (state IN ('waiting', 'running', 'completed', 'refused', 'cancelled')),
    -- The call that runs, or ran; and until when its silence means nothing.
    run_call        uuid,
    run_until       timestamptz,
    sealed          bytea,
    created_at      timestamptz NOT NULL DEFAULT now(),
    changed_at      timestamptz NOT NULL DEFAULT now(),
    expires_at      timestamptz NOT NULL,
    PRIMARY KEY (tenant, id),
    -- A yes is for one call, so it is for one task.
    CONSTRAINT kept_task_of_ticket UNIQUE (tenant, ticket),
    CHECK (state <> 'running' OR (run_call IS NOT NULL AND run_until IS NOT NULL)),
    CHECK (state <> 'waiting' OR ticket IS NOT NULL),
    CHECK ((sealed IS NULL) = (state IN ('waiting', 'running')))
);
CREATE INDEX kept_task_by_owner ON hub.kept_task (tenant, member, key_id, created_at);
CREATE INDEX kept_task_by_expiry ON hub.kept_task (expires_at);

GRANT SELECT, INSERT, UPDATE, DELETE ON hub.kept_task TO portreeve_app;
