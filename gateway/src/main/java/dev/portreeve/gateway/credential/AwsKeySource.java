package dev.portreeve.gateway.credential;

import dev.portreeve.hub.credential.CredentialUnavailable;
import dev.portreeve.policy.call.Deadline;

/** Where the access key comes from that requests to AWS are signed with. Thread-safe. */
public sealed interface AwsKeySource extends AutoCloseable permits AwsSignature.Keys, AwsProfile, AwsLentKeys {
    /**
     * The key that is good now. May block, until the deadline at most.
     *
     * @throws CredentialUnavailable if there is none; the request is then not sent
     */
    AwsSignature.Keys current(Deadline deadline) throws CredentialUnavailable;

    @Override
    default void close() {}
}
