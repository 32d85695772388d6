package dev.portreeve.gateway.cli;

import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;

/** One object of an answer, for people to read: a line for each member that says something. */
final class Members {
    private Members() {}

    static void print(Terminal terminal, JsonNode object, List<String> members) {
        for (String member : members) {
            JsonNode value = object.path(member);
            boolean empty = value.isNull() || value.isMissingNode() || (value.isArray() && value.isEmpty());
            if (!empty) {
                terminal.line(member.replace('_', ' ') + ": " + text(value));
            }
        }
    }

    /** A list of texts as people write one. */
    private static String text(JsonNode value) {
        if (value.isString()) {
            return value.asString();
        }
        List<String> texts = new ArrayList<>();
        for (JsonNode item : value) {
            if (!value.isArray() || !item.isString()) {
                return value.toString();
            }
            texts.add(item.asString());
        }
        return texts.isEmpty() ? value.toString() : String.join(", ", texts);
    }
}
