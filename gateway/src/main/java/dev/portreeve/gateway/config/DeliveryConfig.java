package dev.portreeve.gateway.config;

import dev.portreeve.audit.deliver.Delivery;
import dev.portreeve.audit.export.RecordFormat;
import dev.portreeve.policy.access.Inline;
import dev.portreeve.policy.call.Secret;
import dev.portreeve.policy.notice.WebhookSecret;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalTime;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Records that go to another system by themselves, each at least once and in the order of its tenant's log. It has exactly one
 * receiver: {@code folder}, {@code s3}, {@code webhook}, {@code syslog} or {@code otlp}. Contents that are kept beside records
 * are never among what goes.
 *
 * @param id names it in records and commands. How far it is is remembered under this name: another name begins anew
 * @param tenant whose records; absent: every tenant's, and those of no tenant
 * @param format the form of records in files and objects; a webhook takes {@code jsonl} and {@code ocsf}, syslog and OTLP have
 *     their own
 * @param every how often new records are looked for, 100ms to 1d; with files and objects also how often one is written
 * @param batch the most records that go at once
 * @param daily a time of day in UTC such as {@code 00:30}: instead of batches, once a day one file of each tenant goes, with all
 *     records that were signed since the last; for folders and buckets. With {@code format} {@code jsonl} it is a signed evidence
 *     bundle, else a file of that form
 * @param start where it begins when it is new: with the first record there is, or with the next one
 * @param folder files, each whole when it appears
 * @param s3 objects in a bucket
 * @param webhook signed messages in the form of Standard Webhooks
 * @param syslog messages over TLS (RFC 5425)
 * @param otlp log records of OpenTelemetry over HTTP
 */
