package dev.portreeve.gateway.config;

import dev.portreeve.policy.call.Secret;
import dev.portreeve.policy.keeping.BestEffort;
import dev.portreeve.policy.keeping.KeepRule;
import java.time.Duration;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The evidence.
 *
 * @param log names this log in its checkpoints, for those who keep several apart: a host and a path
 * @param checkpointEvery how often new records are given their index and a signed checkpoint
 * @param signingKey the private key checkpoints are signed with (Ed25519, PKCS #8 in PEM form); absent: made once and
 *     kept in the data directory
 * @param keys what signs beside it, and what did before
 * @param anchors places outside the database where heads of the log are put; none unless said
 * @param witness which other logs are watched here; absent: none
 * @param recordArguments names of tools and prompts as rules have them ({@code files__*}) whose arguments stand in the records in
 *     clear, where they stay; none unless said. Rules can then be tried on past calls whatever argument they read
 * @param payloads contents that are kept sealed beside the records, which only commit to them; none unless said
 * @param bestEffort calls whose answer may leave before their opening record is durable; none unless said. What waits in memory is
 *     lost if the process dies before it is stored. Tools that may change something always wait
 * @param retention how long records are kept after their month; whole months are dropped, and their hashes stay. For ever unless
 *     said, at least 31d
 * @param payloadRetention the same for contents; as long as their records unless said
 * @param lag how far the records may be behind before health says so
 * @param search whether records are made findable by what is in them ({@code on}), about a second after they were written, at some
 *     microseconds a record; {@code off}: they are found by their call's id only, and what was made is thrown away
 * @param deliveries records that go to other systems by themselves; none unless said
 */
public record AuditConfig(
        @Default("portreeve.local/audit") String log,
        @Default("1s") Duration checkpointEvery,
        @Nullable Secret signingKey,
        @Default("{}") SigningKeysConfig keys,
        @Default("[]") List<AnchorConfig> anchors,
        @Nullable WitnessConfig witness,
        @Default("[]") List<String> recordArguments,
        @Default("[]") List<KeepRule> payloads,
        @Default("{}") BestEffort bestEffort,
        @Nullable Duration retention,
        @Nullable Duration payloadRetention,
        @Default("{}") AuditLagConfig lag,
        @Default("on") Search search,
        @Default("[]") List<DeliveryConfig> deliveries) {
    /** Whether records are made findable. */
    public enum Search {
        ON,
        OFF
    }

    /** Each has a thread and a connection to the database. */
    private static final int MOST_DELIVERIES = 32;

    private static final Duration SHORTEST = Duration.ofDays(31);

    /** Of which records have no arguments. */
    public AuditConfig(String log, Duration checkpointEvery, @Nullable Secret signingKey) {
        this(
                log,
                checkpointEvery,
                signingKey,
                SigningKeysConfig.NONE,
                List.of(),
                null,
                List.of(),
                List.of(),
                BestEffort.NONE,
                null,
                null,
                AuditLagConfig.DEFAULT,
                Search.ON,
                List.of());
    }

    public AuditConfig {
        anchors = List.copyOf(anchors);
        recordArguments = List.copyOf(recordArguments);
        payloads = List.copyOf(payloads);
        deliveries = List.copyOf(deliveries);
        if (deliveries.size() > MOST_DELIVERIES) {
            throw new IllegalArgumentException("there are more than " + MOST_DELIVERIES + " deliveries");
        }
        if (checkpointEvery.isNegative() || checkpointEvery.isZero()) {
            throw new IllegalArgumentException("checkpoint-every must be above zero");
        }
        if (retention != null && retention.compareTo(SHORTEST) < 0) {
            throw new IllegalArgumentException("retention must be at least 31d");
        }
        if (payloadRetention != null && (payloadRetention.isNegative() || payloadRetention.isZero())) {
            throw new IllegalArgumentException("payload-retention must be above zero");
        }
        if (retention != null && payloadRetention != null && payloadRetention.compareTo(retention) > 0) {
            throw new IllegalArgumentException("payload-retention must not be longer than retention");
        }
        if (anchors.stream().map(AnchorConfig::name).distinct().count() != anchors.size()) {
            throw new IllegalArgumentException("two anchors have the same name");
        }
        if (!log.matches("[a-z0-9.-]+(/[a-z0-9._-]+)*")) {
            throw new IllegalArgumentException("log \"" + log + "\" must look like gateway.example.com/audit");
        }
    }

    /** With what the environment adds to the access keys of buckets. */
    AuditConfig completed(Function<String, @Nullable String> environment) {
        return new AuditConfig(
                log,
                checkpointEvery,
                signingKey,
                keys,
                anchors.stream().map(anchor -> anchor.completed(environment)).toList(),
                witness,
                recordArguments,
                payloads,
                bestEffort,
                retention,
                payloadRetention,
                lag,
                search,
                deliveries.stream()
                        .map(delivery -> delivery.completed(environment))
                        .toList());
    }
}
