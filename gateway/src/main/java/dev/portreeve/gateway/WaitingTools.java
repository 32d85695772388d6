package dev.portreeve.gateway;

import dev.portreeve.hub.catalog.ServerStatus;
import dev.portreeve.hub.definition.DefinitionKind;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** What the start says about tools and whatever else no caller sees because nobody has accepted it, and the commands that help. */
final class WaitingTools {
    private WaitingTools() {}

    /**
     * Nothing if nothing waits.
     *
     * @param command how this program was called
     * @param options what finds this gateway: empty where it is found without
     */
    static List<String> lines(List<ServerStatus> servers, String command, String options) {
        List<String> lines = new ArrayList<>();
        for (ServerStatus server : servers) {
            int count = server.quarantined();
            if (count > 0) {
                lines.add("waiting    " + counted(server) + " of server " + server.slug()
                        + ": no caller sees " + (count == 1 ? "it" : "them") + " before you accept "
                        + (count == 1 ? "it" : "them") + ":   " + command + " tools accept " + server.slug() + options);
            }
        }
        if (!lines.isEmpty()) {
            lines.add("           what they say about themselves:   " + command + " tools list --waiting" + options
                    + ",   " + command + " tools diff NAME" + options);
        }
        return lines;
    }

    /** Such as "3 tools, 2 prompts". */
    private static String counted(ServerStatus server) {
        return server.quarantinedByKind().entrySet().stream()
                .map(one -> DefinitionKind.of(one.getKey()).orElseThrow().counted(one.getValue()))
                .collect(Collectors.joining(", "));
    }

    /** What a command needs to find a gateway with this configuration. */
    static String options(Path config, Path usual) {
        return config.equals(usual) ? "" : " --config " + config;
    }
}
