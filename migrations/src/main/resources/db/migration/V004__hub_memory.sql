-- What the hub remembers of servers between two starts of the gateway, so that none has to be asked again. Losing it costs
-- one contact with each server, or one request to an authorization server, and nothing else.

-- What a server said of itself at the last contact.
CREATE TABLE hub.server (
    server           text        NOT NULL PRIMARY KEY,
    -- A keyed hash of how it is reached or started, and of what is made of what it lists: when that changes, it is asked anew.
    source           text        NOT NULL,
    protocol_version text        NOT NULL,
    capabilities     bytea       NOT NULL,
    instructions     text,
    -- JSON arrays, as listed; null where they were never listed.
    prompts          bytea,
    resources        bytea,
    templates        bytea,
    seen_at          timestamptz NOT NULL
);

-- Access tokens that the gateway got as an OAuth client, sealed under a key that is not in the database.
CREATE TABLE hub.oauth_token (
    server      text        NOT NULL,
    url         text        NOT NULL,
    client_id   text        NOT NULL,
    -- On whose behalf; empty for the gateway itself.
    holder      text        NOT NULL,
    -- Null once the token was refused; the row stays for the claim.
    sealed      text,
    expires_at  timestamptz NOT NULL,
    -- Until then one replica is getting the next token, and the others use this one.
    claimed_until timestamptz,
    PRIMARY KEY (server, url, client_id, holder)
);

GRANT SELECT, INSERT, UPDATE, DELETE ON hub.server, hub.oauth_token TO portreeve_app;
