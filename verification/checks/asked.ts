import { ClusterLists } from "../facts/lists.ts";
import type { ClusterAccess, KubernetesApi } from "../../kubernetes/api.ts";
import type { Lanes } from "../../kubernetes/lanes.ts";
import type { ClusterSubject, LinkSubject } from "./check.ts";

/** What checks look at that ask a cluster themselves. */
export interface AskedCluster extends ClusterSubject {
  readonly api: KubernetesApi;
  /** What several checks need, asked once. */
  readonly lists: ClusterLists;
}

/** What checks look at that ask a Link's source themselves. */
export interface AskedLink extends LinkSubject {
  /** The source's. */
  readonly api: KubernetesApi;
  /** The target's; undefined where it doesn't answer. */
  readonly targetCluster: OpenCluster | undefined;
}

/** A cluster that answers: its API, and how one gets in there. */
export interface OpenCluster {
  readonly api: KubernetesApi;
  readonly access: ClusterAccess;
  readonly lanes: Lanes;
}
