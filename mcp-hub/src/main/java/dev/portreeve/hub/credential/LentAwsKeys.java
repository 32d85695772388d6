package dev.portreeve.hub.credential;

import dev.portreeve.hub.outbound.OutboundHttp;
import dev.portreeve.hub.outbound.OutboundRequest;
import dev.portreeve.hub.outbound.Reach;
import dev.portreeve.policy.call.Deadline;
import dev.portreeve.policy.call.Secret;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Access keys that AWS lends for some hours to what runs on its machines: given by a service beside the container, or by the
 * metadata service of the instance in its second version, which wants a session first. Thread-safe; blocks until the deadline at
 * most.
 */
final class LentAwsKeys {
    private static final int OK = 200;
    private static final int MAX_BYTES = 64 * 1024;
    private static final long MAX_FILE_BYTES = 64 * 1024;
    private static final Pattern ROLE = Pattern.compile("[\\w+=,.@-]{1,128}");
    private static final Pattern VISIBLE = Pattern.compile("[\\x21-\\x7e]{1,16384}");
    private static final Map<String, String> SESSION = Map.of("x-aws-ec2-metadata-token-ttl-seconds", "300");
    private static final String ROLES = "/latest/meta-data/iam/security-credentials/";
    /** New keys are there at least five minutes before the old ones end, so they are asked for then and not before. */
    private static final Duration LIFE_WITH_SUCH_A_MARGIN = Duration.ofMinutes(50);

    private final OutboundHttp http;
    private final InstantSource clock;

    LentAwsKeys(OutboundHttp http, InstantSource clock) {
        this.http = http;
        this.clock = clock;
    }

    /**
     * Those of a container.
     *
     * @param authorization what the service wants to be shown, or {@code null}
     * @param authorizationFile where that stands instead, read anew each time because it changes, or {@code null}
     */
    Token ofContainer(URI address, @Nullable Secret authorization, @Nullable Path authorizationFile, Deadline deadline)
            throws CredentialUnavailable {
        String shown = authorizationFile != null
                ? read(authorizationFile)
                : authorization == null ? null : authorization.reveal();
        OutboundRequest request = OutboundRequest.get(address, "application/json")
                .with(shown == null ? Map.of() : Map.of("Authorization", shown));
        return keys(fetch(request, deadline));
    }

    private static String read(Path file) throws CredentialUnavailable {
        try {
            if (Files.size(file) > MAX_FILE_BYTES) {
                throw new CredentialUnavailable("the file with the container's authorization token is too large");
            }
            String text = Files.readString(file).strip();
            if (!VISIBLE.matcher(text).matches()) {
                throw new CredentialUnavailable("the file with the container's authorization token holds none");
            }
            return text;
        } catch (IOException unreadable) {
            throw new CredentialUnavailable(
                    "the file with the container's authorization token cannot be read", unreadable);
        }
    }

    /** Those of the instance's role. */
    Token ofInstance(URI service, Deadline deadline) throws CredentialUnavailable {
        OutboundRequest session =
                new OutboundRequest("PUT", service.resolve("/latest/api/token"), SESSION, new byte[0]);
        String token = text(fetch(session, deadline), VISIBLE, "no session");
        Map<String, String> shown = Map.of("x-aws-ec2-metadata-token", token);
        OutboundRequest roles =
                OutboundRequest.get(service.resolve(ROLES), "text/plain").with(shown);
        String role = text(fetch(roles, deadline), ROLE, "no role of the instance");
        return keys(fetch(
                OutboundRequest.get(service.resolve(ROLES + role), "application/json")
                        .with(shown),
                deadline));
    }

    private static String text(byte[] answer, Pattern form, String without) throws CredentialUnavailable {
        String text = new String(answer, StandardCharsets.UTF_8).strip();
        if (!form.matcher(text).matches()) {
            throw new CredentialUnavailable("the service that lends AWS keys gave none: " + without);
        }
        return text;
    }

    private byte[] fetch(OutboundRequest request, Deadline deadline) throws CredentialUnavailable {
        try {
            OutboundHttp.Fetched answer = http.fetch(request, Reach.METADATA, MAX_BYTES, deadline);
            if (answer.status() != OK) {
                throw new CredentialUnavailable("the service that lends AWS keys gave none: status " + answer.status());
            }
            return answer.body();
        } catch (IOException failed) {
            throw Failure.of("the service that lends AWS keys gave none", failed);
        }
    }

    /** Those of a role that somebody may take, by AWS's token service. */
    Token ofRole(OutboundRequest signed, Deadline deadline) throws CredentialUnavailable {
        ObjectNode answer = document(fetch(signed, deadline));
        if (answer.at("/AssumeRoleResponse/AssumeRoleResult/Credentials") instanceof ObjectNode document) {
            return keys(document, "SessionToken", clock.instant());
        }
        throw none("no keys of the role");
    }

    private static CredentialUnavailable none(String why) {
        return new CredentialUnavailable("the service that lends AWS keys gave none: " + why);
    }

    private static ObjectNode document(byte[] answer) throws CredentialUnavailable {
        return Documents.object(answer).orElseThrow(() -> none("no json"));
    }

    private Token keys(byte[] answer) throws CredentialUnavailable {
        ObjectNode document = document(answer);
        return keys(document, "Token", expiry(document).minus(LIFE_WITH_SUCH_A_MARGIN));
    }

    private Token keys(ObjectNode document, String token, Instant issued) throws CredentialUnavailable {
        StringBuilder keys = new StringBuilder();
        for (String member : new String[] {"AccessKeyId", "SecretAccessKey", token}) {
            String value = Documents.text(document, member).orElse("");
            if (!VISIBLE.matcher(value).matches()) {
                throw none("no " + member);
            }
            keys.append(keys.isEmpty() ? "" : "\n").append(value);
        }
        Instant expires = expiry(document);
        if (!expires.isAfter(clock.instant())) {
            throw none("they have expired");
        }
        return new Token(new Secret(keys.toString()), "aws", "", issued, expires);
    }

    /** A time, or the seconds since 1970, which the token service says in JSON. */
    private static Instant expiry(ObjectNode document) throws CredentialUnavailable {
        JsonNode said = document.path("Expiration");
        try {
            return said.isNumber()
                    ? Instant.ofEpochSecond((long) said.doubleValue())
                    : Instant.parse(Documents.text(document, "Expiration").orElse(""));
        } catch (DateTimeException none) {
            throw new CredentialUnavailable("the service that lends AWS keys gave none: no Expiration", none);
        }
    }
}
