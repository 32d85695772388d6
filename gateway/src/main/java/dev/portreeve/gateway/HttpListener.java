package dev.portreeve.gateway;

import dev.portreeve.gateway.config.HostPort;
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
import java.util.function.Consumer;

/** One HTTP listener with the settings both of ours share. Start once, close once; closing waits for running requests. */
final class HttpListener implements AutoCloseable {
    private static final int BACKLOG = 1024;
    private static final int WRITE_BUFFER_BYTES = 8192;
    private static final Duration IDLE_CONNECTION = Duration.ofMinutes(5);

    private final WebServer server;
    private final HostPort configured;

    /**
     * What bounds a listener.
     *
     * @param maxBodyBytes the hard stop behind the readers' own limits, which answer in their callers' words
     */
    record Bounds(int maxConnections, int maxConcurrentRequests, long maxBodyBytes, Duration shutdownGrace) {}

    private HttpListener(WebServer server, HostPort configured) {
        this.server = server;
        this.configured = configured;
    }

    /**
     * @param key of the configuration file that holds the address, for the error message
     * @throws StartFailure the address cannot be had
     */
    static HttpListener start(String key, HostPort address, Bounds bounds, Consumer<HttpRouting.Builder> routes) {
        WebServer server = WebServer.builder()
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
                .shutdownGracePeriod(bounds.shutdownGrace())
                // Ours closes everything in the right order.
                .shutdownHook(false)
                .featuresDiscoverServices(false)
                .routing(routes)
                .build();
        requireFree(key, address);
        WebServer started = server.start();
        if (!started.isRunning()) {
            throw new StartFailure("the listener at " + address + " did not start; the log says why", null);
        }
        return new HttpListener(started, address);
    }

    /** Asks the system itself, because the server only logs why it cannot listen. */
    private static void requireFree(String key, HostPort address) {
        try (ServerSocket probe = new ServerSocket()) {
            probe.setReuseAddress(true);
            probe.bind(new InetSocketAddress(InetAddress.getByName(address.host()), address.port()));
        } catch (UnknownHostException unknown) {
            throw new StartFailure(
                    "address " + address + " is not known on this machine: change " + key + " in the configuration",
                    unknown);
        } catch (IOException taken) {
            String said = String.valueOf(taken.getMessage());
            String what = said.contains("in use")
                    ? "is in use by another program: stop that program or change "
                    : "cannot be listened on (" + said + "): change ";
            throw new StartFailure("address " + address + " " + what + key + " in the configuration", taken);
        }
    }

    /** An address whose port is not 0, for what must know it before the listener starts. */
    static HostPort concrete(HostPort address) {
        if (address.port() != 0) {
            return address;
        }
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getByName(address.host()))) {
            return new HostPort(address.host(), free.getLocalPort());
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
