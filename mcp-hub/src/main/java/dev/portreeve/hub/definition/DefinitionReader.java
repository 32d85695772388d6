package dev.portreeve.hub.definition;

import dev.portreeve.hub.wire.BadMessage;
import dev.portreeve.hub.wire.MirroredArguments;
import dev.portreeve.hub.wire.RawJson;
import dev.portreeve.policy.call.CanonicalJson;
import dev.portreeve.policy.call.MalformedJson;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads what a server lists. A definition that cannot be offered is dropped, with a reason; the others stay. Nothing of a
 * definition is interpreted beyond what is needed to decide that, and all of it goes into its hash.
 */
public final class DefinitionReader {
    private static final int MAX_DEFINITION_BYTES = 256 * 1024;
    private static final int MAX_NAME_CHARS = 128;

    private DefinitionReader() {}

    /** @param dropped for each definition that cannot be offered, which it is and why; without its contents */
    public record Listed(List<Definition> definitions, List<String> dropped) {}

    /** The list of a server whose calls cannot be tasks. */
    public static Listed read(List<RawJson> list) {
        return read(list, false);
    }

    /** @param tasks whether calls can be tasks there; if not, tools that only run as such cannot be offered */
    public static Listed read(List<RawJson> list, boolean tasks) {
        List<Definition> definitions = new ArrayList<>();
        Set<String> names = new HashSet<>();
        List<String> dropped = new ArrayList<>();
        for (int i = 0; i < list.size(); i++) {
            try {
                Definition definition = definition(list.get(i), tasks);
                if (!names.add(definition.name())) {
                    throw new Unusable("its name stands twice");
                }
                definitions.add(definition);
            } catch (Unusable | BadMessage | MalformedJson unusable) {
                dropped.add("tool " + (i + 1) + ": " + unusable.getMessage());
            }
        }
        return new Listed(definitions, dropped);
    }

    private static Definition definition(RawJson body, boolean tasks) {
        if (body.length() > MAX_DEFINITION_BYTES) {
            throw new Unusable("its definition has more than " + MAX_DEFINITION_BYTES + " bytes");
        }
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
        return new Definition(name, hash, RawJson.of(body.toBytes().clone()));
    }

    private static String name(@Nullable RawJson name) {
        String text = name == null ? "" : name.asString().orElse("");
        if (text.isBlank() || text.length() > MAX_NAME_CHARS) {
            throw new Unusable("its name must have 1 to " + MAX_NAME_CHARS + " characters");
        }
        if (HiddenText.hasHidden(text) || text.chars().anyMatch(Character::isISOControl)) {
            throw new Unusable("its name has characters that people do not see");
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
