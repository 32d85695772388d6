import java.util.Locale;

/** The dialects as the benchmark speaks them: requests of a size, answers of one text, and what shows that one is whole. */
enum Wire {
    CHAT("/v1/chat/completions", "/completions", "[DONE]"),
    MESSAGES("/v1/messages", "/messages", "message_stop"),
    RESPONSES("/v1/responses", "/responses", "response.completed"),
    GEMINI("/v1beta/models/%s:generateContent", "GenerateContent", "\"finishReason\"");

    static final String WORD = "The gate opens at dawn and closes at dusk. ";
    private static final String SENTENCE = "A carter asks the clerk at the gate what he has to pay for two barrels and a goat. ";

    private final String path;
    private final String mark;
    private final String end;

    Wire(String path, String mark, String end) {
        this.path = path;
        this.mark = mark;
        this.end = end;
    }

    static Wire of(String name) {
        return valueOf(name.toUpperCase(Locale.ROOT));
    }

    /** Which dialect a path is of. */
    static Wire ofPath(String path) {
        for (Wire wire : values()) {
            if (path.contains(wire.mark)) {
                return wire;
            }
        }
        return GEMINI;
    }

    String path(String model, boolean stream) {
        String filled = String.format(path, model);
        return stream && this == GEMINI ? filled.replace(":generateContent", ":streamGenerateContent?alt=sse") : filled;
    }

    /** What stands at the end of a whole stream. */
    String end() {
        return end;
    }

    /** A request of about so many bytes. */
    String request(String model, int bytes, boolean stream) {
        String shell = request(model, "", stream);
        StringBuilder text = new StringBuilder();
        while (text.length() < bytes - shell.length()) {
            text.append(SENTENCE);
        }
        text.setLength(Math.max(1, bytes - shell.length()));
        return request(model, text.toString(), stream);
    }

    private String request(String model, String text, boolean stream) {
        String streamed = stream ? "\"stream\":true," : "";
        return switch (this) {
            case CHAT -> "{\"model\":\"" + model + "\",\"max_tokens\":256," + streamed
                    + "\"messages\":[{\"role\":\"system\",\"content\":\"You answer in two sentences.\"},"
                    + "{\"role\":\"user\",\"content\":\"" + text + "\"}]}";
            case MESSAGES -> "{\"model\":\"" + model + "\",\"max_tokens\":256," + streamed
                    + "\"system\":\"You answer in two sentences.\",\"messages\":[{\"role\":\"user\",\"content\":\"" + text
                    + "\"}]}";
            case RESPONSES -> "{\"model\":\"" + model + "\",\"max_output_tokens\":256,\"store\":false," + streamed
                    + "\"instructions\":\"You answer in two sentences.\",\"input\":\"" + text + "\"}";
            case GEMINI -> "{\"systemInstruction\":{\"parts\":[{\"text\":\"You answer in two sentences.\"}]},"
                    + "\"contents\":[{\"role\":\"user\",\"parts\":[{\"text\":\"" + text
                    + "\"}]}],\"generationConfig\":{\"maxOutputTokens\":256}}";
        };
    }

    /** A whole answer. */
    String answer() {
        String text = WORD.repeat(6);
        return switch (this) {
            case CHAT -> "{\"id\":\"chatcmpl-bench\",\"object\":\"chat.completion\",\"created\":1700000000,\"model\":\"bench-model\","
                    + "\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":\"" + text
                    + "\"},\"finish_reason\":\"stop\"}],\"usage\":{\"prompt_tokens\":450,\"completion_tokens\":60,\"total_tokens\":510}}";
            case MESSAGES -> "{\"id\":\"msg_bench\",\"type\":\"message\",\"role\":\"assistant\",\"model\":\"bench-model\","
                    + "\"content\":[{\"type\":\"text\",\"text\":\"" + text
                    + "\"}],\"stop_reason\":\"end_turn\",\"stop_sequence\":null,\"usage\":{\"input_tokens\":450,\"output_tokens\":60}}";
            case RESPONSES -> response("completed", "[" + message(text) + "]");
            case GEMINI -> "{\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"" + text
                    + "\"}],\"role\":\"model\"},\"finishReason\":\"STOP\",\"index\":0}],\"usageMetadata\":{\"promptTokenCount\":450,"
                    + "\"candidatesTokenCount\":60,\"totalTokenCount\":510},\"modelVersion\":\"bench-model\",\"responseId\":\"bench\"}";
        };
    }

