-- Several people's yes for one ticket, and tickets that their requester takes back. Owned by the policy module.
ALTER TABLE policy.approval
    -- How many different people must say yes.
    ADD COLUMN quorum int NOT NULL DEFAULT 1 CHECK (quorum BETWEEN 1 AND 20),
    -- Who said yes so far, each once; a ticket that is pending and has some is partially approved.
    ADD COLUMN approved_by text[] NOT NULL DEFAULT '{}',
    -- Who may decide, from when, and for whom, as a list; NULL where approvers says it all, or anybody may.
    ADD COLUMN seats jsonb,
    -- When more people may decide, and have to be told; NULL once all are.
    ADD COLUMN escalates_at timestamptz,
    -- The call itself, whatever the rules and the tool's definition are: SHA-256 over caller, tool and arguments.
    ADD COLUMN call_digest bytea CHECK (octet_length(call_digest) = 32),
    -- Until when a no refuses the same call without asking anew.
    ADD COLUMN refused_until timestamptz,
    DROP CONSTRAINT approval_state_check,
    ADD CONSTRAINT approval_state_check
        CHECK (state IN ('pending', 'approved', 'denied', 'expired', 'redeemed', 'withdrawn'));
UPDATE policy.approval SET approved_by = ARRAY[decided_by]
    WHERE state IN ('approved', 'redeemed') AND decided_by IS NOT NULL;
-- The last word, whatever the code thinks: no ticket is approved by fewer people than it asks for.
ALTER TABLE policy.approval ADD CONSTRAINT approved_by_enough
    CHECK (state NOT IN ('approved', 'redeemed') OR cardinality(approved_by) >= quorum);

CREATE INDEX approval_of_call ON policy.approval (tenant, call_digest, requested_at DESC)
    WHERE state IN ('pending', 'approved', 'denied');
-- What a person is shown beside the call to be decided: the last one of the same tool that was approved.
CREATE INDEX approval_used ON policy.approval (tenant, server, tool, decided_at DESC) WHERE state = 'redeemed';
CREATE INDEX approval_escalating ON policy.approval (escalates_at) WHERE state = 'pending';

-- Who said yes while others had still to decide may think better of it.
ALTER TABLE policy.approval_vote
    DROP CONSTRAINT approval_vote_pkey,
    ADD PRIMARY KEY (tenant, approval_id, approver, decision),
    DROP CONSTRAINT approval_vote_channel_check,
    ADD CONSTRAINT approval_vote_channel_check CHECK (channel IN ('webhook', 'console', 'api', 'link'));
