-- The processes that write evidence, and when each gave its last sign of life: what a process that is gone never recorded itself is found
-- by the others from here. No evidence: that is the record they then write. Owned by the audit module.
CREATE TABLE audit.process (
    id         uuid        PRIMARY KEY,
    started_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    -- By the database's clock; moves only when the process's journal can store something.
    seen_at    timestamptz NOT NULL DEFAULT clock_timestamp(),
    -- By the process's own clock: no call that it had open when it was last seen began before.
    open_since timestamptz NOT NULL
) WITH (fillfactor = 50);

GRANT SELECT, INSERT, UPDATE, DELETE ON audit.process TO portreeve_app;
