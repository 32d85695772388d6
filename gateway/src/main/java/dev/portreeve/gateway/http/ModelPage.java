package dev.portreeve.gateway.http;

import dev.portreeve.gateway.dialect.BadRequest;
import dev.portreeve.gateway.dialect.Dialect;
import dev.portreeve.gateway.model.ModelRoute;
import io.helidon.common.uri.UriQuery;
import java.util.List;

/**
 * A part of the list of models, as the caller asked for it in its dialect's words; all of it where nothing was asked.
 *
 * @param more whether others follow
 */
record ModelPage(List<ModelRoute> models, boolean more) {
    private static final String TOKEN = "pageToken";

    ModelPage {
        models = List.copyOf(models);
    }

    /** @throws BadRequest for a size that is no number, or a page after a model that is not in the list */
    static ModelPage of(Dialect dialect, List<ModelRoute> all, UriQuery query) {
        return switch (dialect) {
            case OPENAI_CHAT, OPENAI_RESPONSES, BEDROCK_CONVERSE, COHERE_CHAT -> new ModelPage(all, false);
            case ANTHROPIC_MESSAGES -> anthropic(all, query);
            case GEMINI -> after(all, query, TOKEN, "pageSize");
        };
    }

    private static ModelPage anthropic(List<ModelRoute> all, UriQuery query) {
        if (!query.contains("before_id")) {
            return after(all, query, "after_id", "limit");
        }
        int end = at(all, query, "before_id");
        int start = Math.max(0, end - size(query, "limit", all.size()));
        return new ModelPage(all.subList(start, end), start > 0);
    }

    private static ModelPage after(List<ModelRoute> all, UriQuery query, String after, String size) {
        int start = query.contains(after) ? at(all, query, after) + 1 : 0;
        int end = (int) Math.min(all.size(), (long) start + size(query, size, all.size()));
        return new ModelPage(all.subList(start, end), end < all.size());
    }

    private static int at(List<ModelRoute> all, UriQuery query, String parameter) {
        String name = query.get(parameter);
        for (int i = 0; i < all.size(); i++) {
            if (all.get(i).name().equals(name)) {
                return i;
            }
        }
        throw new BadRequest(400, "invalid_value", parameter, "\"" + parameter + "\" is no model of this list");
    }

    /** Without a number, or with none that Google would count, all. */
    private static int size(UriQuery query, String parameter, int all) {
        if (!query.contains(parameter)) {
            return all;
        }
        String size = query.get(parameter);
        if (!size.matches("[0-9]{1,6}")) {
            throw new BadRequest(
                    400, "invalid_value", parameter, "\"" + parameter + "\" must be a number of at most 6 digits");
        }
        int number = Integer.parseInt(size);
        return number == 0 ? all : number;
    }
}
