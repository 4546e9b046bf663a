import { clusterNameLabel } from "../../linkerd/names.ts";
import { type Check, type ClusterSubject, failed, kubectl, passed } from "./check.ts";

/** No mirror Service of a deleted Link is left. */
export const noOrphanedMirrors: Check<ClusterSubject> = {
  id: "no-orphaned-mirrors",
  title: "every mirror belongs to a Link",
  applies: ({ status }) => (status.services?.mirrors.length ?? 0) > 0,
  run: ({ status }) => {
    const { mirrors = [], links = [] } = status.services ?? {};
    const orphans = mirrors.filter(({ target }) => !links.includes(target));
    if (orphans.length === 0) return passed(`${mirrors.length}`);
    const targets = [...new Set(orphans.map(({ target }) => target))];
    return failed(
      orphans
        .map(
          ({ namespace, name, target }) =>
            `${namespace}/${name} is left over from a Link to ${target}`,
        )
        .join("; "),
      `Delete them: ${targets.map((target) => kubectl(status, `delete services -A -l ${clusterNameLabel}=${target}`)).join("; ")}`,
    );
  },
};
