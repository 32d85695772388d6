package dev.portreeve.gateway.admin;

import dev.portreeve.audit.AuditReader;
import dev.portreeve.audit.log.AuditStatus;
import dev.portreeve.audit.publish.PublishedLog;
import dev.portreeve.audit.witness.Witness;
import dev.portreeve.gateway.anchor.Anchors;
import dev.portreeve.gateway.explain.Questions;
import dev.portreeve.gateway.lag.EvidenceState;
import dev.portreeve.gateway.model.PlaceState;
import dev.portreeve.gateway.publish.RulesDesk;
import dev.portreeve.hub.catalog.DefinitionDesk;
import dev.portreeve.hub.catalog.Refreshed;
import dev.portreeve.hub.catalog.ServerStatus;
import dev.portreeve.policy.access.AccessPolicy;
import dev.portreeve.policy.approval.Approvals;
import dev.portreeve.policy.approval.SignedDecisions;
import dev.portreeve.policy.budget.Accounts;
import dev.portreeve.policy.budget.BudgetOrders;
import dev.portreeve.policy.budget.BudgetReport;
import dev.portreeve.policy.key.KeyDirectory;
import dev.portreeve.policy.notice.Outbox;
import dev.portreeve.policy.notice.SlackConfig;
import dev.portreeve.policy.notice.WebhookChannel;
import dev.portreeve.policy.stop.Stops;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What the admin listener shows and changes. Each may block on the database; none is asked on a caller's way.
 *
 * @param tenants of the configuration
 * @param evidence how far it is
 * @param refresh looks at a server's definitions now; empty if there is no such server
 * @param decisions what a signed decision is worth
 * @param witness watches other logs; {@code null} for none
 * @param anchors where heads of this log are put
 * @param policy the rules that are in force
 * @param rules where these are changed
 * @param outbox the messages that are owed
 * @param slack the app in Slack whose clicks decide; {@code null} for none
 * @param posts sends what takes the place of its messages
 * @param freshLogin how long ago somebody may have signed in to decide; 0 for as long as a session lasts
 * @param keeping what is asked of records after they were written
 * @param links makes the address of a one-time code
 * @param signIns records who is let in
 */
public record AdminServices(
        List<String> tenants,
        KeyDirectory keys,
        Supplier<BudgetReport> budgets,
        BudgetOrders budgetOrders,
        Accounts accounts,
        AuditReader records,
        Supplier<List<AuditStatus>> logs,
        Supplier<EvidenceState> evidence,
        Supplier<List<ServerStatus>> servers,
        Supplier<List<PlaceState>> models,
        DefinitionDesk tools,
        Refresh refresh,
        Approvals approvals,
        Stops stops,
        SignedDecisions decisions,
        Verifications verifications,
        PublishedLog publishedLog,
        @Nullable Witness witness,
        Anchors anchors,
        Supplier<AccessPolicy> policy,
        Questions questions,
        RulesDesk rules,
        Outbox outbox,
        @Nullable SlackConfig slack,
        WebhookChannel posts,
        Duration freshLogin,
        KeepingServices keeping,
        Function<String, URI> links,
        SignIns signIns) {
    /** A look at one server, which blocks until it has answered. */
    @FunctionalInterface
    public interface Refresh {
        Optional<Refreshed> refresh(String slug) throws InterruptedException;
    }

    public AdminServices {
        tenants = List.copyOf(tenants);
    }
}
