import type { KubernetesApi } from "../../kubernetes/api.ts";
import { isUnreachable, NoKubeconfig } from "../../kubernetes/errors.ts";
import { getIfThere } from "../../kubernetes/optional.ts";
import { factsOf } from "../../planning/linkerd/versions.ts";
import { compareVersions } from "../../system/version.ts";
import { messageOf } from "../../system/message-of.ts";
import type { NotingCheck } from "./check.ts";
import { connectTo } from "./existing-clusters.ts";

interface Crd {
  readonly metadata: { readonly annotations?: Readonly<Record<string, string>> };
  readonly spec: {
    readonly versions: readonly { readonly name: string; readonly served: boolean }[];
  };
}

interface Findings {
  readonly problems: readonly string[];
  readonly notes: readonly string[];
}

/** CRDs of which Linkerd reads v1. A cluster without them gets them from the package. */
const crds = ["httproutes", "grpcroutes"].map((name) => `${name}.gateway.networking.k8s.io`);

/**
 * Existing clusters must have versions of Kubernetes and of the Gateway API that work with this release of
 * Linkerd. The package doesn't change CRDs that it finds.
 */
export const checkVersionsInClusters: NotingCheck = async ({ plan, state }) => {
  const { version } = plan.linkerd;
  const found = await Promise.all(
    plan.clusters.map(async (cluster): Promise<Findings> => {
      if (cluster.type === "kind") return { problems: [], notes: [] };
      try {
        const api = await connectTo(cluster, plan.name, state);
        const looks = [await kubernetesOf(api, version)];
        for (const crd of crds) looks.push(await gatewayApiOf(api, crd, version));
        const about = (text: string) => `cluster ${cluster.name}: ${text}`;
        return {
          problems: looks.flatMap(({ problems }) => problems.map(about)),
          notes: looks.flatMap(({ notes }) => notes.map(about)),
        };
      } catch (error) {
        // Another check finds out whether it answers at all.
        if (isUnreachable(error) || error instanceof NoKubeconfig) {
          return { problems: [], notes: [] };
        }
        const why = messageOf(error);
        return {
          problems: [
            `cluster ${cluster.name}: its versions of Kubernetes and of the Gateway API can't be read (${why}): let the ` +
              "account of the kubeconfig get customresourcedefinitions, or correct the kubeconfig",
          ],
          notes: [],
        };
      }
    }),
  );
  return {
    problems: found.flatMap(({ problems }) => problems),
    notes: found.flatMap(({ notes }) => notes),
  };
};

async function kubernetesOf(api: KubernetesApi, version: string): Promise<Findings> {
  const { gitVersion } = await api.get<{ readonly gitVersion: string }>("/version");
  const { oldest, newest } = factsOf(version).kubernetes;
  const minor = /^v(\d+\.\d+)/.exec(gitVersion)?.[1];
  if (minor === undefined) throw new Error(`"${gitVersion}" is no version of Kubernetes`);
  if (compareVersions(minor, oldest) < 0) {
    const problem =
      `Kubernetes ${gitVersion} is older than v${oldest}, which Linkerd ${version} needs: upgrade the cluster, ` +
      "or choose an older release as linkerd.version";
    return { problems: [problem], notes: [] };
  }
  const isNewer = compareVersions(minor, newest) > 0;
  const note = `Kubernetes ${gitVersion} is newer than v${newest}, up to which Linkerd ${version} is known to work`;
  return { problems: [], notes: isNewer ? [note] : [] };
}

async function gatewayApiOf(api: KubernetesApi, name: string, version: string): Promise<Findings> {
  const path = `/apis/apiextensions.k8s.io/v1/customresourcedefinitions/${name}`;
  const crd = await getIfThere<Crd>(api, path);
  if (crd === undefined) return { problems: [], notes: [] };
  const bundle = crd.metadata.annotations?.["gateway.networking.k8s.io/bundle-version"];
  const served = crd.spec.versions.flatMap((one) => (one.served ? [one.name] : []));
  const { oldest, newest } = factsOf(version).gatewayApi;
  const what = `the CRD ${name} is of the Gateway API ${bundle ?? "in a version that it doesn't say"}`;
  if (!served.includes("v1")) {
    const problem =
      `${what} and serves ${served.join(", ") || "nothing"}; Linkerd ${version} needs v1: install the Gateway API ` +
      `v${oldest} or later, up to v${newest}`;
    return { problems: [problem], notes: [] };
  }
  if (bundle === undefined || !/^v\d+\.\d+/.test(bundle)) return { problems: [], notes: [] };
  const side =
    compareVersions(bundle, newest) > 0
      ? "newer"
      : compareVersions(bundle, oldest) < 0
        ? "older"
        : undefined;
  const note = `${what}, which is ${side ?? ""} than those that Linkerd ${version} is known to work with (v${oldest} to v${newest})`;
  return { problems: [], notes: side === undefined ? [] : [note] };
}
