package dev.portreeve.audit.deliver;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.portreeve.audit.AuditEvent;
import dev.portreeve.audit.DirectRecords;
import dev.portreeve.audit.EventKind;
import dev.portreeve.audit.Facts;
import dev.portreeve.audit.export.RecordFormat;
import dev.portreeve.audit.log.LogFixture;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Damaged logs, receivers that break, turns that are lost in the middle: nothing is lost, nothing spins, and it is seen. */
class DeliveryTroubleTest {
    private static final String ACME = "acme";

    @TempDir
    private Path folder;

    private LogFixture log;
    private final List<LiveDelivery> begun = new ArrayList<>();
    private final List<Batch> batches = new ArrayList<>();
    private final List<NotTaken> refusals = new ArrayList<>();
    private int bytes = 1 << 20;

    @BeforeEach
    void open() throws IOException {
        log = new LogFixture(folder);
    }

    @AfterEach
    void close() {
        for (LiveDelivery one : begun) {
            one.close();
            one.run();
        }
        log.close();
    }

    private interface Taking {
        void take(Batch batch) throws NotTaken;
    }

    private static Receiver receiver(Taking taking) {
        return new Receiver() {
            @Override
            public void take(Batch batch) throws NotTaken {
                taking.take(batch);
            }

            @Override
            public String kind() {
                return "folder";
            }

            @Override
            public String format() {
                return "jsonl";
            }
        };
    }

    private void keep(Batch batch) throws NotTaken {
        batches.add(batch);
        if (!refusals.isEmpty()) {
            throw refusals.removeFirst();
        }
    }

    private DirectRecords direct() {
        return new DirectRecords(InstantSource.system(), new Random(5));
    }

    private LiveDelivery delivery(@Nullable String tenant, int records, boolean fromNow, Taking taking) {
        LiveDelivery delivery = new LiveDelivery(
                log.database().app(),
                new Delivery(
                        "siem",
                        tenant,
                        fromNow,
                        new Delivery.Pace(
                                Duration.ofMillis(10), records, bytes, Duration.ofNanos(2), Duration.ofHours(1)),
                        receiver(taking)),
                direct(),
                new Random(3));
        begun.add(delivery);
        return delivery;
    }

    private Place place(String tenant) throws SQLException {
        return new DeliveryPlaces(log.database().app(), direct())
                .list().stream()
                        .filter(each -> each.tenant().equals(tenant))
                        .findFirst()
                        .orElseThrow();
    }

    private Place.Trouble trouble() throws SQLException {
        return Objects.requireNonNull(place(ACME).trouble());
    }

    /** So many turns: what stands still must not go round. */
    private static void turns(LiveDelivery delivery, int turns) throws SQLException {
        for (int i = 0; i < turns; i++) {
            boolean ignored = delivery.runOnce();
        }
    }

    private List<Long> indexes() {
        return batches.stream()
                .flatMap(batch -> batch.records().stream())
                .map(Batch.Record::index)
                .toList();
    }

    private static List<Long> indexes(long first, long end) {
        return LongStream.range(first, end).boxed().toList();
    }

    @Test
    void indexes_that_are_gone_below_a_signed_head_stop_it_and_do_not_make_it_spin() throws Exception {
        log.log(ACME, 5);
        log.database().tamper("DELETE FROM audit.sequence WHERE index >= 3");
        LiveDelivery delivery = delivery(ACME, 10, false, this::keep);
        turns(delivery, 3);
        assertFalse(delivery.runOnce(), "there is nothing that could be sent at once");
        assertEquals(indexes(0, 3), indexes());
        assertTrue(
                trouble().failure().startsWith("record 3 is missing"), trouble().failure());
    }

    @Test
    void behind_what_retention_dropped_a_missing_record_is_named_itself() throws Exception {
        log.log(ACME, 6);
        log.log()
                .append(new AuditEvent(
                        ACME, EventKind.RECORDS_DROPPED, null, new Facts().putStrings("dropped", List.of("0-2"))))
                .await();
        log.turn();
        log.database()
                .tamper("DELETE FROM audit.record WHERE id IN (SELECT record_id FROM audit.sequence WHERE index <= 3)");
        turns(delivery(ACME, 10, false, this::keep), 3);
        assertEquals(3, place(ACME).next());
        assertTrue(
                trouble().failure().startsWith("record 3 is missing"), trouble().failure());
        assertEquals(4, trouble().triedUntil());
    }

    @Test
    void a_record_that_is_not_what_was_signed_is_not_given_away() throws Exception {
        log.log(ACME, 5);
        log.database()
                .tamper("UPDATE audit.record SET leaf = convert_to('{\"kind\":\"made.up\"}', 'UTF8')"
                        + " WHERE id = (SELECT record_id FROM audit.sequence WHERE index = 2)");
        turns(delivery(ACME, 10, false, this::keep), 3);
        assertEquals(indexes(0, 2), indexes());
        assertTrue(
                trouble().failure().startsWith("record 2 is not what was signed"),
                trouble().failure());
    }

