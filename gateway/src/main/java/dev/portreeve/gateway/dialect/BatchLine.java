package dev.portreeve.gateway.dialect;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonToken;

/**
 * One request in a file of OpenAI's for a batch.
 *
 * @param number of its line, from 1
 * @param customId as the caller calls it
 * @param url the path of the operation
 * @param body the very bytes of the request
 */
public record BatchLine(long number, String customId, String url, byte[] body) {
    /** The code of all that is wrong with a line. */
    public static final String INVALID = "invalid_batch_line";

    /** Longer ones are not told apart by anybody who reads them. */
    private static final int MAX_CUSTOM_ID = 512;

    /**
     * Reads a line.
     *
     * @throws BadRequest that names the line, and the request's {@code custom_id} where it could be read
     */
    public static BatchLine read(long number, byte[] line) {
        int wrong = Utf8.firstWrong(line);
        if (wrong >= 0) {
            throw bad(number, null, "it is not valid utf-8 at byte " + wrong);
        }
        Members members = new Members();
        try (JsonWalk walk = new JsonWalk(line)) {
            if (walk.next() != JsonToken.START_OBJECT) {
                throw bad(number, null, "it is no JSON object");
            }
            while (walk.member()) {
                members.read(number, walk);
            }
            if (walk.next() != JsonToken.NOT_AVAILABLE) {
                throw bad(number, members.customId, "something follows its JSON object");
            }
        } catch (JacksonException broken) {
            BadRequest why = Malformed.request(broken);
            int column = broken.getLocation() == null ? 0 : broken.getLocation().getColumnNr();
            String what = why.code().equals("invalid_json")
                    ? "it is not valid json"
                    : why.code().equals("duplicate_key")
                            ? "a name comes twice in one json object"
                            : "it is too complex";
            throw bad(number, members.customId, what + ", at column " + column);
        }
        return members.line(number, line);
    }

    /** What is wrong with a line. */
    public static BadRequest bad(long number, @Nullable String customId, String why) {
        String who = customId == null ? "" : " (custom_id \"" + shown(customId) + "\")";
        return new BadRequest(400, INVALID, "input_file_id", "line " + number + who + ": " + why);
    }

    private static String shown(String customId) {
        String clean = customId.replaceAll("\\p{Cntrl}", "?");
        return clean.length() <= 100 ? clean : clean.substring(0, 100) + "…";
    }

    /** As they are found; the order is the caller's. */
    private static final class Members {
        private @Nullable String customId;
        private @Nullable String method;
        private @Nullable String url;
        private @Nullable Span body;

        void read(long number, JsonWalk walk) {
            String name = walk.name();
            switch (name) {
                case "custom_id" -> customId = text(number, walk, name);
                case "method" -> method = text(number, walk, name);
                case "url" -> url = text(number, walk, name);
                case "body" -> {
                    if (!walk.is(JsonToken.START_OBJECT)) {
                        throw bad(number, customId, "\"body\" must be an object");
                    }
                    body = walk.skip();
                }
                default ->
                    throw bad(
                            number,
                            customId,
                            "\"" + shown(name) + "\" is not known: custom_id, method, url and body are");
            }
        }

        private String text(long number, JsonWalk walk, String name) {
            if (!walk.is(JsonToken.VALUE_STRING)) {
                throw bad(number, customId, "\"" + name + "\" must be a string");
            }
            return walk.string();
        }

        BatchLine line(long number, byte[] line) {
            if (customId == null || customId.isEmpty() || customId.length() > MAX_CUSTOM_ID) {
                throw bad(number, customId, "\"custom_id\" must have 1 to " + MAX_CUSTOM_ID + " characters");
            }
            if (!"POST".equals(method)) {
                throw bad(number, customId, "\"method\" must be POST");
            }
            if (url == null) {
                throw bad(number, customId, "there is no \"url\"");
            }
            if (body == null) {
                throw bad(number, customId, "there is no \"body\"");
            }
            return new BatchLine(number, customId, url, Arrays.copyOfRange(line, body.start(), body.end()));
        }
    }
}
