package dev.portreeve.hub.north;

import dev.portreeve.hub.catalog.CatalogTool;
import dev.portreeve.hub.catalog.TaskSupport;
import dev.portreeve.hub.catalog.ToolCatalog;
import dev.portreeve.hub.catalog.View;
import dev.portreeve.hub.seal.Binding;
import dev.portreeve.hub.seal.Purpose;
import dev.portreeve.hub.seal.SealedTokens;
import dev.portreeve.hub.wire.BadMessage;
import dev.portreeve.hub.wire.McpError;
import dev.portreeve.hub.wire.MetaKey;
import dev.portreeve.hub.wire.RawJson;
import dev.portreeve.policy.access.AccessPolicy;
import dev.portreeve.policy.call.Subject;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The tools a caller may use, by the decision that also guards their calls. Nearly always one page; a longer list goes on
 * behind the name its page ended with, so a list that changes between pages shows no tool twice.
 */
final class ToolLists {
    private static final int OK = 200;
    private static final long PRIME = 1_000_003;
    /** Many clients read the first page only, so it is a long one. */
    static final int PAGE_BYTES = 1024 * 1024;

    private static final String TASK_OPTIONAL = "{\"taskSupport\":\"optional\"}";
    private static final Duration CURSOR_LIFE = Duration.ofHours(1);
    private final ToolCatalog catalog;
    private final Supplier<AccessPolicy> access;
    private final SealedTokens tokens;
    private final int pageBytes;
    private final boolean ownTasks;

    /**
     * @param pageBytes a page ends behind the tool that reaches this length
     * @param ownTasks whether a tool that a person may have to approve can be called as a task of the gateway's own
     */
    ToolLists(
            ToolCatalog catalog, Supplier<AccessPolicy> access, SealedTokens tokens, int pageBytes, boolean ownTasks) {
        this.ownTasks = ownTasks;
        this.catalog = catalog;
        this.access = access;
        this.tokens = tokens;
        this.pageBytes = pageBytes;
    }

    /**
     * The result of {@code tools/list}.
     *
     * @param extra further members of the result
     * @throws BadMessage for a cursor that was not made for this caller on this view, or too long ago
     */
    RawJson list(Subject subject, View view, @Nullable RawJson params, Map<String, RawJson> extra) {
        Binding binding = new Binding(Purpose.CURSOR, subject, "", "tools/list " + view.segment());
        String after = after(params, binding);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        put(out, "{\"tools\":[");
        AccessPolicy rules = access.get();
        String last = "";
        boolean more = false;
        for (CatalogTool tool : catalog.snapshot(view).tools()) {
            if (tool.name().compareTo(after) > 0 && rules.mayUse(subject, tool.resource())) {
                if (out.size() >= pageBytes) {
                    more = true;
                    break;
                }
                put(out, last.isEmpty() ? "" : ",");
                listed(subject, tool).writeTo(out);
                last = tool.name();
            }
        }
        put(out, "]");
        if (more) {
            String cursor = tokens.seal(binding, CURSOR_LIFE, last.getBytes(StandardCharsets.UTF_8));
            put(out, ",\"nextCursor\":\"" + cursor + "\"");
        }
        extra.forEach((name, value) -> {
            put(out, ",\"" + name + "\":");
            value.writeTo(out);
        });
        put(out, "}");
        return RawJson.of(out.toByteArray());
    }

    /** A client that knows the word asks its own user before each call of a tool that a person may have to approve. */
    private RawJson listed(Subject subject, CatalogTool tool) {
        if (!access.get().mayAsk(subject, tool.resource())) {
            return tool.listing();
        }
        Map<String, RawJson> members = new LinkedHashMap<>(tool.listing().members());
        RawJson said = members.get("_meta");
        Map<String, RawJson> meta = new LinkedHashMap<>(said == null || !said.isObject() ? Map.of() : said.members());
        meta.put(MetaKey.REQUIRES_USER, RawJson.of("true"));
        members.put("_meta", RawJson.object(meta));
        if (ownTasks && tool.tasks() == TaskSupport.FORBIDDEN) {
            members.put("execution", RawJson.of(TASK_OPTIONAL));
        }
        return RawJson.object(members);
    }

    /** The name the page before ended with; empty for the first page. */
    private String after(@Nullable RawJson params, Binding binding) {
        RawJson cursor = params == null ? null : params.member("cursor");
        if (cursor == null) {
            return "";
        }
        return cursor.asString()
                .flatMap(text -> tokens.open(text, binding))
                .map(name -> new String(name, StandardCharsets.UTF_8))
                .orElseThrow(() -> new BadMessage(
                        OK, new McpError(McpError.INVALID_PARAMS, "unknown cursor: begin the list again without one")));
    }

    /** See {@link VisibleLists}. */
    long print(Subject subject, View view) {
        AccessPolicy rules = access.get();
        long print = 1;
        for (CatalogTool tool : catalog.snapshot(view).tools()) {
            if (rules.mayUse(subject, tool.resource())) {
                print = PRIME * print + tool.name().hashCode();
                print = PRIME * print + tool.resource().hashCode();
                print = PRIME * print + Boolean.hashCode(rules.mayAsk(subject, tool.resource()));
            }
        }
        return print;
    }

    private static void put(ByteArrayOutputStream out, String text) {
        out.writeBytes(text.getBytes(StandardCharsets.UTF_8));
    }
}
