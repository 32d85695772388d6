package dev.portreeve.hub.definition;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** What a definition is one of. */
public enum DefinitionKind {
    TOOL("tool", "tools"),
    PROMPT("prompt", "prompts"),
    TEMPLATE("resource template", "resource templates"),
    RESOURCE("resource", "resources"),
    /** What a server says of its own use: one text, or none. */
    INSTRUCTIONS("text of instructions", "texts of instructions");

    private final String one;
    private final String several;

    DefinitionKind(String one, String several) {
        this.one = one;
        this.several = several;
    }

    /** As it stands in tables, records, answers and commands. */
    public String code() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** One of them, for people. */
    public String one() {
        return one;
    }

    /** The kind of a code. */
    public static Optional<DefinitionKind> of(String code) {
        return Arrays.stream(values()).filter(kind -> kind.code().equals(code)).findFirst();
    }

    /** So many of them, for people. */
    public String counted(int count) {
        return count + " " + (count == 1 ? one : several);
    }
}
