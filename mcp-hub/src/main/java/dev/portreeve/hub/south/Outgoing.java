package dev.portreeve.hub.south;

import dev.portreeve.hub.wire.JsonRpc;
import dev.portreeve.hub.wire.MetaKey;
import dev.portreeve.hub.wire.ProtocolVersion;
import dev.portreeve.hub.wire.RawJson;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A request before a connection gave it an id.
 *
 * @param name what the modern era mirrors in its name header; {@code null} for methods without
 * @param meta members of {@code _meta}, beside those that era and progress demand
 */
record Outgoing(
        String method,
        @Nullable String name,
        Map<String, RawJson> members,
        Map<String, RawJson> meta,
        boolean wantsProgress) {

    private static final RawJson CLIENT_INFO = RawJson.of(
            JsonRpc.object().put("name", "portreeve").put("title", "Portreeve").put("version", version()));

    /** Asks a server of the modern era what it is. */
    static Outgoing discover() {
        return new Outgoing("server/discover", null, Map.of(), Map.of(), false);
    }

    /** Opens a session of the older era. No capability is declared, so a server may ask nothing back. */
    static Outgoing initialize() {
        Map<String, RawJson> members = new LinkedHashMap<>();
        members.put("protocolVersion", RawJson.of('"' + ProtocolVersion.LEGACY + '"'));
        members.put("capabilities", RawJson.EMPTY_OBJECT);
        members.put("clientInfo", CLIENT_INFO);
        return new Outgoing("initialize", null, members, Map.of(), false);
    }

    static Outgoing list(@Nullable RawJson cursor) {
        return new Outgoing("tools/list", null, cursor == null ? Map.of() : Map.of("cursor", cursor), Map.of(), false);
    }

    static Outgoing call(ToolRequest request) {
        Map<String, RawJson> members = new LinkedHashMap<>();
        members.put("name", RawJson.string(request.tool()));
        members.put("arguments", request.arguments());
        return new Outgoing("tools/call", request.tool(), members, request.traceContext(), request.wantsProgress());
    }

    /** The params as they are sent under an id, which also serves as progress token. */
    RawJson params(boolean modern, long id) {
        Map<String, RawJson> all = new LinkedHashMap<>(members);
        Map<String, RawJson> allMeta = new LinkedHashMap<>(meta);
        if (modern) {
            allMeta.put(MetaKey.PROTOCOL_VERSION, RawJson.of('"' + ProtocolVersion.MODERN + '"'));
            allMeta.put(MetaKey.CLIENT_INFO, CLIENT_INFO);
            allMeta.put(MetaKey.CLIENT_CAPABILITIES, RawJson.EMPTY_OBJECT);
        }
        if (wantsProgress) {
            allMeta.put(MetaKey.PROGRESS_TOKEN, RawJson.of(Long.toString(id)));
        }
        if (!allMeta.isEmpty()) {
            all.put("_meta", RawJson.object(allMeta));
        }
        return RawJson.object(all);
    }

    private static String version() {
        String version = Outgoing.class.getPackage().getImplementationVersion();
        return version == null ? "development" : version;
    }
}
