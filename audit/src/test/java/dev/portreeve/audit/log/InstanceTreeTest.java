package dev.portreeve.audit.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.portreeve.audit.verify.AuditVerifier;
import dev.portreeve.audit.verify.Finding;
import dev.portreeve.audit.verify.Verification;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** The tree over all tenants' heads. */
class InstanceTreeTest {
    @TempDir
    Path folder;

    private LogFixture log;

    @BeforeEach
    void open() throws IOException {
        log = new LogFixture(folder);
    }

    @AfterEach
    void close() {
        log.close();
    }

    private Verification verify() {
        return new AuditVerifier(log.signer.verifierKey(), Progress.none())
                .database(log.database.app(), log.heads, List.of());
    }

    private void assertIntact() throws Exception {
        assertInstanceOf(Verification.Intact.class, verify(), verify().toString());
        CompactRange tree = CompactRange.empty();
        TreeHash hash = new TreeHash();
        for (String note : log.database.texts("SELECT c.note FROM audit.instance_sequence s JOIN audit.checkpoint c"
                + " ON c.tenant = s.head_tenant AND c.size = s.head_size ORDER BY s.index")) {
            tree.append(hash.leaf(note.getBytes(StandardCharsets.UTF_8)));
        }
        assertEquals(log.database.number("SELECT count(*) FROM audit.checkpoint"), tree.size(), "every head is a leaf");
        SignedNote last = SignedNote.parse(log.database
                .texts("SELECT note FROM audit.instance_checkpoint ORDER BY size DESC LIMIT 1")
                .getFirst());
        assertEquals(VerifierKey.Check.VALID, log.signer.verifierKey().check(last));
        assertEquals(new Checkpoint("test.example/audit", tree.size(), tree.root()), Checkpoint.parse(last.text()));
    }

    @Test
    void oneHeadSpeaksForEveryTenants() throws Exception {
        log.append("acme", 3);
        log.log("other", 2);
        log.log("acme", 1);
        log.turn();
        assertIntact();
        assertEquals(3, log.database.number("SELECT max(size) FROM audit.instance_checkpoint"));
    }

    @ParameterizedTest
    @EnumSource(Sequencer.Step.class)
    void aCrashBetweenStepsLosesNothing(Sequencer.Step step) throws Exception {
        log.log("acme", 3);
        log.append("acme", 4);
        log.append("other", 2);
        try (Sequencer sequencer = log.sequencer(done -> {
            if (done == step) {
                throw new IllegalStateException("crash after " + done);
            }
        })) {
            assertThrows(IllegalStateException.class, sequencer::runOnce);
        }
        log.turn();
        assertIntact();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
                    DELETE FROM audit.checkpoint WHERE tenant = 'acme' AND size = 3    | head of tenant "acme" of 3 records was deleted
                    UPDATE audit.checkpoint SET note = concat(note, 'x') WHERE size = 3 | index 0
                    DELETE FROM audit.instance_sequence WHERE index = 1                | row of audit.instance_sequence was deleted
                    UPDATE audit.instance_sequence SET leaf_hash = sha256('x') WHERE index = 0 | index 0
                    DELETE FROM audit.instance_sequence WHERE index = 2; DELETE FROM audit.instance_checkpoint WHERE size = 3 | truncated
                    UPDATE audit.instance_checkpoint SET note = 'x' WHERE size = 2     | checkpoint of 2 records is not readable
                    """)
    void whatIsChangedIsFound(String sql, String said) throws Exception {
        log.log("acme", 3);
        log.log("other", 2);
        log.log("acme", 1);
        assertIntact();
        log.database.tamper(sql);
        Verification found = verify();
        assertInstanceOf(Verification.Tampered.class, found);
        assertTrue(
                found.findings().stream()
                        .map(Finding::toString)
                        .anyMatch(finding -> finding.contains("all tenants' heads") && finding.contains(said)),
                found.findings().toString());
    }

    @Test
    void aRestoredTreeIsNotSignedAgain() throws Exception {
        log.log("acme", 3);
        log.log("acme", 1);
        log.database.tamper(
                "DELETE FROM audit.instance_sequence WHERE index = 1",
                "DELETE FROM audit.instance_checkpoint WHERE size = 2");
        log.append("acme", 1);
        try (Sequencer sequencer = log.sequencer()) {
            assertEquals(1, sequencer.runOnce(), "the tenants' own logs go on");
            assertTrue(
                    String.valueOf(sequencer.problem()).startsWith("all tenants' heads: the head kept in"),
                    sequencer.problem());
        }
        assertEquals(1, log.database.number("SELECT count(*) FROM audit.instance_checkpoint"));
    }

    @Test
    void nobodyMayHaveTheNameOfNoTenant() throws Exception {
        log.log("acme", 3);
        log.database.tamper(
                "INSERT INTO audit.record (tenant, id, at, kind, leaf) VALUES ('', uuidv7(), now(), 'x', '{}')");
        log.log("acme", 1);
        try (Sequencer sequencer = log.sequencer()) {
            sequencer.runOnce();
            assertNull(sequencer.problem());
        }
        assertEquals(2, log.database.number("SELECT count(*) FROM audit.instance_sequence"));
        assertEquals(0, log.size(""));
    }
}
