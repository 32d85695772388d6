package dev.portreeve.audit.deliver;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.portreeve.audit.DirectRecords;
import dev.portreeve.audit.export.AuditExport;
import dev.portreeve.audit.export.RecordFormat;
import dev.portreeve.audit.log.LogFixture;
import dev.portreeve.audit.log.Progress;
import dev.portreeve.audit.verify.AuditVerifier;
import dev.portreeve.audit.verify.Checked;
import dev.portreeve.audit.verify.HeldHeads;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A bundle a day, without gaps between them, and none that only tells of the one before. */
class DailyDeliveryTest {
    @TempDir
    private Path folder;

    private LogFixture log;
    private Path target;
    private final List<DailyDelivery> begun = new ArrayList<>();
    private final List<NotTaken> refusals = new ArrayList<>();
    /** The database notes its own time: days go by from today on. */
    private Instant now = Instant.now();

    @BeforeEach
    void open() throws IOException {
        log = new LogFixture(folder.resolve("log"));
        target = folder.resolve("out");
    }

    @AfterEach
    void close() {
        begun.forEach(DailyDelivery::close);
        log.close();
    }

    private DailyDelivery delivery() {
        FolderReceiver files = new FolderReceiver(target, RecordFormat.JSONL);
        InstantSource clock = () -> now;
        DailyDelivery daily = new DailyDelivery(
                new Delivery(
                        "daily",
                        "acme",
                        false,
                        new Delivery.Pace(Duration.ofSeconds(1), 1, 1, Duration.ofNanos(2), Duration.ofHours(1)),
                        files),
                (name, bundle) -> {
                    if (!refusals.isEmpty()) {
                        throw refusals.removeFirst();
                    }
                    files.put(name, bundle);
                },
                LocalTime.MIDNIGHT,
                new DailyDelivery.Ground(
                        log.database().app(),
                        new AuditExport(
                                log.database().app(),
                                log.signer(),
                                log.log(),
                                Progress.none(),
                                InstantSource.system(),
                                new AuditExport.Asker("delivery daily", "test")),
                        folder.resolve("work"),
                        clock,
                        new Random(1)));
        begun.add(daily);
        return daily;
    }

    private List<Path> bundles() throws IOException {
        if (!Files.isDirectory(target.resolve("acme"))) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(target.resolve("acme"))) {
            return files.sorted().toList();
        }
    }

    private Place place() throws SQLException {
        return new DeliveryPlaces(log.database().app(), new DirectRecords(InstantSource.system(), new Random(5)))
                .list()
                .getFirst();
    }

    @Test
    void each_day_has_what_was_signed_since_the_last_and_verifies() throws Exception {
        log.log("acme", 5);
        DailyDelivery daily = delivery();
        daily.runOnce();
        daily.runOnce();
        assertEquals(1, bundles().size());
        assertEquals(5, place().next());
        log.log("acme", 3);
        daily.runOnce();
        assertEquals(1, bundles().size());
        now = now.plus(Duration.ofDays(1));
        daily.runOnce();
        assertEquals(2, bundles().size());
        assertTrue(
                bundles().getLast().toString().endsWith("-000000000005.zip"),
                bundles().toString());
        for (Path bundle : bundles()) {
            Checked checked =
                    AuditVerifier.bundle(bundle, log.signer().verifierKey(), HeldHeads.none(), Progress.none());
            assertEquals(Checked.OK, checked.exitCode(), checked.toString());
        }
    }

    @Test
    void a_day_without_anything_but_the_last_export_has_none() throws Exception {
        log.log("acme", 5);
        DailyDelivery daily = delivery();
        daily.runOnce();
        for (int day = 0; day < 3; day++) {
            now = now.plus(Duration.ofDays(1));
            log.turn();
            daily.runOnce();
        }
        assertEquals(1, bundles().size());
        assertEquals(1, log.database().number("SELECT count(*) FROM audit.record WHERE kind = 'audit.exported'"));
    }

    @Test
    void a_bundle_that_did_not_arrive_is_sent_again_and_not_made_again() throws Exception {
        log.log("acme", 5);
        refusals.add(new NotTaken(NotTaken.Way.AGAIN, "nobody answers there", null));
        DailyDelivery daily = delivery();
        daily.runOnce();
        assertEquals(List.of(), bundles());
        assertEquals(
                "nobody answers there",
                Objects.requireNonNull(place().trouble()).failure());
        daily.runOnce();
        assertEquals(1, bundles().size());
        assertEquals(5, place().next());
        assertEquals(1, log.database().number("SELECT count(*) FROM audit.record WHERE kind = 'audit.exported'"));
    }
}
