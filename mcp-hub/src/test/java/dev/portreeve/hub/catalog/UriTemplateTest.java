package dev.portreeve.hub.catalog;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class UriTemplateTest {
    @ParameterizedTest
    @CsvSource({
        "note://a/{n}, note://a/1, true",
        "note://a/{n}, note://a/, false",
        "note://a/{n}, note://a/1/2, false",
        "note://a/{n}, note://a/1?x=2, false",
        "note://a/{n}, note://b/1, false",
        "note://a/{n}/text, note://a/1/text, true",
        "note://a/{n}/text, note://a/1/image, false",
        "note://a/{n}-{m}, note://a/1-2-3, true",
        "'note://a/{n,m}', 'note://a/1,2', true",
        "file:///{+path}, file:///a/b/c.txt?x#y, true",
        "file:///{+path}, file:///, false",
        "file:///pub/{+path}, file:///etc/passwd, false",
        "file://host{/path}, file://hostile/x, false",
        "file://host{/path}, file://host/x, true",
        "file://host{/path}, file://host/x/y, false",
        "file://host{/path*}, file://host/x/y, true",
        "file://host{/path}, file://host, true",
        "'x://s{?q,page}', x://s, true",
        "'x://s{?q,page}', x://s?q=1&page=2, true",
        "'x://s{?q,page}', x://s/other, false",
        "'x://s?fixed=1{&q}', x://s?fixed=1&q=2, true",
        "x://s{#part}, x://s#one, true",
        "x://s{.format}, x://s.json, true",
        "x://s{.format}, x://sjson, false",
        "x://plain, x://plain, true",
        "x://plain, x://plain2, false"
    })
    void whatValuesCouldMakeItIsCovered(String template, String uri, boolean covered) {
        assertEquals(covered, UriTemplate.of(template).orElseThrow().covers(uri));
    }

    @ParameterizedTest
    @ValueSource(strings = {"note://{", "note://}", "note://{}", "note://{a{b}}"})
    void whatIsNoTemplateCoversNothing(String text) {
        assertFalse(UriTemplate.of(text).isPresent());
    }

    @Test
    void aTemplateMadeToBeSlowIsNot() {
        UriTemplate slow = UriTemplate.of("x:" + "{+a}".repeat(250) + "!").orElseThrow();
        assertFalse(slow.covers("x:" + "a".repeat(4000)));
        assertFalse(UriTemplate.of("x:" + "{+a}".repeat(300)).isPresent(), "and a long one is none");
    }
}
