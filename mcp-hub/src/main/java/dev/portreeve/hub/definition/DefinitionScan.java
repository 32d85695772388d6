package dev.portreeve.hub.definition;

import dev.portreeve.hub.wire.RawJson;
import dev.portreeve.policy.call.JsonPaths;
import dev.portreeve.policy.call.JsonTexts;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Reads what a definition says, as a model would, and takes out what a person would not see. Nothing it refers to is
 * fetched.
 *
 * @param clean the definition as it may be shown to models: without hidden characters and comments in titles and
 *     descriptions, and with these cut to length; every other byte is the server's
 * @param suspicions what was taken out, and what else looks wrong; at most a few dozen
 */
public record DefinitionScan(RawJson clean, List<Suspicion> suspicions) {
    private static final JsonPaths EVERYTHING = JsonPaths.of("/**");
    private static final int MAX_DESCRIPTION_CHARS = 16 * 1024;
    private static final int MAX_TITLE_CHARS = 256;
    /** A template with nothing of a place before its first expression. */
    private static final Pattern ANYTHING = Pattern.compile("\\A(?:[A-Za-z][A-Za-z0-9+.-]*:)?[^{A-Za-z0-9]*\\{");

    private static final int MAX_SUSPICIONS = 50;

    public DefinitionScan {
        suspicions = List.copyOf(suspicions);
    }

    /** @throws dev.portreeve.policy.call.MalformedJson if it is no JSON that all readers agree on */
    public static DefinitionScan of(RawJson definition) {
        byte[] bytes = definition.toBytes();
        JsonTexts texts = JsonTexts.find(bytes, EVERYTHING);
        List<Suspicion> suspicions = new ArrayList<>();
        List<String> cleaned = texts.texts().stream()
                .map(text -> {
                    look(text, suspicions);
                    return clean(text);
                })
                .toList();
        boolean asItWas =
                cleaned.equals(texts.texts().stream().map(JsonTexts.Text::value).toList());
        return new DefinitionScan(
                asItWas ? definition : RawJson.of(texts.with(cleaned)),
                suspicions.stream().limit(MAX_SUSPICIONS).toList());
    }

    /** A text of a server's own that belongs to no definition, as it may be shown to models. */
    public static String clean(String text) {
        return cut(HiddenText.clean(text), MAX_DESCRIPTION_CHARS);
    }

    private static boolean isTitle(String pointer) {
        return pointer.endsWith("/title");
    }

    private static boolean isDescription(String pointer) {
        return pointer.endsWith("/description");
    }

    // Elsewhere a character may be data: an enum's value or a pattern means what it says.
    private static String clean(JsonTexts.Text text) {
        if (!isTitle(text.pointer()) && !isDescription(text.pointer())) {
            return text.value();
        }
        return cut(HiddenText.clean(text.value()), maxChars(text));
    }

    private static int maxChars(JsonTexts.Text text) {
        return isTitle(text.pointer()) ? MAX_TITLE_CHARS : MAX_DESCRIPTION_CHARS;
    }

    private static String cut(String text, int chars) {
        if (text.length() <= chars) {
            return text;
        }
        int end = Character.isHighSurrogate(text.charAt(chars - 1)) ? chars - 1 : chars;
        return text.substring(0, end) + "…";
    }

    private static void look(JsonTexts.Text text, List<Suspicion> to) {
        String place = HiddenText.visible(text.pointer());
        String value = text.value();
        if (HiddenText.hasOverride(value) || HiddenText.hasOverride(text.pointer())) {
            to.add(new Suspicion(
                    Suspicion.Kind.DIRECTION_OVERRIDE, place, "has characters that turn the direction of writing"));
        } else if (HiddenText.hasHidden(value) || HiddenText.hasHidden(text.pointer())) {
            to.add(new Suspicion(
                    Suspicion.Kind.HIDDEN_CHARACTERS, place, "has characters that people do not see and models read"));
        }
        if (HiddenText.hasComment(value)) {
            to.add(new Suspicion(
                    Suspicion.Kind.HTML_COMMENT, place, "has an HTML comment, which pages hide and models read"));
        }
        boolean said = isTitle(text.pointer()) || isDescription(text.pointer());
        if (said && value.length() > maxChars(text)) {
            to.add(new Suspicion(
                    Suspicion.Kind.LONG_TEXT,
                    place,
                    "has " + value.length() + " characters and is cut to " + maxChars(text)));
        }
        lookAtAddress(text, place, to);
        if (text.pointer().equals("/uriTemplate") && ANYTHING.matcher(value).find()) {
            to.add(new Suspicion(
                    Suspicion.Kind.LETS_IN_MUCH,
                    place,
                    "lets in whatever address it is filled with: once it is accepted, no resource that fits it waits"));
        }
    }

    private static void lookAtAddress(JsonTexts.Text text, String place, List<Suspicion> to) {
        boolean reference = text.pointer().endsWith("/$ref") || text.pointer().endsWith("/$dynamicRef");
        if (reference && !text.value().startsWith("#")) {
            to.add(new Suspicion(
                    Suspicion.Kind.OUTSIDE_REFERENCE,
                    place,
                    "refers to something outside the definition; the gateway never follows it, a client might"));
        }
        boolean icon = text.pointer().startsWith("/icons/") && text.pointer().endsWith("/src");
        if (icon && !text.value().startsWith("https://") && !text.value().startsWith("data:image/")) {
            to.add(new Suspicion(
                    Suspicion.Kind.ICON_ADDRESS, place, "is an icon at an address that is neither https nor data"));
        }
    }
}
