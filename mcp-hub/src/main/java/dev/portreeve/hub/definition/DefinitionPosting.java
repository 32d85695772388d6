package dev.portreeve.hub.definition;

import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A change of one server's definitions of one kind that must commit together with its record. */
final class DefinitionPosting {
    private final String server;
    private final DefinitionKind kind;
    private final Consumer<Shelf> step;
    private Shelf.@Nullable Change change;

    /** @param step what happens to the definitions; asked anew after each rollback */
    DefinitionPosting(String server, DefinitionKind kind, Consumer<Shelf> step) {
        this.server = server;
        this.kind = kind;
        this.step = step;
    }

    String server() {
        return server;
    }

    DefinitionKind kind() {
        return kind;
    }

    /** What has to be written, given what is there. */
    Shelf.Change decide(List<StoredDefinition> known) {
        Shelf shelf = new Shelf(server, known);
        step.accept(shelf);
        change = shelf.change();
        return change;
    }

    Shelf.Change decided() {
        if (change == null) {
            throw new IllegalStateException("the store has not decided yet");
        }
        return change;
    }
}
