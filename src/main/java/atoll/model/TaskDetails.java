package atoll.model;

import java.time.Instant;

/**
 * A task with what is to be seen around it.
 *
 * @param running whether a worker has it
 * @param urgent whether somebody waits for it
 * @param createdAt when it was queued
 */
public record TaskDetails(
    Task task, Subject subject, boolean running, boolean urgent, Instant createdAt) {}
