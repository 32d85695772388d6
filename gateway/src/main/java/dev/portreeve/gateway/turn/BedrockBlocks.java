package dev.portreeve.gateway.turn;

import dev.portreeve.gateway.turn.Turn.Message;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** The content blocks of a request of Converse. For one request. */
final class BedrockBlocks {
    private static final Map<String, String> IMAGES =
            Map.of("image/png", "png", "image/jpeg", "jpeg", "image/gif", "gif", "image/webp", "webp");
    private static final Map<String, String> DOCUMENTS = Map.of(
            "application/pdf",
            "pdf",
            "text/csv",
            "csv",
            "text/html",
            "html",
            "text/plain",
            "txt",
            "text/markdown",
            "md",
            "application/msword",
            "doc",
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
            "docx",
            "application/vnd.ms-excel",
            "xls",
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            "xlsx");
    private static final Pattern CALL_ID = Pattern.compile("[a-zA-Z0-9_.:-]{1,64}");
    private static final Pattern ODD_NAME = Pattern.compile("[^A-Za-z0-9()\\[\\]-]+");
    private static final int MAX_NAME = 150;
    private static final int ID_BYTES = 12;
    /** Bedrock refuses texts without a letter in them. */
    private static final String NOTHING = "(nothing)";

    private final Notes notes;
    private final CachePoints points;
    private final Set<String> names = new HashSet<>();

    BedrockBlocks(Notes notes, CachePoints points) {
        this.notes = notes;
        this.points = points;
    }

    void message(Message message, ObjectNode written) {
        ArrayNode content = written.putArray("content");
        for (Part part : message.parts()) {
            write(part, content);
            if (!content.isEmpty()) {
                points.write(part, content);
            }
        }
        boolean document = message.parts().stream()
                .anyMatch(part -> part instanceof Part.Media media && media.kind() == Part.Media.Kind.DOCUMENT);
        if (document && message.parts().stream().noneMatch(Part.Text.class::isInstance)) {
            notes.changed("messages", "a text was put beside a document, which must not stand alone");
            content.addObject().put("text", "(the document)");
        }
        if (content.isEmpty()) {
            content.addObject().put("text", NOTHING);
        }
    }

    private void write(Part part, ArrayNode content) {
        switch (part) {
            case Part.Text text -> content.addObject().put("text", text.text());
            case Part.Refusal refusal -> content.addObject().put("text", refusal.text());
            case Part.Thinking thinking -> {
                ObjectNode text =
                        content.addObject().putObject("reasoningContent").putObject("reasoningText");
                text.put("text", thinking.text());
                if (thinking.signature() != null) {
                    text.put("signature", thinking.signature());
                }
            }
            case Part.RedactedThinking redacted ->
                content.addObject().putObject("reasoningContent").put("redactedContent", redacted.data());
            case Part.ToolUse use ->
                content.addObject()
                        .putObject("toolUse")
                        .put("toolUseId", callId(use.id()))
                        .put("name", use.name())
                        .set("input", use.input());
            case Part.ToolResult result -> result(result, content);
            case Part.Media media -> media(media, content);
        }
    }

    private void result(Part.ToolResult result, ArrayNode content) {
        ObjectNode written = content.addObject().putObject("toolResult").put("toolUseId", callId(result.id()));
        ArrayNode inner = written.putArray("content");
        for (Part part : result.content()) {
            if (!(part instanceof Part.Text text) || !text.text().isBlank()) {
                write(part, inner);
            }
        }
        if (inner.isEmpty()) {
            inner.addObject().put("text", NOTHING);
        }
        if (result.error()) {
            written.put("status", "error");
        }
    }

    /** Another provider's id may not be one here; call and result get the same one. */
    private static String callId(String id) {
        return CALL_ID.matcher(id).matches() ? id : "call_" + Digests.hex(id, ID_BYTES);
    }

    private void media(Part.Media media, ArrayNode content) {
        if (media.data() == null) {
            notes.without(
                    "messages", "a picture or document is named by its address, which this provider does not fetch");
            return;
        }
        boolean image = media.kind() == Part.Media.Kind.IMAGE;
        String type = media.mediaType() == null ? "" : media.mediaType();
        @Nullable String format = image ? IMAGES.get(type) : DOCUMENTS.get(type);
        if (format == null) {
            notes.without("messages", "this provider does not read what a picture or document is written in");
            return;
        }
        ObjectNode block =
                content.addObject().putObject(image ? "image" : "document").put("format", format);
        if (!image) {
            block.put("name", name(media.name()));
        }
        block.putObject("source").put("bytes", media.data());
    }

    /** Bedrock takes few characters in a document's name, and each name once. */
    private String name(@Nullable String asked) {
        String plain =
                asked == null ? "" : ODD_NAME.matcher(asked).replaceAll(" ").strip();
        if (plain.length() > MAX_NAME) {
            plain = plain.substring(0, MAX_NAME).strip();
        }
        String name = plain.isEmpty() ? "document" : plain;
        for (int i = 2; !names.add(name); i++) {
            name = (plain.isEmpty() ? "document" : plain) + " " + i;
        }
        return name;
    }
}
