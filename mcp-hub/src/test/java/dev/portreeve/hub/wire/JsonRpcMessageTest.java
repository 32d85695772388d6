package dev.portreeve.hub.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class JsonRpcMessageTest {
    private static JsonRpcMessage read(String json) {
        return JsonRpcMessage.read(json.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void theThreeKinds() {
        var request = assertInstanceOf(
                JsonRpcMessage.Request.class, read("{\"jsonrpc\":\"2.0\",\"id\":\"a\\n\",\"method\":\"ping\"}"));
        assertEquals("\"a\\n\"", request.id().json());
        assertNull(request.params());
        var notification = assertInstanceOf(
                JsonRpcMessage.Notification.class, read("{\"method\":\"x\",\"params\":{},\"jsonrpc\":\"2.0\"}"));
        assertEquals("{}", String.valueOf(notification.params()));
        var result = assertInstanceOf(
                JsonRpcMessage.Response.class, read("{\"result\":{\"a\":1.0},\"jsonrpc\":\"2.0\",\"id\":7}"));
        assertEquals("{\"a\":1.0}", String.valueOf(result.result()));
        var error = assertInstanceOf(
                JsonRpcMessage.Response.class,
                read("{\"jsonrpc\":\"2.0\",\"id\":null,\"error\":{\"code\":-32022,\"message\":\"no\",\"data\":[1]}}"));
        assertEquals(new McpError(McpError.UNSUPPORTED_VERSION, "no", RawJson.of("[1]")), error.error());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            -32700 | {"jsonrpc":"2.0","id":1,"method":"ping"
            -32700 | {"jsonrpc":"2.0","id":1,"id":2,"method":"ping"}
            -32700 | nonsense
            -32600 | []
            -32600 | [{"jsonrpc":"2.0","id":1,"method":"ping"}]
            -32600 | 7
            -32600 | {"jsonrpc":"1.0","id":1,"method":"ping"}
            -32600 | {"jsonrpc":"2.0","id":null,"method":"ping"}
            -32600 | {"jsonrpc":"2.0","id":{},"method":"ping"}
            -32600 | {"jsonrpc":"2.0","id":1,"method":1}
            -32600 | {"jsonrpc":"2.0","id":1,"method":"ping","params":[]}
            -32600 | {"jsonrpc":"2.0","id":1}
            -32600 | {"jsonrpc":"2.0","id":1,"result":{},"error":{}}
            """)
    void everythingElseIsRefused(int code, String json) {
        BadMessage bad = assertThrows(BadMessage.class, () -> read(json));
        assertEquals(code, bad.error().code());
        assertEquals(400, bad.status());
    }

    @Test
    void whatIsWrittenReadsBack() {
        RawJson payload = RawJson.of("{\"n\":1.50}");
        var request = assertInstanceOf(
                JsonRpcMessage.Request.class,
                JsonRpcMessage.read(JsonRpc.request(RequestId.of(3), "tools/call", payload)));
        assertEquals(payload, request.params());
        McpError error = new McpError(McpError.INVALID_PARAMS, "say \"please\"", RawJson.of("{\"a\":1.0}"));
        var response = assertInstanceOf(
                JsonRpcMessage.Response.class, JsonRpcMessage.read(JsonRpc.error(RequestId.of(3), error)));
        assertEquals(error, response.error());
    }
}
