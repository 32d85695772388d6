package dev.portreeve.gateway.credential;

import dev.portreeve.policy.call.Deadline;
import dev.portreeve.policy.call.Secret;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * AWS Signature Version 4 in headers. S3 signs a path as it is sent and wants the hash of the body as a header; all other
 * services encode the path once more before it is signed. Paths with {@code .} and {@code ..} are not normalised, since none
 * is ever sent. Thread-safe.
 */
public final class AwsSignature {
    private static final String ALGORITHM = "AWS4-HMAC-SHA256";
    private static final String UNRESERVED = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'", Locale.ROOT).withZone(ZoneOffset.UTC);
    private static final int DATE_LENGTH = 8;
    private static final int BYTE = 0xff;
    private static final String OBJECTS = "s3";

    private final Keys keys;
    private final String region;
    private final String service;

    /**
     * An access key.
     *
     * @param sessionToken of keys that are lent for a time, or {@code null}
     */
    public record Keys(
            String accessKeyId,
            Secret secretAccessKey,
            @Nullable Secret sessionToken) implements AwsKeySource {
        @Override
        public Keys current(Deadline deadline) {
            return this;
        }

        /** The id may be logged, and says which key it is. */
        @Override
        public String toString() {
            return accessKeyId;
        }
    }

    AwsSignature(Keys keys, String region, String service) {
        this.keys = keys;
        this.region = region;
        this.service = service;
    }

    /** That of S3 and of what speaks like it. */
    public static AwsSignature ofObjects(Keys keys, String region) {
        return new AwsSignature(keys, region, OBJECTS);
    }

    /**
     * Signs a request. Never blocks.
     *
     * @param uri as it is sent
     * @param headers that are signed beside those of the signature itself; {@code host} must be among them
     * @return the headers to add, names in lower case
     */
    public Map<String, String> sign(String method, URI uri, Map<String, String> headers, byte[] body, Instant now) {
        String time = TIME.format(now);
        Map<String, String> added = new TreeMap<>();
        added.put("x-amz-date", time);
        if (keys.sessionToken() != null) {
            added.put("x-amz-security-token", keys.sessionToken().reveal());
        }
        String bodyHash = hex(sha256(body));
        boolean objects = service.equals(OBJECTS);
        if (objects) {
            added.put("x-amz-content-sha256", bodyHash);
        }
        SortedMap<String, String> signed = new TreeMap<>(headers);
        signed.putAll(added);
        String path = uri.getRawPath() == null || objects ? uri.getRawPath() : encoded(uri.getRawPath(), "/");
        String canonical = canonicalRequest(method, path, uri.getRawQuery(), signed, bodyHash);
        String scope = time.substring(0, DATE_LENGTH) + "/" + region + "/" + service + "/aws4_request";
        String toSign = stringToSign(time, scope, canonical);
        added.put(
                "authorization",
                ALGORITHM + " Credential=" + keys.accessKeyId() + "/" + scope + ", SignedHeaders="
                        + String.join(";", signed.keySet()) + ", Signature=" + signature(time, toSign));
        return added;
    }

    /**
     * @param path as the service signs it
     * @param headers names in lower case
     */
    static String canonicalRequest(
            String method,
            @Nullable String path,
            @Nullable String query,
            SortedMap<String, String> headers,
            String bodyHash) {
        StringBuilder text = new StringBuilder(method).append('\n');
        text.append(path == null || path.isEmpty() ? "/" : path).append('\n');
        text.append(canonicalQuery(query)).append('\n');
        headers.forEach((name, value) -> text.append(name)
                .append(':')
                .append(value.strip().replaceAll(" +", " "))
                .append('\n'));
        return text.append('\n')
                .append(String.join(";", headers.keySet()))
                .append('\n')
                .append(bodyHash)
                .toString();
    }

    private static String canonicalQuery(@Nullable String query) {
        if (query == null || query.isEmpty()) {
            return "";
        }
        List<String> pairs = new ArrayList<>();
        for (String pair : query.split("&", -1)) {
            pairs.add(encoded(pair.contains("=") ? pair : pair + "=", "=%"));
        }
        // By name first: a pair as a text would sort its "=" among the characters of longer names.
        return pairs.stream()
                .sorted(Comparator.comparing((String pair) -> pair.substring(0, pair.indexOf('=')))
                        .thenComparing(Comparator.naturalOrder()))
                .collect(Collectors.joining("&"));
    }

    /** Percent-encodes UTF-8, except what is unreserved and what {@code kept} holds. */
    public static String encoded(String text, String kept) {
        StringBuilder encoded = new StringBuilder(text.length());
        for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
            char c = (char) (b & BYTE);
            if (UNRESERVED.indexOf(c) >= 0 || kept.indexOf(c) >= 0) {
                encoded.append(c);
            } else {
                encoded.append('%').append(HexFormat.of().withUpperCase().toHexDigits(b));
            }
        }
        return encoded.toString();
    }

    static String stringToSign(String time, String scope, String canonical) {
        return ALGORITHM + "\n" + time + "\n" + scope + "\n" + hex(sha256(canonical.getBytes(StandardCharsets.UTF_8)));
    }

    private String signature(String time, String toSign) {
        byte[] secret = ("AWS4" + keys.secretAccessKey().reveal()).getBytes(StandardCharsets.UTF_8);
        byte[] date = hmac(secret, time.substring(0, DATE_LENGTH));
        return hex(hmac(hmac(hmac(hmac(date, region), service), "aws4_request"), toSign));
    }

    private static byte[] hmac(byte[] key, String text) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(key, "HmacSHA256"));
            return mac.doFinal(text.getBytes(StandardCharsets.UTF_8));
        } catch (GeneralSecurityException everyJvmHasIt) {
            throw new IllegalStateException(everyJvmHasIt);
        }
    }

    static byte[] sha256(byte[] bytes) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(bytes);
        } catch (GeneralSecurityException everyJvmHasIt) {
            throw new IllegalStateException(everyJvmHasIt);
        }
    }

    static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }
}
