import { mirrorName } from "../../planning/names.ts";
import type { ExportPlan, MirrorPlan, Plan } from "../../planning/plan-types.ts";
import { lacksNamespace } from "../federated-members.ts";
import type { ExportedService, MeshStatus } from "../status.ts";
import type { Check, MeshSubject } from "./check.ts";
import { failed, notRun, passed } from "./check.ts";

/**
 * Every mirror that follows from the topology's exports is in its cluster and of the planned kind. What
 * people make themselves and haven't yet (the Service, the namespace in the source, the pods of a headless
 * Service) is no failure.
 */
export const plannedMirrors: Check<MeshSubject> = {
  id: "planned-mirrors",
  title: "planned mirrors are there",
  applies: ({ plan }) => plan.mirrors.length > 0,
  run: ({ plan, status }) => {
    const looks = plan.mirrors.map((mirror) => look(mirror, plan, status));
    const problems = looks.flatMap((one) => ("problem" in one ? [one.problem] : []));
    const silent = [...new Set(looks.flatMap((one) => ("silent" in one ? [one.silent] : [])))];
    const waiting = [...new Set(looks.flatMap((one) => ("waiting" in one ? [one.waiting] : [])))];
    if (problems.length > 0) {
      return failed(
        problems.join("; "),
        "Check the labels of the exported Services and the status of the Links in the sources (kubectl -n linkerd-multicluster get links -o yaml).",
      );
    }
    if (silent.length > 0) return notRun(`the Services of ${silent.join(", ")} can't be listed`);
    if (waiting.length === 0) return passed(`${looks.length}`);
    const there = looks.filter((one) => "there" in one).length;
    return there === 0
      ? notRun(`waiting for ${waiting.join(", ")}`)
      : passed(`${there} of ${looks.length}`, `waiting for ${waiting.join(", ")}`);
  },
};

type Look =
  | { readonly there: true }
  | { readonly problem: string }
  | { readonly waiting: string }
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
    const labels = exported === undefined ? "" : "the labels of ";
    return { waiting: `${labels}Service ${namespace}/${service} in ${target}` };
  }
  const found =
    kind === "federated"
      ? services.federated.find((one) => one.namespace === namespace && one.name === name)
      : services.mirrors.find((one) => one.namespace === namespace && one.name === name);
  if (found === undefined) {
    if (sources.some((of) => lacksNamespace(status, cluster, of.cluster, namespace))) {
      return { waiting: `namespace ${namespace} in ${cluster}` };
    }
    // A headless Service is mirrored once it has pods with names, and pod by pod.
    const named = sources.flatMap((of) =>
      (exportedIn(of.cluster, namespace, of.service, status)?.pods?.hostnames ?? []).map((pod) =>
        mirrorName(pod, of.cluster),
      ),
    );
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

/** The Service, where it is there. */
function exportedIn(
  cluster: string,
  namespace: string,
  service: string,
  { clusters }: MeshStatus,
): ExportedService | undefined {
  const exported = clusters.find(({ name }) => name === cluster)?.services?.exported ?? [];
  return exported.find((one) => one.namespace === namespace && one.service === service);
}

/** The Service is there, with all labels of its export. */
function isLabelled(
  of: MirrorPlan["of"][number],
  namespace: string,
  { exports }: Plan,
  status: MeshStatus,
): boolean {
  const isOfIt = (one: Pick<ExportPlan, "namespace" | "service">) =>
    one.namespace === namespace && one.service === of.service;
  const labels = exports.find((one) => one.cluster === of.cluster && isOfIt(one))?.labels ?? {};
  const found = exportedIn(of.cluster, namespace, of.service, status);
  return (
    found !== undefined &&
    Object.entries(labels).every(([key, value]) => found.labels[key] === value)
  );
}
