package dev.portreeve.gateway.cli;

import dev.portreeve.gateway.price.Catalogues;
import dev.portreeve.gateway.price.Overlay;
import dev.portreeve.gateway.price.PriceEntry;
import dev.portreeve.gateway.price.PriceSnapshot;
import dev.portreeve.gateway.price.ToolFees;
import dev.portreeve.hub.outbound.NameResolver;
import dev.portreeve.hub.outbound.OutboundHttp;
import dev.portreeve.hub.outbound.OutboundRefused;
import dev.portreeve.hub.outbound.OutboundRequest;
import dev.portreeve.hub.outbound.Reach;
import dev.portreeve.hub.time.AlarmClock;
import dev.portreeve.policy.call.Deadline;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
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

/**
 * Makes a price list from catalogues, files or addresses that the outbound guard lets through. Bounded in size and time,
 * follows no redirects, sends nothing but the request.
 */
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
            all = Overlay.of(all, entries(form, bytes, sources.size()));
            String name = place.length == 2 ? place[1] : place[0];
            sources.add(new PriceSnapshot.Source(name, "sha256:" + digest(bytes), "MIT"));
        }
        ToolFees fees = ToolFees.builtIn();
        all = fees.under(all, sources.size());
        sources.add(fees.source());
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
        try {
            return isUrl(place) ? download(URI.create(place)) : file(Path.of(place));
        } catch (OutboundRefused refused) {
            throw new CliFailure(CliFailure.NO, "\"" + place + "\" was not fetched: " + refused.getMessage(), refused);
        } catch (IOException | IllegalArgumentException unreachable) {
            throw new CliFailure(
                    CliFailure.UNREACHABLE,
                    "\"" + place + "\" cannot be read; offline, give files with --from",
                    unreachable);
        }
    }

    private static boolean isUrl(String place) {
        return place.startsWith("https://") || place.startsWith("http://");
    }

    private static byte[] file(Path path) throws IOException {
        try (InputStream in = Files.newInputStream(path)) {
            byte[] bytes = in.readNBytes(MAX_BYTES + 1);
            if (bytes.length > MAX_BYTES) {
                throw new CliFailure(CliFailure.NO, "\"" + path + "\" is larger than " + MAX_BYTES + " bytes");
            }
            return bytes;
        }
    }

    /** Like every address the gateway fetches from, this one passes the guard; redirects are answers like any other. */
    private static byte[] download(URI url) throws IOException {
        OutboundRequest request = OutboundRequest.get(url, "application/json").with(Map.of("User-Agent", "portreeve"));
        try (AlarmClock alarms = new AlarmClock();
                OutboundHttp http = OutboundHttp.create(CONNECT, NameResolver.SYSTEM, alarms)) {
            OutboundHttp.Fetched answer = http.fetch(request, Reach.of(url, false), MAX_BYTES, Deadline.in(WHOLE));
            if (answer.status() != 200) {
                throw new IOException("status " + answer.status());
            }
            return answer.body();
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
