package dev.portreeve.hub.wire;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Whatever bytes come, a parser reads them or refuses them with its own exception; and what it read means the same when it
 * is written again. Seeds are fixed, so a failure repeats.
 */
class ParserFuzzTest {
    private static final int ROUNDS = 4000;
    private static final List<String> SEEDS = List.of(
            "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\",\"params\":{\"name\":\"a\",\"arguments\":{\"x\":[1,2.50,null]}}}",
            "{\"jsonrpc\":\"2.0\",\"id\":\"é\\u00e9\\ud83d\\ude00\",\"result\":{\"content\":[{\"type\":\"text\",\"text\":\"\\n\"}]}}",
            "{\"jsonrpc\":\"2.0\",\"id\":-1.5e3,\"error\":{\"code\":-32602,\"message\":\"no\",\"data\":{\"a\":{}}}}",
            "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/progress\",\"params\":{\"progressToken\":9007199254740993}}",
            " [ {} , [[[ ]]] , \"\" , true , 1E400 ] ");

    @ParameterizedTest
    @ValueSource(longs = {1, 20260728, -7})
    void aMessageIsReadOrRefused(long seed) {
        Random random = new Random(seed);
        int read = 0;
        for (int round = 0; round < ROUNDS; round++) {
            byte[] bytes =
                    mutated(random, SEEDS.get(random.nextInt(SEEDS.size())).getBytes(StandardCharsets.UTF_8));
            try {
                same(JsonRpcMessage.read(bytes));
                read++;
            } catch (BadMessage refused) {
                assertTrue(refused.status() >= 400, refused.getMessage());
            }
        }
        assertTrue(read > 0 && read < ROUNDS, "read " + read);
    }

