package dev.portreeve.audit.export;

import dev.portreeve.audit.verify.Json;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Open Cybersecurity Schema Framework 1.8.0. Calls are API Activity with the profile ai_operation; what a guardrail or the quarantine
 * stopped is a Detection Finding; a credential that was not accepted is Authentication; everything that changes a key, an
 * approval, rules or the server is Entity Management. The record itself is {@code raw_data}.
 */
final class OcsfLines implements RecordLines {
    private static final String VERSION = "1.8.0";
    private static final int OTHER = 99;
    private static final int CREATE = 1;
    private static final int READ = 2;
    private static final int UPDATE = 3;
    private static final int DELETE = 4;
    private static final int ACTIVATE = 10;
    private static final int DEACTIVATE = 11;
    private static final int TYPES_PER_CLASS = 100;
    private static final int CLASSES_PER_CATEGORY = 1000;

    /** The classes, by their number. */
    private enum EventClass {
        DETECTION_FINDING(2004),
        AUTHENTICATION(3002),
        ENTITY_MANAGEMENT(3004),
        API_ACTIVITY(6003);

        private final int uid;

        EventClass(int uid) {
            this.uid = uid;
        }
    }

    @Override
    public byte[] line(byte[] leaf, long index) {
        RecordView record = RecordView.of(leaf, index);
        StringBuilder line = new StringBuilder();
        Json.writeLine(line, event(record));
        return RecordLines.bytes(line.append('\n').toString());
    }

    private static EventClass classOf(RecordView record) {
        if (record.kind().equals("definition.quarantined")
                || record.text("reason", "").equals("guardrail_blocked")) {
            return EventClass.DETECTION_FINDING;
        }
        if (record.kind().equals("authentication.rejected")) {
            return EventClass.AUTHENTICATION;
        }
        return record.ofCall() ? EventClass.API_ACTIVITY : EventClass.ENTITY_MANAGEMENT;
    }

    private static Map<String, Object> event(RecordView record) {
        EventClass type = classOf(record);
        int activity = activity(type, record);
        Map<String, Object> event = new LinkedHashMap<>();
        event.put("category_uid", type.uid / CLASSES_PER_CATEGORY);
        event.put("class_uid", type.uid);
        event.put("activity_id", activity);
        if (activity == OTHER) {
            event.put("activity_name", record.kind());
        }
        event.put("type_uid", type.uid * TYPES_PER_CLASS + activity);
        event.put("time", record.millis());
        event.put("severity_id", severity(type, record));
        event.put("message", record.sentence());
        event.put("metadata", metadata(type, record));
        status(event, type, record);
        switch (type) {
            case API_ACTIVITY -> call(event, record);
            case DETECTION_FINDING -> finding(event, record);
            case AUTHENTICATION -> {
                event.put("user", user(record));
                event.put("service", Map.of("name", "portreeve"));
            }
            case ENTITY_MANAGEMENT -> {
                event.put("entity", entity(record));
                event.put("actor", actor(record));
            }
        }
        event.put("raw_data", record.json());
        return event;
    }

    private static int activity(EventClass type, RecordView record) {
        return switch (type) {
            case DETECTION_FINDING, AUTHENTICATION -> CREATE;
            case API_ACTIVITY -> Boolean.TRUE.equals(record.members().get("read_only")) ? READ : OTHER;
            case ENTITY_MANAGEMENT ->
                switch (record.kind()) {
                    case "approval.requested", "key.created" -> CREATE;
                    case "audit.exported", "audit.delivered", "audit.verified" -> READ;
                    case "key.revoked" -> DELETE;
                    case "server.started", "definition.accepted" -> ACTIVATE;
                    case "server.stopped",
                            "server.lost",
                            "definition.rejected",
                            "definition.withdrawn",
                            "approval.expired",
                            "approval.withdrawn",
                            "approval.revoked",
                            "approval.lapsed" -> DEACTIVATE;
                    default -> UPDATE;
                };
        };
    }

    /** 1 informational to 5 critical. */
    private static int severity(EventClass type, RecordView record) {
        if (record.kind().equals("audit.verified") && Boolean.FALSE.equals(record.succeeded())) {
            return 5;
        }
        return switch (type) {
            case DETECTION_FINDING -> 3;
            case AUTHENTICATION -> 2;
            case API_ACTIVITY, ENTITY_MANAGEMENT -> 1;
        };
    }

    private static void status(Map<String, Object> event, EventClass type, RecordView record) {
        Boolean succeeded = record.succeeded();
        if (type == EventClass.DETECTION_FINDING) {
            event.put("status_id", 1);
        } else if (succeeded != null) {
            event.put("status_id", succeeded ? 1 : 2);
        }
        put(event, "status_code", record.text("reason", record.text("outcome", "")));
        put(event, "status_detail", record.text("detail"));
        Long duration = record.number("duration_ms");
        if (duration != null) {
            event.put("duration", duration);
        }
    }

