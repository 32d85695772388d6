-- Contents beside the evidence, their erasure, legal holds, retention, and what finds records again. Owned by the audit module.

-- One key for the contents of each subject at a time, sealed under a key that is not in the database. Destroying it erases them.
CREATE TABLE audit.payload_key (
    tenant     text        NOT NULL,
    id         uuid        NOT NULL,
    -- user:anna or agent:bot
    subject    text        NOT NULL,
    -- NULL once it was destroyed.
    wrapped    bytea       CHECK (octet_length(wrapped) <= 1024),
    created_at timestamptz NOT NULL DEFAULT now(),
    -- The record that says so.
    erased_by  uuid,
    PRIMARY KEY (tenant, id),
    CHECK ((wrapped IS NULL) = (erased_by IS NOT NULL))
);
CREATE UNIQUE INDEX payload_key_in_use ON audit.payload_key (tenant, subject) WHERE wrapped IS NOT NULL;

-- What was asked and answered, sealed under its subject's key, where the operator wants it kept. Partitioned by month, as records are.
CREATE TABLE audit.payload (
    tenant    text        NOT NULL,
    record_id uuid        NOT NULL,
    at        timestamptz NOT NULL,
    name      text        NOT NULL CHECK (name ~ '^[a-z_]{1,40}$'),
    key_id    uuid        NOT NULL,
    sealed    bytea       NOT NULL CHECK (octet_length(sealed) <= 2097152),
    PRIMARY KEY (tenant, record_id, name, at)
) PARTITION BY RANGE (at);
-- Sealed bytes do not compress.
ALTER TABLE audit.payload ALTER COLUMN sealed SET STORAGE EXTERNAL;
CREATE TABLE audit.payload_default PARTITION OF audit.payload DEFAULT;

-- What must not go, whatever retention and erasure want.
CREATE TABLE audit.hold (
    tenant         text        NOT NULL,
    id             uuid        NOT NULL,
    -- NULL for everybody of the tenant.
    subject        text,
    -- Of the time of records; NULL for no bound.
    since          timestamptz,
    until          timestamptz,
    reason         text        NOT NULL CHECK (length(reason) BETWEEN 1 AND 500),
    placed_by      text        NOT NULL CHECK (length(placed_by) BETWEEN 1 AND 100),
    placed_at      timestamptz NOT NULL DEFAULT now(),
    placed_in      uuid        NOT NULL,
    released_by    text        CHECK (length(released_by) BETWEEN 1 AND 100),
    release_reason text        CHECK (length(release_reason) BETWEEN 1 AND 500),
    released_at    timestamptz,
    released_in    uuid,
    PRIMARY KEY (tenant, id),
    CHECK (since < until),
    CHECK (num_nulls(released_by, release_reason, released_at, released_in) IN (0, 4))
);

-- The leaf of a record that this very transaction wrote; NULL if it did not.
CREATE FUNCTION audit.written_now(of_tenant text, of_id uuid, of_kind text) RETURNS jsonb LANGUAGE sql STABLE
    SET search_path = pg_catalog
AS $$
    SELECT convert_from(leaf, 'UTF8')::jsonb FROM audit.record
    WHERE tenant = of_tenant AND id = of_id AND kind = of_kind AND txid = pg_current_xact_id()::text::bigint
$$;

-- A key is only ever destroyed, and only together with the record that says so.
CREATE FUNCTION audit.guard_payload_key() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.wrapped IS NOT NULL AND NEW.wrapped IS NULL
        AND (NEW.tenant, NEW.id, NEW.subject, NEW.created_at) = (OLD.tenant, OLD.id, OLD.subject, OLD.created_at)
        AND audit.written_now(NEW.tenant, NEW.erased_by, 'subject.erased') ->> 'erased' = NEW.subject
    THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'audit.payload_key: % is refused', TG_OP USING ERRCODE = 'insufficient_privilege';
END $$;

