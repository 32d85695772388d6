package dev.portreeve.gateway.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Errors as providers send them, each read as what it means. */
class ErrorSignsTest {
    private static ErrorSigns in(String body) {
        return ErrorSigns.in(body.getBytes(StandardCharsets.UTF_8), null);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "401 | {\"error\":{\"message\":\"Incorrect API key\",\"code\":\"invalid_api_key\"}} | CREDENTIAL",
                "401 | {\"type\":\"error\",\"error\":{\"type\":\"authentication_error\"}} | CREDENTIAL",
                "400 | {\"error\":{\"status\":\"INVALID_ARGUMENT\",\"details\":[{\"reason\":\"API_KEY_INVALID\"}]}} | CREDENTIAL",
                "403 | {\"__type\":\"UnrecognizedClientException\"} | CREDENTIAL",
                "403 | {\"error\":{\"status\":\"PERMISSION_DENIED\"}} | ACCESS",
                "403 | {\"type\":\"error\",\"error\":{\"type\":\"permission_error\"}} | ACCESS",
                "429 | {\"error\":{\"type\":\"insufficient_quota\",\"code\":\"insufficient_quota\"}} | ACCOUNT",
                "402 | {\"type\":\"error\",\"error\":{\"type\":\"billing_error\"}} | ACCOUNT",
                "400 | {\"error\":{\"message\":\"Your credit balance is too low to access the API\"}} | ACCOUNT",
                "429 | {\"error\":{\"status\":\"RESOURCE_EXHAUSTED\",\"details\":[{\"violations\":[{\"quotaId\":\"GenerateRequestsPerDayPerProject\"}]}]}} | ACCOUNT",
                "429 | {\"error\":{\"status\":\"RESOURCE_EXHAUSTED\"}} | THROTTLED",
                "429 | {\"type\":\"error\",\"error\":{\"type\":\"rate_limit_error\"}} | THROTTLED",
                "400 | {\"__type\":\"ThrottlingException\"} | THROTTLED",
                "404 | {\"type\":\"error\",\"error\":{\"type\":\"not_found_error\"}} | NOT_FOUND",
                "400 | {\"error\":{\"code\":\"model_not_found\"}} | NOT_FOUND",
                "400 | {\"error\":{\"code\":\"context_length_exceeded\"}} | CONTEXT_WINDOW",
                "400 | {\"type\":\"error\",\"error\":{\"message\":\"prompt is too long: 210000 tokens > 200000 maximum\"}} | CONTEXT_WINDOW",
                "400 | {\"error\":{\"message\":\"The input token count (2000000) exceeds the maximum number of tokens allowed\"}} | CONTEXT_WINDOW",
                "400 | {\"message\":\"Input is too long for requested model.\"} | CONTEXT_WINDOW",
                "413 | {\"error\":{}} | CONTEXT_WINDOW",
                "400 | {\"error\":{\"code\":\"content_filter\",\"innererror\":{\"code\":\"ResponsibleAIPolicyViolation\"}}} | CONTENT_POLICY",
                "400 | {\"error\":{\"code\":\"content_policy_violation\"}} | CONTENT_POLICY",
                "400 | {\"error\":{\"code\":\"invalid_value\"}} | BAD_REQUEST",
                "409 | {\"error\":{}} | BAD_REQUEST",
                "422 | {\"error\":{}} | BAD_REQUEST",
                "408 | {} | TIMEOUT",
                "504 | {\"error\":{\"status\":\"DEADLINE_EXCEEDED\"}} | TIMEOUT",
                "503 | {\"error\":{\"status\":\"UNAVAILABLE\"}} | OVERLOADED",
                "529 | {\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\"}} | OVERLOADED",
                "500 | {\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\"}} | OVERLOADED",
                "500 | {\"error\":{\"message\":\"context window\"}} | SERVER",
                "502 | {} | SERVER",
            })
    void what_a_status_and_a_body_mean(int status, String body, FailureClass kind) {
        assertEquals(kind, in(body).classify(status));
    }

    @ParameterizedTest
    @CsvSource({
        "rate_limit_exceeded, THROTTLED",
        "insufficient_quota, ACCOUNT",
        "context_length_exceeded, CONTEXT_WINDOW",
        "overloaded_error, OVERLOADED",
        "server_error, SERVER",
    })
    void what_an_error_within_a_stream_means(String code, FailureClass kind) {
        assertEquals(
                kind,
                in("{\"error\":{\"code\":\"" + code + "\",\"message\":\"x\"}}").classify());
    }

    @Test
    void amazon_names_it_in_a_header() {
        assertEquals(
                FailureClass.THROTTLED,
                ErrorSigns.in(new byte[0], "ThrottlingException:http://internal")
                        .classify(400));
    }

    @Test
    void waits_are_read_in_every_form() {
        assertEquals(Duration.ofMillis(1500), ErrorSigns.NONE.wait("1500", "7", null));
        assertEquals(Duration.ofSeconds(7), ErrorSigns.NONE.wait(null, "7", null));
        assertEquals(Duration.ofMillis(2500), ErrorSigns.NONE.wait(null, "2.5", null));
        assertEquals(
                Duration.ofSeconds(30),
                ErrorSigns.NONE.wait(null, "Thu, 14 May 2026 12:00:30 GMT", "Thu, 14 May 2026 12:00:00 GMT"));
        assertEquals(
                Duration.ZERO,
                ErrorSigns.NONE.wait(null, "Thu, 14 May 2026 11:00:00 GMT", "Thu, 14 May 2026 12:00:00 GMT"));
        assertEquals(
                Duration.ofMillis(3500),
                in("{\"error\":{\"details\":[{\"@type\":\"type.googleapis.com/google.rpc.RetryInfo\",\"retryDelay\": \"3.5s\"}]}}")
                        .wait(null, null, null));
        assertNull(ErrorSigns.NONE.wait("-1", "soon", "Thu, 14 May 2026 12:00:00 GMT"));
        assertNull(ErrorSigns.NONE.wait(null, "Thu, 14 May 2026 12:00:30 GMT", null));
        assertEquals(Duration.ofDays(1), ErrorSigns.NONE.wait(null, "999999999", null));
    }
}
