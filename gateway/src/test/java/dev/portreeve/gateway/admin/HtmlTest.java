package dev.portreeve.gateway.admin;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;

class HtmlTest {
    @Test
    void text_never_becomes_markup() {
        assertEquals(
                "<p class=\"a&quot;b\">&lt;script&gt;alert(&#39;&amp;&#39;)&lt;/script&gt;</p>",
                Html.tag("p", "a\"b", "<script>alert('&')</script>").markup());
        assertEquals(
                "<a href=\"&quot; onclick=&quot;x\"></a>",
                Html.tag("a", List.of(new Html.Attribute("href", "\" onclick=\"x")))
                        .markup());
    }
}
