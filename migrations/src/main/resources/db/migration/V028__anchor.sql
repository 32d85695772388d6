-- What somebody outside the database confirmed: that they hold, or have signed, a head of the tree over all tenants' heads. Each anchor
-- and size once, and never changed.
CREATE TABLE audit.anchor_receipt (
    anchor       text        NOT NULL CHECK (anchor ~ '^[a-z0-9][a-z0-9-]{0,39}$'),
    size         bigint      NOT NULL CHECK (size > 0),
    kind         text        NOT NULL CHECK (kind IN ('file', 'object', 'timestamp', 'witness')),
    -- The signed head, byte for byte as it was given away.
    head         text        NOT NULL CHECK (octet_length(head) <= 65536),
    place        text        NOT NULL CHECK (length(place) BETWEEN 1 AND 2000),
    -- The time stamp token, or the witness's signature lines; empty where what is kept there is the proof.
    proof        bytea       NOT NULL CHECK (octet_length(proof) <= 65536),
    -- By the clock of whoever confirmed it, where they say the time.
    confirmed_at timestamptz NOT NULL,
    stored_at    timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (anchor, size)
);
CREATE TRIGGER anchor_receipt_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit.anchor_receipt
    FOR EACH STATEMENT EXECUTE FUNCTION audit.refuse_change();
ALTER TABLE audit.anchor_receipt ENABLE ALWAYS TRIGGER anchor_receipt_append_only;

-- When an anchor is asked next, by this database's clock, and what came of the last time: whoever moves next_at asks, so that of several
-- replicas one does. No evidence.
CREATE TABLE audit.anchor_state (
    anchor        text        PRIMARY KEY CHECK (anchor ~ '^[a-z0-9][a-z0-9-]{0,39}$'),
    next_at       timestamptz NOT NULL DEFAULT now(),
    tried_at      timestamptz,
    failures      int         NOT NULL DEFAULT 0,
    failing_since timestamptz,
    -- Why, for the person in charge.
    problem       text        CHECK (length(problem) <= 1000),
    CHECK ((failures = 0) = (failing_since IS NULL))
);

GRANT SELECT, INSERT ON audit.anchor_receipt TO portreeve_app;
GRANT SELECT, INSERT, UPDATE ON audit.anchor_state TO portreeve_app;
