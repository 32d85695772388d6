import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Takes tickets through their life, one after the other: a call asks, a person looks at the list of what waits, says yes, and the same call runs.
 * Prints for each step its 50th and 99th percentile in milliseconds.
 *
 * <pre>java ApprovalLoad PORT ADMIN-PORT KEY DATA-DIRECTORY TICKETS WORD</pre>
 */
public final class ApprovalLoad {
    private static final Pattern TICKET = Pattern.compile("\"dev.portreeve/approval-ticket\":\"([0-9a-f-]{36})\"");

    private final HttpClient http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final Map<String, List<Double>> times = new TreeMap<>();
    private final String data;
    private final String admin;
    private final String key;
    private final String token;

    private ApprovalLoad(String data, String admin, String key, String token) {
        this.data = data;
        this.admin = admin;
        this.key = key;
        this.token = token;
    }

    public static void main(String[] args) throws IOException, InterruptedException {
        ApprovalLoad load = new ApprovalLoad(
                "http://127.0.0.1:" + args[0],
                "http://127.0.0.1:" + args[1],
                args[2],
                Files.readString(Path.of(args[3], "admin-token")).strip());
        for (int i = 0; i < Integer.parseInt(args[4]); i++) {
            load.life(args[5] + " " + System.nanoTime() + " " + i);
        }
        load.times.forEach((step, all) -> {
            all.sort(null);
            System.out.printf(
                    Locale.ROOT, "%s %s %.3f %.3f%n", args[5], step, all.get(all.size() / 2), all.get(all.size() * 99 / 100));
        });
    }

    private void life(String message) throws IOException, InterruptedException {
        Matcher ticket = TICKET.matcher(timed("1-ask", call(message)));
        if (!ticket.find()) {
            throw new IOException("no ticket");
        }
        String listed = timed("2-list", asAdmin("/api/v1/approvals?state=waiting").GET().build());
        if (!listed.contains(ticket.group(1))) {
            throw new IOException("the newest ticket is not in the list");
        }
        timed(
                "3-decide",
                asAdmin("/api/v1/approvals/" + ticket.group(1) + "/decision")
                        .header("Content-Type", "application/json")
                        .POST(HttpRequest.BodyPublishers.ofString("{\"decision\":\"approve\",\"approver\":\"ann\"}"))
                        .build());
        if (!timed("4-redeem", call(message)).contains("\"text\":\"" + message)) {
            throw new IOException("the call did not run");
        }
    }

    private HttpRequest.Builder asAdmin(String path) {
        return HttpRequest.newBuilder(URI.create(admin + path)).header("Authorization", "Bearer " + token);
    }

    private HttpRequest call(String message) {
        String body = "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\",\"params\":{\"name\":\"echo__echo\",\"arguments\":{\"message\":\""
                + message + "\"},\"_meta\":{\"io.modelcontextprotocol/protocolVersion\":\"2026-07-28\","
                + "\"io.modelcontextprotocol/clientCapabilities\":{}}}}";
        return HttpRequest.newBuilder(URI.create(data + "/mcp"))
                .header("Authorization", "Bearer " + key)
                .header("Content-Type", "application/json")
                .header("Accept", "application/json, text/event-stream")
                .header("MCP-Protocol-Version", "2026-07-28")
                .header("Mcp-Method", "tools/call")
                .header("Mcp-Name", "echo__echo")
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build();
    }

    private String timed(String step, HttpRequest request) throws IOException, InterruptedException {
        long begin = System.nanoTime();
        HttpResponse<String> answer = http.send(request, HttpResponse.BodyHandlers.ofString());
        times.computeIfAbsent(step, unused -> new ArrayList<>()).add((System.nanoTime() - begin) / 1e6);
        if (answer.statusCode() != 200) {
            throw new IOException(step + ": " + answer.statusCode() + " " + answer.body());
        }
        return answer.body();
    }
}
