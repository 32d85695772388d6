package dev.portreeve.policy.notice;

import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends what is owed to receivers by one way, with the retries of the Standard Webhooks specification. One loop calls {@link #runOnce};
 * loops of several replicas do not disturb each other.
 */
public final class NoticeDelivery {
    private static final Logger LOG = LoggerFactory.getLogger(NoticeDelivery.class);
    private static final int BATCH = 16;
    /** Longer than a batch of attempts takes, each bounded by the channel. */
    private static final Duration LEASE = Duration.ofMinutes(5);

    private static final List<Duration> WAITS = List.of(
            Duration.ofSeconds(5),
            Duration.ofMinutes(5),
            Duration.ofMinutes(30),
            Duration.ofHours(2),
            Duration.ofHours(5),
            Duration.ofHours(10),
            Duration.ofHours(14),
            Duration.ofHours(20),
            Duration.ofHours(24));

    private final Outbox outbox;
    private final Way way;
    private final Sending sending;
    private final RandomGenerator random;

    private NoticeDelivery(Outbox outbox, Way way, Sending sending, RandomGenerator random) {
        this.outbox = outbox;
        this.way = way;
        this.sending = sending;
        this.random = random;
    }

    /**
     * @param webhooks the receivers and their secrets; messages for others are given up
     * @param answers reads what receivers answer
     */
    public static NoticeDelivery byWebhook(
            Outbox outbox,
            WebhookChannel channel,
            List<Webhook> webhooks,
            AnswerReader answers,
            InstantSource clock,
            RandomGenerator random) {
        return new NoticeDelivery(outbox, Way.WEBHOOK, new SignedWebhooks(channel, webhooks, answers, clock), random);
    }

    /**
     * @param config the mailboxes; messages for others are given up
     * @param people further addresses that may be written to
     */
    public static NoticeDelivery byEmail(
            Outbox outbox,
            MailChannel channel,
            @Nullable EmailConfig config,
            Set<String> people,
            RandomGenerator random) {
        return new NoticeDelivery(outbox, Way.EMAIL, new Mails(channel, config, people), random);
    }

    /** @param config the app; without one, messages for Slack are given up */
    public static NoticeDelivery bySlack(
            Outbox outbox, WebhookChannel channel, @Nullable SlackConfig config, RandomGenerator random) {
        return new NoticeDelivery(outbox, Way.SLACK, new SlackPosts(channel, config), random);
    }

    /**
     * Tries each message that is due once, at most a batch of them.
     *
     * @return how many were tried; as many as fit in a batch means there may be more
     */
    public int runOnce() {
        List<Outbox.Due> due = outbox.claim(way, BATCH, LEASE);
        due.forEach(this::attempt);
        return due.size();
    }

    private void attempt(Outbox.Due message) {
        switch (sending.send(message)) {
            case Sending.Result.Taken() -> outbox.delivered(message);
            case Sending.Result.Refused(String why) -> giveUp(message, why);
            case Sending.Result.Failed(String why) -> again(message, why);
        }
    }

    private void giveUp(Outbox.Due message, String why) {
        LOG.warn(
                "message {} is given up after {} tries ({}): portreeve notices dead",
                message.publicId(),
                message.attempt(),
                why);
        outbox.giveUp(message, why);
    }

    private void again(Outbox.Due message, String error) {
        if (message.attempt() > WAITS.size()) {
            giveUp(message, error);
            return;
        }
        Duration wait = WAITS.get(message.attempt() - 1);
        // Up to a fifth more, so that receivers that come back are not met by all messages at once.
        Duration jitter = Duration.ofMillis(random.nextLong(wait.toMillis() / 5 + 1));
        outbox.retry(message, wait.plus(jitter), error);
    }
}
