package dev.portreeve.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.portreeve.audit.EventKind;
import dev.portreeve.audit.export.AuditExport;
import dev.portreeve.gateway.GatewayFixture.Outcome;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.zip.ZipFile;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The published form of records against the records that real calls and commands leave, and against its page. */
class AuditSchemaTest {
    private static final Path PAGE = Path.of("../docs/audit-schema.md");

    private static JsonNode schema() throws IOException {
        try (InputStream in = AuditExport.class.getResourceAsStream("record-schema.json")) {
            return JsonMapper.shared().readTree(in.readAllBytes());
        }
    }

    /** What of a record is not as the schema has it. */
    private static void check(JsonNode schema, JsonNode record, Set<String> wrong) {
        String kind = record.path("kind").asString("");
        record.propertyStream().forEach(member -> {
            JsonNode property = schema.path("properties").path(member.getKey());
            if (property.isMissingNode()) {
                wrong.add(kind + "." + member.getKey() + " is not described");
            } else if (!property.path("type").toString().contains("\"" + type(member.getValue()) + "\"")) {
                wrong.add(kind + "." + member.getKey() + " is of type " + type(member.getValue()));
            }
        });
        for (JsonNode name : schema.path("required")) {
            if (!record.has(name.asString())) {
                wrong.add(kind + " has no " + name);
            }
        }
        for (JsonNode rule : schema.path("allOf")) {
            if (rule.at("/if/properties/kind/const").asString().equals(kind)) {
                for (JsonNode name : rule.at("/then/required")) {
                    if (!record.has(name.asString())) {
                        wrong.add(kind + " has no " + name);
                    }
                }
            }
        }
        if (!record.path("at")
                .asString("")
                .matches(schema.at("/properties/at/pattern").asString())) {
            wrong.add(kind + ".at is no time");
        }
    }

    private static String type(JsonNode value) {
        if (value.isString()) {
            return "string";
        }
        if (value.isIntegralNumber()) {
            return "integer";
        }
        if (value.isBoolean()) {
            return "boolean";
        }
        return value.isArray() ? "array" : "object";
    }

    @Test
    void everyKindAndMemberStandsOnThePage() throws IOException {
        JsonNode schema = schema();
        List<String> kinds = schema.at("/properties/kind/enum")
                .valueStream()
                .map(JsonNode::asString)
                .toList();
        for (EventKind kind : EventKind.values()) {
            assertTrue(kinds.contains(kind.code()), kind.code() + " is missing in record-schema.json");
        }
        String page = Files.readString(PAGE);
        for (String name : schema.path("properties").propertyNames()) {
            assertTrue(page.contains("| `" + name + "` |"), name + " is missing in " + PAGE);
        }
        for (EventKind kind : EventKind.values()) {
            assertTrue(page.contains("| `" + kind.code() + "` |"), kind.code() + " is missing in " + PAGE);
        }
    }

    @Test
    void everyMemberThatTheAuditPageNamesIsDescribed() throws IOException {
        JsonNode properties = schema().path("properties");
        List<String> rows = Files.readAllLines(Path.of("../docs/audit.md"));
        int from = rows.indexOf("| member | meaning |");
        assertTrue(from >= 0, "docs/audit.md has its table of members");
        for (String row : rows.subList(from + 2, rows.size())) {
            if (!row.startsWith("|")) {
                break;
            }
            for (String name : row.split("\\|")[1].replace("`", "").split(",")) {
                assertTrue(properties.has(name.strip()), name + " of docs/audit.md is not described");
            }
        }
    }

    private static void upload(GatewayFixture gateway, String key) throws Exception {
        String form = "--b\r\ncontent-disposition: form-data; name=purpose\r\n\r\nbatch\r\n--b\r\n"
                + "content-disposition: form-data; name=file; filename=secret-name\r\n\r\n{}\r\n--b--";
        HttpRequest request = HttpRequest.newBuilder(gateway.data().resolve("/v1/files"))
                .header("authorization", "Bearer " + key)
                .header("content-type", "multipart/form-data; boundary=b")
                .POST(HttpRequest.BodyPublishers.ofString(form))
                .build();
        assertEquals(
                200,
                gateway.http.send(request, HttpResponse.BodyHandlers.ofString()).statusCode());
    }

    @Test
    void whatCallsAndCommandsLeaveIsOfTheForm(@TempDir Path folder) throws Exception {
        JsonNode schema = schema();
        Set<String> kinds = new TreeSet<>();
        try (GatewayFixture gateway = new GatewayFixture(folder)) {
            String key = gateway.newKey("bot");
            Map<String, String> caller = Map.of("PORTREEVE_KEY", key);
            gateway.run(caller, "mcp", "call", "sticky__read");
            gateway.run(caller, "mcp", "call", "sticky__write", "text=for the record");
            upload(gateway, key);
            gateway.run("keys", "revoke", key.substring(4, 16));
            gateway.run(caller, "mcp", "list");
            assertEquals(0, gateway.run("audit", "verify", "--no-record").exitCode());
            gateway.run("audit", "verify");
            Path jsonl = folder.resolve("records.jsonl");
            Awaitility.await().until(() -> {
                Files.deleteIfExists(jsonl);
                Outcome exported = gateway.run("audit", "export", jsonl.toString(), "--format", "jsonl");
                return exported.exitCode() == 0
                        && Files.readString(jsonl).contains("\"kind\":\"audit.verified\"")
                        && Files.readString(jsonl).contains("\"kind\":\"audit.exported\"");
            });
            Set<String> wrong = new TreeSet<>();
            for (String line : Files.readAllLines(jsonl)) {
                JsonNode record = JsonMapper.shared().readTree(line);
                kinds.add(record.path("kind").asString());
                assertFalse(line.contains("secret-name"), line);
                check(schema, record, wrong);
            }
            assertEquals(Set.of(), wrong);

            Path zip = folder.resolve("evidence.zip");
            Outcome exported = gateway.run("audit", "export", "--out", zip.toString(), "--tenant", "acme");
            assertEquals(0, exported.exitCode(), exported.err());
            try (ZipFile bundle = new ZipFile(zip.toFile());
                    InputStream in = bundle.getInputStream(bundle.getEntry("schema.json"))) {
                assertEquals(schema, JsonMapper.shared().readTree(in.readAllBytes()));
            }
            Outcome verified = gateway.run("audit", "verify", zip.toString(), "--since", zip.toString());
            assertEquals(0, verified.exitCode(), verified.out());
            assertTrue(verified.out().contains("assurance: continued"), verified.out());
            assertEquals(
                    2,
                    gateway.run("audit", "export", folder.resolve("x").toString(), "--format", "xlsx")
                            .exitCode());
            Outcome future =
                    gateway.run("audit", "export", folder.resolve("x.zip").toString(), "--to", "2999-01-01");
            assertEquals(1, future.exitCode());
            assertTrue(future.err().contains("is in the future"), future.err());
        }
        for (String expected : List.of(
                "approval.requested",
                "audit.exported",
                "audit.verified",
                "authentication.rejected",
                "call.closed",
                "call.opened",
                "file.kept",
                "key.created",
                "key.revoked",
                "policy.loaded",
                "server.started")) {
            assertTrue(kinds.contains(expected), expected + " is not among " + kinds);
        }
    }
}
