package dev.portreeve.gateway.model;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** What AWS does with a signed request: makes its signature once more, from the bytes that arrived and nothing else. */
public final class SignedRequest {
    private static final Pattern AUTHORIZATION =
            Pattern.compile("AWS4-HMAC-SHA256 Credential=([^/]+)/(\\d{8}/([^/]+)/([^/]+)/aws4_request), "
                    + "SignedHeaders=([a-z0-9;-]+), Signature=([0-9a-f]{64})");

    private SignedRequest() {}

    /** The access key's id if the signature is right. */
    public static String verified(ReplayUpstream.Seen seen, String secret) throws GeneralSecurityException {
        Matcher parts = AUTHORIZATION.matcher(seen.headers().getOrDefault("authorization", ""));
        if (!parts.matches()) {
            throw new AssertionError("not signed: " + seen.headers().keySet());
        }
        String[] line = seen.line().split(" ");
        StringBuilder canonical = new StringBuilder(line[0] + "\n" + line[1].replace("%", "%25") + "\n\n");
        for (String name : parts.group(5).split(";")) {
            canonical.append(name).append(':').append(seen.headers().get(name)).append('\n');
        }
        canonical.append('\n').append(parts.group(5)).append('\n').append(digest(seen.body()));
        String time = seen.headers().get("x-amz-date");
        String toSign = String.join(
                "\n",
                "AWS4-HMAC-SHA256",
                time,
                parts.group(2),
                digest(canonical.toString().getBytes(StandardCharsets.UTF_8)));
        byte[] key = ("AWS4" + secret).getBytes(StandardCharsets.UTF_8);
        for (String step : parts.group(2).split("/")) {
            key = hmac(key, step);
        }
        String expected = HexFormat.of().formatHex(hmac(key, toSign));
        if (!expected.equals(parts.group(6)) || !parts.group(5).contains("host")) {
            throw new AssertionError("the signature of " + seen.line() + " is wrong");
        }
        return parts.group(1);
    }

    private static String digest(byte[] bytes) throws GeneralSecurityException {
        return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    }

    private static byte[] hmac(byte[] key, String text) throws GeneralSecurityException {
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(key, "HmacSHA256"));
        return mac.doFinal(text.getBytes(StandardCharsets.UTF_8));
    }
}
