import { X509Certificate } from "node:crypto";
import type { ClusterTrust, WantedTrust } from "../planning/trust/rotation/facts.ts";
import { describeStepProblems, stepProblems } from "../planning/trust/rotation/step-problems.ts";
import { signersOf, wantedTrust } from "../planning/trust/rotation/wanted.ts";
import { anchorOf } from "../planning/trust/certificates/anchor.ts";
import type { AnchorPlan, Plan } from "../planning/plan-types.ts";
import { observeTrust, silentTrust } from "../linkerd/trust/trust-facts.ts";
import { connect } from "../kubernetes/connect.ts";
import type { Mesh } from "../verification/observe.ts";
import { certificateFiles } from "./topology-files.ts";
import { badInput } from "./command-error.ts";
import { meshOf } from "./proof.ts";
import type { Outputs } from "./state.ts";

/** A stack's output about one generation of the trust anchor. */
export interface AnchorOutput {
  readonly generation: number;
  /** PEM. */
  readonly certificatePem: string;
  readonly fingerprint: string;
  /** ISO 8601. */
  readonly expiry: string;
}

/**
 * The generations of the trust anchor as the last `up` made them, oldest first. Empty for an earlier version.
 */
export function anchorsIn(outputs: Outputs): readonly AnchorOutput[] {
  return (outputs["trustAnchors"] as readonly AnchorOutput[] | undefined) ?? [];
}

/**
 * What the last `up` of a stack wanted every cluster to trust.
 *
 * @returns undefined if the version that brought it up recorded nothing about it
 */
export function wantedIn(plan: Plan, outputs: Outputs): WantedTrust | undefined {
  const anchors = anchorsIn(outputs);
  return anchors.length === 0 ? undefined : wantedTrust(pemByGeneration(anchors), signersOf(plan));
}

/** What every cluster of a running mesh trusts. If one doesn't answer, the result says so. */
export async function observeMeshTrust(
  mesh: Mesh,
  signal?: AbortSignal,
): Promise<readonly ClusterTrust[]> {
  return Promise.all(
    mesh.clusters.map(async (access) => {
      try {
        const api = await connect(access, { signal });
        return await observeTrust(access.name, api);
      } catch (error) {
        signal?.throwIfAborted();
        return silentTrust(access.name, (error as Error).message);
      }
    }),
  );
}

/**
 * Refuses a change that would interrupt the traffic of a running mesh, before an `up` changes anything. The
 * program checks the same after it has begun.
 *
 * @param plan of the topology that is to be brought up
 * @param outputs of the last `up`
 * @throws CommandError with every reason
 */
export async function refuseEarlyStep(
  plan: Plan,
  outputs: Outputs,
  signal?: AbortSignal,
): Promise<void> {
  const mesh = meshOf(outputs);
  const before = mesh && wantedIn(mesh.plan, outputs);
  if (mesh === undefined || before === undefined) return;
  const wanted = wantedNext(plan, anchorsIn(outputs));
  if (isSameTrust(wanted, before)) return;
  const planned = new Set(plan.clusters.map(({ name }) => name));
  const facts = await observeMeshTrust(mesh, signal);
  const problems = stepProblems(
    wanted,
    facts.filter(({ cluster }) => planned.has(cluster)),
  );
  if (problems.length === 0) return;
  throw badInput(describeStepProblems(problems));
}

/** Whether two topologies have the same anchors, and the same ones sign. */
export function isSameTrust(one: WantedTrust, other: WantedTrust): boolean {
  const key = ({ anchors, signers }: WantedTrust): string =>
    JSON.stringify([
      anchors.map(({ generation, id }) => [generation, id]),
      Object.entries(signers).sort(([a], [b]) => (a < b ? -1 : 1)),
    ]);
  return key(one) === key(other);
}

/**
 * What a topology wants every cluster to trust, with the anchors that already exist.
 *
 * @param made the generations that the last `up` made or was given
 */
export function wantedNext(plan: Plan, made: readonly AnchorOutput[]): WantedTrust {
  const known = wantedTrust(pemByGeneration(made), {}).anchors;
  return {
    anchors: plan.trust.anchors.map((anchor) => {
      const { generation } = anchor;
      const given = givenPem(anchor);
      if (given !== undefined) return { generation, ...anchorOf(new X509Certificate(given)) };
      return (
        known.find((one) => one.generation === generation) ?? {
          generation,
          // An id that no cluster could trust.
          id: `generation ${generation}`,
          subject: "yet to be made",
          fingerprint: "none",
        }
      );
    }),
    signers: signersOf(plan),
  };
}

function givenPem(anchor: AnchorPlan): string | undefined {
  if (anchor.type !== "given") return undefined;
  const { certificate } = anchor;
  return "pem" in certificate ? certificate.pem : certificateFiles().readFile(certificate.file);
}

function pemByGeneration(anchors: readonly AnchorOutput[]): Readonly<Record<string, string>> {
  return Object.fromEntries(
    anchors.map(({ generation, certificatePem }) => [String(generation), certificatePem]),
  );
}
