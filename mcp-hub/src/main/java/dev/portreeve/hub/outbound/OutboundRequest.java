package dev.portreeve.hub.outbound;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One request, whole. Its address is checked when it is sent; {@code Host} and {@code Content-Length} are the client's own.
 *
 * @param headers in the order they are sent; a name stands once, however it is spelled
 * @param body {@code null} for none
 */
public record OutboundRequest(String method, URI url, Map<String, String> headers, byte @Nullable [] body) {
    /** @throws IllegalArgumentException if a header could end its line, or has a name that is none */
    public OutboundRequest {
        headers = Collections.unmodifiableMap(new LinkedHashMap<>(headers));
        headers.forEach(OutboundRequest::requireHarmless);
    }

    public static OutboundRequest get(URI url, String accept) {
        return new OutboundRequest("GET", url, Map.of("Accept", accept), null);
    }

    /** One that has no body and says nothing of its length. */
    public static OutboundRequest bodiless(String method, URI url, Map<String, String> headers) {
        return new OutboundRequest(method, url, headers, null);
    }

    public static OutboundRequest delete(URI url) {
        return new OutboundRequest("DELETE", url, Map.of(), null);
    }

    public static OutboundRequest post(URI url, String accept, String contentType, byte[] body) {
        Map<String, String> headers = new LinkedHashMap<>();
        headers.put("Accept", accept);
        headers.put("Content-Type", contentType);
        return new OutboundRequest("POST", url, headers, body);
    }

    /** The same with more headers; each takes the place of one of that name. */
    public OutboundRequest with(Map<String, String> more) {
        if (more.isEmpty()) {
            return this;
        }
        Map<String, String> all = new LinkedHashMap<>(headers);
        more.forEach((name, value) -> {
            all.keySet().removeIf(name::equalsIgnoreCase);
            all.put(name, value);
        });
        return new OutboundRequest(method, url, all, body);
    }

    /** What goes over the connection before the body. */
    byte[] head() {
        StringBuilder head = new StringBuilder(512)
                .append(method)
                .append(' ')
                .append(url.getRawPath() == null || url.getRawPath().isEmpty() ? "/" : url.getRawPath());
        if (url.getRawQuery() != null) {
            head.append('?').append(url.getRawQuery());
        }
        head.append(" HTTP/1.1\r\nHost: ").append(url.getHost());
        if (url.getPort() >= 0) {
            head.append(':').append(url.getPort());
        }
        head.append("\r\n");
        headers.forEach(
                (name, value) -> head.append(name).append(": ").append(value).append("\r\n"));
        if (body != null) {
            head.append("Content-Length: ").append(body.length).append("\r\n");
        }
        return head.append("\r\n").toString().getBytes(StandardCharsets.ISO_8859_1);
    }

    private static void requireHarmless(String name, String value) {
        if (name.isEmpty() || !name.chars().allMatch(OutboundRequest::isTokenChar)) {
            throw new IllegalArgumentException("the name of a header is none");
        }
        // A tab, and everything visible that one byte holds.
        if (!value.chars().allMatch(c -> c == '\t' || (c >= ' ' && c <= 0xff && c != 0x7f))) {
            throw new IllegalArgumentException("header \"" + name + "\" has a character that cannot be sent");
        }
    }

    private static boolean isTokenChar(int c) {
        return (c >= '0' && c <= '9')
                || (c >= 'a' && c <= 'z')
                || (c >= 'A' && c <= 'Z')
                || "!#$%&'*+-.^_`|~".indexOf(c) >= 0;
    }

    /** Without headers and body, which may hold secrets. */
    @Override
    public String toString() {
        return method + " " + url.getHost();
    }
}
