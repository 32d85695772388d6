package dev.portreeve.gateway.dialect;

import dev.portreeve.policy.call.Content;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A request as it came, and what one pass over it found. Immutable; the body is never written to.
 *
 * @param dialect of the body
 * @param body the very bytes the caller sent
 * @param model what the caller put into {@code model}, or into the path
 * @param modelAt where that string stands; {@code null} where the path names the model
 * @param memberAt where a member may be inserted: behind the opening brace
 * @param stream whether the answer shall be an event stream
 * @param usage whether the stream's usage was asked for, and how to ask; {@code null} where it always comes
 * @param cap the bound on the answer's length, and where to put one
 * @param choices how many answers are asked for ({@code n})
 * @param inputBound an upper bound of the input tokens, see {@link RequestFields}
 * @param unreadableInput whether the input is tokens, which no guardrail can read
 * @param hosted the tools that the provider itself would run
 * @param state what of a conversation the provider keeps; {@code null} where the dialect keeps nothing
 * @param service how dearly it may be served
 */
public record ModelRequest(
        Dialect dialect,
        Operation operation,
        byte[] body,
        String model,
        @Nullable Span modelAt,
        int memberAt,
        boolean stream,
        @Nullable UsageOption usage,
        OutputCap cap,
        int choices,
        long inputBound,
        boolean unreadableInput,
        List<TextAt> texts,
        HostedTools hosted,
        @Nullable ResponseState state,
        ServiceWish service) {
    /**
     * The {@code stream_options.include_usage} of a request.
     *
     * @param asked whether the caller wants the usage chunk
     * @param at what to replace to ask for it (nothing, where something is to be inserted)
     * @param source what to put there
     */
    public record UsageOption(boolean asked, Span at, String source) {}

    /**
     * The caller's bound on the answer.
     *
     * @param tokens the larger of {@code max_tokens} and {@code max_completion_tokens}; 0 without any
     * @param nullMaxTokens where a {@code null} stands as {@code max_tokens} or {@code max_output_tokens}
     * @param nullMaxCompletionTokens where a {@code null} stands as {@code max_completion_tokens}
     * @param place where a bound goes in a dialect that does not have it at the body's root; else {@code null}
     * @param given the bounds that are there
     * @param thought what the model may think for at most, where a bound must be above that; 0 where nothing is said of it
     */
    public record OutputCap(
            long tokens,
            @Nullable Span nullMaxTokens,
            @Nullable Span nullMaxCompletionTokens,
            @Nullable CapPlace place,
            List<CapAt> given,
            long thought) {
        public OutputCap {
            given = List.copyOf(given);
        }

        /** Of what no answer's bound is written into, or lowered in. */
        public OutputCap(long tokens, @Nullable Span nullMaxTokens, @Nullable Span nullMaxCompletionTokens) {
            this(tokens, nullMaxTokens, nullMaxCompletionTokens, null, List.of(), 0);
        }

        /** Where the number of a bound stands, if it is above this one. */
        private List<CapAt> above(long most) {
            return given.stream().filter(each -> each.tokens() > most).toList();
        }

        public boolean isGiven() {
            return tokens > 0;
        }

        /** Whether all that is given stands under the newer of OpenAI's two names. */
        private boolean isNewer() {
            return !given.isEmpty()
                    && given.stream().allMatch(each -> each.member().equals(CapMember.MAX_COMPLETION_TOKENS.member));
        }
    }

    /**
     * A bound on the answer.
     *
     * @param at where its number stands
     * @param member the name it stands under
     */
    public record CapAt(Span at, long tokens, String member) {}

    /**
     * Where a bound on the answer goes.
     *
     * @param at what is replaced; nothing, where something is to be inserted
     * @param before the JSON before the number
     * @param after the JSON behind it
     */
    public record CapPlace(Span at, String before, String after) {}

    /** The member that bounds an answer at the body's root; providers differ in which one they know. */
    public enum CapMember {
        MAX_COMPLETION_TOKENS("max_completion_tokens"),
        MAX_TOKENS("max_tokens"),
        MAX_OUTPUT_TOKENS("max_output_tokens");

        private final String member;

        CapMember(String member) {
            this.member = member;
        }
    }

    public ModelRequest {
        texts = List.copyOf(texts);
    }

    /** A request that says nothing of how it shall be served. */
    public ModelRequest(
            Dialect dialect,
            Operation operation,
            byte[] body,
            String model,
            @Nullable Span modelAt,
            int memberAt,
            boolean stream,
            @Nullable UsageOption usage,
            OutputCap cap,
            int choices,
            long inputBound,
            boolean unreadableInput,
            List<TextAt> texts,
            HostedTools hosted,
            @Nullable ResponseState state) {
        this(
                dialect,
                operation,
                body,
                model,
                modelAt,
                memberAt,
                stream,
                usage,
                cap,
                choices,
                inputBound,
                unreadableInput,
                texts,
                hosted,
                state,
                ServiceWish.NONE);
    }

    /** What the path says of a request like this one. */
    public RequestPath path() {
        return modelAt == null ? new RequestPath(operation, model, stream) : RequestPath.of(operation);
    }

    /** Whether the caller gets the events that carry nothing but usage. */
    public boolean usageAsked() {
        return usage == null || usage.asked();
    }

    /** The texts guardrails read. Order and number are those of this request's own list. */
    public Content content() {
        return texts.isEmpty() ? Content.EMPTY : new Content(TextAt.runs(texts));
    }

    /**
     * The body for the provider: the same array if nothing must change, else the same bytes with the changes cut in.
     *
     * @param upstreamModel the provider's name of the model
     * @param capTokens the bound to put in where the caller gave none; 0 puts in none
     * @param input the screened content; texts that differ from what was read are replaced
     */
    public byte[] forwarded(String upstreamModel, CapMember capMember, long capTokens, Content input) {
        Splice splice = new Splice(body);
        if (modelAt != null && !upstreamModel.equals(model)) {
            splice.replaceString(modelAt, upstreamModel);
        }
        if (stream && usage != null && !usage.asked()) {
            splice.replace(usage.at(), usage.source());
        }
        if (capTokens > 0 && !cap.isGiven()) {
            insertCap(splice, capMember, capTokens);
        } else if (capMember == CapMember.MAX_TOKENS && cap.isNewer()) {
            renameCap(splice);
        }
        if (!texts.isEmpty()) {
            TextAt.rewrite(texts, input.runs(), splice);
        }
        return splice.apply();
    }

    /**
     * The same request with no bound on its answer above this one: only the numbers of larger bounds are others. This one, if it
     * gives none.
     *
     * @param withTexts whether guardrails will read the texts
     */
    public ModelRequest boundedTo(long most, boolean withTexts) {
        List<CapAt> larger = cap.above(most);
        if (larger.isEmpty()) {
            return this;
        }
        Splice splice = new Splice(body);
        larger.forEach(each -> splice.replace(each.at(), Long.toString(most)));
        return dialect.read(path(), splice.apply(), withTexts);
    }

    /** The caller's body with its texts as guardrails left them: the same array if they left all as it was. */
    public byte[] screened(Content input) {
        Splice splice = new Splice(body);
        if (!texts.isEmpty()) {
            TextAt.rewrite(texts, input.runs(), splice);
        }
        return splice.apply();
    }

    /**
     * The body without some of its hosted tools, or {@code null} if none of them is to go. What is read from it says whether there
     * are more.
     */
    public byte @Nullable [] withoutHosted(Predicate<HostedTools.Found> withheld) {
        Cut cut = hosted.cut(body, withheld);
        return cut == null
                ? null
                : new Splice(body).replace(cut.at(), cut.source()).apply();
    }

    /** The entries of MCP servers among some of the hosted tools. */
    public List<HostedServer> servers(Predicate<HostedTools.Found> wanted) {
        List<HostedServer> servers = new ArrayList<>();
        for (HostedTools.Found found : hosted.found()) {
            HostedServer server = wanted.test(found) ? HostedServer.read(body, found) : null;
            if (server != null) {
                servers.add(server);
            }
        }
        return servers;
    }

    /** A server that bounds answers by the older member may pass over the newer one, and the answer would have no bound at all. */
    private void renameCap(Splice splice) {
        Span nothing = cap.nullMaxTokens();
        if (nothing != null) {
            splice.replace(nothing, Long.toString(cap.tokens()));
            return;
        }
        cap.given().forEach(each -> splice.replaceString(nameBefore(each.at().start()), CapMember.MAX_TOKENS.member));
    }

    /** Where the name of a value stands that has no quotes in it. */
    private Span nameBefore(int value) {
        int end = value - 1;
        while (body[end] != '"') {
            end--;
        }
        int start = end - 1;
        while (body[start] != '"') {
            start--;
        }
        return new Span(start, end + 1);
    }

    private void insertCap(Splice splice, CapMember capMember, long capTokens) {
        CapPlace place = cap.place();
        if (place != null) {
            splice.replace(place.at(), place.before() + capTokens + place.after());
            return;
        }
        Span present = switch (capMember) {
            case MAX_COMPLETION_TOKENS -> cap.nullMaxCompletionTokens();
            case MAX_TOKENS, MAX_OUTPUT_TOKENS -> cap.nullMaxTokens();
        };
        if (present == null) {
            splice.insert(memberAt, "\"" + capMember.member + "\":" + capTokens + ",");
        } else {
            splice.replace(present, Long.toString(capTokens));
        }
    }
}
