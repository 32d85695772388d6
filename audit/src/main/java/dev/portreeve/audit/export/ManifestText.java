package dev.portreeve.audit.export;

import dev.portreeve.audit.log.VerifierKey;
import dev.portreeve.audit.verify.BundleNames;
import dev.portreeve.audit.verify.Json;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The text of a bundle's manifest. */
final class ManifestText {
    private ManifestText() {}

    static String of(
            Selection selection,
            AuditExport.Asker asker,
            VerifierKey key,
            Instant now,
            List<TenantExport> tenants,
            List<BundleWriter.Written> files) {
        Map<String, Object> manifest = new LinkedHashMap<>();
        manifest.put("form", "portreeve-evidence/1");
        manifest.put("tool", asker.tool());
        manifest.put("made_at", now.toString());
        manifest.put("made_by", asker.by());
        manifest.put("log", key.name());
        manifest.put("asked", asked(selection));
        manifest.put("tenants", tenants.stream().map(ManifestText::tenant).toList());
        manifest.put("redactions", redactions(tenants));
        manifest.put("files", files.stream().map(ManifestText::file).toList());
        return Json.write(manifest);
    }

    private static Map<String, Object> asked(Selection selection) {
        Map<String, Object> asked = new LinkedHashMap<>();
        put(asked, "tenant", selection.tenant());
        if (selection.since() > 0) {
            asked.put("since", selection.since());
        }
        put(asked, "from", selection.from());
        put(asked, "to", selection.to());
        return asked;
    }

    private static void put(Map<String, Object> object, String name, @Nullable Object value) {
        if (value != null) {
            object.put(name, value.toString());
        }
    }

    private static Map<String, Object> tenant(TenantExport export) {
        LogRange range = export.range();
        Map<String, Object> tenant = new LinkedHashMap<>();
        tenant.put("tenant", range.tenant());
        tenant.put("folder", BundleNames.of(range.tenant(), ""));
        tenant.put("first", range.first());
        tenant.put("records", range.records());
        tenant.put("size", range.size());
        if (!export.dropped().texts().isEmpty()) {
            tenant.put("dropped", export.dropped().texts());
        }
        put(tenant, "head", export.checkpoint());
        return tenant;
    }

    /** What a reader might miss, and why it is not there. */
    private static List<Map<String, Object>> redactions(List<TenantExport> tenants) {
        List<Map<String, Object>> redactions = new ArrayList<>();
        Map<String, Object> contents = new LinkedHashMap<>();
        contents.put("what", "prompts, answers, and arguments that are not configured to be recorded");
        contents.put("why", "records never hold them");
        redactions.add(contents);
        for (TenantExport each : tenants) {
            if (!each.dropped().texts().isEmpty()) {
                Map<String, Object> redaction = new LinkedHashMap<>();
                redaction.put("what", "records of which only the hashes are there");
                redaction.put("why", "their time was over; a record of the kind records.dropped says so");
                redaction.put("tenant", each.range().tenant());
                redaction.put("indexes", each.dropped().texts());
                redactions.add(redaction);
            }
            if (each.shortened() > 0) {
                Map<String, Object> redaction = new LinkedHashMap<>();
                redaction.put("what", "the longest lists or texts of records that would have been larger than 16 KiB");
                redaction.put("why", "a record has a bound; its member \"truncated\" says how long they were");
                redaction.put("tenant", each.range().tenant());
                redaction.put("records", each.shortened());
                redactions.add(redaction);
            }
        }
        return redactions;
    }

    private static Map<String, Object> file(BundleWriter.Written written) {
        Map<String, Object> file = new LinkedHashMap<>();
        file.put("name", written.name());
        file.put("bytes", written.bytes());
        file.put("sha256", written.sha256());
        return file;
    }
}
