package dev.portreeve.gateway.admin;

import dev.portreeve.audit.AuditLog;
import dev.portreeve.audit.AuditReader;
import dev.portreeve.audit.deliver.DeliveryPlaces;
import dev.portreeve.audit.payload.PostgresPayloads;
import dev.portreeve.audit.payload.SubjectKeys;
import dev.portreeve.audit.retention.PostgresEraser;
import dev.portreeve.audit.retention.PostgresHolds;
import dev.portreeve.audit.search.PostgresSearch;
import java.util.List;

/**
 * What is asked of records after they were written. Each may block on the database.
 *
 * @param log takes the record that somebody read contents
 * @param keys forget those that were destroyed
 * @param delivering the ids of the deliveries that are configured
 */
public record KeepingServices(
        AuditLog log,
        AuditReader records,
        PostgresPayloads payloads,
        SubjectKeys keys,
        PostgresHolds holds,
        PostgresEraser eraser,
        PostgresSearch search,
        DeliveryPlaces deliveries,
        List<String> delivering) {
    public KeepingServices {
        delivering = List.copyOf(delivering);
    }
}
