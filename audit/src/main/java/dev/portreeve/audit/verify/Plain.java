package dev.portreeve.audit.verify;

/** Text from a stranger, on its way to a terminal: nothing in it may steer the terminal or hide what stands there. */
final class Plain {
    private static final int LONGEST = 300;

    private Plain() {}

    /** A name, cut where it is long. */
    static String text(String text) {
        return plain(text, LONGEST);
    }

    /** A line of a report. */
    static String line(String text) {
        return plain(text, Integer.MAX_VALUE);
    }

    /** A number with its noun: {@code 1 record}, {@code 2 records}. */
    static String count(long number, String one, String many) {
        return number + " " + (number == 1 ? one : many);
    }

    /** How often: {@code once}, {@code 2 times}. */
    static String times(long number) {
        return number == 1 ? "once" : number + " times";
    }

    private static String plain(String text, int longest) {
        StringBuilder plain = new StringBuilder();
        text.codePoints().limit(longest).forEach(point -> {
            int type = Character.getType(point);
            boolean shown = type != Character.CONTROL
                    && type != Character.FORMAT
                    && type != Character.SURROGATE
                    && type != Character.PRIVATE_USE
                    && type != Character.UNASSIGNED
                    && type != Character.LINE_SEPARATOR
                    && type != Character.PARAGRAPH_SEPARATOR;
            plain.appendCodePoint(shown ? point : '\uFFFD');
        });
        return plain.toString();
    }
}
