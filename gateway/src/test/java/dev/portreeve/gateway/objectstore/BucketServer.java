package dev.portreeve.gateway.objectstore;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.portreeve.gateway.config.ObjectStoreConfig;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * A bucket, {@code evidence}, that knows what Amazon documents of conditions and locks, over real HTTP: puts that are only for
 * new keys, locks that need a hash beside and that nobody overwrites, objects in parts. It checks that bodies are what their
 * hashes say, not signatures. On request it is away, or carries out what it then does not confirm.
 */
public final class BucketServer implements AutoCloseable {
    private final HttpServer server;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final SortedMap<String, Kept> objects = new ConcurrentSkipListMap<>();
    private final Map<String, Kept> begun = new ConcurrentSkipListMap<>();
    private final AtomicInteger refusing = new AtomicInteger();
    private final AtomicInteger silent = new AtomicInteger();
    private final AtomicInteger ids = new AtomicInteger();
    private volatile boolean ignoresConditions;
    private volatile @Nullable String clampsLocksTo;
    private volatile boolean isNoStore;

    /** An object. */
    public record Kept(
            byte[] content,
            @Nullable String lockMode,
            @Nullable String lockUntil,
            TreeMap<Integer, byte[]> parts) {}

    private BucketServer(HttpServer server) {
        this.server = server;
        server.setExecutor(threads);
        server.createContext("/evidence/", this::answer);
    }

