-- What a server says of its own use waits for a person like everything else it says of itself.
ALTER TABLE hub.definition
    DROP CONSTRAINT definition_kind_check,
    ADD CONSTRAINT definition_kind_check CHECK (kind IN ('tool', 'prompt', 'resource', 'template', 'instructions'));
