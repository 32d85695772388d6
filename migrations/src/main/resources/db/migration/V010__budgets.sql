-- Budgets of more kinds: what they count, what of their owner's calls they bound, when they begin again, and what people may
-- change about them while calls run. Owned by the policy module.
ALTER TABLE policy.budget
    DROP CONSTRAINT budget_time_window_check,
    ADD CONSTRAINT budget_time_window_check CHECK (
        time_window IN ('total', 'hourly', 'daily', 'weekly', 'monthly', 'quarterly', 'rolling')),
    -- What limit_nanos and all amounts of its windows count: billionths of a currency, tokens, or calls.
    ADD COLUMN unit text NOT NULL DEFAULT 'usd' CHECK (unit ~ '^([a-z]{3}|tokens|requests)$'),
    -- How much of its currency a dollar is, and on which day it was.
    ADD COLUMN rate numeric CHECK (rate > 0),
    ADD COLUMN rate_date date,
    ADD COLUMN rolling_seconds bigint CHECK (rolling_seconds BETWEEN 60 AND 31622400),
    -- Both inclusive, in its time zone; outside of them it bounds nothing.
    ADD COLUMN first_day date,
    ADD COLUMN last_day date,
    -- At most so much of what was left of a window is added to the next one.
    ADD COLUMN rollover_nanos bigint CHECK (rollover_nanos > 0),
    -- Nothing in all three: every call of its owner. Patterns with "*".
    ADD COLUMN models text[] NOT NULL DEFAULT '{}',
    ADD COLUMN tools text[] NOT NULL DEFAULT '{}',
    ADD COLUMN tool_servers text[] NOT NULL DEFAULT '{}',
    ADD COLUMN tags text[] NOT NULL DEFAULT '{}',
    ADD COLUMN each_session boolean NOT NULL DEFAULT false,
    -- Percent of the limit at which somebody is told.
    ADD COLUMN warn_at int[] NOT NULL DEFAULT '{}',
    -- Of a soft budget that is all: it refuses nothing, and its windows' limit is the highest number there is.
    ADD COLUMN soft boolean NOT NULL DEFAULT false,
    ADD COLUMN when_short text NOT NULL DEFAULT 'refuse' CHECK (when_short IN ('refuse', 'shrink')),
    ADD COLUMN least_output bigint NOT NULL DEFAULT 1 CHECK (least_output > 0),
    -- What an operator made of it: who, when and why stand beside anything but open.
    ADD COLUMN state text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'frozen', 'closed')),
    ADD COLUMN state_reason text CHECK (length(state_reason) BETWEEN 1 AND 500),
    ADD COLUMN state_by text,
    ADD COLUMN state_at timestamptz,
    ADD CHECK ((state = 'open') = (state_reason IS NULL) AND (state_reason IS NULL) = (state_by IS NULL)
        AND (state_reason IS NULL) = (state_at IS NULL)),
    ADD CHECK (rollover_nanos IS NULL OR time_window NOT IN ('total', 'rolling')),
    ADD CHECK ((time_window = 'rolling') = (rolling_seconds IS NOT NULL)),
    ADD CHECK ((rate IS NULL) = (unit IN ('usd', 'tokens', 'requests')) AND (rate IS NULL) = (rate_date IS NULL));

-- More for a while, with the reason somebody gave. Added to the limit until it ends.
CREATE TABLE policy.budget_raise (
    tenant    text        NOT NULL,
    id        uuid        NOT NULL,
    budget_id text        NOT NULL,
    nanos     bigint      NOT NULL CHECK (nanos > 0),
    ends_at   timestamptz NOT NULL,
    reason    text        NOT NULL CHECK (length(reason) BETWEEN 1 AND 500),
    made_by   text        NOT NULL,
    made_at   timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant, id),
    FOREIGN KEY (tenant, budget_id) REFERENCES policy.budget (tenant, id)
);
CREATE INDEX budget_raise_by_budget ON policy.budget_raise (tenant, budget_id, ends_at);
CREATE TRIGGER raise_changed AFTER INSERT ON policy.budget_raise
    FOR EACH STATEMENT EXECUTE FUNCTION policy.count_budget_change();

-- Replicas hear of a change when it commits, and look at the number once a second besides.
CREATE OR REPLACE FUNCTION policy.count_budget_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE policy.revision SET number = number + 1 WHERE subject = 'budget';
    PERFORM pg_notify('portreeve_budgets', '');
    RETURN NULL;
END $$;

