package dev.portreeve.policy.budget;

import java.util.UUID;

/** A posting about one call: its hold, and what resolves it. */
sealed interface CallPosting extends BudgetPosting permits Hold, Settlement {
    String tenant();

    UUID callId();
}
