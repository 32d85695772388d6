package dev.portreeve.policy.guardrail;

import dev.portreeve.policy.guardrail.GuardrailConfig.Entity;
import java.util.List;

/** Finds personal data whose form can be checked: e-mail addresses, payment cards, bank accounts. Names and addresses are not found. */
public final class PiiDetector implements Guardrail {
    private final GuardrailConfig config;
    private final ShapeReading.Table table;

    /** @param config its entities say which kinds are looked for */
    public PiiDetector(GuardrailConfig config) {
        this.config = config;
        List<Shape> shapes =
                config.entities().stream().sorted().map(PiiDetector::shape).toList();
        this.table = new ShapeReading.Table(shapes);
    }

    private static Shape shape(Entity entity) {
        return switch (entity) {
            case EMAIL -> new EmailShape();
            case CREDIT_CARD -> new CardShape();
            case IBAN -> new IbanShape();
        };
    }

    @Override
    public GuardrailConfig config() {
        return config;
    }

    /** {@code [email]}, {@code [credit-card]} or {@code [iban]}. */
    @Override
    public String mask(String kind) {
        return "[" + kind + "]";
    }

    @Override
    public Reading begin() {
        return new ShapeReading(table);
    }
}
