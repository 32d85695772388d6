package dev.portreeve.gateway.deliver;

import dev.portreeve.audit.deliver.Batch;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Locale;
import java.util.Set;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Records as OTLP log records in JSON (field names in lowerCamelCase, 64-bit numbers as strings, trace ids in hexadecimal, enums
 * as numbers). The record's line is the body, so that it can be checked against the log; what is searched for most stands in
 * attributes beside it.
 */
final class OtlpLogs {
    private static final JsonMapper JSON = JsonMapper.shared();
    private static final int INFO = 9;
    private static final int WARN = 13;
    private static final Set<String> OF_TROUBLE = Set.of(
            "call.refused",
            "authentication.rejected",
            "definition.rejected",
            "definition.quarantined",
            "lease.forfeited");
    private static final String[] MEMBERS = {
        "id", "call", "type", "operation", "resource", "outcome", "reason", "decision", "policy_version"
    };

    private OtlpLogs() {}

    /** A whole request. */
    static byte[] request(Batch batch, Instant now) {
        ObjectNode request = JSON.createObjectNode();
        ObjectNode resource = request.putArray("resourceLogs").addObject();
        attribute(resource.putObject("resource").putArray("attributes"), "service.name", "portreeve");
        ObjectNode scope = resource.putArray("scopeLogs").addObject();
        scope.putObject("scope").put("name", "portreeve.audit");
        ArrayNode records = scope.putArray("logRecords");
        for (Batch.Record record : batch.records()) {
            add(records.addObject(), batch, record, now);
        }
        return JSON.writeValueAsBytes(request);
    }

    private static void add(ObjectNode log, Batch batch, Batch.Record record, Instant now) {
        JsonNode members = members(record.leaf());
        long observed = nanos(now);
        log.put("timeUnixNano", String.valueOf(time(members, observed)));
        log.put("observedTimeUnixNano", String.valueOf(observed));
        boolean trouble = OF_TROUBLE.contains(record.kind())
                || members.path("outcome").asString("completed").equals("failed");
        log.put("severityNumber", trouble ? WARN : INFO);
        log.put("severityText", trouble ? "WARN" : "INFO");
        log.put("eventName", record.kind());
        log.putObject("body").put("stringValue", new String(record.leaf(), StandardCharsets.UTF_8));
        ArrayNode attributes = log.putArray("attributes");
        attributes
                .addObject()
                .put("key", "portreeve.index")
                .putObject("value")
                .put("intValue", String.valueOf(record.index()));
        attribute(attributes, "portreeve.tenant", batch.tenant());
        attribute(attributes, "portreeve.kind", record.kind());
        for (String name : MEMBERS) {
            attribute(attributes, "portreeve." + name, members.path(name).asString(""));
        }
        attribute(
                attributes,
                "portreeve.member",
                members.path("subject").path("member").asString(""));
        String trace = members.path("trace_id").asString("").toLowerCase(Locale.ROOT);
        if (trace.matches("[0-9a-f]{32}") && !trace.matches("0+")) {
            log.put("traceId", trace);
        }
    }

    private static void attribute(ArrayNode attributes, String name, String value) {
        if (!value.isEmpty()) {
            attributes.addObject().put("key", name).putObject("value").put("stringValue", value);
        }
    }

    /** Somebody may have changed a record so that it is no JSON any more: then its line goes without the rest. */
    private static JsonNode members(byte[] leaf) {
        try {
            return JSON.readTree(leaf);
        } catch (JacksonException changed) {
            return JSON.missingNode();
        }
    }

    private static long time(JsonNode members, long otherwise) {
        try {
            return nanos(Instant.parse(members.path("at").asString("")));
        } catch (DateTimeException | ArithmeticException none) {
            return otherwise;
        }
    }

    private static long nanos(Instant at) {
        return Math.addExact(Math.multiplyExact(at.getEpochSecond(), 1_000_000_000L), at.getNano());
    }
}
