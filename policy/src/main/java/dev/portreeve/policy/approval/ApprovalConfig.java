package dev.portreeve.policy.approval;

import dev.portreeve.policy.access.Glob;
import dev.portreeve.policy.access.TimeWindow;
import dev.portreeve.policy.notice.SlackConfig;
import dev.portreeve.policy.notice.Webhook;
import java.time.Duration;
import java.time.LocalDate;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How approvals are asked for.
 *
 * @param webhooks who is told of a new ticket, and may answer with a signed decision
 * @param hold how long a call is held for a quick yes before it ends with its ticket; clients give up early, so seconds
 * @param timeout how long a ticket waits for a decision; then it is a no
 * @param redeemWithin how long a yes may be used
 * @param money what becomes of a call's held money when it ends with its ticket: {@code released}, or {@code held} for the same call
 *     when it comes again
 * @param veto how long a person's no refuses the same call of the same caller without asking anew, under whatever key and rules and from
 *     whichever session; the session that asked is refused it for as long as it lives
 * @param clients how long calls of certain programs are held instead
 * @param deputies who decides for whom while that person is away
 * @param slack an app in Slack that shows tickets with buttons
 * @param hours when people are there to decide, such as {@code Mon-Fri 08:00-18:00 Europe/Berlin}; without any, always. Others who are there
 *     are asked at once by then, in the order of the escalation
 * @param freshLogin how long ago somebody may have signed in to the admin page to decide there; 0 for as long as the session lasts
 * @param mostWaiting how many calls of one member may wait for people at once, at all gateways together; what comes on top is refused
 */
