import { groupBy } from "../group.ts";
import type { LinkSpec } from "../topology.ts";

/** One Link, and its settings in a topology besides its ends. */
export interface LinkEntry {
  readonly source: string;
  readonly target: string;
  readonly settings: Omit<LinkSpec, "from" | "to" | "between">;
}

/**
 * Entries of a topology for these Links, as a person would write them: `between` for Links in both
 * directions, and for a group with Links between every two of its clusters; `from` and `to` for the others.
 *
 * @param order of the clusters
 */
export function linkSpecs(entries: readonly LinkEntry[], order: readonly string[]): LinkSpec[] {
  return [...groupBy(entries, ({ settings }) => JSON.stringify(settings)).values()].flatMap(
    (alike) => {
      const settings = alike[0]?.settings ?? {};
      const has = (source: string, target: string): boolean =>
        alike.some((one) => one.source === source && one.target === target);
      const members = order.filter((name) =>
        alike.some(({ source, target }) => source === name || target === name),
      );
      const isMesh = alike.length === members.length * (members.length - 1);
      if (isMesh) return [{ between: members, ...settings }];
      const pairs = members.flatMap((one, index) =>
        members
          .slice(index + 1)
          .filter((other) => has(one, other) && has(other, one))
          .map((other) => [one, other]),
      );
      const single = alike.filter(({ source, target }) => !has(target, source));
      const bySource = groupBy(single, ({ source }) => source);
      return [
        ...pairs.map((between) => ({ between, ...settings })),
        ...[...bySource].map(([from, list]) => {
          const to = list.map(({ target }) => target);
          return { from, to: to.length === 1 ? (to[0] ?? "") : to, ...settings };
        }),
      ];
    },
  );
}