-- A hold begins and ends with its record; what it covers never changes.
CREATE FUNCTION audit.guard_hold() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog AS $$
BEGIN
    -- Who erases or drops waits for whoever places a hold, and the other way round.
    PERFORM pg_advisory_xact_lock(hashtextextended('audit.hold', 0));
    IF TG_OP = 'INSERT' AND NEW.released_at IS NULL
        AND audit.written_now(NEW.tenant, NEW.placed_in, 'hold.placed') ->> 'hold' = NEW.id::text
    THEN
        RETURN NEW;
    END IF;
    IF TG_OP = 'UPDATE' AND OLD.released_at IS NULL AND NEW.released_at IS NOT NULL
        AND (NEW.tenant, NEW.id, NEW.reason, NEW.placed_by, NEW.placed_at, NEW.placed_in)
            = (OLD.tenant, OLD.id, OLD.reason, OLD.placed_by, OLD.placed_at, OLD.placed_in)
        AND (NEW.subject, NEW.since, NEW.until) IS NOT DISTINCT FROM (OLD.subject, OLD.since, OLD.until)
        AND audit.written_now(NEW.tenant, NEW.released_in, 'hold.released') ->> 'hold' = NEW.id::text
    THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'audit.hold: % without its record is refused', TG_OP USING ERRCODE = 'insufficient_privilege';
END $$;

CREATE TRIGGER payload_append_only BEFORE UPDATE OR DELETE ON audit.payload
    FOR EACH ROW EXECUTE FUNCTION audit.refuse_change();
CREATE TRIGGER payload_no_truncate BEFORE TRUNCATE ON audit.payload
    FOR EACH STATEMENT EXECUTE FUNCTION audit.refuse_change();
CREATE TRIGGER payload_no_truncate BEFORE TRUNCATE ON audit.payload_default
    FOR EACH STATEMENT EXECUTE FUNCTION audit.refuse_change();
CREATE TRIGGER payload_key_guarded BEFORE UPDATE OR DELETE ON audit.payload_key
    FOR EACH ROW EXECUTE FUNCTION audit.guard_payload_key();
CREATE TRIGGER payload_key_no_truncate BEFORE TRUNCATE ON audit.payload_key
    FOR EACH STATEMENT EXECUTE FUNCTION audit.refuse_change();
CREATE TRIGGER hold_guarded BEFORE INSERT OR UPDATE OR DELETE ON audit.hold
    FOR EACH ROW EXECUTE FUNCTION audit.guard_hold();
CREATE TRIGGER hold_no_truncate BEFORE TRUNCATE ON audit.hold
    FOR EACH STATEMENT EXECUTE FUNCTION audit.refuse_change();
ALTER TABLE audit.payload ENABLE ALWAYS TRIGGER payload_append_only;
ALTER TABLE audit.payload ENABLE ALWAYS TRIGGER payload_no_truncate;
ALTER TABLE audit.payload_default ENABLE ALWAYS TRIGGER payload_append_only;
ALTER TABLE audit.payload_default ENABLE ALWAYS TRIGGER payload_no_truncate;
ALTER TABLE audit.payload_key ENABLE ALWAYS TRIGGER payload_key_guarded;
ALTER TABLE audit.payload_key ENABLE ALWAYS TRIGGER payload_key_no_truncate;
ALTER TABLE audit.hold ENABLE ALWAYS TRIGGER hold_guarded;
ALTER TABLE audit.hold ENABLE ALWAYS TRIGGER hold_no_truncate;

-- As before, for contents too.
CREATE OR REPLACE FUNCTION audit.ensure_partitions() RETURNS void LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog
    SET lock_timeout = '1s'
