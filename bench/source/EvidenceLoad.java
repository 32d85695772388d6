import com.sun.management.OperatingSystemMXBean;
import dev.portreeve.audit.AuditLog;
import dev.portreeve.audit.JournalSettings;
import dev.portreeve.audit.PostgresJournal;
import dev.portreeve.audit.export.AuditExport;
import dev.portreeve.audit.export.RecordFormat;
import dev.portreeve.audit.export.Selection;
import dev.portreeve.audit.log.KeptHeads;
import dev.portreeve.audit.log.LogSigner;
import dev.portreeve.audit.log.Progress;
import dev.portreeve.audit.log.Sequencer;
import dev.portreeve.audit.verify.AuditVerifier;
import dev.portreeve.audit.verify.HeldHeads;
import dev.portreeve.audit.verify.Verification;
import dev.portreeve.migrations.EmbeddedPostgres;
import dev.portreeve.migrations.Migrator;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.Random;

/** Exports and verifies many records. Started by bench/evidence. */
public final class EvidenceLoad {
    private static final int BATCH = 50_000;
    /** A closed model call as the gateway writes it, of about 1 KiB. */
    private static final String LEAF = "'{\"at\":\"' || to_char(t AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"') || '\",\"call\":\"' ||"
            + " gen_random_uuid() || '\",\"client_request_id\":\"' || md5(random()::text) || '\",\"cost_usd\":\"0.00' || (random() * 1e6)::int ||"
            + " '\",\"decision\":\"permit\",\"duration_ms\":' || (random() * 900)::int || ',\"held\":[{\"budget\":\"tenant:acme:total\",\"usd\":\"0.0' ||"
            + " (random() * 1e6)::int || '\"},{\"budget\":\"team:acme:research\",\"usd\":\"0.0' || (random() * 1e6)::int || '\"}],\"id\":\"' || id ||"
            + " '\",\"input_counted\":true,\"kind\":\"call.closed\",\"operation\":\"chat\",\"outcome\":\"completed\",\"policy_version\":\"' || md5('rules') ||"
            + " '\",\"priced\":\"gpt-5-mini\",\"price_version\":\"' || md5('prices') || '\",\"provider\":\"openai\",\"resource\":\"gpt-5-mini\",\"rules\":[{\"effect\":\"allow\",'"
            + " || '\"id\":\"everybody-chats\",\"matched\":true},{\"effect\":\"deny\",\"id\":\"no-night-shift\",\"matched\":false}],\"settlement\":\"observed\",'"
            + " || '\"subject\":{\"key\":\"k' || (random() * 1000)::int || '\",\"kind\":\"agent\",\"member\":\"agent-' || (random() * 100)::int ||"
            + " '\",\"team\":\"research\"},\"tenant\":\"acme\",\"trace_id\":\"' || md5(random()::text) || '\",\"type\":\"llm\",\"upstream_model\":\"gpt-5-mini-2026-08-01\",'"
            + " || '\"upstream_status\":200,\"usage\":{\"basis\":\"reported\",\"input\":' || (random() * 4000)::int || ',\"output\":' || (random() * 900)::int ||"
            + " '},\"v\":1,\"worst_case_usd\":\"0.0' || (random() * 1e6)::int || '\"}'";

