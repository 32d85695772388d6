-- The leaf's hash (RFC 6962: SHA-256(0x00 || leaf)), made by the writer, which has the bytes at hand. Whoever checks the log
-- hashes the bytes anew. Null in records that are older than this column.
ALTER TABLE audit.record ADD COLUMN leaf_hash bytea CHECK (octet_length(leaf_hash) = 32);
GRANT INSERT (leaf_hash) ON audit.record TO portreeve_app;

-- The roots of full subtrees of 256, 65,536, ... leaves: what the tiles above the leaf hashes hold (C2SP tlog-tiles), so that a
-- proof reads a few hundred hashes however large the tree is. They follow from audit.sequence and are checked against signed heads.
CREATE TABLE audit.node (
    tenant text     NOT NULL,
    level  smallint NOT NULL CHECK (level BETWEEN 1 AND 7),
    index  bigint   NOT NULL CHECK (index >= 0),
    hash   bytea    NOT NULL CHECK (octet_length(hash) = 32),
    PRIMARY KEY (tenant, level, index)
);
CREATE TRIGGER node_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit.node
    FOR EACH STATEMENT EXECUTE FUNCTION audit.refuse_change();
ALTER TABLE audit.node ENABLE ALWAYS TRIGGER node_append_only;
GRANT SELECT, INSERT ON audit.node TO portreeve_app;

-- One tree over all tenants: its leaves are the tenants' signed heads (the bytes of audit.checkpoint.note), in the order they were
-- signed, so that one head speaks for every tenant's. Its tenant is the empty name, which nobody has.
CREATE TABLE audit.instance_sequence (
    tenant      text   NOT NULL CHECK (tenant = ''),
    index       bigint NOT NULL CHECK (index >= 0),
    head_tenant text   NOT NULL,
    head_size   bigint NOT NULL,
    leaf_hash   bytea  NOT NULL CHECK (octet_length(leaf_hash) = 32),
    PRIMARY KEY (tenant, index),
    UNIQUE (head_tenant, head_size)
);
CREATE TABLE audit.instance_checkpoint (
    tenant     text        NOT NULL CHECK (tenant = ''),
    size       bigint      NOT NULL CHECK (size > 0),
    root       bytea       NOT NULL CHECK (octet_length(root) = 32),
    note       text        NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant, size)
);
CREATE TRIGGER instance_sequence_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit.instance_sequence
    FOR EACH STATEMENT EXECUTE FUNCTION audit.refuse_change();
CREATE TRIGGER instance_checkpoint_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit.instance_checkpoint
    FOR EACH STATEMENT EXECUTE FUNCTION audit.refuse_change();
ALTER TABLE audit.instance_sequence ENABLE ALWAYS TRIGGER instance_sequence_append_only;
ALTER TABLE audit.instance_checkpoint ENABLE ALWAYS TRIGGER instance_checkpoint_append_only;
GRANT SELECT, INSERT ON audit.instance_sequence, audit.instance_checkpoint TO portreeve_app;
