import os from "node:os";
import path from "node:path";
import { type Contexts, readContexts } from "../kubernetes/connect.ts";
import { NoKubeconfig } from "../kubernetes/errors.ts";
import { listNames } from "../planning/topology/problem.ts";
import { didYouMean } from "../planning/topology/suggest.ts";
import { messageOf } from "../system/message-of.ts";
import { shellQuoted } from "../system/shell-quoted.ts";
import type { ClusterWay } from "../verification/discovery/observe-cluster.ts";
import { badInput } from "./command-error.ts";

/** Clusters that a person names by their kubeconfigs. */
export interface ContextRequest {
  /** Files. @default those that kubectl uses: `KUBECONFIG`, else `~/.kube/config` */
  readonly kubeconfig?: readonly string[] | undefined;
  /** Contexts in them. @default the current one of each named file */
  readonly context?: readonly string[] | undefined;
}

/** Access to a cluster. */
export interface NamedWay extends ClusterWay {
  /** kubectl uses the file by default. */
  readonly usual: boolean;
}

/**
 * The access to the clusters that a person named.
 *
 * @throws CommandError, exit code 2, with everything that is wrong: files, contexts
 */
export async function findWays(
  { kubeconfig = [], context = [] }: ContextRequest,
  env: NodeJS.ProcessEnv = process.env,
): Promise<readonly NamedWay[]> {
  const usual = kubeconfig.length === 0;
  const files = usual ? usualFiles(env) : kubeconfig.map((file) => path.resolve(file));
  const problems: string[] = [];
  const absent: string[] = [];
  const read = await Promise.all(
    files.map(async (file): Promise<ReadFile | undefined> => {
      try {
        return { file, contexts: await readContexts({ kubeconfigPath: file }) };
      } catch (error) {
        (usual && error instanceof NoKubeconfig ? absent : problems).push(messageOf(error));
        return undefined;
      }
    }),
  );
  const known = read.filter((one) => one !== undefined);
  // As for kubectl, of several files some may be missing.
  if (absent.length === files.length) problems.push(...absent);
  const all = known.flatMap(({ contexts }) => contexts.names);
  if (problems.length === 0 && usual && context.length === 0) {
    problems.push(`which clusters? Name their contexts, such as ${exampleOf(all)}`);
  }
  const ways =
    context.length > 0
      ? context.flatMap((name): NamedWay[] => {
          const found = known.find(({ contexts }) => contexts.names.includes(name));
          if (found !== undefined) {
            problems.push(...whyIncomplete(found, name, known));
            return [{ kubeconfig: found.file, context: name, usual }];
          }
          const guess = didYouMean(name, all);
          problems.push(
            `there is no context ${JSON.stringify(name)}${guess === undefined ? "" : ` (${guess})`}; ` +
              (all.length === 0 ? "there is none at all" : `there are ${listNames(all)}`),
          );
          return [];
        })
      : usual
        ? []
        : known.flatMap(({ file, contexts: { current, names } }): NamedWay[] => {
            const name = current ?? (names.length === 1 ? names[0] : undefined);
            if (name !== undefined) return [{ kubeconfig: file, context: name, usual }];
            problems.push(`${file} has no current context: name one with --context`);
            return [];
          });
  const twice = ways.filter((way, index) =>
    ways
      .slice(0, index)
      .some((one) => one.kubeconfig === way.kubeconfig && one.context === way.context),
  );
  for (const { context: name } of twice)
    problems.push(`the context ${JSON.stringify(name)} is named twice`);
  if (problems.length === 0) return ways;
  throw badInput([...new Set(problems)].join("\n"));
}

interface ReadFile {
  readonly file: string;
  readonly contexts: Contexts;
}

/** kubectl merges files before it looks for the parts of a context. Here each cluster has one file. */
function whyIncomplete(
  { file, contexts }: ReadFile,
  name: string,
  all: readonly ReadFile[],
): readonly string[] {
  if (all.length < 2 || !contexts.incomplete.includes(name)) return [];
  const merged = all.map((one) => one.file).join(path.delimiter);
  return [
    `the context ${JSON.stringify(name)} of ${file} has its cluster or its user in another file, and a cluster's ` +
      `kubeconfig is one file: KUBECONFIG=${shellQuoted(merged)} kubectl config view --flatten > merged.kubeconfig, ` +
      "then --kubeconfig merged.kubeconfig",
  ];
}

/** The files that kubectl merges. */
function usualFiles(env: NodeJS.ProcessEnv): readonly string[] {
  const named = (env["KUBECONFIG"] ?? "").split(path.delimiter).filter((file) => file !== "");
  return named.length > 0
    ? named.map((file) => path.resolve(file))
    : [path.join(env["HOME"] ?? os.homedir(), ".kube", "config")];
}

function exampleOf(contexts: readonly string[]): string {
  const names = contexts.length > 0 ? contexts.slice(0, 2) : ["west", "east"];
  return names.map((name) => `--context ${name}`).join(" ");
}
