package dev.portreeve.gateway.credential;

import dev.portreeve.policy.call.Deadline;
import java.time.InstantSource;
import java.util.Map;
import java.util.TreeMap;

/** A signature over each request, as AWS wants it. */
public final class SignedCredential implements UpstreamCredential {
    private final AwsSignature signature;
    private final InstantSource clock;

    public SignedCredential(AwsSignature signature, InstantSource clock) {
        this.signature = signature;
        this.clock = clock;
    }

    /** With {@code host} among them, so that what is sent is what was signed. */
    @Override
    public Map<String, String> headers(Outgoing request, Deadline deadline) {
        Map<String, String> signed = new TreeMap<>();
        signed.put("host", request.uri().getRawAuthority());
        signed.put("content-type", request.contentType());
        Map<String, String> shown =
                signature.sign(request.method(), request.uri(), signed, request.body(), clock.instant());
        shown.put("host", request.uri().getRawAuthority());
        return shown;
    }

    @Override
    public String toString() {
        return "authorization";
    }
}
