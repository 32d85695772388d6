package dev.portreeve.gateway.http;

import dev.portreeve.policy.call.Labels;
import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.http.ServerRequestHeaders;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * What clients of other gateways say of their calls, as tags: LiteLLM's tags, and each member of Portkey's and Cloudflare's metadata
 * as {@code name:value}. What cannot be a tag is passed over, since these clients do not know our form.
 */
final class OthersLabels {
    private static final HeaderName LITELLM = HeaderNames.create("x-litellm-tags");
    private static final List<HeaderName> METADATA =
            List.of(HeaderNames.create("x-portkey-metadata"), HeaderNames.create("cf-aig-metadata"));

    private OthersLabels() {}

    /** At most as many as a call may have. */
    static List<String> tags(ServerRequestHeaders headers) {
        Stream<String> listed = headers.contains(LITELLM)
                ? Arrays.stream(headers.get(LITELLM).get().split(",", -1)).map(String::strip)
                : Stream.of();
        Stream<String> named = METADATA.stream()
                .filter(headers::contains)
                .flatMap(header -> metadata(headers.get(header).get()));
        return Stream.concat(listed, named)
                .filter(Labels::isName)
                .distinct()
                .limit(Labels.MAX_TAGS)
                .toList();
    }

    private static Stream<String> metadata(String json) {
        JsonNode read;
        try {
            read = JsonMapper.shared().readTree(json);
        } catch (JacksonException notJson) {
            return Stream.of();
        }
        return read.isObject()
                ? read.properties().stream()
                        .filter(member -> member.getValue().isValueNode())
                        .map(OthersLabels::tag)
                : Stream.of();
    }

    private static String tag(Map.Entry<String, JsonNode> member) {
        return member.getKey() + ":" + member.getValue().asString("");
    }
}
