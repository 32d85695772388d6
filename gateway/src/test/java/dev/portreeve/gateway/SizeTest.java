package dev.portreeve.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.source.tree.ClassTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.LineMap;
import com.sun.source.tree.MethodTree;
import com.sun.source.tree.Tree;
import com.sun.source.util.JavacTask;
import com.sun.source.util.SourcePositions;
import com.sun.source.util.TreeScanner;
import com.sun.source.util.Trees;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;

/**
 * No class of main code has more than 300 lines of code and no method more than 40.
 *
 * <p>A line of code is one that has something on it besides blanks and comments. A class is counted with everything
 * nested in it: moving code into a nested class makes nothing smaller.
 */
class SizeTest {
    private static final int CLASS_LINES = 300;
    private static final int METHOD_LINES = 40;
    private static final String WHY =
            "a class that does not fit two screens, or a method that does not fit one, holds two"
                    + " ideas; find the second and give it a name of its own";

    @Test
    void classesAndMethodsAreSmall() throws IOException {
        List<String> tooLong = new ArrayList<>();
        for (Path file : Sources.main()) {
            tooLong.addAll(tooLong(Sources.name(file), Files.readString(file), CLASS_LINES, METHOD_LINES));
        }
        assertEquals(List.of(), tooLong, WHY);
    }

    @Test
    void countsLinesOfCodeOnly() throws IOException {
        String source = """
                /** Not code. */
                class Sample {
                    // Not code.
                    String notAComment = "// code";
                    /* Not
                       code. */ int code;

                    String text() {
                        return \"""
                            // code, too
                            \""";
                    }
                }
                """;
        assertEquals(List.of(), tooLong("Sample", source, 9, 5));
        assertEquals(
                List.of("Sample: class Sample has 9 lines of code, 8 are allowed"), tooLong("Sample", source, 8, 5));
        assertEquals(
                List.of("Sample: method text has 5 lines of code, 4 are allowed"), tooLong("Sample", source, 9, 4));
        assertTrue(CLASS_LINES > METHOD_LINES);
    }

    private static List<String> tooLong(String name, String source, int classLines, int methodLines)
            throws IOException {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        JavacTask task = (JavacTask) compiler.getTask(null, null, null, List.of(), null, List.of(new Text(source)));
        List<String> tooLong = new ArrayList<>();
        for (CompilationUnitTree unit : task.parse()) {
            Ruler ruler = new Ruler(unit, Trees.instance(task).getSourcePositions(), CodeLines.of(source));
            new TreeScanner<Void, Void>() {
                private int depth;

                @Override
                public Void visitClass(ClassTree tree, Void unused) {
                    if (depth == 0) {
                        check("class " + tree.getSimpleName(), ruler.lines(tree), classLines);
                    }
                    depth++;
                    super.visitClass(tree, unused);
                    depth--;
                    return null;
                }

                @Override
                public Void visitMethod(MethodTree tree, Void unused) {
                    check("method " + tree.getName(), ruler.lines(tree), methodLines);
                    return super.visitMethod(tree, unused);
                }

                private void check(String what, int lines, int allowed) {
                    if (lines > allowed) {
                        tooLong.add(
                                name + ": " + what + " has " + lines + " lines of code, " + allowed + " are allowed");
                    }
                }
            }.scan(unit, null);
        }
        return tooLong;
    }

    /** Measures a piece of the syntax tree. */
    private record Ruler(CompilationUnitTree unit, SourcePositions positions, BitSet codeLines) {
        int lines(Tree tree) {
            LineMap map = unit.getLineMap();
            int first = (int) map.getLineNumber(positions.getStartPosition(unit, tree));
            long end = positions.getEndPosition(unit, tree);
            int last = end < 0 ? first : (int) map.getLineNumber(end - 1);
            return codeLines.get(first, last + 1).cardinality();
        }
    }

    /** Which lines of a source, counted from one, have code on them. */
    private static final class CodeLines {
        private final String source;
        private final BitSet lines = new BitSet();
        private int at;
        private int line = 1;

        private CodeLines(String source) {
            this.source = source;
        }

        static BitSet of(String source) {
            CodeLines scan = new CodeLines(source);
            while (scan.at < source.length()) {
                scan.next();
            }
            return scan.lines;
        }

        private void next() {
            if (source.startsWith("//", at)) {
                pass(end("\n", at, 0));
            } else if (source.startsWith("/*", at)) {
                pass(end("*/", at + 2, 2));
            } else if (source.startsWith("\"\"\"", at)) {
                code(literalEnd("\"\"\""));
            } else if (source.charAt(at) == '"' || source.charAt(at) == '\'') {
                code(literalEnd(source.substring(at, at + 1)));
            } else if (Character.isWhitespace(source.charAt(at))) {
                pass(at + 1);
            } else {
                code(at + 1);
            }
        }

        /** Passes by what is no code. */
        private void pass(int to) {
            for (; at < to; at++) {
                if (source.charAt(at) == '\n') {
                    line++;
                }
            }
        }

        private void code(int to) {
            int first = line;
            pass(to);
            lines.set(first, line + 1);
        }

        private int end(String mark, int from, int plus) {
            int found = source.indexOf(mark, from);
            return found < 0 ? source.length() : found + plus;
        }

        private int literalEnd(String quote) {
            int end = at + quote.length();
            while (end < source.length() && !source.startsWith(quote, end)) {
                end += source.charAt(end) == '\\' ? 2 : 1;
            }
            return Math.min(end + quote.length(), source.length());
        }
    }

    /** A source for the parser. */
    private static final class Text extends SimpleJavaFileObject {
        private final String source;

        Text(String source) {
            super(URI.create("string:///Source.java"), JavaFileObject.Kind.SOURCE);
            this.source = source;
        }

        @Override
        public CharSequence getCharContent(boolean ignoreEncodingErrors) {
            return source;
        }
    }
}
