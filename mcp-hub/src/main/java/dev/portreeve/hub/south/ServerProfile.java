package dev.portreeve.hub.south;

import dev.portreeve.hub.wire.ProtocolVersion;
import dev.portreeve.hub.wire.RawJson;
import org.jspecify.annotations.Nullable;

/**
 * What a server said of itself when it was greeted.
 *
 * @param protocolVersion the revision spoken with it
 * @param capabilities a JSON object
 * @param instructions untrusted text; {@code null} if there is none
 */
public record ServerProfile(
        String protocolVersion,
        RawJson capabilities,
        @Nullable String instructions) {
    static final ServerProfile UNKNOWN = new ServerProfile("", RawJson.EMPTY_OBJECT, null);

    static ServerProfile of(String protocolVersion, RawJson greeting) {
        RawJson capabilities = greeting.member("capabilities");
        RawJson instructions = greeting.member("instructions");
        return new ServerProfile(
                protocolVersion,
                capabilities == null || !capabilities.isObject() ? RawJson.EMPTY_OBJECT : capabilities,
                instructions == null ? null : instructions.asString().orElse(null));
    }

    /** Whether it speaks the stateless era. */
    public boolean isModern() {
        return protocolVersion.equals(ProtocolVersion.MODERN);
    }

    /** Whether its tool calls can be tasks, in the way of its era. */
    public boolean runsTasks() {
        RawJson declared = isModern()
                ? at(capabilities, "extensions", TaskState.EXTENSION)
                : at(capabilities, "tasks", "requests", "tools", "call");
        return declared != null;
    }

    private static @Nullable RawJson at(RawJson json, String... path) {
        RawJson found = json;
        for (String member : path) {
            found = found == null ? null : found.member(member);
        }
        return found;
    }

    /** Whether it declared a capability, by its top-level name. */
    public boolean can(String capability) {
        return capabilities.member(capability) != null;
    }
}