    private static final OperatingSystemMXBean CPU =
            (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();

    private EvidenceLoad() {}

    private interface Step {
        void run() throws Exception;
    }

    /** Arguments: an empty folder, the stand-alone verifier, and how many records. */
    public static void main(String[] args) throws Exception {
        Path work = Path.of(args[0]);
        Path verifier = Path.of(args[1]).toAbsolutePath();
        int records = Integer.parseInt(args[2]);
        LogSigner signer = LogSigner.loadOrCreate(work.resolve("signing.pem"), "bench.example/audit");
        try (EmbeddedPostgres postgres = EmbeddedPostgres.start(work.resolve("postgres"))) {
            Migrator.migrate(postgres.owner().dataSource());
            long bytes = fill(postgres, records);
            System.out.printf(Locale.ROOT, "%d records of %d bytes on average%n%n", records, bytes / records);
            Sequencer sequencer = new Sequencer(
                    postgres.app().dataSource(), signer, new KeptHeads(work.resolve("heads")), Duration.ofSeconds(1));
            timed("index and sign", sequencer::runOnce);
            sequencer.close();
            try (PostgresJournal journal = PostgresJournal.start(
                    postgres.app().dataSource(), JournalSettings.defaults(), InstantSource.system(), new Random())) {
                AuditExport export = new AuditExport(
                        postgres.app().dataSource(),
                        signer,
                        new AuditLog(journal),
                        Progress.none(),
                        InstantSource.system(),
                        new AuditExport.Asker("bench", "bench"));
                Path jsonl = work.resolve("records.jsonl");
                Path zip = work.resolve("evidence.zip");
                timed("export as JSONL", () -> export.as(RecordFormat.JSONL, jsonl, Selection.everything()));
                Path parquet = work.resolve("records.parquet");
                timed("export as Parquet", () -> export.as(RecordFormat.PARQUET, parquet, Selection.everything()));
                System.out.printf(Locale.ROOT, "%-34s %8d MB%n", "  the file", Files.size(parquet) >> 20);
                timed("export as evidence bundle", () -> export.to(zip, Selection.everything()));
                System.out.printf(Locale.ROOT, "%-34s %8d MB%n", "  the bundle", Files.size(zip) >> 20);
                timed("verify the bundle, stand-alone", () -> standAlone(verifier, zip, signer.verifierKey().toString()));
                timed("verify the bundle, in this process", () -> {
                    if (AuditVerifier.bundle(zip, signer.verifierKey(), HeldHeads.none(), Progress.none()).exitCode() != 0) {
                        throw new IllegalStateException("not intact");
                    }
                });
                timed("verify the database", () -> {
                    Verification found = new AuditVerifier(signer.verifierKey(), Progress.none())
                            .database(postgres.app().dataSource(), null, List.of());
                    if (!(found instanceof Verification.Intact)) {
                        throw new IllegalStateException(found.findings().toString());
                    }
                });
            }
        }
    }

    private static long fill(EmbeddedPostgres postgres, int records) throws Exception {
        try (Connection connection = postgres.owner().dataSource().getConnection();
                Statement statement = connection.createStatement()) {
            for (int from = 0; from < records; from += BATCH) {
                statement.execute("INSERT INTO audit.record (tenant, id, at, kind, leaf) SELECT 'acme', id, t, 'call.closed', convert_to("
                        + LEAF + ", 'UTF8') FROM (SELECT uuidv7() AS id, clock_timestamp() AS t, n FROM generate_series(1, "
                        + Math.min(BATCH, records - from) + ") n OFFSET 0) made");
            }
            statement.execute("VACUUM ANALYZE audit.record");
            try (var row = statement.executeQuery("SELECT sum(octet_length(leaf)) FROM audit.record")) {
                row.next();
                return row.getLong(1);
            }
        }
    }

    private static void standAlone(Path verifier, Path zip, String key) throws Exception {
        Path out = zip.resolveSibling("verified");
        int exitCode = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx128m", "-jar", verifier.toString(), zip.toString(), "--key", key)
                .redirectErrorStream(true)
                .redirectOutput(out.toFile())
                .start()
                .waitFor();
        if (exitCode != 0) {
            throw new IllegalStateException(Files.readString(out));
        }
    }

    private static void timed(String what, Step step) throws Exception {
        long start = System.nanoTime();
        long cpu = CPU.getProcessCpuTime();
        step.run();
        System.out.printf(
                Locale.ROOT,
                "%-34s %8.1f s   %8.1f s of processor time here%n",
                what,
                (System.nanoTime() - start) / 1e9,
                (CPU.getProcessCpuTime() - cpu) / 1e9);
    }
}
