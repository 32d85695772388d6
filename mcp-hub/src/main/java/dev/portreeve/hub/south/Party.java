package dev.portreeve.hub.south;

import dev.portreeve.hub.wire.RawJson;
import dev.portreeve.policy.call.Subject;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * On whose behalf a server is asked. A server of the older era gets one session for each party, so that nothing of one
 * caller is ever seen by another; a stateless one gets the capabilities with every request.
 *
 * @param key who: a caller's session, or a principal where callers have none; secret enough not to be sent anywhere
 * @param capabilities what the caller declared that it can do, as far as the gateway carries it: exactly this is
 *     declared to the server
 * @param alone whether a session may carry only one request of the party at a time: so for callers without a session,
 *     because a question of the server must be told from the one about another request
 * @param caller who asks, for what the gateway itself offers; {@code null} if nobody in particular does. Never sent anywhere
 */
public record Party(
        String key,
        RawJson capabilities,
        boolean alone,
        @Nullable Subject caller) {
    /** The gateway itself, which lists and probes and can do nothing. */
    public static final Party GATEWAY = new Party("", RawJson.EMPTY_OBJECT, false);

    /** All callers of a server that keeps nothing of them, as far as they need a session. */
    static final Party ALL = new Party("all", RawJson.EMPTY_OBJECT, false);

    private static final List<String> ANSWERING = List.of("elicitation", "sampling", "roots");

    /** Of nobody in particular. */
    public Party(String key, RawJson capabilities, boolean alone) {
        this(key, capabilities, alone, null);
    }

    /** Whether a server may ask it anything. */
    boolean canBeAsked() {
        return ANSWERING.stream().anyMatch(name -> capabilities.member(name) != null);
    }
}
