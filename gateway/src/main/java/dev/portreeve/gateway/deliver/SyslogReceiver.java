package dev.portreeve.gateway.deliver;

import dev.portreeve.audit.deliver.Batch;
import dev.portreeve.audit.deliver.NotTaken;
import dev.portreeve.audit.deliver.Receiver;
import dev.portreeve.audit.export.RecordFormat;
import dev.portreeve.audit.export.RecordLines;
import dev.portreeve.gateway.config.DeliveryConfig;
import dev.portreeve.hub.outbound.NameResolver;
import dev.portreeve.hub.outbound.OutboundGuard;
import dev.portreeve.hub.outbound.OutboundRefused;
import dev.portreeve.hub.outbound.Reach;
import dev.portreeve.hub.time.AlarmClock;
import dev.portreeve.policy.call.Deadline;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;

/**
 * Sends a batch over TLS as RFC 5425 frames it. Syslog has no acknowledgement of its own; so each batch has its own connection,
 * which is ended properly (section 4.4): the receiver's end of it, after ours, says that it has read everything before. A
 * connection that breaks, or is not ended in time, is no acknowledgement, and the batch comes again.
 */
final class SyslogReceiver implements Receiver {
    private static final Duration CONNECT = Duration.ofSeconds(5);
    private static final Duration WHOLE = Duration.ofSeconds(60);
    private static final int BUFFER = 1 << 16;

    private final URI address;
    private final Reach reach;
    private final SSLContext tls;
    private final OutboundGuard guard;
    private final AlarmClock alarms = new AlarmClock();

    /** @throws IllegalArgumentException if a certificate or key cannot be read */
    SyslogReceiver(DeliveryConfig.Syslog config) {
        this(config, NameResolver.SYSTEM);
    }

    SyslogReceiver(DeliveryConfig.Syslog config, NameResolver names) {
        this.guard = new OutboundGuard(names);
        this.address = URI.create("https://" + config.address());
        this.reach = Reach.of(address, config.allowPrivate());
        this.tls = TlsFiles.context(config.caFile(), config.certificateFile(), config.keyFile());
    }

    @Override
    public void take(Batch batch) throws NotTaken {
        Deadline deadline = Deadline.in(WHOLE);
        try (SocketChannel channel = connected(deadline)) {
            send(batch, channel, deadline);
        } catch (OutboundRefused refused) {
            throw new NotTaken(NotTaken.Way.AGAIN, "not sent: " + refused.getMessage(), refused);
        } catch (UnknownHostException nowhere) {
            throw new NotTaken(NotTaken.Way.AGAIN, "its name has no address", nowhere);
        } catch (SSLException distrusted) {
            throw new NotTaken(
                    NotTaken.Way.AGAIN, "TLS with the receiver fails: " + distrusted.getMessage(), distrusted);
        } catch (ConnectException | SocketTimeoutException nobody) {
            throw new NotTaken(NotTaken.Way.AGAIN, "nobody answers there", nobody);
        } catch (IOException failed) {
            throw new NotTaken(
                    NotTaken.Way.LESS,
                    "the receiver did not take it to its end: "
                            + failed.getClass().getSimpleName(),
                    failed);
        }
    }

    /** Connected to the first of the name's addresses that answers. */
    private SocketChannel connected(Deadline deadline) throws IOException {
        IOException last = new ConnectException("it has no address");
        for (InetAddress to : guard.require(address, reach)) {
            if (deadline.isPast()) {
                break;
            }
            SocketChannel channel = SocketChannel.open();
            try {
                channel.socket().connect(new InetSocketAddress(to, address.getPort()), (int) CONNECT.toMillis());
                return channel;
            } catch (IOException failed) {
                close(channel);
                last = failed;
            }
        }
        throw last;
    }

    /** Closing the channel ends whatever waits for it, on whatever thread. */
    @SuppressWarnings("try") // The alarm only waits.
    private void send(Batch batch, SocketChannel channel, Deadline deadline) throws IOException {
        try (AlarmClock.Alarm late = alarms.after(deadline.remaining(), () -> close(channel))) {
            send(batch, channel.socket());
        }
    }

    private void send(Batch batch, Socket plain) throws IOException {
        SSLSocket socket =
                (SSLSocket) tls.getSocketFactory().createSocket(plain, address.getHost(), address.getPort(), true);
        SSLParameters parameters = socket.getSSLParameters();
        parameters.setEndpointIdentificationAlgorithm("HTTPS");
        socket.setSSLParameters(parameters);
        socket.startHandshake();
        OutputStream out = new BufferedOutputStream(socket.getOutputStream(), BUFFER);
        RecordLines lines = RecordFormat.SYSLOG.lines();
        for (Batch.Record record : batch.records()) {
            byte[] line = lines.line(record.leaf(), record.index());
            int length = line.length - 1;
            out.write((length + " ").getBytes(StandardCharsets.US_ASCII));
            out.write(line, 0, length);
        }
        out.flush();
        socket.shutdownOutput();
        try (InputStream in = socket.getInputStream()) {
            // A receiver has nothing to say: only its end counts.
            while (in.read() >= 0) {
                // Whatever it says all the same.
            }
        }
    }

    private static void close(SocketChannel channel) {
        try {
            channel.close();
        } catch (IOException alreadyGone) {
            // There is nothing left to close.
        }
    }

    @Override
    public String kind() {
        return "syslog";
    }

    @Override
    public String format() {
        return RecordFormat.SYSLOG.code();
    }

    @Override
    public void close() {
        alarms.close();
    }
}
