-- Rules that are made through the API, each change a version of its own that never changes. Owned by the policy module.
CREATE TABLE policy.rules_version (
    number       bigint      PRIMARY KEY CHECK (number > 0),
    -- Which version was in force when this one was made; 0 for none. It is published only while that one still is.
    parent       bigint      NOT NULL CHECK (parent >= 0 AND parent < number),
    -- Whose rules a rollback brought back; 0 for none at all.
    copy_of      bigint      CHECK (copy_of >= 0 AND copy_of < number),
    -- SHA-256 of the canonical document of these rules alone.
    digest       text        NOT NULL CHECK (digest ~ '^[0-9a-f]{64}$'),
    rule_count   int         NOT NULL CHECK (rule_count BETWEEN 0 AND 10000),
    -- As its author wrote it: a file with policies.
    source       text        NOT NULL CHECK (octet_length(source) <= 524288),
    -- What has to hold for it to be published: a scenario file.
    scenarios    text        CHECK (octet_length(scenarios) <= 262144),
    author       text        NOT NULL CHECK (length(author) BETWEEN 1 AND 100),
    reason       text        NOT NULL CHECK (length(reason) BETWEEN 1 AND 500),
    drafted_at   timestamptz NOT NULL DEFAULT clock_timestamp(),
    state        text        NOT NULL CHECK (state IN ('draft', 'published', 'superseded', 'withdrawn')),
    published_by text,
    published_at timestamptz,
    -- When and by whom it was withdrawn, or superseded by the publication of another.
    ended_by     text,
    ended_at     timestamptz,
    CHECK ((state IN ('published', 'superseded')) = (published_at IS NOT NULL)),
    CHECK ((state IN ('superseded', 'withdrawn')) = (ended_at IS NOT NULL))
);
-- The last word, whatever the code thinks: one version at a time is in force.
CREATE UNIQUE INDEX rules_version_in_force ON policy.rules_version ((true)) WHERE state = 'published';

-- Counts every publication, so that a replica that was not told finds it by looking at one row.
INSERT INTO policy.revision (subject, number) VALUES ('rules', 0);

CREATE FUNCTION policy.count_rules_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE policy.revision SET number = number + 1 WHERE subject = 'rules';
    PERFORM pg_notify('portreeve_rules', NEW.number::text);
    RETURN NULL;
END $$;
CREATE TRIGGER rules_published AFTER INSERT OR UPDATE OF state ON policy.rules_version
    FOR EACH ROW WHEN (NEW.state = 'published') EXECUTE FUNCTION policy.count_rules_change();

-- What was written and why is never updated.
GRANT SELECT, INSERT ON policy.rules_version TO portreeve_app;
GRANT UPDATE (state, published_by, published_at, ended_by, ended_at) ON policy.rules_version TO portreeve_app;
