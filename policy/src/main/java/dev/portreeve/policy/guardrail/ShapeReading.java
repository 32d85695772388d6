package dev.portreeve.policy.guardrail;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Reads a text from left to right: at each place the first shape that fits is a finding, and reading goes on behind it. It stops at a place
 * where a shape needs more text, so that a text cut in pieces is read exactly like the whole.
 */
final class ShapeReading implements Guardrail.Reading {
    private final Table table;
    private final TextWindow window = new TextWindow();
    private int next;
    private Shape.@Nullable Tail tail;
    private String tailKind = "";

    /** Shapes by the character they can begin with. Immutable, made once for a detector. */
    static final class Table {
        private static final Shape[] NONE = {};
        private final Shape[][] byStarter = new Shape[128][];

        Table(List<Shape> shapes) {
            for (int c = 0; c < byStarter.length; c++) {
                List<Shape> starting = new ArrayList<>();
                for (Shape shape : shapes) {
                    if (shape.starters().indexOf(c) >= 0) {
                        starting.add(shape);
                    }
                }
                byStarter[c] = starting.toArray(NONE);
            }
        }

        Shape[] startingWith(char c) {
            return c < 128 ? byStarter[c] : NONE;
        }
    }

    ShapeReading(Table table) {
        this.table = table;
    }

    @Override
    public long read(String piece, boolean last, Consumer<Finding> found) {
        next = window.append(piece, last, next);
        followTail(found);
        while (next < window.length()) {
            Shape[] shapes = table.startingWith(window.at(next));
            if (shapes.length == 0) {
                next++;
            } else if (!tryAll(shapes, found)) {
                break;
            }
        }
        return window.position(next);
    }

    /** Whether reading could go on; false if more text is needed. */
    private boolean tryAll(Shape[] shapes, Consumer<Finding> found) {
        for (Shape shape : shapes) {
            int end = shape.match(window, next);
            if (end == Shape.MORE) {
                return false;
            }
            if (end != Shape.NO) {
                found.accept(new Finding(shape.kind(), window.position(next), window.position(end), false));
                next = end;
                tail = shape.tail();
                tailKind = shape.kind();
                followTail(found);
                return true;
            }
        }
        next++;
        return true;
    }

    private void followTail(Consumer<Finding> found) {
        Shape.Tail following = tail;
        if (following == null) {
            return;
        }
        int start = next;
        while (next < window.length() && following.accepts(window.at(next))) {
            next++;
        }
        if (next < window.length() || window.isLast()) {
            tail = null;
        }
        if (next > start) {
            found.accept(new Finding(tailKind, window.position(start), window.position(next), true));
        }
    }
}
