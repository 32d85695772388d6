-- What sessions are labelled with by rules. Owned by the policy module.
CREATE TABLE policy.session_label (
    tenant     text        NOT NULL,
    -- The key that an operator made; those it made share its labels.
    key_id     text        NOT NULL,
    -- Empty for what holds for each session of the key.
    session    text        NOT NULL,
    label      text        NOT NULL CHECK (length(label) BETWEEN 1 AND 50),
    -- The call that was labelled first, and by which rule.
    call_id    uuid        NOT NULL,
    rule       text        NOT NULL,
    since      timestamptz NOT NULL DEFAULT clock_timestamp(),
    expires_at timestamptz NOT NULL,
    PRIMARY KEY (tenant, key_id, session, label)
);
CREATE INDEX session_label_by_end ON policy.session_label (expires_at);

GRANT SELECT, INSERT, UPDATE, DELETE ON policy.session_label TO portreeve_app;
