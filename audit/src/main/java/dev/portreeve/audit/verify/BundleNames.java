package dev.portreeve.audit.verify;

import dev.portreeve.audit.log.TenantName;

/**
 * The names and forms in an evidence bundle, which is a ZIP file or the folder it was unpacked to. All files are text.
 *
 * <pre>
 * README.txt                   how to check it, in words
 * manifest.note                what is in it, as JSON, signed by the log's key (C2SP signed-note)
 * key.vkey                     the log's verifier key
 * schema.json                  the JSON Schema of records
 * tenants/TENANT/records.jsonl the records, one per line, in the order of their index; a line is the bytes that were hashed
 * tenants/TENANT/leaf-hashes   the hash the log noted for each record, base64, one per line
 * tenants/TENANT/checkpoints   the signed heads, each followed by an empty line
 * tenants/TENANT/head.tlog-proof that the newest of these heads is in the tree over all tenants' heads (C2SP tlog-proof)
 * tenants/TENANT/key.vkey      the same key under the name of this tenant's tree
 * tenants/TENANT/left          if it does not begin at index 0: the subtrees of the tree before it, largest first, base64
 * tenants/TENANT/right         if a signed head goes further: the subtrees from there to the head, left to right, base64
 * tenants/TENANT/anchors.jsonl if anchors hold one: for each anchor a signed head of this tenant, the proof that it is under a head over
 *                              all tenants, and the anchor's receipt of that
 * </pre>
 */
public final class BundleNames {
    public static final String README = "README.txt";
    public static final String MANIFEST = "manifest.note";
    public static final String KEY = "key.vkey";
    public static final String SCHEMA = "schema.json";
    public static final String RECORDS = "records.jsonl";
    public static final String HASHES = "leaf-hashes";
    public static final String CHECKPOINTS = "checkpoints";
    public static final String HEAD_PROOF = "head.tlog-proof";
    public static final String LEFT = "left";
    public static final String RIGHT = "right";
    public static final String ANCHORS = "anchors.jsonl";
    private static final String TENANTS = "tenants/";

    private BundleNames() {}

    /** The name of a tenant's file. */
    public static String of(String tenant, String file) {
        return TENANTS + TenantName.escape(tenant) + "/" + file;
    }
}
