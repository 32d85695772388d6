package dev.portreeve.hub.north;

import dev.portreeve.hub.wire.RawJson;
import dev.portreeve.policy.call.JsonPaths;
import dev.portreeve.policy.call.JsonTexts;
import dev.portreeve.policy.call.Output;
import dev.portreeve.policy.call.TextRun;
import java.util.List;

/**
 * A tool's result, or a prompt, resource, completion, task, question or refusal, as it was sent, and the texts in it that a model will read: the whole answer is one chunk. Rewriting a
 * text leaves every other byte as it was.
 *
 * @param pricedBytes of one that only says how large a result is that is priced by its bytes; it goes no further than the meter
 */
record ToolResult(byte[] json, JsonTexts texts, long pricedBytes) implements Output<ToolResult> {
    private static final byte[] NOTHING = {'{', '}'};
    private static final JsonPaths READ_BY_MODELS = JsonPaths.of(
            "/content/*/text",
            "/content/*/name",
            "/content/*/title",
            "/content/*/description",
            "/content/*/uri",
            "/content/*/resource/uri",
            "/content/*/resource/text",
            "/structuredContent/**",
            "/description",
            "/messages/*/content/text",
            "/messages/*/content/name",
            "/messages/*/content/title",
            "/messages/*/content/description",
            "/messages/*/content/resource/text",
            "/contents/*/text",
            "/completion/values/*",
            "/inputRequests/*/params/message",
            "/inputRequests/*/params/url",
            "/inputRequests/*/params/requestedSchema/**",
            "/inputRequests/*/params/systemPrompt",
            "/inputRequests/*/params/messages/*/content/text",
            "/inputRequests/*/params/messages/*/content/*/text",
            "/message",
            "/data/elicitations/*/message",
            "/data/elicitations/*/url",
            "/statusMessage",
            "/task/statusMessage",
            "/_meta/io.modelcontextprotocol~1model-immediate-response",
            "/error/message",
            "/result/content/*/text",
            "/result/content/*/name",
            "/result/content/*/title",
            "/result/content/*/description",
            "/result/content/*/uri",
            "/result/content/*/resource/uri",
            "/result/content/*/resource/text",
            "/result/structuredContent/**");

    /** @throws dev.portreeve.policy.call.MalformedJson if the result is no JSON that all readers agree on */
    static ToolResult of(RawJson result) {
        byte[] json = result.toBytes();
        return new ToolResult(json, JsonTexts.find(json, READ_BY_MODELS), 0);
    }

    /** Says how large a result is, before anything is done with it. */
    static ToolResult ofSize(long bytes) {
        return new ToolResult(NOTHING, JsonTexts.find(NOTHING, READ_BY_MODELS), bytes);
    }

    @Override
    public boolean isSilent() {
        return pricedBytes > 0;
    }

    RawJson raw() {
        return RawJson.of(json);
    }

    @Override
    public List<TextRun> text() {
        return texts.texts().stream()
                .map(text -> new TextRun(text.pointer(), text.value()))
                .toList();
    }

    @Override
    public ToolResult withText(List<TextRun> replaced) {
        return of(RawJson.of(texts.with(replaced.stream().map(TextRun::text).toList())));
    }
}
