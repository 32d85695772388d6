package dev.portreeve.audit.deliver;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.portreeve.audit.DirectRecords;
import dev.portreeve.audit.export.RecordFormat;
import dev.portreeve.audit.log.LogFixture;
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
import java.util.TreeSet;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Each record at least once, in order, whatever breaks. */
class DeliveryTest {
    private static final String ACME = "acme";

    @TempDir
    private Path folder;

    private LogFixture log;
    private final Recipient recipient = new Recipient();
    private final List<LiveDelivery> begun = new ArrayList<>();
    private Duration tell = Duration.ofHours(1);

    /** Keeps what it was sent, and fails as it is told. */
    private static final class Recipient implements Receiver {
        final List<Long> indexes = new ArrayList<>();
        final List<Batch> batches = new ArrayList<>();
        final List<NotTaken> before = new ArrayList<>();
        final List<NotTaken> after = new ArrayList<>();
        long poison = -1;

        @Override
        public void take(Batch batch) throws NotTaken {
            batches.add(batch);
            if (!before.isEmpty()) {
                throw before.removeFirst();
            }
            if (batch.records().stream().anyMatch(record -> record.index() == poison)) {
                throw new NotTaken(NotTaken.Way.SMALLER, "it answered 400", null);
            }
            batch.records().forEach(record -> indexes.add(record.index()));
            if (!after.isEmpty()) {
                throw after.removeFirst();
            }
        }

        @Override
        public String kind() {
            return "folder";
        }

        @Override
        public String format() {
            return "jsonl";
        }
    }

    @BeforeEach
    void open() throws Exception {
        log = new LogFixture(folder);
    }

    @AfterEach
    void close() {
        stop();
        log.close();
    }

    private DirectRecords direct() {
        return new DirectRecords(InstantSource.system(), new Random(5));
    }

    private LiveDelivery delivery(@Nullable String tenant, int records) {
        return delivery(tenant, records, recipient, false);
    }

    private LiveDelivery delivery(@Nullable String tenant, int records, Receiver receiver, boolean fromNow) {
        LiveDelivery delivery = new LiveDelivery(
                log.database().app(),
                new Delivery(
                        "siem",
                        tenant,
                        fromNow,
                        new Delivery.Pace(Duration.ofMillis(10), records, 1 << 20, Duration.ofNanos(2), tell),
                        receiver),
                direct(),
                new Random(3));
        begun.add(delivery);
        return delivery;
    }

    /** As a process that is gone: its connection and with it its lock are. */
    private void stop() {
        for (LiveDelivery one : begun) {
            one.close();
            one.run();
        }
        begun.clear();
    }

    private static void drain(LiveDelivery delivery) throws SQLException {
        boolean more = delivery.runOnce();
        while (more) {
            more = delivery.runOnce();
        }
    }

    private Place place() throws SQLException {
        return new DeliveryPlaces(log.database().app(), direct()).list().getFirst();
    }

    private Place.Trouble trouble() throws SQLException {
        return Objects.requireNonNull(place().trouble());
    }

    private static List<Long> indexes(long first, long end) {
        return LongStream.range(first, end).boxed().toList();
    }

    private static NotTaken again() {
        return new NotTaken(NotTaken.Way.AGAIN, "nobody answers there", null);
    }

    @Test
    void all_records_go_in_order_and_in_bounded_batches() throws Exception {
        log.log(ACME, 25);
        drain(delivery(ACME, 10));
        assertEquals(indexes(0, 25), recipient.indexes);
        assertEquals(
                List.of(10, 10, 5),
                recipient.batches.stream().map(batch -> batch.records().size()).toList());
        assertEquals(25, place().next());
        assertEquals(0, place().behind());
        assertEquals("siem_acme_10-19", recipient.batches.get(1).id());
    }

    @Test
    void records_that_are_not_signed_wait() throws Exception {
        log.log(ACME, 3);
        log.append(ACME, 2);
        LiveDelivery delivery = delivery(ACME, 10);
        drain(delivery);
        assertEquals(indexes(0, 3), recipient.indexes);
        log.turn();
        drain(delivery);
        assertEquals(indexes(0, 5), recipient.indexes);
    }

    @Test
    void one_that_begins_now_leaves_out_what_was_before() throws Exception {
        log.log(ACME, 3);
        LiveDelivery delivery = delivery(ACME, 10, recipient, true);
        drain(delivery);
        log.log(ACME, 2);
        drain(delivery);
        assertEquals(indexes(3, 5), recipient.indexes);
    }

    @Test
    void every_tenant_has_its_own_place() throws Exception {
        log.log(ACME, 3);
        log.log("globex", 4);
        drain(delivery(null, 10));
        assertEquals(7, recipient.indexes.size());
        assertEquals(
                List.of("_instance 0", "acme 3", "globex 4"),
                new DeliveryPlaces(log.database().app(), direct())
                        .list().stream()
                                .map(one -> one.tenant() + " " + one.next())
                                .toList());
    }

