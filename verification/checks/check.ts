import type { ClusterPlan, LinkPlan, Plan } from "../../planning/plan-types.ts";
import type { ClusterStatus, LinkStatus, MeshStatus } from "../status.ts";

/** How a check ended, and what a person should know of besides. */
export type Outcome = Verdict & {
  /** Nothing that fails, and nothing to pass over either: it is shown wherever failures are. */
  readonly notice?: string;
};

/** `not run`: its premise doesn't hold, so it neither passes nor fails. */
export type Verdict =
  | { readonly state: "passed"; readonly detail?: string }
  | {
      readonly state: "failed";
      /** What is wrong. */
      readonly problem: string;
      /** What to do about it, or how to look further. */
      readonly mend: string;
      /** It won't pass by itself, as others may while a mesh starts. @default false */
      readonly final?: boolean;
    }
  | { readonly state: "not run"; readonly reason: string };

/** One question about a running mesh. */
export interface Check<Subject> {
  /** Stable name, for machines. */
  readonly id: string;
  /** What holds if it passes, in a few words. */
  readonly title: string;
  /** False: it isn't asked of this subject, and doesn't appear in the results. @default always */
  readonly applies?: (subject: Subject) => boolean;
  /** It says something only where traffic flows. @default false */
  readonly needsDataPlane?: boolean;
  readonly run: (subject: Subject) => Outcome | Promise<Outcome>;
}

/** What checks of a cluster look at. */
export interface ClusterSubject {
  readonly plan: ClusterPlan;
  /** Others made the mesh: the package can mend nothing in it. */
  readonly found: boolean;
  /** Deployments of the service mirrors that work on its Links. */
  readonly serviceMirrors: readonly string[];
  /** Those of Links whose target has revoked its account. */
  readonly revoked: readonly string[];
  readonly status: ClusterStatus;
}

/** What checks of a Link look at. */
export interface LinkSubject {
  readonly plan: LinkPlan;
  readonly status: LinkStatus;
  readonly source: ClusterStatus;
  readonly target: ClusterStatus;
}

/** What checks of the mesh as a whole look at. */
export interface MeshSubject {
  readonly plan: Plan;
  readonly status: MeshStatus;
}

/** What results are grouped by, in the order in which they are shown. */
export const groups = ["mesh", "clusters", "Links", "traffic"] as const;

export type Group = (typeof groups)[number];

/** The result of one check of one subject. Plain data. */
export type CheckResult = {
  readonly check: string;
  readonly title: string;
  /** `west`, `west → east`, or the name of the topology. */
  readonly subject: string;
  /** One of {@link groups}: where it stands in what is shown. */
  readonly group?: string;
  /** How long it took, where it asked something itself. */
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

/** A failure that waiting doesn't mend. */
export function failedForGood(problem: string, mend: string): Outcome {
  return { state: "failed", problem, mend, final: true };
}

export function notRun(reason: string): Outcome {
  return { state: "not run", reason };
}

/** What comes before how a person mends something: `up` does it, but in no mesh that others made. */
export function repaired(found: boolean | undefined): string {
  return found === true ? "By hand: " : "`up` repairs it; by hand: ";
}

/** A kubectl command that leads to the cluster of the message. */
export function kubectl(cluster: ClusterStatus, rest: string): string {
  const { kubeconfigPath: file, context } = cluster;
  const way = [
    ...(file === undefined ? [] : [`--kubeconfig ${file}`]),
    ...(context === undefined ? [] : [`--context ${context}`]),
  ];
  return ["kubectl", ...way, rest].join(" ");
}
