-- A yes that is remembered for further calls, and arguments that an approver changed. Owned by the policy module.
ALTER TABLE policy.approval
    -- What the asking rules let an approver do beside yes and no, and who asked; NULL for nothing.
    ADD COLUMN terms jsonb,
    -- What runs instead of the arguments that were asked for, and whose change that is.
    ADD COLUMN edited_arguments bytea,
    ADD COLUMN edited_by text,
    ADD CONSTRAINT edited_by_somebody CHECK ((edited_arguments IS NULL) = (edited_by IS NULL));

-- Who agreed to arguments that another changed then may agree to those too.
ALTER TABLE policy.approval_vote
    ADD COLUMN n bigint GENERATED ALWAYS AS IDENTITY,
    DROP CONSTRAINT approval_vote_pkey,
    ADD PRIMARY KEY (tenant, approval_id, n);

-- One row for each remembered yes. What it is bound to is never changed; only its uses and its end are written.
CREATE TABLE policy.standing_approval (
    tenant          text        NOT NULL,
    id              uuid        NOT NULL,
    -- The ticket with whose yes it was given.
    approval_id     uuid        NOT NULL,
    member          text        NOT NULL,
    key_id          text        NOT NULL,
    server          text        NOT NULL,
    tool            text        NOT NULL,
    definition_hash text        NOT NULL,
    rule_id         text        NOT NULL,
    -- SHA-256 over the text of the asking rules and the people they mean.
    rules_digest    text        NOT NULL,
    -- The session it is for, empty for calls that name none; NULL for all sessions of the key.
    session         text,
    condition       text        NOT NULL CHECK (length(condition) <= 8192),
    -- The only arguments that a call may have.
    arguments       text[]      NOT NULL,
    given_by        text        NOT NULL,
    given_at        timestamptz NOT NULL DEFAULT now(),
    expires_at      timestamptz NOT NULL,
    max_uses        int         NOT NULL CHECK (max_uses BETWEEN 1 AND 1000),
    uses            int         NOT NULL DEFAULT 0,
    last_used_at    timestamptz,
    state           text        NOT NULL DEFAULT 'in_force'
        CHECK (state IN ('in_force', 'used_up', 'revoked', 'expired')),
    ended_by        text,
    ended_reason    text,
    ended_at        timestamptz,
    PRIMARY KEY (tenant, id),
    FOREIGN KEY (tenant, approval_id) REFERENCES policy.approval (tenant, id),
    -- The last word, whatever the code thinks.
    CHECK (uses BETWEEN 0 AND max_uses),
    CHECK (expires_at <= given_at + interval '8 hours'),
    CHECK ((state IN ('revoked', 'expired')) = (ended_at IS NOT NULL))
);
CREATE INDEX standing_approval_in_force ON policy.standing_approval (tenant, key_id, server, tool)
    WHERE state = 'in_force';
CREATE INDEX standing_approval_of_member ON policy.standing_approval (tenant, member, server, tool)
    WHERE state = 'in_force';
CREATE INDEX standing_approval_recent ON policy.standing_approval (tenant, given_at DESC);
CREATE INDEX standing_approval_by_end ON policy.standing_approval (expires_at) WHERE state IN ('in_force', 'used_up');

GRANT SELECT, INSERT, UPDATE ON policy.standing_approval TO portreeve_app;
