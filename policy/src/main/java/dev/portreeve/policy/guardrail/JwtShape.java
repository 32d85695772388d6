package dev.portreeve.policy.guardrail;

import java.nio.charset.StandardCharsets;
import java.util.Base64;

/** A JSON Web Token, known by a header that decodes to an object with an algorithm, and a payload that begins like an object. */
final class JwtShape implements Shape {
    private static final String OBJECT = "eyJ";
    private static final int MIN_HEADER = 16;
    private static final int MAX_HEADER = 480;

    @Override
    public String kind() {
        return "jwt";
    }

    @Override
    public String starters() {
        return "e";
    }

    @Override
    public int match(TextWindow window, int at) {
        int object = window.isWordStart(at) ? window.behind(at, OBJECT) : NO;
        if (object < 0) {
            return object;
        }
        int dot = object;
        while (dot < window.length() && dot - at <= MAX_HEADER && CharSet.BASE64URL.contains(window.at(dot))) {
            dot++;
        }
        if (dot - at > MAX_HEADER) {
            return NO;
        }
        if (dot == window.length()) {
            return window.isLast() ? NO : MORE;
        }
        if (window.at(dot) != '.' || dot - at < MIN_HEADER || !isHeader(window.text(at, dot))) {
            return NO;
        }
        return window.behind(dot + 1, OBJECT);
    }

    private static boolean isHeader(String base64) {
        try {
            String json = new String(Base64.getUrlDecoder().decode(base64), StandardCharsets.UTF_8);
            return json.startsWith("{\"") && json.endsWith("}") && json.contains("\"alg\"");
        } catch (IllegalArgumentException e) {
            // Its length is none that base64 gives.
            return false;
        }
    }

    @Override
    public Tail tail() {
        return new Tail() {
            private boolean signature;

            @Override
            public boolean accepts(char c) {
                if (c == '.' && !signature) {
                    signature = true;
                    return true;
                }
                return CharSet.BASE64URL.contains(c);
            }
        };
    }
}
