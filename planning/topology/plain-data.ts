import type { Path, RuleProblem } from "./problem.ts";

/** Limits beyond any topology. Larger input is refused, not walked. */
const limits = { depth: 60, length: 100_000, values: 1_000_000 } as const;

interface Walk {
  readonly problems: RuleProblem[];
  readonly ancestors: Set<object>;
  values: number;
}

/**
 * Copies any input as plain data, so that everything after it can read it safely: no getters, no cycles, no
 * prototypes, no `undefined` keys. What can't be plain data is left out (`undefined` in lists, so that
 * indices stay right) and reported.
 */
export function copyPlainData(input: unknown): { value: unknown; problems: RuleProblem[] } {
  const walk: Walk = { problems: [], ancestors: new Set(), values: 0 };
  const value = copy(input, [], walk);
  return { value, problems: walk.problems };
}

function copy(value: unknown, path: Path, walk: Walk): unknown {
  walk.values++;
  if (walk.values > limits.values) {
    if (walk.values === limits.values + 1) {
      refuse(
        walk,
        [],
        `has more than ${limits.values} values`,
        "no topology needs that many: write fewer",
      );
    }
    return undefined;
  }
  if (typeof value === "number" && !Number.isFinite(value)) {
    return refuse(walk, path, `${value} is outside the finite numbers`);
  }
  if (typeof value !== "object" || value === null) {
    const plain = !["function", "symbol", "bigint"].includes(typeof value);
    return plain ? value : refuse(walk, path, `a ${typeof value} is not plain data`);
  }
  if (walk.ancestors.has(value)) return refuse(walk, path, "contains itself");
  if (path.length > limits.depth) {
    return refuse(walk, path, "is nested too deeply", "no topology is: leave it out");
  }
  walk.ancestors.add(value);
  try {
    return Array.isArray(value) ? copyList(value, path, walk) : copyMap(value, path, walk);
  } catch {
    return refuse(walk, path, "can't be read: it throws");
  } finally {
    walk.ancestors.delete(value);
  }
}

function copyList(list: readonly unknown[], path: Path, walk: Walk): unknown {
  if (list.length > limits.length) return refuse(walk, path, `has ${list.length} entries`);
  return Array.from({ length: list.length }, (_, index) =>
    copy(list[index], [...path, index], walk),
  );
}

function copyMap(map: object, path: Path, walk: Walk): unknown {
  if ("__pulumiOutput" in map && map.__pulumiOutput === true) {
    return refuse(
      walk,
      path,
      "a Pulumi output can't be part of a topology, because the topology decides which resources exist",
    );
  }
  const prototype: unknown = Object.getPrototypeOf(map);
  const plain = prototype === null || Object.getPrototypeOf(prototype) === null;
  if (!plain) return refuse(walk, path, "an object of a class is not plain data");
  const result: Record<string, unknown> = {};
  for (const key of Object.keys(map)) {
    const at = [...path, key];
    if (key === "__proto__") {
      refuse(walk, at, "is not a possible key", "leave it out");
      continue;
    }
    const value = copy((map as Record<string, unknown>)[key], at, walk);
    if (value !== undefined) result[key] = value;
  }
  return result;
}

function refuse(
  walk: Walk,
  path: Path,
  message: string,
  fix = "write text, numbers, true or false, and lists and maps of them",
): unknown {
  walk.problems.push({ path, message, fix });
  return undefined;
}
