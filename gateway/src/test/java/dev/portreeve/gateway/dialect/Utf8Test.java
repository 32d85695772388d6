package dev.portreeve.gateway.dialect;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;

class Utf8Test {
    private static boolean decodes(byte[] bytes) {
        try {
            Objects.requireNonNull(StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)));
            return true;
        } catch (CharacterCodingException wrong) {
            return false;
        }
    }

    /** Every sequence of three bytes that begins beyond ASCII, at every place in a word. */
    @Test
    void it_says_what_the_decoder_of_the_platform_says() {
        for (int first = 0x80; first < 0x100; first++) {
            for (int second = 0; second < 0x100; second += 3) {
                for (int third = 0x3F; third < 0x100; third += 0x41) {
                    byte[] bytes = {'a', (byte) first, (byte) second, (byte) third, 'b'};
                    assertEquals(decodes(bytes), Utf8.firstWrong(bytes) < 0, first + " " + second + " " + third);
                }
            }
        }
        Random random = new Random(3);
        String[] letters = {"a", "é", "漢", "🙂", "\u0000", "\u07ff", "\u0800", "\uffff", "\ud800\udc00", "\udbff\udfff"
        };
        for (int round = 0; round < 20_000; round++) {
            StringBuilder text = new StringBuilder();
            for (int i = random.nextInt(20); i >= 0; i--) {
                text.append(letters[random.nextInt(letters.length)]);
            }
            byte[] bytes = text.toString().getBytes(StandardCharsets.UTF_8);
            assertEquals(-1, Utf8.firstWrong(bytes), text.toString());
            bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
            assertEquals(decodes(bytes), Utf8.firstWrong(bytes) < 0, text.toString());
        }
    }

    @Test
    void it_says_where() {
        byte[] bytes = "0123456789é".getBytes(StandardCharsets.ISO_8859_1);
        assertEquals(10, Utf8.firstWrong(bytes));
    }
}
