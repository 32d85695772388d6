-- Evidence. Owned by the audit module; the application role may only insert and select here.
CREATE SCHEMA audit;

-- One leaf of a tenant's Merkle tree per row, in the exact bytes that were hashed; never re-serialised.
-- Partitioned by month so that retention detaches a partition instead of deleting rows.
CREATE TABLE audit.record (
    tenant    text        NOT NULL,
    id        uuid        NOT NULL,
    at        timestamptz NOT NULL,
    -- Commit order for the sequencer: rows of a transaction still running are not taken, so no index is given out of turn.
    txid      bigint      NOT NULL DEFAULT (pg_current_xact_id()::text::bigint),
    position  bigint      GENERATED ALWAYS AS IDENTITY,
    call_id   uuid,
    kind      text        NOT NULL,
    leaf      bytea       NOT NULL CHECK (octet_length(leaf) BETWEEN 2 AND 16384),
    PRIMARY KEY (tenant, id, at)
) PARTITION BY RANGE (at);
CREATE TABLE audit.record_default PARTITION OF audit.record DEFAULT;
CREATE INDEX record_by_commit ON audit.record (txid, position);
CREATE INDEX record_by_call ON audit.record (tenant, call_id) WHERE call_id IS NOT NULL;

-- The gap-free index a leaf got from the sequencer, and its hash as it was then (RFC 6962: SHA-256(0x00 || leaf)).
CREATE TABLE audit.sequence (
    tenant    text   NOT NULL,
    index     bigint NOT NULL CHECK (index >= 0),
    record_id uuid   NOT NULL,
    leaf_hash bytea  NOT NULL CHECK (octet_length(leaf_hash) = 32),
    PRIMARY KEY (tenant, index),
    UNIQUE (tenant, record_id)
);

-- Signed tree heads in C2SP checkpoint and signed-note form.
CREATE TABLE audit.checkpoint (
    tenant     text        NOT NULL,
    size       bigint      NOT NULL CHECK (size > 0),
    root       bytea       NOT NULL CHECK (octet_length(root) = 32),
    note       text        NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant, size)
);

CREATE FUNCTION audit.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'audit.% is append-only: % is refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'insufficient_privilege';
END $$;

-- ENABLE ALWAYS: a session in the replica role does not skip them.
CREATE TRIGGER record_append_only BEFORE UPDATE OR DELETE ON audit.record
    FOR EACH ROW EXECUTE FUNCTION audit.refuse_change();
CREATE TRIGGER record_no_truncate BEFORE TRUNCATE ON audit.record
    FOR EACH STATEMENT EXECUTE FUNCTION audit.refuse_change();
CREATE TRIGGER record_no_truncate BEFORE TRUNCATE ON audit.record_default
    FOR EACH STATEMENT EXECUTE FUNCTION audit.refuse_change();
CREATE TRIGGER sequence_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit.sequence
    FOR EACH STATEMENT EXECUTE FUNCTION audit.refuse_change();
CREATE TRIGGER checkpoint_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit.checkpoint
    FOR EACH STATEMENT EXECUTE FUNCTION audit.refuse_change();
ALTER TABLE audit.record ENABLE ALWAYS TRIGGER record_append_only;
ALTER TABLE audit.record ENABLE ALWAYS TRIGGER record_no_truncate;
ALTER TABLE audit.record_default ENABLE ALWAYS TRIGGER record_append_only;
ALTER TABLE audit.record_default ENABLE ALWAYS TRIGGER record_no_truncate;
ALTER TABLE audit.sequence ENABLE ALWAYS TRIGGER sequence_append_only;
ALTER TABLE audit.checkpoint ENABLE ALWAYS TRIGGER checkpoint_append_only;

-- The application may ask for this month's and next month's partitions without owning the table.
CREATE FUNCTION audit.ensure_partitions() RETURNS void LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog
    -- A new partition locks the parent: better none for now than writers queueing behind somebody's long transaction.
    SET lock_timeout = '1s'
AS $$
DECLARE
    month timestamptz := date_trunc('month', now() AT TIME ZONE 'UTC') AT TIME ZONE 'UTC';
    name  text;
BEGIN
    -- Replicas that start together ask together.
    PERFORM pg_advisory_xact_lock(hashtextextended('audit.ensure_partitions', 0));
    FOR i IN 0..1 LOOP
        name := 'record_' || to_char(month AT TIME ZONE 'UTC', 'YYYYMM');
        IF to_regclass('audit.' || name) IS NULL THEN
            EXECUTE format('CREATE TABLE audit.%I PARTITION OF audit.record FOR VALUES FROM (%L) TO (%L)',
                name, month, (month AT TIME ZONE 'UTC' + interval '1 month') AT TIME ZONE 'UTC');
            -- Row triggers come with the parent, those on a statement do not.
            EXECUTE format('CREATE TRIGGER record_no_truncate BEFORE TRUNCATE ON audit.%I
                FOR EACH STATEMENT EXECUTE FUNCTION audit.refuse_change()', name);
            EXECUTE format('ALTER TABLE audit.%I ENABLE ALWAYS TRIGGER record_no_truncate', name);
        END IF;
        month := (month AT TIME ZONE 'UTC' + interval '1 month') AT TIME ZONE 'UTC';
    END LOOP;
END $$;

-- The embedded launcher makes this role with a login of its own; on an outside server the application takes it with SET ROLE.
DO $$ BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'portreeve_app') THEN
        CREATE ROLE portreeve_app NOLOGIN;
    END IF;
END $$;
GRANT USAGE ON SCHEMA audit TO portreeve_app;
-- Not txid and position: the order of commits is PostgreSQL's word, not the application's.
GRANT SELECT, INSERT (tenant, id, at, call_id, kind, leaf) ON audit.record TO portreeve_app;
GRANT SELECT, INSERT ON audit.sequence, audit.checkpoint TO portreeve_app;
REVOKE EXECUTE ON FUNCTION audit.ensure_partitions() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION audit.ensure_partitions() TO portreeve_app;
