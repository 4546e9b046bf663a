/** A step that goes on. */
export interface RunningStep {
  /** Undefined for what belongs to no single cluster. */
  readonly cluster: string | undefined;
  /** Such as `installing control plane`. */
  readonly doing: string;
  /** In milliseconds, on the clock of the view. */
  readonly started: number;
  /** What the provider last said that it is doing. */
  readonly status?: string;
}

/** What the live view shows. */
export interface LiveState {
  readonly running: readonly RunningStep[];
  /** What last came to its end, by cluster. */
  readonly last: ReadonlyMap<string, string>;
  /** In the order to show them in; clusters that steps belong to come after those. */
  readonly clusters: readonly string[];
  readonly now: number;
}

/**
 * One row per cluster, with what is being done there and for how long, and one for each step that belongs
 * to no single cluster.
 *
 * @example
 * ```text
 * west   installing control plane, 12 s
 * east   creating nodes, 31 s (starting control plane)
 * mesh   creating Docker network, 1 s
 * ```
 */
export function liveRows({ running, last, clusters, now }: LiveState): readonly string[] {
  const ofSteps = running.flatMap(({ cluster }) => cluster ?? []);
  const names = [...new Set([...clusters, ...last.keys(), ...ofSteps])];
  const rows = names.map((name) => {
    const steps = running.filter(({ cluster }) => cluster === name);
    const text = steps.map((step) => describe(step, now)).join("; ");
    return [name, text === "" ? (last.get(name) ?? "waiting") : text] as const;
  });
  const mesh = running.filter(({ cluster }) => cluster === undefined);
  const all = [...rows, ...mesh.map((step) => ["mesh", describe(step, now)] as const)];
  const width = Math.max(...all.map(([name]) => name.length), 0);
  return all.map(([name, text]) => `${name.padEnd(width)}  ${text}`);
}

function describe({ doing, started, status }: RunningStep, now: number): string {
  const note = status === undefined ? "" : ` (${status})`;
  return `${doing}, ${Math.round((now - started) / 1000)} s${note}`;
}

/** As many lines as there is room for: a terminal can't redraw what has left it at the top. */
export function fitting(lines: readonly string[], room: number): readonly string[] {
  const shown = Math.max(3, room);
  if (lines.length <= shown) return lines;
  return [...lines.slice(0, shown - 1), `... and ${lines.length - shown + 1} more`];
}
