package dev.portreeve.gateway.admin;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

/** Words that are read from right to left, among others. */
class DirectionsTest {
    private static final String ABC = "\u05d0\u05d1\u05d2";

    @Test
    void keepTheirDirectionToThemselves() {
        assertEquals(
                "pay 100 <bdi>" + ABC + "</bdi> 500 to bob",
                Directions.isolated("pay 100 " + ABC + " 500 to bob").markup());
        assertEquals(
                "<bdi>" + ABC + " " + ABC + "\u05b8</bdi> (1) <bdi>" + ABC + "</bdi>",
                Directions.isolated(ABC + " " + ABC + "\u05b8 (1) " + ABC).markup());
        assertEquals("a &lt;b&gt; c", Directions.isolated("a <b> c").markup());
        assertEquals("", Directions.isolated("").markup());
    }
}
