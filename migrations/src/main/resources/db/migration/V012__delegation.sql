-- Keys that keys made: for sub-agents and sessions. Owned by the policy module.
CREATE TABLE policy.child_key (
    tenant       text NOT NULL,
    id           text NOT NULL,
    parent       text NOT NULL,
    -- How many keys are above it, up to one that an operator made.
    depth        int  NOT NULL CHECK (depth BETWEEN 1 AND 4),
    -- Patterns of names; NULL confines to nothing that the parent is not confined to already.
    models       text[],
    tools        text[],
    prompts      text[],
    resources    text[],
    hosted_tools text[],
    PRIMARY KEY (tenant, id),
    FOREIGN KEY (tenant, id) REFERENCES policy.virtual_key (tenant, id),
    FOREIGN KEY (tenant, parent) REFERENCES policy.virtual_key (tenant, id),
    CHECK (parent <> id)
);
CREATE INDEX child_key_by_parent ON policy.child_key (tenant, parent);

-- A key may give the keys it makes budgets of their own; such a budget's row says so, and what it allows.
ALTER TABLE policy.budget
    DROP CONSTRAINT budget_origin_check,
    ADD CONSTRAINT budget_origin_check CHECK (origin IN ('file', 'api', 'key'));
CREATE INDEX budget_of_made_key ON policy.budget (tenant, owner_id) WHERE origin = 'key' AND retired_at IS NULL;

-- Never updated: what a key may do was said when it was made.
GRANT SELECT, INSERT ON policy.child_key TO portreeve_app;
