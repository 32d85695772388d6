package dev.portreeve.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.portreeve.audit.log.SignedNote;
import dev.portreeve.audit.log.VerifierKey;
import dev.portreeve.gateway.GatewayFixture.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Gateways whose heads go outside, over real HTTP. */
class AnchorsTest {
    private static final String COSIGNED = "/api/v1/audit/instance/cosigned-checkpoint";
    /** What the fixture's other configurations are built on. */
    private static final String REST = "organisation: { tenants: [{ id: acme, users: [{ id: anna }] }] }\n";

    @TempDir
    Path folder;

    private Path folder(String name) throws IOException {
        return Files.createDirectory(folder.resolve(name));
    }

    private static String anchors(GatewayFixture witness, Path worm) throws IOException {
        String key = Files.readString(witness.directory.witnessVerifierKey()).strip();
        return REST + "audit: { anchors: ["
                + "{ name: w1, every: 1s, witness: { url: \"" + witness.admin() + "/api/v1/witness\", key: \"" + key
                + "\" } }, "
                + "{ name: worm, every: 1s, folder: \"" + worm + "\" }] }\n";
    }

    private static void await(GatewayFixture gateway, String said) {
        Awaitility.await().until(() -> gateway.run("audit", "anchors").out().contains(said));
    }

    @Test
    void aGatewayAsksItsWitnessAndAForkOfItIsRefused() throws IOException {
        try (GatewayFixture first = GatewayFixture.configured(folder("watched"), REST)) {
            Awaitility.await()
                    .until(() -> first.api("GET", "/api/v1/audit/instance/checkpoint", "")
                                    .statusCode()
                            == 200);
            String key = Files.readString(first.directory.verifierKey()).strip();
            String witness = "audit: { witness: { name: witness.example/w1, logs: [\"" + key + "\"] } }";
            try (GatewayFixture watching = new GatewayFixture(folder("watching"), witness)) {
                String configuration = anchors(watching, folder.resolve("worm"));
                try (GatewayFixture watched = first.beside(folder("beside"), configuration)) {
                    Awaitility.await()
                            .until(() -> watched.api("GET", COSIGNED, "").statusCode() == 200);
                    SignedNote cosigned =
                            SignedNote.parse(watched.api("GET", COSIGNED, "").body());
                    for (Path known : List.of(watching.directory.witnessVerifierKey(), first.directory.verifierKey())) {
                        assertEquals(
                                VerifierKey.Check.VALID,
                                VerifierKey.parse(Files.readString(known)).check(cosigned));
                    }
                    await(watched, "worm");
                    Awaitility.await()
                            .until(() -> watched.isTrue("SELECT count(DISTINCT anchor) = 2 FROM audit.anchor_receipt"));
                    Outcome listed = watched.run("audit", "anchors");
                    assertEquals(0, listed.exitCode(), listed.out());
                    assertTrue(listed.out().contains("witness") && listed.out().contains("file:"), listed.out());
                    assertTrue(
                            listed.out().lines().skip(1).allMatch(line -> line.matches(".*\\d{4}-\\d\\d-\\d\\dT.*")),
                            listed.out());
                    assertTrue(watched.isTrue("SELECT count(*) > 1 FROM audit.record WHERE kind = 'audit.anchored'"));
                }
                aForkIsRefused(configuration, first);
            }
        }
    }

    /** Somebody has the signing key and begins the log anew. */
    private void aForkIsRefused(String configuration, GatewayFixture first) throws IOException {
        Path forked = folder("forked");
        Path data = Files.createDirectories(forked.resolve("data"));
        for (Path file : List.of(first.directory.signingKey(), first.directory.verifierKey())) {
            Files.copy(file, data.resolve(file.getFileName()));
        }
        try (GatewayFixture fork = GatewayFixture.configured(forked, configuration)) {
            Awaitility.await()
                    .until(() -> fork.isTrue("SELECT count(*) = 2 FROM audit.record WHERE kind = 'audit.anchor_failed'"
                            + " AND convert_from(leaf, 'UTF8') LIKE '%\"reason\":\"refused\"%'"));
            Outcome listed = fork.run("audit", "anchors");
            assertEquals(1, listed.exitCode(), listed.out());
            assertTrue(listed.out().contains("the witness"), listed.out());
            assertTrue((listed.out() + listed.err()).matches("(?s).*fails since \\d{4}-.*"), listed.out());
            // Nobody who calls is in its way.
            assertFalse(fork.newKey("anna").isEmpty());
        }
    }
}
