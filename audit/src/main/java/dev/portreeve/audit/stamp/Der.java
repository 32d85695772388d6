package dev.portreeve.audit.stamp;

import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A value in DER (X.690), read with bounds: of definite length, tags of one byte, at most {@link #MOST_BYTES} and {@link #MOST_VALUES} in one
 * value. Everything that is not so is an {@link IllegalArgumentException}. Immutable as long as nobody changes the bytes.
 */
final class Der {
    static final int MOST_BYTES = 64 * 1024;
    static final int INTEGER = 0x02;
    static final int OCTETS = 0x04;
    static final int OID = 0x06;
    static final int TIME = 0x18;
    static final int SEQUENCE = 0x30;
    static final int SET = 0x31;
    /** {@code [0]}, with values in it. */
    static final int TAGGED_0 = 0xA0;

    private static final int MOST_VALUES = 1000;
    private static final int LONG_FORM = 0x80;
    private static final int MULTIBYTE_TAG = 0x1F;
    private static final int BYTE = 0xFF;
    private static final int MOST_LENGTH_BYTES = 3;
    private static final int ARC_BITS = 7;
    private static final int ARCS = 40;
    private static final int MOST_OID_BYTES = 64;
    private static final int MOST_NUMBER_BYTES = 1024;

    private final byte[] bytes;
    private final int begin;
    private final int content;
    private final int end;

    private Der(byte[] bytes, int begin, int limit) {
        this.bytes = bytes;
        this.begin = begin;
        if (limit - begin < 2 || (bytes[begin] & MULTIBYTE_TAG) == MULTIBYTE_TAG) {
            throw new IllegalArgumentException("not DER: a value is cut off, or has a tag that is not read");
        }
        int first = bytes[begin + 1] & BYTE;
        int at = begin + 2;
        int length = first;
        if (first >= LONG_FORM) {
            int count = first - LONG_FORM;
            if (count == 0 || count > MOST_LENGTH_BYTES || limit - at < count) {
                throw new IllegalArgumentException("not DER: a length is none, or too large");
            }
            length = new BigInteger(1, Arrays.copyOfRange(bytes, at, at + count)).intValueExact();
            at += count;
        }
        if (length > limit - at) {
            throw new IllegalArgumentException("not DER: a value is longer than what it stands in");
        }
        this.content = at;
        this.end = at + length;
    }

    /** The one value that these bytes are. */
    static Der of(byte[] bytes) {
        if (bytes.length > MOST_BYTES) {
            throw new IllegalArgumentException("more than " + MOST_BYTES + " bytes");
        }
        Der value = new Der(bytes, 0, bytes.length);
        if (value.end != bytes.length) {
            throw new IllegalArgumentException("not DER: something stands after the value");
        }
        return value;
    }

    int tag() {
        return bytes[begin] & BYTE;
    }

    Der require(int tag) {
        if (tag() != tag) {
            throw new IllegalArgumentException(
                    "a value has the tag " + Integer.toHexString(tag()) + ", not " + Integer.toHexString(tag));
        }
        return this;
    }

    /** The values in it, whatever its own tag. */
    List<Der> values() {
        List<Der> values = new ArrayList<>();
        for (int at = content; at < end; ) {
            Der value = new Der(bytes, at, end);
            values.add(value);
            at = value.end;
            if (values.size() > MOST_VALUES) {
                throw new IllegalArgumentException("more than " + MOST_VALUES + " values in one");
            }
        }
        return values;
    }

    /** At least so many values, of a sequence or set. */
    List<Der> values(int tag, int atLeast) {
        List<Der> values = require(tag).values();
        if (values.size() < atLeast) {
            throw new IllegalArgumentException("a value has " + values.size() + " parts, not " + atLeast);
        }
        return values;
    }

    byte[] content() {
        return Arrays.copyOfRange(bytes, content, end);
    }

    /** With its tag and length. */
    byte[] encoded() {
        return Arrays.copyOfRange(bytes, begin, end);
    }

    BigInteger integer() {
        require(INTEGER);
        if (content == end || end - content > MOST_NUMBER_BYTES) {
            throw new IllegalArgumentException("a number has no digits, or too many");
        }
        return new BigInteger(content());
    }

    byte[] octets() {
        return require(OCTETS).content();
    }

    String oid() {
        require(OID);
        if (content == end || end - content > MOST_OID_BYTES || (bytes[end - 1] & LONG_FORM) != 0) {
            throw new IllegalArgumentException("an identifier is empty, too long or cut off");
        }
        StringBuilder text = new StringBuilder();
        long arc = 0;
        boolean first = true;
        for (int at = content; at < end; at++) {
            if (arc > Long.MAX_VALUE >>> ARC_BITS) {
                throw new IllegalArgumentException("an identifier is too large");
            }
            arc = (arc << ARC_BITS) | (bytes[at] & ~LONG_FORM & BYTE);
            if ((bytes[at] & LONG_FORM) == 0) {
                if (first) {
                    long top = Math.min(2, arc / ARCS);
                    text.append(top).append('.').append(arc - top * ARCS);
                } else {
                    text.append('.').append(arc);
                }
                first = false;
                arc = 0;
            }
        }
        return text.toString();
    }

    /** Writes a value. */
    static byte[] value(int tag, byte[]... contents) {
        ByteArrayOutputStream content = new ByteArrayOutputStream();
        for (byte[] each : contents) {
            content.writeBytes(each);
        }
        ByteArrayOutputStream value = new ByteArrayOutputStream();
        value.write(tag);
        int length = content.size();
        if (length >= LONG_FORM) {
            byte[] digits = BigInteger.valueOf(length).toByteArray();
            byte[] bare = digits[0] == 0 ? Arrays.copyOfRange(digits, 1, digits.length) : digits;
            value.write(LONG_FORM | bare.length);
            value.writeBytes(bare);
        } else {
            value.write(length);
        }
        value.writeBytes(content.toByteArray());
        return value.toByteArray();
    }
}
