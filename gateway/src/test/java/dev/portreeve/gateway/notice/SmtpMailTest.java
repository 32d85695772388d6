package dev.portreeve.gateway.notice;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.portreeve.gateway.notice.MailServer.Encryption;
import dev.portreeve.policy.call.Secret;
import dev.portreeve.policy.notice.EmailConfig;
import dev.portreeve.policy.notice.EmailConfig.Security;
import dev.portreeve.policy.notice.MailChannel;
import jakarta.mail.internet.MimeMessage;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Mail through a real server, with and without encryption. */
class SmtpMailTest {
    private static final InstantSource CLOCK = InstantSource.fixed(Instant.parse("2026-11-21T09:00:00Z"));

    @TempDir
    private static Path folder;

    private static SSLContext keys;
    private static SSLContext others;

    @BeforeAll
    static void makeKeys() throws Exception {
        keys = MailServer.keys(folder, "localhost");
        others = MailServer.keys(folder, "mail.elsewhere.example");
    }

    private static EmailConfig config(int port, Security security, String password) {
        return new EmailConfig(
                "portreeve@example.com",
                List.of("ops@example.com"),
                "localhost",
                port,
                security,
                password == null ? null : MailServer.USER,
                password == null ? null : new Secret(password));
    }

    private static String send(MailChannel mail) {
        return mail.send("msg_1", "ops@example.com", "80 % of büdget spent", "line one\n.\nline — three\n");
    }

    @ParameterizedTest
    @EnumSource(
            value = Encryption.class,
            names = {"STARTTLS", "TLS"})
    void mailIsEncryptedAndTheSenderSaysWhoItIs(Encryption encryption) throws Exception {
        Security security = Security.valueOf(encryption.name());
        try (MailServer server = new MailServer(encryption, keys, true)) {
            MailChannel mail = SmtpMail.trusting(
                    config(server.port(), security, MailServer.PASSWORD), CLOCK, keys.getSocketFactory());
            assertNull(send(mail));
            MailServer.Received received = server.received().getFirst();
            assertEquals("portreeve@example.com", received.from());
            assertEquals("ops@example.com", received.to());
            assertTrue(received.authenticated());
            MimeMessage message = received.message();
            assertEquals("80 % of büdget spent", message.getSubject());
            assertEquals("<msg_1@example.com>", message.getMessageID());
            assertEquals("Sat, 21 Nov 2026 09:00:00 GMT", message.getHeader("Date", null));
            assertEquals("auto-generated", message.getHeader("Auto-Submitted", null));
            assertEquals(
                    "line one\n.\nline — three\n",
                    message.getContent().toString().replace("\r\n", "\n"));
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = Encryption.class,
            names = {"STARTTLS", "TLS"})
    void nothingIsSaidToAServerThatIsNotWhoItShouldBe(Encryption encryption) {
        Security security = Security.valueOf(encryption.name());
        try (MailServer stranger = new MailServer(encryption, keys, true);
                MailServer misnamed = new MailServer(encryption, others, true)) {
            assertNotNull(send(SmtpMail.of(config(stranger.port(), security, MailServer.PASSWORD), CLOCK)));
            assertNotNull(send(SmtpMail.trusting(
                    config(misnamed.port(), security, MailServer.PASSWORD), CLOCK, others.getSocketFactory())));
            assertEquals(List.of(), stranger.received());
            assertEquals(List.of(), misnamed.received());
        }
    }

    @Test
    void withoutEncryptionNothingIsSentWhereItIsWanted() {
        try (MailServer plain = MailServer.plain()) {
            assertNotNull(send(SmtpMail.of(config(plain.port(), Security.STARTTLS, null), CLOCK)));
            assertEquals(List.of(), plain.received());
            assertNull(send(SmtpMail.of(config(plain.port(), Security.NONE, null), CLOCK)));
            assertEquals(1, plain.received().size());
        }
    }

    @Test
    void aRefusalNamesNoPassword() {
        try (MailServer server = new MailServer(Encryption.STARTTLS, keys, true)) {
            String why = send(SmtpMail.trusting(
                    config(server.port(), Security.STARTTLS, "wrong secret"), CLOCK, keys.getSocketFactory()));
            assertEquals("the mail server did not accept user and password", why);
            assertFalse(why.contains("wrong secret"));
        }
    }

    @Test
    void aServerThatIsNotThereIsAFailure() throws Exception {
        // Bound and not listening: nobody else gets the port, and it refuses.
        try (Socket held = new Socket()) {
            held.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            assertTrue(send(SmtpMail.of(config(held.getLocalPort(), Security.NONE, null), CLOCK))
                    .startsWith("no mail server took it: "));
        }
        assertEquals("no mail server is configured", send(SmtpMail.of(null, CLOCK)));
    }
}
