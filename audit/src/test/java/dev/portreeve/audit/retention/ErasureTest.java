package dev.portreeve.audit.retention;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.portreeve.audit.AuditLog;
import dev.portreeve.audit.AuditTrail;
import dev.portreeve.audit.DirectRecords;
import dev.portreeve.audit.Facts;
import dev.portreeve.audit.PostgresAuditReader;
import dev.portreeve.audit.PostgresJournal;
import dev.portreeve.audit.StoredRecord;
import dev.portreeve.audit.log.KeepingFixture;
import dev.portreeve.audit.payload.Contents;
import dev.portreeve.audit.payload.Keep;
import dev.portreeve.audit.payload.Payload;
import dev.portreeve.audit.payload.PlainWrap;
import dev.portreeve.audit.payload.PostgresPayloads;
import dev.portreeve.audit.payload.PostgresSubjectKeys;
import dev.portreeve.audit.payload.SubjectKey;
import dev.portreeve.audit.verify.AuditVerifier;
import dev.portreeve.audit.verify.Finding;
import dev.portreeve.audit.verify.Verification;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.sql.SQLException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.UUID;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Contents beside records: they can be read, they cannot be changed unseen, and destroying a key erases them. */
class ErasureTest {
    private static final String ANNA = "user:anna";
    private static final SecureRandom RANDOM = new SecureRandom();

    @TempDir
    private Path folder;

    private KeepingFixture log;
    private PostgresSubjectKeys keys;
    private PostgresPayloads payloads;
    private PostgresHolds holds;
    private PostgresEraser eraser;

    @BeforeEach
    void open() throws IOException {
        log = new KeepingFixture(folder);
        keys = new PostgresSubjectKeys(log.database().app(), new PlainWrap(), RANDOM);
        payloads = new PostgresPayloads(log.database().app(), keys);
        DirectRecords records = new DirectRecords(InstantSource.system(), new Random(5));
        holds = new PostgresHolds(log.database().app(), records);
        eraser = new PostgresEraser(
                log.database().app(),
                records,
                List.of(new Erasure.Store("answers", (tenant, member) -> member.equals("anna") ? 3 : 0)));
    }

    @AfterEach
    void close() {
        log.close();
    }

    /** A call of which the prompt is kept with its opening record and the answer with its closing one. */
    private UUID call(String subject, Keep keep, int most) throws SQLException, IOException {
        UUID call = UUID.randomUUID();
        SubjectKey key = keys.current("acme", subject);
        try (PostgresJournal journal = log.journal(InstantSource.system());
                AuditTrail trail = new AuditLog(journal).open("acme", call, new Facts().put("type", "llm"))) {
            keep(trail, "prompt", keep, most, key);
            trail.admit();
            keep(trail, "answer", keep, most, key);
            trail.conclude(new Facts().put("outcome", "completed")).await();
        }
        log.turn();
        return call;
    }

    private static void keep(AuditTrail trail, String name, Keep keep, int most, SubjectKey key) {
        Contents contents = new Contents(keep, most, RANDOM);
        contents.bytes((name + " of somebody").getBytes(StandardCharsets.UTF_8));
        Contents.Kept kept = contents.seal("acme", name, key, RANDOM);
        trail.keep(kept.payload(), kept.commitment());
    }

    private List<Payload> read(UUID call) {
        return new PostgresAuditReader(log.database().app())
                .ofCall("acme", call).stream()
                        .flatMap(record -> payloads.of(record).stream())
                        .toList();
    }

    private Verification verify() {
        return new AuditVerifier(log.key(), (tenant, records, of) -> {})
                .database(log.database().app(), null, List.of());
    }

    @Test
    void contentsAreThereAndNotInTheRecord() throws Exception {
        UUID call = call(ANNA, Keep.FULL, 1000);
        List<Payload> found = read(call);
        assertEquals(2, found.size());
        Payload.Intact prompt = assertInstanceOf(Payload.Intact.class, found.getFirst());
        assertEquals("prompt of somebody", new String(prompt.bytes(), StandardCharsets.UTF_8));
        assertFalse(prompt.isCut());
        assertEquals("answer", found.getLast().name());
        for (StoredRecord record : new PostgresAuditReader(log.database().app()).ofCall("acme", call)) {
            assertFalse(record.json().contains("of somebody"), record.json());
            assertTrue(record.json().contains("\"commit\":"), record.json());
        }
        assertEquals(
                0,
                log.database()
                        .number("SELECT count(*) FROM audit.payload WHERE position('somebody'::bytea IN sealed) > 0"));
        assertInstanceOf(Verification.Intact.class, verify());
    }

