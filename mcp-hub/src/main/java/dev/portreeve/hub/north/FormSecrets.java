package dev.portreeve.hub.north;

import dev.portreeve.hub.definition.HiddenText;
import dev.portreeve.hub.wire.RawJson;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Fields of a form that ask for what must not be typed into one: passwords, keys, tokens, payment credentials. The protocol
 * forbids servers to ask for these in a form; a page (URL mode) is the way. Told by what the schema says of a field that takes
 * any text, so a server that words it otherwise gets through: this keeps honest servers honest. Pure.
 */
final class FormSecrets {
    private static final int MAX_DEPTH = 8;
    private static final int MAX_QUOTED = 64;
    private static final Pattern CAMEL = Pattern.compile("(?<=[a-z0-9])(?=[A-Z])");
    private static final Pattern NO_WORD = Pattern.compile("[^\\p{L}\\p{N}]+");
    /** What leaves no doubt, wherever it is said. */
    private static final List<String> SAID = List.of(
            "password",
            "passwords",
            "passwd",
            "passphrase",
            "passcode",
            "api key",
            "apikey",
            "api token",
            "access key",
            "access token",
            "auth token",
            "bearer token",
            "refresh token",
            "private key",
            "secret key",
            "client secret",
            "credit card",
            "card number",
            "cvv",
            "cvc",
            "seed phrase",
            "recovery phrase",
            "one time password",
            "otp");
    /** What as a name leaves none either. */
    private static final List<String> NAMED = List.of(
            "pwd", "secret", "secrets", "token", "credential", "credentials", "mnemonic", "authorization", "pin code");

    private FormSecrets() {}

    /** The first such field of a form; empty if there is none. */
    static Optional<String> in(RawJson params) {
        RawJson schema = params.member("requestedSchema");
        return schema == null ? Optional.empty() : in(schema, MAX_DEPTH);
    }

    private static Optional<String> in(RawJson schema, int depth) {
        RawJson properties = schema.member("properties");
        if (depth == 0 || properties == null || !properties.isObject()) {
            return Optional.empty();
        }
        for (Map.Entry<String, RawJson> field : properties.members().entrySet()) {
            if (isSecret(field.getKey(), field.getValue())) {
                return Optional.of(quoted(field.getKey()));
            }
            Optional<String> below = in(field.getValue(), depth - 1);
            if (below.isPresent()) {
                return below;
            }
        }
        return Optional.empty();
    }

    private static boolean isSecret(String name, RawJson field) {
        if (InputRequired.isString(field.member("format"), "password") || isTrue(field.member("writeOnly"))) {
            return true;
        }
        return takesAnyText(field)
                && (has(name, SAID)
                        || has(name, NAMED)
                        || has(text(field.member("title")), SAID)
                        || has(text(field.member("title")), NAMED)
                        || has(text(field.member("description")), SAID));
    }

    private static boolean isTrue(@Nullable RawJson value) {
        return value != null && value.isTrue();
    }

    private static boolean takesAnyText(RawJson field) {
        RawJson type = field.member("type");
        boolean chosen = Stream.of("enum", "const", "oneOf", "anyOf").anyMatch(choice -> field.member(choice) != null);
        return !chosen && (type == null || type.isArray() || InputRequired.isString(type, "string"));
    }

    private static boolean has(String text, List<String> words) {
        String spaced = ' '
                + NO_WORD.matcher(CAMEL.matcher(HiddenText.clean(text)).replaceAll(" "))
                        .replaceAll(" ")
                        .toLowerCase(Locale.ROOT)
                + ' ';
        return words.stream().anyMatch(word -> spaced.contains(' ' + word + ' '));
    }

    private static String text(@Nullable RawJson value) {
        return value == null ? "" : value.asString().orElse("");
    }

    private static String quoted(String name) {
        String clean = HiddenText.clean(name);
        return clean.length() <= MAX_QUOTED ? clean : clean.substring(0, MAX_QUOTED) + "…";
    }
}
