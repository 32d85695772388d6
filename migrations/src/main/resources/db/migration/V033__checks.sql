-- PostgreSQL reads every CHECK of a table anew from its text with each statement that writes to it. Of the tables that every batch of calls
-- writes to, those that say that something is not below zero are one: least() leaves out what is NULL. Owned by the policy module.
ALTER TABLE policy.budget_window
    DROP CONSTRAINT budget_window_limit_nanos_check,
    DROP CONSTRAINT budget_window_held_nanos_check,
    DROP CONSTRAINT budget_window_settled_nanos_check,
    DROP CONSTRAINT budget_window_overrun_nanos_check,
    DROP CONSTRAINT budget_window_leased_nanos_check,
    DROP CONSTRAINT budget_window_raised_nanos_check,
    ADD CONSTRAINT none_below_zero CHECK (
        least(limit_nanos, held_nanos, settled_nanos, overrun_nanos, leased_nanos, raised_nanos) >= 0);

ALTER TABLE policy.hold
    DROP CONSTRAINT hold_amount_nanos_check,
    DROP CONSTRAINT hold_charged_nanos_check,
    DROP CONSTRAINT hold_overrun_nanos_check,
    ADD CONSTRAINT none_below_zero CHECK (least(amount_nanos, charged_nanos, overrun_nanos) >= 0);
