package dev.portreeve.hub.catalog;

import java.util.List;

/** Where it is kept what servers showed last, for all replicas. Blocks on the store; thread-safe. */
interface LastSeenStore {
    List<LastSeen> read();

    /** Puts what a server showed in the place of what it showed before. */
    void keep(LastSeen seen);
}
