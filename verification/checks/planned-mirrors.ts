import { groupBy } from "../../planning/group.ts";
import { faultOf, hasFault } from "../../planning/linkerd/versions.ts";
import { mirrorName } from "../../planning/names.ts";
import type { MirrorPlan, Plan } from "../../planning/plan-types.ts";
import { lacksNamespace } from "../federated-members.ts";
import type { ExportedService, MeshStatus } from "../status.ts";
import { type Check, failed, failedForGood, type MeshSubject, notRun, passed } from "./check.ts";

/**
 * Every mirror that follows from the topology's exports is in its cluster and of the planned kind. It is no
 * failure if something is missing that people create themselves: the Service, its namespace in the source,
 * the pods of a headless Service. A Service without the labels of its export is a failure: somebody created
 * or recreated it after the last `up`.
 */
export const plannedMirrors: Check<MeshSubject> = {
  id: "planned-mirrors",
  title: "planned mirrors are there",
  applies: ({ plan }) => plan.mirrors.length > 0,
  run: ({ plan, status }) => {
    const looks = plan.mirrors.map((mirror) => look(mirror, plan, status));
    const problems = looks.flatMap((one) => ("problem" in one ? [one.problem] : []));
    const unlabelled = [
      ...new Set(looks.flatMap((one) => ("unlabelled" in one ? [one.unlabelled] : []))),
    ];
    const silent = [...new Set(looks.flatMap((one) => ("silent" in one ? [one.silent] : [])))];
    const waiting = [...new Set(looks.flatMap((one) => ("waiting" in one ? [one.waiting] : [])))];
    if (problems.length > 0) {
      return failed(
        problems.join("; "),
        "Check the labels of the exported Services and the status of the Links in the sources (kubectl -n linkerd-multicluster get links -o yaml).",
      );
    }
    if (unlabelled.length > 0) {
      return failedForGood(
        unlabelled.join("; "),
        "It is not mirrored. To label it again: up --refresh (a Service that was made since the last `up` needs an `up`).",
      );
    }
    if (silent.length > 0) return notRun(`the Services of ${silent.join(", ")} can't be listed`);
    const namesakes = headlessNamesakes(plan);
    if (waiting.length === 0) return passed(`${looks.length}`, namesakes);
    const there = looks.filter((one) => "there" in one).length;
    return there === 0
      ? notRun(`waiting for ${waiting.join(", ")}`)
      : passed(
          `${there} of ${looks.length}`,
          [`waiting for ${waiting.join(", ")}`, namesakes].filter(Boolean).join("; "),
        );
  },
};

const namesakesFault = faultOf("headless-cleanup-deletes-namesakes");

/** Headless mirrors of one name in several namespaces. Linkerd confuses them. */
function headlessNamesakes({ clusters, mirrors }: Plan): string | undefined {
  const affected = clusters.filter(({ linkerd }) => hasFault(linkerd.version, namesakesFault));
  const told = affected.flatMap((cluster) => {
    const own = mirrors.filter((one) => one.cluster === cluster.name && one.kind === "headless");
    return [...groupBy(own, ({ name }) => name)].flatMap(([name, same]) =>
      same.length > 1
        ? [`${name} in ${cluster.name} (${same.map(({ namespace }) => namespace).join(", ")})`]
        : [],
    );
  });
  if (told.length === 0) return undefined;
  return (
    `headless mirrors of one name in several namespaces: ${told.join("; ")}. To end one export removes the ` +
    `pods' mirrors of the others too, before ${namesakesFault.fixed ?? "a later release"}: run \`up\` after it`
  );
}

type Look =
  | { readonly there: true }
  | { readonly problem: string }
  | { readonly waiting: string }
  /** A Service without the labels of its export. */
  | { readonly unlabelled: string }
  /** A cluster whose Services are not known. */
  | { readonly silent: string };

