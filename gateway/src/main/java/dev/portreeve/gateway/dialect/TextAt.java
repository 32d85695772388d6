package dev.portreeve.gateway.dialect;

import dev.portreeve.policy.call.TextRun;
import java.util.ArrayList;
import java.util.List;

/**
 * A text in a body and where its JSON string stands, quotes included.
 *
 * @param channel see {@link TextRun#channel()}
 * @param repeat see {@link TextRun#repeat()}
 * @param packed whether the string holds the text in another form, so that nothing is left of it once the text changes
 */
record TextAt(String channel, Span span, String text, boolean repeat, boolean packed) {
    TextAt(String channel, Span span, String text) {
        this(channel, span, text, false, false);
    }

    /** The same text under another name. */
    TextAt named(String name, boolean isRepeat) {
        return new TextAt(name, span, text, isRepeat, packed);
    }

    static List<TextRun> runs(List<TextAt> texts) {
        List<TextRun> runs = new ArrayList<>(texts.size());
        for (TextAt at : texts) {
            runs.add(new TextRun(at.channel, at.text, at.repeat));
        }
        return runs;
    }

    /**
     * Asks for a splice wherever a run's text is no longer what was read.
     *
     * @return how many texts changed
     * @throws IllegalArgumentException if the runs are not those of {@code texts}
     */
    static int rewrite(List<TextAt> texts, List<TextRun> runs, Splice splice) {
        if (texts.size() != runs.size()) {
            throw new IllegalArgumentException(
                    "a rewritten content has " + runs.size() + " runs where " + texts.size() + " were read");
        }
        int changed = 0;
        for (int i = 0; i < runs.size(); i++) {
            String text = runs.get(i).text();
            if (!text.equals(texts.get(i).text())) {
                splice.replaceString(texts.get(i).span(), texts.get(i).packed() ? "" : text);
                changed++;
            }
        }
        return changed;
    }
}
