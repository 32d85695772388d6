package dev.portreeve.gateway.dialect;

import dev.portreeve.gateway.dialect.HostedTools.Cut;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonToken;

/**
 * Finds a request's hosted tools. Which kinds run at the caller is a closed list; every other is the provider's, so that a
 * kind nobody knew when this was written is not let through. For one request.
 */
final class HostedToolReader {
    private static final Set<String> CHAT = Set.of("function", "custom");
    /** A namespace is a group of functions. */
    private static final Set<String> RESPONSES =
            Set.of("function", "custom", "namespace", "local_shell", "apply_patch");

    private static final Set<String> ANTHROPIC = Set.of("custom");
    /** Anthropic's words for tools that it describes and the caller runs; a date follows. */
    private static final List<String> ANTHROPIC_CALLERS = List.of("bash_", "text_editor_", "memory_");

    /** What a choice can be beside the name of a hosted tool. */
    private static final Set<String> CHOICES =
            Set.of("function", "custom", "allowed_tools", "auto", "any", "tool", "none");

    private static final Pattern ODD = Pattern.compile("[^A-Za-z0-9_.-]");
    private static final int MAX_KIND = 60;

    private final Dialect dialect;
    private final byte[] body;
    private final Set<String> kinds = new LinkedHashSet<>();
    private @Nullable Cut cut;

    HostedToolReader(Dialect dialect, byte[] body) {
        this.dialect = dialect;
        this.body = body;
    }

    HostedTools found() {
        return kinds.isEmpty() ? HostedTools.NONE : new HostedTools(List.copyOf(kinds), cut);
    }

    /** Reads a member of the request's root: {@code tools}, or one that names hosted tools in its own way. */
    void read(JsonWalk walk) {
        switch (walk.name()) {
            case "tools" -> tools(walk);
            case "tool_choice" -> choice(walk);
            case "mcp_servers" -> servers(walk);
            default -> whole(walk, walk.name());
        }
    }

    private void tools(JsonWalk walk) {
        if (!walk.is(JsonToken.START_ARRAY)) {
            walk.skipQuickly();
            return;
        }
        int start = walk.start();
        List<Span> kept = new ArrayList<>();
        int hosted = 0;
        while (walk.element()) {
            int from = walk.start();
            String kind = walk.is(JsonToken.START_OBJECT) ? kind(walk) : "";
            if (!walk.is(JsonToken.END_OBJECT)) {
                walk.skip();
            }
            if (isCallers(kind)) {
                kept.add(new Span(from, walk.position()));
            } else {
                add(kind);
                hosted++;
            }
        }
        if (hosted > 0) {
            Span all = new Span(start, walk.position());
            propose(kept.isEmpty() ? member(body, all) : new Cut(all, source(kept)));
        }
    }

    /** The kind of the tool that the walk stands on, and of those in it the first that is hosted; leaves at its end. */
    private String kind(JsonWalk walk) {
        String kind = "";
        String inner = "";
        while (walk.member()) {
            if (walk.name().equals("type") && walk.is(JsonToken.VALUE_STRING)) {
                kind = walk.string();
            } else if (walk.name().equals("tools") && walk.is(JsonToken.START_ARRAY)) {
                inner = inner(walk);
            } else {
                walk.skipQuickly();
            }
        }
        return inner.isEmpty() || !isCallers(kind) ? kind : inner;
    }

    private String inner(JsonWalk walk) {
        String hosted = "";
        while (walk.element()) {
            if (!walk.is(JsonToken.START_OBJECT)) {
                walk.skipQuickly();
                continue;
            }
            while (walk.member()) {
                if (walk.name().equals("type") && walk.is(JsonToken.VALUE_STRING) && !isCallers(walk.string())) {
                    hosted = walk.string();
                }
                walk.skipQuickly();
            }
        }
        return hosted;
    }

    private boolean isCallers(String kind) {
        if (kind.isEmpty()) {
            return true;
        }
        return switch (dialect) {
            case OPENAI_CHAT -> CHAT.contains(kind);
            case OPENAI_RESPONSES -> RESPONSES.contains(kind);
            case GEMINI -> throw new IllegalStateException("gemini names its tools in another way");
            case BEDROCK_CONVERSE, COHERE_CHAT -> throw dialect.notOfCallers();
            case ANTHROPIC_MESSAGES ->
                ANTHROPIC.contains(kind) || ANTHROPIC_CALLERS.stream().anyMatch(kind::startsWith);
        };
    }

    /** A choice of a hosted tool would be refused once that tool is gone. */
    private void choice(JsonWalk walk) {
        if (!walk.is(JsonToken.START_OBJECT)) {
            walk.skipQuickly();
            return;
        }
        int start = walk.start();
        String kind = "";
        while (walk.member()) {
            if (walk.name().equals("type") && walk.is(JsonToken.VALUE_STRING)) {
                kind = walk.string();
            }
            walk.skipQuickly();
        }
        if (!kind.isEmpty() && !CHOICES.contains(kind) && !isCallers(kind)) {
            add(kind);
            propose(member(body, new Span(start, walk.position())));
        }
    }

    private void servers(JsonWalk walk) {
        if (!walk.is(JsonToken.START_ARRAY)) {
            walk.skipQuickly();
            return;
        }
        int start = walk.start();
        boolean any = false;
        while (walk.element()) {
            any = true;
            walk.skipQuickly();
        }
        if (any) {
            add("mcp_servers");
            propose(member(body, new Span(start, walk.position())));
        }
    }

    private void whole(JsonWalk walk, String kind) {
        if (walk.is(JsonToken.VALUE_NULL)) {
            walk.skipQuickly();
            return;
        }
        add(kind);
        propose(member(body, walk.skip()));
    }

    private void add(String kind) {
        // They come from the caller, and go into headers and records.
        kinds.add(shown(kind));
    }

    /** A tool's kind as it may stand in headers and records. */
    static String shown(String kind) {
        String shown = kind.length() > MAX_KIND ? kind.substring(0, MAX_KIND) : kind;
        return ODD.matcher(shown).replaceAll("?");
    }

    private void propose(Cut change) {
        if (cut == null) {
            cut = change;
        }
    }

    private String source(List<Span> kept) {
        StringBuilder source = new StringBuilder("[");
        for (Span span : kept) {
            source.append(source.length() == 1 ? "" : ",")
                    .append(new String(body, span.start(), span.length(), StandardCharsets.UTF_8));
        }
        return source.append(']').toString();
    }

    /** The whole member around a value, with one of the commas beside it. */
    static Cut member(byte[] body, Span value) {
        int name = value.start() - 1;
        while (body[name] != '"') {
            name--;
        }
        name--;
        while (body[name] != '"') {
            name--;
        }
        int after = value.end();
        while (isSpace(body[after])) {
            after++;
        }
        if (body[after] == ',') {
            return new Cut(new Span(name, after + 1), "");
        }
        int before = name - 1;
        while (isSpace(body[before])) {
            before--;
        }
        return new Cut(new Span(body[before] == ',' ? before : name, value.end()), "");
    }

    private static boolean isSpace(byte b) {
        return b == ' ' || b == '\n' || b == '\r' || b == '\t';
    }
}