AS $$
DECLARE
    month  timestamptz := date_trunc('month', now() AT TIME ZONE 'UTC') AT TIME ZONE 'UTC';
    parent text;
    name   text;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('audit.ensure_partitions', 0));
    FOR i IN 0..1 LOOP
        FOREACH parent IN ARRAY ARRAY['record', 'payload'] LOOP
            name := parent || '_' || to_char(month AT TIME ZONE 'UTC', 'YYYYMM');
            IF to_regclass('audit.' || name) IS NULL THEN
                EXECUTE format('CREATE TABLE audit.%I PARTITION OF audit.%I FOR VALUES FROM (%L) TO (%L)',
                    name, parent, month, (month AT TIME ZONE 'UTC' + interval '1 month') AT TIME ZONE 'UTC');
                -- Row triggers come with the parent, those on a statement do not.
                EXECUTE format('CREATE TRIGGER %I BEFORE TRUNCATE ON audit.%I
                    FOR EACH STATEMENT EXECUTE FUNCTION audit.refuse_change()', parent || '_no_truncate', name);
                EXECUTE format('ALTER TABLE audit.%I ENABLE ALWAYS TRIGGER %I', name, parent || '_no_truncate');
            END IF;
        END LOOP;
        month := (month AT TIME ZONE 'UTC' + interval '1 month') AT TIME ZONE 'UTC';
    END LOOP;
END $$;

-- The hold that covers something of this tenant, subject (NULL: of anybody) and time; NULL if none does.
CREATE FUNCTION audit.held_by(of_tenant text, of_subject text, begins timestamptz, ends timestamptz) RETURNS uuid
    LANGUAGE sql STABLE SET search_path = pg_catalog
AS $$
    SELECT id FROM audit.hold
    WHERE tenant = of_tenant AND released_at IS NULL
        AND (subject IS NULL OR of_subject IS NULL OR subject = of_subject)
        AND coalesce(since, '-infinity') < ends AND coalesce(until, 'infinity') > begins
    ORDER BY placed_at LIMIT 1
$$;

-- SQLSTATE PR001 if a hold covers something of the subject. None can be placed before the transaction ends.
CREATE FUNCTION audit.require_not_held(of_tenant text, of_subject text) RETURNS void LANGUAGE plpgsql
    SET search_path = pg_catalog SET lock_timeout = '5s'
AS $$
DECLARE
    hold uuid;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('audit.hold', 0));
    hold := audit.held_by(of_tenant, of_subject, '-infinity', 'infinity');
    IF hold IS NOT NULL THEN
        RAISE EXCEPTION 'legal hold % covers them', hold USING ERRCODE = 'PR001';
    END IF;
END $$;

-- Destroys the key of a subject's contents, in the transaction that wrote the record that says so.
CREATE FUNCTION audit.erase_subject(of_tenant text, of_subject text, by_record uuid) RETURNS int
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog
AS $$
DECLARE
    keys int;
BEGIN
    PERFORM audit.require_not_held(of_tenant, of_subject);
    IF audit.written_now(of_tenant, by_record, 'subject.erased') IS NULL THEN
        RAISE EXCEPTION 'nothing is erased without its record' USING ERRCODE = 'insufficient_privilege';
    END IF;
    UPDATE audit.payload_key SET wrapped = NULL, erased_by = by_record
        WHERE tenant = of_tenant AND subject = of_subject AND wrapped IS NOT NULL;
    GET DIAGNOSTICS keys = ROW_COUNT;
    RETURN keys;
END $$;

-- False if there is no such hold in force.
CREATE FUNCTION audit.release_hold(of_tenant text, of_id uuid, who text, why text, by_record uuid) RETURNS boolean
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog SET lock_timeout = '5s'
AS $$
BEGIN
    UPDATE audit.hold SET released_by = who, release_reason = why, released_at = now(), released_in = by_record
        WHERE tenant = of_tenant AND id = of_id AND released_at IS NULL;
    RETURN FOUND;
END $$;

-- Drops a month whose records are signed, held by nobody, and told of in this very transaction, for each tenant in it, by a
-- tombstone with their number. SQLSTATE PR001: a hold; PR002: something is not signed yet; PR003: it is not over.
CREATE FUNCTION audit.drop_month(partition text) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog SET lock_timeout = '1s'
AS $$
DECLARE
    parent text := split_part(partition, '_', 1);
    begins timestamptz;
    ends   timestamptz;
    hold   uuid;
    of     record;
    early  boolean;