    public static BucketServer start() throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        BucketServer bucket = new BucketServer(server);
        server.start();
        return bucket;
    }

    public URI endpoint() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    }

    /** As a configuration names it. */
    public ObjectStoreConfig config() {
        return ObjectStoreContract.bucket(endpoint(), "evidence", "AKIDEXAMPLE", "secret");
    }

    /** What is stored, by key. */
    public SortedMap<String, Kept> objects() {
        return objects;
    }

    /** The object of a key, which is there. */
    public Kept object(String key) {
        return Objects.requireNonNull(objects.get(key), key);
    }

    /** How many uploads in parts were neither ended nor taken back. */
    public int unfinished() {
        return begun.size();
    }

    /** The next so many requests are answered with 503. */
    public void refuse(int requests) {
        refusing.set(requests);
    }

    /** The next so many requests that write are carried out, and then the connection is cut. */
    public void confirmNothing(int requests) {
        silent.set(requests);
    }

    /** From now on a put takes the place of what is there, whatever it says, as in older stores. */
    public void ignoreConditions() {
        ignoresConditions = true;
    }

    /** From now on locks end then. */
    public void clampLocksTo(String until) {
        clampsLocksTo = until;
    }

    /** From now on it is something else, which says yes to everything. */
    public void beNoStore() {
        isNoStore = true;
    }

    private void answer(HttpExchange exchange) throws IOException {
        byte[] body = exchange.getRequestBody().readAllBytes();
        if (isNoStore) {
            say(exchange, 200, "<html>sign in</html>");
            return;
        }
        if (refusing.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
            say(exchange, 503, error("SlowDown"));
            return;
        }
        if (!hex(body).equals(header(exchange, "x-amz-content-sha256"))) {
            say(exchange, 400, error("XAmzContentSHA256Mismatch"));
            return;
        }
        String key = exchange.getRequestURI().getPath().substring("/evidence/".length());
        Map<String, String> query = query(exchange);
        switch (exchange.getRequestMethod()) {
            case "PUT" -> put(exchange, key, query, body);
            case "POST" -> post(exchange, key, query);
            case "DELETE" -> {
                begun.remove(query.getOrDefault("uploadId", ""));
                say(exchange, 204, "");
            }
            default -> give(exchange, key);
        }
    }

    private void put(HttpExchange exchange, String key, Map<String, String> query, byte[] body) throws IOException {
        String md5 = header(exchange, "content-md5");
        if (md5 != null && !md5.equals(Base64.getEncoder().encodeToString(hash("MD5", body)))) {
            say(exchange, 400, error("BadDigest"));
            return;
        }
        Kept upload = begun.get(query.getOrDefault("uploadId", ""));
        if (upload != null) {
            upload.parts().put(Integer.parseInt(query.getOrDefault("partNumber", "0")), body);
            exchange.getResponseHeaders().set("ETag", '"' + hex(body) + '"');
            say(exchange, 200, "");
            return;
        }
        Kept kept = locked(exchange, body);
        if (kept.lockMode() != null && md5 == null) {
            say(exchange, 400, error("InvalidRequest"));
            return;
        }
        store(exchange, key, kept);
    }

    private void post(HttpExchange exchange, String key, Map<String, String> query) throws IOException {
        if (query.containsKey("uploads")) {
            String id = "upload/" + ids.incrementAndGet() + "=&x";
            begun.put(id, locked(exchange, new byte[0]));
            say(
                    exchange,
                    200,
                    "<InitiateMultipartUploadResult><UploadId>" + id.replace("&", "&amp;")
                            + "</UploadId></InitiateMultipartUploadResult>");
            return;
        }
        Kept upload = begun.get(query.getOrDefault("uploadId", ""));
        if (upload == null) {
            say(exchange, 404, error("NoSuchUpload"));
            return;
        }
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        upload.parts().values().forEach(all::writeBytes);
        if (store(exchange, key, new Kept(all.toByteArray(), upload.lockMode(), upload.lockUntil(), new TreeMap<>()))) {
            begun.remove(query.getOrDefault("uploadId", ""));
        }
    }

    private boolean store(HttpExchange exchange, String key, Kept kept) throws IOException {
        boolean onlyNew = !ignoresConditions && "*".equals(header(exchange, "if-none-match"));
        if (onlyNew && objects.containsKey(key)) {
            say(exchange, 412, error("PreconditionFailed"));
            return false;
        }
        objects.put(key, kept);
        exchange.getResponseHeaders().set("ETag", '"' + hex(kept.content()) + '"');
        say(exchange, 200, "");
        return true;
    }

    private void give(HttpExchange exchange, String key) throws IOException {
        Kept kept = objects.get(key);
        if (kept == null) {
            say(exchange, 404, exchange.getRequestMethod().equals("HEAD") ? "" : error("NoSuchKey"));
            return;
        }
        exchange.getResponseHeaders().set("ETag", '"' + hex(kept.content()) + '"');
        if (kept.lockMode() != null) {
            exchange.getResponseHeaders().set("x-amz-object-lock-mode", kept.lockMode());
            exchange.getResponseHeaders().set("x-amz-object-lock-retain-until-date", kept.lockUntil());
        }
        if (exchange.getRequestMethod().equals("HEAD")) {
            exchange.getResponseHeaders().set("Content-Length", String.valueOf(kept.content().length));
            exchange.sendResponseHeaders(200, -1);
        } else {
            exchange.sendResponseHeaders(200, kept.content().length == 0 ? -1 : kept.content().length);
            exchange.getResponseBody().write(kept.content());
        }
        exchange.close();
    }

    private void say(HttpExchange exchange, int status, String body) throws IOException {
        if (!exchange.getRequestMethod().equals("GET") && silent.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
            // Ends the connection before a head is sent.
            throw new IOException("cut off");
        }
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
        exchange.getResponseBody().write(bytes);
        exchange.close();
    }

    private Kept locked(HttpExchange exchange, byte[] content) {
        String until = header(exchange, "x-amz-object-lock-retain-until-date");
        return new Kept(
                content,
                header(exchange, "x-amz-object-lock-mode"),
                until == null || clampsLocksTo == null ? until : clampsLocksTo,
                new TreeMap<>());
    }

    private static Map<String, String> query(HttpExchange exchange) {
        Map<String, String> query = new TreeMap<>();
        String raw = exchange.getRequestURI().getRawQuery();
        for (String pair : (raw == null ? "" : raw).split("&", -1)) {
            int equals = pair.indexOf('=');
            query.put(
                    equals < 0 ? pair : pair.substring(0, equals),
                    URLDecoder.decode(pair.substring(equals + 1), StandardCharsets.UTF_8));
        }
        return query;
    }

    private static @Nullable String header(HttpExchange exchange, String name) {
        return exchange.getRequestHeaders().getFirst(name);
    }

    private static String error(String code) {
        return "<?xml version=\"1.0\"?><Error><Code>" + code + "</Code></Error>";
    }

    private static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(hash("SHA-256", bytes));
    }

    private static byte[] hash(String algorithm, byte[] bytes) {
        try {
            return MessageDigest.getInstance(algorithm).digest(bytes);
        } catch (NoSuchAlgorithmException everyJvmHasIt) {
            throw new IllegalStateException(everyJvmHasIt);
        }
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
