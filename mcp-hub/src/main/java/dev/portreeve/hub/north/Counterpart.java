package dev.portreeve.hub.north;

import dev.portreeve.hub.catalog.View;
import dev.portreeve.hub.south.Party;
import dev.portreeve.hub.wire.RawJson;
import dev.portreeve.policy.call.Resource;
import dev.portreeve.policy.call.Subject;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The caller of one request, as servers behind the gateway have to do with him. */
sealed interface Counterpart {
    Subject subject();

    View view();

    /** What he can do, as far as it is carried. */
    RawJson capabilities();

    /** From which level on he wants to hear servers' logs; {@code null} if he did not say. */
    @Nullable
    String logLevel();

    /** For whom servers of the older era keep a session. */
    Party party();

    /** He uses something of a server now: as long as he may, the server may ask him something outside his requests. */
    default void uses(Resource.OfServer resource) {}

    /** A caller of the stateless era, who is asked by the result. */
    record Modern(
            Subject subject,
            View view,
            RawJson capabilities,
            @Nullable String logLevel) implements Counterpart {
        @Override
        public Party party() {
            String principal = "principal " + subject.tenant() + '/' + subject.kind() + '/' + subject.member() + '/'
                    + subject.keyId();
            return new Party(principal, capabilities, CallerCapabilities.canBeAsked(capabilities), subject);
        }
    }

    /** A caller with a session, who is asked on the stream of his request. */
    record Legacy(Subject subject, View view, SessionDialogue dialogue, Answer answer) implements Counterpart {
        private static final String SESSION = "session ";

        @Override
        public RawJson capabilities() {
            return dialogue.capabilities();
        }

        @Override
        public @Nullable String logLevel() {
            return dialogue.logLevel();
        }

        @Override
        public Party party() {
            return new Party(partyKey(dialogue.session()), capabilities(), false, subject);
        }

        @Override
        public void uses(Resource.OfServer resource) {
            dialogue.uses(resource);
        }

        static String partyKey(String session) {
            return SESSION + session;
        }

        /** The id of the session that a party is; empty if it is none. */
        static Optional<String> session(String partyKey) {
            return partyKey.startsWith(SESSION) ? Optional.of(partyKey.substring(SESSION.length())) : Optional.empty();
        }
    }
}
