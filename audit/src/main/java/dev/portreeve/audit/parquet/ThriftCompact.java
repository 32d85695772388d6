package dev.portreeve.audit.parquet;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;

/** Thrift's compact protocol, as far as Parquet's headers and footer need it. Fields are written in ascending order. For one thread. */
final class ThriftCompact {
    private static final int TRUE = 1;
    private static final int FALSE = 2;
    private static final int BYTE = 3;
    private static final int I32 = 5;
    private static final int I64 = 6;
    private static final int BINARY = 8;
    private static final int LIST = 9;
    private static final int STRUCT = 12;
    private static final int LARGEST_SHORT = 15;
    private static final int NIBBLE = 4;
    private static final int VARINT_BITS = 7;
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final Deque<Integer> outer = new ArrayDeque<>();
    private int last;

    /** All that was written, with the end of the outermost struct. */
    byte[] end() {
        out.write(0);
        return out.toByteArray();
    }

    void number(int field, int value) {
        header(field, I32);
        varint(Integer.toUnsignedLong((value << 1) ^ (value >> (Integer.SIZE - 1))));
    }

    void number(int field, long value) {
        header(field, I64);
        varint((value << 1) ^ (value >> (Long.SIZE - 1)));
    }

    void small(int field, int value) {
        header(field, BYTE);
        out.write(value);
    }

    void flag(int field, boolean value) {
        header(field, value ? TRUE : FALSE);
    }

    void text(int field, String value) {
        bytes(field, value.getBytes(StandardCharsets.UTF_8));
    }

    void bytes(int field, byte[] value) {
        header(field, BINARY);
        varint(value.length);
        out.writeBytes(value);
    }

    /** Begins a struct in a field; {@link #close} ends it. */
    void struct(int field) {
        header(field, STRUCT);
        open();
    }

    /** A struct of no fields. */
    void empty(int field) {
        struct(field);
        close();
    }

    /** A list of structs; each follows between {@link #open} and {@link #close}. */
    void structs(int field, int size) {
        list(field, size, STRUCT);
    }

    void numbers(int field, int... values) {
        list(field, values.length, I32);
        for (int value : values) {
            varint(Integer.toUnsignedLong((value << 1) ^ (value >> (Integer.SIZE - 1))));
        }
    }

    void texts(int field, String... values) {
        list(field, values.length, BINARY);
        for (String value : values) {
            byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
            varint(bytes.length);
            out.writeBytes(bytes);
        }
    }

    /** Begins a struct that is an element of a list. */
    void open() {
        outer.push(last);
        last = 0;
    }

    void close() {
        out.write(0);
        last = outer.pop();
    }

    private void list(int field, int size, int type) {
        header(field, LIST);
        if (size < LARGEST_SHORT) {
            out.write((size << NIBBLE) | type);
        } else {
            out.write((LARGEST_SHORT << NIBBLE) | type);
            varint(size);
        }
    }

    /** Parquet's structs have few fields: the step from one to the next fits in the short form. */
    private void header(int field, int type) {
        int step = field - last;
        if (step < 1 || step > LARGEST_SHORT) {
            throw new IllegalStateException("field " + field + " after " + last);
        }
        out.write((step << NIBBLE) | type);
        last = field;
    }

    private void varint(long value) {
        long rest = value;
        while ((rest & ~0x7FL) != 0) {
            out.write((int) ((rest & 0x7F) | 0x80));
            rest >>>= VARINT_BITS;
        }
        out.write((int) rest);
    }
}
