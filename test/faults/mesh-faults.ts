import { setTimeout as sleep } from "node:timers/promises";
import { docker } from "../../environments/docker.ts";
import { accessToken, multiclusterNamespace } from "../../planning/names.ts";
import type { LinkPlan } from "../../planning/plan-types.ts";
import type { KubernetesApi } from "../../kubernetes/api.ts";
import type { List, Metadata } from "../../kubernetes/objects.ts";
import { corePath } from "../../linkerd/names.ts";

/** What a fault is done to: the target of a Link. */
export interface Stricken {
  readonly api: KubernetesApi;
  /** Container of its only node. */
  readonly node: string;
  readonly link: LinkPlan;
}

/** Something that goes wrong in a running mesh. */
export interface MeshFault {
  readonly name: string;
  readonly title: string;
  /** Resolves when it is over, as far as it ever is by itself. */
  strike(target: Stricken): Promise<void>;
  /** Where it is waited for that it heals without anybody: how long, in milliseconds. */
  readonly patience: number;
  /** Whether only checks that send something from a pod of the source can see it. @default false */
  readonly needsTraffic?: boolean;
  /** Whether an `up` has to be told to ask every resource, as nothing that it looks at tells. @default false */
  readonly needsRefresh?: boolean;
  /** Whether the target's workloads are gone with it. @default false */
  readonly takesWorkloads?: boolean;
}

const manifest = "/etc/kubernetes/manifests/kube-apiserver.yaml";

export const meshFaults: readonly MeshFault[] = [
  {
    name: "gateway",
    title: "the target's gateway pod is deleted",
    patience: 60_000,
    async strike({ api }) {
      const { items } = await api.get<List<{ metadata: Metadata }>>(
        corePath(multiclusterNamespace, "pods"),
        { labelSelector: "app=linkerd-gateway" },
      );
      for (const { metadata } of items) {
        await api.delete(corePath(multiclusterNamespace, "pods", metadata.name));
      }
    },
  },
  {
    name: "node",
    title: "the target's node container is restarted",
    patience: 120_000,
    async strike({ node }) {
      await docker(["restart", "--time", "1", node]);
    },
  },
  {
    name: "api-server",
    title: "the target's API server is stopped for two minutes (its static pod is taken away)",
    patience: 90_000,
    async strike({ node }) {
      await docker(["exec", node, "mv", manifest, "/root/"]);
      try {
        await sleep(120_000);
      } finally {
        await docker(["exec", node, "mv", "/root/kube-apiserver.yaml", manifest]);
      }
    },
  },
  {
    name: "credential",
    title: "the source's credential is revoked: its token Secret in the target is deleted",
    patience: 45_000,
    needsTraffic: true,
    needsRefresh: true,
    async strike({ api, link }) {
      const secret = accessToken(link.accessAccount, link.access.tokenGeneration);
      await api.delete(corePath(multiclusterNamespace, "secrets", secret));
    },
  },
  {
    name: "cluster",
    title: "the target is deleted by hand (`docker rm --force`)",
    patience: 15_000,
    takesWorkloads: true,
    async strike({ node }) {
      await docker(["rm", "--force", "--volumes", node]);
    },
  },
];
