import type { Step } from "./report/engine-progress.ts";
import { describeResource, resourceType } from "./report/resource-words.ts";
import type { Screen } from "../verification/render/style.ts";
import { columns } from "../verification/render/table.ts";
import type { StateResource } from "./state.ts";

export interface ChainLink {
  readonly label: string;
  readonly milliseconds: number;
}

/** An update, and its longest chain of steps that had to wait for each other. */
export interface Timeline {
  /** From the start of the update to its end. */
  readonly total: number;
  readonly chain: readonly ChainLink[];
  /** Sum of the chain: no other order of the same steps could be faster. */
  readonly longest: number;
}

/**
 * The longest chain of an update's steps: each step with its time, after the longest chain among its
 * dependencies. The chain begins with what runs before the first step (engine, program, plugins).
 *
 * @param started when the update began, on the clock of the steps
 */
export function timeline(
  steps: readonly Step[],
  resources: readonly StateResource[],
  started: number,
  ended: number,
): Timeline {
  const byUrn = new Map(resources.map((resource) => [resource.urn, resource]));
  // A component's step only lasts as long as its children's.
  const own = steps.filter(
    (step) => byUrn.get(step.urn)?.custom === true && step.ended !== undefined && counts(step),
  );
  const duration = new Map<string, number>();
  for (const step of own) {
    const length = (step.ended ?? step.started) - step.started;
    duration.set(step.urn, (duration.get(step.urn) ?? 0) + length);
  }
  const memo = new Map<string, readonly string[]>();
  const weight = (chain: readonly string[]): number =>
    chain.reduce((sum, urn) => sum + (duration.get(urn) ?? 0), 0);
  const longestTo = (urn: string): readonly string[] => {
    const known = memo.get(urn);
    if (known !== undefined) return known;
    // Guards against a cycle, which a state never has.
    memo.set(urn, []);
    const best = waitsFor(byUrn.get(urn))
      .map(longestTo)
      .reduce<readonly string[]>((a, b) => (weight(b) > weight(a) ? b : a), []);
    const chain = duration.has(urn) ? [...best, urn] : best;
    memo.set(urn, chain);
    return chain;
  };
  const longest = own
    .map((step) => longestTo(step.urn))
    .reduce<readonly string[]>((a, b) => (weight(b) > weight(a) ? b : a), []);
  const first = Math.min(ended, ...own.map((step) => step.started));
  const chain = [
    { label: "engine, program and plugins started", milliseconds: first - started },
    ...longest.map((urn) => ({
      label: describeResource(urn),
      milliseconds: duration.get(urn) ?? 0,
    })),
  ];
  return {
    total: ended - started,
    chain,
    longest: chain.reduce((sum, { milliseconds }) => sum + milliseconds, 0),
  };
}

function counts(step: Step): boolean {
  return step.operation !== "same" && !resourceType(step.urn).startsWith("pulumi:");
}

function waitsFor(resource: StateResource | undefined): string[] {
  if (resource === undefined) return [];
  const provider = resource.provider?.split("::").slice(0, -1).join("::");
  return [
    ...(resource.dependencies ?? []),
    ...(provider === undefined || provider === "" ? [] : [provider]),
    ...(resource.parent === undefined ? [] : [resource.parent]),
  ];
}

/** The chain as a table: each step with its seconds and its share of the whole. */
export function renderTimeline({ total, chain, longest }: Timeline, screen: Screen = {}): string {
  const row = (label: string, milliseconds: number): string[] => [
    label,
    `${(milliseconds / 1000).toFixed(1)} s`,
    `${((100 * milliseconds) / total).toFixed(0)} %`,
  ];
  const long = chain.filter(({ milliseconds }) => milliseconds >= 50);
  return [
    columns(
      [
        ...long.map(({ label, milliseconds }) => row(label, milliseconds)),
        row("longest chain of own steps", longest),
        row("up, from beginning to end", total),
      ],
      screen,
    ),
    `up takes ${(total / longest).toFixed(2)} times its longest chain`,
  ].join("\n");
}
