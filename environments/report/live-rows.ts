export interface RunningStep {
  /** Undefined if it belongs to no single cluster. */
  readonly cluster: string | undefined;
  /** For example `installing control plane`. */
  readonly doing: string;
  /** In milliseconds, on the view's clock. */
  readonly started: number;
  /** The provider's latest status message. */
  readonly status?: string;
}

/** The content of the live view. */
export interface LiveState {
  readonly running: readonly RunningStep[];
  /** The last finished step of each cluster. */
  readonly last: ReadonlyMap<string, string>;
  /** In display order. Other clusters with steps come after them. */
  readonly clusters: readonly string[];
  readonly now: number;
}

/**
 * One row per cluster, with its current step and its duration, and one for each step that belongs to no
 * single cluster.
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

/** The lines for which there is room: a terminal can't redraw lines that have scrolled off at the top. */
export function fitting(lines: readonly string[], room: number): readonly string[] {
  const shown = Math.max(3, room);
  if (lines.length <= shown) return lines;
  return [...lines.slice(0, shown - 1), `... and ${lines.length - shown + 1} more`];
}
