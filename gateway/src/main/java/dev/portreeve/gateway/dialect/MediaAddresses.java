package dev.portreeve.gateway.dialect;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonToken;

/**
 * Finds pictures and documents that a body names by an address, in the words of any dialect, and puts contents in their place;
 * every other byte stays. For one body that its dialect's reader has accepted.
 */
public final class MediaAddresses {
    private final byte[] body;
    private final List<MediaAt> found = new ArrayList<>();

    private MediaAddresses(byte[] body) {
        this.body = body;
    }

    /** Those of a body, in their order. */
    public static List<MediaAt> in(byte[] body) {
        MediaAddresses addresses = new MediaAddresses(body);
        try (JsonWalk walk = new JsonWalk(body)) {
            walk.next();
            while (walk.member()) {
                String name = walk.name();
                if (name.equals("messages") || name.equals("input")) {
                    addresses.parts(walk, name);
                } else {
                    walk.skipQuickly();
                }
            }
        }
        return addresses.found;
    }

    private void parts(JsonWalk walk, String path) {
        if (!walk.is(JsonToken.START_ARRAY)) {
            walk.skipQuickly();
            return;
        }
        for (int i = 0; walk.element(); i++) {
            if (walk.is(JsonToken.START_OBJECT)) {
                part(walk, path + "[" + i + "]");
            } else {
                walk.skipQuickly();
            }
        }
    }

    /** A message, an item, or a part of one. */
    private void part(JsonWalk walk, String path) {
        Span file = null;
        String fileUrl = null;
        boolean named = false;
        int source = -1;
        String type = "";
        while (walk.member()) {
            switch (walk.name()) {
                case "type" -> type = walk.is(JsonToken.VALUE_STRING) ? walk.string() : "";
                case "content", "output" -> parts(walk, path + "." + walk.name());
                case "image_url" -> string(walk, "url", path, MediaAt.Kind.IMAGE);
                case "file" -> string(walk, "file_data", path, MediaAt.Kind.DOCUMENT);
                case "file_url" -> {
                    fileUrl = address(walk);
                    Span value = walk.skip();
                    file = new Span(nameBefore(value.start()), value.end());
                }
                case "filename" -> {
                    named = true;
                    walk.skipQuickly();
                }
                case "source" -> source = source(walk, path) ? found.size() - 1 : -1;
                default -> walk.skipQuickly();
            }
        }
        if (fileUrl != null && file != null) {
            MediaAt.Form form = named ? MediaAt.Form.FILE : MediaAt.Form.UNNAMED_FILE;
            found.add(new MediaAt(path, fileUrl, MediaAt.Kind.DOCUMENT, file, form));
        }
        if (source >= 0) {
            MediaAt at = found.get(source);
            found.set(source, new MediaAt(path, at.url(), kind(type), at.at(), at.form()));
        }
    }

    private static MediaAt.Kind kind(String blockType) {
        return switch (blockType) {
            case "image" -> MediaAt.Kind.IMAGE;
            case "document" -> MediaAt.Kind.DOCUMENT;
            default -> MediaAt.Kind.EITHER;
        };
    }

    /** A string, or one inside an object. */
    private void string(JsonWalk walk, String member, String path, MediaAt.Kind kind) {
        if (!walk.is(JsonToken.START_OBJECT)) {
            string(walk, path, kind);
            return;
        }
        while (walk.member()) {
            if (walk.name().equals(member)) {
                string(walk, path, kind);
            } else {
                walk.skipQuickly();
            }
        }
    }

    private void string(JsonWalk walk, String path, MediaAt.Kind kind) {
        String url = address(walk);
        Span at = walk.skip();
        if (url != null) {
            found.add(new MediaAt(path, url, kind, at, MediaAt.Form.STRING));
        }
    }

    private boolean source(JsonWalk walk, String path) {
        if (!walk.is(JsonToken.START_OBJECT)) {
            walk.skipQuickly();
            return false;
        }
        int start = walk.start();
        String url = null;
        while (walk.member()) {
            if (walk.name().equals("url")) {
                url = address(walk);
            }
            walk.skipQuickly();
        }
        if (url == null) {
            return false;
        }
        found.add(new MediaAt(path, url, MediaAt.Kind.EITHER, new Span(start, walk.position()), MediaAt.Form.SOURCE));
        return true;
    }

    /** Contents are no address, and addresses of other kinds (of a cloud's store) belong to their provider. */
    private static @Nullable String address(JsonWalk walk) {
        if (!walk.is(JsonToken.VALUE_STRING)) {
            return null;
        }
        String value = walk.string();
        boolean web = value.regionMatches(true, 0, "https://", 0, 8)
                || value.toLowerCase(Locale.ROOT).startsWith("http://");
        return web ? value : null;
    }

    /** Where the name of a member begins; none of its characters is a quote. */
    private int nameBefore(int value) {
        int closing = value - 1;
        while (body[closing] != '"') {
            closing--;
        }
        int opening = closing - 1;
        while (body[opening] != '"') {
            opening--;
        }
        return opening;
    }

    /**
     * The body with contents in the place of addresses.
     *
     * @param types the media type of each
     * @param base64 the bytes of each
     */
    public static byte[] inlined(byte[] body, List<MediaAt> media, List<String> types, List<String> base64) {
        Splice splice = new Splice(body);
        for (int i = 0; i < media.size(); i++) {
            MediaAt at = media.get(i);
            // Types come from a fixed list, and base64 has nothing to escape.
            String data = "\"data:" + types.get(i) + ";base64," + base64.get(i) + "\"";
            splice.replace(
                    at.at(),
                    switch (at.form()) {
                        case STRING -> data;
                        case FILE -> "\"file_data\":" + data;
                        case UNNAMED_FILE -> "\"filename\":\"document.pdf\",\"file_data\":" + data;
                        case SOURCE ->
                            "{\"type\":\"base64\",\"media_type\":\"" + types.get(i) + "\",\"data\":\"" + base64.get(i)
                                    + "\"}";
                    });
        }
        return splice.apply();
    }
}
