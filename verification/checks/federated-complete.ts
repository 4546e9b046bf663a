import { multiclusterNamespace, federatedName } from "../../planning/names.ts";
import { selects } from "../../planning/links/label-selector.ts";
import { missingMembers } from "../federated-members.ts";
import { localMirrorDeployment } from "../../linkerd/names.ts";
import { serviceMirrorOf } from "../link-parts.ts";
import { type Check, failed, type MeshSubject, notRun, passed, repaired } from "./check.ts";

/**
 * Every federated Service has all of its members, by its own annotations. The status of a Link proves nothing
 * here: Linkerd calls a member mirrored even if it was left out.
 */
export const federatedComplete: Check<MeshSubject> = {
  id: "federated-complete",
  title: "federated Services have all members",
  applies: ({ plan, status }) =>
    status.clusters.some(
      ({ name, services }) =>
        (services?.federated.length ?? 0) > 0 ||
        plan.links.some(
          ({ target, access, selectors }) =>
            target === name &&
            !access.revoked &&
            services?.exported.some(
              ({ headless, labels }) => !headless && selects(selectors.federated, labels),
            ),
        ),
    ),
  run: ({ plan, status }) => {
    const missing = missingMembers(plan, status);
    if (missing.length === 0) {
      const silent = status.clusters.filter(({ services }) => services === undefined);
      if (silent.length > 0) {
        const names = silent.map(({ name }) => name).join(", ");
        return notRun(`the Services of ${names} can't be listed`);
      }
      const seen = status.clusters.flatMap(({ services }) => services?.federated ?? []);
      return passed(`${seen.length}`);
    }
    const problems = missing.map(
      ({ viewer, member, namespace, service }) =>
        `${viewer}: ${namespace}/${federatedName(service)} lacks the member of ${member}`,
    );
    const controllers = missing.map(({ viewer, member }) => {
      const link = plan.links.find(({ source, target }) => source === viewer && target === member);
      const name = link === undefined ? localMirrorDeployment : serviceMirrorOf(link);
      return `in ${viewer}: kubectl -n ${multiclusterNamespace} rollout restart deploy/${name}`;
    });
    return failed(
      problems.join("; "),
      `${repaired(plan.found)}${[...new Set(controllers)].join("; ")}`,
    );
  },
};
