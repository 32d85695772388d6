package dev.portreeve.gateway.admin;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The arguments of a call as a table that cannot lie to its reader: one row for each value, characters that would not be
 * seen named by number, long texts with head and tail.
 */
final class ArgumentRows {
    private static final int MAX_ROWS = 200;
    private static final int HEAD = 1200;
    private static final int TAIL = 300;
    private final List<ApprovalsPanel.Row> rows = new ArrayList<>();
    private int left;

    private ArgumentRows() {}

    /** @param canonical a JSON object */
    static List<ApprovalsPanel.Row> of(byte[] canonical) {
        ArgumentRows table = new ArgumentRows();
        table.add("", JsonMapper.shared().readTree(canonical));
        if (table.left > 0) {
            table.rows.add(new ApprovalsPanel.Row(
                    "…", "", List.of(), List.of(table.left + " more values are not shown: deny what you cannot read")));
        }
        return table.rows;
    }

    private void add(String path, JsonNode node) {
        if (node.isObject() && !node.isEmpty()) {
            for (Map.Entry<String, JsonNode> member : node.properties()) {
                add(path.isEmpty() ? member.getKey() : path + "." + member.getKey(), member.getValue());
            }
        } else if (node.isArray() && !node.isEmpty()) {
            for (int i = 0; i < node.size(); i++) {
                add(path + "[" + i + "]", node.get(i));
            }
        } else if (!path.isEmpty()) {
            row(path, node);
        }
    }

    private void row(String path, JsonNode node) {
        if (rows.size() >= MAX_ROWS) {
            left++;
            return;
        }
        String text = node.isString() ? node.stringValue() : node.toString();
        String type = node.isString() ? "text, " + text.codePointCount(0, text.length()) + " characters" : type(node);
        List<String> warnings = new ArrayList<>();
        if (mixesScripts(text)) {
            warnings.add("mixes letters of several scripts, which can look like others");
        }
        rows.add(new ApprovalsPanel.Row(visible(path), type, pieces(text), warnings));
    }

    private static String type(JsonNode node) {
        return switch (node.getNodeType()) {
            case BOOLEAN -> "true or false";
            case NUMBER -> "number";
            case NULL -> "null";
            case OBJECT -> "empty object";
            case ARRAY -> "empty list";
            default -> "";
        };
    }

    private static List<ApprovalsPanel.Piece> pieces(String text) {
        if (text.length() <= HEAD + TAIL) {
            return chips(text);
        }
        List<ApprovalsPanel.Piece> pieces = new ArrayList<>(chips(text.substring(0, HEAD)));
        pieces.add(new ApprovalsPanel.Piece((text.length() - HEAD - TAIL) + " characters not shown", true));
        pieces.addAll(chips(text.substring(text.length() - TAIL)));
        return pieces;
    }

    private static List<ApprovalsPanel.Piece> chips(String text) {
        List<ApprovalsPanel.Piece> pieces = new ArrayList<>();
        StringBuilder plain = new StringBuilder();
        text.codePoints().forEach(c -> {
            if (isHidden(c)) {
                if (!plain.isEmpty()) {
                    pieces.add(new ApprovalsPanel.Piece(plain.toString(), false));
                    plain.setLength(0);
                }
                pieces.add(new ApprovalsPanel.Piece(name(c), true));
            } else {
                plain.appendCodePoint(c);
            }
        });
        if (!plain.isEmpty()) {
            pieces.add(new ApprovalsPanel.Piece(plain.toString(), false));
        }
        return pieces;
    }

    private static String visible(String name) {
        StringBuilder seen = new StringBuilder();
        chips(name).forEach(piece -> seen.append(piece.text()));
        return seen.toString();
    }

    /** Control, direction, zero-width, tag, private and unassigned characters; line breaks and tabs are seen as such. */
    private static boolean isHidden(int c) {
        return switch (Character.getType(c)) {
            case Character.CONTROL -> c != '\n' && c != '\t';
            case Character.FORMAT,
                    Character.SURROGATE,
                    Character.PRIVATE_USE,
                    Character.UNASSIGNED,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR -> true;
            case Character.SPACE_SEPARATOR -> c != ' ';
            default -> c == 0x115F || c == 0x1160 || c == 0x3164 || c == 0xFFA0 || c == 0x2800;
        };
    }

    private static String name(int c) {
        return "U+" + String.format(java.util.Locale.ROOT, "%04X", c);
    }

    private static boolean mixesScripts(String text) {
        return text.codePoints()
                        .filter(Character::isLetter)
                        .mapToObj(Character.UnicodeScript::of)
                        .filter(script -> script == Character.UnicodeScript.LATIN
                                || script == Character.UnicodeScript.CYRILLIC
                                || script == Character.UnicodeScript.GREEK)
                        .distinct()
                        .count()
                > 1;
    }
}
