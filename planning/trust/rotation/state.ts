import { listNames } from "../../topology/problem.ts";
import type { ClusterTrust, ProxyTrust, WantedAnchor, WantedTrust } from "./facts.ts";
import { describeProxies, distrusting, notRenewed, trustingOthers } from "./proxies.ts";

/** The steps from one generation of the trust anchor to the next, in order. */
export const rotationSteps = ["add", "trust", "sign", "renew", "retire", "forget"] as const;

export type RotationStep = (typeof rotationSteps)[number];

/** The progress of one step. */
export interface StepState {
  readonly step: RotationStep;
  /** What is true when it is done. */
  readonly title: string;
  /** Where it isn't true yet. Empty: it is done. */
  readonly open: readonly string[];
}

/** The progress of a mesh from one generation of its trust anchor to the next. */
export interface RotationState {
  /** The newest generation of the topology, to which the steps lead. */
  readonly generation: number;
  /** Other generations that the topology still lists. */
  readonly older: readonly number[];
  /** All steps, in order. */
  readonly steps: readonly StepState[];
  /** The first step that isn't done. Undefined: the mesh has one anchor, and nothing is left of another. */
  readonly next: NextStep | undefined;
}

export interface NextStep {
  readonly step: RotationStep;
  /** Change of the topology for this step. Undefined if the topology has it already. */
  readonly edit: TrustEdit | undefined;
  /** What a person does, as a sentence. */
  readonly advice: string;
}

/** A change of a topology's `trust`. */
export type TrustEdit =
  | { readonly type: "sign"; readonly generation: number }
  | { readonly type: "retire"; readonly generation: number };

/**
 * The progress of a rotation, from what the topology wants and what its clusters have. A pure function: it
 * knows nothing of earlier steps, so an interrupted rotation continues where it stopped.
 */
export function rotationState(wanted: WantedTrust, facts: readonly ClusterTrust[]): RotationState {
  const newest = wanted.anchors.at(-1);
  if (newest === undefined) throw new Error("a topology without a trust anchor");
  const older = wanted.anchors.slice(0, -1).map(({ generation }) => generation);
  const steps = stepsTo(newest, wanted, facts);
  const first = steps.find(({ open }) => open.length > 0);
  return {
    generation: newest.generation,
    older,
    steps,
    next: first && nextStep(first, newest, older, wanted),
  };
}

function stepsTo(
  newest: WantedAnchor,
  wanted: WantedTrust,
  facts: readonly ClusterTrust[],
): readonly StepState[] {
  const silent = facts.flatMap(({ cluster, problem }) =>
    problem === undefined ? [] : [`${cluster}: ${problem}`],
  );
  const running = facts.filter(({ problem }) => problem === undefined);
  const clusters = (test: (cluster: ClusterTrust) => boolean) =>
    running.filter(test).map(({ cluster }) => cluster);
  const proxies = (select: (cluster: ClusterTrust) => readonly ProxyTrust[]) =>
    running
      .map((cluster) => [cluster.cluster, select(cluster)] as const)
      .filter(([, some]) => some.length > 0)
      .map(([cluster, some]) => describeProxies(cluster, some));
  const { id, generation } = newest;
  const name = `generation ${generation}`;
  // If no other anchor exists anywhere, every certificate comes from this one.
  const others =
    wanted.anchors.length > 1 ||
    running.some(
      ({ anchors, proxies: all }) =>
        anchors.some((anchor) => anchor.id !== id) ||
        all.some((proxy) => proxy.anchors?.some((anchor) => anchor !== id)),
    );
  return [
    {
      step: "add",
      title: `every cluster trusts ${name}`,
      open: [...silent, ...clusters(({ anchors }) => !anchors.some((one) => one.id === id))],
    },
    {
      step: "trust",
      title: `every proxy trusts ${name}`,
      open: proxies((cluster) => distrusting(cluster, id)),
    },
    {
      step: "sign",
      title: `${name} signs every issuer`,
      open: clusters(({ issuer }) => issuer?.anchor !== id),
    },
    {
      step: "renew",
      title: `every certificate comes from ${name}`,
      open: others
        ? proxies((cluster) =>
            cluster.issuer?.anchor === id ? notRenewed(cluster) : cluster.proxies,
          )
        : [],
    },
    {
      step: "retire",
      title: `no cluster trusts an older generation`,
      open: [
        ...wanted.anchors
          .slice(0, -1)
          .map((anchor) => `the topology, which lists generation ${anchor.generation}`),
        ...clusters(({ anchors }) => anchors.some((anchor) => anchor.id !== id)),
      ],
    },
    {
      step: "forget",
      title: `no proxy trusts an older generation`,
      open: proxies((cluster) => trustingOthers(cluster, [id])),
    },
  ];
}

function nextStep(
  { step, open }: StepState,
  { generation }: WantedAnchor,
  older: readonly number[],
  { signers }: WantedTrust,
): NextStep {
  const where = listNames(open).replaceAll('"', "");
  const unsaid = Object.entries(signers).filter(
    ([, signer]) => signer !== undefined && signer !== generation,
  );
  switch (step) {
    case "add":
      return { step, edit: undefined, advice: `Run \`up\`, for ${where}.` };
    case "sign":
      return unsaid.length > 0
        ? {
            step,
            edit: { type: "sign", generation },
            advice: `Write trust.signer: ${generation}, and run \`up\`.`,
          }
        : {
            step,
            edit: undefined,
            advice: `Run \`up\`, or renew the issuers of your own, for ${where}.`,
          };
    case "retire":
      return older.length > 0
        ? {
            step,
            edit: { type: "retire", generation },
            advice: `Leave generation ${older.join(" and ")} out of trust.anchors, and run \`up\`.`,
          }
        : { step, edit: undefined, advice: `Run \`up\`, for ${where}.` };
    case "renew":
      return {
        step,
        edit: undefined,
        advice: `Restart what has older certificates, or wait until they are renewed, within a day: ${where}.`,
      };
    case "trust":
    case "forget":
      return { step, edit: undefined, advice: `Restart what started before: ${where}.` };
  }
}
