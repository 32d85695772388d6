package dev.portreeve.gateway.http;

import dev.portreeve.hub.seal.Binding;
import dev.portreeve.hub.seal.Purpose;
import dev.portreeve.hub.seal.SealedTokens;
import dev.portreeve.policy.call.CallId;
import dev.portreeve.policy.call.Subject;
import dev.portreeve.policy.key.Authentication;
import dev.portreeve.policy.key.KeyDirectory;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;

/**
 * What a provider presents on {@code /mcp} that calls tools in the course of a model call: a sealed word of the gateway's own in
 * place of the caller's key, which never leaves. It is good for as long as that call may take, and only while the key is: it dies
 * with it. Who calls with it is governed as the member whose call it is. Thread-safe.
 */
final class HostedPasses {
    private static final String PREFIX = "prh_";
    /** Beyond the call's own bound: the last tool may answer when the provider has stopped. */
    private static final Duration SLACK = Duration.ofMinutes(1);

    private static final Binding BINDING = Binding.ofGateway(Purpose.HOSTED_CALL, "", "");

    private final SealedTokens tokens;
    private final KeyDirectory keys;
    private final Duration validFor;

    /** @param callTimeout the most a model call may take */
    HostedPasses(SealedTokens tokens, KeyDirectory keys, Duration callTimeout) {
        this.tokens = tokens;
        this.keys = keys;
        this.validFor = callTimeout.plus(SLACK);
    }

    String issue(Subject subject, CallId call) {
        String content = subject.keyId() + " " + call.value();
        return PREFIX + tokens.seal(BINDING, validFor, content.getBytes(StandardCharsets.UTF_8));
    }

    /** Nothing for what is no pass at all; a pass that opens no more, or whose key is gone, is a rejection. */
    Optional<Authentication> authenticate(String presented) {
        if (!presented.startsWith(PREFIX)) {
            return Optional.empty();
        }
        Optional<byte[]> content = tokens.open(presented.substring(PREFIX.length()), BINDING);
        if (content.isEmpty()) {
            return Optional.of(new Authentication.Rejected(
                    Authentication.Reason.EXPIRED, "this was for the time of one model call, which is over"));
        }
        String[] parts = new String(content.get(), StandardCharsets.UTF_8).split(" ", 2);
        CallId call = new CallId(UUID.fromString(parts[1]));
        return Optional.of(
                switch (keys.recognise(parts[0])) {
                    case Authentication.Authenticated known ->
                        new Authentication.Authenticated(known.subject().within(call));
                    case Authentication.Rejected rejected -> rejected;
                    case Authentication.Unavailable down -> down;
                });
    }
}
