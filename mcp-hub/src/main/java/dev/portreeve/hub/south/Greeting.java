package dev.portreeve.hub.south;

import dev.portreeve.hub.wire.BadMessage;
import dev.portreeve.hub.wire.JsonRpcMessage;
import dev.portreeve.hub.wire.McpError;
import dev.portreeve.hub.wire.ProtocolVersion;
import dev.portreeve.hub.wire.RawJson;
import dev.portreeve.policy.call.UpstreamFault;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Reads from the answers to the first messages which era a server speaks. */
final class Greeting {
    private Greeting() {}

    /** What the answer to {@code server/discover} says of a server of our modern revision; empty if it is none. */
    static Optional<ServerProfile> discovered(JsonRpcMessage.Response discovered) {
        if (!isModern(discovered)) {
            return Optional.empty();
        }
        RawJson result = discovered.result();
        return Optional.of(ServerProfile.of(ProtocolVersion.MODERN, result == null ? RawJson.EMPTY_OBJECT : result));
    }

    private static boolean isModern(JsonRpcMessage.Response discovered) {
        McpError error = discovered.error();
        if (error != null) {
            // Only the modern era has these codes; but one that lists its versions must list ours.
            return error.isModernOnly()
                    && (error.code() != McpError.UNSUPPORTED_VERSION || lists(error.data(), "supported"));
        }
        return lists(discovered.result(), "supportedVersions");
    }

    private static boolean lists(@Nullable RawJson object, String member) {
        if (object == null) {
            return false;
        }
        try {
            RawJson versions = object.member(member);
            List<RawJson> all = versions == null || !versions.isArray() ? List.of() : versions.elements();
            return all.stream()
                    .anyMatch(version -> version.asString()
                            .filter(ProtocolVersion.MODERN::equals)
                            .isPresent());
        } catch (BadMessage malformed) {
            return false;
        }
    }

    /**
     * What a server says of itself in its answer to {@code initialize}, with the version it chose.
     *
     * @throws ToolServerFault if it refuses, or chose one we do not speak
     */
    static ServerProfile negotiated(String slug, JsonRpcMessage.Response initialized) {
        RawJson result = initialized.result();
        if (result == null || !result.isObject()) {
            throw refused(slug, "refused to open a session");
        }
        RawJson version = result.member("protocolVersion");
        return (version == null ? Optional.<String>empty() : version.asString())
                .filter(ProtocolVersion.LEGACY_ALL::contains)
                .or(() -> oldest(version))
                .map(chosen -> ServerProfile.of(chosen, result))
                .orElseThrow(() -> refused(slug, "speaks no protocol version that the gateway knows"));
    }

    // Over stdio the revision of 2024 differs from its successor in nothing that is used here.
    private static Optional<String> oldest(@Nullable RawJson version) {
        return version == null ? Optional.empty() : version.asString().filter("2024-11-05"::equals);
    }

    private static ToolServerFault refused(String slug, String what) {
        return ToolServerFault.of(UpstreamFault.Kind.REFUSED, "tool server \"" + slug + "\" " + what, false);
    }
}
