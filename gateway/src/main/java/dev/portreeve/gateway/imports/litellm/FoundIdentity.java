package dev.portreeve.gateway.imports.litellm;

import dev.portreeve.gateway.config.KnownProvider;
import dev.portreeve.gateway.config.YamlScalar;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Who a deployment of LiteLLM is at a cloud, as its {@code aws_…} and {@code vertex_…} keys say: what fills the cloud's address, and the
 * identity of a provider's entry. No secret is copied.
 */
final class FoundIdentity {
    /** The keys that are read here. */
    static final List<String> KEYS = List.of(
            "aws_region_name",
            "aws_access_key_id",
            "aws_secret_access_key",
            "aws_session_token",
            "aws_profile_name",
            "aws_role_name",
            "aws_external_id",
            "vertex_project",
            "vertex_location",
            "vertex_credentials");

    private final Findings findings;

    FoundIdentity(Findings findings) {
        this.findings = findings;
    }

    /**
     * What one deployment says.
     *
     * @param places what stands for the variables of the vendor's address
     * @param block the value of {@code identity}, or {@code null}
     */
    record Found(Map<String, String> places, @Nullable String block) {
        /** The vendor's address with what is known of it; what is not is read from the environment. */
        String address(KnownProvider known) {
            String address = known.baseUrl();
            if ("global".equals(places.get("GOOGLE_CLOUD_LOCATION"))) {
                address = address.replace("{GOOGLE_CLOUD_LOCATION}-aiplatform", "aiplatform");
            }
            for (Map.Entry<String, String> place : places.entrySet()) {
                address = address.replace("{" + place.getKey() + "}", place.getValue());
            }
            return address.replaceAll("(?<!\\$)\\{([A-Z0-9_]+)}", "\\${$1}");
        }

        boolean fills(KnownProvider known) {
            return !places.isEmpty() && places.keySet().containsAll(known.placeholders());
        }
    }

    Found of(Value params) {
        Map<String, String> places = new LinkedHashMap<>();
        place(params.get("aws_region_name"), "AWS_REGION", "identity.aws.region of the provider", places);
        place(params.get("vertex_project"), "GOOGLE_CLOUD_PROJECT", "part of the provider's address", places);
        place(params.get("vertex_location"), "GOOGLE_CLOUD_LOCATION", "part of the provider's address", places);
        String aws = aws(params, places.get("AWS_REGION"));
        return new Found(places, aws == null ? google(params.get("vertex_credentials")) : aws);
    }

    private void place(Value value, String variable, String what, Map<String, String> places) {
        if (value.string().isPresent()) {
            places.put(variable, findings.plain(value));
            findings.converted(value, what);
        }
    }

    private @Nullable String aws(Value params, @Nullable String region) {
        List<String> parts = new ArrayList<>();
        if (region != null) {
            parts.add("region: " + YamlScalar.text(region));
        }
        Value id = params.get("aws_access_key_id");
        Value secret = params.get("aws_secret_access_key");
        if (id.string().isPresent() && secret.string().isPresent()) {
            parts.add("access-key-id: " + YamlScalar.text(findings.secret(id, "AWS_ACCESS_KEY_ID")));
            parts.add("secret-access-key: " + YamlScalar.text(findings.secret(secret, "AWS_SECRET_ACCESS_KEY")));
            if (params.has("aws_session_token")) {
                parts.add("session-token: "
                        + YamlScalar.text(findings.secret(params.get("aws_session_token"), "AWS_SESSION_TOKEN")));
            }
            findings.converted(id, "identity.aws of the provider");
        } else if (params.has("aws_profile_name")) {
            parts.add("profile: " + YamlScalar.text(findings.plain(params.get("aws_profile_name"))));
            findings.converted(params.get("aws_profile_name"), "identity.aws.profile of the provider");
        } else if (id.string().isPresent() || secret.string().isPresent()) {
            findings.unsupported(
                    id.string().isPresent() ? id : secret, "an access key's id and its secret go together; left out");
        }
        role(params, parts);
        return parts.isEmpty() ? null : "{ aws: { " + String.join(", ", parts) + " } }";
    }

    private void role(Value params, List<String> parts) {
        Value role = params.get("aws_role_name");
        if (role.string().isEmpty()) {
            return;
        }
        parts.add("role-arn: " + YamlScalar.text(findings.plain(role)));
        if (params.get("aws_external_id").string().isPresent()) {
            parts.add("external-id: " + YamlScalar.text(findings.plain(params.get("aws_external_id"))));
        }
        findings.converted(role, "identity.aws.role-arn of the provider");
    }

    /** A file's path; what is no path may be the key itself, which is not copied. */
    private @Nullable String google(Value credentials) {
        if (credentials.string().isEmpty()) {
            return null;
        }
        String text = credentials.string().get();
        if (text.startsWith("{") || text.length() > 500) {
            findings.unsupported(
                    credentials,
                    "the key itself stands here: it was not copied; write it to a file that"
                            + " GOOGLE_APPLICATION_CREDENTIALS names");
            return null;
        }
        findings.converted(credentials, "identity.google.credentials-file of the provider");
        return "{ google: { credentials-file: " + YamlScalar.text(findings.plain(credentials)) + " } }";
    }
}
