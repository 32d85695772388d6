package dev.portreeve.gateway.media;

import dev.portreeve.gateway.config.MediaConfig;
import dev.portreeve.gateway.dialect.BadRequest;
import dev.portreeve.gateway.dialect.MediaAt;
import dev.portreeve.hub.outbound.OutOfTime;
import dev.portreeve.hub.outbound.OutboundAnswer;
import dev.portreeve.hub.outbound.OutboundHttp;
import dev.portreeve.hub.outbound.OutboundRefused;
import dev.portreeve.hub.outbound.OutboundRequest;
import dev.portreeve.hub.outbound.Reach;
import dev.portreeve.hub.time.AlarmClock;
import dev.portreeve.policy.call.CallEnded;
import dev.portreeve.policy.call.CallOutcome;
import dev.portreeve.policy.call.Deadline;
import dev.portreeve.policy.call.UpstreamFault;
import java.io.EOFException;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Fetches what callers name by an address, which makes the gateway's machine knock where a stranger says: only over https, only
 * at hosts that the configuration lists, only at the addresses that the outbound guard has seen and allows, with a bound on
 * number, size and time, and only what is a picture or a pdf by its type and by its first bytes. Says nothing of addresses in
 * errors, since they may hold secrets (INV-7). Thread-safe; calls block; an interrupt ends them.
 */
public final class MediaFetch {
    private static final int MAX_REDIRECTS = 3;
    private static final Set<Integer> REDIRECTS = Set.of(301, 302, 303, 307, 308);
    private static final Map<String, String> US = Map.of("User-Agent", "portreeve");

    private final MediaConfig config;
    private final int maxTotalBytes;
    private final OutboundHttp http;
    private final AlarmClock alarms;

    /**
     * @param maxTotalBytes of all that one request names
     * @param http connects; stays the caller's, like {@code alarms}
     */
    public MediaFetch(MediaConfig config, int maxTotalBytes, OutboundHttp http, AlarmClock alarms) {
        this.config = config;
        this.maxTotalBytes = maxTotalBytes;
        this.http = http;
        this.alarms = alarms;
    }

    /**
     * Decides what can be decided without a connection, before anything is held.
     *
     * @throws BadRequest for an address that is never fetched
     */
    public void requireAllowed(List<MediaAt> media) {
        if (media.size() > config.maxPerRequest()) {
            throw refused(
                    media.get(config.maxPerRequest()),
                    "is one more than the " + config.maxPerRequest() + " addresses that are fetched for one request");
        }
        for (MediaAt each : media) {
            String problem = problem(each.url());
            if (problem != null) {
                throw refused(each, problem);
            }
        }
    }

    private static BadRequest refused(MediaAt media, String problem) {
        return new BadRequest(
                400, "media_not_fetched", media.part(), "the address in \"" + media.part() + "\" " + problem);
    }

    private @Nullable String problem(String address) {
        URI url;
        try {
            url = URI.create(address);
        } catch (IllegalArgumentException malformed) {
            return "is not a valid one";
        }
        if (!"https".equalsIgnoreCase(url.getScheme()) || url.getHost() == null) {
            return "is not https, so send the contents in base64";
        }
        if (!config.allows(url.getHost())) {
            return "is of a host that \"media.fetch-from\" of the gateway's configuration does not list, and this"
                    + " model's provider fetches nothing itself: send the contents in base64";
        }
        return null;
    }

    /**
     * The contents of all addresses, in their order; the same address is fetched once.
     *
     * @throws CallEnded with a fault that names the part, and for which nothing is charged
     */
    public List<InlineMedia> all(List<MediaAt> media, Deadline deadline) throws CallEnded {
        Map<String, InlineMedia> fetched = new HashMap<>();
        List<InlineMedia> all = new ArrayList<>();
        long total = 0;
        for (MediaAt each : media) {
            InlineMedia known = fetched.get(each.url());
            InlineMedia found = known == null ? one(each, deadline) : known;
            fetched.put(each.url(), found);
            if (!each.kind().takes(found.type().isImage())) {
                throw failed(each, "leads to something of type " + found.type().text() + ", which cannot stand there");
            }
            total += found.base64().length();
            if (total > maxTotalBytes) {
                throw failed(each, "leads to more than all addresses of a request may, " + maxTotalBytes + " bytes");
            }
            all.add(found);
        }
        http.closeUnused();
        return all;
    }