    private static void put(Map<String, Object> object, String name, @Nullable String text) {
        if (text != null && !text.isEmpty()) {
            object.put(name, text);
        }
    }

    private static Map<String, Object> metadata(EventClass type, RecordView record) {
        Map<String, Object> metadata = new LinkedHashMap<>();
        metadata.put("version", VERSION);
        metadata.put("product", Map.of("name", "Portreeve"));
        put(metadata, "uid", record.text("id"));
        put(metadata, "tenant_uid", record.text("tenant"));
        put(metadata, "event_code", record.text("kind"));
        put(metadata, "original_time", record.text("at"));
        put(metadata, "correlation_uid", record.text("call", record.text("ticket", "")));
        if (record.index() <= Integer.MAX_VALUE) {
            metadata.put("sequence", record.index());
        }
        if (type == EventClass.API_ACTIVITY) {
            metadata.put("profiles", List.of("ai_operation"));
        }
        return metadata;
    }

    private static Map<String, Object> user(RecordView record) {
        Map<String, Object> user = new LinkedHashMap<>();
        put(user, "name", record.who());
        put(user, "credential_uid", record.key());
        String team = record.text("subject.team");
        if (team != null) {
            user.put("groups", List.of(Map.of("name", team)));
        }
        if (!user.containsKey("name")) {
            user.put("name", "unknown");
        }
        boolean agent = record.text("subject.kind", "").equals("agent");
        user.put("type_id", agent ? 4 : record.text("subject.kind") == null ? 0 : 1);
        return user;
    }

    private static Map<String, Object> actor(RecordView record) {
        return Map.of("user", user(record));
    }

    private static void call(Map<String, Object> event, RecordView record) {
        event.put("actor", actor(record));
        Map<String, Object> api = new LinkedHashMap<>();
        api.put("operation", record.text("operation", record.kind()));
        String service = record.text("provider", record.text("server", ""));
        if (!service.isEmpty()) {
            api.put("service", Map.of("name", service));
        }
        String call = record.text("call");
        if (call != null) {
            api.put("request", Map.of("uid", call));
        }
        event.put("api", api);
        // Which machine called is in no record: the key is what is known of the caller.
        String key = record.key();
        event.put("src_endpoint", key == null ? Map.of("name", "unknown") : Map.of("uid", key));
        String resource = record.text("resource");
        if (resource != null) {
            event.put("resources", List.of(Map.of("name", resource, "type", record.text("type", "unknown"))));
        }
        Long code = record.number("upstream_status");
        if (code != null) {
            event.put("http_response", Map.of("code", code));
        }
        if (record.text("type", "").equals("llm")) {
            model(event, record);
        }
    }

    private static void model(Map<String, Object> event, RecordView record) {
        Map<String, Object> model = new LinkedHashMap<>();
        model.put("ai_provider", record.text("provider", "unknown"));
        model.put("name", record.text("upstream_model", record.text("resource", "unknown")));
        event.put("ai_model", model);
        Long input = record.number("usage.input_tokens");
        Long output = record.number("usage.output_tokens");
        Map<String, Object> context = new LinkedHashMap<>();
        context.put("service", Map.of("name", "portreeve"));
        if (input != null && output != null) {
            context.put("prompt_tokens", input);
            context.put("completion_tokens", output);
            context.put("total_tokens", input + output);
        }
        event.put("message_context", context);
    }

    private static Map<String, Object> entity(RecordView record) {
        Map<String, Object> entity = new LinkedHashMap<>();
        String kind = record.kind();
        entity.put("type", kind.indexOf('.') > 0 ? kind.substring(0, kind.indexOf('.')) : kind);
        entity.put("type_id", kind.startsWith("policy.") ? 5 : OTHER);
        put(entity, "name", record.text("name", record.text("resource", "")));
        put(entity, "uid", record.text("ticket", record.text("key", record.text("process", ""))));
        if (!entity.containsKey("name") && !entity.containsKey("uid")) {
            entity.put("name", kind);
        }
        return entity;
    }

    private static void finding(Map<String, Object> event, RecordView record) {
        Map<String, Object> info = new LinkedHashMap<>();
        info.put("uid", record.text("id", "unknown"));
        info.put("title", record.sentence());
        info.put("created_time", record.millis());
        List<String> types = new ArrayList<>();
        for (Object each : record.list("guardrails")) {
            if (each instanceof Map<?, ?> found && found.get("kind") instanceof String kind && !types.contains(kind)) {
                types.add(kind);
            }
        }
        info.put("types", types.isEmpty() ? List.of(record.kind()) : types);
        event.put("finding_info", info);
        String resource = record.text("resource");
        if (resource != null) {
            event.put("resources", List.of(Map.of("name", resource, "type", record.text("type", "unknown"))));
        }
    }
}
