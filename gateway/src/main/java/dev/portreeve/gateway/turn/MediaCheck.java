package dev.portreeve.gateway.turn;

import dev.portreeve.gateway.dialect.BadRequest;
import dev.portreeve.gateway.media.MediaType;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Looks at the pictures and documents that a request holds before another dialect's provider gets them: what is broken is said
 * here, since a provider's own words would be about a request that the caller has never seen. For one request.
 */
final class MediaCheck {
    private static final String PADDING = "==";
    private int count;

    private MediaCheck() {}

    /** @throws BadRequest for the first that is not what it says */
    static void require(Turn turn) {
        MediaCheck check = new MediaCheck();
        turn.messages().forEach(message -> check.look(message.parts()));
    }

    private void look(List<Part> parts) {
        for (Part part : parts) {
            if (part instanceof Part.ToolResult result) {
                look(result.content());
            } else if (part instanceof Part.Media media) {
                count++;
                String problem = problem(media);
                if (problem != null) {
                    throw new BadRequest(
                            400,
                            "invalid_media",
                            "messages",
                            "picture or document " + count + " of the conversation " + problem);
                }
            }
        }
    }

    private static @Nullable String problem(Part.Media media) {
        String data = media.data();
        if (data == null) {
            String url = media.url();
            return url != null && url.startsWith("data:")
                    ? "is a data uri without base64: it must begin with \"data:\", a media type and \";base64,\""
                    : null;
        }
        String type = media.mediaType() == null ? "" : media.mediaType();
        if (media.kind() == Part.Media.Kind.IMAGE && !type.startsWith("image/")) {
            return "should be a picture, and says it is of another type";
        }
        if (!isBase64(data)) {
            return "is not valid base64";
        }
        Optional<MediaType> seen = MediaType.of(head(data));
        boolean another = seen.isPresent()
                && MediaType.named(type)
                        .filter(said -> !said.equals(seen.get()))
                        .isPresent();
        return another ? "says it is " + type + ", and is " + seen.get().text() : null;
    }

    private static byte[] head(String base64) {
        int whole = Math.min(base64.length(), MediaType.HEAD_BYTES / 3 * 4);
        return Base64.getDecoder().decode(base64.substring(0, whole / 4 * 4));
    }

    private static boolean isBase64(String text) {
        int end = text.length();
        while (end > 0 && text.charAt(end - 1) == '=' && text.length() - end < PADDING.length()) {
            end--;
        }
        for (int i = 0; i < end; i++) {
            char c = text.charAt(i);
            boolean of = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
            if (!of && c != '+' && c != '/') {
                return false;
            }
        }
        return end > 0 && text.length() % 4 == 0;
    }
}
