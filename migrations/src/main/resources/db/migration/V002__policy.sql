-- Who may do what, and the money. Owned by the policy module. Every key leads with the tenant.
CREATE SCHEMA policy;

CREATE TABLE policy.tenant (
    id         text        PRIMARY KEY,
    created_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE policy.team (
    tenant     text        NOT NULL REFERENCES policy.tenant (id),
    id         text        NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant, id)
);

CREATE TABLE policy.member (
    tenant     text        NOT NULL REFERENCES policy.tenant (id),
    id         text        NOT NULL,
    kind       text        NOT NULL CHECK (kind IN ('user', 'agent')),
    team       text,
    origin     text        NOT NULL DEFAULT 'api' CHECK (origin IN ('file', 'api')),
    created_at timestamptz NOT NULL DEFAULT now(),
    -- A member that left the organisation keeps its history; its keys no longer work.
    retired_at timestamptz,
    PRIMARY KEY (tenant, id),
    FOREIGN KEY (tenant, team) REFERENCES policy.team (tenant, id)
);

-- Only a keyed hash of the secret is here; the pepper that keys it is kept outside the database.
CREATE TABLE policy.virtual_key (
    tenant      text        NOT NULL,
    id          text        NOT NULL CHECK (length(id) = 12),
    member      text        NOT NULL,
    name        text        NOT NULL,
    secret_hash bytea       NOT NULL CHECK (octet_length(secret_hash) = 32),
    created_at  timestamptz NOT NULL DEFAULT now(),
    expires_at  timestamptz,
    revoked_at  timestamptz,
    PRIMARY KEY (tenant, id),
    UNIQUE (id),
    FOREIGN KEY (tenant, member) REFERENCES policy.member (tenant, id)
);

CREATE TABLE policy.budget (
    tenant      text        NOT NULL REFERENCES policy.tenant (id),
    id          text        NOT NULL,
    owner_kind  text        NOT NULL CHECK (owner_kind IN ('tenant', 'team', 'member', 'key')),
    owner_id    text        NOT NULL,
    limit_nanos bigint      NOT NULL CHECK (limit_nanos >= 0),
    time_window text        NOT NULL CHECK (time_window IN ('total', 'hourly', 'daily', 'weekly', 'monthly')),
    timezone    text        NOT NULL DEFAULT 'UTC',
    origin      text        NOT NULL CHECK (origin IN ('file', 'api')),
    created_at  timestamptz NOT NULL DEFAULT now(),
    retired_at  timestamptz,
    PRIMARY KEY (tenant, id)
);

-- Counts changes of what replicas keep in memory, so that looking for a change reads one row and not the table.
CREATE TABLE policy.revision (
    subject text   PRIMARY KEY,
    number  bigint NOT NULL
);
INSERT INTO policy.revision (subject, number) VALUES ('budget', 0);

CREATE FUNCTION policy.count_budget_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE policy.revision SET number = number + 1 WHERE subject = 'budget';
    RETURN NULL;
END $$;
CREATE TRIGGER budget_changed AFTER INSERT OR UPDATE OR DELETE ON policy.budget
    FOR EACH STATEMENT EXECUTE FUNCTION policy.count_budget_change();

-- The money of one budget in one window. The CHECK is the last word: no code path can admit past the limit.
-- What an upstream billed above its hold stands in overrun_nanos and counts against the next admission.
CREATE TABLE policy.budget_window (
    tenant        text        NOT NULL,
    budget_id     text        NOT NULL,
    starts_at     timestamptz NOT NULL,
    ends_at       timestamptz,
    limit_nanos   bigint      NOT NULL CHECK (limit_nanos >= 0),
    held_nanos    bigint      NOT NULL DEFAULT 0 CHECK (held_nanos >= 0),
    settled_nanos bigint      NOT NULL DEFAULT 0 CHECK (settled_nanos >= 0),
    overrun_nanos bigint      NOT NULL DEFAULT 0 CHECK (overrun_nanos >= 0),
    PRIMARY KEY (tenant, budget_id, starts_at),
    FOREIGN KEY (tenant, budget_id) REFERENCES policy.budget (tenant, id),
    CONSTRAINT never_past_the_limit CHECK (held_nanos + settled_nanos <= limit_nanos)
);

-- Written once when a call is admitted, never updated; a posting with the same key resolves it.
CREATE TABLE policy.hold (
    tenant        text          NOT NULL,
    call_id       uuid          NOT NULL,
    amount_nanos  bigint        NOT NULL CHECK (amount_nanos >= 0),
    budget_ids    text[]        NOT NULL,
    window_starts timestamptz[] NOT NULL,
    created_at    timestamptz   NOT NULL DEFAULT now(),
    expires_at    timestamptz   NOT NULL,
    PRIMARY KEY (tenant, call_id),
    CHECK (cardinality(budget_ids) = cardinality(window_starts))
);
CREATE INDEX hold_by_expiry ON policy.hold (expires_at);

