package dev.portreeve.hub.catalog;

import dev.portreeve.hub.wire.RawJson;
import dev.portreeve.policy.call.JsonPaths;
import dev.portreeve.policy.call.JsonTexts;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The URIs of resources. Where callers see several servers, a URI says whose it is: {@code mcp+slug+} before the server's
 * own, and {@code ui://slug/} in place of {@code ui://}, a scheme that hosts know. Both can be taken back exactly. Where
 * callers see one server, URIs are its own. Rules always speak of the first form.
 */
public final class ResourceUri {
    private static final String UI = "ui://";
    private static final Pattern AGGREGATED =
            Pattern.compile("(?:mcp\\+([a-z0-9-]{1,24})\\+|ui://([a-z0-9-]{1,24})/)(.*)", Pattern.DOTALL);
    private static final Pattern DOT_SEGMENT = Pattern.compile("(^|[/\\\\])\\.\\.([/\\\\?#]|$)");
    private static final int MAX_DECODINGS = 3;

    private ResourceUri() {}

    /**
     * A resource at its server.
     *
     * @param uri its own there
     */
    public record Located(String slug, String uri) {}

    /** As callers of all servers see it, and rules. */
    public static String of(String slug, String uri) {
        return uri.startsWith(UI) ? UI + slug + '/' + uri.substring(UI.length()) : "mcp+" + slug + '+' + uri;
    }

    /** As callers of a view see it. */
    public static String in(View view, String slug, String uri) {
        return view instanceof View.OneServer ? uri : of(slug, uri);
    }

    /**
     * A document of a server with its links as callers of a view can follow them; every other byte stays.
     *
     * @param links where they stand
     * @throws dev.portreeve.policy.call.MalformedJson if it is no JSON that all readers agree on
     */
    public static RawJson rewrite(RawJson json, JsonPaths links, View view, String slug) {
        if (view instanceof View.OneServer) {
            return json;
        }
        JsonTexts texts = JsonTexts.find(json.toBytes(), links);
        return texts.texts().isEmpty()
                ? json
                : RawJson.of(texts.with(texts.texts().stream()
                        .map(text -> of(slug, text.value()))
                        .toList()));
    }

    /** What a caller of a view means; empty if that is no resource of a server in it. */
    public static Optional<Located> locate(View view, String uri) {
        if (view instanceof View.OneServer one) {
            return Optional.of(new Located(one.slug(), uri));
        }
        Matcher matcher = AGGREGATED.matcher(uri);
        if (!matcher.matches()) {
            return Optional.empty();
        }
        boolean ui = matcher.group(1) == null;
        String slug = ui ? matcher.group(2) : matcher.group(1);
        return view.shows(slug)
                ? Optional.of(new Located(slug, ui ? UI + matcher.group(3) : matcher.group(3)))
                : Optional.empty();
    }

    /** Whether a part of it means the folder above, in any spelling: what it names is then not what rules see. */
    public static boolean climbs(String uri) {
        String text = uri;
        for (int i = 0; i < MAX_DECODINGS; i++) {
            if (DOT_SEGMENT.matcher(text).find()) {
                return true;
            }
            try {
                // A plus sign stays one: it is no blank in a path.
                String decoded = URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
                if (decoded.equals(text)) {
                    return false;
                }
                text = decoded;
            } catch (IllegalArgumentException notEncoded) {
                return false;
            }
        }
        // Encoded over and over: nobody writes that for a reason of his own.
        return true;
    }
}
