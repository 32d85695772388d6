package dev.portreeve.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.portreeve.audit.proof.TlogProof;
import dev.portreeve.gateway.GatewayFixture.Outcome;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Receipts and tiles of a running gateway, over its admin listener and the command line. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class LogProofTest {
    private GatewayFixture fixture;
    private String key;

    @BeforeAll
    void start(@TempDir Path folder) throws IOException {
        fixture = new GatewayFixture(folder);
        key = Files.readString(folder.resolve("data/audit-verifier-key")).strip();
    }

    @AfterAll
    void stop() {
        fixture.close();
    }

    private HttpResponse<String> log(String tenant, String rest) {
        return fixture.api("GET", "/api/v1/audit/logs/" + tenant + "/" + rest, "");
    }

    /** The newest record of the log, once it is signed. */
    private JsonNode signedRecord() {
        fixture.newKey("bot");
        String line = fixture.run("audit", "tail", "-n", "1").out().strip();
        JsonNode record = JsonMapper.shared().readTree(line);
        String tenant = record.path("tenant").asString();
        String id = record.path("id").asString();
        Awaitility.await().until(() -> log(tenant, "proofs/" + id).statusCode() == 200);
        return record;
    }

    @Test
    void aReceiptIsCheckedAnywhere(@TempDir Path out) throws IOException {
        String id = signedRecord().path("id").asString();
        Outcome proved = fixture.run("audit", "prove", id, "--to", out.toString());
        assertEquals(0, proved.exitCode(), proved.err());
        Path record = out.resolve(id + ".json");
        Path receipt = out.resolve(id + ".tlog-proof");
        assertTrue(proved.out().contains("--key " + key), proved.out());
        String[] check = {"audit", "check-proof", record.toString(), receipt.toString(), "--key", key};
        Outcome checked = fixture.run(check);
        assertEquals(0, checked.exitCode(), checked.out() + checked.err());
        assertTrue(checked.out().contains("PROVED: this is record "), checked.out());
        Files.writeString(record, Files.readString(record).replace("key.created", "key.revoked"));
        Outcome changed = fixture.run(check);
        assertEquals(1, changed.exitCode());
        assertTrue(changed.out().contains("NOT PROVED: the record is not the one that was logged"), changed.out());
        Files.writeString(receipt, "c2sp.org/tlog-proof@v1\n");
        assertEquals(2, fixture.run(check).exitCode());
    }

    @Test
    void theListenerGivesTheSame() {
        JsonNode record = signedRecord();
        String tenant = record.path("tenant").asString();
        String id = record.path("id").asString();
        HttpResponse<String> proof = log(tenant, "proofs/" + id);
        assertEquals(
                "text/plain; charset=utf-8",
                proof.headers().firstValue("content-type").orElse(""));
        long index = TlogProof.parse(proof.body()).inclusion().index();
        String bundle = log(tenant, "tile/entries/000.p/" + (index + 1)).body();
        assertTrue(bundle.endsWith(log(tenant, "records/" + id).body()), bundle);
        assertTrue(log(tenant, "checkpoint").body().startsWith("portreeve.local/audit/" + tenant + "\n"));
        assertTrue(log(tenant, "consistency?from=1").body().startsWith("old 1\n"));
        assertEquals(200, log(tenant, "tile/0/000.p/1").statusCode());
    }

    @Test
    void aHeadThatWasKeptIsContinued(@TempDir Path out) throws IOException {
        String tenant = signedRecord().path("tenant").asString();
        Path kept = out.resolve("kept");
        Files.writeString(kept, log(tenant, "checkpoint").body());
        long size = Long.parseLong(Files.readString(kept).split("\n", -1)[1]);
        signedRecord();
        Outcome database = fixture.run("audit", "consistency", kept.toString());
        assertEquals(0, database.exitCode(), database.out() + database.err());
        Path newer = out.resolve("newer");
        Files.writeString(newer, log(tenant, "consistency?from=" + size).body());
        String[] offline = {"audit", "consistency", kept.toString(), newer.toString(), "--key", key};
        Outcome files = fixture.run(offline);
        assertEquals(0, files.exitCode(), files.out() + files.err());
        assertTrue(files.out().contains("continues the one of " + size), files.out());
        Files.writeString(newer, log(tenant, "consistency?from=" + (size - 1)).body());
        assertEquals(1, fixture.run(offline).exitCode());
    }

    @Test
    void oneHeadSpeaksForEveryTenants(@TempDir Path out) throws IOException {
        String tenant = signedRecord().path("tenant").asString();
        Path head = out.resolve("head");
        Files.writeString(head, log(tenant, "checkpoint").body());
        String size = Files.readString(head).split("\n", -1)[1];
        String proof = "/api/v1/audit/instance/proofs/" + tenant + "/" + size;
        Awaitility.await().until(() -> fixture.api("GET", proof, "").statusCode() == 200);
        Path receipt = out.resolve("head.tlog-proof");
        Files.writeString(receipt, fixture.api("GET", proof, "").body());
        Outcome checked = fixture.run("audit", "check-proof", head.toString(), receipt.toString(), "--key", key);
        assertEquals(0, checked.exitCode(), checked.out() + checked.err());
        assertTrue(checked.out().contains("that the log portreeve.local/audit had"), checked.out());
        Path instance = out.resolve("instance");
        Files.writeString(
                instance,
                fixture.api("GET", "/api/v1/audit/instance/checkpoint", "").body());
        signedRecord();
        Outcome consistent = fixture.run("audit", "consistency", instance.toString());
        assertEquals(0, consistent.exitCode(), consistent.out() + consistent.err());
    }

    @ParameterizedTest
    @CsvSource({
        "_instance, checkpoint2, 404",
        "nobody, checkpoint, 404",
        "_instance, tile/0/999, 404",
        "_instance, tile/0/0, 404",
        "_instance, tile/entries/000.p/255, 404",
        "_instance, proofs/x, 404",
        "_instance, proofs/01900000-0000-7000-8000-000000000000, 404",
        "_instance, consistency, 400",
        "_instance, consistency?from=x, 400",
        "_instance, consistency?from=999999, 404",
    })
    void whatIsNotThereSaysSo(String tenant, String rest, int status) {
        signedRecord();
        HttpResponse<String> answer = log(tenant, rest);
        assertEquals(status, answer.statusCode(), answer.body());
        assertEquals(
                "application/problem+json",
                answer.headers().firstValue("content-type").orElse(""));
        assertEquals(
                401,
                fixture.send("GET", "/api/v1/audit/logs/" + tenant + "/checkpoint", "")
                        .statusCode());
    }
}
