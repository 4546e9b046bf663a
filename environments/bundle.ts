import { randomUUID } from "node:crypto";
import { open, rename, rm } from "node:fs/promises";
import path from "node:path";
import { pipeline } from "node:stream/promises";
import { createGzip } from "node:zlib";
import { pack } from "tar-stream";
import { timeLimits } from "../system/time-limits.ts";
import { addCluster } from "../verification/bundle/cluster-parts.ts";
import { secretsIn } from "../verification/bundle/known-secrets.ts";
import { type Part, Parts } from "../verification/bundle/parts.ts";
import { connect } from "../kubernetes/connect.ts";
import { ownGatewayOf } from "../linkerd/gateway-pods.ts";
import { renderStatus, renderVerification, verificationDocument } from "../verification/index.ts";
import type { Mesh, Verification } from "../verification/index.ts";
import { addNodes } from "./bundle-nodes.ts";

/** The path of a bundle, and its time limit. */
export interface BundleOptions {
  /** Path of the file. @default a name with topology and time in `directory` */
  readonly file?: string;
  /** @default the working directory */
  readonly directory?: string;
  /** Variables for Docker. @default those of this process */
  readonly env?: Readonly<Record<string, string>>;
  /** How long to wait for the contents, in milliseconds. @default timeLimits.bundle */
  readonly limit?: number;
}

/**
 * Writes one archive for people with everything that helps to find out why a mesh isn't as planned: the
 * verification, the plan, and of each cluster what its API and its nodes say. It contains no Secrets, and
 * keys and tokens are removed from every file. `errors.txt` lists what couldn't be had.
 *
 * @returns path of the archive, a `.tar.gz` that only its owner can read
 * @throws Error if the archive can't be written
 */
export async function writeBundle(
  mesh: Mesh,
  verification: Verification,
  options: BundleOptions = {},
): Promise<string> {
  const { topology } = verification.status;
  const name = `${topology}-${verification.startedAt.replaceAll(/[:.]/g, "-")}`;
  const file = path.resolve(options.file ?? path.join(options.directory ?? ".", `${name}.tar.gz`));
  const signal = AbortSignal.timeout(options.limit ?? timeLimits.bundle);
  const parts = new Parts(secretsIn(mesh.clusters), signal);
  await Promise.all([
    parts.add("README.txt", () => readme(verification)),
    parts.addJson("verification.json", () => verificationDocument(verification)),
    parts.add("verification.txt", () => renderVerification(verification)),
    parts.add("status.txt", () => renderStatus(verification.status)),
    parts.addJson("plan.json", () => mesh.plan),
    ...verification.status.clusters.map(async (status) => {
      const access = mesh.clusters.find((one) => one.name === status.name);
      await parts.add(`clusters/${status.name}/api.txt`, async () => {
        if (access === undefined) throw new Error("its kubeconfig is unknown");
        const api = await connect(access, { signal });
        // First, because otherwise every part would wait for a silent API server.
        const version = await api.text("/version");
        await addCluster(parts, status, api, ownGatewayOf(mesh.plan, status.name));
        return version;
      });
    }),
    addNodes(parts, mesh.plan, options.env ?? {}),
  ]);
  await writeArchive(file, name, parts.all());
  return file;
}

/** The file appears only when it is complete, and only its owner can read it. */
async function writeArchive(file: string, folder: string, parts: readonly Part[]): Promise<void> {
  const temporary = `${file}.${randomUUID()}.part`;
  try {
    const handle = await open(temporary, "wx", 0o600);
    const archive = pack();
    const writing = pipeline(archive, createGzip(), handle.createWriteStream());
    for (const part of parts) {
      archive.entry({ name: `${folder}/${part.path}`, mode: 0o600, mtime: new Date() }, part.text);
    }
    archive.finalize();
    await writing;
    await rename(temporary, file);
  } finally {
    await rm(temporary, { force: true });
  }
}

function readme({ status, startedAt, proved }: Verification): string {
  return `State of the topology ${status.topology}, which ${proved ? "was" : "was not"} as planned at ${startedAt}.

verification.txt   begin here: what is wrong, and how to fix it (verification.json: for programs)
status.txt         clusters, Links and mirrors
plan.json          what should be there
clusters/NAME      what the cluster's API tells: events, pods, nodes, Links, Services with their endpoints,
                   logs and metrics of Linkerd
nodes/NAME         state of the node's container: docker inspect, routes, the end of the kubelet's log
errors.txt         what couldn't be had

There are no Secrets in it. Keys, tokens and passwords were taken out of everything else: [removed].
`;
}
