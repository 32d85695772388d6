package dev.portreeve.gateway.credential;

import dev.portreeve.hub.credential.CredentialUnavailable;
import dev.portreeve.policy.call.Deadline;
import java.time.InstantSource;
import java.util.Map;
import java.util.TreeMap;

/** A signature over each request, as AWS wants it. */
public final class SignedCredential implements UpstreamCredential {
    private final AwsKeySource keys;
    private final String region;
    private final String service;
    private final InstantSource clock;

    /**
     * @param keys from now on this one's to close
     * @param service as AWS calls it in signatures
     */
    public SignedCredential(AwsKeySource keys, String region, String service, InstantSource clock) {
        this.keys = keys;
        this.region = region;
        this.service = service;
        this.clock = clock;
    }

    /** With {@code host} among them, so that what is sent is what was signed. */
    @Override
    public Map<String, String> headers(Outgoing request, Deadline deadline) throws CredentialUnavailable {
        AwsSignature signature = new AwsSignature(keys.current(deadline), region, service);
        Map<String, String> signed = new TreeMap<>();
        signed.put("host", request.uri().getRawAuthority());
        signed.put("content-type", request.contentType());
        Map<String, String> shown =
                signature.sign(request.method(), request.uri(), signed, request.body(), clock.instant());
        shown.put("host", request.uri().getRawAuthority());
        return shown;
    }

    @Override
    public void close() {
        keys.close();
    }

    @Override
    public String toString() {
        return "authorization";
    }
}
