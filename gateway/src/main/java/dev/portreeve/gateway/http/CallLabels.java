package dev.portreeve.gateway.http;

import dev.portreeve.policy.call.Entrance;
import dev.portreeve.policy.call.Labels;
import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.http.ServerRequestHeaders;
import io.helidon.webserver.http.ServerRequest;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** What a caller says of its call in headers. */
final class CallLabels {
    private static final HeaderName SESSION = HeaderNames.create("x-portreeve-session");
    private static final HeaderName TAGS = HeaderNames.create("x-portreeve-tags");
    private static final HeaderName MCP_SESSION = HeaderNames.create("mcp-session-id");
    /** What clients say of themselves that know nothing of gateways; one that reads as no name is passed over. */
    private static final List<HeaderName> SESSIONS_OF_OTHERS = List.of(
            HeaderNames.create("x-claude-code-session-id"), MCP_SESSION, HeaderNames.create("x-portkey-trace-id"));

    /** Of these, the ones that stay the same over new connections. */
    private static final List<HeaderName> CONVERSATIONS = SESSIONS_OF_OTHERS.stream()
            .filter(name -> !name.equals(MCP_SESSION))
            .toList();

    static final String INVALID = "x-portreeve-session is one name and x-portreeve-tags are at most " + Labels.MAX_TAGS
            + ", separated by commas: each of 1 to 100 letters, digits and . _ : @ + / -, beginning with a letter or digit";

    private CallLabels() {}

    /** Empty if what it says cannot be a label. */
    static Optional<Labels> of(ServerRequestHeaders headers) {
        String session = headers.contains(SESSION) ? headers.get(SESSION).get() : ofOthers(headers, SESSIONS_OF_OTHERS);
        List<String> tags = headers.contains(TAGS)
                ? headers.get(TAGS).allValues().stream()
                        .flatMap(value -> Arrays.stream(value.split(",", -1)))
                        .map(String::strip)
                        .toList()
                : OthersLabels.tags(headers);
        if (session.isEmpty() && tags.isEmpty()) {
            return Optional.of(Labels.NONE);
        }
        boolean named = session.isEmpty() || Labels.isName(session);
        return named && tags.size() <= Labels.MAX_TAGS && tags.stream().allMatch(Labels::isName)
                ? Optional.of(new Labels(session, tags))
                : Optional.empty();
    }

    /** By which way a request comes in, and the name its caller gave the conversation. */
    static Entrance entrance(ServerRequest request) {
        ServerRequestHeaders headers = request.headers();
        String session = headers.contains(SESSION) ? headers.get(SESSION).get() : ofOthers(headers, CONVERSATIONS);
        InetAddress address =
                request.remotePeer().address() instanceof InetSocketAddress peer ? peer.getAddress() : null;
        return new Entrance(
                request.path().pathParameters().first(HelidonExchange.VIEW).orElse(""),
                address,
                Labels.isName(session) ? session : "");
    }

    private static String ofOthers(ServerRequestHeaders headers, List<HeaderName> names) {
        for (HeaderName name : names) {
            if (headers.contains(name) && Labels.isName(headers.get(name).get())) {
                return headers.get(name).get();
            }
        }
        return "";
    }
}
