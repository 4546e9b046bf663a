import { accountSettings, targetsBySource } from "./access.ts";
import { clusterReferences } from "../links/links.ts";
import { listNames, type Path, type RuleProblem, show } from "../topology/problem.ts";
import type { RuleInput } from "../topology/rule-input.ts";
import type { Draft } from "../topology/shape.ts";
import type { AccountSpec } from "../topology.ts";
import { areLinksKnown } from "../links/rules/links-known.ts";
import { unknownCluster } from "../clusters/rules/unknown-cluster.ts";

/** Checks which access accounts are named, and their settings. */
export function* accessRules(input: RuleInput): Iterable<RuleProblem> {
  const known = areLinksKnown(input) ? targetsBySource(input.edges) : undefined;
  for (const [index, account] of (input.draft.access?.accounts ?? []).entries()) {
    if (account === undefined) continue;
    const path = ["access", "accounts", index];
    yield* checkContent(account, path);
    yield* checkNames(account, path, { byName: input.byName, known });
  }
  yield* checkDuplicates(input);
}

function* checkContent(account: Draft<AccountSpec>, path: Path): Iterable<RuleProblem> {
  const { tokenGeneration, revoked } = account;
  if (tokenGeneration === undefined && revoked === undefined) {
    yield {
      path,
      message: "changes nothing about the accounts that it names",
      fix: "write revoked: true or a tokenGeneration, or leave it out",
    };
  }
  if (revoked === true && tokenGeneration !== undefined) {
    yield {
      path: [...path, "tokenGeneration"],
      message: "a revoked account has no token",
      fix: "leave out tokenGeneration, or revoked",
    };
  }
}

function* checkNames(
  account: Draft<AccountSpec>,
  path: Path,
  {
    byName,
    known,
  }: Pick<RuleInput, "byName"> & {
    /** Targets of each source. Undefined if not every Link could be read. */
    readonly known: ReturnType<typeof targetsBySource> | undefined;
  },
): Iterable<RuleProblem> {
  // If no cluster could be read, every name would be unknown.
  if (byName.size === 0) return;
  const references = {
    from: clusterReferences(account.from, [...path, "from"]),
    to: clusterReferences(account.to, [...path, "to"]),
  };
  for (const key of ["from", "to"] as const) {
    if (Array.isArray(account[key]) && account[key].length === 0) {
      yield {
        path: [...path, key],
        message: "names no cluster",
        fix: key === "to" ? "name at least 1, or leave it out for all" : "name at least 1",
      };
    }
    for (const reference of references[key]) {
      if (!byName.has(reference.name)) yield unknownCluster(reference, [...byName.keys()]);
    }
  }
  if (known === undefined) return;
  for (const source of references.from) {
    if (!byName.has(source.name)) continue;
    const targets = known.get(source.name);
    if (targets === undefined) {
      yield {
        path: source.path,
        message: `${show(source.name)} is not the source of any Link, so it has no account`,
        fix: "leave it out, or name the source of a Link",
      };
      continue;
    }
    for (const target of references.to) {
      if (!byName.has(target.name) || targets.has(target.name)) continue;
      yield {
        path: target.path,
        message: `there is no Link from ${show(source.name)} to ${show(target.name)}, so there is no account`,
        fix: `${show(source.name)} has Links to ${listNames([...targets])}`,
      };
    }
  }
}

function* checkDuplicates({ draft, edges }: RuleInput): Iterable<RuleProblem> {
  const first = new Set<string>();
  for (const { source, target, path } of accountSettings(draft.access, edges)) {
    const pair = `${source} ${target}`;
    if (first.has(pair)) {
      yield {
        path,
        message: `the account of ${show(source)} in ${show(target)} is described twice`,
        fix: "leave it out of one of the two",
      };
    }
    first.add(pair);
  }
}
