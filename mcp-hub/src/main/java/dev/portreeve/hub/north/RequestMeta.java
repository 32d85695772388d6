package dev.portreeve.hub.north;

import dev.portreeve.hub.wire.BadMessage;
import dev.portreeve.hub.wire.McpError;
import dev.portreeve.hub.wire.MetaKey;
import dev.portreeve.hub.wire.RawJson;
import dev.portreeve.policy.call.Correlation;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What stands in the {@code _meta} of a request, sorted by what becomes of it.
 *
 * @param progressToken under which the caller wants to hear of progress, if it does; never sent on as it is
 * @param traceContext travels on
 * @param others travel on, once guardrails have read them; what belongs to one hop only is not among them
 * @param correlation what the caller's own records know the request by
 */
record RequestMeta(
        @Nullable RawJson progressToken,
        Map<String, RawJson> traceContext,
        Map<String, RawJson> others,
        Correlation correlation) {
    private static final int OK = 200;
    private static final int MAX_TOKEN_CHARS = 256;
    private static final int MAX_TRACE_CHARS = 1024;
    private static final int MAX_OTHER_BYTES = 16 * 1024;
    private static final String PROTOCOL = "io.modelcontextprotocol/";

    /** @throws BadMessage with {@code -32602} if the progress token cannot be used */
    static RequestMeta read(@Nullable RawJson params, Answer answer) {
        Map<String, RawJson> members = EraSwitch.meta(params);
        Map<String, RawJson> trace = new LinkedHashMap<>();
        for (String key : MetaKey.TRACE_CONTEXT) {
            RawJson value = members.get(key);
            String header = answer.requestHeader(key);
            RawJson said = value != null || header == null ? value : RawJson.string(header);
            if (said != null && said.isString() && said.length() <= MAX_TRACE_CHARS) {
                trace.put(key, said);
            }
        }
        RawJson parent = trace.get("traceparent");
        Correlation said = Correlation.of(
                parent == null ? null : parent.asString().orElse(null), answer.requestHeader("x-client-request-id"));
        String program = programOf(members.get(MetaKey.CLIENT_INFO));
        return new RequestMeta(
                progressToken(members), trace, others(members), said.from(program, answer.requestHeader("User-Agent")));
    }

    /** What a client's info says it is called; {@code null} if it does not say. */
    static @Nullable String programOf(@Nullable RawJson clientInfo) {
        RawJson name = clientInfo == null || !clientInfo.isObject() ? null : clientInfo.member("name");
        return name == null ? null : name.asString().orElse(null);
    }

    /** The same of a caller whose session knows what its program is called. */
    RequestMeta of(Counterpart caller, Answer answer) {
        return caller instanceof Counterpart.Legacy legacy
                ? new RequestMeta(
                        progressToken,
                        traceContext,
                        others,
                        correlation.from(legacy.dialogue().program(), answer.requestHeader("User-Agent")))
                : this;
    }

    private static Map<String, RawJson> others(Map<String, RawJson> members) {
        Map<String, RawJson> others = new LinkedHashMap<>();
        int bytes = 0;
        for (Map.Entry<String, RawJson> member : members.entrySet()) {
            String key = member.getKey();
            boolean ofOneHop =
                    key.equals(MetaKey.PROGRESS_TOKEN) || key.startsWith(PROTOCOL) || key.startsWith(MetaKey.OWN);
            if (!ofOneHop && !MetaKey.TRACE_CONTEXT.contains(key)) {
                bytes += key.length() + member.getValue().length();
                others.put(key, member.getValue());
            }
        }
        if (bytes > MAX_OTHER_BYTES) {
            throw unusable("_meta holds more than " + MAX_OTHER_BYTES + " bytes");
        }
        return others;
    }

    private static @Nullable RawJson progressToken(Map<String, RawJson> meta) {
        RawJson token = meta.get(MetaKey.PROGRESS_TOKEN);
        if (token == null) {
            return null;
        }
        String text = token.toString();
        boolean number = !text.isEmpty() && (text.charAt(0) == '-' || Character.isDigit(text.charAt(0)));
        if ((!token.isString() && !number) || text.length() > MAX_TOKEN_CHARS) {
            throw unusable("the progress token must be a number or a short string");
        }
        return token;
    }

    private static BadMessage unusable(String message) {
        return new BadMessage(OK, new McpError(McpError.INVALID_PARAMS, message));
    }
}
