-- Files that callers upload for batches, and those that batches end with: sealed, in pieces, until their time is over. Owned by the
-- gateway module. They are kept here because no provider may see a line before it was governed.
CREATE TABLE gateway.stored_file (
    tenant      text        NOT NULL,
    file_id     text        NOT NULL,
    member      text        NOT NULL,
    purpose     text        NOT NULL CHECK (purpose IN ('batch', 'batch_output')),
    -- A file that still arrives is nobody's yet; its bytes are then the most that it may become.
    arrived     boolean     NOT NULL,
    bytes       bigint      NOT NULL CHECK (bytes >= 0),
    lines       bigint      NOT NULL CHECK (lines >= 0),
    pieces      integer     NOT NULL CHECK (pieces >= 0),
    sealed_name bytea       NOT NULL,
    created_at  timestamptz NOT NULL,
    expires_at  timestamptz NOT NULL,
    PRIMARY KEY (tenant, file_id),
    CHECK (expires_at > created_at)
);
CREATE INDEX stored_file_by_member ON gateway.stored_file (tenant, member, created_at, file_id);
CREATE INDEX stored_file_by_expiry ON gateway.stored_file (expires_at);

CREATE TABLE gateway.stored_file_piece (
    tenant  text    NOT NULL,
    file_id text    NOT NULL,
    number  integer NOT NULL CHECK (number >= 0),
    sealed  bytea   NOT NULL,
    PRIMARY KEY (tenant, file_id, number),
    FOREIGN KEY (tenant, file_id) REFERENCES gateway.stored_file ON DELETE CASCADE
);

GRANT SELECT, INSERT, UPDATE, DELETE ON gateway.stored_file TO portreeve_app;
GRANT SELECT, INSERT, DELETE ON gateway.stored_file_piece TO portreeve_app;
