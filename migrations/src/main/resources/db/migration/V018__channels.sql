-- More ways to people, and messages that nobody took stay to be looked at. Owned by the policy module.
ALTER TABLE policy.approval_vote
    DROP CONSTRAINT approval_vote_channel_check,
    ADD CONSTRAINT approval_vote_channel_check CHECK (channel IN ('webhook', 'console', 'api', 'link', 'slack'));

-- A message that is no news any more because its ticket was decided is settled; one that its receiver never took is given up.
ALTER TABLE policy.notice
    DROP CONSTRAINT webhook_delivery_state_check,
    ADD CONSTRAINT notice_state_check CHECK (state IN ('due', 'delivered', 'settled', 'given-up')),
    DROP CONSTRAINT notice_way_check,
    ADD CONSTRAINT notice_way_check CHECK (way IN ('webhook', 'email', 'slack')),
    -- Since when it is owed.
    ADD COLUMN owed_at timestamptz NOT NULL DEFAULT now();
CREATE INDEX notice_dead ON policy.notice (tenant, next_at DESC, id) WHERE state = 'given-up';
