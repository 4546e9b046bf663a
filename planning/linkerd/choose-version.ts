import type { LinkerdPlan } from "../plan-types.ts";
import { defaultVersion, describeVersion, edgeOf } from "./versions.ts";

/** A release of Linkerd, and what decided it. */
export type ChosenVersion = Pick<LinkerdPlan, "version" | "chosenBy">;

/**
 * The release to install: the one that the topology asks for, else the one that the sources hold, else the
 * default.
 *
 * @param asked `linkerd.version` of the topology
 * @param held the release that the sources hold; undefined if they hold every release
 * @returns undefined if the requested text is no release
 */
export function chooseVersion(
  asked: string | undefined,
  held: string | undefined,
): ChosenVersion | undefined {
  if (asked !== undefined) {
    const version = edgeOf(asked);
    return version === undefined ? undefined : { version, chosenBy: "topology" };
  }
  return held === undefined
    ? { version: defaultVersion, chosenBy: "default" }
    : { version: held, chosenBy: "sources" };
}

const reasons = {
  topology: "as the topology says",
  sources: "the release of the charts and images at hand",
  default: "the default",
} as const satisfies Readonly<Record<LinkerdPlan["chosenBy"], string>>;

/** `Linkerd edge-26.6.3 (2.20), the default` */
export function describeChoice({ version, chosenBy }: ChosenVersion): string {
  return `Linkerd ${describeVersion(version)}, ${reasons[chosenBy]}`;
}
