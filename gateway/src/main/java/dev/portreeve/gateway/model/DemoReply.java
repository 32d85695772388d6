package dev.portreeve.gateway.model;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * What the demo provider says to a conversation: words, or the call of a tool.
 *
 * @param words pieces of text, one for each token that is billed
 * @param tool the tool to call, or {@code null} for text
 * @param arguments the tool's arguments as JSON
 * @param cutOff whether the caller's bound cut the text
 * @param promptTokens what the conversation is billed as
 */
record DemoReply(List<String> words, @Nullable String tool, String arguments, boolean cutOff, long promptTokens) {
    private static final JsonMapper JSON = new JsonMapper();
    private static final Pattern USE_TOOL =
            Pattern.compile("\\buse tool ([A-Za-z0-9_.-]{1,128})(?: with (\\{.*}))?", Pattern.DOTALL);
    private static final String GREETING =
            "This is the demo provider of Portreeve: no model was asked and nothing left this machine. ";
    private static final int MAX_QUOTED = 4_000;
    private static final int BYTES_PER_TOKEN = 4;

    static DemoReply to(byte[] body, long cap) {
        JsonNode request = JSON.readTree(body);
        JsonNode last = last(request.path("messages"));
        String text = text(last.path("content"));
        long promptTokens = Math.max(1, body.length / BYTES_PER_TOKEN);
        if (last.path("role").asString("").equals("tool")) {
            return text("The tool answered: " + quoted(text), cap, promptTokens);
        }
        Matcher asked = USE_TOOL.matcher(text);
        if (asked.find() && isOffered(request.path("tools"), asked.group(1))) {
            String arguments = asked.group(2) == null ? "{}" : asked.group(2);
            if (isObject(arguments)) {
                return new DemoReply(pieces(arguments), asked.group(1), arguments, false, promptTokens);
            }
        }
        return text("You said: " + quoted(text), cap, promptTokens);
    }

    private static DemoReply text(String said, long cap, long promptTokens) {
        List<String> words = pieces(GREETING + said);
        boolean cutOff = cap > 0 && words.size() > cap;
        return new DemoReply(cutOff ? words.subList(0, (int) cap) : words, null, "", cutOff, promptTokens);
    }

    String text() {
        return String.join("", words);
    }

    /** Words with the space behind them, so that joining gives the text again. */
    private static List<String> pieces(String text) {
        List<String> pieces = new ArrayList<>();
        int start = 0;
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) == ' ') {
                pieces.add(text.substring(start, i + 1));
                start = i + 1;
            }
        }
        if (start < text.length()) {
            pieces.add(text.substring(start));
        }
        return pieces;
    }

    private static String quoted(String text) {
        int end = Math.min(text.length(), MAX_QUOTED);
        return text.substring(0, end > 0 && Character.isHighSurrogate(text.charAt(end - 1)) ? end - 1 : end);
    }

    private static JsonNode last(JsonNode messages) {
        return messages.path(messages.size() - 1);
    }

    /** A string, or the texts of its parts. */
    private static String text(JsonNode content) {
        if (content.isString()) {
            return content.asString();
        }
        StringBuilder joined = new StringBuilder();
        for (JsonNode part : content) {
            if (part.path("text").isString()) {
                joined.append(part.path("text").asString());
            }
        }
        return joined.toString();
    }

    private static boolean isOffered(JsonNode tools, String name) {
        for (JsonNode tool : tools) {
            if (tool.path("function").path("name").asString("").equals(name)) {
                return true;
            }
        }
        return false;
    }

    private static boolean isObject(String json) {
        try {
            return JSON.readTree(json).isObject();
        } catch (JacksonException malformed) {
            return false;
        }
    }
}
