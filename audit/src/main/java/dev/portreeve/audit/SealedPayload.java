package dev.portreeve.audit;

import java.util.UUID;

/**
 * Contents that a record speaks of, stored beside it in the same transaction. Nobody may change the array.
 *
 * @param name which contents: {@code prompt}, {@code result} and so on, each once in a record
 * @param keyId of the key of their subject
 * @param sealed under that key; what is in them only their commitment in the record says
 */
public record SealedPayload(String name, UUID keyId, byte[] sealed) {}
