-- Lists of tickets, newest first, and those whose time is over: found without looking at all that wait. Owned by the policy module.
CREATE INDEX approval_listed ON policy.approval (tenant, state, requested_at DESC, id);
CREATE INDEX approval_over ON policy.approval (expires_at) WHERE state = 'pending';
CREATE INDEX approval_unused ON policy.approval (redeem_before) WHERE state = 'approved';
