package dev.portreeve.policy.budget;

import java.util.List;
import java.util.UUID;

/** What the ledger asks its book to do, and where the book leaves its decision. */
sealed interface BudgetPosting permits Hold, Settlement {
    String tenant();

    UUID callId();

    List<WindowKey> windows();
}
