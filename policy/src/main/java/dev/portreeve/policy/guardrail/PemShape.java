package dev.portreeve.policy.guardrail;

/**
 * A private key in PEM armour: header, key material, and footer if there is one. The header alone, as in prose about keys, is none. Line
 * breaks may be real or written as {@code \n}, as in JSON and environment files.
 */
final class PemShape implements Shape {
    private static final String BEGIN = "-----BEGIN ";
    private static final String DASHES = "-----";
    private static final int MAX_LABEL = 40;
    private static final int MAX_GAP = 64;
    private static final int MATERIAL = 16;
    private static final CharSet LABEL = CharSet.UPPER_ALPHANUMERIC.and(" ");
    private static final CharSet BODY = CharSet.BASE64.and(" \r\n\t\\:,.-");

    @Override
    public String kind() {
        return "private-key";
    }

    @Override
    public String starters() {
        return "-";
    }

    @Override
    public int match(TextWindow window, int at) {
        int label = window.behind(at, BEGIN);
        if (label < 0) {
            return label;
        }
        int end = label;
        while (end < window.length() && end - label < MAX_LABEL && LABEL.contains(window.at(end))) {
            end++;
        }
        int behind = window.behind(end, DASHES);
        if (behind < 0) {
            return behind;
        }
        String name = window.text(label, end);
        if (!name.endsWith("PRIVATE KEY") && !name.equals("PGP PRIVATE KEY BLOCK")) {
            return NO;
        }
        return material(window, behind);
    }

    /** Skips line breaks, then asks for the first characters of the key or for an encapsulated header. */
    private static int material(TextWindow window, int behind) {
        int at = behind;
        while (at < window.length() && at - behind < MAX_GAP && isGap(window, at)) {
            at++;
        }
        int end = at;
        while (end < window.length() && end - at < MATERIAL && CharSet.BASE64.contains(window.at(end))) {
            end++;
        }
        if (end - at == MATERIAL) {
            return end;
        }
        if (end == window.length() && !window.isLast()) {
            return MORE;
        }
        for (String header : new String[] {"Proc-Type: ", "Version: ", "Comment: "}) {
            int found = window.behind(at, header);
            if (found != NO) {
                return found;
            }
        }
        return NO;
    }

    private static boolean isGap(TextWindow window, int at) {
        char c = window.at(at);
        boolean letterOfEscape = (c == 'n' || c == 'r') && window.before(at) == '\\';
        return c == '\n' || c == '\r' || c == ' ' || c == '\t' || c == '\\' || letterOfEscape;
    }

    @Override
    public Tail tail() {
        return new Tail() {
            private boolean footer;
            private boolean done;
            private int dashes;

            @Override
            public boolean accepts(char c) {
                if (done || !(footer ? LABEL.contains(c) || c == '-' : BODY.contains(c))) {
                    return false;
                }
                dashes = c == '-' ? dashes + 1 : 0;
                if (dashes == DASHES.length()) {
                    done = footer;
                    footer = true;
                    dashes = 0;
                }
                return true;
            }
        };
    }
}
