import { ClusterLists } from "../facts/lists.ts";
import type { ClusterAccess, KubernetesApi } from "../../kubernetes/api.ts";
import type { Lanes } from "../../kubernetes/lanes.ts";
import type { ClusterSubject, LinkSubject } from "./check.ts";

/** The subject of checks that ask a cluster themselves. */
export interface AskedCluster extends ClusterSubject {
  readonly api: KubernetesApi;
  /** Lists that several checks need, read once. */
  readonly lists: ClusterLists;
}

/** The subject of checks that ask a Link's source themselves. */
export interface AskedLink extends LinkSubject {
  /** The source's. */
  readonly api: KubernetesApi;
  /** The target's. Undefined if it doesn't answer. */
  readonly targetCluster: OpenCluster | undefined;
}

/** A cluster that answers: its API, and how to reach it. */
export interface OpenCluster {
  readonly api: KubernetesApi;
  readonly access: ClusterAccess;
  readonly lanes: Lanes;
}
