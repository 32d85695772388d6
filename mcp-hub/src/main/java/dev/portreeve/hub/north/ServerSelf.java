package dev.portreeve.hub.north;

import dev.portreeve.hub.wire.JsonRpc;
import tools.jackson.databind.node.ObjectNode;

/** What the gateway says about itself, as an MCP server. */
final class ServerSelf {
    private ServerSelf() {}

    static ObjectNode info() {
        String version = ServerSelf.class.getPackage().getImplementationVersion();
        return JsonRpc.object()
                .put("name", "portreeve")
                .put("title", "Portreeve")
                .put("version", version == null ? "development" : version);
    }

    static ObjectNode capabilities() {
        ObjectNode capabilities = JsonRpc.object();
        capabilities.putObject("tools").put("listChanged", true);
        return capabilities;
    }
}
