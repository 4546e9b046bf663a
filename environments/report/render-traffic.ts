import { milliseconds, percent, rate } from "../../ui/web/format.ts";
import { printableIn } from "../../system/printable.ts";
import type { Style } from "../../verification/render/style.ts";
import { table } from "../../verification/render/table.ts";
import type { CollectedTraffic } from "../collected-traffic.ts";

/** The traffic over each Link. What isn't known says so; it is not taken for none. */
export function renderTraffic(collected: CollectedTraffic, style: Style): string {
  const { links } = printableIn(collected);
  const seconds = links.find((link) => link.seconds !== undefined)?.seconds;
  const silent = new Map(
    links.flatMap(({ source, unknown }) => (unknown === undefined ? [] : [[source, unknown]])),
  );
  return [
    table(
      ["Requests over", "Per second", "Success", "p50", "p95", "p99"],
      links.map(({ source, target, traffic }) => [
        `${source} → ${target}`,
        traffic === undefined ? style.warn("unknown") : rate(traffic.perSecond),
        percent(traffic?.success),
        ...[traffic?.p50, traffic?.p95, traffic?.p99].map(milliseconds),
      ]),
      style,
    ),
    ...(seconds === undefined
      ? []
      : [style.dim(`In the last ${seconds} s, as Prometheus in the source's cluster tells.`)]),
    ...[...silent].map(([cluster, why]) => style.warn(`${cluster}: ${why}`)),
  ].join("\n");
}
