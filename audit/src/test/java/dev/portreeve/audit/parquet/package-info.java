@NullMarked
package dev.portreeve.audit.parquet;

import org.jspecify.annotations.NullMarked;
