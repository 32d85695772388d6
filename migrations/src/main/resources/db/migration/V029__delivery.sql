-- How far each delivery of records to another system is. Owned by the audit module. No evidence: what was delivered is told by
-- records; without these rows everything is delivered again.
CREATE SCHEMA delivery;
CREATE TABLE delivery.place (
    delivery        text        NOT NULL CHECK (delivery ~ '^[a-z0-9][a-z0-9-]{0,49}$'),
    tenant          text        NOT NULL,
    -- The index of the first record that the receiver has not acknowledged.
    next            bigint      NOT NULL CHECK (next >= 0),
    -- How often somebody put it elsewhere: whoever is sending meanwhile must not put it back.
    moves           bigint      NOT NULL DEFAULT 0,
    acknowledged_at timestamptz,
    -- Records told which were delivered before this index, and when; whether any since is worth telling.
    told            bigint      NOT NULL CHECK (told >= 0),
    told_at         timestamptz NOT NULL DEFAULT now(),
    to_tell         boolean     NOT NULL DEFAULT false,
    -- Of what is not taken: why, since when, how often it was tried, and one more than the last index of what is refused for what
    -- it is; next where it may be taken another time.
    failure         text        CHECK (length(failure) BETWEEN 1 AND 500),
    failing_since   timestamptz,
    attempts        int         NOT NULL DEFAULT 0,
    tried_until     bigint,
    -- Nothing is tried again until somebody says so.
    held            boolean     NOT NULL DEFAULT false,
    PRIMARY KEY (delivery, tenant),
    CHECK ((failure IS NULL) = (failing_since IS NULL)),
    CHECK (NOT held OR failure IS NOT NULL)
);
-- Written at every batch.
ALTER TABLE delivery.place SET (fillfactor = 50);

GRANT USAGE ON SCHEMA delivery TO portreeve_app;
GRANT SELECT, INSERT, UPDATE ON delivery.place TO portreeve_app;
