package dev.portreeve.gateway;

import dev.portreeve.gateway.config.GatewayConfig;
import dev.portreeve.gateway.config.HostPort;
import dev.portreeve.gateway.config.LimitsConfig;
import dev.portreeve.gateway.database.StartFailure;
import io.helidon.common.socket.SocketOptions;
import io.helidon.webserver.WebServer;
import io.helidon.webserver.http.HttpRouting;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** One HTTP listener with the settings both of ours share. Start once, close once; closing waits for running requests. */
final class HttpListener implements AutoCloseable {
    private static final int BACKLOG = 1024;
    private static final int WRITE_BUFFER_BYTES = 8192;
    private static final Duration IDLE_CHECK = Duration.ofSeconds(5);
    private static final Duration IDLE_CONNECTION = Duration.ofMinutes(5);
    private static final int TRIES = 20;
    private static final Duration PAUSE = Duration.ofMillis(50);

    private final WebServer server;
    private final HostPort configured;

    /**
     * What bounds a listener.
     *
     * @param maxBodyBytes the hard stop behind the readers' own limits, which answer in their callers' words
     */
    record Bounds(int maxConnections, int maxConcurrentRequests, long maxBodyBytes, Duration shutdownGrace) {
        private static final int ADMIN_CONNECTIONS = 256;
        private static final int ADMIN_REQUESTS = 64;
        /** The readers answer first, in the caller's dialect; only what is beyond all patience gets the server's bare answer. */
        private static final long ABOVE_MAX_BODY = 64L * 1024 * 1024;

        /** Of callers. */
        static Bounds ofData(GatewayConfig config) {
            LimitsConfig limits = config.limits();
            return new Bounds(
                    limits.maxConnections(),
                    limits.maxConcurrentRequests(),
                    Math.max(
                                    limits.maxBodyBytes(),
                                    Math.max(
                                            config.files().maxFileBytes(),
                                            config.batches().maxBytes()))
                            + ABOVE_MAX_BODY,
                    limits.shutdownGrace());
        }

        /** Of operators. */
        static Bounds ofAdmin(LimitsConfig limits) {
            return new Bounds(
                    ADMIN_CONNECTIONS,
                    ADMIN_REQUESTS,
                    limits.maxAdminBodyBytes() + ABOVE_MAX_BODY,
                    Duration.ofSeconds(1));
        }
    }

    private HttpListener(WebServer server, HostPort configured) {
        this.server = server;
        this.configured = configured;
    }

    /**
     * Blocks for a second at most where the address is in use: a process that is just being started holds what it
     * inherited, such as a port of ours that was closed a moment ago, until it runs its own program.
     *
     * @param key of the configuration file that holds the address, for the error message
     * @param routes called anew for each try
     * @throws StartFailure the address cannot be had
     */
    static HttpListener start(String key, HostPort address, Bounds bounds, Consumer<HttpRouting.Builder> routes) {
        for (int left = TRIES - 1; ; left--) {
            WebServer server = server(address, bounds, routes);
            Optional<StartFailure> failure = free(key, address);
            if (failure.isEmpty() && server.start().isRunning()) {
                return new HttpListener(server, address);
            }
            if (left == 0) {
                throw failure.orElseGet(() ->
                        new StartFailure("the listener at " + address + " did not start; the log says why", null));
            }
            pause();
        }
    }

    private static WebServer server(HostPort address, Bounds bounds, Consumer<HttpRouting.Builder> routes) {
        return WebServer.builder()
                .host(address.host())
                .port(address.port())
                .backlog(BACKLOG)
                // Without it every small answer waits for the peer's delayed acknowledgement: 45 ms per event of a
                // stream.
                .connectionOptions(SocketOptions.builder().tcpNoDelay(true).build())
                .writeBufferSize(WRITE_BUFFER_BYTES)
                .maxTcpConnections(bounds.maxConnections())
                .maxConcurrentRequests(bounds.maxConcurrentRequests())
                .maxPayloadSize(bounds.maxBodyBytes())
                .idleConnectionTimeout(IDLE_CONNECTION)
                // The server's timer keeps a stopped server, and all it serves, until it looks the next time.
                .idleConnectionPeriod(IDLE_CHECK)
                .shutdownGracePeriod(bounds.shutdownGrace())
                // Ours closes everything in the right order.
                .shutdownHook(false)
                .featuresDiscoverServices(false)
                .routing(routes)
                .build();
    }

    private static void pause() {
        try {
            Thread.sleep(PAUSE);
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            throw new StartFailure("the start was interrupted", stopped);
        }
    }

    /**
     * Asks the system itself, because the server only logs why it cannot listen.
     *
     * @return that another has it
     * @throws StartFailure it cannot be had, now or later
     */
    private static Optional<StartFailure> free(String key, HostPort address) {
        try (ServerSocket probe = new ServerSocket()) {
            probe.setReuseAddress(true);
            probe.bind(new InetSocketAddress(InetAddress.getByName(address.host()), address.port()));
            return Optional.empty();
        } catch (UnknownHostException unknown) {
            throw new StartFailure(
                    "address " + address + " is not known on this machine: change " + key + " in the configuration",
                    unknown);
        } catch (IOException taken) {
            String said = String.valueOf(taken.getMessage());
            if (said.contains("in use")) {
                return Optional.of(new StartFailure(
                        "address " + address + " is in use by another program: stop that program or change " + key
                                + " in the configuration",
                        taken));
            }
            throw new StartFailure(
                    "address " + address + " cannot be listened on (" + said + "): change " + key
                            + " in the configuration",
                    taken);
        }
    }

    /**
     * An address that must be known before its listener starts. A port that the system chose is held until then: the system
     * would give a free one to the next connection of anybody, such as ours to the database.
     */
    static final class Reserved implements AutoCloseable {
        private final HostPort address;
        private final @Nullable ServerSocket held;

        private Reserved(HostPort address, @Nullable ServerSocket held) {
            this.address = address;
            this.held = held;
        }

        /** The address with a port that is not 0. */
        HostPort address() {
            return address;
        }

        /** Lets the listener have it. */
        @Override
        public void close() {
            if (held == null) {
                return;
            }
            try {
                held.close();
            } catch (IOException stillOurs) {
                throw new StartFailure("port " + address + " could not be let go of", stillOurs);
            }
        }
    }

    /**
     * Chooses a port now if the configured one is 0.
     *
     * @throws StartFailure there is none
     */
    static Reserved reserve(HostPort address) {
        if (address.port() != 0) {
            return new Reserved(address, null);
        }
        try {
            ServerSocket held = new ServerSocket(0, 1, InetAddress.getByName(address.host()));
            return new Reserved(new HostPort(address.host(), held.getLocalPort()), held);
        } catch (IOException none) {
            throw new StartFailure("there is no free port at " + address.host(), none);
        }
    }

    /** The port that was configured, or the one the system chose for port 0. */
    int port() {
        return server.port();
    }

    /** Where this listener can be reached on this machine. */
    HostPort address() {
        return new HostPort(configured.host(), port());
    }

    @Override
    public void close() {
        server.stop();
    }
}
