package dev.portreeve.gateway;

import io.modelcontextprotocol.json.McpJsonDefaults;
import io.modelcontextprotocol.server.McpServer;
import io.modelcontextprotocol.server.McpServerFeatures.SyncToolSpecification;
import io.modelcontextprotocol.server.McpSyncServer;
import io.modelcontextprotocol.server.transport.StdioServerTransportProvider;
import io.modelcontextprotocol.spec.McpSchema.CallToolResult;
import io.modelcontextprotocol.spec.McpSchema.ServerCapabilities;
import io.modelcontextprotocol.spec.McpSchema.Tool;
import io.modelcontextprotocol.spec.McpSchema.ToolAnnotations;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;

/** A tool server of the tests, run as a process: reads and writes a file, and can take as long as another file exists. */
final class StickyNotes {
    private StickyNotes() {}

    /** The command line that starts it, as a YAML list. */
    static String command(Path folder) {
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        return "[\"" + java + "\", -XX:+UseSerialGC, -XX:TieredStopAtLevel=1, -cp, \""
                + System.getProperty("java.class.path") + "\", " + StickyNotes.class.getName() + ", \"" + folder
                + "\"]";
    }

    public static void main(String[] arguments) throws InterruptedException {
        Path folder = Path.of(arguments[0]);
        Map<String, Object> schema = Map.of("type", "object", "properties", Map.of("text", Map.of("type", "string")));
        McpSyncServer server = McpServer.sync(new StdioServerTransportProvider(McpJsonDefaults.getMapper()))
                .serverInfo("sticky", "1")
                .capabilities(ServerCapabilities.builder().tools(false).build())
                .tools(List.of(
                        tool("read", schema, true, text -> Files.readString(folder.resolve("note"))),
                        tool("write", schema, false, text -> {
                            Files.writeString(folder.resolve("note"), text);
                            return "written";
                        }),
                        tool("wait", schema, false, text -> {
                            Files.writeString(folder.resolve("waiting"), "");
                            while (Files.exists(folder.resolve("waiting"))) {
                                Thread.onSpinWait();
                            }
                            return "waited";
                        })))
                .build();
        // The gateway ends it; the server object must stay reachable until then.
        new CountDownLatch(1).await();
        server.close();
    }

    private interface Work {
        String on(String text) throws Exception;
    }

    private static SyncToolSpecification tool(String name, Map<String, Object> schema, boolean readOnly, Work work) {
        Tool tool = Tool.builder(name, schema)
                .description(name + " the note")
                .annotations(new ToolAnnotations(null, readOnly, null, null, null, null))
                .build();
        return SyncToolSpecification.builder()
                .tool(tool)
                .callHandler((exchange, request) -> {
                    try {
                        String text = String.valueOf(request.arguments().getOrDefault("text", ""));
                        return CallToolResult.builder()
                                .addTextContent(work.on(text))
                                .build();
                    } catch (Exception failed) {
                        return CallToolResult.builder()
                                .addTextContent(String.valueOf(failed))
                                .isError(true)
                                .build();
                    }
                })
                .build();
    }
}
