package dev.portreeve.gateway.config;

import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.nodes.Node;

/** YAML as a tree of nodes that know their lines; nothing is constructed from it. */
final class YamlText {
    private static final int MAX_CHARACTERS = 4 * 1024 * 1024;
    private static final int MAX_ALIASES = 50;

    private YamlText() {}

    /** @throws org.snakeyaml.engine.v2.exceptions.YamlEngineException not YAML, or too large */
    static Node compose(String text) {
        LoadSettings settings = LoadSettings.builder()
                .setCodePointLimit(MAX_CHARACTERS)
                .setMaxAliasesForCollections(MAX_ALIASES)
                .setAllowRecursiveKeys(false)
                .build();
        return new Compose(settings).composeString(text.isBlank() ? "{}" : text).orElseGet(() -> compose("{}"));
    }
}
