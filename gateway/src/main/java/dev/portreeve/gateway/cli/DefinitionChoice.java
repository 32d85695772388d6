package dev.portreeve.gateway.cli;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Finds which definitions a word on the command line means, among those the servers offer. */
final class DefinitionChoice {
    /** The kinds, the likeliest first: a bare name means the first of them that has it. */
    static final List<String> KINDS = List.of("tool", "prompt", "template", "resource", "instructions");

    private DefinitionChoice() {}

    /** @throws CliFailure if there is no such kind */
    static @Nullable String kind(@Nullable String given) {
        if (given != null && !KINDS.contains(given)) {
            throw new CliFailure(
                    CliFailure.USAGE, "\"" + given + "\" is no kind of definition: " + String.join(", ", KINDS));
        }
        return given;
    }

    /** The one definition of a name, which may say its kind: {@code prompt:notes__summarise}. */
    static Optional<JsonNode> one(Iterable<JsonNode> definitions, String name) {
        return KINDS.stream()
                .flatMap(kind -> stream(definitions).stream()
                        .filter(one -> one.path("kind").asString().equals(kind))
                        .filter(one -> name.equals(kind + ":" + shown(one))
                                || (!kind.equals("instructions") && name.equals(shown(one)))))
                .findFirst();
    }

    /** What each name means: a definition, or all of a server that wait. */
    static List<JsonNode> meant(Iterable<JsonNode> definitions, List<String> names, @Nullable String kind) {
        List<JsonNode> meant = new ArrayList<>();
        for (String name : names) {
            Optional<JsonNode> one = one(definitions, name);
            if (one.isPresent()) {
                meant.add(one.get());
                continue;
            }
            List<JsonNode> ofServer = stream(definitions).stream()
                    .filter(other -> other.path("server").asString().equals(name) && waits(other))
                    .filter(other ->
                            kind == null || other.path("kind").asString().equals(kind))
                    .toList();
            if (ofServer.isEmpty()) {
                throw new CliFailure(
                        CliFailure.NO,
                        "\"" + name + "\" is no tool or other definition, and no server with such that wait");
            }
            meant.addAll(ofServer);
        }
        return meant;
    }

    /** As a person names it: tools by their name alone. */
    static String label(JsonNode definition) {
        String kind = definition.path("kind").asString();
        return kind.equals("tool") ? shown(definition) : kind + ":" + shown(definition);
    }

    static boolean waits(JsonNode definition) {
        String verdict = definition.path("verdict").asString();
        return verdict.equals("quarantined") || verdict.equals("unreviewed");
    }

    /** Where the API has it. */
    static String path(JsonNode definition) {
        return Arrays.asList("server", "kind", "hash").stream()
                .map(member -> PathSegment.of(definition.path(member).asString()))
                .collect(Collectors.joining("/", "/api/v1/definitions/", ""));
    }

    private static String shown(JsonNode definition) {
        return definition.path("name").asString();
    }

    private static List<JsonNode> stream(Iterable<JsonNode> definitions) {
        List<JsonNode> all = new ArrayList<>();
        definitions.forEach(all::add);
        return all;
    }
}
