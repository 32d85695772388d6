-- Calls that are to be made once: under the Idempotency-Key their caller chose. Owned by the policy module.
CREATE TABLE policy.idempotent_run (
    tenant     text        NOT NULL,
    -- Both keyed with the pepper: of the owner, the operation and the caller's key; and of the body.
    key_hash   bytea       NOT NULL CHECK (octet_length(key_hash) = 32),
    body_hash  bytea       NOT NULL CHECK (octet_length(body_hash) = 32),
    -- The call that runs, or that made the answer.
    call_id    uuid        NOT NULL,
    -- unkept: the answer was made and charged, but it was larger than what is kept.
    state      text        NOT NULL CHECK (state IN ('running', 'answered', 'unkept')),
    -- A run that nobody touches any more is dead: the next call under its key takes its place, and its money.
    touched_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL,
    PRIMARY KEY (tenant, key_hash)
);
CREATE INDEX idempotent_run_by_expiry ON policy.idempotent_run (expires_at);

-- What was posted for a run that died counts no longer: the call that took its place holds that money, and settles it.
CREATE TABLE policy.posting_taken_over (
    tenant     text        NOT NULL,
    call_id    uuid        NOT NULL,
    by_call_id uuid        NOT NULL,
    at         timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant, call_id),
    FOREIGN KEY (tenant, call_id) REFERENCES policy.posting (tenant, call_id)
);

GRANT SELECT, INSERT, UPDATE, DELETE ON policy.idempotent_run TO portreeve_app;
GRANT SELECT, INSERT ON policy.posting_taken_over TO portreeve_app;

-- The answers, sealed, for callers who ask again. Owned by the gateway module. Nobody is given one whose run does not say
-- that it is answered: this is written before the money is settled, and that with the money.
CREATE TABLE gateway.kept_answer (
    tenant     text        NOT NULL,
    call_id    uuid        NOT NULL,
    sealed     bytea       NOT NULL,
    expires_at timestamptz NOT NULL,
    PRIMARY KEY (tenant, call_id)
);
CREATE INDEX kept_answer_by_expiry ON gateway.kept_answer (expires_at);

GRANT SELECT, INSERT, DELETE ON gateway.kept_answer TO portreeve_app;
