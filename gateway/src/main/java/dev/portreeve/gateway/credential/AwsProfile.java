package dev.portreeve.gateway.credential;

import dev.portreeve.hub.credential.CredentialUnavailable;
import dev.portreeve.policy.call.Deadline;
import dev.portreeve.policy.call.Secret;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * An access key in the file that AWS's own tools share. The file is looked at again every few seconds, so that a key which
 * something else renews there is used. Blocks for reading a small file.
 */
public final class AwsProfile implements AwsKeySource {
    private static final Duration LOOK_AGAIN = Duration.ofSeconds(5);
    private static final long MAX_BYTES = 1 << 20;
    private static final List<String> FOLLOWED_BY_OTHERS =
            List.of("role_arn", "sso_session", "sso_start_url", "credential_process", "web_identity_token_file");
    private static final String WAYS =
            "for a role write identity.aws.role-arn, else let something write the keys it lends into that profile and"
                    + " renew them (they are read again), give the gateway the role of its instance or container"
                    + " (identity.aws.source), or use a bedrock api key";

    private final Path file;
    private final String profile;
    private final InstantSource clock;
    private final AtomicReference<@Nullable Seen> seen = new AtomicReference<>();

    /** The file as it was when it was last looked at. */
    private record Seen(Instant at, FileTime changed, AwsSignature.Keys keys) {}

    public AwsProfile(Path file, String profile, InstantSource clock) {
        this.file = file;
        this.profile = profile;
        this.clock = clock;
    }

    @Override
    public AwsSignature.Keys current(Deadline deadline) throws CredentialUnavailable {
        Seen last = seen.get();
        Instant now = clock.instant();
        if (last != null && now.isBefore(last.at().plus(LOOK_AGAIN))) {
            return last.keys();
        }
        try {
            FileTime changed = Files.getLastModifiedTime(file);
            AwsSignature.Keys keys = last != null && last.changed().equals(changed) ? last.keys() : read();
            seen.set(new Seen(now, changed, keys));
            return keys;
        } catch (IOException unreadable) {
            throw new CredentialUnavailable("the file of AWS profiles cannot be read", unreadable);
        }
    }

    private AwsSignature.Keys read() throws IOException, CredentialUnavailable {
        if (Files.size(file) > MAX_BYTES) {
            throw new CredentialUnavailable("the file of AWS profiles is larger than " + MAX_BYTES + " bytes");
        }
        Map<String, String> values = section(Files.readString(file));
        String id = values.get("aws_access_key_id");
        String secret = values.get("aws_secret_access_key");
        if (id == null || secret == null || id.isEmpty() || secret.isEmpty()) {
            throw new CredentialUnavailable("AWS profile \"" + profile + "\" has no access key" + instead(values));
        }
        String token = values.get("aws_session_token");
        return new AwsSignature.Keys(
                id, new Secret(secret), token == null || token.isEmpty() ? null : new Secret(token));
    }

    private String instead(Map<String, String> values) {
        if (values.isEmpty()) {
            return ": there is no such profile in " + file.getFileName()
                    + ", and the file beside it that has roles and single sign-on is not read; " + WAYS;
        }
        String found = FOLLOWED_BY_OTHERS.stream()
                .filter(values::containsKey)
                .findFirst()
                .orElse("");
        return found.isEmpty() ? "" : ": what its " + found + " leads to is not followed; " + WAYS;
    }

    private Map<String, String> section(String text) {
        Map<String, String> values = new HashMap<>();
        boolean inside = false;
        for (String line : text.split("\\R", -1)) {
            String stripped = line.strip();
            if (stripped.startsWith("[") && stripped.endsWith("]")) {
                String name = stripped.substring(1, stripped.length() - 1).strip();
                inside = name.equals(profile) || name.equals("profile " + profile);
            } else if (inside && !stripped.startsWith("#") && !stripped.startsWith(";")) {
                int equals = stripped.indexOf('=');
                if (equals > 0) {
                    values.put(
                            stripped.substring(0, equals).strip(),
                            stripped.substring(equals + 1).strip());
                }
            }
        }
        return values;
    }

    @Override
    public String toString() {
        return "profile " + profile;
    }
}
