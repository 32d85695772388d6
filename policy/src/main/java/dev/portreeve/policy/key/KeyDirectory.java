package dev.portreeve.policy.key;

import dev.portreeve.policy.call.Subject;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The virtual keys there are, and the judge of presented ones. Thread-safe; every method may block on the database, {@link
 * #authenticate} only for a key it has not seen in the last seconds.
 */
public interface KeyDirectory {
    /** How many keys {@link #list} gives at most. */
    int MAX_LISTED = 1000;

    /**
     * Makes a key for a member, in one transaction with the record that says so.
     *
     * @param name what to call it, at most 100 characters; need not be unique
     * @param expiresAt {@code null} for a key that does not expire
     * @param actor who asked, for the record ({@code cli}, {@code admin:alice})
     * @throws dev.portreeve.audit.EvidenceUnavailable if it cannot be recorded; then it does not exist either
     */
    Issuance create(String tenant, String member, String name, @Nullable Instant expiresAt, String actor);

    /** How many living keys one may have made. */
    int MAX_LIVING_CHILDREN = 100;

    /**
     * Makes a key below another, in one transaction with the record that says so: it belongs to the same member, may use what
     * the key above may and the wish leaves of it, is charged to every budget of the key above, and ends with it.
     *
     * @param parent whoever asks, as {@link #authenticate} let it in
     * @throws dev.portreeve.audit.EvidenceUnavailable if it cannot be recorded; then it does not exist either
     * @throws KeysUnreadable if the key above cannot be looked up
     */
    default Issuance delegate(Subject parent, ChildWish wish) {
        return new Issuance.Refused("keys make no others here");
    }

    /**
     * The living keys that this caller's key made itself, newest first.
     *
     * @throws KeysUnreadable if they cannot be looked up
     */
    default List<KeyInfo> children(Subject parent) {
        return List.of();
    }

    /**
     * Ends a key below the caller's, and with it all below that.
     *
     * @return false if there is no such living key below
     * @throws KeysUnreadable if it cannot be looked up
     * @throws dev.portreeve.audit.EvidenceUnavailable if it cannot be recorded; then the key still works
     */
    default boolean revoke(Subject parent, String keyId) {
        return false;
    }

    /**
     * Ends a key: at once here, within seconds on other replicas.
     *
     * @return false if there is no such living key
     * @throws dev.portreeve.audit.EvidenceUnavailable if it cannot be recorded; then the key still works
     */
    boolean revoke(String tenant, String keyId, String actor);

    /** The tenant's keys, newest first, revoked and expired ones included; at most {@link #MAX_LISTED}. */
    List<KeyInfo> list(String tenant);

    /**
     * Judges what a caller presented, without the name of the scheme ({@code Bearer}). A rejection is recorded, at most so
     * many a second; the presented text itself never is.
     */
    Authentication authenticate(@Nullable String presented);

    /**
     * Judges a key of which only the id is at hand, for somebody who has proved in another way on whose behalf it calls. Directories
     * that know no such callers let none of them in.
     */
    default Authentication recognise(String keyId) {
        return new Authentication.Rejected(Authentication.Reason.UNKNOWN, "there is no such key");
    }

    /**
     * Records that a credential that is no key was refused, such as a token of operators: within the same bound as keys that are refused,
     * so that a flood does not fill the log. Does not block.
     *
     * @param reason a code, such as {@code admin_token_unknown}
     * @param door where it was presented, such as {@code admin}
     */
    default void refusedElsewhere(String reason, String door) {}
}
