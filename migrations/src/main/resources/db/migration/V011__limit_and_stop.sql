-- How the replicas divide the rate limits, and who is stopped. Owned by the policy module.

-- What is not divided of each limit. What is free and all shares add up to the whole.
CREATE TABLE policy.limit_pool (
    tenant        text        NOT NULL,
    limit_id      text        NOT NULL,
    free          bigint      NOT NULL CHECK (free >= 0),
    -- What was admitted on the free part and is not paid off by time yet, as of debt_at: parts times nanoseconds.
    debt          bigint      NOT NULL CHECK (debt >= 0),
    debt_at       timestamptz NOT NULL,
    -- How much of it each part can have.
    debt_per_part bigint      NOT NULL CHECK (debt_per_part >= 0),
    PRIMARY KEY (tenant, limit_id)
);
CREATE INDEX limit_pool_by_time ON policy.limit_pool (debt_at);

CREATE TABLE policy.limit_share (
    tenant     text        NOT NULL,
    limit_id   text        NOT NULL,
    replica    uuid        NOT NULL,
    amount     bigint      NOT NULL CHECK (amount >= 0),
    needs      bigint      NOT NULL,
    demand     bigint      NOT NULL,
    -- Since when it has less than it needs.
    waits_from timestamptz,
    PRIMARY KEY (tenant, limit_id, replica),
    FOREIGN KEY (tenant, limit_id) REFERENCES policy.limit_pool (tenant, limit_id)
);
CREATE INDEX limit_share_by_replica ON policy.limit_share (replica);

-- A replica that does not say for a while that it lives is dead, and what it held is free again.
CREATE TABLE policy.limit_replica (
    replica  uuid        PRIMARY KEY,
    lives_at timestamptz NOT NULL
);

GRANT SELECT, INSERT, UPDATE, DELETE ON policy.limit_pool, policy.limit_share, policy.limit_replica TO portreeve_app;

-- Whose calls are refused until somebody resumes them. Who resumed what, and why, is in the records.
CREATE TABLE policy.stop (
    tenant     text        NOT NULL,
    owner_kind text        NOT NULL CHECK (owner_kind IN ('tenant', 'team', 'member', 'key')),
    owner_id   text        NOT NULL,
    -- person: until a person resumes; brake: the gateway itself paused it.
    cause      text        NOT NULL CHECK (cause IN ('person', 'brake')),
    reason     text        NOT NULL CHECK (length(reason) BETWEEN 1 AND 500),
    stopped_by text        NOT NULL,
    stopped_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant, owner_kind, owner_id)
);

-- Counts every change, so that a replica that was not told finds it by looking at one row.
INSERT INTO policy.revision (subject, number) VALUES ('stop', 0);

CREATE FUNCTION policy.count_stop_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE policy.revision SET number = number + 1 WHERE subject = 'stop';
    PERFORM pg_notify('portreeve_stops', '');
    RETURN NULL;
END $$;
CREATE TRIGGER stop_changed AFTER INSERT OR UPDATE OR DELETE ON policy.stop
    FOR EACH STATEMENT EXECUTE FUNCTION policy.count_stop_change();

GRANT SELECT, INSERT, UPDATE, DELETE ON policy.stop TO portreeve_app;
