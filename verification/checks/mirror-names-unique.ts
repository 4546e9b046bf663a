import { groupBy } from "../../planning/group.ts";
import { mirrorName } from "../../planning/names.ts";
import { selects } from "../../planning/links/label-selector.ts";
import { type Check, failedForGood, type MeshSubject, notRun, passed } from "./check.ts";

/**
 * No two Services share a mirror. For example, `foo-north` exported by `east` and `foo` exported by
 * `north-east` are both mirrored as `foo-north-east`. Two service mirrors then overwrite each other silently.
 */
export const mirrorNamesUnique: Check<MeshSubject> = {
  id: "mirror-names-unique",
  title: "each mirror stands for one Service",
  // Without such names no two mirrors can collide.
  applies: ({ plan }) =>
    plan.links.some(({ source, target }) =>
      plan.links.some((other) => other.source === source && target.endsWith(`-${other.target}`)),
    ),
  run: ({ plan, status }) => {
    const servicesOf = (name: string) =>
      status.clusters.find((one) => one.name === name)?.services?.exported;
    const silent = plan.links.find(({ target }) => servicesOf(target) === undefined);
    if (silent !== undefined) return notRun(`the Services of ${silent.target} can't be listed`);
    const mirrors = plan.links.flatMap(({ source, target, selectors }) =>
      (servicesOf(target) ?? []).flatMap(({ namespace, service, labels, pods }) =>
        selects(selectors.gateway, labels) || selects(selectors.remoteDiscovery, labels)
          ? [service, ...(pods?.hostnames ?? [])].map((name) => ({
              place: `${namespace}/${mirrorName(name, target)} in ${source}`,
              of: `${namespace}/${service} of ${target}`,
            }))
          : [],
      ),
    );
    const shared = [...groupBy(mirrors, ({ place }) => place)].flatMap(([place, ones]) => {
      const stands = [...new Set(ones.map(({ of }) => of))];
      return stands.length > 1 ? [`${place} would stand for ${stands.join(" and ")}`] : [];
    });
    return shared.length === 0
      ? passed(`${mirrors.length}`)
      : failedForGood(
          shared.join("; "),
          "The service mirrors overwrite each other: export one of the two under another name.",
        );
  },
};
