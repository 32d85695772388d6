import io.helidon.common.socket.SocketOptions;
import io.helidon.http.HeaderNames;
import io.helidon.http.Status;
import io.helidon.webclient.api.HttpClientResponse;
import io.helidon.webclient.http1.Http1Client;
import io.helidon.webserver.WebServer;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;

/**
 * What the HTTP library costs by itself: Helidon's server and client, the body passed on as bytes, nothing else. The
 * difference between this and the gateway is what governance costs.
 *
 * <pre>java -cp 'gateway/target/lib/*' BareProxy.java PORT UPSTREAM-PORT [PORT UPSTREAM-PORT]...</pre>
 */
public final class BareProxy {
    private final Http1Client client;

    private BareProxy(Http1Client client) {
        this.client = client;
    }

    public static void main(String[] args) {
        for (int i = 0; i + 1 < args.length; i += 2) {
            start(Integer.parseInt(args[i]), Integer.parseInt(args[i + 1]));
        }
    }

    private static void start(int port, int upstream) {
        // Without it, Nagle's algorithm holds back small writes for 40 ms on both sides.
        SocketOptions noDelay = SocketOptions.builder().tcpNoDelay(true).build();
        Http1Client client = Http1Client.builder()
                .baseUri("http://127.0.0.1:" + upstream)
                .socketOptions(noDelay)
                .connectTimeout(Duration.ofSeconds(2))
                .readTimeout(Duration.ofMinutes(1))
                .followRedirects(false)
                .sendExpectContinue(false)
                .servicesDiscoverServices(false)
                .build();
        BareProxy proxy = new BareProxy(client);
        WebServer.builder()
                .host("127.0.0.1")
                .port(port)
                .connectionOptions(noDelay)
                .routing(routing -> routing.post("/v1/chat/completions", proxy::pass))
                .build()
                .start();
    }

    private void pass(ServerRequest request, ServerResponse response) throws IOException {
        byte[] body = request.content().as(byte[].class);
        try (HttpClientResponse upstream =
                client.post("/v1/chat/completions").header(HeaderNames.CONTENT_TYPE, "application/json").submit(body)) {
            response.status(Status.create(upstream.status().code()));
            response.header(HeaderNames.CONTENT_TYPE, upstream.headers().get(HeaderNames.CONTENT_TYPE).get());
            if (upstream.headers().contentLength().isPresent()) {
                response.send(upstream.as(byte[].class));
                return;
            }
            byte[] buffer = new byte[8192];
            try (InputStream in = upstream.inputStream();
                    OutputStream out = response.outputStream()) {
                for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                    out.write(buffer, 0, read);
                    out.flush();
                }
            }
        }
    }
}
