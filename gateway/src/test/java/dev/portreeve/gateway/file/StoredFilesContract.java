package dev.portreeve.gateway.file;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.portreeve.gateway.file.StoredFile.Purpose;
import dev.portreeve.gateway.file.StoredFiles.Asked;
import dev.portreeve.gateway.file.StoredFiles.Begun;
import dev.portreeve.gateway.file.StoredFiles.Once;
import dev.portreeve.gateway.file.StoredFiles.Page;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What holds of every store of files. */
abstract class StoredFilesContract {
    static final FileRoom ROOM = new FileRoom(5, 10_000_000, 6_000_000);

    private String tenant = "";

    @BeforeEach
    void another() {
        tenant = "t" + UUID.randomUUID();
    }

    abstract StoredFiles store();

    abstract void pass(Duration time);

    private IncomingFile begin(String member, long most) {
        return assertInstanceOf(Begun.Arriving.class, store().begin(tenant, member, Purpose.BATCH, most))
                .file();
    }

    private StoredFile keep(String member, byte[] content, Duration life) {
        try (IncomingFile file = begin(member, content.length)) {
            // In two pieces, neither of which ends where the store's pieces do.
            int half = content.length / 2;
            file.write(content, 0, half);
            file.write(content, half, content.length - half);
            return file.keep("lines.jsonl", 3, life);
        }
    }

    private StoredFile keep(String member) {
        return keep(member, "a\nb\nc\n".getBytes(StandardCharsets.UTF_8), Duration.ofDays(7));
    }

    private byte[] content(StoredFile file) throws IOException {
        try (InputStream in = store().open(file)) {
            return in.readAllBytes();
        }
    }

    private void assertFull(String member, long most) {
        assertInstanceOf(Begun.NoRoom.class, store().begin(tenant, member, Purpose.BATCH, most));
    }

    @Test
    void a_file_is_its_members_only() throws IOException {
        StoredFile file = keep("ana");
        assertEquals(Optional.of(file), store().find(tenant, "ana", file.id()));
        assertEquals(6, file.bytes());
        assertEquals(3, file.lines());
        assertEquals("lines.jsonl", file.name());
        assertEquals(Duration.ofDays(7), Duration.between(file.createdAt(), file.expiresAt()));
        assertEquals("a\nb\nc\n", new String(content(file), StandardCharsets.UTF_8));
        assertEquals(Optional.empty(), store().find(tenant, "bob", file.id()));
        assertEquals(Optional.empty(), store().find("other", "ana", file.id()));
        assertFalse(store().delete(tenant, "bob", file.id()));
        assertTrue(store().delete(tenant, "ana", file.id()));
        assertFalse(store().delete(tenant, "ana", file.id()));
        assertEquals(Optional.empty(), store().find(tenant, "ana", file.id()));
        assertThrows(IOException.class, () -> content(file));
    }

    @Test
    void what_is_long_comes_back_byte_for_byte() throws IOException {
        for (int length : List.of(0, 1, 256 * 1024, 256 * 1024 + 1, 1_000_003)) {
            byte[] content = new byte[length];
            new Random(length).nextBytes(content);
            StoredFile file = keep("ana", content, Duration.ofDays(1));
            assertArrayEquals(content, content(file));
            assertTrue(store().delete(tenant, "ana", file.id()));
        }
    }

    @Test
    void what_did_not_arrive_is_nobodys_and_takes_no_room() {
        String id;
        try (IncomingFile file = begin("ana", 6_000_000)) {
            id = file.id();
            file.write(new byte[300_000], 0, 300_000);
            assertEquals(Optional.empty(), store().find(tenant, "ana", id));
            assertFull("ana", 1);
        }
        assertEquals(Optional.empty(), store().find(tenant, "ana", id));
        begin("ana", 6_000_000).close();
    }

    @Test
    void no_more_arrives_than_room_was_taken_for() {
        try (IncomingFile file = begin("ana", 10)) {
            assertThrows(IllegalStateException.class, () -> file.write(new byte[11], 0, 11));
        }
    }

