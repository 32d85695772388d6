package dev.portreeve.audit.anchor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.portreeve.audit.log.LogSigner;
import dev.portreeve.audit.log.SignedNote;
import dev.portreeve.audit.proof.Continuation;
import dev.portreeve.audit.stamp.OpensslAuthority;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Anchors that answer with anything, and clocks that jump: what fails is seen, and nothing counts that was not said. */
class AnchorTroubleTest {
    private static final URI ADDRESS = URI.create("https://anchor.example/x?key=a-secret");

    @TempDir
    Path folder;

    private AnchorFixture anchored;

    @BeforeEach
    void open() throws Exception {
        anchored = new AnchorFixture(folder);
        anchored.log.log("acme", 1);
    }

    @AfterEach
    void close() {
        anchored.close();
    }

    private interface Put {
        Anchor.Confirmation put(Continuation next) throws IOException;
    }

    private static Anchor anchor(Put put) {
        return new Anchor() {
            @Override
            public String name() {
                return "odd";
            }

            @Override
            public Kind kind() {
                return Kind.WITNESS;
            }

            @Override
            public Confirmation put(Continuation next, Continuations log) throws IOException {
                return put.put(next);
            }
        };
    }

    private String problem(Anchor anchor) throws SQLException {
        assertFalse(anchored.due(anchor));
        assertTrue(anchored.state(anchor).failures() > 0);
        return String.valueOf(anchored.state(anchor).problem());
    }

    private LogSigner witness() throws IOException {
        return LogSigner.loadOrCreateWitness(folder.resolve("w.pem"), "witness.example/w1");
    }

    private WitnessAnchor witness(AnchorPost post) throws IOException {
        return new WitnessAnchor("w1", ADDRESS, witness().verifierKey(), post);
    }

    private static AnchorPost.Answer answer(String body) {
        return new AnchorPost.Answer(200, body.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void aSignatureOverMoreThanTheHeadIsNone() throws Exception {
        WitnessAnchor other = witness((url, type, body) -> {
            String head = Continuation.parse(new String(body, StandardCharsets.UTF_8))
                    .note()
                    .text();
            SignedNote signed = witness().sign(head + "\nand more\n");
            return answer("and more\n\n" + signed.lines());
        });
        assertEquals("the witness signs something else than it was asked to", problem(other));
    }

    @Test
    void whatNobodyThoughtOfIsSeenToo() throws Exception {
        assertEquals("it failed in a way nobody thought of: IllegalStateException: odd", problem(anchor(next -> {
            throw new IllegalStateException("odd");
        })));
        assertTrue(problem(anchor(next -> new Anchor.Confirmation(
                        next.note(), Instant.parse("+400000-01-01T00:00:00Z"), "there", new byte[0])))
                .contains("none of ours"));
        assertTrue(
                problem(anchor(next -> new Anchor.Confirmation(next.note(), Instant.now(), "there", new byte[40_000])))
                        .contains("40000 bytes"));
    }

    @Test
    void whatAStrangerSaysCanBeKept() throws Exception {
        String said = problem(anchor(next -> {
            throw new IOException("he said \u0000\n\ud800 " + "x".repeat(70_000));
        }));
        assertTrue(said.startsWith("he said   x"), said);
        assertEquals(1000, said.length());
        assertEquals(
                1,
                anchored.log.database().number("SELECT count(*) FROM audit.record WHERE kind = 'audit.anchor_failed'"));
    }

    @Test
    void aTurnThatLiesInTheFutureSinceTheClockWasSetBackIsDue() throws Exception {
        FileAnchor worm = new FileAnchor("worm", folder.resolve("worm"), InstantSource.system());
        assertTrue(anchored.once(worm));
        anchored.log.log("acme", 1);
        assertFalse(anchored.once(worm), "its next turn is in an hour");
        try (Connection connection = anchored.log.database().owner().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("UPDATE audit.anchor_state SET next_at = next_at + interval '90 days',"
                    + " tried_at = tried_at + interval '90 days'");
        }
        assertTrue(anchored.once(worm));
    }

    @Test
    void whatStandsBehindTheAddressIsNotToldToEverybody() throws Exception {
        WitnessAnchor w1 = witness((url, type, body) -> {
            assertTrue(url.toString().startsWith("https://anchor.example/x"));
            return AnchorFixture.post(anchored.witness(folder)).post(url, type, body);
        });
        WitnessAnchor honest = new WitnessAnchor(
                "w2", ADDRESS, anchored.witness(folder).verifierKey(), AnchorFixture.post(anchored.witness(folder)));
        assertTrue(anchored.due(honest), String.valueOf(anchored.state(honest).problem()));
        assertEquals("https://anchor.example/x", anchored.state(honest).place());
        assertTrue(problem(w1).contains("not signed with its key"));
    }

    /** Whatever a witness and an authority answer: it is a failure, and nothing else. */
    @Test
    void whatStrangersAnswerIsAFailureAtMost() throws Exception {
        Random random = new Random(20_261_122);
        Continuation next = anchored.newest();
        String head = next.note().text();
        List<String> honest = List.of(
                witness().sign(head).lines(),
                witness().sign(head + "\nx\n").lines(),
                "7\n",
                "",
                "\n\n",
                "\u2014 a b\n");
        OpensslAuthority authority = OpensslAuthority.in(folder.resolve("tsa"));
        int confirmed = 0;
        for (int i = 0; i < 3000; i++) {
            byte[] body = mutated(honest.get(random.nextInt(honest.size())), random);
            int status = List.of(200, 200, 409, 422, 500).get(random.nextInt(5));
            AnchorPost post = (url, type, asked) -> new AnchorPost.Answer(status, body);
            confirmed += isConfirmed(witness(post), next) ? 1 : 0;
            assertFalse(isConfirmed(
                    new TimestampAnchor("tsa", ADDRESS, authority.trust(), post, InstantSource.system(), new Random(i)),
                    next));
        }
        assertTrue(confirmed > 0, "some were left as they were");
    }

    private static boolean isConfirmed(Anchor anchor, Continuation next) {
        try {
            Anchor.Confirmation given = anchor.put(next, size -> next);
            assertEquals(next.note(), given.head());
            return true;
        } catch (AnchorRefused | IOException failed) {
            return false;
        }
    }

    private static byte[] mutated(String text, Random random) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        for (int i = random.nextInt(4); i > 0 && bytes.length > 0; i--) {
            bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
        }
        return bytes;
    }
}