-- Every hold that expired before this moment has its posting: where the sweeper starts to look.
CREATE TABLE policy.sweep_mark (
    id              int         PRIMARY KEY DEFAULT 1 CHECK (id = 1),
    resolved_before timestamptz NOT NULL
);
INSERT INTO policy.sweep_mark (resolved_before) VALUES ('-infinity');

-- The primary key is the promise that a hold resolves once.
CREATE TABLE policy.posting (
    tenant        text        NOT NULL,
    call_id       uuid        NOT NULL,
    kind          text        NOT NULL CHECK (kind IN ('settled', 'released', 'assumed')),
    amount_nanos  bigint      NOT NULL CHECK (amount_nanos >= 0),
    overrun_nanos bigint      NOT NULL DEFAULT 0 CHECK (overrun_nanos >= 0),
    at            timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant, call_id),
    FOREIGN KEY (tenant, call_id) REFERENCES policy.hold (tenant, call_id)
);

-- A ticket: one exact call of one principal that waits for, or has, a person's decision.
CREATE TABLE policy.approval (
    tenant          text        NOT NULL,
    id              uuid        NOT NULL,
    binding         bytea       NOT NULL CHECK (octet_length(binding) = 32),
    member          text        NOT NULL,
    key_id          text        NOT NULL,
    server          text        NOT NULL,
    tool            text        NOT NULL,
    definition_hash text        NOT NULL,
    arguments       bytea       NOT NULL,
    rule_id         text        NOT NULL,
    approvers       text[]      NOT NULL,
    policy_version  text        NOT NULL,
    state           text        NOT NULL CHECK (state IN ('pending', 'approved', 'denied', 'expired', 'redeemed')),
    reason          text,
    decided_by      text,
    requested_by_call uuid      NOT NULL,
    redeemed_by_call  uuid,
    requested_at    timestamptz NOT NULL DEFAULT now(),
    expires_at      timestamptz NOT NULL,
    decided_at      timestamptz,
    redeem_before   timestamptz,
    -- When the caller learned that its ticket expired; its next repeat then asks anew.
    told_at         timestamptz,
    PRIMARY KEY (tenant, id),
    CHECK ((state = 'redeemed') = (redeemed_by_call IS NOT NULL))
);
-- One living ticket per exact call: a repeat finds it instead of opening a second.
CREATE UNIQUE INDEX approval_living ON policy.approval (tenant, binding) WHERE state IN ('pending', 'approved');
CREATE INDEX approval_recent ON policy.approval (tenant, binding, requested_at DESC);

CREATE TABLE policy.approval_vote (
    tenant      text        NOT NULL,
    approval_id uuid        NOT NULL,
    approver    text        NOT NULL,
    decision    text        NOT NULL CHECK (decision IN ('approve', 'deny')),
    reason      text,
    channel     text        NOT NULL CHECK (channel IN ('webhook', 'console', 'api')),
    at          timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant, approval_id, approver),
    FOREIGN KEY (tenant, approval_id) REFERENCES policy.approval (tenant, id)
);

-- Outbox: a webhook is owed from the moment its ticket is committed, whatever happens to this process.
CREATE TABLE policy.webhook_delivery (
    tenant      text        NOT NULL,
    id          uuid        NOT NULL,
    approval_id uuid        NOT NULL,
    endpoint    text        NOT NULL,
    body        bytea       NOT NULL,
    state       text        NOT NULL CHECK (state IN ('due', 'delivered', 'given-up')),
    attempts    int         NOT NULL DEFAULT 0,
    next_at     timestamptz NOT NULL DEFAULT now(),
    last_error  text,
    PRIMARY KEY (tenant, id),
    FOREIGN KEY (tenant, approval_id) REFERENCES policy.approval (tenant, id)
);
CREATE INDEX webhook_due ON policy.webhook_delivery (next_at) WHERE state = 'due';

-- Every rule document a decision was ever made under, so that a record's policy_version can be read later.
CREATE TABLE policy.policy_version (
    version    text        PRIMARY KEY,
    document   text        NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now()
);

GRANT USAGE ON SCHEMA policy TO portreeve_app;
GRANT SELECT, INSERT, UPDATE ON policy.tenant, policy.team, policy.member, policy.virtual_key, policy.budget,
    policy.budget_window, policy.approval, policy.webhook_delivery, policy.revision, policy.sweep_mark TO portreeve_app;
GRANT SELECT, INSERT ON policy.hold, policy.posting, policy.approval_vote, policy.policy_version TO portreeve_app;
