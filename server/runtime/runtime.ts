/**
 * The Runtime port: where the files of a conversation live and where its commands run. `local-runtime.ts` is the side
 * that uses plain folders and processes of this machine.
 */

import type { Readable } from "node:stream";

/** The workspaces of all sandboxes. */
export interface Runtime {
  /**
   * The workspace of a sandbox; its folder is created when it is absent. Cheap: call it for every use.
   *
   * @throws WorkspaceError `path_outside_workspace` when the id is not 1-128 letters, digits, `_` or `-`
   */
  open(sandboxId: string): Promise<Workspace>;

  /** Kills every process that commands of the workspace have started. An absent workspace is no error. */
  halt(sandboxId: string): Promise<void>;

  /**
   * Ends what the commands of an earlier process have left running, and deletes what it left of broken uploads: one that
   * was killed could not do so itself. Call it before the first command or upload, and only where no other process uses
   * the workspaces.
   */
  recover(): Promise<void>;

  /** Ends what commands of processes that are gone, on this machine, have left running in one workspace. */
  endCommands(conversationId: string): Promise<void>;

  /** Stops what runs in the workspace, then deletes its files. An absent workspace is no error. */
  remove(sandboxId: string): Promise<void>;

  /**
   * Asks the remote whether a later `clone` can work, so that a bad URL fails before anything is created.
   *
   * @throws WorkspaceError `repository_unavailable`; the signal's own reason when it was aborted
   */
  checkRepository(repository: string, options?: CloneOptions): Promise<RepositoryCheck>;
}

/**
 * The files and commands of one sandbox. Paths are relative to `root`, or absolute and inside it. Whatever is going on
 * while the workspace is removed fails with `workspace_removed`.
 */
export interface Workspace {
  /** Absolute real path on this machine. */
  readonly root: string;

  /**
   * Runs a command with `bash -c` and waits until it, and all that it started, has ended.
   * A failing command is a result (`exitCode`), not an error.
   *
   * @throws WorkspaceError `command_refused`, and the path errors for `cwd`
   */
  run(command: string, options?: RunOptions): Promise<CommandResult>;

  /**
   * The text of a file, or of a range of its lines.
   *
   * @throws WorkspaceError `file_not_found`, `not_a_file`, `binary_file`, `file_too_large`, `path_outside_workspace`
   */
  read(path: string, range?: LineRange): Promise<string>;

  /**
   * The whole text of a file in any of these encodings: UTF-8; UTF-16 with a byte order mark; else windows-1252, to
   * which the web falls back too. A byte order mark is left out.
   *
   * @throws WorkspaceError as `read`; `binary_file` for what is no text in any of them
   */
  readDecoded(path: string): Promise<string>;

  /**
   * Replaces a file, or a range of its lines; an absent file and its folders are created.
   * The whole file is written byte for byte; lines put into a file are ended with a newline.
   *
   * @throws WorkspaceError as `read`
   */
  write(path: string, content: string, range?: LineRange): Promise<void>;

  /**
   * Stores an upload byte for byte and resolves to its size; absent folders of `path` are created. All or nothing: until
   * every byte is there, readers see the old file or none, and a failure leaves it so. Of several at once, the last to
   * finish wins. A file that is replaced keeps its mode, not its hard links.
   *
   * `content` is not touched when the path is refused, and destroyed when anything fails later.
   *
   * @throws WorkspaceError `file_too_large` beyond `maxBytes`, and as `write`; the signal's own reason when it was
   *   aborted; the error of `content` as it is
   */
  receive(path: string, content: AsyncIterable<Uint8Array>, options?: ReceiveOptions): Promise<number>;

  /**
   * The bytes of a file, read while they are taken: destroy the stream when it is not read to its end.
   *
   * @throws WorkspaceError `file_not_found`, `not_a_file`, `not_a_directory`, `permission_denied`, `path_outside_workspace`
   */
  bytes(path: string): Promise<Readable>;

  /**
   * A zip archive of everything in the workspace, `.git` and empty folders included, made while it is read: destroy it
   * when it is not read to its end. Left out: links that lead out of the workspace, what is neither file, folder nor
   * link, and what may not be read, vanishes or becomes something else meanwhile. A link stays a link, relative where it
   * was absolute.
   *
   * @throws WorkspaceError `workspace_removed`
   */
  zip(): Promise<Readable>;

  /**
   * How the files differ from the repository's base, sorted by path: the branch of the same name at `origin`; else
   * where HEAD left the default branch of `origin`; else the empty tree. Without an `origin` the base is HEAD. The remote
   * is not asked. Ignored files do not count. Repositories in folders (not in `node_modules/`) are compared each with its
   * own base. Null when the workspace holds no repository.
   *
   * @throws WorkspaceError `git_failed`, also when it takes too long; `file_too_large` when there are
   *   more changes than can be listed; the signal's own reason when it was aborted
   */
  changes(options?: Abortable): Promise<FileChange[] | null>;

  /**
   * The text of a file in the base that `changes` compares with, and now. The text of a link is its target.
   *
   * @throws WorkspaceError `not_a_repository`, `file_not_found` when it is in neither, `file_too_large` beyond 1 MiB,
   *   `binary_file`, `not_a_file`, `path_outside_workspace`, `git_failed`; the signal's own reason when it
   *   was aborted
   */
  diff(path: string, options?: Abortable): Promise<FileDiff>;

  /** The TCP ports on which commands of this workspace listen now, each under the URL to reach it by. */
  hosts(): Promise<Record<string, number>>;

  /**
   * Carries out an edit action of the `oh_aci` kind.
   *
   * @throws WorkspaceError `edit_rejected` when the edit does not fit the file, and as `read`
   */
  edit(edit: FileEdit): Promise<FileEditResult>;