    private static void same(JsonRpcMessage message) {
        switch (message) {
            case JsonRpcMessage.Request request -> {
                RawJson params = request.params() == null ? RawJson.EMPTY_OBJECT : request.params();
                byte[] again = JsonRpc.request(request.id(), "m", params);
                assertEquals(new JsonRpcMessage.Request(request.id(), "m", params), JsonRpcMessage.read(again));
            }
            case JsonRpcMessage.Notification notification ->
                assertTrue(notification.method().length() <= 128);
            case JsonRpcMessage.Response response -> {
                RequestId id = response.id();
                if (response.result() != null && id != null) {
                    byte[] again = JsonRpc.result(id, response.result());
                    assertEquals(response, JsonRpcMessage.read(again));
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {2, 20260728, -8})
    void everyPartOfWhatWasReadIsJsonOfItsOwn(long seed) {
        Random random = new Random(seed);
        for (int round = 0; round < ROUNDS; round++) {
            byte[] bytes =
                    mutated(random, SEEDS.get(random.nextInt(SEEDS.size())).getBytes(StandardCharsets.UTF_8));
            try {
                walk(RawJson.of(bytes), 0);
            } catch (BadMessage refused) {
                assertTrue(refused.status() >= 400, refused.getMessage());
            }
        }
    }

    private static void walk(RawJson json, int depth) {
        assertTrue(depth <= 200, "deeper than anything may be");
        if (json.isObject()) {
            json.members().values().forEach(member -> walk(member, depth + 1));
        } else if (json.isArray()) {
            json.elements().forEach(element -> walk(element, depth + 1));
        } else if (json.isString()) {
            Optional<String> value = json.asString();
            assertTrue(value.isPresent());
        }
        if (depth > 0) {
            // A part of a sound document is sound alone, and is the same when it is read alone.
            assertEquals(json.tree(), RawJson.of(json.toBytes()).tree());
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {3, 20260728, -9})
    void eventsAreTheSameHoweverTheStreamIsCut(long seed) throws IOException {
        Random random = new Random(seed);
        for (int round = 0; round < ROUNDS / 4; round++) {
            byte[] stream = stream(random);
            List<String> whole = events(new ByteArrayInputStream(stream));
            assertEquals(whole, events(new Trickle(new ByteArrayInputStream(stream), random)));
            whole.forEach(event -> assertTrue(event.getBytes(StandardCharsets.ISO_8859_1).length <= MAX_EVENT));
        }
    }

    private static final int MAX_EVENT = 64;

    private static byte[] stream(Random random) {
        List<String> pieces = List.of(
                "data: a",
                "data:b",
                "data",
                ": c",
                "id: 1",
                "event: message",
                "retry: 5",
                "\n",
                "\r\n",
                "\n\n",
                "x",
                "é");
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (int i = random.nextInt(40); i > 0; i--) {
            out.writeBytes(pieces.get(random.nextInt(pieces.size())).getBytes(StandardCharsets.UTF_8));
        }
        return out.toByteArray();
    }

    private static List<String> events(InputStream in) throws IOException {
        SseReader reader = new SseReader(in, MAX_EVENT);
        List<String> events = new ArrayList<>();
        try {
            for (byte[] event = reader.next(); event != null; event = reader.next()) {
                events.add(new String(event, StandardCharsets.ISO_8859_1));
            }
        } catch (SseReader.TooLarge refused) {
            events.add("too large");
        }
        return events;
    }

    /** Gives a few bytes at a time, as a network does. */
    private static final class Trickle extends FilterInputStream {
        private final Random random;

        Trickle(InputStream in, Random random) {
            super(in);
            this.random = random;
        }

        @Override
        public int read(byte[] into, int from, int length) throws IOException {
            return super.read(into, from, Math.min(length, 1 + random.nextInt(3)));
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {4, 20260728, -10})
    void everyValueSurvivesAHeader(long seed) {
        Random random = new Random(seed);
        for (int round = 0; round < ROUNDS; round++) {
            String value = characters(random);
            String header = HeaderValue.encode(value);
            assertTrue(header.chars().allMatch(c -> c == '\t' || (c >= ' ' && c <= '~')), header);
            assertEquals(Optional.of(value), HeaderValue.decode(header));
            // And whatever a caller puts there is read or is no value; it is never an exception.
            HeaderValue.decode("=?base64?" + value).ifPresent(decoded -> assertTrue(decoded.length() <= 2 * 80));
            HeaderValue.decode(value + "?=").ifPresent(decoded -> assertTrue(decoded.length() <= 2 * 80));
        }
    }

    private static String characters(Random random) {
        StringBuilder text = new StringBuilder();
        for (int i = random.nextInt(40); i > 0; i--) {
            text.appendCodePoint(
                    switch (random.nextInt(5)) {
                        case 0 -> random.nextInt(0x20);
                        case 1 -> "=?base64 \t".codePointAt(random.nextInt(9));
                        case 2 -> 0x1F600 + random.nextInt(50);
                        default -> 0x20 + random.nextInt(0x5F);
                    });
        }
        return text.toString();
    }

    private static byte[] mutated(Random random, byte[] bytes) {
        byte[] changed = bytes.clone();
        for (int i = random.nextInt(3); i > 0; i--) {
            int at = random.nextInt(changed.length);
            switch (random.nextInt(5)) {
                case 0 -> changed[at] = (byte) random.nextInt(256);
                case 1 -> changed[at] = (byte) "{}[]\":,\\0e- ".charAt(random.nextInt(12));
                case 2 -> changed = spliced(changed, at, random.nextInt(changed.length));
                case 3 -> changed = java.util.Arrays.copyOf(changed, Math.max(1, at));
                default -> changed[at] ^= (byte) (1 << random.nextInt(8));
            }
        }
        return changed;
    }

    private static byte[] spliced(byte[] bytes, int from, int to) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(bytes, 0, from);
        out.write(bytes, Math.min(from, to), Math.abs(to - from));
        out.write(bytes, from, bytes.length - from);
        return out.toByteArray();
    }

    @ParameterizedTest
    @ValueSource(longs = {5, 20260728})
    void aLineIsNeverLongerThanItsBound(long seed) throws IOException {
        Random random = new Random(seed);
        for (int round = 0; round < 50; round++) {
            byte[] bytes = new byte[random.nextInt(70_000)];
            random.nextBytes(bytes);
            BoundedLines whole = new BoundedLines(new ByteArrayInputStream(bytes), 100);
            BoundedLines trickled = new BoundedLines(new Trickle(new ByteArrayInputStream(bytes), random), 100);
            for (BoundedLines.Line line = whole.next(); line != null; line = whole.next()) {
                BoundedLines.Line same = trickled.next();
                assertTrue(line.bytes().length <= 100);
                assertArrayEquals(line.bytes(), same.bytes());
                assertArrayEquals(line.tail(), same.tail());
            }
        }
    }
}
