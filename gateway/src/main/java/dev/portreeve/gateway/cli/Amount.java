package dev.portreeve.gateway.cli;

import java.math.BigDecimal;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads an amount of whatever a budget counts. */
final class Amount implements ITypeConverter<BigDecimal> {
    @Override
    public BigDecimal convert(String written) {
        try {
            return new BigDecimal(written);
        } catch (NumberFormatException e) {
            throw new TypeConversionException("\"" + written + "\" is no amount: write a number such as 50 or 0.25");
        }
    }
}
