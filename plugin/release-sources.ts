import * as pulumi from "@pulumi/pulumi";
import type { ChartLocation } from "../components/chart-location.ts";
import { namedSources } from "../components/sources.ts";
import { planClusterLinkerd } from "../planning/linkerd/plan.ts";
import { checkRelease } from "../planning/linkerd/rules.ts";
import { type Sources, sourcesOf } from "../planning/sources/sources.ts";
import { formatProblem, toProblems } from "../planning/topology/problem.ts";

/** A release of Linkerd, with what the sources hold for it. */
export interface ReleaseSources {
  readonly version: string;
  readonly charts: ChartLocation;
  readonly sources: Sources;
}

/**
 * Chooses the release of Linkerd for a component as a topology does for its clusters: the one that is asked for, else the
 * one that the sources hold, else the default.
 *
 * @param owner what asks, such as `the ControlPlane west`
 * @param key the input that names the release
 * @param file `sourcesFile` of the component
 * @throws pulumi.RunError if it isn't a release, or the sources hold another one
 */
export function releaseSources(
  owner: string,
  key: string,
  { asked, file }: { readonly asked: string | undefined; readonly file: string | undefined },
): ReleaseSources {
  const named = namedSources(file) ?? {};
  const problems = toProblems([...checkRelease(asked, [key], named)]);
  if (problems.length > 0) {
    const lines = problems.map((problem) => `\n  ${formatProblem(problem)}`);
    throw new pulumi.RunError(`${owner} can't be planned:${lines.join("")}`);
  }
  const { version, chartVersion } = planClusterLinkerd(asked, {}, named.linkerdVersion);
  const sources = sourcesOf(named, version);
  return { version, charts: { directory: sources.charts, version: chartVersion }, sources };
}
