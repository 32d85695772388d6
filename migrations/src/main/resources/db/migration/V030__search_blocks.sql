-- What finds records again, in blocks of columns instead of a row with seven indexes for each call: a twentieth of the bytes to write. It
-- is made again from the records.
DROP TABLE search.entry;

-- Up to some thousand calls, or records that belong to none, of one tenant and one month (UTC), by the time of their first record. What
-- the columns hold is the business of the program that writes and reads them; none is ever changed, small ones are replaced by larger.
CREATE TABLE search.block (
    number   bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    tenant   text        NOT NULL,
    -- How often its entries were put together with others; 9 if they will not be again.
    level    smallint    NOT NULL CHECK (level BETWEEN 0 AND 9),
    entries  int         NOT NULL CHECK (entries BETWEEN 1 AND 65535),
    first_at timestamptz NOT NULL,
    last_at  timestamptz NOT NULL CHECK (last_at >= first_at),
    -- A Bloom filter over all values of the columns, and over pairs of some, so that most blocks without them are passed without being read.
    presence bytea       NOT NULL CHECK (octet_length(presence) BETWEEN 8 AND 6144),
    times    bytea       NOT NULL,
    ids      bytea       NOT NULL,
    names    bytea       NOT NULL,
    kind     bytea       NOT NULL,
    member   bytea       NOT NULL,
    key_id   bytea       NOT NULL,
    type     bytea       NOT NULL,
    resource bytea       NOT NULL,
    session  bytea       NOT NULL,
    outcome  bytea       NOT NULL,
    reason   bytea       NOT NULL
);
CREATE INDEX block_by_time ON search.block (tenant, last_at, first_at);
CREATE INDEX block_to_join ON search.block (tenant, first_at) WHERE level < 9;
-- The filter is looked at in every block and stays in the row; the columns are only read where it says yes. Neither compresses well.
ALTER TABLE search.block
    ALTER COLUMN presence SET STORAGE MAIN,
    ALTER COLUMN times SET STORAGE EXTERNAL, ALTER COLUMN ids SET STORAGE EXTERNAL, ALTER COLUMN names SET STORAGE EXTERNAL,
    ALTER COLUMN kind SET STORAGE EXTERNAL, ALTER COLUMN member SET STORAGE EXTERNAL, ALTER COLUMN key_id SET STORAGE EXTERNAL,
    ALTER COLUMN type SET STORAGE EXTERNAL, ALTER COLUMN resource SET STORAGE EXTERNAL, ALTER COLUMN session SET STORAGE EXTERNAL,
    ALTER COLUMN outcome SET STORAGE EXTERNAL, ALTER COLUMN reason SET STORAGE EXTERNAL;

-- Calls of which only the beginning was read so far, or only the end.
CREATE TABLE search.unfinished (
    tenant   text        NOT NULL,
    id       uuid        NOT NULL,
    at       timestamptz NOT NULL,
    opened   boolean     NOT NULL,
    ended    boolean     NOT NULL,
    kind     text        NOT NULL,
    member   text,
    key_id   text,
    type     text,
    resource text,
    session  text,
    outcome  text,
    reason   text,
    PRIMARY KEY (tenant, id)
);

UPDATE search.progress SET txid = 0, position = 0;

GRANT SELECT, INSERT, DELETE ON search.block, search.unfinished TO portreeve_app;
