package dev.portreeve.policy.budget;

import dev.portreeve.policy.call.NanoUsd;
import java.time.Instant;
import java.time.ZoneId;

/** A budget in force. Its id is unique in the tenant of its owner. */
record Budget(String id, BudgetOwner owner, NanoUsd limit, BudgetConfig.Window window, ZoneId zone) {
    Level at(Instant moment) {
        return new Level(this, WindowSpan.at(moment, window, zone));
    }
}
