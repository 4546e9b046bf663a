import type { ClusterView } from "../model.ts";

type Asked = Pick<ClusterView, "name" | "figures">;

/** Where requests, success rates and latencies come from, in words. */
export function aboutFigures(clusters: readonly Asked[]): string {
  const collected = clusters.filter(({ figures }) => figures?.from === "prometheus");
  const others = clusters.filter(({ figures }) => figures?.from === "proxies");
  const what = "Requests, success and latencies are what";
  const counted = "the proxies of the source's workloads counted";
  if (collected.length === 0) return `${what} ${counted} since the look before.`;
  const seconds = collected[0]?.figures?.seconds ?? 0;
  const told = `${what} ${counted} in the last ${seconds} s, as Prometheus in its cluster tells`;
  return others.length === 0
    ? `${told}.`
    : `${told}; of ${others.map(({ name }) => name).join(", ")}, since the look before, as the proxies tell.`;
}

/** Where figures come from, for one cluster. */
export function sourceOf({ figures }: Pick<ClusterView, "figures">): string | undefined {
  if (figures === undefined) return undefined;
  return figures.from === "prometheus"
    ? `Prometheus, of the last ${figures.seconds ?? 0} s`
    : "its proxies, since the look before";
}

/** The clusters whose Prometheus told nothing, with the reason. */
export function silentPrometheus(
  clusters: readonly Asked[],
): readonly { readonly name: string; readonly why: string }[] {
  return clusters.flatMap(({ name, figures }) =>
    figures?.instead === undefined ? [] : [{ name, why: figures.instead }],
  );
}
