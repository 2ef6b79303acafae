/** Why a log on disk is refused: one line that says what, where, and what to do. */
import type { NodeId } from '../../core/ids.js';
import type { LogError } from './log.js';

/** The refusal of a damaged log. */
export const damage = (directory: string, what: string): LogError => ({
  type: 'damaged',
  message:
    `the log in ${directory} is damaged: ${what}; restore the directory from a copy, or move it away: ` +
    'the server then starts as a new replica and pulls from the others what they have',
});

/** The refusal of another server's log. */
export const otherServer = (directory: string, is: NodeId, wanted: NodeId): LogError => ({
  type: 'other-server',
  message: `the log in ${directory} is server ${is}'s, not server ${wanted}'s; give each server a directory of its own`,
});

/** The refusal of a log that LevelDB, or the system, does not open. */
export const openError = (directory: string, error: unknown): LogError => {
  const cause = (error as { cause?: { code?: string } }).cause;
  if (cause?.code === 'LEVEL_LOCKED') {
    return {
      type: 'in-use',
      message: `the log in ${directory} is in use; stop the process that has it open, or use another directory`,
    };
  }
  if (cause?.code === 'LEVEL_CORRUPTION' || cause?.code === 'LEVEL_IO_ERROR') return damage(directory, reason(error));
  return {
    type: 'failed',
    message: `the log in ${directory} cannot be opened: ${reason(error)}; see that it can be read and written`,
  };
};

/** What an error, or LevelDB's behind it, says. */
export const reason = (error: unknown): string => {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  return cause instanceof Error ? cause.message : String(cause);
};
