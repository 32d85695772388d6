package dev.portreeve.policy.notice;

import java.nio.charset.StandardCharsets;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Sends to mailboxes. */
final class Mails implements Sending {
    private final MailChannel channel;
    private final @Nullable EmailConfig config;
    private final Set<String> people;

    /** @param people addresses of single people, to whom mail goes too */
    Mails(MailChannel channel, @Nullable EmailConfig config, Set<String> people) {
        this.channel = channel;
        this.people = Set.copyOf(people);
        this.config = config;
    }

    @Override
    public Result send(Outbox.Due message) {
        if (config == null || !(config.to().contains(message.endpoint()) || people.contains(message.endpoint()))) {
            return new Result.Refused("this receiver is no longer configured");
        }
        String mail = new String(message.body(), StandardCharsets.UTF_8);
        int end = mail.indexOf('\n');
        String why =
                channel.send(message.publicId(), message.endpoint(), mail.substring(0, end), mail.substring(end + 1));
        return why == null ? new Result.Taken() : new Result.Failed(why);
    }
}
