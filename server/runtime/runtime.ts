/**
 * The Runtime port: where the files of a conversation live and where its commands run. `local-runtime.ts` is the side
 * that uses plain folders and processes of this machine.
 */

/** The workspaces of all conversations. */
export interface Runtime {
  /**
   * The workspace of a conversation; its folder is created when it is absent. Cheap: call it for every use.
   *
   * @throws WorkspaceError `path_outside_workspace` when the id is not 1-128 letters, digits, `_` or `-`
   */
  open(conversationId: string): Promise<Workspace>;

  /**
   * Ends what the commands of an earlier process have left running: one that was killed could not end them itself. Call
   * it before the first command.
   */
  recover(): Promise<void>;

  /** Stops what runs in the workspace, then deletes its files. An absent workspace is no error. */
  remove(conversationId: string): Promise<void>;

  /**
   * Asks the remote whether a later `clone` can work, so that a bad URL fails before anything is created.
   *
   * @throws WorkspaceError `repository_unavailable`; the signal's own reason when it was aborted
   */
  checkRepository(repository: string, options?: CloneOptions): Promise<RepositoryCheck>;
}

/** The files and commands of one conversation. Paths are relative to `root`, or absolute and inside it. */
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
   * Replaces a file, or a range of its lines; an absent file and its folders are created.
   * The whole file is written byte for byte; lines put into a file are ended with a newline.
   *
   * @throws WorkspaceError as `read`
   */
  write(path: string, content: string, range?: LineRange): Promise<void>;

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
   * @throws WorkspaceError `not_a_directory`, `path_outside_workspace`
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

export interface CloneOptions {
  readonly branch?: string | undefined;
  readonly signal?: AbortSignal | undefined;
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
