package dev.portreeve.policy.notice;

import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Messages that are owed since what they speak of was committed. Several replicas may work on it at once. Thread-safe; blocks on the database.
 */
public interface Outbox {
    /**
     * A message that this caller now has to send.
     *
     * @param ticket which approval it asks for; {@code null} for none
     * @param attempt counts from 1, this one included
     */
    record Due(String tenant, UUID id, @Nullable UUID ticket, String endpoint, byte[] body, int attempt) {
        /** What receivers know it by, the same on each attempt. */
        public String publicId() {
            return "msg_" + id;
        }
    }

    /**
     * Takes messages that are due. Nobody else gets them until the lease ends; then they are due again, so a crash loses none. Messages
     * about tickets that no longer wait are given up on the way.
     */
    List<Due> claim(Way way, int limit, Duration lease);

    void delivered(Due message);

    /** Puts a message off. */
    void retry(Due message, Duration after, String error);

    /** Stops trying. */
    void giveUp(Due message, String error);

    /**
     * Messages that were given up and are not forgotten yet, the last first. Those about tickets that no longer wait are none.
     *
     * @param limit at least 1
     */
    List<DeadLetter> dead(int limit);

    /**
     * Owes a message anew that was given up, with all its tries.
     *
     * @return whether there was one
     */
    boolean resend(UUID id);

    /**
     * Forgets messages that were delivered or given up so long ago, at most a thousand at once.
     *
     * @return how many it forgot
     */
    int forget(Duration age);
}
