package dev.portreeve.hub.definition;

import dev.portreeve.hub.wire.BadMessage;
import dev.portreeve.hub.wire.MirroredArguments;
import dev.portreeve.hub.wire.RawJson;
import dev.portreeve.policy.call.CanonicalJson;
import dev.portreeve.policy.call.MalformedJson;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Reads what a server lists. A definition that cannot be offered is dropped, with a reason; the others stay. Nothing of a
 * definition is interpreted beyond what is needed to decide that, and all of it goes into its hash.
 */
public final class DefinitionReader {
    private static final int MAX_DEFINITION_BYTES = 256 * 1024;
    private static final int MAX_NAME_CHARS = 128;
    /** What an index over them holds. */
    private static final int MAX_URI_BYTES = 2000;

    /** The member that holds a text of instructions. */
    public static final String INSTRUCTIONS = "instructions";

    private static final String SIZE = "size";
    private static final String ANNOTATIONS = "annotations";
    private static final String LAST_MODIFIED = "lastModified";

    private DefinitionReader() {}

    /** @param dropped for each definition that cannot be offered, which it is and why; without its contents */
    public record Listed(List<Definition> definitions, List<String> dropped) {}

    /** The tools of a server whose calls cannot be tasks. */
    public static Listed tools(List<RawJson> list) {
        return tools(list, false);
    }

    /** @param tasks whether calls can be tasks there; if not, tools that only run as such cannot be offered */
    public static Listed tools(List<RawJson> list, boolean tasks) {
        return read(DefinitionKind.TOOL, list, body -> tool(body, tasks));
    }

    /** A list of prompts, resources or templates. */
    public static Listed read(DefinitionKind kind, List<RawJson> list) {
        return read(kind, list, body -> other(kind, body));
    }

    /** What a server says of its own use; none if it says nothing, or more than is shown to anybody. */
    public static Listed instructions(@Nullable String text) {
        return text == null || text.isBlank()
                ? new Listed(List.of(), List.of())
                : read(
                        DefinitionKind.INSTRUCTIONS,
                        List.of(RawJson.object(Map.of(INSTRUCTIONS, RawJson.string(text)))),
                        body -> new Definition(DefinitionKind.INSTRUCTIONS, "", hash(body.toBytes()), body));
    }

    private static Listed read(DefinitionKind kind, List<RawJson> list, Function<RawJson, Definition> reader) {
        List<Definition> definitions = new ArrayList<>();
        Set<String> names = new HashSet<>();
        List<String> dropped = new ArrayList<>();
        for (int i = 0; i < list.size(); i++) {
            try {
                RawJson body = list.get(i);
                if (body.length() > MAX_DEFINITION_BYTES) {
                    throw new Unusable("its definition has more than " + MAX_DEFINITION_BYTES + " bytes");
                }
                Definition definition = reader.apply(body);
                if (!names.add(definition.name())) {
                    throw new Unusable("its name stands twice");
                }
                definitions.add(definition);
            } catch (Unusable | BadMessage | MalformedJson unusable) {
                dropped.add(kind.code() + " " + (i + 1) + ": " + unusable.getMessage());
            }
        }
        return new Listed(definitions, dropped);
    }

    private static Definition tool(RawJson body, boolean tasks) {
        Map<String, RawJson> members = body.members();
        String name = name(members.get("name"));
        RawJson input = members.get("inputSchema");
        if (input == null || !input.isObject()) {
            throw new Unusable("it has no input schema");
        }
        RawJson execution = members.get("execution");
        if (!tasks && execution != null && isString(execution.member("taskSupport"), "required")) {
            throw new Unusable("it runs only as a task, and its server does not say that its calls can be tasks");
        }
        // Before anything else looks into the schemas: this also bounds their nesting.
        String hash = hash(body.toBytes());
        requireBounded("input", input);
        requireBounded("output", members.get("outputSchema"));
        MirroredArguments.of(input);
        // A copy: the body is kept, and the page it came in must not be kept with it.
        return new Definition(
                DefinitionKind.TOOL, name, hash, RawJson.of(body.toBytes().clone()));
    }

    private static Definition other(DefinitionKind kind, RawJson body) {
        Map<String, RawJson> members = body.members();
        String name = switch (kind) {
            case RESOURCE -> uri(members.get("uri"));
            case TEMPLATE -> uri(members.get("uriTemplate"));
            case TOOL, PROMPT, INSTRUCTIONS -> name(members.get("name"));
        };
        // Also of a resource first as it is: what two readers could read in two ways is not offered.
        String whole = hash(body.toBytes());
        String hash =
                kind == DefinitionKind.RESOURCE ? hash(withoutContents(members).toBytes()) : whole;
        return new Definition(kind, name, hash, RawJson.of(body.toBytes().clone()));
    }

    // A file that grows is not described otherwise.
    private static RawJson withoutContents(Map<String, RawJson> members) {
        Map<String, RawJson> kept = new LinkedHashMap<>(members);
        kept.remove(SIZE);
        RawJson annotations = kept.get(ANNOTATIONS);
        if (annotations != null && annotations.isObject()) {
            Map<String, RawJson> others = new LinkedHashMap<>(annotations.members());
            others.remove(LAST_MODIFIED);
            kept.put(ANNOTATIONS, RawJson.object(others));
        }
        return RawJson.object(kept);
    }

    private static String uri(@Nullable RawJson uri) {
        String text = uri == null ? "" : uri.asString().orElse("");
        if (text.isBlank() || text.getBytes(StandardCharsets.UTF_8).length > MAX_URI_BYTES) {
            throw new Unusable("its address must have 1 to " + MAX_URI_BYTES + " bytes");
        }
        return seen(text, "address");
    }

    private static String name(@Nullable RawJson name) {
        String text = name == null ? "" : name.asString().orElse("");
        if (text.isBlank() || text.length() > MAX_NAME_CHARS) {
            throw new Unusable("its name must have 1 to " + MAX_NAME_CHARS + " characters");
        }
        return seen(text, "name");
    }

    private static String seen(String text, String what) {
        if (HiddenText.hasHidden(text) || text.chars().anyMatch(Character::isISOControl)) {
            throw new Unusable("its " + what + " has characters that people do not see");
        }
        return text;
    }

    private static void requireBounded(String which, @Nullable RawJson schema) {
        if (schema != null && !SchemaBounds.holds(schema.tree())) {
            throw new Unusable("its " + which + " schema is nested deeper than " + SchemaBounds.MAX_DEPTH
                    + " levels or comes to more than " + SchemaBounds.MAX_LEAVES + " parts");
        }
    }

    private static boolean isString(@Nullable RawJson value, String text) {
        return value != null && value.asString().filter(text::equals).isPresent();
    }

    private static String hash(byte[] definition) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(CanonicalJson.of(definition)));
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every JDK has SHA-256", impossible);
        }
    }

    /** Why one definition is dropped; never leaves this class. */
    private static final class Unusable extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Unusable(String reason) {
            super(reason, null, false, false);
        }
    }
}
