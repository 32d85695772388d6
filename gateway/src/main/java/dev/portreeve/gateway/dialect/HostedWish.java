package dev.portreeve.gateway.dialect;

import dev.portreeve.gateway.dialect.HostedTools.Found;
import dev.portreeve.gateway.dialect.HostedTools.Place;
import dev.portreeve.policy.call.Fees;
import dev.portreeve.policy.call.HostedService;
import java.util.EnumMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonToken;
import tools.jackson.core.exc.InputCoercionException;

/**
 * How much of what its provider runs by itself a request allows, as far as that costs something beside tokens.
 *
 * @param uses at most, by service: what the request says ({@code max_uses}, {@code max_tool_calls}), else {@link #USUAL_USES}
 * @param search of what kind
 * @param containers what each container costs, in the price of the smallest
 * @param counted whether an answer says how often it was done; else the most is charged
 */
public record HostedWish(Map<HostedService, Long> uses, Fees.Search search, int containers, boolean counted) {
    public static final HostedWish NONE = new HostedWish(Map.of(), Fees.Search.USUAL, 1, true);

    /** The bound where neither the request nor the service has one. Beyond it, what a provider reports is an overrun. */
    public static final long USUAL_USES = 10;

    /** No request needs more, and products with a price stay within 64 bits. */
    private static final long MAX_USES = 10_000;

    public HostedWish {
        uses = Map.copyOf(uses);
    }

    /** Reads a request as it will be sent. */
    public static HostedWish of(ModelRequest request) {
        if (request.hosted().isEmpty()) {
            return NONE;
        }
        Reading reading = new Reading(request);
        for (Found found : request.hosted().found()) {
            if (found.place() != Place.CHOSEN) {
                reading.tool(found);
            }
        }
        if (request.dialect() == Dialect.OPENAI_RESPONSES) {
            reading.limit(root(request.body(), "max_tool_calls"));
        }
        boolean counted = request.dialect() != Dialect.OPENAI_CHAT;
        return new HostedWish(reading.uses, reading.search, reading.containers, counted);
    }

    /** What a tool of this canonical name costs its use, or {@code null} if nothing but tokens. */
    static @Nullable HostedService service(Found found, Dialect dialect) {
        String tool = found.tool();
        if (tool.equals("file_search") || tool.equals("collections_search")) {
            // Google charges the tokens only.
            return dialect == Dialect.GEMINI ? null : HostedService.FILE_SEARCH;
        }
        if (tool.equals("google_maps")) {
            return HostedService.MAPS;
        }
        if (tool.equals("tool_search") || tool.startsWith("tool_search_")) {
            return null;
        }
        if (tool.endsWith("_search")) {
            return HostedService.WEB_SEARCH;
        }
        return switch (tool) {
            case "code_interpreter", "shell" -> HostedService.CODE_INTERPRETER;
            // So does Google for code.
            case "code_execution" -> dialect == Dialect.GEMINI ? null : HostedService.CODE_INTERPRETER;
            case "image_generation" -> HostedService.IMAGE_GENERATION;
            default -> null;
        };
    }

    /** A number in the body's root, or 0. */
    private static long root(byte[] body, String member) {
        try (JsonWalk walk = new JsonWalk(body)) {
            return number(walk, walk.next(), member);
        } catch (JacksonException readBefore) {
            throw new IllegalStateException("a request that was read cannot be read again", readBefore);
        }
    }

    private static long number(JsonWalk walk, JsonToken token, String member) {
        long found = 0;
        if (token == JsonToken.START_OBJECT) {
            while (walk.member()) {
                if (walk.name().equals(member) && walk.is(JsonToken.VALUE_NUMBER_INT)) {
                    found = bounded(walk);
                } else {
                    walk.skipQuickly();
                }
            }
        }
        return found;
    }

    private static long bounded(JsonWalk walk) {
        try {
            return Math.clamp(walk.integer(), 0, MAX_USES);
        } catch (InputCoercionException absurd) {
            return MAX_USES;
        }
    }

    /** What the tools of one request say. */
    private static final class Reading {
        private final ModelRequest request;
        private final Map<HostedService, Long> uses = new EnumMap<>(HostedService.class);
        private Fees.Search search = Fees.Search.USUAL;
        private int containers = 1;

        Reading(ModelRequest request) {
            this.request = request;
        }

        void tool(Found found) {
            HostedService service = service(found, request.dialect());
            if (service == null) {
                return;
            }
            long most = definition(found);
            if (most == 0) {
                most = switch (service) {
                    // One container serves a whole answer, and a chat completion searches once.
                    case CODE_INTERPRETER, MAPS -> 1;
                    case WEB_SEARCH -> request.dialect() == Dialect.OPENAI_CHAT ? 1 : USUAL_USES;
                    case FILE_SEARCH, IMAGE_GENERATION -> USUAL_USES;
                };
            }
            if (service == HostedService.WEB_SEARCH && found.kind().startsWith("web_search_preview")) {
                search = Fees.Search.PREVIEW;
            }
            uses.merge(service, most, Long::sum);
        }

        /** OpenAI bounds all tools of a request together. */
        void limit(long most) {
            if (most > 0) {
                uses.replaceAll((service, bound) -> Math.min(bound == USUAL_USES ? most : bound, most));
            }
        }

        /** @return the bound it gives, or 0 */
        private long definition(Found found) {
            int start = found.definition().start();
            long most = 0;
            try (JsonWalk walk =
                    new JsonWalk(request.body(), start, found.definition().length())) {
                if (walk.next() != JsonToken.START_OBJECT) {
                    return 0;
                }
                while (walk.member()) {
                    switch (walk.name()) {
                        case "max_uses" -> most = walk.is(JsonToken.VALUE_NUMBER_INT) ? bounded(walk) : skipped(walk);
                        case "search_context_size" -> size(walk);
                        case "container" -> container(walk);
                        default -> walk.skipQuickly();
                    }
                }
            } catch (JacksonException readBefore) {
                throw new IllegalStateException("a tool that was read cannot be read again", readBefore);
            }
            return most;
        }

        private static long skipped(JsonWalk walk) {
            walk.skipQuickly();
            return 0;
        }

        private void size(JsonWalk walk) {
            String size = walk.is(JsonToken.VALUE_STRING) ? walk.string() : "";
            search = switch (size) {
                case "low" -> Fees.Search.LITTLE;
                case "high" -> Fees.Search.MUCH;
                default -> search;
            };
            if (size.isEmpty()) {
                walk.skipQuickly();
            }
        }

        /** OpenAI's containers of 1, 4, 16 and 64 gigabytes cost as many times the smallest. */
        private void container(JsonWalk walk) {
            if (!walk.is(JsonToken.START_OBJECT)) {
                walk.skipQuickly();
                return;
            }
            while (walk.member()) {
                if (walk.name().equals("memory_limit") && walk.is(JsonToken.VALUE_STRING)) {
                    containers = switch (walk.string()) {
                        case "1g" -> 1;
                        case "4g" -> 4;
                        case "16g" -> 16;
                        default -> 64;
                    };
                } else {
                    walk.skipQuickly();
                }
            }
        }
    }
}
