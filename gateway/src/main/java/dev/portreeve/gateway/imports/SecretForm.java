package dev.portreeve.gateway.imports;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Guesses which values of a file are secret: by the name they stand under, by the forms that issuers gave their tokens, and
 * by looking random. It errs towards secret: a reference in place of a harmless value costs one variable, the other mistake
 * a key.
 */
final class SecretForm {
    private static final Pattern NAME = Pattern.compile(
            "(?i).*(token|secret|passw|passphrase|pwd|api[-_]?key|apikey|access[-_]?key|private[-_]?key|credential|bearer"
                    + "|cookie|session[-_]?id|signature|dsn|connection[-_]?string|webhook|authorization).*"
                    + "|(?i)(.*[-_])?(key|auth|pat|pin)");
    private static final Pattern ISSUED = Pattern.compile(
            "(?<![A-Za-z0-9])("
                    + "gh[pousr]_[A-Za-z0-9]{16,}|github_pat_\\w{16,}|glpat-[\\w-]{12,}|sk-[\\w-]{12,}|xox[a-z]-[\\w-]{8,}"
                    + "|AKIA[A-Z0-9]{12,}|ASIA[A-Z0-9]{12,}|AIza[\\w-]{16,}|npm_[A-Za-z0-9]{16,}|prk_[A-Za-z0-9_]{16,}"
                    + "|eyJ[\\w-]{8,}\\.[\\w.-]{8,}|[sr]k_(live|test)_\\w{8,}|whsec_\\S{8,}|hf_[A-Za-z0-9]{16,}"
                    + "|lin_api_\\w{8,}|ntn_\\w{16,}|pplx-\\w{16,}|tvly-[\\w-]{8,}|-----BEGIN [A-Z ]*PRIVATE KEY-----[\\s\\S]*)");
    private static final Pattern IN_URL = Pattern.compile("[a-zA-Z][a-zA-Z0-9+.-]*://[^/\\s:@]*:[^/\\s@]+@.*");
    private static final Pattern RANDOM = Pattern.compile("(?=.*[0-9])(?=.*[A-Za-z])[A-Za-z0-9_+=~.-]{20,}");
    private static final Pattern HARMLESS = Pattern.compile("(?i)|true|false|none|null|[0-9]{1,9}|[0-9]+(ms|s|m|h|d)"
            + "|(~|\\.{1,2})?/[^:@?]*|[A-Za-z]:[\\\\/].*|https?://[^:@?#]*(:[0-9]+)?[^:@?#]*");

    private SecretForm() {}

    /** Whether what stands under this name, in an environment or a header, is usually secret. */
    static boolean isName(String name) {
        return NAME.matcher(name).matches();
    }

    /** Whether a literal under this name is to be kept out of files. */
    static boolean isSecret(String name, String value) {
        return isSecret(value) || (isName(name) && !HARMLESS.matcher(value).matches());
    }

    /** Whether a literal looks secret by itself. */
    static boolean isSecret(String value) {
        return ISSUED.matcher(value).find() || IN_URL.matcher(value).matches() || isRandom(value);
    }

    /** Long, of letters and digits without a word in it: names and versions have few digits, or separators between words. */
    static boolean isRandom(String text) {
        if (!RANDOM.matcher(text).matches()) {
            return false;
        }
        long digits = text.chars().filter(Character::isDigit).count();
        long changes = 0;
        for (int i = 1; i < text.length(); i++) {
            changes += Character.isDigit(text.charAt(i)) != Character.isDigit(text.charAt(i - 1)) ? 1 : 0;
        }
        return digits * 8 >= text.length() && changes >= 4;
    }

    /** The part of a longer text that is a token of a known issuer. */
    static Matcher issued(String text) {
        return ISSUED.matcher(text);
    }
}
