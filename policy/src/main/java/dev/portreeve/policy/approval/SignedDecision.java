package dev.portreeve.policy.approval;

import dev.portreeve.policy.notice.SignedText;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonFactory;

/**
 * A decision as a receiver of messages signs it, in the answer to a message or in a request of its own: a flat object of texts. It names
 * its ticket, so that the signature is worth nothing for another.
 *
 * @param approver who decided; {@code null} if it does not say
 */
record SignedDecision(
        UUID ticket,
        Vote.Choice choice,
        @Nullable String approver,
        @Nullable String reason) {
    private static final Set<String> MEMBERS = Set.of("ticket", "decision", "approver", "reason");
    private static final JsonFactory FACTORY = JsonFactory.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();

    /** A body that is no such decision; the message says why, without what stands in it. */
    static final class Unreadable extends Exception {
        private static final long serialVersionUID = 1L;

        Unreadable(String message) {
            super(message);
        }
    }

    /** Whether a body looks like a decision, well made or not; anything else that a receiver may say is nothing to us. */
    static boolean isMeant(SignedText answer) {
        try (JsonParser parser = FACTORY.createParser(ObjectReadContext.empty(), answer.body())) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                return false;
            }
            while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
                if (parser.currentName().equals("decision")) {
                    return true;
                }
                parser.nextToken();
                parser.skipChildren();
            }
            return false;
        } catch (JacksonException notJson) {
            return false;
        }
    }

    /**
     * Reads a body whose signature was verified. A member that it should not have is refused: it could say something that the sender believes
     * to be heard.
     */
    static SignedDecision read(byte[] body) throws Unreadable {
        Map<String, String> members = members(body);
        return new SignedDecision(
                ticket(members.get("ticket")),
                choice(members.get("decision")),
                members.get("approver"),
                members.get("reason"));
    }

    private static Map<String, String> members(byte[] body) throws Unreadable {
        Map<String, String> members = new HashMap<>();
        try (JsonParser parser = FACTORY.createParser(ObjectReadContext.empty(), body)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                throw new Unreadable("the body is not a JSON object");
            }
            while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
                String name = parser.currentName();
                JsonToken value = parser.nextToken();
                if (!MEMBERS.contains(name)) {
                    throw new Unreadable("a decision has ticket, decision, approver and reason, and nothing else");
                }
                if (value == JsonToken.VALUE_STRING) {
                    members.put(name, parser.getString());
                } else if (value != JsonToken.VALUE_NULL) {
                    throw new Unreadable("\"" + name + "\" is not a text");
                }
            }
            if (parser.nextToken() != null) {
                throw new Unreadable("the body goes on behind the decision");
            }
        } catch (JacksonException malformed) {
            throw new Unreadable("the body is not JSON, or says something twice");
        }
        return members;
    }

    private static UUID ticket(@Nullable String id) throws Unreadable {
        try {
            if (id != null) {
                return UUID.fromString(id);
            }
        } catch (IllegalArgumentException notOne) {
            throw new Unreadable("\"ticket\" is no id of a ticket");
        }
        throw new Unreadable("\"ticket\" is missing: a signed decision names the ticket it is about");
    }

    private static Vote.Choice choice(@Nullable String decision) throws Unreadable {
        return switch (decision) {
            case "approve" -> Vote.Choice.APPROVE;
            case "deny" -> Vote.Choice.DENY;
            case null, default -> throw new Unreadable("\"decision\" must be approve or deny");
        };
    }
}
