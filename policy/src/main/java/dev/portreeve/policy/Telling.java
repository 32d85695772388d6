package dev.portreeve.policy;

import dev.portreeve.policy.Housekeeping.Chore;
import dev.portreeve.policy.approval.ApprovalLinks;
import dev.portreeve.policy.approval.ApprovalNotices;
import dev.portreeve.policy.approval.Escalations;
import dev.portreeve.policy.approval.PauseRequests;
import dev.portreeve.policy.approval.Tickets;
import dev.portreeve.policy.budget.OldRates;
import dev.portreeve.policy.budget.OrganisationConfig;
import dev.portreeve.policy.budget.PostgresBudgetWatch;
import dev.portreeve.policy.notice.AnswerReader;
import dev.portreeve.policy.notice.NoticeDelivery;
import dev.portreeve.policy.notice.Outbox;
import dev.portreeve.policy.notice.Receivers;
import dev.portreeve.policy.notice.Webhook;
import dev.portreeve.policy.stop.Stops;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** How people are told: of tickets, of budgets, and of whoever is paused. Makes the chores that do it. */
final class Telling {
    private static final Duration NOTICES_EVERY = Duration.ofSeconds(1);
    private static final Duration NOTICES_FORGOTTEN_EVERY = Duration.ofMinutes(10);
    /** What was sent, for whoever asks a receiver why it heard nothing. */
    private static final Duration NOTICES_KEPT = Duration.ofDays(7);

    private static final Duration PAUSES_EVERY = Duration.ofSeconds(1);
    private static final Duration THRESHOLDS_EVERY = Duration.ofSeconds(2);
    /** All calls of a tenant since the last look go into one message. */
    private static final Duration OVERRUNS_EVERY = Duration.ofMinutes(1);

    private static final Duration RATES_EVERY = Duration.ofMinutes(10);
    private static final Duration TICKETS_EVERY = Duration.ofSeconds(1);

    private Telling() {}

    /** What writes the messages about tickets. */
    static ApprovalNotices notices(PolicyConfig config, PolicyEngine.Ground ground) {
        return ApprovalNotices.of(
                config.approvals(),
                config.notices().email() == null ? OrganisationConfig.EMPTY : config.organisation(),
                ground.decisions(),
                ground.ids(),
                new ApprovalLinks(ground.decisions(), ground.pepper()));
    }

    /** What looks for things that people are to be told. */
    static Housekeeping watch(PolicyConfig config, PolicyEngine.Ground ground, Tickets tickets, Stops stops) {
        Receivers receivers = new Receivers(config.notices(), ground.ids());
        PostgresBudgetWatch watch = new PostgresBudgetWatch(ground.database(), receivers);
        ApprovalNotices notices = notices(config, ground);
        PauseRequests pauses = new PauseRequests(tickets, stops, notices, receivers, ground.ids());
        OldRates rates = new OldRates(config.organisation(), ground.clock());
        // At the start too, when somebody looks at the log.
        rates.run();
        Escalations escalations = new Escalations(tickets, notices);
        return new Housekeeping(
                "watch",
                List.of(
                        new Chore("asking whether who is paused may go on", PAUSES_EVERY, pauses::runOnce),
                        new Chore("telling more people of tickets that wait", TICKETS_EVERY, escalations::runOnce),
                        new Chore("looking for thresholds that were passed", THRESHOLDS_EVERY, watch::thresholds),
                        new Chore("looking for calls above their holds", OVERRUNS_EVERY, watch::overruns),
                        new Chore("looking for old rates", RATES_EVERY, rates)));
    }

    /** Each on a thread of its own: a receiver that hangs must keep nobody else waiting. */
    static List<Housekeeping> post(
            PolicyConfig config, PolicyEngine.Ground ground, Outbox outbox, AnswerReader answers) {
        List<Webhook> webhooks = Stream.concat(
                        config.approvals().webhooks().stream(), config.notices().webhooks().stream())
                .toList();
        NoticeDelivery byWebhook =
                NoticeDelivery.byWebhook(outbox, ground.webhooks(), webhooks, answers, ground.clock(), ground.random());
        NoticeDelivery byEmail = NoticeDelivery.byEmail(
                outbox, ground.mail(), config.notices().email(), mailed(config), ground.random());
        NoticeDelivery bySlack = NoticeDelivery.bySlack(
                outbox, ground.webhooks(), config.approvals().slack(), ground.random());
        return List.of(
                new Housekeeping(
                        "webhook-notices",
                        List.of(
                                new Chore("sending notices to webhooks", NOTICES_EVERY, byWebhook::runOnce),
                                new Chore(
                                        "forgetting notices",
                                        NOTICES_FORGOTTEN_EVERY,
                                        () -> outbox.forget(NOTICES_KEPT)))),
                new Housekeeping(
                        "email-notices",
                        List.of(new Chore("sending notices by e-mail", NOTICES_EVERY, byEmail::runOnce))),
                new Housekeeping(
                        "slack-notices", List.of(new Chore("posting to Slack", NOTICES_EVERY, bySlack::runOnce))));
    }

    private static Set<String> mailed(PolicyConfig config) {
        return config.organisation().addresses().values().stream()
                .flatMap(people -> people.values().stream())
                .collect(Collectors.toUnmodifiableSet());
    }
}
