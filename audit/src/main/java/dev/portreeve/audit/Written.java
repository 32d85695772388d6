package dev.portreeve.audit;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.SortedMap;

/**
 * A value of a record that is written out before the record is, as {@link Facts} would be. Immutable; made on any thread.
 */
public final class Written {
    private final byte[] json;

    private Written(byte[] json) {
        this.json = json;
    }

    byte[] json() {
        return json;
    }

    /** These facts as they are now. */
    public static Written of(Facts facts) {
        CanonicalJson text = new CanonicalJson();
        text.value(facts);
        return new Written(text.bytes());
    }

    /** Facts of which all but one text are the same in many records: those are written once. Immutable; for any thread. */
    public static final class Form {
        private final byte[] before;
        private final byte[] after;

        /**
         * @param fixed the members that are always the same
         * @param name of the one that is not, which is not among them
         */
        public Form(Facts fixed, String name) {
            SortedMap<String, Object> members = fixed.members();
            String first = members(members.headMap(name));
            String rest = members(members.tailMap(name));
            this.before = utf8('{' + first + (first.isEmpty() ? "" : ",") + '"' + name + "\":\"");
            this.after = utf8('"' + (rest.isEmpty() ? "" : ",") + rest + '}');
        }

        private static byte[] utf8(String text) {
            return text.getBytes(StandardCharsets.UTF_8);
        }

        private static String members(Map<String, Object> members) {
            CanonicalJson text = new CanonicalJson();
            text.value(members);
            String object = new String(text.bytes(), StandardCharsets.UTF_8);
            return object.substring(1, object.length() - 1);
        }

        /**
         * The whole with this text.
         *
         * @throws IllegalArgumentException if it is anything but a decimal number
         */
        public Written with(String decimal) {
            int length = decimal.length();
            byte[] whole = Arrays.copyOf(before, before.length + length + after.length);
            for (int i = 0; i < length; i++) {
                char unit = decimal.charAt(i);
                if ((unit < '0' || unit > '9') && unit != '.' && unit != '-') {
                    throw new IllegalArgumentException("not a decimal number");
                }
                whole[before.length + i] = (byte) unit;
            }
            System.arraycopy(after, 0, whole, before.length + length, after.length);
            return new Written(whole);
        }
    }
}