    @Test
    void whatIsTooLongIsCutAndADigestKeepsOnlyWhatProvesIt() throws Exception {
        Payload.Intact cut = assertInstanceOf(
                Payload.Intact.class, read(call(ANNA, Keep.FULL, 6)).getFirst());
        assertEquals("prompt", new String(cut.bytes(), StandardCharsets.UTF_8));
        assertEquals(18, cut.length());
        assertTrue(cut.isCut());
        Payload.Digest digest = assertInstanceOf(
                Payload.Digest.class, read(call(ANNA, Keep.DIGEST, 1000)).getFirst());
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(digest.blind(), "HmacSHA256"));
        assertEquals(
                digest.commit(),
                HexFormat.of().formatHex(mac.doFinal("prompt of somebody".getBytes(StandardCharsets.UTF_8))));
        assertEquals(18, digest.length());
    }

    @Test
    void contentsThatSomebodyExchangedOrDeletedAreNotShown() throws Exception {
        UUID first = call(ANNA, Keep.FULL, 1000);
        UUID second = call(ANNA, Keep.FULL, 1000);
        log.database()
                .tamper(
                        "ALTER TABLE audit.payload DISABLE TRIGGER ALL",
                        "UPDATE audit.payload p SET sealed = o.sealed FROM audit.payload o JOIN audit.record r ON r.id = o.record_id"
                                + " WHERE p.name = 'prompt' AND o.name = 'prompt' AND r.call_id = '" + second + "'",
                        "DELETE FROM audit.payload WHERE name = 'answer'");
        Payload.Unreadable exchanged =
                assertInstanceOf(Payload.Unreadable.class, read(first).getFirst());
        assertTrue(exchanged.why().contains("altered"), exchanged.why());
        assertInstanceOf(Payload.Intact.class, read(second).getFirst());
        Payload.Unreadable deleted =
                assertInstanceOf(Payload.Unreadable.class, read(first).getLast());
        assertTrue(deleted.why().contains("missing"), deleted.why());
    }

    @Test
    void erasingASubjectDestroysItsKeyAndNothingElse() throws Exception {
        UUID annas = call(ANNA, Keep.FULL, 1000);
        UUID bots = call("agent:bot", Keep.FULL, 1000);
        SubjectKey before = keys.current("acme", ANNA);
        Erasure erased = eraser.erase("acme", ANNA, "article 17", "dpo");
        assertEquals(1, erased.keys());
        assertEquals(Map.of("answers", 3), erased.elsewhere());
        keys.forget("acme", ANNA);
        log.turn();

        Payload.Erased gone = assertInstanceOf(Payload.Erased.class, read(annas).getFirst());
        assertEquals(erased.record(), gone.by());
        assertEquals(4L, gone.index());
        assertInstanceOf(Payload.Intact.class, read(bots).getFirst());
        Verification.Intact verified = assertInstanceOf(Verification.Intact.class, verify());
        Finding finding = verified.findings().stream()
                .filter(each -> each.kind() == Finding.Kind.ERASED)
                .findFirst()
                .orElseThrow();
        assertEquals(4L, finding.index());
        assertTrue(finding.detail().contains("ERASED: the contents of user:anna"), finding.detail());

        assertNotEquals(before.id(), keys.current("acme", ANNA).id());
        assertInstanceOf(Payload.Intact.class, read(call(ANNA, Keep.FULL, 1000)).getFirst());
        assertEquals(1, eraser.erase("acme", ANNA, "again", "dpo").keys());
    }

    @Test
    void aKeyThatSomebodyDestroyedWithoutARecordIsFound() throws Exception {
        UUID call = call(ANNA, Keep.FULL, 1000);
        log.database()
                .tamper(
                        "ALTER TABLE audit.payload_key DISABLE TRIGGER ALL",
                        "UPDATE audit.payload_key SET wrapped = NULL, erased_by = gen_random_uuid()");
        assertInstanceOf(Payload.Erased.class, read(call).getFirst());
        Verification.Tampered found = assertInstanceOf(Verification.Tampered.class, verify());
        assertTrue(
                found.first().detail().contains("no record of its erasure"),
                found.first().detail());
    }

    @Test
    void aHoldIsInTheWayUntilItIsReleased() throws Exception {
        UUID call = call(ANNA, Keep.FULL, 1000);
        UUID others = holds.place(new Hold.Order("acme", "agent:bot", null, null, "another case", "counsel"));
        UUID hold = holds.place(new Hold.Order("acme", ANNA, null, null, "case 17", "counsel"));
        Held held = assertThrows(Held.class, () -> eraser.erase("acme", ANNA, "article 17", "dpo"));
        assertEquals(hold, held.hold());
        assertInstanceOf(Payload.Intact.class, read(call).getFirst());
        assertTrue(holds.release("acme", hold, "case closed", "counsel"));
        assertFalse(holds.release("acme", hold, "case closed", "counsel"));
        assertFalse(holds.release("other", others, "not theirs", "counsel"));
        assertEquals(1, eraser.erase("acme", ANNA, "article 17", "dpo").keys());
        assertEquals(1, holds.list("acme", false).size());
        Hold ended = holds.list("acme", true).stream()
                .filter(each -> each.id().equals(hold))
                .findFirst()
                .orElseThrow();
        assertEquals("case closed", Objects.requireNonNull(ended.released()).reason());
        List<String> leaves = log.database().leaves("acme");
        assertEquals(
                2, leaves.stream().filter(leaf -> leaf.contains("hold.placed")).count());
        assertEquals(
                1,
                leaves.stream().filter(leaf -> leaf.contains("hold.released")).count());
        assertEquals(
                1,
                leaves.stream().filter(leaf -> leaf.contains("subject.erased")).count());
    }

    @Test
    void nobodyIsMeantWithoutAKindAndNothingIsDoneWithoutAReason() {
        assertThrows(IllegalArgumentException.class, () -> eraser.erase("acme", "anna", "article 17", "dpo"));
        assertThrows(IllegalArgumentException.class, () -> eraser.erase("acme", ANNA, " ", "dpo"));
        assertThrows(
                IllegalArgumentException.class,
                () -> new Hold.Order("acme", ANNA, Instant.EPOCH, Instant.EPOCH, "empty", "counsel"));
    }
}
