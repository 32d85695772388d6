package dev.portreeve.gateway.http;

import dev.portreeve.audit.AuditEvent;
import dev.portreeve.audit.AuditLog;
import dev.portreeve.audit.EventKind;
import dev.portreeve.audit.Facts;
import dev.portreeve.gateway.dialect.ErrorAnswer;
import dev.portreeve.policy.call.Subject;
import io.helidon.webserver.http.ServerResponse;
import java.util.Locale;

/** Requests of known callers that never became calls: answered, and recorded with their reason. Thread-safe. */
final class Refusals {
    private static final int MAX_MODEL_IN_RECORD = 200;

    private final AuditLog audit;

    Refusals(AuditLog audit) {
        this.audit = audit;
    }

    /**
     * @param operation in the words of records
     * @param model as the caller named it, or empty
     */
    void refuse(
            ServerResponse response,
            CallReport report,
            Subject subject,
            String operation,
            String model,
            ErrorAnswer error) {
        Facts facts = new Facts()
                .put("type", "llm")
                .put("operation", operation)
                .put("outcome", "rejected")
                .put("reason", error.code())
                .put("status", error.status())
                .put("subject", of(subject))
                .put("key", subject.keyId())
                .put("member", subject.member());
        if (!model.isEmpty()) {
            facts.put("resource", model.substring(0, Math.min(MAX_MODEL_IN_RECORD, model.length())));
        }
        audit.append(new AuditEvent(
                subject.tenant(), EventKind.CALL_REFUSED, report.id().value(), facts));
        ErrorResponse.send(response, report, error);
    }

    /** As in the records of calls. */
    static Facts of(Subject subject) {
        Facts facts = new Facts()
                .put("kind", subject.kind().name().toLowerCase(Locale.ROOT))
                .put("member", subject.member())
                .put("key", subject.keyId());
        return subject.team() == null ? facts : facts.put("team", subject.team());
    }
}