    @Test
    void what_was_not_sent_comes_again_and_the_reason_is_seen_meanwhile() throws Exception {
        log.log(ACME, 5);
        recipient.before.add(again());
        LiveDelivery delivery = delivery(ACME, 3);
        delivery.runOnce();
        Place failing = place();
        assertEquals(0, failing.next());
        assertEquals(5, failing.behind());
        assertEquals("nobody answers there", trouble().failure());
        assertEquals(1, trouble().attempts());
        DeliveryPlaces places = new DeliveryPlaces(log.database().app(), direct());
        assertThrows(
                IllegalArgumentException.class,
                () -> places.skip(new DeliveryPlaces.Order("siem", ACME, "user:anna", "an outage is no reason")));
        drain(delivery);
        drain(delivery);
        assertEquals(indexes(0, 5), recipient.indexes);
        assertNull(place().trouble());
    }

    @Test
    void what_was_taken_and_not_acknowledged_comes_twice_and_nothing_is_lost() throws Exception {
        log.log(ACME, 5);
        recipient.after.add(again());
        LiveDelivery delivery = delivery(ACME, 3);
        delivery.runOnce();
        assertEquals(0, place().next());
        drain(delivery);
        drain(delivery);
        assertEquals(List.of(0L, 1L, 2L, 0L, 1L, 2L, 3L, 4L), recipient.indexes);
    }

    @Test
    void another_process_goes_on_where_the_last_one_was_acknowledged() throws Exception {
        log.log(ACME, 3);
        drain(delivery(ACME, 2));
        stop();
        log.log(ACME, 2);
        drain(delivery(ACME, 2));
        assertEquals(indexes(0, 5), recipient.indexes);
    }

    @Test
    void one_of_two_gateways_delivers_and_the_other_takes_over() throws Exception {
        log.log(ACME, 4);
        Recipient others = new Recipient();
        LiveDelivery second = delivery(ACME, 2, others, false);
        LiveDelivery first = delivery(ACME, 2);
        drain(first);
        drain(second);
        assertEquals(List.of(), others.indexes);
        log.log(ACME, 2);
        first.close();
        first.run();
        drain(second);
        assertEquals(indexes(0, 4), recipient.indexes);
        assertEquals(indexes(4, 6), others.indexes);
    }

    @Test
    void a_record_that_is_refused_stops_its_log_until_somebody_passes_over_it() throws Exception {
        log.log(ACME, 20);
        recipient.poison = 13;
        LiveDelivery delivery = delivery(ACME, 10);
        drain(delivery);
        drain(delivery);
        assertEquals(indexes(0, 13), recipient.indexes);
        Place stuck = place();
        assertEquals(13, stuck.next());
        assertEquals(14, trouble().triedUntil());
        DeliveryPlaces places = new DeliveryPlaces(log.database().app(), direct());
        places.skip(new DeliveryPlaces.Order("siem", ACME, "user:anna", "the receiver cannot read it"));
        drain(delivery);
        drain(delivery);
        TreeSet<Long> expected = new TreeSet<>(indexes(0, 20));
        expected.remove(13L);
        assertEquals(List.copyOf(expected), recipient.indexes);
        assertEquals(1, log.database().number("SELECT count(*) FROM audit.record WHERE kind = 'admin.action'"));
        assertThrows(
                IllegalArgumentException.class,
                () -> places.skip(new DeliveryPlaces.Order("siem", ACME, "user:anna", "again")));
    }

    @Test
    void a_batch_that_was_taken_in_part_waits_for_somebody() throws Exception {
        log.log(ACME, 6);
        recipient.after.add(new NotTaken(NotTaken.Way.HELD, "2 of 4 were rejected", null));
        LiveDelivery delivery = delivery(ACME, 4);
        drain(delivery);
        drain(delivery);
        assertEquals(indexes(0, 4), recipient.indexes);
        assertTrue(trouble().held());
        DeliveryPlaces places = new DeliveryPlaces(log.database().app(), direct());
        places.retry(new DeliveryPlaces.Order("siem", ACME, "user:anna", "its quota is larger now"));
        drain(delivery);
        drain(delivery);
        assertEquals(List.of(0L, 1L, 2L, 3L, 0L, 1L, 2L, 3L, 4L, 5L), recipient.indexes);
    }

    @Test
    void records_are_delivered_again_from_where_somebody_says() throws Exception {
        log.log(ACME, 6);
        LiveDelivery delivery = delivery(ACME, 10);
        drain(delivery);
        DeliveryPlaces places = new DeliveryPlaces(log.database().app(), direct());
        DeliveryPlaces.Order order = new DeliveryPlaces.Order("siem", ACME, "user:anna", "the receiver lost its disk");
        assertEquals(6, places.replay(order, 4).next());
        drain(delivery);
        assertEquals(List.of(0L, 1L, 2L, 3L, 4L, 5L, 4L, 5L), recipient.indexes);
        assertThrows(IllegalArgumentException.class, () -> places.replay(order, 6));
        assertThrows(
                IllegalArgumentException.class,
                () -> places.replay(new DeliveryPlaces.Order("nosuch", ACME, "user:anna", "x"), 0));
    }

