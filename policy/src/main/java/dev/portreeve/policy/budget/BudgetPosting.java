package dev.portreeve.policy.budget;

import java.util.List;

/** What the ledger asks its book to do, and where the book leaves its decision. */
sealed interface BudgetPosting permits CallPosting, LeasePosting {
    /** The windows whose money it speaks of. */
    List<WindowKey> windows();
}
