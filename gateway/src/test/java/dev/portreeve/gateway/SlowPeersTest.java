package dev.portreeve.gateway;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.portreeve.hub.fixture.Caller;
import dev.portreeve.hub.fixture.HttpFixture;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.io.TempDir;

/** Callers of the MCP path who read or write slowly, through the whole gateway on the real edge. */
class SlowPeersTest {
    private static final int HUGE = 6 * 1024 * 1024;
    private static final String CUT_OFF = "cut-off";
    private static final int SMALL_WINDOW = 4096;
    private HttpFixture fixture;
    private GatewayFixture gateway;
    private Caller other;
    private String key;
    private final List<Socket> slow = new ArrayList<>();

    @BeforeEach
    void start(@TempDir Path folder, TestInfo test) throws Exception {
        fixture = HttpFixture.modern();
        gateway = GatewayFixture.configured(
                folder, """
                tool-servers:
                  - { slug: fix, url: "URL", definitions: trust, trust-annotations: true }
                organisation: { tenants: [{ id: acme, agents: [{ id: slow }, { id: quick }] }] }
                policies:
                  - { id: everything, effect: allow, tools: ["*"] }
                limits: { body-timeout: 2s, LIMITS }
                """.replace("URL", fixture.url().toString()).replace(
                        "LIMITS",
                        test.getTags().contains(CUT_OFF)
                                ? "write-timeout: 500ms, max-concurrent-requests: 1"
                                : "write-timeout: 5m"));
        key = gateway.newKey("slow");
        other = new Caller(
                URI.create("http://127.0.0.1:" + gateway.data().getPort() + "/mcp"), gateway.newKey("quick"));
    }

    @AfterEach
    void stop() throws IOException {
        for (Socket one : slow) {
            one.close();
        }
        other.close();
        gateway.close();
        fixture.close();
    }

    private static byte[] body(String tool, String arguments) {
        return ("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\",\"params\":{\"name\":\"fix__" + tool
                        + "\",\"arguments\":" + arguments + ",\"_meta\":{\"io.modelcontextprotocol/protocolVersion\":"
                        + "\"2026-07-28\",\"io.modelcontextprotocol/clientCapabilities\":{}}}}")
                .getBytes(StandardCharsets.UTF_8);
    }

    /** A connection on which the head of a request was sent, and nothing of its body. */
    private Socket begun(String tool, int bodyBytes) throws IOException {
        Socket socket = new Socket();
        // Before it connects: later the window would be announced already.
        socket.setReceiveBufferSize(SMALL_WINDOW);
        socket.connect(new InetSocketAddress("127.0.0.1", gateway.data().getPort()));
        slow.add(socket);
        socket.getOutputStream()
                .write(("POST /mcp HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer " + key
                                + "\r\nContent-Type: application/json\r\nAccept: application/json, text/event-stream\r\n"
                                + "MCP-Protocol-Version: 2026-07-28\r\nMcp-Method: tools/call\r\nMcp-Name: fix__" + tool
                                + "\r\nContent-Length: " + bodyBytes + "\r\n\r\n")
                        .getBytes(StandardCharsets.UTF_8));
        return socket;
    }

    private Socket asked(String tool, String arguments) throws IOException {
        byte[] body = body(tool, arguments);
        Socket socket = begun(tool, body.length);
        socket.getOutputStream().write(body);
        return socket;
    }

    private void theOthersAreServed() throws Exception {
        for (int i = 0; i < 5; i++) {
            assertTrue(other.modern("tools/call", "\"name\":\"fix__echo\",\"arguments\":{\"text\":\"hello\"}")
                    .text()
                    .contains("hello"));
        }
    }

    @Test
    void aReaderWhoDoesNotReadHoldsUpNobody() throws Exception {
        for (int i = 0; i < 8; i++) {
            asked("huge", "{\"bytes\":" + HUGE + "}");
        }
        await().until(() -> fixture.tools().calls() == 8);
        theOthersAreServed();
        // His answer waits for him meanwhile.
        slow.getFirst().setSoTimeout(30_000);
        String late = new String(slow.getFirst().getInputStream().readNBytes(SMALL_WINDOW), StandardCharsets.UTF_8);
        assertTrue(late.startsWith("HTTP/1.1 200") && late.contains("xxxxxxxx"), late);
        for (Socket left : slow) {
            left.close();
        }
        theOthersAreServed();
    }

    @Test
    @Tag(CUT_OFF)
    void aReaderWhoNeverReadsGivesUpHisPlace() throws Exception {
        asked("huge", "{\"bytes\":" + HUGE + "}");
        await().until(() -> fixture.tools().calls() == 1);
        // There is one place, and he is in it.
        await().until(() -> other.modern("tools/call", "\"name\":\"fix__echo\",\"arguments\":{\"text\":\"hello\"}")
                        .status()
                == 200);
        slow.getFirst().setSoTimeout(30_000);
        long heard = 0;
        try {
            heard = slow.getFirst().getInputStream().transferTo(OutputStream.nullOutputStream());
        } catch (SocketException cut) {
            assertTrue(cut.getMessage().contains("reset"), cut.getMessage());
        }
        assertTrue(heard < HUGE, "the whole answer came: " + heard);
    }

    @Test
    void aWriterWhoStopsHoldsUpNobody() throws Exception {
        byte[] body = body("echo", "{\"text\":\"late\"}");
        for (int i = 0; i < 8; i++) {
            begun("echo", body.length).getOutputStream().write(body, 0, body.length / 2);
        }
        theOthersAreServed();
        int served = fixture.tools().calls();
        for (Socket left : slow) {
            left.close();
        }
        theOthersAreServed();
        assertEquals(served + 5, fixture.tools().calls(), "half a request was taken for one");
    }

    @Test
    void aBodyThatTakesTooLongIsRefused() throws Exception {
        Socket socket = begun("echo", 1 << 20);
        socket.setSoTimeout(50);
        StringBuilder answer = new StringBuilder();
        boolean open = true;
        while (open) {
            try {
                // Until it is told to stop it sends a little; then it hears the rest.
                if (answer.isEmpty()) {
                    socket.getOutputStream().write(' ');
                }
                int heard = socket.getInputStream().read();
                open = heard >= 0;
                answer.append(open ? String.valueOf((char) heard) : "");
            } catch (SocketTimeoutException notYet) {
                continue;
            } catch (SocketException closed) {
                open = false;
            }
        }
        assertTrue(answer.toString().startsWith("HTTP/1.1 408"), answer.toString());
        assertTrue(answer.toString().contains("took too long"), answer.toString());
        theOthersAreServed();
    }
}
