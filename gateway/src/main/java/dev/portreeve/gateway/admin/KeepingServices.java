package dev.portreeve.gateway.admin;

import dev.portreeve.audit.AuditLog;
import dev.portreeve.audit.AuditReader;
import dev.portreeve.audit.payload.PostgresPayloads;
import dev.portreeve.audit.payload.SubjectKeys;
import dev.portreeve.audit.retention.PostgresEraser;
import dev.portreeve.audit.retention.PostgresHolds;
import dev.portreeve.audit.search.PostgresSearch;

/**
 * What is asked of records after they were written. Each may block on the database.
 *
 * @param log takes the record that somebody read contents
 * @param keys forget those that were destroyed
 */
public record KeepingServices(
        AuditLog log,
        AuditReader records,
        PostgresPayloads payloads,
        SubjectKeys keys,
        PostgresHolds holds,
        PostgresEraser eraser,
        PostgresSearch search) {}
