package dev.portreeve.audit.verify;

import dev.portreeve.audit.log.IndexRanges;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * What a bundle's manifest says, as far as it is checked. Made from text that anybody may have written: everything is bounded.
 *
 * @param asked what it says of itself
 * @param parts the tenants
 * @param files each file but the manifest
 */
record Manifest(BundleAsked asked, List<Part> parts, Map<String, FileSum> files) {
    /** The form this program writes and reads. */
    static final String FORM = "portreeve-evidence/1";

    private static final int MOST_PARTS = 100_000;
    private static final long MOST_RECORDS = 1L << 40;
    private static final Pattern NAME =
            Pattern.compile("[A-Za-z0-9_%-][A-Za-z0-9_.%-]{0,700}(/[A-Za-z0-9_%-][A-Za-z0-9_.%-]{0,700}){0,3}");

    /**
     * One tenant's records.
     *
     * @param first the index of the first
     * @param size of the signed head that proves them
     * @param dropped of these only the hashes are there: their time was over
     */
    record Part(String tenant, long first, long records, long size, IndexRanges dropped) {
        long end() {
            return first + records;
        }
    }

    /** A file's length and digest. */
    record FileSum(long bytes, String sha256) {}

    /**
     * Reads the text of the note.
     *
     * @throws IllegalArgumentException if it is no manifest; says why
     */
    static Manifest parse(String text) {
        Map<String, Object> json = Json.readObject(text);
        if (!Json.string(json, "form").equals(FORM)) {
            throw new IllegalArgumentException("this program reads bundles of the form " + FORM + " only, not \""
                    + Json.string(json, "form") + "\"");
        }
        List<Part> parts = new ArrayList<>();
        Set<String> tenants = new HashSet<>();
        for (Object each : Json.list(json, "tenants")) {
            Part part = part(Json.object(each));
            if (!tenants.add(part.tenant()) || parts.size() >= MOST_PARTS) {
                throw new IllegalArgumentException("a tenant is named twice, or there are too many");
            }
            parts.add(part);
        }
        if (parts.isEmpty()) {
            throw new IllegalArgumentException("it names no tenant");
        }
        Map<String, FileSum> files = new LinkedHashMap<>();
        for (Object each : Json.list(json, "files")) {
            Map<String, Object> file = Json.object(each);
            String name = Json.string(file, "name");
            requireName(name);
            if (files.put(name, new FileSum(Json.number(file, "bytes"), Json.string(file, "sha256"))) != null) {
                throw new IllegalArgumentException("file \"" + name + "\" is named twice");
            }
        }
        return new Manifest(asked(json), List.copyOf(parts), files);
    }

    /** Whether the newest signed record is in it, and not a range that ends earlier. */
    boolean toTheEnd() {
        return asked.to() == null;
    }

    Instant madeAt() {
        return asked.madeAt();
    }

    private static BundleAsked asked(Map<String, Object> json) {
        Map<String, Object> asked = Json.object(Json.member(json, "asked"));
        return new BundleAsked(
                WrittenTime.require(Json.string(json, "made_at")),
                Json.string(json, "tool"),
                asked.containsKey("tenant") ? Json.string(asked, "tenant") : null,
                asked.containsKey("since") ? Json.number(asked, "since") : 0,
                asked.containsKey("from") ? WrittenTime.require(Json.string(asked, "from")) : null,
                asked.containsKey("to") ? WrittenTime.require(Json.string(asked, "to")) : null);
    }

    private static Part part(Map<String, Object> json) {
        Part part = new Part(
                Json.string(json, "tenant"),
                Json.number(json, "first"),
                Json.number(json, "records"),
                Json.number(json, "size"),
                json.containsKey("dropped") ? IndexRanges.parse(Json.list(json, "dropped")) : IndexRanges.NONE);
        if (part.first() < 0
                || part.records() <= 0
                || part.size() <= 0
                || part.size() > MOST_RECORDS
                || part.first() > part.size() - part.records()) {
            throw new IllegalArgumentException("the range of tenant \"" + part.tenant() + "\" is none");
        }
        return part;
    }

    /**
     * A name in a bundle never leads out of it.
     *
     * @throws IllegalArgumentException if this one might
     */
    static void requireName(String name) {
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException("\"" + Plain.text(name) + "\" cannot be the name of a file in a bundle");
        }
    }
}
