package dev.portreeve.gateway.dialect;

import dev.portreeve.policy.call.HostedService;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import tools.jackson.core.JsonToken;

/** Counts what a response's provider did by itself, by the items of its output. For the call's thread. */
final class ResponseItems {
    /** Beyond it a container is one more, whether it is or not. */
    private static final int MAX_CONTAINERS = 1_000;

    private final Map<HostedService, Long> uses = new EnumMap<>(HostedService.class);
    private final Set<String> containers = new HashSet<>();

    Map<HostedService, Long> uses() {
        return uses;
    }

    /** Reads the array that the walk stands on. */
    void read(JsonWalk walk) {
        while (walk.element()) {
            if (walk.is(JsonToken.START_OBJECT)) {
                item(walk);
            } else {
                walk.skipQuickly();
            }
        }
    }

    private void item(JsonWalk walk) {
        String type = "";
        String container = "";
        String action = "";
        while (walk.member()) {
            switch (walk.name()) {
                case "type" -> type = text(walk);
                case "container_id" -> container = text(walk);
                case "action" -> action = action(walk);
                default -> walk.skipQuickly();
            }
        }
        switch (type) {
            // To open what a search found, and to look for something in it, costs tokens only.
            case "web_search_call", "x_search_call" -> {
                if (!action.equals("open_page") && !action.equals("find") && !action.equals("find_in_page")) {
                    add(HostedService.WEB_SEARCH);
                }
            }
            case "file_search_call" -> add(HostedService.FILE_SEARCH);
            case "image_generation_call" -> add(HostedService.IMAGE_GENERATION);
            case "code_interpreter_call" -> container(container);
            default -> {}
        }
    }

    /** What ran in one container is one session; where none is named, each is. */
    private void container(String container) {
        if (container.isEmpty() || containers.size() == MAX_CONTAINERS || containers.add(container)) {
            add(HostedService.CODE_INTERPRETER);
        }
    }

    private void add(HostedService service) {
        uses.merge(service, 1L, Long::sum);
    }

    private static String action(JsonWalk walk) {
        String type = "";
        if (!walk.is(JsonToken.START_OBJECT)) {
            walk.skipQuickly();
            return type;
        }
        while (walk.member()) {
            if (walk.name().equals("type")) {
                type = text(walk);
            } else {
                walk.skipQuickly();
            }
        }
        return type;
    }

    private static String text(JsonWalk walk) {
        if (walk.is(JsonToken.VALUE_STRING)) {
            return walk.string();
        }
        walk.skipQuickly();
        return "";
    }
}