    @Test
    void a_receiver_that_fails_in_an_unknown_way_is_seen_and_holds_up_no_other_tenant() throws Exception {
        log.log(ACME, 2);
        log.log("globex", 3);
        turns(
                delivery(null, 10, false, batch -> {
                    if (batch.tenant().equals(ACME)) {
                        throw new IllegalStateException("a secret detail");
                    }
                    keep(batch);
                }),
                2);
        assertEquals(indexes(0, 3), indexes());
        assertEquals(
                "the receiver failed in a way nobody thought of: IllegalStateException",
                trouble().failure());
    }

    @Test
    void a_tenant_that_comes_after_a_delivery_that_began_now_is_delivered_whole() throws Exception {
        log.log(ACME, 2);
        LiveDelivery delivery = delivery(null, 10, true, this::keep);
        turns(delivery, 2);
        log.log("globex", 3);
        turns(delivery, 2);
        assertEquals(indexes(0, 3), indexes());
        assertEquals(2, place(ACME).next());
    }

    @Test
    void one_that_began_now_in_an_empty_log_delivers_everything() throws Exception {
        LiveDelivery delivery = delivery(null, 10, true, this::keep);
        turns(delivery, 1);
        log.log(ACME, 2);
        turns(delivery, 2);
        assertEquals(indexes(0, 2), indexes());
    }

    @Test
    void what_comes_again_is_the_same_range_under_the_same_name() throws Exception {
        log.log(ACME, 3);
        refusals.add(new NotTaken(NotTaken.Way.AGAIN, "nobody answers there", null));
        LiveDelivery delivery = delivery(ACME, 10, false, this::keep);
        turns(delivery, 1);
        log.log(ACME, 4);
        turns(delivery, 3);
        assertEquals(
                List.of("siem_acme_0-2", "siem_acme_0-2", "siem_acme_3-6"),
                batches.stream().map(Batch::id).toList());
    }

    @Test
    void a_batch_ends_after_so_many_bytes() throws Exception {
        bytes = 1;
        log.log(ACME, 4);
        turns(delivery(ACME, 10, false, this::keep), 4);
        assertEquals(indexes(0, 4), indexes());
        assertEquals(4, batches.size());
    }

    @Test
    void what_a_gateway_that_lost_its_turn_writes_late_takes_nothing_away() throws Exception {
        log.log(ACME, 8);
        turns(delivery(ACME, 10, false, this::keep), 1);
        Batch all = batches.getFirst();
        Batch early =
                new Batch(all.delivery(), all.tenant(), 0, 4, all.records().subList(0, 4));
        Path target = folder.resolve("out");
        FolderReceiver other = new FolderReceiver(target, RecordFormat.JSONL);
        other.take(all);
        new FolderReceiver(target, RecordFormat.JSONL).take(early);
        Set<String> lines = new TreeSet<>();
        try (Stream<Path> files = Files.list(target.resolve(ACME))) {
            for (Path file : files.toList()) {
                lines.addAll(Files.readAllLines(file));
            }
        }
        for (Batch.Record record : all.records()) {
            assertTrue(lines.contains(new String(record.leaf(), StandardCharsets.UTF_8)), "record " + record.index());
        }
    }

    @Test
    void a_folder_that_is_no_folder_leaves_nothing_half_done() throws Exception {
        log.log(ACME, 2);
        turns(delivery(ACME, 10, false, this::keep), 1);
        Path target = Files.createDirectories(folder.resolve("out"));
        // Its name is taken by a folder that is not empty: the file cannot take its place.
        String name = FolderReceiver.name(batches.getFirst(), RecordFormat.JSONL);
        Files.createDirectories(target.resolve(name).resolve("not-empty"));
        FolderReceiver receiver = new FolderReceiver(target, RecordFormat.JSONL);
        for (int i = 0; i < 3; i++) {
            NotTaken refused = assertThrows(NotTaken.class, () -> receiver.take(batches.getFirst()));
            assertEquals(NotTaken.Way.AGAIN, refused.way());
        }
        try (Stream<Path> files = Files.list(target.resolve(ACME))) {
            assertEquals(1, files.count());
        }
    }

    @Test
    void what_may_have_been_too_much_is_tried_with_less_and_grows_again() throws Exception {
        log.log(ACME, 15);
        for (int i = 0; i < 2; i++) {
            refusals.add(new NotTaken(NotTaken.Way.LESS, "no answer in time", null));
        }
        turns(delivery(ACME, 8, false, this::keep), 4);
        assertEquals(
                List.of(8, 4, 2, 4, 8, 1),
                batches.stream().map(batch -> batch.records().size()).toList());
        assertEquals(15, place(ACME).next());
    }

    @Test
    void what_a_stranger_says_can_be_kept_and_is_one_line() throws Exception {
        log.log(ACME, 1);
        refusals.add(new NotTaken(NotTaken.Way.AGAIN, "he said \u0000\n\ud800 " + "x".repeat(900), null));
        turns(delivery(ACME, 8, false, this::keep), 1);
        assertTrue(trouble().failure().startsWith("he said   x"), trouble().failure());
        assertEquals(400, trouble().failure().length());
    }
}