    /** What a stream begins with, before its words. */
    String[] first() {
        return switch (this) {
            case CHAT -> new String[] {chunk("{\"role\":\"assistant\",\"content\":\"\"}", "null")};
            case MESSAGES -> new String[] {
                named("message_start", "{\"type\":\"message_start\",\"message\":{\"id\":\"msg_bench\",\"type\":\"message\",\"role\":\"assistant\","
                        + "\"model\":\"bench-model\",\"content\":[],\"stop_reason\":null,\"stop_sequence\":null,"
                        + "\"usage\":{\"input_tokens\":450,\"output_tokens\":1}}}"),
                named("content_block_start", "{\"type\":\"content_block_start\",\"index\":0,\"content_block\":{\"type\":\"text\",\"text\":\"\"}}")
            };
            case RESPONSES -> new String[] {
                numbered("response.created", 0, "\"response\":" + response("in_progress", "[]")),
                numbered("response.output_item.added", 1, "\"output_index\":0,\"item\":{\"id\":\"m\",\"type\":\"message\",\"status\":\"in_progress\",\"role\":\"assistant\",\"content\":[]}"),
                numbered("response.content_part.added", 2, "\"item_id\":\"m\",\"output_index\":0,\"content_index\":0,\"part\":{\"type\":\"output_text\",\"text\":\"\",\"annotations\":[]}")
            };
            case GEMINI -> new String[0];
        };
    }

    /** One word of a stream. */
    String word(int number) {
        return switch (this) {
            case CHAT -> chunk("{\"content\":\"" + WORD + "\"}", "null");
            case MESSAGES -> named("content_block_delta", "{\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":\"text_delta\",\"text\":\"" + WORD + "\"}}");
            case RESPONSES -> numbered("response.output_text.delta", 3 + number, "\"item_id\":\"m\",\"output_index\":0,\"content_index\":0,\"delta\":\"" + WORD + "\"");
            case GEMINI -> "data: {\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"" + WORD + "\"}],\"role\":\"model\"},\"index\":0}],\"modelVersion\":\"bench-model\"}\n\n";
        };
    }

    /** What a stream of so many words ends with. */
    String[] last(int words, boolean withUsage) {
        String text = WORD.repeat(words);
        return switch (this) {
            case CHAT -> new String[] {
                chunk("{}", "\"stop\""),
                withUsage
                        ? "data: {\"id\":\"chatcmpl-bench\",\"object\":\"chat.completion.chunk\",\"created\":1700000000,\"model\":\"bench-model\","
                                + "\"choices\":[],\"usage\":{\"prompt_tokens\":450,\"completion_tokens\":60,\"total_tokens\":510}}\n\n"
                        : "",
                "data: [DONE]\n\n"
            };
            case MESSAGES -> new String[] {
                named("content_block_stop", "{\"type\":\"content_block_stop\",\"index\":0}"),
                named("message_delta", "{\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"end_turn\",\"stop_sequence\":null},\"usage\":{\"output_tokens\":60}}"),
                named("message_stop", "{\"type\":\"message_stop\"}")
            };
            case RESPONSES -> new String[] {
                numbered("response.output_text.done", 3 + words, "\"item_id\":\"m\",\"output_index\":0,\"content_index\":0,\"text\":\"" + text + "\""),
                numbered("response.output_item.done", 4 + words, "\"output_index\":0,\"item\":" + message(text)),
                numbered("response.completed", 5 + words, "\"response\":" + response("completed", "[" + message(text) + "]"))
            };
            case GEMINI -> new String[] {
                "data: {\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"\"}],\"role\":\"model\"},\"finishReason\":\"STOP\",\"index\":0}],"
                        + "\"usageMetadata\":{\"promptTokenCount\":450,\"candidatesTokenCount\":60,\"totalTokenCount\":510},\"modelVersion\":\"bench-model\"}\n\n"
            };
        };
    }

    private static String chunk(String delta, String finish) {
        return "data: {\"id\":\"chatcmpl-bench\",\"object\":\"chat.completion.chunk\",\"created\":1700000000,\"model\":\"bench-model\","
                + "\"choices\":[{\"index\":0,\"delta\":" + delta + ",\"finish_reason\":" + finish + "}]}\n\n";
    }

    private static String named(String name, String data) {
        return "event: " + name + "\ndata: " + data + "\n\n";
    }

    private static String numbered(String name, int number, String rest) {
        return named(name, "{\"type\":\"" + name + "\",\"sequence_number\":" + number + "," + rest + "}");
    }

    private static String message(String text) {
        return "{\"id\":\"m\",\"type\":\"message\",\"status\":\"completed\",\"role\":\"assistant\",\"content\":[{\"type\":\"output_text\",\"text\":\""
                + text + "\",\"annotations\":[]}]}";
    }

    private static String response(String status, String output) {
        return "{\"id\":\"resp_bench\",\"object\":\"response\",\"created_at\":1700000000,\"status\":\"" + status
                + "\",\"model\":\"bench-model\",\"output\":" + output + ",\"store\":false,\"usage\":"
                + (status.equals("completed")
                        ? "{\"input_tokens\":450,\"output_tokens\":60,\"total_tokens\":510}"
                        : "null")
                + "}";
    }
}
