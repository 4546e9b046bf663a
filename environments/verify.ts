import { stat, writeFile } from "node:fs/promises";
import {
  junitDocument,
  markdownSummary,
  verificationDocument,
  verify,
  watchVerification,
} from "../verification/index.ts";
import type {
  Mesh,
  Round,
  Verification,
  VerificationProgress,
  VerifyOptions,
} from "../verification/index.ts";
import { writeBundle } from "./bundle.ts";
import { CommandError } from "./command-error.ts";
import { messageOf } from "../system/message-of.ts";
import type { FoundMesh } from "./found-mesh.ts";
import { runningStack } from "./mesh-of-stack.ts";
import type { StackRequest } from "./mesh-of-stack.ts";
import { requireWritable } from "./output-files.ts";
import { probeImageOf } from "./probe-image.ts";

/** What {@link reportVerification} writes, each where it is given. */
export interface VerificationFiles {
  /** File for JUnit XML. */
  readonly junit?: string;
  /** File for JSON. */
  readonly json?: string;
  /** File to which a Markdown summary is added, such as GitHub's `GITHUB_STEP_SUMMARY`. */
  readonly summary?: string;
  /** File, or directory that is there, for a bundle of what helps to find what is wrong. */
  readonly bundle?: string;
  /** A bundle also of a mesh that is as planned. @default false */
  readonly alwaysBundle?: boolean;
}

/** Which stack is verified, and how. */
export interface VerifyStackRequest extends StackRequest, VerificationFiles {
  /** @default true, but for a mesh that others made */
  readonly traffic?: boolean;
  /** See `VerifyOptions`. */
  readonly rights?: boolean;
  /** See `VerifyOptions`. */
  readonly concurrency?: number;
  readonly probeImage?: string;
  /** See `VerifyOptions`. */
  readonly limit?: number;
  readonly onProgress?: (progress: VerificationProgress) => void;
  /** Verifies again and again until the signal. */
  readonly watch?: {
    /** From the end of a round to the next, in milliseconds. @default 10000 */
    readonly interval?: number;
    readonly onRound: (round: Round) => void;
  };
}

/** What was found, and where it was written. */
export type StackVerification = Verification & {
  readonly mesh: Mesh;
  /** Path of the bundle, if one was written. */
  readonly bundle?: string;
  /** The mesh as others made it, where they did. */
  readonly found?: FoundMesh;
};

/**
 * Verifies what runs of a stack.
 *
 * @throws CommandError, exit code 3, where the stack is not up; the signal's reason, where it is aborted
 *   before a first round is finished
 */
export async function verifyStack(request: VerifyStackRequest): Promise<StackVerification> {
  await requireFiles(request);
  const { mesh, outputs, found } = await runningStack({ command: "verify", ...request });
  const { signal, rights, concurrency, limit, onProgress, watch, env } = request;
  // In a mesh of others nothing is made unless somebody asks for it.
  const traffic = request.traffic ?? found === undefined;
  const probeImage =
    request.probeImage ?? (await probeImageOf(outputs, { ...process.env, ...env }));
  const options: VerifyOptions = {
    ...(signal && { signal }),
    traffic,
    ...(rights !== undefined && { rights }),
    ...(concurrency !== undefined && { concurrency }),
    ...(probeImage !== undefined && { probeImage }),
    ...(limit !== undefined && { limit }),
    ...(onProgress && { onProgress }),
  };
  let verification: Verification | undefined;
  if (watch === undefined) {
    verification = await verify(mesh, options);
  } else {
    verification = (await watchVerification(mesh, { ...options, ...watch }))?.verification;
  }
  if (verification === undefined) throw signal?.reason;
  const bundle = await reportVerification(mesh, verification, request, env);
  return {
    ...verification,
    mesh,
    ...(bundle !== undefined && { bundle }),
    ...(found && { found }),
  };
}

/** @throws CommandError, exit code 2, where one of the files can't be written */
export async function requireFiles({
  junit,
  json,
  summary,
  bundle,
}: VerificationFiles): Promise<void> {
  await requireWritable({
    "--junit": junit,
    "--json": json,
    "--summary": summary,
    "--bundle": bundle,
  });
}

/**
 * Writes a verification to the files that are asked for; a bundle only of what isn't as planned.
 *
 * @returns path of the bundle
 * @throws CommandError once all was tried, with what could not be written
 */
export async function reportVerification(
  mesh: Mesh,
  verification: Verification,
  files: VerificationFiles,
  env?: Readonly<Record<string, string>>,
): Promise<string | undefined> {
  const { junit, json, summary, bundle } = files;
  const document = JSON.stringify(verificationDocument(verification), null, 2);
  // One that can't be written takes none of the others along.
  const written = await Promise.allSettled([
    junit !== undefined && writeFile(junit, junitDocument(verification)),
    json !== undefined && writeFile(json, `${document}\n`),
    // GitHub gives all commands of a step the same file.
    summary !== undefined &&
      writeFile(summary, `${markdownSummary(verification, mesh.plan)}\n`, { flag: "a" }),
    bundle !== undefined &&
      (!verification.proved || files.alwaysBundle === true) &&
      bundleOf(mesh, verification, bundle, env),
  ]);
  const failed = written.flatMap((one) =>
    one.status === "rejected" ? [messageOf(one.reason)] : [],
  );
  if (failed.length > 0) {
    throw new CommandError(`the results could not be written:\n  - ${failed.join("\n  - ")}`);
  }
  const made = written[3];
  return made.status === "fulfilled" && made.value !== false ? made.value : undefined;
}

async function bundleOf(
  mesh: Mesh,
  verification: Verification,
  bundle: string,
  env?: Readonly<Record<string, string>>,
): Promise<string> {
  const isDirectory = await stat(bundle).then(
    (found) => found.isDirectory(),
    () => false,
  );
  return writeBundle(mesh, verification, {
    ...(isDirectory ? { directory: bundle } : { file: bundle }),
    ...(env && { env }),
  });
}
