-- Responses that the gateway keeps for providers that keep none: what each read and what it said, sealed. Owned by the gateway
-- module.
CREATE TABLE gateway.kept_response (
    tenant          text        NOT NULL,
    response_id     text        NOT NULL,
    member          text        NOT NULL,
    -- By the name the caller used, which is what rules match.
    model           text        NOT NULL,
    status          text        NOT NULL CHECK (status IN ('in_progress', 'completed', 'incomplete', 'failed', 'cancelled')),
    -- All items it read, those of earlier responses included; and the response itself.
    sealed_input    text        NOT NULL,
    sealed_response text        NOT NULL,
    -- The replica that makes it in the background, and until when its silence means nothing.
    maker           uuid,
    alive_until     timestamptz,
    expires_at      timestamptz NOT NULL,
    PRIMARY KEY (tenant, response_id),
    CHECK ((maker IS NULL) = (alive_until IS NULL)),
    CHECK (status <> 'in_progress' OR maker IS NOT NULL)
);
CREATE INDEX kept_response_by_expiry ON gateway.kept_response (expires_at);
CREATE INDEX kept_response_by_maker ON gateway.kept_response (maker) WHERE maker IS NOT NULL;

GRANT SELECT, INSERT, UPDATE, DELETE ON gateway.kept_response TO portreeve_app;
