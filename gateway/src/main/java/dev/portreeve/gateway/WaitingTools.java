package dev.portreeve.gateway;

import dev.portreeve.hub.catalog.ServerStatus;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** What the start says about tools that no caller sees because nobody has accepted them, and the commands that help. */
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
                lines.add("waiting    " + count + (count == 1 ? " tool" : " tools") + " of server " + server.slug()
                        + ": no caller sees " + (count == 1 ? "it" : "them") + " before you accept "
                        + (count == 1 ? "it" : "them") + ":   " + command + " tools accept " + server.slug() + options);
            }
        }
        if (!lines.isEmpty()) {
            lines.add("           what they say about themselves:   " + command + " tools list --waiting" + options
                    + ",   " + command + " tools diff TOOL" + options);
        }
        return lines;
    }

    /** What a command needs to find a gateway with this configuration. */
    static String options(Path config, Path usual) {
        return config.equals(usual) ? "" : " --config " + config;
    }
}
