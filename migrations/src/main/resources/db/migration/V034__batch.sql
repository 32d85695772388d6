-- Batches of model calls: what was handed to a provider, item by item, until its results are forgotten. Owned by the gateway module. What an
-- item holds is in policy.hold under its call; what is here says which call that is, and what became of it.
CREATE TABLE gateway.batch (
    tenant         text        NOT NULL,
    id             uuid        NOT NULL,
    -- Whose it is: this member, with any of its keys.
    member         text        NOT NULL,
    member_kind    text        NOT NULL,
    team           text,
    key_id         text        NOT NULL,
    -- The keys that made that key, from the one an operator made: whoever stops one of them stops the batch.
    above_keys     text[]      NOT NULL DEFAULT '{}',
    dialect        text        NOT NULL,
    operation      text        NOT NULL,
    -- What the dialect wants to say of it again, such as OpenAI's metadata.
    notes          jsonb       NOT NULL DEFAULT '{}',
    provider       text        NOT NULL,
    -- The provider's key it was sent with, which is the one that finds it; empty where there is one only.
    provider_key   text        NOT NULL,
    state          text        NOT NULL
        CHECK (state IN ('preparing', 'sending', 'running', 'settled', 'lost')),
    -- As the provider names it.
    provider_batch text,
    -- The prices its items were held at, as a list.
    prices         jsonb       NOT NULL,
    items          int         NOT NULL CHECK (items > 0),
    created_at     timestamptz NOT NULL,
    -- When what it holds is charged if nobody knows better.
    expires_at     timestamptz NOT NULL,
    cancel_asked_at timestamptz,
    cancel_heard   boolean     NOT NULL DEFAULT false,
    settled_at     timestamptz,
    -- When its rows go.
    keep_until     timestamptz NOT NULL,
    -- Which gateway looks after it, and until when its silence means nothing; and when somebody is to look next.
    owner          uuid,
    owned_until    timestamptz NOT NULL,
    look_at        timestamptz NOT NULL,
    PRIMARY KEY (tenant, id),
    CHECK (state <> 'running' OR provider_batch IS NOT NULL),
    CHECK ((state IN ('settled', 'lost')) = (settled_at IS NOT NULL))
);
CREATE INDEX batch_of_member ON gateway.batch (tenant, member, id DESC);
CREATE INDEX batch_open ON gateway.batch (look_at) WHERE state IN ('preparing', 'sending', 'running');
CREATE INDEX batch_open_of_tenant ON gateway.batch (tenant) WHERE state IN ('preparing', 'sending', 'running');
CREATE INDEX batch_by_expiry ON gateway.batch (keep_until);

CREATE TABLE gateway.batch_item (
    tenant         text    NOT NULL,
    batch_id       uuid    NOT NULL,
    ordinal        int     NOT NULL CHECK (ordinal >= 0),
    custom_id      text    NOT NULL,
    call_id        uuid    NOT NULL,
    -- By the name the caller used, which is what rules match, and the provider's own.
    model          text    NOT NULL,
    upstream_model text    NOT NULL,
    -- What was held: at which of the batch's prices, and for how much.
    price          int     NOT NULL,
    input_tokens   bigint  NOT NULL,
    output_tokens  bigint  NOT NULL,
    uplift         int     NOT NULL,
    uses           jsonb   NOT NULL,
    -- Once it is not open, its money and its record are durable.
    state          text    NOT NULL CHECK (state IN ('open', 'succeeded', 'errored', 'canceled', 'expired')),
    status         int     NOT NULL DEFAULT 0,
    -- What was answered, as guardrails left it, or the error; sealed.
    sealed         bytea,
    PRIMARY KEY (tenant, batch_id, ordinal),
    UNIQUE (tenant, batch_id, custom_id),
    FOREIGN KEY (tenant, batch_id) REFERENCES gateway.batch (tenant, id) ON DELETE CASCADE
);

GRANT SELECT, INSERT, UPDATE, DELETE ON gateway.batch, gateway.batch_item TO portreeve_app;