ALTER TABLE policy.budget_window
    -- A budget that counts each session has a window for each: its id, "~", the session.
    ADD COLUMN of_budget text NOT NULL GENERATED ALWAYS AS (split_part(budget_id, '~', 1)) STORED,
    -- What raises add for now, and what came from windows before less what went to the one after: both part of limit_nanos.
    ADD COLUMN raised_nanos bigint NOT NULL DEFAULT 0 CHECK (raised_nanos >= 0),
    ADD COLUMN carried_nanos bigint NOT NULL DEFAULT 0,
    -- The window something was carried from; what nobody spent of windows between the two is carried with the first of it.
    ADD COLUMN carried_from timestamptz,
    ADD COLUMN used_at timestamptz NOT NULL DEFAULT now(),
    DROP CONSTRAINT budget_window_tenant_budget_id_fkey,
    ADD FOREIGN KEY (tenant, of_budget) REFERENCES policy.budget (tenant, id);
CREATE INDEX budget_window_by_budget ON policy.budget_window (tenant, of_budget, starts_at);

-- What a rolling budget has spent, by when it counts no longer. The sum over a window's rows that count is in its row.
CREATE TABLE policy.budget_bucket (
    tenant        text        NOT NULL,
    budget_id     text        NOT NULL,
    starts_at     timestamptz NOT NULL,
    counts_until  timestamptz NOT NULL,
    settled_nanos bigint      NOT NULL CHECK (settled_nanos >= 0),
    overrun_nanos bigint      NOT NULL CHECK (overrun_nanos >= 0),
    PRIMARY KEY (tenant, budget_id, starts_at, counts_until),
    FOREIGN KEY (tenant, budget_id, starts_at) REFERENCES policy.budget_window (tenant, budget_id, starts_at)
);

-- Who was told once for each threshold of each window, and anew under another limit: the primary key is the promise. It refers
-- to the window without a foreign key, which would lock the row that calls are waiting for.
CREATE TABLE policy.budget_warning (
    tenant      text        NOT NULL,
    budget_id   text        NOT NULL,
    starts_at   timestamptz NOT NULL,
    percent     int         NOT NULL,
    limit_nanos bigint      NOT NULL,
    -- Of a rolling budget, whose window never ends: when its length has passed.
    again_at    timestamptz,
    PRIMARY KEY (tenant, budget_id, starts_at, percent, limit_nanos)
);

-- Calls that were billed above what was held and of which somebody was told. Likewise without a foreign key.
CREATE TABLE policy.overrun_warning (
    tenant  text        NOT NULL,
    call_id uuid        NOT NULL,
    at      timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant, call_id)
);
CREATE INDEX posting_overrun ON policy.posting (at) WHERE overrun_nanos > 0;

-- Where the budgets of a call count different things: what is held of each, in the order of budget_ids. Otherwise NULL, and
-- amount_nanos is held of all. A posting likewise.
ALTER TABLE policy.hold ADD COLUMN amounts bigint[];
ALTER TABLE policy.posting ADD COLUMN amounts bigint[], ADD COLUMN overruns bigint[];

-- What a call held that ended with an approval's ticket: it stays held for the call that comes again, one for each ticket, until
-- that call takes it over or the ticket is of no use any more. Gone once its hold is resolved. Refers to neither by a foreign key,
-- which would lock a row that others wait for.
CREATE TABLE policy.parked_hold (
    tenant  text NOT NULL,
    ticket  uuid NOT NULL,
    call_id uuid NOT NULL,
    PRIMARY KEY (tenant, ticket),
    UNIQUE (tenant, call_id)
);
GRANT SELECT, INSERT, DELETE ON policy.parked_hold TO portreeve_app;

-- The outbox also takes messages that are about no ticket, and such as go by e-mail (endpoint: an address).
ALTER TABLE policy.webhook_delivery RENAME TO notice;
ALTER INDEX policy.webhook_due RENAME TO notice_due;
ALTER TABLE policy.notice
    ALTER COLUMN approval_id DROP NOT NULL,
    ADD COLUMN way text NOT NULL DEFAULT 'webhook' CHECK (way IN ('webhook', 'email'));

-- Deleting is for counts of sessions nobody used for a long time, and for what counts no longer.
GRANT SELECT, INSERT, UPDATE, DELETE ON policy.budget_bucket TO portreeve_app;
GRANT DELETE ON policy.budget_window TO portreeve_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON policy.budget_warning, policy.overrun_warning TO portreeve_app;
GRANT SELECT, INSERT ON policy.budget_raise TO portreeve_app;
