package dev.portreeve.gateway.file;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.portreeve.gateway.file.StoredFile.Purpose;
import dev.portreeve.gateway.file.StoredFiles.Begun;
import dev.portreeve.hub.seal.SealKey;
import dev.portreeve.hub.seal.SealedTokens;
import dev.portreeve.migrations.TestDatabase;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PostgresStoredFilesTest extends StoredFilesContract {
    private final TestDatabase database = TestDatabase.fresh();
    private volatile Instant now = Instant.parse("2026-01-01T00:00:00Z");
    private final PostgresStoredFiles store = store(database.app().dataSource());

    private PostgresStoredFiles store(DataSource at) {
        SealedTokens seal =
                new SealedTokens(new SealKey(new byte[SealKey.BYTES]), List.of(), () -> now, new SecureRandom());
        return new PostgresStoredFiles(
                at, seal, ROOM, Duration.ofMinutes(4), Duration.ofDays(30), () -> now, new SecureRandom());
    }

    @Override
    StoredFiles store() {
        return store;
    }

    @Override
    void pass(Duration time) {
        now = now.plus(time);
    }

    @AfterAll
    void close() {
        database.close();
    }

    private StoredFile keep(String tenant, String member, String content) {
        byte[] bytes = content.getBytes(StandardCharsets.UTF_8);
        try (IncomingFile file = assertInstanceOf(
                        Begun.Arriving.class, store.begin(tenant, member, Purpose.BATCH, bytes.length))
                .file()) {
            file.write(bytes, 0, bytes.length);
            return file.keep("secret-name.jsonl", 1, Duration.ofDays(1));
        }
    }

    private void update(String sql) throws SQLException {
        try (Connection connection = database.app().dataSource().getConnection();
                Statement statement = connection.createStatement()) {
            assertEquals(1, statement.executeUpdate(sql));
        }
    }

    private String column(String sql) throws SQLException {
        try (Connection connection = database.app().dataSource().getConnection();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            assertTrue(rows.next());
            return rows.getString(1);
        }
    }

    @Test
    void the_tables_say_nothing_and_a_piece_opens_in_no_others_place() throws SQLException {
        StoredFile one = keep("sealed", "ana", "a secret question");
        StoredFile two = keep("sealed", "ana", "another secret");
        String rows = column("SELECT string_agg(encode(sealed, 'escape'), '') || string_agg(encode(sealed_name,"
                + " 'escape'), '') FROM gateway.stored_file JOIN gateway.stored_file_piece USING (tenant, file_id)"
                + " WHERE tenant = 'sealed'");
        assertFalse(rows.contains("secret"), rows);
        update("DELETE FROM gateway.stored_file_piece WHERE file_id = '" + two.id() + "'");
        update("INSERT INTO gateway.stored_file_piece SELECT tenant, '" + two.id()
                + "', number, sealed FROM gateway.stored_file_piece WHERE file_id = '" + one.id() + "'");
        InputStream in = store.open(two);
        assertThrows(IOException.class, in::readAllBytes);
        update("UPDATE gateway.stored_file SET member = 'bob' WHERE file_id = '" + one.id() + "'");
        assertEquals(Optional.empty(), store.find("sealed", "bob", one.id()));
    }

    @Test
    void a_member_that_is_erased_leaves_no_piece() throws SQLException {
        keep("erased", "ana", "a question");
        keep("erased", "ana", "another");
        keep("erased", "bob", "a third");
        assertEquals(2, store.forget("erased", "ana"));
        assertEquals("1", column("SELECT count(*) FROM gateway.stored_file_piece WHERE tenant = 'erased'"));
    }

    @Test
    void many_that_begin_at_once_take_no_room_twice() throws InterruptedException {
        AtomicInteger begun = new AtomicInteger();
        AtomicInteger refused = new AtomicInteger();
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < 12; i++) {
            threads.add(Thread.ofVirtual().start(() -> {
                switch (store.begin("crowd", "ana", Purpose.BATCH, 2_000_000)) {
                    case Begun.Arriving unused -> begun.incrementAndGet();
                    case Begun.NoRoom unused -> refused.incrementAndGet();
                }
            }));
        }
        for (Thread thread : threads) {
            thread.join();
        }
        assertEquals(3, begun.get());
        assertEquals(9, refused.get());
    }

    @Test
    void one_that_took_too_long_to_arrive_is_swept_and_cannot_be_kept() {
        IncomingFile slow = assertInstanceOf(Begun.Arriving.class, store.begin("slow", "ana", Purpose.BATCH, 10))
                .file();
        pass(Duration.ofMinutes(5));
        assertTrue(store.sweep() > 0);
        assertThrows(StoredFiles.Unavailable.class, () -> slow.keep("a", 1, Duration.ofDays(1)));
        slow.close();
    }

    @Test
    void a_database_that_is_gone_is_said() {
        TestDatabase gone = TestDatabase.fresh();
        PostgresStoredFiles unreachable = store(gone.app().dataSource());
        gone.close();
        assertThrows(StoredFiles.Unavailable.class, () -> unreachable.find("acme", "ana", "file-1"));
        assertThrows(StoredFiles.Unavailable.class, () -> unreachable.begin("acme", "ana", Purpose.BATCH, 1));
    }
}
