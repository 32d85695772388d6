package dev.portreeve.audit.log;

/**
 * The names and forms of an exported folder. All files are text.
 *
 * <pre>
 * README.txt           how to check it, in words
 * key.vkey             the log's verifier key
 * manifest.txt         a line per tenant: folder, first index, number of records
 * TENANT/records.jsonl the records, one per line, in the order of their index; a line is the bytes that were hashed
 * TENANT/leaf-hashes   the hash the log noted for each record, base64, one per line
 * TENANT/checkpoints   the signed heads, each followed by an empty line
 * TENANT/key.vkey      the same key under the name of this tenant's tree
 * TENANT/before        only if the export does not begin at index 0: the subtrees of the tree before it, base64
 * </pre>
 */
final class ExportFolder {
    static final String README = "README.txt";
    static final String KEY = "key.vkey";
    static final String MANIFEST = "manifest.txt";
    static final String RECORDS = "records.jsonl";
    static final String HASHES = "leaf-hashes";
    static final String CHECKPOINTS = "checkpoints";
    static final String BEFORE = "before";

    private ExportFolder() {}
}