  /**
   * The names in a folder: folders (ending in `/`) before files, each sorted without regard to case and prefixed with
   * `path` when it is given. Leaves out `.git/`, `.DS_Store`, `node_modules/`, `__pycache__/`, `lost+found/`,
   * `.vscode/` and what a `.gitignore` from the root down to the folder excludes. An absent folder has no names.
   *
   * @throws WorkspaceError `not_a_directory`, `path_outside_workspace`, `permission_denied`
   */
  list(path?: string): Promise<string[]>;

  /**
   * Clones a repository, with its whole history, as the workspace root. All or nothing: an interrupted clone leaves the
   * root as it was. A root that already is a clone of `repository` is left alone, so a repeat after a crash is safe.
   *
   * @throws WorkspaceError `repository_unavailable`; the signal's own reason when it was aborted
   */
  clone(repository: string, options?: CloneOptions): Promise<void>;
}

export interface RunOptions {
  /** Where the command starts; default the root. */
  readonly cwd?: string | undefined;
  /** What the command reads on stdin; default nothing. */
  readonly input?: string | undefined;
  /** Ends the command: the result has exit code -1. */
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds; default that of the runtime. */
  readonly timeoutMs?: number | undefined;
}

export interface CommandResult {
  /**
   * stdout and stderr in the order they were written, as UTF-8 text. Of more than 30,000 characters (UTF-16 units) the
   * first and the last 15,000 are kept, with a line that says how many are missing. When the command was ended from
   * outside, the last line says why and what to do.
   */
  readonly output: string;
  /** The command's own, 128 + n after signal n, 143 when it printed too much, -1 after the time limit or an abort. */
  readonly exitCode: number;
  /** Of the shell; -1 when it was aborted before it started. */
  readonly pid: number;
  /** Absolute path that the command started in. */
  readonly workingDir: string;
  readonly timedOut: boolean;
  /** Whether `output` lacks something of what was printed. */
  readonly truncated: boolean;
  readonly hostname: string;
  readonly username: string;
}

/** Lines `start` (from 0) up to and without `end`; `end` -1 is the end of the file. Bounds beyond the file are cut. */
export interface LineRange {
  readonly start?: number | undefined;
  readonly end?: number | undefined;
}

export interface Abortable {
  readonly signal?: AbortSignal | undefined;
}

export interface ReceiveOptions extends Abortable {
  /** Default: no limit. */
  readonly maxBytes?: number | undefined;
}

/** Modified, added, deleted, or unmerged after a conflict. A file that was moved is deleted and added. */
export type FileStatus = "M" | "A" | "D" | "U";

export interface FileChange {
  readonly status: FileStatus;
  /** Relative to the workspace. */
  readonly path: string;
}

/** Either text is "" where there is no such file. */
export interface FileDiff {
  readonly modified: string;
  readonly original: string;
}

export type FileEditCommand = "view" | "create" | "str_replace" | "insert" | "undo_edit" | "write";

/** Upstream's edit action (reference/v0-api.md §6.2, `edit`). Lines count from 1 here, and ranges include their end. */
export interface FileEdit {
  readonly path: string;
  readonly command: FileEditCommand;
  /** `create`: the content. `write`: the content, where `content` is empty. */
  readonly file_text?: string | null | undefined;
  /** `str_replace`: occurs exactly once in the file. */
  readonly old_str?: string | null | undefined;
  /** `str_replace`: what takes its place, default nothing. `insert`: the new lines. */
  readonly new_str?: string | null | undefined;
  /** `insert`: the line after which to insert; 0 is the top. */
  readonly insert_line?: number | null | undefined;
  /** `write`: what takes the place of lines `start` to `end`. */
  readonly content?: string | null | undefined;
  /** Default 1. */
  readonly start?: number | null | undefined;
  /** Default -1, the end of the file. */
  readonly end?: number | null | undefined;
  /** `view`: first and last line; -1 is the end of the file. */
  readonly view_range?: readonly number[] | null | undefined;
}

/** What upstream's edit observation holds (§6.3, `edit`). */
export interface FileEditResult {
  /** As it was given. */
  readonly path: string;
  readonly prevExist: boolean;
  /** The whole text before; null for `view` and for a file that did not exist. */
  readonly oldContent: string | null;
  /** The whole text after; null for `view` and for a file that `undo_edit` removed again. */
  readonly newContent: string | null;
  /** Unified diff with `a/` and `b/` names; null for `view` and where two texts are too different to compare in time. */
  readonly diff: string | null;
  /** Text for a person or a model: what was done, and a snippet with line numbers. */
  readonly content: string;
}

export interface CloneOptions extends Abortable {
  readonly branch?: string | undefined;
}

export interface RepositoryCheck {
  /** The branch that `clone` would check out; null when the repository has no commit or its HEAD is detached. */
  readonly branch: string | null;
}

export type WorkspaceErrorCode =
  | "path_outside_workspace"
  | "file_not_found"
  | "not_a_file"
  | "not_a_directory"
  | "binary_file"
  | "file_too_large"
  | "permission_denied"
  | "edit_rejected"
  | "repository_unavailable"
  | "not_a_repository"
  | "git_failed"
  | "workspace_removed"
  | "command_refused";

/**
 * Something the caller asked for cannot be done. The message says what is wrong and what would be right, names files
 * relative to the workspace, and is fit to be shown; `cause` is for the log only.
 */
export class WorkspaceError extends Error {
  readonly code: WorkspaceErrorCode;

  constructor(code: WorkspaceErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "WorkspaceError";
    this.code = code;
  }
}
