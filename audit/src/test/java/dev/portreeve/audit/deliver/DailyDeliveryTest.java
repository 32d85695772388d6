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
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
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
    private RecordFormat format = RecordFormat.JSONL;

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
        FolderReceiver files = new FolderReceiver(target, format);
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
                        format,
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

    /** The database says when a day begins. */
    private void nextDay() throws SQLException {
        log.database().tamper("UPDATE delivery.place SET acknowledged_at = acknowledged_at - interval '1 day'");
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
        nextDay();
        daily.runOnce();
        assertEquals(2, bundles().size());
        assertTrue(
                bundles().getLast().toString().endsWith("-000000000005-000000000008.zip"),
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
            nextDay();
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

    @Test
    void a_disk_without_room_is_seen_and_does_not_make_the_same_again_and_again() throws Exception {
        log.log("acme", 5);
        Files.writeString(folder.resolve("work"), "no folder");
        DailyDelivery daily = delivery();
        daily.runOnce();
        String failure = Objects.requireNonNull(place().trouble()).failure();
        assertTrue(failure.startsWith("no file is made, is there room in the data directory?"), failure);
        Files.delete(folder.resolve("work"));
        daily.runOnce();
        assertEquals(1, bundles().size());
    }

    @Test
    void an_acknowledgement_by_a_clock_that_was_ahead_does_not_keep_the_next_days_back() throws Exception {
        log.log("acme", 5);
        DailyDelivery daily = delivery();
        daily.runOnce();
        log.log("acme", 1);
        log.database().tamper("UPDATE delivery.place SET acknowledged_at = now() + interval '40 days'");
        daily.runOnce();
        assertEquals(2, bundles().size());
    }

    @Test
    void what_is_asked_for_again_comes_at_once() throws Exception {
        log.log("acme", 5);
        DailyDelivery daily = delivery();
        daily.runOnce();
        for (Path bundle : bundles()) {
            Files.delete(bundle);
        }
        Place before = new DeliveryPlaces(
                        log.database().app(), new DirectRecords(InstantSource.system(), new Random(5)))
                .replay(new DeliveryPlaces.Order("daily", "acme", "user:anna", "somebody deleted it"), 0);
        assertEquals(5, before.next());
        daily.runOnce();
        assertEquals(1, bundles().size());
    }

    @Test
    void a_day_may_be_a_file_of_columns() throws Exception {
        format = RecordFormat.PARQUET;
        log.log("acme", 5);
        delivery().runOnce();
        Path file = bundles().getFirst();
        assertTrue(file.toString().endsWith("-000000000000-000000000004.parquet"), file.toString());
        byte[] bytes = Files.readAllBytes(file);
        assertEquals("PAR1", new String(bytes, 0, 4, StandardCharsets.US_ASCII));
        assertEquals("PAR1", new String(bytes, bytes.length - 4, 4, StandardCharsets.US_ASCII));
        assertEquals(5, place().next());
    }
}