    private InlineMedia one(MediaAt media, Deadline call) throws CallEnded {
        Duration left = call.remaining();
        Deadline deadline = Deadline.in(left.compareTo(config.timeout()) < 0 ? left : config.timeout());
        try {
            URI url = URI.create(media.url());
            for (int hop = 0; hop <= MAX_REDIRECTS; hop++) {
                try (OutboundAnswer answer = send(url, deadline)) {
                    if (!REDIRECTS.contains(answer.status())) {
                        return read(media, answer, deadline);
                    }
                    url = next(media, url, answer.header("Location").orElse(""));
                }
            }
            throw failed(media, "is redirected too often");
        } catch (OutOfTime late) {
            throw failed(media, "was not answered in time");
        } catch (OutboundRefused refused) {
            throw failed(media, "is not connected to: " + refused.getMessage());
        } catch (IOException broken) {
            throw failed(media, "could not be fetched: the connection failed");
        }
    }

    /** A server may have closed a connection that was kept open for the next request; that says nothing of the server. */
    private OutboundAnswer send(URI url, Deadline deadline) throws IOException {
        try {
            return http.send(request(url), reach(), deadline);
        } catch (EOFException closed) {
            return http.send(request(url), reach(), deadline);
        }
    }

    private static OutboundRequest request(URI url) {
        return OutboundRequest.get(url, "image/png, image/jpeg, image/webp, image/gif, application/pdf")
                .with(US);
    }

    private Reach reach() {
        return config.allowPrivate() ? Reach.PRIVATE : Reach.PUBLIC;
    }

    /** Where a redirect leads is as much a stranger's word as the address before it. */
    private URI next(MediaAt media, URI from, String location) throws CallEnded {
        URI to;
        try {
            to = from.resolve(location);
        } catch (IllegalArgumentException malformed) {
            throw failed(media, "is redirected to no valid address");
        }
        if (location.isEmpty() || problem(to.toString()) != null) {
            throw failed(media, "is redirected to an address that is not fetched");
        }
        return to;
    }

    private InlineMedia read(MediaAt media, OutboundAnswer answer, Deadline deadline) throws CallEnded, IOException {
        if (answer.status() != 200) {
            throw failed(media, "was answered with status " + answer.status());
        }
        MediaType said = MediaType.named(answer.header("Content-Type").orElse(""))
                .orElseThrow(() -> failed(media, "leads to neither a picture nor a pdf, by its content type"));
        if (!answer.header("Content-Encoding").orElse("identity").equalsIgnoreCase("identity")) {
            throw failed(media, "was answered compressed, without being asked");
        }
        byte[] bytes = bytes(answer, deadline);
        if (bytes.length > config.maxBytes()) {
            throw failed(media, "leads to more than " + config.maxBytes() + " bytes");
        }
        if (MediaType.of(bytes).filter(said::equals).isEmpty()) {
            throw failed(media, "leads to something that is not what its content type says, " + said.text());
        }
        return new InlineMedia(said, Base64.getEncoder().encodeToString(bytes));
    }

    private byte[] bytes(OutboundAnswer answer, Deadline deadline) throws IOException {
        AlarmClock.Alarm tooLate = alarms.after(deadline.remaining(), answer::close);
        try {
            return answer.body().readNBytes(config.maxBytes() + 1);
        } finally {
            tooLate.close();
        }
    }

    private static CallEnded failed(MediaAt media, String problem) {
        return new CallEnded(new CallOutcome.Failed(new UpstreamFault(
                UpstreamFault.Kind.MEDIA, 0, "the address in \"" + media.part() + "\" " + problem, false)));
    }
}
