package dev.portreeve.policy.call;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A chunk of an answer: a frame of a stream, or the whole of a unary answer.
 *
 * @param <C> the chunk's own type
 */
public interface Output<C extends Output<C>> {
    /** The text this chunk adds, in order; empty for chunks without text. */
    List<TextRun> text();

    /**
     * What the upstream has said by now that it used, for a call that ends early; {@code null} if it has said nothing. It may
     * know its input already and of its output only the beginning. {@link Usage.Basis#ASSUMED} says that the call goes on unseen when it
     * is left, and is charged so; {@link Usage#UNREPORTED} takes back what was said.
     */
    default @Nullable Usage soFar() {
        return null;
    }

    /** Whether {@link #soFar} is all that will be used, so that an end on the way to the caller costs just that. */
    default boolean saysAll() {
        return false;
    }

    /** How many bytes of a result that is priced by its size came with this chunk; each byte is said once. */
    default long pricedBytes() {
        return 0;
    }

    /** Whether all it has to say is {@link #soFar} or {@link #pricedBytes}: it is counted and goes no further, and nothing of an answer was given out by it. */
    default boolean isSilent() {
        return false;
    }

    /** The same chunk with its text replaced run by run; called only when a guardrail changed something. */
    C withText(List<TextRun> text);
}