    @Test
    void room_is_bounded_for_member_and_tenant() {
        StoredFile one = keep("ana", new byte[3_000_000], Duration.ofDays(1));
        assertFull("ana", 3_000_001);
        keep("bob", new byte[6_000_000], Duration.ofDays(1));
        assertFull("ana", 1_000_001);
        for (int i = 0; i < 3; i++) {
            keep("ana", new byte[1], Duration.ofDays(1));
        }
        assertFull("ana", 1);
        try (IncomingFile paid = once("ana", "file-paid" + tenant)) {
            paid.write(new byte[9_000_000], 0, 9_000_000);
        }
        store().delete(tenant, "ana", one.id());
        begin("ana", 1).close();
    }

    private IncomingFile once(String member, String id) {
        return assertInstanceOf(Once.First.class, store().beginOnce(tenant, member, Purpose.BATCH_OUTPUT, id))
                .file();
    }

    @Test
    void what_is_made_once_is_made_by_one_and_not_again_after_it_was_deleted() throws IOException {
        String id = "file-once" + tenant;
        try (IncomingFile first = once("ana", id)) {
            first.write(new byte[] {1}, 0, 1);
            assertEquals(new Once.Underway(), store().beginOnce(tenant, "ana", Purpose.BATCH_OUTPUT, id));
        }
        StoredFile made;
        try (IncomingFile again = once("ana", id)) {
            again.write(new byte[] {1, 2}, 0, 2);
            made = again.keep("output.jsonl", 1, Duration.ofDays(1));
        }
        assertEquals(2, content(made).length);
        assertEquals(new Once.Before(), store().beginOnce(tenant, "ana", Purpose.BATCH_OUTPUT, id));
        assertTrue(store().delete(tenant, "ana", id));
        assertFalse(store().delete(tenant, "ana", id));
        assertEquals(Optional.empty(), store().find(tenant, "ana", id));
        assertEquals(List.of(), ids(store().list(tenant, "ana", new Asked(null, 5, false, null))));
        assertEquals(new Once.Before(), store().beginOnce(tenant, "ana", Purpose.BATCH_OUTPUT, id));
    }

    @Test
    void what_has_expired_is_gone_and_makes_room() throws IOException {
        StoredFile brief = keep("ana", new byte[6_000_000], Duration.ofHours(2));
        StoredFile other = keep("bob", new byte[7], Duration.ofDays(2));
        IncomingFile lost = begin("bob", 100);
        pass(Duration.ofHours(3));
        assertEquals(Optional.empty(), store().find(tenant, "ana", brief.id()));
        assertFalse(store().delete(tenant, "ana", brief.id()));
        begin("ana", 6_000_000).close();
        assertTrue(store().sweep() >= 2);
        assertEquals(7, content(other).length);
        lost.close();
    }

    @Test
    void lists_go_page_by_page_either_way() {
        List<String> ids = List.of(keep("ana").id(), next("ana"), next("ana"), next("ana"));
        keep("bob");
        assertEquals(
                List.of(ids.get(3), ids.get(2), ids.get(1)),
                ids(store().list(tenant, "ana", new Asked(null, 3, false, null))));
        Page rest = store().list(tenant, "ana", new Asked(Purpose.BATCH, 3, false, ids.get(1)));
        assertEquals(List.of(ids.get(0)), ids(rest));
        assertFalse(rest.more());
        Page old = store().list(tenant, "ana", new Asked(null, 2, true, ids.get(0)));
        assertEquals(List.of(ids.get(1), ids.get(2)), ids(old));
        assertTrue(old.more());
        assertEquals(List.of(), ids(store().list(tenant, "ana", new Asked(Purpose.BATCH_OUTPUT, 3, false, null))));
    }

    private String next(String member) {
        pass(Duration.ofSeconds(1));
        return keep(member).id();
    }

    private static List<String> ids(Page page) {
        return page.files().stream().map(StoredFile::id).toList();
    }
}
