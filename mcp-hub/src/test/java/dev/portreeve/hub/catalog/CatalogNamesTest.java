package dev.portreeve.hub.catalog;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Names that would mean two things are found before anything starts, and both owners are told. */
class CatalogNamesTest {
    private static ViewConfig view(String id, ViewConfig.Choice... choices) {
        return new ViewConfig(id, List.of(choices));
    }

    private static ViewConfig.Choice choice(String from, String name, @Nullable String as) {
        return new ViewConfig.Choice(from, List.of(name), as, null, null);
    }

    private static CatalogNames.Problem only(List<String> slugs, ViewConfig... views) {
        List<CatalogNames.Problem> problems = CatalogNames.check(slugs, List.of(views));
        assertEquals(1, problems.size(), problems.toString());
        return problems.getFirst();
    }

    @Test
    void namesThatMeanOneThingAreFine() {
        ViewConfig desk = view(
                "desk",
                choice("files", "*", null),
                choice("files", "read", "look"),
                choice("git", "read", "git__read"),
                choice("git", "log", "files-log"));
        assertEquals(List.of(), CatalogNames.check(List.of("files", "git"), List.of(desk)));
    }

    @Test
    void twoServersOfOneSlug() {
        CatalogNames.Problem problem = only(List.of("files", "git", "files"));
        assertEquals("tool-servers[2].slug", problem.path());
        assertEquals(
                "\"files\" is there twice: it is the slug of tool-servers[0] and the slug of tool-servers[2];"
                        + " rename one of them",
                problem.message());
    }

    @Test
    void aViewOfAServersName() {
        CatalogNames.Problem problem = only(List.of("files"), view("files", choice("files", "*", null)));
        assertEquals("views[0].id", problem.path());
        assertTrue(problem.message().contains("the slug of tool-servers[0] and the id of views[0]"), problem.message());
    }

    @ParameterizedTest
    @ValueSource(strings = {"portreeve", "mcp", "sse", "well-known"})
    void reservedNames(String name) {
        CatalogNames.Problem problem = only(List.of(name));
        assertTrue(problem.message().startsWith("\"" + name + "\" is reserved; choose another"), problem.message());
        CatalogNames.RESERVED.forEach(other -> assertTrue(problem.message().contains(other), other));
        assertEquals(
                "views[0].id",
                only(List.of("files"), view(name, choice("files", "*", null))).path());
    }

    @Test
    void oneAliasForTwoTools() {
        CatalogNames.Problem problem = only(
                List.of("files", "git"), view("desk", choice("files", "read", "look"), choice("git", "show", "look")));
        assertEquals("views[0].tools[1].as", problem.path());
        assertTrue(problem.message().contains("\"read\" of \"files\" and \"show\" of \"git\""), problem.message());
    }

    @Test
    void anAliasThatLooksLikeAnothersTool() {
        CatalogNames.Problem problem =
                only(List.of("files", "git"), view("desk", choice("git", "show", "files__read")));
        assertTrue(problem.message().contains("looks like a tool of server \"files\""), problem.message());
    }

    @Test
    void choicesThatCannotBeMeant() {
        assertThrows(IllegalArgumentException.class, () -> choice("files", "read_*", "look"));
        assertThrows(IllegalArgumentException.class, () -> choice("files", "read", "look up"));
        assertThrows(IllegalArgumentException.class, () -> choice("files", "read", "x".repeat(65)));
        assertThrows(IllegalArgumentException.class, () -> new ViewConfig.Choice("files", List.of(), null, null, null));
        assertThrows(IllegalArgumentException.class, () -> new ViewConfig("Desk", List.of(choice("f", "*", null))));
        assertThrows(IllegalArgumentException.class, () -> new ViewConfig("desk", List.of()));
    }
}
