package dev.portreeve.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.portreeve.audit.log.SignedNote;
import dev.portreeve.audit.log.VerifierKey;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One Portreeve as the witness of another. */
class WitnessApiTest {
    @Test
    void oneGatewayWatchesAnother(@TempDir Path watchedFolder, @TempDir Path watchingFolder) throws IOException {
        try (GatewayFixture watched = new GatewayFixture(watchedFolder)) {
            String consistency = "/api/v1/audit/instance/consistency?from=";
            Awaitility.await()
                    .until(() -> watched.api("GET", consistency + 0, "").statusCode() == 200);
            String key = Files.readString(watched.directory.verifierKey()).strip();
            String witness = "audit: { witness: { name: witness.example/w1, logs: [\"" + key + "\"] } }";
            try (GatewayFixture watching = new GatewayFixture(watchingFolder, witness)) {
                String request = watched.api("GET", consistency + 0, "").body();
                HttpResponse<String> signed = watching.send("POST", "/api/v1/witness/add-checkpoint", request);
                assertEquals(200, signed.statusCode(), signed.body());
                VerifierKey known = VerifierKey.parse(Files.readString(watching.directory.witnessVerifierKey()));
                SignedNote cosigned = SignedNote.parse(request.substring(request.indexOf("\n\n") + 2) + signed.body());
                assertEquals(VerifierKey.Check.VALID, known.check(cosigned));
                HttpResponse<String> again = watching.send("POST", "/api/v1/witness/add-checkpoint", request);
                assertEquals(409, again.statusCode());
                assertEquals(
                        "text/x.tlog.size",
                        again.headers().firstValue("content-type").orElse(""));
                String size = cosigned.text().split("\n", -1)[1];
                assertEquals(size + "\n", again.body());
                watched.newKey("bot");
                Awaitility.await()
                        .until(() -> !watched.api("GET", consistency + size, "")
                                .body()
                                .startsWith("old " + size + "\n\n"));
                String next = watched.api("GET", consistency + size, "").body();
                assertEquals(
                        200,
                        watching.send("POST", "/api/v1/witness/add-checkpoint", next)
                                .statusCode());
                assertEquals(
                        404,
                        watching.send("POST", "/api/v1/witness/add-checkpoint", next.replace("portreeve.local", "x"))
                                .statusCode());
                assertTrue(watched.send("POST", "/api/v1/witness/add-checkpoint", next)
                                .statusCode()
                        == 404);
            }
        }
    }
}
