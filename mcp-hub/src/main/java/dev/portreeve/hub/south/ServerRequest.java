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
 * @param params its members but {@code _meta}, sent byte for byte
 * @param meta members of {@code _meta}, beside those that are made anew for each hop
 * @param headers further headers where the server is reached by modern HTTP: mirrored arguments
 * @param logLevel from which level on the caller wants to hear the server's log; {@code null} if it does not
 * @param wantsProgress whether the server is asked to report progress
 */
public record ServerRequest(
        String method,
        @Nullable String name,
        Map<String, RawJson> params,
        Map<String, RawJson> meta,
        Map<String, String> headers,
        @Nullable String logLevel,
        boolean wantsProgress) {

    private static final RawJson CLIENT_INFO = RawJson.of(
            JsonRpc.object().put("name", "portreeve").put("title", "Portreeve").put("version", version()));

    /** Whether it does nothing twice that it does not do once: everything but a call of a tool. */
    boolean isHarmless() {
        return !method.equals("tools/call");
    }

    /** A request of a method with nothing but its params. */
    public static ServerRequest of(String method, Map<String, RawJson> params) {
        return new ServerRequest(method, null, params, Map.of(), Map.of(), null, false);
    }

    /** The same request of a caller who wants to hear the server's log from a level on; {@code null} for none. */
    public ServerRequest logging(@Nullable String level) {
        return new ServerRequest(method, name, params, meta, headers, level, wantsProgress);
    }

    /** The same request with more params. */
    public ServerRequest withParams(Map<String, RawJson> more) {
        if (more.isEmpty()) {
            return this;
        }
        Map<String, RawJson> all = new LinkedHashMap<>(params);
        all.putAll(more);
        return new ServerRequest(method, name, all, meta, headers, logLevel, wantsProgress);
    }

    /** Asks a server of the modern era what it is. */
    static ServerRequest discover() {
        return of("server/discover", Map.of());
    }

    /** Opens a session of the older era, declaring what its party can do. */
    static ServerRequest initialize(Party party) {
        Map<String, RawJson> members = new LinkedHashMap<>();
        members.put("protocolVersion", RawJson.of('"' + ProtocolVersion.LEGACY + '"'));
        members.put("capabilities", party.capabilities());
        members.put("clientInfo", CLIENT_INFO);
        return of("initialize", members);
    }

    static ServerRequest list(Listing listing, @Nullable RawJson cursor) {
        return of(listing.method(), cursor == null ? Map.of() : Map.of("cursor", cursor));
    }

    /**
     * Asks a server of the modern era to say what changes.
     *
     * @param wanted the members of the filter
     */
    static ServerRequest listen(Map<String, RawJson> wanted) {
        return of("subscriptions/listen", Map.of("notifications", RawJson.object(wanted)));
    }

    /** {@code tools/call}. */
    public static ServerRequest call(
            String tool, RawJson arguments, boolean wantsProgress, Map<String, RawJson> traceContext) {
        Map<String, RawJson> members = new LinkedHashMap<>();
        members.put("name", RawJson.string(tool));
        members.put("arguments", arguments);
        return new ServerRequest("tools/call", tool, members, traceContext, Map.of(), null, wantsProgress);
    }

    /** The same request with headers that mirror its arguments. */
    public ServerRequest with(Map<String, String> mirrored) {
        return new ServerRequest(method, name, params, meta, mirrored, logLevel, wantsProgress);
    }

    /** The params as they are sent under an id, which also serves as progress token. */
    RawJson params(boolean modern, Party party, long id) {
        Map<String, RawJson> all = new LinkedHashMap<>(params);
        Map<String, RawJson> allMeta = new LinkedHashMap<>(meta);
        if (modern) {
            allMeta.put(MetaKey.PROTOCOL_VERSION, RawJson.of('"' + ProtocolVersion.MODERN + '"'));
            allMeta.put(MetaKey.CLIENT_INFO, CLIENT_INFO);
            allMeta.put(MetaKey.CLIENT_CAPABILITIES, party.capabilities());
            if (logLevel != null) {
                allMeta.put(MetaKey.LOG_LEVEL, RawJson.string(logLevel));
            }
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
        String version = ServerRequest.class.getPackage().getImplementationVersion();
        return version == null ? "development" : version;
    }
}
