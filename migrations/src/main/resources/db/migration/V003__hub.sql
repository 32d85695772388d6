-- What tool servers said about themselves, and what became of it. Owned by the hub. It belongs to no tenant: servers are
-- everybody's, and what of them a tenant may use is decided by rules.
CREATE SCHEMA hub;

-- Every complete definition, as it was received, under the hash of its canonical form.
CREATE TABLE hub.definition (
    server     text        NOT NULL,
    kind       text        NOT NULL CHECK (kind IN ('tool', 'prompt', 'resource', 'template')),
    name       text        NOT NULL,
    hash       text        NOT NULL CHECK (length(hash) = 64),
    body       bytea       NOT NULL,
    -- unreviewed: in use, as the server's policy has it, without a person having looked.
    verdict    text        NOT NULL
        CHECK (verdict IN ('accepted', 'unreviewed', 'quarantined', 'rejected', 'superseded')),
    -- Whether the server's last complete list had it.
    offered    boolean     NOT NULL,
    seen_at    timestamptz NOT NULL,
    decided_at timestamptz,
    decided_by text,
    reason     text,
    PRIMARY KEY (server, kind, name, hash)
);

-- One definition of a name is in force at a time: no code path can offer two.
CREATE UNIQUE INDEX definition_in_force ON hub.definition (server, kind, name)
    WHERE verdict IN ('accepted', 'unreviewed');

-- Counts changes of what replicas keep in memory, so that looking for a change reads one row and not the table.
CREATE TABLE hub.revision (
    subject text   PRIMARY KEY,
    number  bigint NOT NULL
);
INSERT INTO hub.revision (subject, number) VALUES ('definition', 0);

CREATE FUNCTION hub.count_definition_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE hub.revision SET number = number + 1 WHERE subject = 'definition';
    RETURN NULL;
END $$;
CREATE TRIGGER definition_changed AFTER INSERT OR UPDATE OR DELETE ON hub.definition
    FOR EACH STATEMENT EXECUTE FUNCTION hub.count_definition_change();

GRANT USAGE ON SCHEMA hub TO portreeve_app;
-- Deleting is for definitions that are neither offered nor in force, so that a server cannot fill the disk with them.
GRANT SELECT, INSERT, UPDATE, DELETE ON hub.definition TO portreeve_app;
GRANT SELECT, UPDATE ON hub.revision TO portreeve_app;
