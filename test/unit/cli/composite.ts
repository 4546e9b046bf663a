import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { execa } from "execa";
import { parse } from "yaml";

/** action.yml, as far as it is looked at here. */
export interface Action {
  readonly inputs: Readonly<
    Record<string, { readonly description?: string; readonly default?: string }>
  >;
  readonly outputs: Readonly<Record<string, { readonly value: string }>>;
  readonly runs: { readonly using: string; readonly steps: readonly ActionStep[] };
}

export interface ActionStep {
  readonly id?: string;
  readonly name?: string;
  readonly if?: string;
  readonly uses?: string;
  readonly with?: Readonly<Record<string, string>>;
  readonly shell?: string;
  readonly run?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly "working-directory"?: string;
}

export async function readAction(file: string): Promise<Action> {
  return parse(await readFile(file, "utf8")) as Action;
}

/** What became of a step. */
export interface StepOutcome {
  readonly step: string;
  readonly outcome: "success" | "failure" | "skipped" | "not run here";
  readonly output: string;
  /** What a step that uses another action was given. */
  readonly with?: Readonly<Record<string, string>>;
}

/** What the runner would know. */
export interface RunnerRequest {
  readonly action: Action;
  /** Directory that the action was checked out to. */
  readonly actionPath: string;
  readonly workspace: string;
  readonly inputs?: Readonly<Record<string, string>>;
  readonly env?: Readonly<Record<string, string>>;
}

/**
 * Runs the shell steps of a composite action in order, as GitHub's runner does: inputs and outputs of
 * earlier steps put in, conditions heeded, GITHUB_OUTPUT and the like as files. Steps that use other
 * actions are not run; their outputs are empty.
 */
export async function runComposite(request: RunnerRequest): Promise<{
  readonly steps: readonly StepOutcome[];
  readonly summary: string;
}> {
  const { action, actionPath, workspace } = request;
  const directory = await mkdtemp(path.join(os.tmpdir(), "linkerd-topology-e2e-action-"));
  const files = { output: "", path: "", summary: "", env: "" };
  for (const name of Object.keys(files) as (keyof typeof files)[]) {
    files[name] = path.join(directory, name);
    await writeFile(files[name], "");
  }
  const temporary = path.join(directory, "temp");
  await mkdir(temporary);
  const values: Record<string, string> = {
    "github.action_path": actionPath,
    "runner.os": "Linux",
    "runner.arch": "X64",
  };
  for (const [name, input] of Object.entries(action.inputs)) {
    values[`inputs.${name}`] = request.inputs?.[name] ?? input.default ?? "";
  }
  const steps: StepOutcome[] = [];
  let failed = false;
  try {
    for (const step of action.runs.steps) {
      const name = step.name ?? step.uses ?? step.id ?? "";
      if (!holds(step.if ?? "success()", values, failed)) {
        steps.push({ step: name, outcome: "skipped", output: "" });
        continue;
      }
      if (step.run === undefined) {
        const given = Object.fromEntries(
          Object.entries(step.with ?? {}).map(([key, value]) => [key, fill(value, values)]),
        );
        steps.push({ step: name, outcome: "not run here", output: "", with: given });
        continue;
      }
      await writeFile(files.output, "");
      const { exitCode, all } = await execa(
        "bash",
        ["--noprofile", "--norc", "-eo", "pipefail", "-c", fill(step.run, values)],
        {
          cwd: path.resolve(workspace, fill(step["working-directory"] ?? ".", values)),
          env: {
            ...request.env,
            ...Object.fromEntries(
              Object.entries(step.env ?? {}).map(([key, value]) => [key, fill(value, values)]),
            ),
            GITHUB_ACTIONS: "true",
            GITHUB_OUTPUT: files.output,
            GITHUB_PATH: files.path,
            GITHUB_ENV: files.env,
            GITHUB_STEP_SUMMARY: files.summary,
            RUNNER_TEMP: temporary,
          },
          all: true,
          reject: false,
        },
      );
      failed ||= exitCode !== 0;
      steps.push({ step: name, outcome: exitCode === 0 ? "success" : "failure", output: all });
      for (const line of (await readFile(files.output, "utf8")).split("\n")) {
        const [, key, value] = /^([\w-]+)=(.*)$/.exec(line) ?? [];
        if (key !== undefined) values[`steps.${step.id ?? ""}.outputs.${key}`] = value ?? "";
      }
    }
    return { steps, summary: await readFile(files.summary, "utf8") };
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

/** Puts the values in place of `${{ ... }}`. */
function fill(text: string, values: Readonly<Record<string, string>>): string {
  return text.replace(
    /\$\{\{\s*(.+?)\s*\}\}/g,
    (_, expression: string) => values[expression] ?? "",
  );
}

/** Conditions of the form `a == 'b' && always()`: all that action.yml needs. */
function holds(
  condition: string,
  values: Readonly<Record<string, string>>,
  failed: boolean,
): boolean {
  const parts = condition.split("&&").map((part) => part.trim());
  const says = (part: string): boolean => {
    if (part === "always()") return true;
    if (part === "failure()") return failed;
    if (part === "success()") return !failed;
    const [, left = "", operator = "", right = ""] =
      /^([\w.-]+)\s*(==|!=)\s*'([^']*)'$/.exec(part) ?? [];
    if (operator === "") throw new Error(`a condition that is not understood here: ${part}`);
    return ((values[left] ?? "") === right) === (operator === "==");
  };
  const speaksOfStatus = /\b(always|failure|success|cancelled)\(\)/.test(condition);
  return (speaksOfStatus || !failed) && parts.every(says);
}
