/**
 * Tables: what must be known after a restart, in SQLite or PostgreSQL.
 *
 * <p>Holds rows, not rules: which change is allowed is the engine's to say. Start with {@link
 * Database}; the schema is in the migrations under {@code resources/atoll/db}. Every statement is
 * for both kinds; what differs is behind {@link Connections}.
 */
@NullMarked
package atoll.db;

import org.jspecify.annotations.NullMarked;
