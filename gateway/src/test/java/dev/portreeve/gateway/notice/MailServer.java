package dev.portreeve.gateway.notice;

import dev.portreeve.hub.fixture.TlsKeys;
import jakarta.mail.MessagingException;
import jakarta.mail.internet.MimeMessage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.net.ssl.SSLContext;
import org.subethamail.smtp.auth.EasyAuthenticationHandlerFactory;
import org.subethamail.smtp.auth.LoginFailedException;
import org.subethamail.smtp.server.SMTPServer;

/** A real SMTP server on a free port of this machine, which keeps what it is given. */
public final class MailServer implements AutoCloseable {
    static final String USER = "portreeve";
    static final String PASSWORD = "correct horse battery staple";

    private final List<Received> received = new CopyOnWriteArrayList<>();
    private final SMTPServer server;

    /** What came, and who had said who they are. */
    record Received(String from, String to, boolean authenticated, MimeMessage message) {}

    /** How it keeps its connections from being read. */
    enum Encryption {
        NONE,
        STARTTLS,
        TLS
    }

    /** @param keys of its certificate; not looked at without encryption */
    MailServer(Encryption encryption, SSLContext keys, boolean wantsPassword) {
        SMTPServer.Builder builder = SMTPServer.port(0)
                .bindAddress(InetAddress.getLoopbackAddress())
                .messageHandler((context, from, to, data) -> received.add(new Received(
                        from, to, context.getAuthenticationHandler().isPresent(), read(data))));
        if (wantsPassword) {
            builder.requireAuth()
                    .authenticationHandlerFactory(new EasyAuthenticationHandlerFactory((user, password, context) -> {
                        if (!user.equals(USER) || !password.equals(PASSWORD)) {
                            throw new LoginFailedException("not " + user + " with " + password);
                        }
                    }));
        }
        switch (encryption) {
            case NONE -> {}
            case STARTTLS -> builder.enableTLS().requireTLS().startTlsSocketFactory(keys);
            case TLS -> builder.serverSocketFactory(keys);
        }
        this.server = builder.build();
        server.start();
    }

    /** That anybody may use, without encryption. */
    public static MailServer plain() {
        return new MailServer(Encryption.NONE, null, false);
    }

    private static MimeMessage read(byte[] data) {
        try {
            return new MimeMessage(null, new ByteArrayInputStream(data));
        } catch (MessagingException broken) {
            throw new IllegalArgumentException(broken);
        }
    }

    /** Keys and the trust in them, for a server of this name. */
    static SSLContext keys(Path folder, String name)
            throws IOException, InterruptedException, GeneralSecurityException {
        return TlsKeys.in(folder, "dns:" + name).context();
    }

    public int port() {
        return server.getPortAllocated();
    }

    List<Received> received() {
        return received;
    }

    /** Each mail so far: its subject, an empty line, its text. */
    public List<String> texts() {
        return received.stream()
                .map(mail -> {
                    try {
                        return mail.message().getSubject() + "\n\n"
                                + mail.message().getContent();
                    } catch (MessagingException broken) {
                        throw new IllegalStateException(broken);
                    } catch (IOException broken) {
                        throw new UncheckedIOException(broken);
                    }
                })
                .toList();
    }

    @Override
    public void close() {
        server.stop();
    }
}
