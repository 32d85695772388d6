package dev.portreeve.gateway.model;

import dev.portreeve.gateway.credential.HeaderCredential;
import dev.portreeve.gateway.credential.SignedCredential;
import dev.portreeve.gateway.credential.TokenCredential;
import dev.portreeve.gateway.credential.UpstreamCredential;
import dev.portreeve.gateway.credential.UpstreamCredential.Outgoing;
import dev.portreeve.hub.credential.CredentialUnavailable;
import dev.portreeve.policy.call.CallEnded;
import dev.portreeve.policy.call.CallOutcome;
import dev.portreeve.policy.call.Deadline;
import dev.portreeve.policy.call.UpstreamFault;
import io.helidon.common.socket.SocketOptions;
import io.helidon.common.tls.Tls;
import io.helidon.common.uri.UriInfo;
import io.helidon.common.uri.UriPath;
import io.helidon.http.Header;
import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.http.HeaderValues;
import io.helidon.http.Method;
import io.helidon.webclient.api.ClientUri;
import io.helidon.webclient.api.Proxy;
import io.helidon.webclient.http1.Http1Client;
import io.helidon.webclient.http1.Http1ClientConfig;
import io.helidon.webclient.http1.Http1ClientRequest;
import io.helidon.webclient.http1.Http1ClientResponse;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * HTTP to one provider: credential, time limits and connections, with every failure as an {@link UpstreamFault}. Requests
 * block the calling virtual thread; an interrupt closes the connection in use and ends the wait. Thread-safe.
 */
public final class UpstreamHttp implements AutoCloseable {
    private static final int CACHED_CONNECTIONS = 256;
    private static final int UNAUTHORIZED = 401;

    /**
     * Where and how to connect.
     *
     * @param baseUrl up to and without the slash before the operation's path
     * @param credentials that every request carries; from now on the connection's to close
     * @param tls for https; {@code null} trusts what the JVM trusts
     * @param idleTimeout the longest silence on a connection that owes us bytes
     * @param maxConcurrent calls at once; more wait until their deadline
     */
    public record Target(
            URI baseUrl,
            List<UpstreamCredential> credentials,
            @Nullable Tls tls,
            Duration connectTimeout,
            Duration idleTimeout,
            int maxConcurrent) {
        public Target {
            credentials = List.copyOf(credentials);
        }

        /** Without the credential (INV-7). */
        @Override
        public String toString() {
            return baseUrl.toString();
        }
    }

    /** No head of an answer came. */
    static final class NoAnswer extends Exception {
        private static final long serialVersionUID = 1L;

        private final transient UpstreamFault fault;

        NoAnswer(UpstreamFault fault) {
            super(fault.detail(), null, false, false);
            this.fault = fault;
        }

        UpstreamFault fault() {
            return fault;
        }
    }

    private final Target target;
    private final Http1Client client;
    private final Semaphore slots;
    private final List<Header> fixed = new ArrayList<>();
    private final List<UpstreamCredential> made = new ArrayList<>();
    private final Header userAgent = HeaderValues.createCached(HeaderNames.USER_AGENT, "portreeve");

    public UpstreamHttp(Target target) {
        this(target, new Semaphore(target.maxConcurrent(), true));
    }

    /** @param slots one for each call that may run at once, shared with others at the same provider */
    UpstreamHttp(Target target, Semaphore slots) {
        this.target = target;
        this.client = Http1Client.create(config(target));
        this.slots = slots;
        for (UpstreamCredential credential : target.credentials()) {
            switch (credential) {
                case HeaderCredential header -> fixed.add(HeaderValues.createCached(header.header(), header.value()));
                case SignedCredential _, TokenCredential _ -> made.add(credential);
            }
        }
    }

    /**
     * Every value here differs from a default that would be wrong: delayed small writes, redirects followed with our
     * credential on them, a wait for {@code 100 Continue}, no limit on connecting.
     */
    static Http1ClientConfig config(Target target) {
        Http1ClientConfig.Builder config = Http1ClientConfig.builder()
                .servicesDiscoverServices(false)
                // Asking the JVM's proxy settings costs a twentieth of a call; a proxy is named as base-url instead.
                .proxy(Proxy.noProxy())
                .followRedirects(false)
                .sendExpectContinue(false)
                .shareConnectionCache(false)
                .connectionCacheSize(CACHED_CONNECTIONS)
                .connectTimeout(target.connectTimeout())
                .readTimeout(target.idleTimeout())
                .socketOptions(SocketOptions.builder()
                        .tcpNoDelay(true)
                        .connectTimeout(target.connectTimeout())
                        .readTimeout(target.idleTimeout())
                        .build());
        if (target.tls() != null) {
            config.tls(target.tls());
        }
        return config.buildPrototype();
    }

    /** The address of an operation's path, to be made once and used for each request. */
    public URI resolve(String path) {
        return URI.create(target.baseUrl() + path);
    }

    /** Posts a body, see {@link #send}. */
    public UpstreamAnswer post(URI uri, byte[] body, String accept, Map<String, String> headers, Deadline deadline)
            throws CallEnded {
        return send(Method.POST, uri, body, accept, headers, deadline);
    }

