package dev.portreeve.gateway.http;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A caller that speaks plain HTTP and sees bytes. */
final class Caller implements AutoCloseable {
    private static final Pattern LENGTH = Pattern.compile("(?i)content-length: (\\d+)\r");

    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final EdgeFixture edge;

    Caller(EdgeFixture edge) {
        this.edge = edge;
    }

    HttpResponse<byte[]> chat(String body) throws IOException, InterruptedException {
        return post("/v1/chat/completions", body.getBytes(StandardCharsets.UTF_8), Map.of());
    }

    HttpResponse<byte[]> post(String path, byte[] body, Map<String, String> headers)
            throws IOException, InterruptedException {
        return client.send(
                request(path, headers)
                        .POST(HttpRequest.BodyPublishers.ofByteArray(body))
                        .build(),
                HttpResponse.BodyHandlers.ofByteArray());
    }

    HttpResponse<byte[]> send(String method, String path, Map<String, String> headers)
            throws IOException, InterruptedException {
        return client.send(
                request(path, headers)
                        .method(method, HttpRequest.BodyPublishers.noBody())
                        .build(),
                HttpResponse.BodyHandlers.ofByteArray());
    }

    /** Sends a request and leaves the rest to the caller of this method, who sees every byte. */
    Socket open(String path, String body) throws IOException {
        Socket socket = new Socket("127.0.0.1", edge.uri("/").getPort());
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        String head = "POST " + path + " HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer " + EdgeFixture.KEY
                + "\r\nContent-Type: application/json\r\nContent-Length: " + bytes.length + "\r\n\r\n";
        socket.getOutputStream().write(head.getBytes(StandardCharsets.UTF_8));
        socket.getOutputStream().write(bytes);
        socket.getOutputStream().flush();
        return socket;
    }

    private HttpRequest.Builder request(String path, Map<String, String> headers) {
        URI uri = edge.uri(path);
        HttpRequest.Builder request = HttpRequest.newBuilder(uri).timeout(Duration.ofSeconds(60));
        request.setHeader("Content-Type", "application/json");
        request.setHeader("Authorization", "Bearer " + EdgeFixture.KEY);
        headers.forEach(request::setHeader);
        return request;
    }

    /**
     * All that comes over a connection: up to its end, or, where an answer says how long it is and the connection is kept, up to
     * that answer's end.
     */
    static String all(Socket socket) throws IOException {
        ByteArrayOutputStream seen = new ByteArrayOutputStream();
        InputStream in = socket.getInputStream();
        for (int b = in.read(); b >= 0; b = in.read()) {
            seen.write(b);
            if (isWhole(seen.toString(StandardCharsets.ISO_8859_1))) {
                break;
            }
        }
        return seen.toString(StandardCharsets.UTF_8);
    }

    private static boolean isWhole(String seen) {
        int head = seen.indexOf("\r\n\r\n");
        Matcher length = LENGTH.matcher(seen);
        return head >= 0
                && length.find()
                && length.start() < head
                && seen.length() >= head + 4 + Integer.parseInt(length.group(1));
    }

    static String text(HttpResponse<byte[]> response) {
        return new String(response.body(), StandardCharsets.UTF_8);
    }

    static String header(HttpResponse<byte[]> response, String name) {
        return response.headers().firstValue(name).orElse("");
    }

    @Override
    public void close() {
        client.close();
    }
}
