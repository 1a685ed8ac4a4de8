/** The log for the operator. Messages are constant sentences; what varies is in the fields. Never a secret in either. */
export type Fields = Readonly<Record<string, unknown>>

export interface Log {
  debug(message: string, fields?: Fields): void
  info(message: string, fields?: Fields): void
  warn(message: string, fields?: Fields): void
  error(message: string, fields?: Fields): void
}

export const silentLog: Log = { debug() {}, info() {}, warn() {}, error() {} }
