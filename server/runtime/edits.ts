import { stat } from "node:fs/promises";
import { createTwoFilesPatch, FILE_HEADERS_ONLY } from "diff";
import type { EditHistory } from "./edit-history.ts";
import { createExcerpt } from "./excerpt.ts";
import { deleteFile, loadText, loadTextIfPresent, replaceLines, saveText, splitLines } from "./files.ts";
import { outline } from "./listing.ts";
import { nameInside, resolveInside, toWorkspaceError } from "./paths.ts";
import { WorkspaceError, type FileEdit, type FileEditCommand, type FileEditResult } from "./runtime.ts";

/** Lines shown around a change, as upstream's editor does. */
const CONTEXT_LINES = 4;

/** Comparing two large, different texts takes minutes; an edit must not hold up the server. */
const DIFF_TIME_LIMIT_MS = 250;

/** Which file an edit is about, and the means to change it. */
interface Target {
  readonly root: string;
  readonly real: string;
  /** Relative to the workspace, for messages. */
  readonly name: string;
  readonly history: EditHistory;
}

/** What an edit did; `firstLine` (from 1) and `lineCount` say where, for the snippet. */
interface Change {
  readonly before: string | null;
  readonly after: string | null;
  readonly done: string;
  readonly firstLine: number;
  readonly lineCount: number;
}

/**
 * Carries out an edit action of the `oh_aci` kind (reference/v0-api.md §6.2). Where upstream's editor spoils a file
 * (text joined to an unterminated last line, CRLF turned into LF) this one keeps every byte that is not edited.
 *
 * @throws WorkspaceError `edit_rejected` when the edit does not fit the file, and as `readText`
 */
export async function applyEdit(root: string, edit: FileEdit, history: EditHistory): Promise<FileEditResult> {
  const real = await resolveInside(root, edit.path);
  const target: Target = { root, real, name: nameInside(root, real), history };
  if (edit.command === "view") return await view(target, edit);
  const change = await makeChange(target, edit.command, edit);
  return { ...describe(target, change), path: edit.path };
}

async function makeChange(target: Target, command: Exclude<FileEditCommand, "view">, edit: FileEdit): Promise<Change> {
  switch (command) {
    case "create":
      return await save(target, await create(target, edit));
    case "str_replace":
      return await save(target, await replaceString(target, edit));
    case "insert":
      return await save(target, await insert(target, edit));
    case "write":
      return await save(target, await replaceRange(target, edit));
    case "undo_edit":
      return await undo(target);
    default:
      throw rejected(
        `The edit command "${String(command)}" does not exist. Use view, create, str_replace, insert, undo_edit or write.`,
      );
  }
}

async function save(target: Target, change: Change & { after: string }): Promise<Change> {
  await saveText(target.root, target.real, change.after);
  target.history.push(target.root, target.real, change.before);
  return change;
}

async function create({ real, name }: Target, edit: FileEdit): Promise<Change & { after: string }> {
  const text = required(edit.file_text, "create", "file_text");
  if (await exists(real, name)) {
    throw rejected(`"${name}" exists already. Use str_replace, insert or write to change it.`);
  }
  return {
    before: null,
    after: text,
    done: `Created ${name}.`,
    firstLine: 1,
    lineCount: splitLines(text).length,
  };
}

async function replaceString({ root, real, name }: Target, edit: FileEdit): Promise<Change & { after: string }> {
  const old = required(edit.old_str, "str_replace", "old_str");
  const replacement = edit.new_str ?? "";
  if (old === "") throw rejected("old_str is empty. Give the text to replace, or use insert.");
  if (old === replacement) throw rejected("old_str and new_str are the same, so there is nothing to replace.");
  const before = await loadText(root, real);
  const at = onlyOccurrence(before, old, name);
  const after = before.slice(0, at) + replacement + before.slice(at + old.length);
  const firstLine = lineAt(before, at);
  return {
    before,
    after,
    done: `Edited ${name}.`,
    firstLine,
    lineCount: splitLines(replacement).length,
  };
}

