package dev.portreeve.gateway.http;

import dev.portreeve.hub.north.McpExchange;
import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.http.HeaderValues;
import io.helidon.http.ServerResponseHeaders;
import io.helidon.http.Status;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** An exchange on the MCP path, as the hub sees it. Closing it ends a stream the hub left open. For one request. */
final class HelidonExchange implements McpExchange, AutoCloseable {
    /** The path parameter of routes below {@code /mcp}. */
    static final String VIEW = "view";

    private final ServerRequest request;
    private final ServerResponse response;
    private final byte[] body;
    private final Clients clients;
    private @Nullable McpStream stream;

    HelidonExchange(ServerRequest request, ServerResponse response, byte[] body, Clients clients) {
        this.request = request;
        this.response = response;
        this.body = body;
        this.clients = clients;
    }

    @Override
    public String method() {
        return request.prologue().method().text();
    }

    @Override
    public String view() {
        return request.path().pathParameters().first(VIEW).orElse("");
    }

    @Override
    public @Nullable String header(String name) {
        HeaderName header = HeaderNames.create(name);
        return request.headers().contains(header)
                ? request.headers().get(header).get()
                : null;
    }

    @Override
    public byte[] body() {
        return body;
    }

    @Override
    public void answer(int status, Map<String, String> headers, byte[] json) {
        response.status(Status.create(status));
        if (json.length > 0) {
            response.headers().set(HeaderValues.CONTENT_TYPE_JSON);
        }
        put(headers);
        clients.writes().during(() -> response.send(json));
    }

    @Override
    public EventStream stream(Map<String, String> headers, Runnable whenGone) {
        ServerResponseHeaders to = response.headers();
        to.set(HeaderValues.create(HeaderNames.CONTENT_TYPE, "text/event-stream"));
        to.set(Names.NO_CACHE);
        to.set(Names.NO_BUFFERING);
        put(headers);
        McpStream opened = new McpStream(response.outputStream(), clients, whenGone);
        stream = opened;
        opened.begin();
        return opened;
    }

    private void put(Map<String, String> headers) {
        headers.forEach((name, value) -> response.headers().set(HeaderNames.create(name), value));
    }

    @Override
    public void close() {
        if (stream != null) {
            stream.close();
        }
    }
}
