package dev.portreeve.hub.catalog;

import dev.portreeve.hub.wire.BadMessage;
import dev.portreeve.hub.wire.MirroredArguments;
import dev.portreeve.hub.wire.RawJson;
import dev.portreeve.policy.call.CanonicalJson;
import dev.portreeve.policy.call.MalformedJson;
import dev.portreeve.policy.call.Resource;
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
 * Turns a server's definitions into tools under their own names. A definition that cannot be offered is dropped, with a reason; the others stay.
 * Nothing of a definition is interpreted beyond what is needed to decide that, and all of it goes into its hash.
 */
final class DefinitionReader {
    private static final int MAX_DEFINITION_BYTES = 256 * 1024;
    private static final int MAX_NAME_CHARS = 128;

    private DefinitionReader() {}

    /** @param dropped for each definition that cannot be offered, which it is and why; without its contents */
    record Listed(List<CatalogTool> tools, List<String> dropped) {}

    static Listed read(ServerEntry owner, List<RawJson> definitions) {
        List<CatalogTool> tools = new ArrayList<>();
        Set<String> names = new HashSet<>();
        List<String> dropped = new ArrayList<>();
        for (int i = 0; i < definitions.size(); i++) {
            try {
                CatalogTool tool = read(owner, definitions.get(i));
                if (!names.add(tool.name())) {
                    throw new Unusable("its name stands twice");
                }
                tools.add(tool);
            } catch (Unusable | BadMessage | MalformedJson unusable) {
                dropped.add("tool " + (i + 1) + ": " + unusable.getMessage());
            }
        }
        return new Listed(tools, dropped);
    }

    private static CatalogTool read(ServerEntry owner, RawJson definition) {
        if (definition.length() > MAX_DEFINITION_BYTES) {
            throw new Unusable("its definition has more than " + MAX_DEFINITION_BYTES + " bytes");
        }
        Map<String, RawJson> members = definition.members();
        String tool = name(members.get("name"));
        RawJson input = members.get("inputSchema");
        if (input == null || !input.isObject()) {
            throw new Unusable("it has no input schema");
        }
        MirroredArguments.of(input);
        RawJson execution = members.get("execution");
        if (execution != null && isString(execution.member("taskSupport"), "required")) {
            throw new Unusable("it runs only as a task of protocol 2025-11-25, which is not supported");
        }
        byte[] bytes = definition.toBytes();
        RawJson annotations = members.get("annotations");
        RawJson readOnly = annotations == null ? null : annotations.member("readOnlyHint");
        return new CatalogTool(
                tool,
                owner,
                new Resource.Tool(owner.slug(), tool, hash(bytes)),
                readOnly != null && readOnly.isTrue(),
                definition);
    }

    private static String name(@Nullable RawJson name) {
        String text = name == null ? "" : name.asString().orElse("");
        if (text.isBlank() || text.length() > MAX_NAME_CHARS) {
            throw new Unusable("its name must have 1 to " + MAX_NAME_CHARS + " characters");
        }
        return text;
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
