package dev.portreeve.policy.key;

/** What became of the wish for a new key. */
public sealed interface Issuance {
    /**
     * It exists and works from now on.
     *
     * @param key the only time its secret is seen: only a keyed hash is stored
     */
    record Issued(VirtualKey key, KeyInfo info) implements Issuance {}

    /**
     * It was not made.
     *
     * @param detail why, in plain words, and what to do
     */
    record Refused(String detail) implements Issuance {}

    /**
     * It was not made, because it would have had more than the key that asks.
     *
     * @param member which member of the wish asks for too much
     * @param detail how much there is
     */
    record Beyond(String member, String detail) implements Issuance {}
}
