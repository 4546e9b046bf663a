import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import tab from "@bomb.sh/tab/commander";
import type { Command } from "commander";
import { knownStacks } from "../stacks.ts";

/**
 * Adds `completion SHELL`, which prints a script for the shell, and the hidden `complete`, which that script
 * calls. Commands, options and their choices come from their definitions; names of stacks and files from
 * here.
 */
export async function addCompletion(program: Command): Promise<void> {
  const stacks = (await knownStacks()).map(({ name }) => name);
  const completer = tab(program, { completionCommandName: "completion" });
  program.commands
    .find((command) => command.name() === "completion")
    ?.action((shell: string) => {
      process.stdout.write(scriptFor(shell));
    });
  const summaries = new Map(program.commands.map((command) => [command.name(), command.summary()]));
  for (const command of completer.commands.values()) {
    // One line each, because the descriptions have paragraphs.
    command.description = summaries.get(command.value) || command.description;
    const topology = command.arguments.get("topology");
    if (topology !== undefined) {
      topology.handler = (complete) => {
        for (const name of stacks) complete(name, "ready-made stack");
        offerFiles(complete, /\.ya?ml$/);
      };
    }
    for (const option of command.options.values()) {
      const pattern = filesOf[option.value];
      if (pattern !== undefined) option.handler = (complete) => offerFiles(complete, pattern);
    }
  }
}

/**
 * The project's own script: those of the completer's library need the package bash-completion, can't be
 * sourced twice, and evaluate what was typed.
 */
function scriptFor(shell: string): string {
  const extension = shell === "powershell" ? "ps1" : shell;
  const folder = path.join(import.meta.dirname, "completion-scripts");
  return readFileSync(path.join(folder, `completion.${extension}`), "utf8");
}

/** Options whose value is a file or a directory, and which files. */
const filesOf: Readonly<Record<string, RegExp>> = {
  topology: /\.ya?ml$/,
  images: /\/$/,
  output: /./,
  junit: /\.xml$/,
  summary: /\.md$/,
  bundle: /\.tar\.gz$/,
};

/**
 * The completer doesn't say what was typed so far; it is the last argument. Of the files that begin with it,
 * this offers those that fit and the directories on the way to others.
 */
function offerFiles(complete: (value: string, description: string) => void, fits: RegExp): void {
  const typed = (process.argv.at(-1) ?? "").replace(/^--[^=]*=/, "");
  const folder = typed.includes("/") ? typed.slice(0, typed.lastIndexOf("/") + 1) : "";
  for (const entry of readEntries(path.resolve(folder))) {
    const isDirectory = entry.isDirectory();
    const name = `${folder}${entry.name}${isDirectory ? "/" : ""}`;
    if (entry.name.startsWith(".") || !(isDirectory || fits.test(name))) continue;
    complete(name, isDirectory ? "directory" : "file");
  }
}

function readEntries(directory: string) {
  try {
    return readdirSync(directory, { withFileTypes: true });
  } catch {
    return [];
  }
}