function look(mirror: MirrorPlan, plan: Plan, status: MeshStatus): Look {
  const { cluster, namespace, name, kind } = mirror;
  const servicesOf = (name: string) => status.clusters.find((one) => one.name === name)?.services;
  const services = servicesOf(cluster);
  if (services === undefined) return { silent: cluster };
  const silent = mirror.of.find((of) => servicesOf(of.cluster) === undefined);
  if (silent !== undefined) return { silent: silent.cluster };
  const sources = mirror.of.filter((of) => isLabelled(of, namespace, plan, status));
  const [first] = mirror.of;
  if (sources.length === 0) {
    const { service = "", cluster: target = "" } = first ?? {};
    const exported = exportedIn(target, namespace, service, status);
    if (exported === undefined) return { waiting: `Service ${namespace}/${service} in ${target}` };
    const lost = lostLabels(exported, target, plan).join(", ");
    return { unlabelled: `Service ${namespace}/${service} in ${target} lacks its label ${lost}` };
  }
  const found =
    kind === "federated"
      ? services.federated.find((one) => one.namespace === namespace && one.name === name)
      : services.mirrors.find((one) => one.namespace === namespace && one.name === name);
  if (found === undefined) {
    if (sources.some((of) => lacksNamespace(status, cluster, of.cluster, namespace))) {
      return { waiting: `namespace ${namespace} in ${cluster}` };
    }
    // A headless Service is mirrored, pod by pod, once it has pods with names.
    const named = sources.flatMap((of) =>
      (exportedIn(of.cluster, namespace, of.service, status)?.pods?.hostnames ?? []).map((pod) =>
        mirrorName(pod, of.cluster),
      ),
    );
    const nameless = sources.flatMap((of) => {
      const exported = exportedIn(of.cluster, namespace, of.service, status);
      return exported?.pods !== undefined && exported.pods.nameless > 0
        ? [`${namespace}/${of.service} in ${of.cluster}`]
        : [];
    });
    if (kind.startsWith("headless") && named.length === 0 && nameless.length > 0) {
      return {
        problem:
          `the pods of ${nameless.join(", ")} have no host names, so they can't be mirrored one by one: ` +
          "write that Service as the serviceName of their StatefulSet",
      };
    }
    if (
      (kind === "headless" && named.length === 0) ||
      (kind === "headless-pod" && !named.includes(name))
    ) {
      return { waiting: `pods of ${namespace}/${first?.service ?? ""} in ${first?.cluster ?? ""}` };
    }
    return { problem: `${cluster} has no ${namespace}/${name} (${kind})` };
  }
  if ("kind" in found && found.kind !== kind) {
    return { problem: `${namespace}/${name} in ${cluster} is of kind ${found.kind}, not ${kind}` };
  }
  return { there: true };
}

/** The Service, if it exists. */
function exportedIn(
  cluster: string,
  namespace: string,
  service: string,
  { clusters }: MeshStatus,
): ExportedService | undefined {
  const exported = clusters.find(({ name }) => name === cluster)?.services?.exported ?? [];
  return exported.find((one) => one.namespace === namespace && one.service === service);
}

/** Whether the Service exists with all labels of its export. */
function isLabelled(
  of: MirrorPlan["of"][number],
  namespace: string,
  plan: Plan,
  status: MeshStatus,
): boolean {
  const found = exportedIn(of.cluster, namespace, of.service, status);
  return found !== undefined && lostLabels(found, of.cluster, plan).length === 0;
}

/** Labels of its export that a Service lacks. */
function lostLabels(
  { namespace, service, labels: present }: ExportedService,
  cluster: string,
  { exports }: Plan,
): readonly string[] {
  const labels =
    exports.find(
      (one) => one.cluster === cluster && one.namespace === namespace && one.service === service,
    )?.labels ?? {};
  return Object.entries(labels).flatMap(([key, value]) =>
    present[key] === value ? [] : [`${key}=${value}`],
  );
}