BEGIN
    IF partition !~ '^(record|payload)_[0-9]{6}$' OR NOT EXISTS (
        SELECT FROM pg_inherits
        WHERE inhparent = ('audit.' || parent)::regclass AND inhrelid = to_regclass('audit.' || partition))
    THEN
        RAISE EXCEPTION '% is no month of records or contents', partition USING ERRCODE = 'insufficient_privilege';
    END IF;
    begins := to_timestamp(split_part(partition, '_', 2) || '01+00', 'YYYYMMDDTZH');
    ends := (begins AT TIME ZONE 'UTC' + interval '1 month') AT TIME ZONE 'UTC';
    IF ends > now() THEN
        RAISE EXCEPTION '% is not over', partition USING ERRCODE = 'PR003';
    END IF;
    PERFORM pg_advisory_xact_lock(hashtextextended('audit.hold', 0));
    EXECUTE format('LOCK TABLE audit.%I IN ACCESS EXCLUSIVE MODE', partition);
    FOR of IN EXECUTE format('SELECT tenant, count(*) AS number FROM audit.%I GROUP BY tenant', partition) LOOP
        hold := audit.held_by(of.tenant, NULL, begins, ends);
        IF hold IS NOT NULL THEN
            RAISE EXCEPTION 'legal hold % covers %', hold, partition USING ERRCODE = 'PR001';
        END IF;
        PERFORM FROM audit.record r
            WHERE r.tenant = of.tenant AND r.kind = 'records.dropped' AND r.txid = pg_current_xact_id()::text::bigint
                AND convert_from(r.leaf, 'UTF8')::jsonb @> jsonb_build_object('partition', partition, 'records', of.number);
        IF NOT FOUND THEN
            RAISE EXCEPTION '% is not dropped without a tombstone for each tenant', partition
                USING ERRCODE = 'insufficient_privilege';
        END IF;
        IF parent = 'record' THEN
            EXECUTE format('SELECT true FROM audit.%I r LEFT JOIN audit.sequence s ON s.tenant = r.tenant AND s.record_id = r.id
                WHERE r.tenant = $1 AND (s.index IS NULL
                    OR s.index >= coalesce((SELECT max(size) FROM audit.checkpoint c WHERE c.tenant = $1), 0)) LIMIT 1', partition)
                INTO early USING of.tenant;
            IF early THEN
                RAISE EXCEPTION 'a record of % is not signed yet', partition USING ERRCODE = 'PR002';
            END IF;
        END IF;
    END LOOP;
    EXECUTE format('DROP TABLE audit.%I', partition);
END $$;

-- The newest tombstone of a tenant says all that was dropped.
CREATE INDEX record_tombstone ON audit.record (tenant, id) WHERE kind = 'records.dropped';

GRANT SELECT, INSERT (tenant, id, subject, wrapped) ON audit.payload_key TO portreeve_app;
GRANT SELECT, INSERT ON audit.payload TO portreeve_app;
GRANT SELECT, INSERT (tenant, id, subject, since, until, reason, placed_by, placed_in) ON audit.hold TO portreeve_app;
REVOKE EXECUTE ON FUNCTION audit.erase_subject(text, text, uuid), audit.release_hold(text, uuid, text, text, uuid),
    audit.drop_month(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION audit.erase_subject(text, text, uuid), audit.release_hold(text, uuid, text, text, uuid),
    audit.drop_month(text) TO portreeve_app;

-- Made of records after they were committed, so that they can be found by what is in them; no evidence: it can be made again.
CREATE SCHEMA search;
CREATE TABLE search.entry (
    tenant    text        NOT NULL,
    -- The call, or the record where it belongs to none.
    id        uuid        NOT NULL,
    -- Of its first record.
    at        timestamptz NOT NULL,
    -- The code of its last record's kind.
    kind      text        NOT NULL,
    member    text,
    key_id    text,
    type      text,
    -- The model's or tool's name as rules see it.
    resource  text,
    session   text,
    outcome   text,
    reason    text,
    PRIMARY KEY (tenant, id)
);
CREATE INDEX entry_by_time ON search.entry (tenant, at DESC, id DESC);
CREATE INDEX entry_by_member ON search.entry (tenant, member, at DESC, id DESC);
CREATE INDEX entry_by_resource ON search.entry (tenant, resource, at DESC, id DESC);
CREATE INDEX entry_by_session ON search.entry (tenant, session, at DESC, id DESC) WHERE session IS NOT NULL;
CREATE INDEX entry_by_reason ON search.entry (tenant, reason, at DESC, id DESC) WHERE reason IS NOT NULL;
CREATE INDEX entry_by_outcome ON search.entry (tenant, outcome, at DESC, id DESC) WHERE outcome <> 'completed';
-- Rows are changed once, when their call ends.
ALTER TABLE search.entry SET (fillfactor = 90);

-- How far the records were read, in the order of their commit.
CREATE TABLE search.progress (
    one      boolean PRIMARY KEY DEFAULT true CHECK (one),
    txid     bigint  NOT NULL,
    position bigint  NOT NULL
);
INSERT INTO search.progress (txid, position) VALUES (0, 0);

GRANT USAGE ON SCHEMA search TO portreeve_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON search.entry TO portreeve_app;
GRANT SELECT, UPDATE ON search.progress TO portreeve_app;

-- Whose it is, so that it can be erased for them.
ALTER TABLE gateway.kept_answer ADD COLUMN member text;