async function insert({ root, real, name }: Target, edit: FileEdit): Promise<Change & { after: string }> {
  const line = required(edit.insert_line, "insert", "insert_line");
  const text = required(edit.new_str, "insert", "new_str");
  const before = await loadText(root, real);
  const count = splitLines(before).length;
  if (!isWithin(line, 0, count)) {
    throw rejected(`insert_line is ${line}, and "${name}" has ${count} lines. Use 0 to ${count}.`);
  }
  const after = replaceLines(before, text, { start: line, end: line });
  return {
    before,
    after,
    done: `Edited ${name}.`,
    firstLine: line + 1,
    lineCount: splitLines(text).length,
  };
}

/** Without a range: the whole file, which may be absent. */
async function replaceRange({ root, real, name }: Target, edit: FileEdit): Promise<Change & { after: string }> {
  const text = required(edit.content || (edit.file_text ?? edit.content), "write", "content");
  const [start, end] = [edit.start ?? 1, edit.end ?? -1];
  const before = await loadTextIfPresent(root, real);
  const lineCount = splitLines(text).length;
  const done = before === null ? `Created ${name}.` : `Edited ${name}.`;
  if (start <= 1 && end === -1) return { before, after: text, done, firstLine: 1, lineCount };
  const count = splitLines(before ?? "").length;
  if (!isWithin(start, 1, count + 1) || !(end === -1 || isWithin(end, start - 1, count))) {
    throw rejected(
      `Lines ${start} to ${end} are not in "${name}", which has ${count} lines. Count from 1; -1 is the end.`,
    );
  }
  const after = replaceLines(before ?? "", text, { start: start - 1, end });
  return { before, after, done, firstLine: start, lineCount };
}

async function undo({ root, real, name, history }: Target): Promise<Change> {
  const current = await loadTextIfPresent(root, real);
  const before = history.pop(root, real);
  if (before === undefined) {
    throw rejected(
      `There is no edit of "${name}" to undo: only the latest edits are kept, and none across a restart of the server. ` +
        "Use str_replace or write.",
    );
  }
  if (before !== null) await saveText(root, real, before);
  else if (current !== null) await deleteFile(root, real);
  const done =
    before === null ? `Removed ${name}, which the undone edit had created.` : `Undid the last edit of ${name}.`;
  return {
    before: current,
    after: before,
    done,
    firstLine: 1,
    lineCount: splitLines(before ?? "").length,
  };
}

async function view({ root, real, name }: Target, edit: FileEdit): Promise<FileEditResult> {
  const isFolder = await stat(real).then(
    (found) => found.isDirectory(),
    (error: unknown) => {
      throw toWorkspaceError(error, name);
    },
  );
  const content = isFolder ? await viewFolder(root, real, edit) : viewLines(await loadText(root, real), name, edit);
  return {
    path: edit.path,
    prevExist: true,
    oldContent: null,
    newContent: null,
    diff: null,
    content,
  };
}

async function viewFolder(root: string, real: string, edit: FileEdit): Promise<string> {
  const name = nameInside(root, real);
  if (edit.view_range) throw rejected(`"${name}" is a folder, which has no lines. Leave out view_range.`);
  const names = await outline(real, 2);
  return limited([`Files and folders up to 2 levels deep in ${name}, without hidden ones:`, ...names].join("\n"));
}

