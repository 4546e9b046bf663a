import { timeLimits } from "../../system/time-limits.ts";
import { proxiedFetch } from "../../system/proxied-fetch.ts";
import { messageOf } from "../../system/message-of.ts";
import type { PreflightCheck } from "./check.ts";

const repository = "https://helm.linkerd.io/edge";

/** Linkerd's charts come from its repository unless the sources contain them. */
export const checkCharts: PreflightCheck = async ({ plan, sources, env }) => {
  if (sources?.charts !== undefined || plan.adopted === true) return [];
  const url = `${repository}/index.yaml`;
  try {
    const response = await proxiedFetch(env)(url, {
      method: "HEAD",
      limit: timeLimits.repositoryAnswers,
    });
    return response.ok ? [] : [unreachable(url, `it answers ${response.status}`)];
  } catch (error) {
    const cause = error instanceof Error ? (error.cause ?? error) : error;
    return [unreachable(url, messageOf(cause))];
  }
};

function unreachable(url: string, why: string): string {
  return (
    `Linkerd's chart repository ${url} can't be reached (${why}): connect this machine to it, or name ` +
    "a directory of charts in a sources.json (LINKERD_TOPOLOGY_SOURCES)"
  );
}
