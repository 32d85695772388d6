package dev.portreeve.gateway.http;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/** What a body may look like, read from the files in {@code schema/}, whose README says how they are written. */
sealed interface BodyShape {
    /** @param required whether there is no object without it */
    record Member(String name, boolean required, BodyShape shape) {}

    /** @param groups members that come together or not at all */
    record Members(List<Member> members, List<BodyShape> groups) implements BodyShape {}

    record Many(BodyShape each, int least, int most) implements BodyShape {}

    /** Several elements of an array, one after the other. */
    record Row(List<BodyShape> shapes) implements BodyShape {}

    record Choice(List<BodyShape> shapes) implements BodyShape {}

    record Literal(JsonNode value) implements BodyShape {}

    record Amount(boolean whole, double least, double most) implements BodyShape {}

    /** A kind of value that needs no description, or the name of a definition. */
    record Word(String word) implements BodyShape {}

    /** The definitions of one file. */
    static Map<String, BodyShape> read(String name) {
        try (InputStream in = BodyShape.class.getResourceAsStream("/schema/" + name + ".txt")) {
            if (in == null) {
                throw new IllegalArgumentException("no schema \"" + name + "\"");
            }
            return new Text(new String(in.readAllBytes(), StandardCharsets.UTF_8)).definitions();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A file being read. */
    final class Text {
        private static final Pattern TOKEN =
                Pattern.compile("'[^']*'|[A-Za-z_][A-Za-z_0-9-]*|-?\\d+|\\.\\.|[\\[\\](){}|=:,!+]|\\S");
        private final List<String> tokens = new ArrayList<>();
        private int at;

        Text(String text) {
            Matcher token = TOKEN.matcher(text);
            while (token.find()) {
                tokens.add(token.group());
            }
        }

        Map<String, BodyShape> definitions() {
            Map<String, BodyShape> all = new HashMap<>();
            while (at < tokens.size()) {
                String name = next();
                expect("=");
                all.put(name, shape());
            }
            return all;
        }

        private BodyShape shape() {
            List<BodyShape> shapes = new ArrayList<>(List.of(one()));
            while (taken("|")) {
                shapes.add(one());
            }
            return shapes.size() == 1 ? shapes.getFirst() : new Choice(shapes);
        }

        private BodyShape one() {
            String token = next();
            if (token.startsWith("'")) {
                return new Literal(JsonNodeFactory.instance.stringNode(unquoted(token)));
            }
            return switch (token) {
                case "{" -> members();
                case "[" -> many();
                case "(" -> row();
                case "null" -> new Literal(JsonNodeFactory.instance.nullNode());
                case "false" -> new Literal(JsonNodeFactory.instance.booleanNode(false));
                case "int", "number" -> {
                    int least = Integer.parseInt(next());
                    expect("..");
                    yield new Amount(token.equals("int"), least, Integer.parseInt(next()));
                }
                default -> new Word(token);
            };
        }

        private BodyShape members() {
            List<Member> members = new ArrayList<>();
            List<BodyShape> groups = new ArrayList<>();
            while (!taken("}")) {
                if (taken("+")) {
                    groups.add(shape());
                } else {
                    String name = unquoted(next());
                    boolean required = taken("!");
                    expect(":");
                    members.add(new Member(name, required, shape()));
                }
                boolean ignored = taken(",");
            }
            return new Members(members, groups);
        }

        private BodyShape many() {
            BodyShape each = shape();
            int least = Integer.parseInt(next());
            expect("..");
            int most = Integer.parseInt(next());
            expect("]");
            return new Many(each, least, most);
        }

        private BodyShape row() {
            List<BodyShape> shapes = new ArrayList<>();
            while (!taken(")")) {
                shapes.add(one());
            }
            return new Row(shapes);
        }

        private static String unquoted(String token) {
            return token.startsWith("'") ? token.substring(1, token.length() - 1) : token;
        }

        private boolean taken(String token) {
            boolean there = token.equals(peek());
            if (there) {
                at++;
            }
            return there;
        }

        private @Nullable String peek() {
            return at < tokens.size() ? tokens.get(at) : null;
        }

        private String next() {
            String token = peek();
            if (token == null) {
                throw new IllegalArgumentException("the schema ends too early");
            }
            at++;
            return token;
        }

        private void expect(String token) {
            if (!taken(token)) {
                throw new IllegalArgumentException("\"" + token + "\" is wanted, not \"" + peek() + "\", after "
                        + tokens.subList(Math.max(0, at - 8), at));
            }
        }
    }
}
