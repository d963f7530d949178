// The commands of openhands-api. Each loads what it needs when it runs, so that --help is there at once.
import { existsSync } from "node:fs";
import { Command } from "commander";
import { conformanceCommand } from "../conformance/command.ts";
import { diffCommand } from "../diff/command.ts";
import { deprecationsCommand } from "../deprecations/command.ts";
import { OperatorError } from "./operator-error.ts";

// Variables that are set already win over the file.
if (existsSync(".env")) process.loadEnvFile(".env");

const program = new Command("openhands-api")
  .description(
    "The API of OpenHands: serve it, check a server against its published documents, compare their versions, and find what is deprecated in traffic.",
  )
  .showHelpAfterError("(add --help for the commands and options)");

program
  .command("serve")
  .description("Run the server. It is configured by environment variables; docs/configuration.md lists them.")
  .action(async () => {
    const { serve } = await import("./main.ts");
    await serve(process.env);
  });

program
  .command("doctor")
  .description("Look at the configuration and at what it names, and say what is wrong and what to do. Changes nothing.")
  .action(async () => {
    const { examine } = await import("./doctor/doctor.ts");
    if (!(await examine(process.env))) process.exitCode = 1;
  });

program.addCommand(conformanceCommand());
program.addCommand(diffCommand());
program.addCommand(deprecationsCommand());

const users = program.command("users").description("Manage the users of the server, in its database.");
users
  .command("add")
  .argument("<name>", "the new user's name")
  .description("Add a user and print the user's first API key, once.")
  .action(async (name: string) => {
    const { addUser } = await import("./users.ts");
    await addUser(process.env, name);
  });
users
  .command("disable")
  .argument("<name>", "the user's name")
  .option("--last", "also when no other user is left", false)
  .description("Stop a user's keys, sessions and sockets, within a second. What the user has stays.")
  .action(async (name: string, options: { last: boolean }) => {
    const { disableUser } = await import("./users.ts");
    await disableUser(process.env, name, options);
  });
users
  .command("enable")
  .argument("<name>", "the user's name")
  .description("Let a user's keys work again.")
  .action(async (name: string) => {
    const { enableUser } = await import("./users.ts");
    await enableUser(process.env, name);
  });
users
  .command("list")
  .description("List the users.")
  .action(async () => {
    const { listUsers } = await import("./users.ts");
    await listUsers(process.env);
  });

program
  .command("backup")
  .argument("<folder>", "the folder to make; its parent must exist")
  .option("--workspaces", "with the files of the conversations", false)
  .option("--without-key", "leave out the key that secrets are encrypted with")
  .option("--force", "replace a backup that is there", false)
  .description("Copy the data of the embedded store, also while the server runs.")
  .action(async (folder: string, options: { workspaces: boolean; withoutKey?: true; force: boolean }) => {
    const { backUp } = await import("./backup/backup.ts");
    await backUp(process.env, folder, { ...options, key: options.withoutKey !== true });
  });
program
  .command("restore")
  .argument("<folder>", "what `backup` has made")
  .option("--force", "also where there is data, which is moved aside", false)
  .description("Put a backup into the data folder. The server must not run.")
  .action(async (folder: string, options: { force: boolean }) => {
    const { restore } = await import("./backup/restore.ts");
    await restore(process.env, folder, options);
  });

const feedback = program.command("feedback").description("Read what users think, in the database of the server.");
feedback
  .command("export")
  .option("--trajectory", "with the conversation as it was when the feedback was given", false)
  .description("Print all feedback, one JSON text a line, oldest first.")
  .action(async (options: { trajectory: boolean }) => {
    const { exportFeedback } = await import("./feedback-export.ts");
    await exportFeedback(process.env, options);
  });

try {
  await program.parseAsync();
} catch (error) {
  const line = explain(error);
  if (line === null) throw error;
  console.error(line);
  process.exitCode = 1;
}

/** The line that tells a person why a command ended; null for a fault of the program, whose trace is wanted. */
function explain(error: unknown): string | null {
  if (error instanceof OperatorError) return error.message;
  if (!(error instanceof Error) || !("code" in error)) return null;
  const { HOST = "127.0.0.1", PORT = "3000" } = process.env;
  switch (error.code) {
    case "EADDRINUSE":
      return `Port ${PORT} on ${HOST} is taken. Fix: stop what listens there, or set PORT to another one.`;
    case "EACCES":
      return `Port ${PORT} may not be used by this user. Fix: set PORT to one above 1023.`;
    case "EADDRNOTAVAIL":
    case "ENOTFOUND":
      return `${HOST} is no address of this machine. Fix: set HOST to one, such as 127.0.0.1.`;
    default:
      return null;
  }
}
