package dev.portreeve.gateway.notice;

import dev.portreeve.policy.notice.EmailConfig;
import dev.portreeve.policy.notice.EmailConfig.Security;
import dev.portreeve.policy.notice.MailChannel;
import jakarta.mail.Address;
import jakarta.mail.AuthenticationFailedException;
import jakarta.mail.Message;
import jakarta.mail.MessagingException;
import jakarta.mail.SendFailedException;
import jakarta.mail.Session;
import jakarta.mail.Transport;
import jakarta.mail.internet.InternetAddress;
import jakarta.mail.internet.MimeMessage;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Properties;
import javax.net.ssl.SSLSocketFactory;
import org.jspecify.annotations.Nullable;

/**
 * Gives mail to an SMTP server (RFC 5321; STARTTLS: RFC 3207; TLS from the first byte: RFC 8314), one connection for each message. Every
 * step is bounded in time. Thread-safe; blocks.
 */
public final class SmtpMail implements MailChannel {
    private static final Duration CONNECT = Duration.ofSeconds(5);
    private static final Duration ANSWER = Duration.ofSeconds(10);
    private static final String SMTP = "smtp";

    private final EmailConfig config;
    private final InstantSource clock;
    private final Session session;

    private SmtpMail(EmailConfig config, InstantSource clock, @Nullable SSLSocketFactory trust) {
        this.config = config;
        this.clock = clock;
        // Not the default session, which anybody in the process can change.
        this.session = Session.getInstance(properties(config, trust));
    }

    /** Through the configured server; without one, nothing is taken. */
    public static MailChannel of(@Nullable EmailConfig config, InstantSource clock) {
        return config == null
                ? (id, to, subject, text) -> "no mail server is configured"
                : new SmtpMail(config, clock, null);
    }

    /** @param trust makes sockets that trust whom a test trusts */
    static SmtpMail trusting(EmailConfig config, InstantSource clock, SSLSocketFactory trust) {
        return new SmtpMail(config, clock, trust);
    }

    private static Properties properties(EmailConfig config, @Nullable SSLSocketFactory trust) {
        Properties properties = new Properties();
        properties.put("mail.smtp.connectiontimeout", String.valueOf(CONNECT.toMillis()));
        properties.put("mail.smtp.timeout", String.valueOf(ANSWER.toMillis()));
        properties.put("mail.smtp.writetimeout", String.valueOf(ANSWER.toMillis()));
        properties.put("mail.smtp.auth", String.valueOf(config.user() != null));
        // Where the server offers none, nothing is said to it.
        properties.put("mail.smtp.starttls.enable", String.valueOf(config.security() == Security.STARTTLS));
        properties.put("mail.smtp.starttls.required", String.valueOf(config.security() == Security.STARTTLS));
        properties.put("mail.smtp.ssl.enable", String.valueOf(config.security() == Security.TLS));
        properties.put("mail.smtp.ssl.checkserveridentity", "true");
        if (trust != null) {
            properties.put("mail.smtp.ssl.socketFactory", trust);
            properties.put("mail.smtp.ssl.socketFactory.fallback", "false");
        }
        return properties;
    }

    @Override
    public @Nullable String send(String id, String to, String subject, String text) {
        try (Transport transport = session.getTransport(SMTP)) {
            transport.connect(
                    config.host(),
                    config.port() == null ? -1 : config.port(),
                    config.user(),
                    config.password() == null ? null : config.password().reveal());
            Identified mail = new Identified(session, id, config.from());
            mail.setFrom(new InternetAddress(config.from()));
            mail.setRecipient(Message.RecipientType.TO, new InternetAddress(to));
            mail.setSubject(subject, StandardCharsets.UTF_8.name());
            mail.setText(text, StandardCharsets.UTF_8.name());
            // No answer of a machine is wanted, and none is to come back for what a machine wrote (RFC 3834).
            mail.setHeader("Auto-Submitted", "auto-generated");
            mail.setHeader(
                    "Date",
                    DateTimeFormatter.RFC_1123_DATE_TIME.format(clock.instant().atOffset(ZoneOffset.UTC)));
            mail.saveChanges();
            transport.sendMessage(mail, new Address[] {new InternetAddress(to)});
            return null;
        } catch (AuthenticationFailedException refused) {
            // What servers say here may quote what was sent.
            return "the mail server did not accept user and password";
        } catch (SendFailedException refused) {
            return "the mail server did not take the message for " + to;
        } catch (MessagingException failed) {
            Exception cause = failed.getNextException();
            return "no mail server took it: "
                    + (cause == null ? failed : cause).getClass().getSimpleName();
        }
    }

    /** Keeps its id, which the library would make anew. */
    private static final class Identified extends MimeMessage {
        private final String id;

        Identified(Session session, String id, String from) {
            super(session);
            this.id = "<" + id + from.substring(from.indexOf('@')) + ">";
        }

        @Override
        protected void updateMessageID() throws MessagingException {
            setHeader("Message-ID", id);
        }
    }
}
