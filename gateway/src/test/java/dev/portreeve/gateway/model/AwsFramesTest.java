package dev.portreeve.gateway.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.portreeve.gateway.dialect.UnreadableAnswer;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** AWS's binary event stream: what is read from it, and what is not believed. */
class AwsFramesTest {
    private static final int MAX = 64 * 1024;

    private static String all(InputStream in, int max) throws IOException {
        AwsFrames frames = new AwsFrames(in, max);
        StringBuilder events = new StringBuilder();
        for (byte[] block = frames.next(); block != null; block = frames.next()) {
            events.append(new String(block, StandardCharsets.UTF_8));
        }
        return events.toString();
    }

    private static String all(byte[]... frames) throws IOException {
        return all(new ByteArrayInputStream(joined(frames)), MAX);
    }

    private static byte[] joined(byte[]... frames) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (byte[] frame : frames) {
            out.writeBytes(frame);
        }
        return out.toByteArray();
    }

    /** The only frame whose bytes everybody knows by heart; it says that the writer of these tests counts right. */
    @Test
    void the_empty_frame_is_the_one_aws_publishes() {
        assertEquals("000000100000000005c248eb7d98c8ff", HexFormat.of().formatHex(FrameWriter.frame(new byte[0], "")));
    }

    @Test
    void frames_become_events() throws IOException {
        assertEquals(
                "event: messageStart\ndata: {\"role\":\"assistant\"}\n\n"
                        + "event: throttlingException\ndata: {\"message\":\"slow down\"}\n\n",
                all(
                        FrameWriter.event("messageStart", "{\"role\":\"assistant\"}"),
                        FrameWriter.exception("throttlingException", "{\"message\":\"slow down\"}")));
    }

    @Test
    void bytes_that_come_one_by_one_are_the_same_events() throws IOException {
        byte[] stream = joined(FrameWriter.event("a", "{\"t\":\"漢\"}"), FrameWriter.event("b", "{}"));
        InputStream drip = new ByteArrayInputStream(stream) {
            @Override
            public synchronized int read(byte[] bytes, int offset, int length) {
                return super.read(bytes, offset, Math.min(1, length));
            }
        };
        assertEquals("event: a\ndata: {\"t\":\"漢\"}\n\nevent: b\ndata: {}\n\n", all(drip, MAX));
    }

    @Test
    void a_payload_in_lines_is_still_one_line_of_data() throws IOException {
        assertEquals("event: a\ndata: {   \"x\": 1  }\n\n", all(FrameWriter.event("a", "{\n  \"x\": 1\r\n}")));
        assertEquals("event: a\ndata: {}\n\n", all(FrameWriter.event("a", "")));
    }

    @Test
    void headers_of_every_type_are_stepped_over() throws IOException {
        ByteArrayOutputStream headers = new ByteArrayOutputStream();
        String[] values = {"", "", "01", "0102", "01020304", "0102030405060708", "0002abcd", "0002abcd"};
        for (int type = 0; type < values.length; type++) {
            headers.writeBytes(new byte[] {1, (byte) ('a' + type), (byte) type});
            headers.writeBytes(HexFormat.of().parseHex(values[type]));
        }
        headers.writeBytes(new byte[] {1, 'i', 8, 0, 0, 0, 0, 0, 0, 0, 1});
        headers.writeBytes(new byte[] {1, 'j', 9});
        headers.writeBytes(new byte[16]);
        headers.writeBytes(FrameWriter.headers(":message-type", "event", ":event-type", "metadata"));
        assertEquals("event: metadata\ndata: {}\n\n", all(FrameWriter.frame(headers.toByteArray(), "{}")));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 5, 9, 11, 14, 30, 70})
    void a_byte_that_changed_on_the_way_is_noticed(int at) {
        byte[] frame = FrameWriter.event("contentBlockDelta", "{\"delta\":{\"text\":\"hello\"}}");
        frame[at] ^= 0x10;
        assertThrows(UnreadableAnswer.class, () -> all(frame));
    }

    @Test
    void a_stream_that_ends_inside_a_frame_was_cut() throws IOException {
        byte[] whole = FrameWriter.event("a", "{}");
        byte[] stream = joined(whole, Arrays.copyOf(whole, whole.length - 1));
        AwsFrames frames = new AwsFrames(new ByteArrayInputStream(stream), MAX);
        assertTrue(String.valueOf(frames.next().length).matches("\\d+"));
        assertThrows(EventBlocks.EventCut.class, frames::next);
        assertNull(new AwsFrames(InputStream.nullInputStream(), MAX).next());
    }

    @Test
    void a_frame_above_the_limit_is_refused_before_it_is_read() {
        byte[] head = Arrays.copyOf(FrameWriter.event("a", "x".repeat(MAX)), 12);
        assertThrows(EventBlocks.EventTooLong.class, () -> all(head));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a b", "x\ndata: {\"injected\":true}\n\n", "é"})
    void a_type_that_could_be_more_than_a_name_is_refused(String type) {
        assertThrows(UnreadableAnswer.class, () -> all(FrameWriter.event(type, "{}")));
    }

    @Test
    void lengths_that_cannot_be_are_refused() {
        // Total shorter than its own frame; headers longer than the frame; a header longer than all of them.
        byte[] broken = FrameWriter.frame(new byte[] {9, 'a'}, "");
        assertThrows(UnreadableAnswer.class, () -> all(broken));
        byte[] text = FrameWriter.frame(new byte[] {1, 'a', 7, 0x7f, 0x7f}, "");
        assertThrows(UnreadableAnswer.class, () -> all(text));
        byte[] type = FrameWriter.frame(new byte[] {1, 'a', 42}, "");
        assertThrows(UnreadableAnswer.class, () -> all(type));
    }

    /** Whatever comes, it ends as events or as one of the ways to say that it was none. */
    @Test
    void garbage_of_every_sort_ends_in_order() throws IOException {
        Random random = new Random(20261121);
        byte[] good = joined(
                FrameWriter.event("messageStart", "{\"role\":\"assistant\"}"),
                FrameWriter.event("contentBlockDelta", "{\"delta\":{\"text\":\"hello\"},\"contentBlockIndex\":0}"),
                FrameWriter.exception("validationException", "{\"message\":\"no\"}"));
        int readable = 0;
        for (int i = 0; i < 20_000; i++) {
            byte[] bytes = Arrays.copyOf(good, 1 + random.nextInt(good.length));
            int changes = random.nextInt(4);
            for (int c = 0; c < changes; c++) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
            }
            try {
                all(new ByteArrayInputStream(bytes), 4096);
                readable++;
            } catch (UnreadableAnswer | EventBlocks.EventCut | EventBlocks.EventTooLong expected) {
                assertTrue(
                        expected.getMessage() == null || !expected.getMessage().isBlank());
            }
        }
        assertTrue(readable < 20_000);
    }
}
