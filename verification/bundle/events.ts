import type { Metadata } from "../../kubernetes/objects.ts";
import { columns } from "../render/table.ts";

export interface KubernetesEvent {
  readonly metadata: Metadata;
  readonly type?: string;
  readonly reason?: string;
  readonly message?: string;
  readonly count?: number;
  readonly eventTime?: string | null;
  readonly lastTimestamp?: string | null;
  readonly involvedObject?: {
    readonly kind?: string;
    readonly namespace?: string;
    readonly name?: string;
  };
}

/** Events as `kubectl get events -A` shows them, oldest first. */
export function eventsText(events: readonly KubernetesEvent[]): string {
  const rows = events
    .map((event) => ({
      event,
      at: event.lastTimestamp ?? event.eventTime ?? event.metadata.creationTimestamp ?? "",
    }))
    .toSorted((a, b) => (a.at < b.at ? -1 : 1))
    .map(({ event: { type, reason, message, count, involvedObject }, at }) => [
      at,
      type ?? "",
      reason ?? "",
      `${involvedObject?.namespace ?? ""}/${involvedObject?.kind ?? ""}/${involvedObject?.name ?? ""}`,
      `${(message ?? "").replaceAll(/\s+/g, " ")}${(count ?? 1) > 1 ? ` (${count ?? 1} times)` : ""}`,
    ]);
  return rows.length === 0 ? "no events" : columns(rows);
}