    /**
     * Sends a request and waits for the head of its answer.
     *
     * @param body may be empty
     * @throws CallEnded with the fault, if there is no answer
     */
    UpstreamAnswer send(
            Method method, URI uri, byte[] body, String accept, Map<String, String> headers, Deadline deadline)
            throws CallEnded {
        try {
            return ask(method, uri, body, accept, headers, deadline);
        } catch (NoAnswer none) {
            throw new CallEnded(new CallOutcome.Failed(none.fault()));
        }
    }

    /**
     * As {@link #send}, for what is no call of anybody's.
     *
     * @throws NoAnswer with the fault, if there is no answer
     */
    UpstreamAnswer ask(
            Method method, URI uri, byte[] body, String accept, Map<String, String> headers, Deadline deadline)
            throws NoAnswer {
        return ask(
                new Outgoing(method.text(), uri, HeaderValues.CONTENT_TYPE_JSON.get(), body),
                accept,
                headers,
                deadline);
    }

    /** As the other, with a body of whatever type. */
    UpstreamAnswer ask(Outgoing outgoing, String accept, Map<String, String> headers, Deadline deadline)
            throws NoAnswer {
        acquire(deadline);
        boolean handedOver = false;
        try {
            Map<UpstreamCredential, Map<String, String>> shown = shown(outgoing, deadline);
            Http1ClientResponse response = exchange(outgoing, accept, headers, shown, deadline);
            if (response.status().code() == UNAUTHORIZED && worthRepeating(shown)) {
                response.close();
                response = exchange(outgoing, accept, headers, shown(outgoing, deadline), deadline);
            }
            UpstreamAnswer answer = new UpstreamAnswer(response, deadline, slots);
            handedOver = true;
            return answer;
        } catch (RuntimeException failed) {
            throw new NoAnswer(UpstreamFailures.beforeAnswer(failed));
        } finally {
            if (!handedOver) {
                slots.release();
            }
        }
    }

    private Http1ClientResponse exchange(
            Outgoing outgoing,
            String accept,
            Map<String, String> headers,
            Map<UpstreamCredential, Map<String, String>> shown,
            Deadline deadline) {
        Method method = Method.create(outgoing.method());
        Http1ClientRequest request = client.method(method)
                .uri(asItIs(outgoing.uri()))
                .header(HeaderNames.CONTENT_TYPE, outgoing.contentType())
                .header(HeaderNames.ACCEPT, accept)
                .header(userAgent);
        headers.forEach((name, value) -> request.header(headerName(name), value));
        fixed.forEach(request::header);
        for (Map<String, String> credential : shown.values()) {
            credential.forEach((name, value) -> request.header(headerName(name), value));
        }
        if (deadline.remaining().compareTo(target.idleTimeout()) < 0) {
            request.readTimeout(atLeastOneMilli(deadline.remaining()));
        }
        return method.equals(Method.POST) ? request.submit(outgoing.body()) : request.request();
    }

    /** The headers of the credentials that are made for each request. */
    private Map<UpstreamCredential, Map<String, String>> shown(Outgoing outgoing, Deadline deadline) throws NoAnswer {
        if (made.isEmpty()) {
            return Map.of();
        }
        Map<UpstreamCredential, Map<String, String>> shown = new HashMap<>();
        for (UpstreamCredential credential : made) {
            try {
                shown.put(credential, credential.headers(outgoing, deadline));
            } catch (CredentialUnavailable none) {
                throw new NoAnswer(new UpstreamFault(
                        UpstreamFault.Kind.CREDENTIAL,
                        0,
                        "the gateway has no credential for the provider: " + none.getMessage(),
                        false));
            }
        }
        return shown;
    }

    private static boolean worthRepeating(Map<UpstreamCredential, Map<String, String>> shown) {
        boolean worth = false;
        for (Map.Entry<UpstreamCredential, Map<String, String>> credential : shown.entrySet()) {
            worth |= credential.getKey().refused(credential.getValue());
        }
        return worth;
    }

    /**
     * The client would decode and encode a {@link URI}, and a slash in a model's name would become a step of the path, which is not
     * what was signed. The query stands in the path for the same reason.
     */
    private static ClientUri asItIs(URI uri) {
        String query = uri.getRawQuery();
        UriInfo.Builder address = UriInfo.builder()
                .scheme(uri.getScheme())
                .host(uri.getHost())
                .path(UriPath.create(query == null ? uri.getRawPath() : uri.getRawPath() + "?" + query));
        if (uri.getPort() >= 0) {
            address.port(uri.getPort());
        }
        return ClientUri.create(address.build());
    }

    private static HeaderName headerName(String lowerCase) {
        return HeaderNames.create(lowerCase, lowerCase);
    }

    private static Duration atLeastOneMilli(Duration time) {
        return time.toMillis() < 1 ? Duration.ofMillis(1) : time;
    }

    private void acquire(Deadline deadline) throws NoAnswer {
        try {
            if (slots.tryAcquire() || slots.tryAcquire(deadline.remaining().toNanos(), TimeUnit.NANOSECONDS)) {
                return;
            }
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
        throw new NoAnswer(new UpstreamFault(
                UpstreamFault.Kind.TIMEOUT,
                0,
                "all " + target.maxConcurrent() + " places at the provider are taken",
                false));
    }

    @Override
    public void close() {
        client.closeResource();
        target.credentials().forEach(UpstreamCredential::close);
    }
}
