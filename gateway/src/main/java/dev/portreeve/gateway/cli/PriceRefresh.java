package dev.portreeve.gateway.cli;

import dev.portreeve.gateway.price.Catalogues;
import dev.portreeve.gateway.price.PriceEntry;
import dev.portreeve.gateway.price.PriceSnapshot;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Makes a price list from catalogues. Bounded in size and time, follows no redirects, sends nothing but the request. */
final class PriceRefresh {
    static final List<String> PUBLISHED = List.of(
            "models-dev=https://models.dev/api.json",
            "litellm=https://raw.githubusercontent.com/BerriAI/litellm/main/model_prices_and_context_window.json");
    private static final int MAX_BYTES = 32 * 1024 * 1024;
    private static final Duration CONNECT = Duration.ofSeconds(5);
    private static final Duration WHOLE = Duration.ofSeconds(60);
    private static final int DIGEST_SHOWN = 16;

    private final List<String> from;

    PriceRefresh(List<String> from) {
        this.from = List.copyOf(from);
    }

    /**
     * Reads all catalogues, then writes the list.
     *
     * @return how many models it has
     * @throws CliFailure a catalogue cannot be had or read
     */
    int write(Path to, String version) throws IOException {
        List<PriceSnapshot.Source> sources = new ArrayList<>();
        Map<String, PriceEntry> all = new TreeMap<>();
        for (String each : from) {
            int split = each.indexOf('=');
            String form = each.substring(0, Math.max(0, split));
            String[] place = each.substring(split + 1).split("#", 2);
            byte[] bytes = bytes(place[0]);
            all = Catalogues.overlaid(all, entries(form, bytes, sources.size()));
            String name = place.length == 2 ? place[1] : place[0];
            sources.add(new PriceSnapshot.Source(name, "sha256:" + digest(bytes), "MIT"));
        }
        PriceSnapshot.write(to, version, sources, all);
        return all.size();
    }

    private static Map<String, PriceEntry> entries(String form, byte[] bytes, int source) {
        try {
            return switch (form) {
                case "models-dev" -> Catalogues.modelsDev(bytes, source);
                case "litellm" -> Catalogues.liteLlm(bytes, source);
                default ->
                    throw new CliFailure(
                            CliFailure.USAGE, "\"" + form + "\" is no form of catalogue; valid: models-dev, litellm");
            };
        } catch (IllegalArgumentException unusable) {
            throw new CliFailure(CliFailure.NO, String.valueOf(unusable.getMessage()), unusable);
        }
    }

    private static byte[] bytes(String place) {
        try (InputStream in = place.startsWith("https://") ? download(place) : Files.newInputStream(Path.of(place))) {
            byte[] bytes = in.readNBytes(MAX_BYTES + 1);
            if (bytes.length > MAX_BYTES) {
                throw new CliFailure(CliFailure.NO, "\"" + place + "\" is larger than " + MAX_BYTES + " bytes");
            }
            return bytes;
        } catch (IOException unreachable) {
            throw new CliFailure(
                    CliFailure.UNREACHABLE,
                    "\"" + place + "\" cannot be read; offline, give files with --from",
                    unreachable);
        }
    }

    private static InputStream download(String url) throws IOException {
        try (HttpClient http = HttpClient.newBuilder()
                .followRedirects(HttpClient.Redirect.NEVER)
                .connectTimeout(CONNECT)
                .build()) {
            HttpRequest request = HttpRequest.newBuilder(URI.create(url))
                    .timeout(WHOLE)
                    .header("User-Agent", "portreeve")
                    .build();
            HttpResponse<byte[]> answer = http.send(
                    request, HttpResponse.BodyHandlers.limiting(HttpResponse.BodyHandlers.ofByteArray(), MAX_BYTES));
            if (answer.statusCode() != 200) {
                throw new IOException("status " + answer.statusCode());
            }
            return new ByteArrayInputStream(answer.body());
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", stop);
        }
    }

    private static String digest(byte[] bytes) {
        try {
            return HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(bytes))
                    .substring(0, DIGEST_SHOWN);
        } catch (NoSuchAlgorithmException everyJvmHasIt) {
            throw new IllegalStateException(everyJvmHasIt);
        }
    }
}
