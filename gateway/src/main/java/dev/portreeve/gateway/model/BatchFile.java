package dev.portreeve.gateway.model;

import dev.portreeve.gateway.model.BatchPlace.Item;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.UUID;
import tools.jackson.core.io.JsonStringEncoder;

/** The file with the requests of a batch, as the form in which OpenAI takes it. */
record BatchFile(String contentType, byte[] body) {
    private static final int PER_LINE = 200;

    /** @param url the path of each request */
    static BatchFile of(List<Item> items, String url) {
        // No request can contain it, as it is new.
        String boundary = "portreeve-" + UUID.randomUUID();
        long size = PER_LINE * (items.size() + 4L);
        for (Item item : items) {
            size += item.body().length + item.customId().length();
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream(Math.toIntExact(size));
        text(
                out,
                "--" + boundary + "\r\ncontent-disposition: form-data; name=\"purpose\"\r\n\r\nbatch\r\n--" + boundary
                        + "\r\ncontent-disposition: form-data; name=\"file\"; filename=\"batch.jsonl\"\r\ncontent-type:"
                        + " application/jsonl\r\n\r\n");
        for (Item item : items) {
            text(out, "{\"custom_id\":\"");
            out.writeBytes(JsonStringEncoder.getInstance().quoteAsUTF8(item.customId()));
            text(out, "\",\"method\":\"POST\",\"url\":\"" + url + "\",\"body\":");
            out.writeBytes(onOneLine(item.body()));
            text(out, "}\n");
        }
        text(out, "\r\n--" + boundary + "--\r\n");
        return new BatchFile("multipart/form-data; boundary=" + boundary, out.toByteArray());
    }

    /** Between the tokens of JSON a space does as well, and in a string there is no line end. */
    private static byte[] onOneLine(byte[] json) {
        byte[] line = json.clone();
        for (int i = 0; i < line.length; i++) {
            line[i] = line[i] == '\n' || line[i] == '\r' ? (byte) ' ' : line[i];
        }
        return line;
    }

    private static void text(ByteArrayOutputStream out, String text) {
        out.writeBytes(text.getBytes(StandardCharsets.US_ASCII));
    }
}
