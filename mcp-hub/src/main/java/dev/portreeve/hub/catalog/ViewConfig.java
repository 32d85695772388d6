package dev.portreeve.hub.catalog;

import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A toolset as it stands in the configuration: chosen tools of several servers under one URL, {@code /mcp/<id>}.
 *
 * @param id last part of the URL: 1 to 24 of {@code [a-z0-9-]}
 * @param tools what is chosen; where two choices name the same tool, one that spells it out counts before one with a
 *     pattern, and then the first
 */
public record ViewConfig(String id, List<Choice> tools) {
    private static final Pattern ID = Pattern.compile("[a-z0-9-]{1,24}");
    private static final int MAX_CHOICES = 500;

    /**
     * Tools of one server.
     *
     * @param from the server's slug
     * @param names the tools' own names there; {@code *} stands for any run of characters
     * @param as the name callers see in this view in place of {@code slug__tool}; for one tool that is spelled out
     * @param title in place of what the server says; for one tool that is spelled out
     * @param description in place of what the server says; for one tool that is spelled out
     */
    public record Choice(
            String from,
            List<String> names,
            @Nullable String as,
            @Nullable String title,
            @Nullable String description) {
        public Choice {
            names = names == null ? List.of() : List.copyOf(names);
            if (names.isEmpty()) {
                throw new IllegalArgumentException("names is empty: write [\"*\"] for all tools of \"" + from + "\"");
            }
            boolean one = names.size() == 1 && !names.getFirst().contains("*");
            if (!one && (as != null || title != null || description != null)) {
                throw new IllegalArgumentException("as, title and description speak of one tool: spell out its name");
            }
            if (as != null && !ToolName.isSafe(as)) {
                throw new IllegalArgumentException(
                        "\"" + as + "\" must be 1 to " + ToolName.MAX_CHARS + " of A-Z, a-z, 0-9, _ and -");
            }
        }
    }

    public ViewConfig {
        tools = tools == null ? List.of() : List.copyOf(tools);
        if (!ID.matcher(id).matches()) {
            throw new IllegalArgumentException("id \"" + id + "\" must be 1 to 24 of a-z, 0-9 and -");
        }
        if (tools.isEmpty() || tools.size() > MAX_CHOICES) {
            throw new IllegalArgumentException("view \"" + id + "\" needs 1 to " + MAX_CHOICES + " choices of tools");
        }
    }
}
