package dev.portreeve.gateway.cli;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;

/** Text as one segment of a path, or one value of a query. */
final class PathSegment {
    private PathSegment() {}

    static String of(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }
}
