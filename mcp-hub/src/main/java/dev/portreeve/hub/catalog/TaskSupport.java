package dev.portreeve.hub.catalog;

import dev.portreeve.hub.wire.RawJson;

/** Whether a tool of a server of the older era can be called as a task, by its {@code execution.taskSupport} (2025-11-25). */
public enum TaskSupport {
    FORBIDDEN,
    OPTIONAL,
    REQUIRED;

    static TaskSupport of(RawJson definition) {
        RawJson execution = definition.member("execution");
        RawJson said = execution == null ? null : execution.member("taskSupport");
        return switch (said == null ? "" : said.asString().orElse("")) {
            case "optional" -> OPTIONAL;
            case "required" -> REQUIRED;
            default -> FORBIDDEN;
        };
    }
}
