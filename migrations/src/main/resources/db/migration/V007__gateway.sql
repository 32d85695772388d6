-- What the HTTP edge remembers between calls. Owned by the gateway module.
CREATE SCHEMA gateway;

-- Whose response it is that a provider keeps. The contents stay with the provider; its account is shared by all callers of the
-- gateway, so an id opens nothing unless it is found here.
CREATE TABLE gateway.stored_response (
    tenant      text        NOT NULL,
    response_id text        NOT NULL,
    member      text        NOT NULL,
    provider    text        NOT NULL,
    -- By the name the caller used, which is what rules match.
    model       text        NOT NULL,
    -- An upper bound of what a response that goes on from it reads beside its own input.
    tokens      bigint      NOT NULL CHECK (tokens >= 0),
    -- Providers forget at some time, and so does this table.
    expires_at  timestamptz NOT NULL,
    PRIMARY KEY (tenant, response_id)
);
CREATE INDEX stored_response_by_expiry ON gateway.stored_response (expires_at);

GRANT USAGE ON SCHEMA gateway TO portreeve_app;
GRANT SELECT, INSERT, DELETE ON gateway.stored_response TO portreeve_app;
