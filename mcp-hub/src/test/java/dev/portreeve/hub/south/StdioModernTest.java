package dev.portreeve.hub.south;

import dev.portreeve.hub.wire.ProtocolVersion;

class StdioModernTest extends StdioToolServerContract {
    @Override
    ToolServer start() {
        return start("modern");
    }

    @Override
    String expectedVersion() {
        return ProtocolVersion.MODERN;
    }
}
