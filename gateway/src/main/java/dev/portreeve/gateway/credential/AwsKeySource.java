package dev.portreeve.gateway.credential;

import dev.portreeve.gateway.config.AwsIdentity;
import dev.portreeve.hub.credential.CredentialUnavailable;
import dev.portreeve.policy.call.Deadline;
import java.time.InstantSource;

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

    /** The source that a configuration names. Never blocks; whoever asked for it closes it. */
    static AwsKeySource of(AwsIdentity.Resolved aws, InstantSource clock) {
        return switch (aws) {
            case AwsIdentity.Resolved.Key key ->
                new AwsSignature.Keys(key.accessKeyId(), key.secretAccessKey(), key.sessionToken());
            case AwsIdentity.Resolved.Profile profile -> new AwsProfile(profile.file(), profile.name(), clock);
            case AwsIdentity.Resolved.Container container ->
                AwsLentKeys.ofContainer(
                        container.endpoint(), container.authorization(), container.authorizationFile(), clock);
            case AwsIdentity.Resolved.Instance instance -> AwsLentKeys.ofInstance(instance.endpoint(), clock);
            case AwsIdentity.Resolved.Role role ->
                AwsLentKeys.ofRole(
                        of(role.own(), clock), role.region(), role.endpoint(), role.arn(), role.externalId(), clock);
        };
    }
}
