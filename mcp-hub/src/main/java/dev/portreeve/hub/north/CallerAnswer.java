package dev.portreeve.hub.north;

import dev.portreeve.hub.wire.RawJson;
import dev.portreeve.policy.call.JsonPaths;
import dev.portreeve.policy.call.JsonTexts;
import dev.portreeve.policy.call.Output;
import dev.portreeve.policy.call.TextRun;
import java.util.List;

/** What a caller says to a question, on its way to the server: guardrails read all of it, as they read arguments. */
record CallerAnswer(RawJson json, JsonTexts texts) implements Output<CallerAnswer> {
    private static final JsonPaths ALL = JsonPaths.of("/**");

    /** @throws dev.portreeve.policy.call.MalformedJson if it is no JSON that all readers agree on */
    static CallerAnswer of(RawJson json) {
        return new CallerAnswer(json, JsonTexts.find(json.toBytes(), ALL));
    }

    @Override
    public List<TextRun> text() {
        return texts.texts().stream()
                .map(text -> new TextRun(text.pointer(), text.value()))
                .toList();
    }

    @Override
    public CallerAnswer withText(List<TextRun> replaced) {
        return of(RawJson.of(texts.with(replaced.stream().map(TextRun::text).toList())));
    }
}
