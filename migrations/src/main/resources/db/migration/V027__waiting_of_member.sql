-- How many calls of one member wait for people, counted before another is asked about. Owned by the policy module.
CREATE INDEX approval_waiting_of_member ON policy.approval (tenant, member, expires_at) WHERE state = 'pending';
