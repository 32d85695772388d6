import java.io.BufferedInputStream;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * An MCP server of 2026-07-28 whose tools say what they are told, over HTTP or stdio, with as little around it as possible:
 * plain sockets, one virtual thread per connection, keep-alive.
 *
 * <pre>java EchoServer.java http TOOLS PORT [PORT]...
 *java EchoServer.java stdio TOOLS</pre>
 */
public final class EchoServer {
    private static final int BACKLOG = 1024;
    private static final int LARGEST = 1 << 20;
    private static final String VERSION = "2026-07-28";
    private static final JsonMapper JSON = JsonMapper.shared();
    private final String tools;

    private EchoServer(int tools) {
        this.tools = tools(tools);
    }

    public static void main(String[] args) throws IOException, InterruptedException {
        EchoServer server = new EchoServer(Integer.parseInt(args[1]));
        if (args[0].equals("stdio")) {
            server.pipe();
            return;
        }
        Thread[] ports = new Thread[args.length - 2];
        for (int i = 0; i < ports.length; i++) {
            ServerSocket socket =
                    new ServerSocket(Integer.parseInt(args[i + 2]), BACKLOG, InetAddress.getLoopbackAddress());
            ports[i] = Thread.ofPlatform().start(() -> server.accept(socket));
        }
        for (Thread port : ports) {
            port.join();
        }
    }

    private void accept(ServerSocket server) {
        try (server) {
            while (true) {
                Socket client = server.accept();
                Thread.startVirtualThread(() -> serve(client));
            }
        } catch (IOException closed) {
            throw new IllegalStateException(closed);
        }
    }

    private void serve(Socket socket) {
        try (socket) {
            socket.setTcpNoDelay(true);
            InputStream in = new BufferedInputStream(socket.getInputStream(), 16 * 1024);
            OutputStream out = socket.getOutputStream();
            for (byte[] body = read(in); body != null; body = read(in)) {
                String answer = answer(JSON.readTree(body));
                byte[] bytes = answer.getBytes(StandardCharsets.UTF_8);
                String head = bytes.length == 0
                        ? "HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n"
                        : "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: " + bytes.length
                                + "\r\n\r\n";
                byte[] first = head.getBytes(StandardCharsets.US_ASCII);
                byte[] whole = new byte[first.length + bytes.length];
                System.arraycopy(first, 0, whole, 0, first.length);
                System.arraycopy(bytes, 0, whole, first.length, bytes.length);
                out.write(whole);
            }
        } catch (IOException gone) {
            // The caller closed the connection.
        }
    }

    /** The body of the next request, or null at the end. */
    private static byte[] read(InputStream in) throws IOException {
        int length = 0;
        boolean any = false;
        while (true) {
            String line = line(in);
            if (line == null) {
                return null;
            }
            if (line.isEmpty()) {
                if (any) {
                    return in.readNBytes(length);
                }
                continue;
            }
            any = true;
            String lower = line.toLowerCase(Locale.ROOT);
            if (lower.startsWith("content-length:")) {
                length = Math.min(Integer.parseInt(lower.substring(15).strip()), LARGEST);
            }
        }
    }

    private static String line(InputStream in) throws IOException {
        StringBuilder line = new StringBuilder(64);
        for (int c = in.read(); c != '\n'; c = in.read()) {
            if (c < 0 || line.length() > LARGEST) {
                return null;
            }
            if (c != '\r') {
                line.append((char) c);
            }
        }
        return line.toString();
    }

    private void pipe() throws IOException {
        PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            String answer = answer(JSON.readTree(line));
            if (!answer.isEmpty()) {
                out.println(answer);
            }
        }
    }

    /** Empty for what wants no answer. */
    private String answer(JsonNode message) {
        String id = message.path("id").toString();
        if (id.isEmpty()) {
            return "";
        }
        return switch (message.path("method").asString("")) {
            case "server/discover" ->
                result(
                        id,
                        "\"supportedVersions\":[\"" + VERSION + "\"],\"capabilities\":{\"tools\":{}},\"ttlMs\":60000,"
                                + "\"cacheScope\":\"public\",\"serverInfo\":{\"name\":\"echo\",\"version\":\"1\"}");
            case "tools/list" ->
                result(id, "\"tools\":" + tools + ",\"ttlMs\":60000,\"cacheScope\":\"public\"");
            case "tools/call" ->
                result(
                        id,
                        "\"content\":[{\"type\":\"text\",\"text\":"
                                + message.path("params").path("arguments").path("message") + "}],\"isError\":false");
            default ->
                "{\"jsonrpc\":\"2.0\",\"id\":" + id + ",\"error\":{\"code\":-32601,\"message\":\"no such method\"}}";
        };
    }

    private static String result(String id, String members) {
        return "{\"jsonrpc\":\"2.0\",\"id\":" + id + ",\"result\":{\"resultType\":\"complete\"," + members + "}}";
    }

    /** Definitions of a usual size: about 600 bytes each. */
    private static String tools(int count) {
        ArrayNode all = JSON.createArrayNode();
        for (int i = 0; i < count; i++) {
            ObjectNode tool = all.addObject()
                    .put("name", i == 0 ? "echo" : "echo_" + i)
                    .put(
                            "description",
                            "Says again what it is told. It is number " + i
                                    + " of its kind and differs from the others only in its name, as tools of real servers often"
                                    + " do; the words here are about as many as a tool's description usually has.");
            ObjectNode schema = tool.putObject("inputSchema").put("type", "object");
            schema.putObject("properties")
                    .putObject("message")
                    .put("type", "string")
                    .put("description", "What to say again, up to a thousand characters.");
            schema.putArray("required").add("message");
            tool.putObject("annotations").put("readOnlyHint", true).put("openWorldHint", false);
        }
        return all.toString();
    }
}
