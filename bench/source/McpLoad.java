import java.io.IOException;
import java.nio.charset.StandardCharsets;

/**
 * Calls a tool, or lists the tools, over {@link HttpLoad}.
 *
 * <pre>java McpLoad PORT KEY CALLERS SECONDS call TOOL
 *java McpLoad PORT KEY CALLERS SECONDS list TOOLS-EXPECTED</pre>
 */
public final class McpLoad {
    private static final byte[] ERROR = "\"isError\":true".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] RESULT = "\"result\":".getBytes(StandardCharsets.US_ASCII);

    private McpLoad() {}

    public static void main(String[] args) throws InterruptedException {
        boolean call = args[4].equals("call");
        String meta = "\"_meta\":{\"io.modelcontextprotocol/protocolVersion\":\"2026-07-28\","
                + "\"io.modelcontextprotocol/clientInfo\":{\"name\":\"bench\",\"version\":\"1\"},"
                + "\"io.modelcontextprotocol/clientCapabilities\":{}}";
        String params = call
                ? "{\"name\":\"" + args[5] + "\",\"arguments\":{\"message\":\"" + "The gate opens at dawn. ".repeat(20)
                        + "\"}," + meta + "}"
                : "{" + meta + "}";
        String method = call ? "tools/call" : "tools/list";
        String body = "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"" + method + "\",\"params\":" + params + "}";
        String head = "POST /mcp HTTP/1.1\r\nHost: 127.0.0.1:" + args[0] + "\r\nAuthorization: Bearer " + args[1]
                + "\r\nContent-Type: application/json\r\nAccept: application/json, text/event-stream\r\n"
                + "MCP-Protocol-Version: 2026-07-28\r\nMcp-Method: " + method + "\r\n"
                + (call ? "Mcp-Name: " + args[5] + "\r\n" : "") + "Content-Length: " + body.length() + "\r\n\r\n";
        byte[] expected = (call ? "The gate opens at dawn." : "\"inputSchema\"").getBytes(StandardCharsets.US_ASCII);
        int times = call ? 1 : Integer.parseInt(args[5]);
        new HttpLoad(
                        Integer.parseInt(args[0]),
                        (head + body).getBytes(StandardCharsets.US_ASCII),
                        answer -> check(answer, expected, times))
                .run(Integer.parseInt(args[2]), Long.parseLong(args[3]));
    }

    private static void check(byte[] body, byte[] expected, int times) throws IOException {
        boolean good = HttpLoad.count(body, RESULT) == 1
                && HttpLoad.count(body, ERROR) == 0
                && HttpLoad.count(body, expected) >= times;
        if (!good) {
            throw new IOException(
                    "not what was asked for: " + new String(body, 0, Math.min(300, body.length), StandardCharsets.UTF_8));
        }
    }
}