public record ApprovalConfig(
        List<Webhook> webhooks,
        Duration hold,
        Duration timeout,
        Duration redeemWithin,
        Money money,
        Duration veto,
        List<Deputy> deputies,
        List<Client> clients,
        @Nullable SlackConfig slack,
        List<String> hours,
        Duration freshLogin,
        Integer mostWaiting) {
    private static final Duration HOLD = Duration.ofSeconds(4);
    private static final Duration TIMEOUT = Duration.ofMinutes(15);
    private static final Duration VETO = Duration.ofHours(1);
    private static final Duration FRESH_LOGIN = Duration.ofMinutes(15);
    private static final Duration REDEEM_WITHIN = Duration.ofMinutes(5);
    private static final int MOST_WAITING = 100;
    private static final int MAX_WAITING = 10_000;
    public static final ApprovalConfig DEFAULT = new ApprovalConfig(List.of(), HOLD, TIMEOUT, REDEEM_WITHIN);

    /** What becomes of the money of a call that waits for a person. */
    public enum Money {
        /** Given back with the ticket; the call that comes again needs it anew. */
        RELEASED,
        /** Stays held for the ticket as long as that can lead to a call. */
        HELD
    }

    /**
     * Somebody who may decide in another's place, whose vote then counts as that person's.
     *
     * @param user who is away, as {@code tenant/user} where there are several tenants
     * @param deputy of the same tenant, and written so too
     * @param from the first day, in UTC
     * @param to the last day, in UTC
     */
    public record Deputy(String user, String deputy, LocalDate from, LocalDate to) {
        public Deputy {
            if (user != null && user.equals(deputy)) {
                throw new IllegalArgumentException("\"" + user + "\" needs no deputy that is the same");
            }
            if (from != null && to != null && to.isBefore(from)) {
                throw new IllegalArgumentException("a deputy's to is not before its from");
            }
        }

        /** The user or deputy as people of a tenant are called there; {@code null} if it is somebody of another. */
        static @Nullable String in(String tenant, String name, boolean onlyTenant) {
            int slash = name.indexOf('/');
            if (slash < 0) {
                return onlyTenant ? name : null;
            }
            return name.substring(0, slash).equals(tenant) ? name.substring(slash + 1) : null;
        }
    }

    /**
     * How long calls of a program are held.
     *
     * @param name what the program calls itself, in MCP's client info or in its user agent; {@code *} stands for any run of characters,
     *     and case does not count. The first that fits is used
     * @param hold less than what that program waits for an answer
     */
    public record Client(String name, Duration hold) {
        public Client {
            if (name != null && name.isBlank()) {
                throw new IllegalArgumentException("a client's name is not empty");
            }
            if (hold != null && hold.isNegative()) {
                throw new IllegalArgumentException("a client's hold is at least 0");
            }
        }

        private boolean fits(List<String> programs) {
            Glob pattern = new Glob(name.toLowerCase(Locale.ROOT));
            return programs.stream().anyMatch(program -> pattern.matches(program.toLowerCase(Locale.ROOT)));
        }
    }

    public ApprovalConfig {
        clients = clients == null ? List.of() : List.copyOf(clients);
        deputies = deputies == null ? List.of() : List.copyOf(deputies);
        webhooks = webhooks == null ? List.of() : List.copyOf(webhooks);
        checkSystems(webhooks);
        hours = hours == null ? List.of() : List.copyOf(hours);
        hours.forEach(TimeWindow::parse);
        freshLogin = freshLogin == null ? FRESH_LOGIN : freshLogin;
        if (freshLogin.isNegative()) {
            throw new IllegalArgumentException("fresh-login is at least 0");
        }
        mostWaiting = mostWaiting == null ? MOST_WAITING : mostWaiting;
        if (mostWaiting < 1 || mostWaiting > MAX_WAITING) {
            throw new IllegalArgumentException("most-waiting is between 1 and " + MAX_WAITING);
        }
        hold = hold == null ? HOLD : hold;
        timeout = timeout == null ? TIMEOUT : timeout;
        redeemWithin = redeemWithin == null ? REDEEM_WITHIN : redeemWithin;
        money = money == null ? Money.RELEASED : money;
        veto = veto == null ? VETO : veto;
        if (!veto.isPositive()) {
            throw new IllegalArgumentException("veto is above 0");
        }
        if (hold.isNegative() || !timeout.isPositive() || !redeemWithin.isPositive()) {
            throw new IllegalArgumentException(
                    "approvals need a hold of at least 0, and a timeout and redeem-within above 0");
        }
    }

    /** Who signs as a system of its own shares its secret with nobody who could speak for it. */
    private static void checkSystems(List<Webhook> webhooks) {
        Set<String> ids = new HashSet<>();
        for (Webhook webhook : webhooks) {
            if (webhook.id() != null && !ids.add(webhook.id())) {
                throw new IllegalArgumentException("there are two webhooks with the id \"" + webhook.id() + "\"");
            }
            long sharing = webhooks.stream()
                    .filter(other ->
                            other.secret().reveal().equals(webhook.secret().reveal()))
                    .count();
            if (webhook.id() != null && sharing > 1) {
                throw new IllegalArgumentException(
                        "the webhook \"" + webhook.id() + "\" decides as itself, so it needs a secret of its own");
            }
        }
    }

    /** How long a call is held for a quick yes, of a program that calls itself so. */
    public Duration hold(List<String> programs) {
        return clients.stream()
                .filter(client -> client.fits(programs))
                .map(Client::hold)
                .findFirst()
                .orElse(hold);
    }

    /** Without deputies. */
    public ApprovalConfig(List<Webhook> webhooks, Duration hold, Duration timeout, Duration redeemWithin, Money money) {
        this(
                webhooks,
                hold,
                timeout,
                redeemWithin,
                money,
                VETO,
                List.of(),
                List.of(),
                null,
                List.of(),
                FRESH_LOGIN,
                MOST_WAITING);
    }

    /** One that gives the money of waiting calls back. */
    public ApprovalConfig(List<Webhook> webhooks, Duration hold, Duration timeout, Duration redeemWithin) {
        this(webhooks, hold, timeout, redeemWithin, Money.RELEASED);
    }
}
