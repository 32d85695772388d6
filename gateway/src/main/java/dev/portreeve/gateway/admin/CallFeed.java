package dev.portreeve.gateway.admin;

import dev.portreeve.audit.AuditReader;
import dev.portreeve.audit.StoredRecord;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Puts the records of the last calls together, call by call. */
final class CallFeed {
    private static final int RECORDS = 300;
    private final AuditReader reader;

    CallFeed(AuditReader reader) {
        this.reader = reader;
    }

    /** The newest call first. */
    List<CallLine> lines() {
        return byCall().values().stream().map(CallTrace::of).toList();
    }

    /** The records of each call, the oldest first; the calls newest first. */
    Map<String, List<JsonNode>> byCall() {
        Map<String, List<JsonNode>> calls = new LinkedHashMap<>();
        for (StoredRecord stored : reader.newest(null, RECORDS).records()) {
            UUID call = stored.callId();
            if (call != null && stored.kind().startsWith("call.")) {
                calls.computeIfAbsent(call.toString(), id -> new ArrayList<>()).add(read(stored));
            }
        }
        calls.values()
                .forEach(records -> records.sort(
                        Comparator.comparing(record -> record.path("at").asString(""))));
        return calls;
    }

    /** A record somebody changed by hand may be anything; then it is shown as what it is. */
    private static JsonNode read(StoredRecord stored) {
        try {
            return JsonMapper.shared().readTree(stored.leaf());
        } catch (JacksonException altered) {
            return JsonMapper.shared()
                    .createObjectNode()
                    .put("kind", stored.kind())
                    .put("at", stored.at().toString())
                    .put("detail", "the stored bytes are not JSON any more");
        }
    }
}
