import type { ClusterPlan, LinkPlan, Plan } from "../../planning/plan-types.ts";
import type { ClusterStatus, LinkStatus, MeshStatus } from "../status.ts";

/** The result of a check, perhaps with a notice. */
export type Outcome = Verdict & {
  /** Shown wherever failures are shown: it fails nothing, but a person should know it. */
  readonly notice?: string;
};

/** `not run`: the check's premise doesn't hold, so it neither passes nor fails. */
export type Verdict =
  | { readonly state: "passed"; readonly detail?: string }
  | {
      readonly state: "failed";
      /** What is wrong. */
      readonly problem: string;
      /** How to fix it, or where to look next. */
      readonly mend: string;
      /** Waiting doesn't help, while other failures may end when the mesh has started. @default false */
      readonly final?: boolean;
    }
  | { readonly state: "not run"; readonly reason: string };

/** One question about a running mesh. */
export interface Check<Subject> {
  /** Stable name, for machines. */
  readonly id: string;
  /** What holds if it passes, in a few words. */
  readonly title: string;
  /** If it returns false, the check isn't run on this subject and has no result. @default always */
  readonly applies?: (subject: Subject) => boolean;
  /** The check needs a data plane that carries traffic. @default false */
  readonly needsDataPlane?: boolean;
  readonly run: (subject: Subject) => Outcome | Promise<Outcome>;
}

/** The subject of checks of a cluster. */
export interface ClusterSubject {
  readonly plan: ClusterPlan;
  /** Others made the mesh, so the package can't repair anything in it. */
  readonly found: boolean;
  /** Deployments of the service mirrors of its Links. */
  readonly serviceMirrors: readonly string[];
  /** Deployments of the service mirrors whose target has revoked their account. */
  readonly revoked: readonly string[];
  /** The topology has linkerd-viz. */
  readonly viz: boolean;
  readonly status: ClusterStatus;
}

/** The subject of checks of a Link. */
export interface LinkSubject {
  readonly plan: LinkPlan;
  readonly status: LinkStatus;
  readonly source: ClusterStatus;
  readonly target: ClusterStatus;
}

/** The subject of checks of the whole mesh. */
export interface MeshSubject {
  readonly plan: Plan;
  readonly status: MeshStatus;
}

/** The groups of results, in the order in which they are shown. */
export const groups = ["mesh", "clusters", "Links", "traffic"] as const;

export type Group = (typeof groups)[number];

/** The result of one check of one subject. Plain data. */
export type CheckResult = {
  readonly check: string;
  readonly title: string;
  /** `west`, `west → east`, or the name of the topology. */
  readonly subject: string;
  /** `mesh`, `clusters`, `Links` or `traffic`: results of a group are shown together. */
  readonly group?: string;
  /** How long it took, if the check asked a cluster itself. */
  readonly milliseconds?: number;
} & Outcome;

export function passed(detail?: string, notice?: string): Outcome {
  return {
    state: "passed",
    ...(detail !== undefined && { detail }),
    ...(notice !== undefined && { notice }),
  };
}

export function failed(problem: string, mend: string): Outcome {
  return { state: "failed", problem, mend };
}

/** A failure that waiting doesn't fix. */
export function failedForGood(problem: string, mend: string): Outcome {
  return { state: "failed", problem, mend, final: true };
}

export function notRun(reason: string): Outcome {
  return { state: "not run", reason };
}

/** Begins the advice: `up` repairs it, except in a mesh that others made. */
export function repaired(found: boolean | undefined): string {
  return found === true ? "By hand: " : "`up` repairs it; by hand: ";
}

/** A kubectl command for the cluster of the message. */
export function kubectl(cluster: ClusterStatus, rest: string): string {
  const { kubeconfigPath: file, context } = cluster;
  const way = [
    ...(file === undefined ? [] : [`--kubeconfig ${file}`]),
    ...(context === undefined ? [] : [`--context ${context}`]),
  ];
  return ["kubectl", ...way, rest].join(" ");
}