public record DeliveryConfig(
        String id,
        @Nullable String tenant,
        @Default("jsonl") RecordFormat format,
        @Default("1s") Duration every,
        @Default("500") int batch,
        @Nullable String daily,
        @Default("beginning") Start start,
        @Nullable Folder folder,
        @Nullable Bucket s3,
        @Nullable Hook webhook,
        @Nullable Syslog syslog,
        @Nullable Otlp otlp) {
    private static final Duration TELL_EVERY = Duration.ofHours(1);
    private static final Duration FIRST_WAIT = Duration.ofSeconds(1);
    private static final int BATCH_BYTES = 4 << 20;
    private static final int MOST_AT_ONCE = 10_000;
    private static final int LONGEST_PREFIX = 500;
    private static final Duration LONGEST_LOCK = Duration.ofDays(36_500);
    private static final Duration SHORTEST = Duration.ofMillis(100);
    private static final Duration LONGEST = Duration.ofDays(1);

    /** Where a new delivery begins. */
    public enum Start {
        BEGINNING,
        NOW
    }

    /**
     * Files below a folder, one for each batch, in a folder of its tenant, named by the first index.
     *
     * @param path the folder; made if it is not there
     */
    public record Folder(Path path) {}

    /**
     * Objects in a bucket, one for each batch, named as files are.
     *
     * @param store the bucket
     * @param prefix before the name of each object, such as {@code evidence/}
     * @param lock a lock on each object, which the bucket must allow; absent: none
     * @param lockFor how long objects are locked
     */
    public record Bucket(
            @Inline ObjectStoreConfig store,
            @Nullable String prefix,
            @Nullable Lock lock,
            @Default("365d") Duration lockFor) {
        /** What a lock is worth. */
        public enum Lock {
            GOVERNANCE,
            COMPLIANCE
        }

        public Bucket {
            prefix = prefix == null ? "" : prefix;
            if (!prefix.matches("([A-Za-z0-9_-][A-Za-z0-9._-]*/)*([A-Za-z0-9_-][A-Za-z0-9._-]*)?")
                    || prefix.contains("..")
                    || prefix.length() > LONGEST_PREFIX) {
                throw new IllegalArgumentException("prefix \"" + prefix
                        + "\" must look like evidence/portreeve/, and have at most " + LONGEST_PREFIX + " characters");
            }
            if (lockFor.isNegative() || lockFor.isZero() || lockFor.compareTo(LONGEST_LOCK) > 0) {
                throw new IllegalArgumentException("lock-for must be above zero, and at most 36500d");
            }
        }
    }

    /**
     * A receiver in Standard Webhooks form.
     *
     * @param secret {@code whsec_…}; signs what is sent
     * @param allowPrivate whether it may be in a private network, also over http
     */
    public record Hook(
            URI url, Secret secret, @Default("false") boolean allowPrivate) {
        public Hook {
            HttpAddress.require("url", url);
            requireSecret(secret);
        }
    }

    /**
     * A syslog receiver over TLS.
     *
     * @param address its host and port, usually 6514
     * @param caFile certificates that are trusted, in PEM form; absent: those that Java trusts
     * @param certificateFile what is shown to a receiver that wants to know who comes, in PEM form, with its chain; absent: nothing
     * @param keyFile the private key of that, PKCS #8 in PEM form
     * @param allowPrivate whether it may be in a private network
     */
    public record Syslog(
            HostPort address,
            @Nullable Path caFile,
            @Nullable Path certificateFile,
            @Nullable Path keyFile,
            @Default("false") boolean allowPrivate) {
        public Syslog {
            if ((certificateFile == null) != (keyFile == null)) {
                throw new IllegalArgumentException("certificate-file and key-file go together");
            }
            if (address.port() < 1) {
                throw new IllegalArgumentException("address must have a port, such as logs.example.com:6514");
            }
        }
    }

    /**
     * A receiver of OpenTelemetry's logs over HTTP, in JSON.
     *
     * @param url as {@code https://collector.example.com:4318/v1/logs}
     * @param key what it wants to be shown; absent: nothing
     * @param keyHeader the header that the key stands in; in {@code authorization} with what comes before it, such as
     *     {@code Bearer …}
     * @param allowPrivate whether it may be in a private network, also over http
     */
    public record Otlp(
            URI url,
            @Nullable Secret key,
            @Default("authorization") String keyHeader,
            @Default("false") boolean allowPrivate) {
        public Otlp {
            HttpAddress.require("url", url);
            if (!keyHeader.matches("[A-Za-z0-9-]{1,64}")) {
                throw new IllegalArgumentException("key-header \"" + keyHeader + "\" is no name of a header");
            }
            if (key != null && !key.reveal().matches("[ -~]{1,8192}")) {
                throw new IllegalArgumentException("key must be of 1 to 8192 characters that a header can have");
            }
        }
    }

    public DeliveryConfig {
        if (!Delivery.isId(id)) {
            throw new IllegalArgumentException(
                    "id \"" + id + "\" must be of a-z, 0-9 and -, at most 50, beginning with a letter or digit");
        }
        long receivers = Stream.of(folder, s3, webhook, syslog, otlp)
                .filter(Objects::nonNull)
                .count();
        if (receivers != 1) {
            throw new IllegalArgumentException(
                    "delivery \"" + id + "\" must have exactly one receiver: folder, s3, webhook, syslog or otlp");
        }
        if (batch < 1 || batch > MOST_AT_ONCE) {
            throw new IllegalArgumentException("batch must be 1 to " + MOST_AT_ONCE);
        }
        if (every.compareTo(SHORTEST) < 0 || every.compareTo(LONGEST) > 0) {
            throw new IllegalArgumentException("every must be 100ms to 1d");
        }
        if (daily != null && !daily.matches("([01][0-9]|2[0-3]):[0-5][0-9]")) {
            throw new IllegalArgumentException("daily must be a time of day in UTC, such as \"00:30\"");
        }
        if (daily != null && folder == null && s3 == null) {
            throw new IllegalArgumentException("what goes daily goes to a folder or to s3");
        }
        if (webhook != null && format != RecordFormat.JSONL && format != RecordFormat.OCSF) {
            throw new IllegalArgumentException("a webhook takes format jsonl or ocsf");
        }
        if ((syslog != null || otlp != null) && format != RecordFormat.JSONL) {
            throw new IllegalArgumentException("syslog and otlp have a form of their own: leave format out");
        }
    }

    /** When files of a day go, or {@code null} where batches do. */
    public @Nullable LocalTime dailyAt() {
        return daily == null ? null : LocalTime.parse(daily);
    }

    /** How much at once, and how often. */
    public Delivery.Pace pace() {
        return new Delivery.Pace(every, batch, BATCH_BYTES, FIRST_WAIT, TELL_EVERY);
    }

    /** With what the environment adds to the access key of its bucket. */
    DeliveryConfig completed(Function<String, @Nullable String> environment) {
        Bucket bucket =
                s3 == null ? null : new Bucket(s3.store().completed(environment), s3.prefix(), s3.lock(), s3.lockFor());
        return new DeliveryConfig(
                id, tenant, format, every, batch, daily, start, folder, bucket, webhook, syslog, otlp);
    }

    /** What its receiver lacks, in words that follow its name, or {@code null}. */
    @Nullable
    String missing() {
        return s3 == null ? null : s3.store().missing();
    }

    private static void requireSecret(Secret secret) {
        WebhookSecret ignored = WebhookSecret.of(secret);
    }
}
