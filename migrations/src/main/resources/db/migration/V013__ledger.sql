-- A posting is written by the statement that writes its hold, or for a hold that was found under the lock of its windows. Looking the hold
-- up once more for each posting, and locking its row, was about half of what budgets cost the database when it was measured. The primary key
-- still keeps the promise that a hold resolves once, and "budgets reconcile" names what belongs to nothing.
ALTER TABLE policy.posting DROP CONSTRAINT posting_tenant_call_id_fkey;

-- What was delivered, or given up, is forgotten after a while.
GRANT DELETE ON policy.notice TO portreeve_app;
CREATE INDEX notice_over ON policy.notice (next_at) WHERE state <> 'due';
