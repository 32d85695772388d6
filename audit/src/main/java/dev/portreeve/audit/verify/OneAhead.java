package dev.portreeve.audit.verify;

import java.util.Iterator;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/** What is read one after the other, the next when somebody asks for it. For one thread. */
abstract class OneAhead<T> implements Iterator<T> {
    private @Nullable T next;
    private boolean isRead;

    /** The next one, or {@code null} after the last; not asked again after that. */
    abstract @Nullable T read();

    @Override
    public final boolean hasNext() {
        if (!isRead) {
            next = read();
            isRead = true;
        }
        return next != null;
    }

    @Override
    public final T next() {
        T current = hasNext() ? next : null;
        if (current == null) {
            throw new NoSuchElementException();
        }
        isRead = false;
        return current;
    }
}
