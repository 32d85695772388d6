package dev.portreeve.gateway.report;

/** Characters that would not be seen for what they are, written out. */
final class Plain {
    private Plain() {}

    static void append(StringBuilder text, int character) {
        int type = Character.getType(character);
        boolean hidden = (type == Character.CONTROL && character != '\n')
                || type == Character.FORMAT
                || type == Character.SURROGATE
                || type == Character.LINE_SEPARATOR
                || type == Character.PARAGRAPH_SEPARATOR;
        if (hidden) {
            text.append("\\u{").append(Integer.toHexString(character)).append('}');
        } else {
            text.appendCodePoint(character);
        }
    }
}
