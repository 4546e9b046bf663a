import { stat, writeFile } from "node:fs/promises";
import {
  junitDocument,
  markdownSummary,
  verificationDocument,
  verify,
  watchVerification,
} from "../verification/index.ts";
import type { Mesh, Round, Verification, VerifyOptions } from "../verification/index.ts";
import { writeBundle } from "./bundle.ts";
import { badInput, CommandError } from "./command-error.ts";
import { messageOf } from "../system/message-of.ts";
import type { FoundMesh } from "./found-mesh.ts";
import { runningStack, type StackRequest } from "./mesh-of-stack.ts";
import { requireWritable } from "./output-files.ts";
import { probeImageOf } from "./probe-image.ts";

/** The files that the report of a verification is written to, if they are given. */
export interface VerificationFiles {
  /** File for JUnit XML. */
  readonly junit?: string | undefined;
  /** File for JSON. */
  readonly json?: string | undefined;
  /** File to append a Markdown summary to, such as GitHub's `GITHUB_STEP_SUMMARY`. */
  readonly summary?: string | undefined;
  /** File, or existing directory, for a bundle of what helps to find a fault. */
  readonly bundle?: string | undefined;
  /** Writes the bundle also if the mesh is as planned. @default false */
  readonly alwaysBundle?: boolean | undefined;
}

/** Which stack to verify, and how. */
export interface VerifyStackRequest
  extends StackRequest, VerificationFiles, Omit<VerifyOptions, "thorough" | "signal"> {
  /** @default true, but false for a mesh that others made */
  readonly traffic?: boolean | undefined;
  /** Verifies again and again until the signal is aborted. */
  readonly watch?: {
    /** Pause between two rounds, in milliseconds. @default 10000 */
    readonly interval?: number | undefined;
    readonly onRound: (round: Round) => void;
  };
}

/** The result, and where it was written. */
export type StackVerification = Verification & {
  readonly mesh: Mesh;
  /** Path of the bundle, if one was written. */
  readonly bundle?: string;
  /** The mesh, if others made it. */
  readonly found?: FoundMesh;
};

/**
 * Verifies the running part of a stack.
 *
 * @throws CommandError: exit code 3 if the stack is not up, 2 for a drill without an entry of `traffic`; the
 *   signal's reason, if it is aborted before the first round is finished
 */
export async function verifyStack(request: VerifyStackRequest): Promise<StackVerification> {
  await requireFiles(request);
  const { mesh, outputs, found } = await runningStack({ command: "verify", ...request });
  if (request.drill === true && mesh.plan.traffic.length === 0) {
    throw badInput(
      "--drill moves the requests of entries of traffic, and the topology has none: write one, or use " +
        "`drill` to take something away",
    );
  }
  const { signal, drill, rights, concurrency, limit, onProgress, watch, env } = request;
  // In other people's mesh nothing is created unless somebody asks for it.
  const traffic = request.traffic ?? found === undefined;
  const probeImage =
    request.probeImage ?? (await probeImageOf(outputs, { ...process.env, ...env }));
  const common = { signal, traffic, drill, rights, concurrency, probeImage };
  const options: VerifyOptions = { ...common, limit, onProgress };
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

/** @throws CommandError, exit code 2, if one of the files can't be written */
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
 * Writes a verification to the requested files. A bundle is written only if the mesh isn't as planned.
 *
 * @returns path of the bundle
 * @throws CommandError after all were tried, with what could not be written
 */
export async function reportVerification(
  mesh: Mesh,
  verification: Verification,
  files: VerificationFiles,
  env?: Readonly<Record<string, string>>,
): Promise<string | undefined> {
  const { junit, json, summary, bundle } = files;
  const document = JSON.stringify(verificationDocument(verification), null, 2);
  // A file that can't be written doesn't affect the others.
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
