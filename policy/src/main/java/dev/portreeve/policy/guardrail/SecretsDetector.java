package dev.portreeve.policy.guardrail;

import java.util.List;

/**
 * Finds credentials by forms that their issuers made recognisable: fixed prefixes, checksums, encodings. It does not guess by entropy, so a
 * password in prose is not found, and neither is a commit hash.
 */
public final class SecretsDetector implements Guardrail {
    private static final int OPEN_ENDED = 220;
    private static final CharSet PAT = CharSet.ALPHANUMERIC.and("_");
    private static final CharSet DASHED = CharSet.ALPHANUMERIC.and("-");
    private static final ShapeReading.Table TABLE = new ShapeReading.Table(List.of(
            token("github-token", CharSet.ALPHANUMERIC, 36, "ghp_", "gho_", "ghu_", "ghs_", "ghr_"),
            new TokenShape("github-token", List.of("github_pat_"), PAT, 82, 82, false, body -> body.charAt(22) == '_'),
            token("npm-token", CharSet.ALPHANUMERIC, 36, "npm_"),
            new TokenShape("portreeve-key", List.of("prk_"), PAT, 62, 62, false, SecretsDetector::isOwnKey),
            new TokenShape(
                    "aws-access-key-id",
                    List.of("AKIA", "ASIA"),
                    CharSet.BASE32,
                    16,
                    16,
                    true,
                    body -> !body.endsWith("EXAMPLE")),
            open("anthropic-key", CharSet.BASE64URL, 80, "sk-ant-"),
            new TokenShape("openrouter-key", List.of("sk-or-v1-"), CharSet.HEX, 64, 64, false, body -> true),
            new TokenShape(
                    "openai-key",
                    List.of("sk-"),
                    CharSet.BASE64URL,
                    32,
                    OPEN_ENDED,
                    true,
                    SecretsDetector::isOpenAiLike),
            new TokenShape(
                    "slack-token",
                    List.of("xoxb-", "xoxp-", "xoxa-", "xoxr-", "xoxs-", "xoxe-"),
                    DASHED,
                    24,
                    OPEN_ENDED,
                    false,
                    body -> CharSet.DIGITS.containsAll(body.substring(0, 10))),
            new PemShape(),
            new JwtShape()));

    private final GuardrailConfig config;

    public SecretsDetector(GuardrailConfig config) {
        this.config = config;
    }

    private static TokenShape token(String kind, CharSet body, int length, String... prefixes) {
        return new TokenShape(kind, List.of(prefixes), body, length, length, false, Base62Checksum::isAtEndOf);
    }

    private static TokenShape open(String kind, CharSet body, int min, String... prefixes) {
        return new TokenShape(kind, List.of(prefixes), body, min, OPEN_ENDED, false, unused -> true);
    }

    @Override
    public GuardrailConfig config() {
        return config;
    }

    /** {@code [secret]} for every kind: which one it was stands in the record. */
    @Override
    public String mask(String kind) {
        return "[secret]";
    }

    @Override
    public Reading begin() {
        return new ShapeReading(TABLE);
    }

    /** Newer keys carry a fixed mark in the middle; older ones, and those of imitators, are one run of letters and digits. */
    private static boolean isOpenAiLike(String body) {
        return body.contains("T3BlbkFJ")
                || (CharSet.ALPHANUMERIC.containsAll(body)
                        && body.chars().anyMatch(Character::isDigit)
                        && body.chars().anyMatch(Character::isLetter));
    }

    /** Our own keys: a 12-character id, 43 characters of secret, six of checksum over all that stands before. */
    private static boolean isOwnKey(String body) {
        int split = 12;
        return body.charAt(split) == '_'
                && CharSet.ALPHANUMERIC.containsAll(body.substring(0, split))
                && CharSet.ALPHANUMERIC.containsAll(body.substring(split + 1))
                && Base62Checksum.isAtEndOf("prk_" + body);
    }
}