function viewLines(text: string, name: string, edit: FileEdit): string {
  const lines = splitLines(text);
  if (!edit.view_range) return limited(`Content of ${name}:\n${numbered(lines, 1)}`);
  const [first, last, ...more] = edit.view_range;
  const end = last === -1 ? lines.length : last;
  if (first === undefined || end === undefined || more.length > 0) {
    throw rejected("view_range needs two numbers: the first and the last line; -1 is the end.");
  }
  if (!isWithin(first, 1, lines.length) || !isWithin(end, first, Infinity)) {
    throw rejected(
      `view_range is [${first}, ${last}], and "${name}" has ${lines.length} lines. Use numbers from 1 to ${lines.length}.`,
    );
  }
  return limited(
    `Lines ${first} to ${Math.min(end, lines.length)} of ${name}:\n${numbered(lines.slice(first - 1, end), first)}`,
  );
}

function describe(
  { name }: Target,
  { before, after, done, firstLine, lineCount }: Change,
): Omit<FileEditResult, "path"> {
  const snippet = after === null ? "" : `\n${snippetOf(after, firstLine, lineCount)}`;
  return {
    prevExist: before !== null,
    oldContent: before,
    newContent: after,
    diff: unifiedDiff(name, before, after),
    content: limited(done + snippet),
  };
}

function snippetOf(text: string, firstLine: number, lineCount: number): string {
  const from = Math.max(1, firstLine - CONTEXT_LINES);
  return numbered(splitLines(text).slice(from - 1, firstLine - 1 + lineCount + CONTEXT_LINES), from);
}

/** Lines as `cat -n` prints them. */
function numbered(lines: string[], first: number): string {
  return lines.map((line, index) => `${String(first + index).padStart(6)}\t${line.replace(/\r?\n$/, "")}\n`).join("");
}

function unifiedDiff(name: string, before: string | null, after: string | null): string | null {
  const patch = createTwoFilesPatch(
    before === null ? "/dev/null" : `a/${name}`,
    after === null ? "/dev/null" : `b/${name}`,
    before ?? "",
    after ?? "",
    undefined,
    undefined,
    { context: 3, timeout: DIFF_TIME_LIMIT_MS, headerOptions: FILE_HEADERS_ONLY },
  );
  return patch ?? null;
}

function limited(text: string): string {
  const excerpt = createExcerpt();
  excerpt.add(text);
  return excerpt.text();
}

function onlyOccurrence(text: string, wanted: string, name: string): number {
  const found: number[] = [];
  for (let at = text.indexOf(wanted); at !== -1 && found.length < 10; at = text.indexOf(wanted, at + 1)) found.push(at);
  const [first] = found;
  if (first === undefined) throw rejected(`old_str does not occur in "${name}". ${missingHint(text, wanted)}`);
  if (found.length === 1) return first;
  const lines = [...new Set(found.map((at) => lineAt(text, at)))].join(", ");
  throw rejected(
    `old_str occurs more than once in "${name}", at lines ${lines}. Include more of the text around it, so that it is unique.`,
  );
}

function missingHint(text: string, wanted: string): string {
  const isLineEnds = text.includes("\r\n") && wanted.includes("\n") && !wanted.includes("\r\n");
  return isLineEnds
    ? "The file has CRLF line ends: use \\r\\n in old_str."
    : "Copy it from the file exactly, white space included.";
}

function lineAt(text: string, index: number): number {
  let line = 1;
  for (let at = text.indexOf("\n"); at !== -1 && at < index; at = text.indexOf("\n", at + 1)) line += 1;
  return line;
}

function isWithin(value: number, least: number, most: number): boolean {
  return Number.isInteger(value) && value >= least && value <= most;
}

/** Anything at the path, a folder too. */
async function exists(real: string, name: string): Promise<boolean> {
  try {
    await stat(real);
    return true;
  } catch (error) {
    const translated = toWorkspaceError(error, name);
    if (translated instanceof WorkspaceError && translated.code === "file_not_found") return false;
    throw translated;
  }
}

function required<T>(value: T | null | undefined, command: string, field: string): T {
  if (value === null || value === undefined) throw rejected(`The edit command ${command} needs ${field}.`);
  return value;
}

function rejected(message: string): WorkspaceError {
  return new WorkspaceError("edit_rejected", message);
}