    @Test
    void who_moves_a_place_while_something_is_sent_wins() throws Exception {
        log.log(ACME, 6);
        DeliveryPlaces places = new DeliveryPlaces(log.database().app(), direct());
        drain(delivery(ACME, 3));
        stop();
        log.log(ACME, 3);
        Receiver moving = new Receiver() {
            private boolean moved;

            @Override
            public void take(Batch batch) throws NotTaken {
                recipient.take(batch);
                if (!moved) {
                    moved = true;
                    try {
                        places.replay(new DeliveryPlaces.Order("siem", ACME, "user:anna", "now"), 0);
                    } catch (SQLException away) {
                        throw new AssertionError(away);
                    }
                }
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
        LiveDelivery delivery = delivery(ACME, 3, moving, false);
        drain(delivery);
        drain(delivery);
        assertEquals(indexes(0, 9), recipient.indexes.subList(recipient.indexes.size() - 9, recipient.indexes.size()));
    }

    @Test
    void a_delivery_does_not_feed_itself() throws Exception {
        tell = Duration.ZERO;
        log.log(ACME, 3);
        LiveDelivery delivery = delivery(ACME, 10);
        for (int i = 0; i < 10; i++) {
            drain(delivery);
            log.turn();
        }
        assertEquals(
                List.of("0 3"),
                log.database()
                        .texts("SELECT convert_from(leaf, 'UTF8')::jsonb ->> 'first' || ' '"
                                + " || (convert_from(leaf, 'UTF8')::jsonb ->> 'records')"
                                + " FROM audit.record WHERE kind = 'audit.delivered'"));
        assertEquals(indexes(0, 4), recipient.indexes);
    }

    @Test
    void a_record_that_somebody_removed_is_not_passed_over() throws Exception {
        log.log(ACME, 5);
        log.database()
                .tamper("DELETE FROM audit.record WHERE id = (SELECT record_id FROM audit.sequence WHERE index = 2)");
        LiveDelivery delivery = delivery(ACME, 10);
        drain(delivery);
        drain(delivery);
        assertEquals(indexes(0, 2), recipient.indexes);
        assertTrue(trouble().failure().startsWith("record 2 is missing in the log"), place().toString());
    }

    @Test
    void a_folder_gets_whole_files_that_a_repetition_replaces() throws Exception {
        log.log("acme/eu", 5);
        Path target = folder.resolve("out");
        drain(delivery("acme/eu", 3, new FolderReceiver(target, RecordFormat.JSONL), false));
        Path first = target.resolve("acme%2Feu/000000000000-000000000002.jsonl");
        List<String> lines = Files.readAllLines(first, StandardCharsets.UTF_8);
        assertEquals(3, lines.size());
        assertEquals(
                2,
                Files.readAllLines(target.resolve("acme%2Feu/000000000003-000000000004.jsonl"))
                        .size());
        new DeliveryPlaces(log.database().app(), direct())
                .replay(new DeliveryPlaces.Order("siem", "acme/eu", "user:anna", "lost"), 0);
        stop();
        drain(delivery("acme/eu", 3, new FolderReceiver(target, RecordFormat.JSONL), false));
        assertEquals(lines, Files.readAllLines(first, StandardCharsets.UTF_8));
        try (var files = Files.list(target.resolve("acme%2Feu"))) {
            assertFalse(files.anyMatch(file -> file.toString().endsWith(".part")));
        }
    }

    /** Completeness and order over histories of failures, restarts, growth and two gateways. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6})
    void whatever_happens_everything_arrives_and_places_never_go_back(long seed) throws Exception {
        Random random = new Random(seed);
        List<Long> places = new ArrayList<>();
        LiveDelivery one = delivery(ACME, 1 + random.nextInt(7));
        LiveDelivery other = delivery(ACME, 1 + random.nextInt(7));
        int total = 0;
        for (int step = 0; step < 25; step++) {
            switch (random.nextInt(6)) {
                case 0, 1 -> {
                    int more = 1 + random.nextInt(6);
                    total += more;
                    log.log(ACME, more);
                }
                case 2 -> recipient.before.add(again());
                case 3 -> recipient.after.add(again());
                case 4 -> {
                    one.close();
                    one.run();
                    one = delivery(ACME, 1 + random.nextInt(7));
                }
                default -> {
                    LiveDelivery swapped = one;
                    one = other;
                    other = swapped;
                }
            }
            one.runOnce();
            other.runOnce();
            if (total > 0) {
                places.add(place().next());
            }
        }
        recipient.before.clear();
        recipient.after.clear();
        for (int i = 0; i < 20; i++) {
            drain(one);
            drain(other);
        }
        assertEquals(new TreeSet<>(indexes(0, total)), new TreeSet<>(recipient.indexes));
        assertEquals(places.stream().sorted().toList(), places);
        long reached = -1;
        for (long index : recipient.indexes) {
            assertTrue(index <= reached + 1, "record " + index + " came before " + (reached + 1));
            reached = Math.max(reached, index);
        }
    }
}
